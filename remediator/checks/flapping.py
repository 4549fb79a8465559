"""Flap detection by Nagios' own formula (nagioscore, base/flapping.c).

The last 21 states have 20 possible changes between neighbours. Each change counts with a weight from 0.75 (oldest) to
1.25 (newest); their sum over 20 is the percentage. Flapping starts at 20 % and ends at 5 %. As in Nagios, only HARD
states and recoveries are recorded.
"""

from __future__ import annotations

from collections.abc import Sequence

from remediator.model.content.judging import State

HISTORY = 21
START_PERCENT = 20.0
STOP_PERCENT = 5.0


def percent_change(states: Sequence[State]) -> float:
    """Return the weighted percentage of change over `states`, oldest first. States missing from 21 count as
    unchanged."""
    if len(states) < 2:
        return 0.0
    window = [states[0]] * (HISTORY - len(states)) + list(states[-HISTORY:])
    total = 0.0
    for position in range(1, HISTORY):
        if window[position] is not window[position - 1]:
            total += 0.75 + (position - 1) * 0.5 / 19
    return total * 100.0 / 20.0


def flapping(was: bool, states: Sequence[State]) -> bool:
    """Return whether the series flaps now; `was`: whether it did before."""
    percent = percent_change(states)
    return percent > STOP_PERCENT if was else percent >= START_PERCENT
