"""Flap detection by Nagios' own formula (nagioscore, base/flapping.c).

Of the last 21 states, each change between neighbours counts with a weight that rises from 0.75 (oldest) to 1.25
(newest); the sum over 20 possible changes is the percentage. Flapping starts at 20 %, ends at 5 %. As in Nagios, only
HARD states and recoveries are recorded.
"""

from __future__ import annotations

from collections.abc import Sequence

from remediator.model.content.judging import State

HISTORY = 21
START_PERCENT = 20.0
STOP_PERCENT = 5.0


def percent_change(states: Sequence[State]) -> float:
    """Return the weighted percentage of change over `states`, oldest first; fewer than 21 count as unchanged before."""
    if len(states) < 2:
        return 0.0
    window = [states[0]] * (HISTORY - len(states)) + list(states[-HISTORY:])
    total = 0.0
    for position in range(1, HISTORY):
        if window[position] is not window[position - 1]:
            total += 0.75 + (position - 1) * 0.5 / 19
    return total * 100.0 / 20.0


def flapping(was: bool, states: Sequence[State]) -> bool:
    """Return whether the series flaps now, given whether it did before."""
    percent = percent_change(states)
    return percent > STOP_PERCENT if was else percent >= START_PERCENT
