"""The gate: asks every guard, keeps every verdict, and allows only when no guard refuses."""

from __future__ import annotations

from collections.abc import Sequence

from remediator.model.records.verdicts import GUARD_IDS, Verdict
from remediator.safety.case import Case
from remediator.safety.guard import Guard
from remediator.safety.guards import authority, budget, evidence, mutes, others, quorum, storm, vantage

GUARDS: tuple[Guard, ...] = tuple(
    sorted(
        (
            *authority.GUARDS,
            *mutes.GUARDS,
            *evidence.GUARDS,
            *vantage.GUARDS,
            *storm.GUARDS,
            *budget.GUARDS,
            *quorum.GUARDS,
            *others.GUARDS,
        ),
        key=lambda guard: GUARD_IDS.index(guard.id),
    )
)


def ask_before_lock(case: Case) -> tuple[Verdict, ...]:
    """Ask every guard that can be answered before the run has its locks. An ALLOW here permits locking, not acting."""
    return tuple(guard.ask(case) for guard in GUARDS if not guard.after_lock)


def ask_all(case: Case) -> tuple[Verdict, ...]:
    """Ask every guard, before the first step."""
    return tuple(guard.ask(case) for guard in GUARDS)


def ask_again(case: Case) -> tuple[Verdict, ...]:
    """Ask the guards that stand before each later step."""
    return tuple(guard.ask(case) for guard in GUARDS if guard.every_step)


def allowed(verdicts: Sequence[Verdict]) -> bool:
    """Return whether every verdict allows. No verdict at all is no ALLOW."""
    return bool(verdicts) and all(verdict.allow for verdict in verdicts)
