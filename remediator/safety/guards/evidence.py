"""Guards about evidence: its age, the diagnosis repeated after the lock, a problem already fixed, an instance changed
meanwhile.

The pattern is lock, refresh, "already fixed?", act: the reason for the plan may be gone by the time the run has its
locks.
"""

from __future__ import annotations

from remediator.model.content.judging import State
from remediator.model.records.verdicts import Verdict
from remediator.model.values import Unknown
from remediator.safety.case import Case
from remediator.safety.guard import Guard, allow, refuse


def evidence_age(case: Case) -> Verdict:
    """Every host that the check reads was sampled within the limit of the plan's risk (120, 60, 30 s for R1, R2,
    R3)."""
    limit = case.brakes.evidence_age_s
    if not case.evidence_age_s:
        return refuse("evidence_age", "there is no evidence at all")
    for host, age in sorted(case.evidence_age_s.items()):
        if isinstance(age, Unknown):
            return refuse("evidence_age", f"nothing is known of {host} ({age.reason})", host=host)
        if age > limit:
            return refuse(
                "evidence_age",
                f"the evidence on {host} is {age:.0f} s old, {limit:.0f} s is the limit",
                host=host,
                age_s=age,
            )
    return allow("evidence_age", limit_s=limit)


def rediagnosis(case: Case) -> Verdict:
    """Judged on evidence gathered after the lock, the check is known, the rule's condition is true, and the action
    would be planned.
    """
    again = case.rediagnosis
    if again is None:
        return refuse("rediagnosis", "the check has not been made again since the lock")
    if again.state is State.UNKNOWN:
        return refuse("rediagnosis", "made again after the lock, the check is UNKNOWN")
    if isinstance(again.still_matches, Unknown):
        return refuse(
            "rediagnosis", f"made again after the lock, the rule's condition is UNKNOWN ({again.still_matches.reason})"
        )
    if again.state in (State.WARNING, State.CRITICAL) and not again.still_matches:
        return refuse("rediagnosis", "made again after the lock, the rule's condition does not hold any more")
    if again.action_refuses:
        return refuse("rediagnosis", f"on evidence gathered after the lock the action refuses: {again.action_refuses}")
    return allow("rediagnosis", state=again.state.name)


def already_fixed(case: Case) -> Verdict:
    """The problem is still there: nobody cured it while the plan was made."""
    if case.rediagnosis is not None and case.rediagnosis.state is State.OK:
        return refuse("already_fixed", "it is OK again: somebody or something has cured it meanwhile")
    return allow("already_fixed")


def changed(case: Case) -> Verdict:
    """The instance is still the one that the plan was made for (StartedAt, InvocationID, boot id, container id)."""
    if case.rediagnosis is None:
        return refuse("changed", "the check has not been made again since the lock")
    now = case.rediagnosis.identity
    for name, before in sorted(case.expected_identity.items()):
        after = now.get(name)
        if after is None:
            return refuse(
                "changed",
                f"{name} cannot be read any more, so nobody can tell whether it is still the same",
                field=name,
            )
        if after != before:
            return refuse(
                "changed",
                f"somebody else acted meanwhile: {name} was {before}, is {after}",
                field=name,
                before=before,
                after=after,
            )
    return allow("changed")


GUARDS = (
    Guard(
        id="evidence_age",
        question="Is the evidence on every host young enough?",
        default="120 s for R1, 60 s for R2, 30 s for R3",
        floor="the same",
        ask=evidence_age,
    ),
    Guard(
        id="rediagnosis",
        question="Made again after the lock, does the check still say so?",
        default="always asked",
        floor="cannot be switched off",
        ask=rediagnosis,
        after_lock=True,
    ),
    Guard(
        id="already_fixed",
        question="Is it still broken?",
        default="always asked",
        floor="cannot be switched off",
        ask=already_fixed,
        after_lock=True,
    ),
    Guard(
        id="changed",
        question="Is it still the instance that the plan was made for?",
        default="always asked",
        floor="cannot be switched off",
        ask=changed,
        every_step=True,
        after_lock=True,
    ),
)
