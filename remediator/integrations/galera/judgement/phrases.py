"""The words in which a refusal says that something is not known. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from remediator.integrations.galera.judgement.member_state import Seat
from remediator.integrations.galera.logs import texts
from remediator.model.values import Unknown

PROVIDER_OFF = (
    "runs with its provider off (wsrep_on, wsrep_provider) and serves clients outside of the cluster; "
    "no other member has what is written "
    "there: take it out of the proxy, find out who set that, save what was written, then let it take a whole copy"
)


def said(value: Any) -> str:
    """Return a fact as a person reads it."""
    return f"UNKNOWN ({value.reason})" if isinstance(value, Unknown) else str(value)


def hosts(seats: Iterable[Seat]) -> str:
    return ", ".join(seat.host for seat in seats)


def stopping(names: str) -> str:
    """Return what a person says yes to before members are stopped; the same words in the proposal and before the
    step."""
    return f"stop {names}, running outside of a Primary component"


def trouble(seat: Seat) -> str | None:
    """GB-17, of one member: return what forbids every act on it, and the remedy; None if nothing does."""
    member = seat.member
    if member.trouble is not None:
        why = texts.named(member.trouble)
        return (
            f"the log of {seat.host} says {said(member.trouble)}: "
            f"{why or 'a person reads it and decides about its data'}"
        )
    if member.space == "full":
        return f"the disk of {seat.host} is full: make room first"
    if isinstance(member.clock_true, Unknown):
        return (
            f"whether the clock of {seat.host} is true is not known ({member.clock_true.reason}), and "
            f"its next sample may tell: "
            "remediator check host-clock"
        )
    if not member.clock_true:
        return f"the clock of {seat.host} is more than 2 s off: repair its time service first"
    return None


def deploying(value: Any) -> str | None:
    """GB-17: return the refusal while a deployment runs or may run."""
    if value is False:
        return None
    known = "is under way" if value is True else f"may be under way: {said(value)}"
    return f"a deployment by kolla-ansible {known}: wait until it has ended"


def leftover(value: Any) -> str | None:
    """GB-11: return the refusal while an old bootstrap argument is, or may be, somewhere."""
    if value is False:
        return None
    known = "has" if value is True else f"may have ({said(value)})"
    return f"a container {known} a bootstrap argument left over: recreate it without one"
