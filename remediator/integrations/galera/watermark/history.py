"""What the judgement asks of the runs of the last days: bootstraps, how they ended, and starts. Pure.

Invariant: a run that lives is no bootstrap that is over, and one whose end nobody knows is in doubt. The day after a
bootstrap counts from the end of its run. Sources: GB-12, GB-13, GB-16, GB-18.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from remediator.integrations.galera.judgement.picture import LastBootstrap
from remediator.model.values import Unknown

BOOTSTRAPS = frozenset(("galera.bootstrap", "galera.pc_bootstrap"))
STARTS = frozenset(("galera.start_stopped", "galera.start_lone"))
DAY_S, HOUR_S = 86400.0, 3600.0

Runs = Sequence[Mapping[str, Any]]


def tries(runs: Runs) -> int:
    """Return how many ended runs of the last hour started a stopped member. The run that asks still lives, and is no
    try before itself."""
    return sum(1 for run in runs if STARTS & set(run["done"]) and run["age_s"] < HOUR_S and run["ended_s"] is not None)


def failed(runs: Runs) -> int:
    """Return how many of them ended without a cure: a start that worked, and was undone later, is no failed start."""
    return tries([run for run in runs if run["state"] != "succeeded"])


def canaries_good(runs: Runs | None) -> bool | None:
    """The daemon's last bootstrap ended as a success, so its row counts were compared (GB-13); None: nobody knows."""
    with_one = [run for run in runs or () if BOOTSTRAPS & set(run["done"]) and _over_s(run) < DAY_S]
    newest = min(with_one, key=_over_s, default=None)
    return True if newest is not None and newest["state"] == "succeeded" else None


def last_bootstrap(runs: Runs | None) -> LastBootstrap | Unknown:
    """Runs that live are left out unless nobody knows what became of their bootstrap: the run that asks is among them.
    The day counts from a run's end, for its bootstrap came after its first step, by as long as a person was waited for
    (GB-18)."""
    if runs is None:
        return Unknown("no_journal")
    with_one = [run for run in runs if BOOTSTRAPS & set(run["done"])]
    if any(run["state"] == "in_doubt" for run in with_one):
        return "in_doubt"
    ended = [run for run in with_one if run["ended_s"] is not None and _over_s(run) < DAY_S]
    return "recent" if ended else "none"


def _over_s(run: Mapping[str, Any]) -> float:
    """Return the seconds since the end of a run, none of one that lives."""
    return 0.0 if run["ended_s"] is None else float(run["ended_s"])
