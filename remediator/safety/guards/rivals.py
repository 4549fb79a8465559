"""Another remediator at work on the same cloud: its claim on a host, and what its runs have left there.

Invariant: a rival is told apart by its store and its start, never by the name of its cloud. What a rival has set is
never taken over and never undone by us. Nothing above R0 is done beside it until a person ends one of the two.
"""

from __future__ import annotations

from remediator.model import identity
from remediator.model.content.actions import Risk
from remediator.model.records.verdicts import Verdict
from remediator.model.values import Unknown
from remediator.safety.case import Case, Stranger
from remediator.safety.guard import refuse

GUARD = "competing"


def refusal(case: Case) -> Verdict | None:
    """Return the refusal because of another remediator; None when no other one is known."""
    if case.plan.risk is Risk.R0:
        return None
    if case.rival is not None:
        why = f"{case.rival}; end one of the two, then: remediator brakes close rival --reason R"
        return refuse(GUARD, why, rival=case.rival)
    if isinstance(case.strangers, Unknown):
        return refuse(GUARD, f"whether another remediator is at work there is not known ({case.strangers.reason})")
    if case.strangers:
        first = case.strangers[0]
        return refuse(GUARD, _sentence(first), host=first.host, mark=first.mark[:200], marks=len(case.strangers))
    return None


def _sentence(one: Stranger) -> str:
    return (
        f"another remediator has set {one.what} on {one.host}: it is of {_who(one.mark)}, which this "
        f"store does not know; "
        f"let that one take it back, or end it and take it back by hand: {one.take_back}"
    )


def _who(mark: str) -> str:
    found = identity.parsed(mark)
    if found is None:
        return f"{mark[:80]!a}"
    if not found.store:
        return f"{found.run} of a remediator of an earlier release"
    return f"{found.run} of cloud {found.cloud}, store {found.store}"
