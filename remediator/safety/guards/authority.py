"""Guards about authority: may this plan act at all? Target, working hours, mode, autonomy, approval.

Invariant: an R3 plan acts in one of two cases. Its rule is named in `i_accept_unattended_r3` with mode auto, or a
person other than the one who asked has approved this very plan. A person's `execute` stands in for mode and autonomy up
to R2 and for no other guard.
"""

from __future__ import annotations

from remediator.model import people
from remediator.model.content.actions import Risk
from remediator.model.content.specs import Mode
from remediator.model.records.verdicts import Verdict
from remediator.model.times import rfc3339
from remediator.safety.case import Case
from remediator.safety.guard import Guard, allow, refuse


def target(case: Case) -> Verdict:
    """The target is one that a check judges now, and every host that the plan touches is in the inventory.

    A target with an empty list of hosts cannot be built. Here it would mean "everything", the oldest mistake of
    automation. A machine under two names would count as two members. Above R0 no plan may touch it, nor a group that
    has it as a member.
    """
    text = case.plan.target.text
    if not case.plan.touches:
        return refuse("target", f"the plan for {text} names no host")
    strangers = sorted(set(case.plan.touches) - case.inventory_hosts)
    if strangers:
        return refuse("target", f"{', '.join(strangers)} is not in the inventory", hosts=strangers)
    if case.named_twice and case.plan.risk is not Risk.R0:
        return refuse("target", "; ".join(case.named_twice), named_twice=len(case.named_twice))
    if text not in case.known_targets:
        return refuse("target", f"no check knows the target {text}", target=text)
    return allow("target", target=text)


def mode(case: Case) -> Verdict:
    """The mode of the plan is at least approve. A person's `execute` stands in for it up to R2."""
    if case.by_person and case.plan.risk.value <= Risk.R2.value:
        return allow("mode", mode="execute", actor=case.actor)
    if case.mode.value < Mode.APPROVE.value:
        return refuse(
            "mode",
            f"mode is {case.mode.name.lower()} ({case.mode_source}): the plan is written, nothing is done",
            mode=case.mode.name.lower(),
            source=case.mode_source,
        )
    return allow("mode", mode=case.mode.name.lower(), source=case.mode_source)


def autonomy(case: Case) -> Verdict:
    """Acting without a person is allowed, or `approval` asks one: R3 with mode auto only if its rule is named."""
    risk = case.plan.risk
    if case.by_person:
        return allow("autonomy", actor=case.actor)
    if case.mode is Mode.APPROVE:
        return allow("autonomy", mode="approve", source=case.mode_source)
    if risk is Risk.R3 and case.plan.rule not in case.unattended_r3:
        return refuse(
            "autonomy",
            f"R3 never acts unattended unless its rule is named in i_accept_unattended_r3 (rule {case.plan.rule})",
        )
    return allow("autonomy", risk=risk.name)


def hours(case: Case) -> Verdict:
    """The hours in which a plan of this risk may act are open. They bind a person's `execute` as well."""
    if case.hours is None or case.hours.open(case.now.wall):
        return allow("hours", hours=case.hours.text if case.hours else "any")
    return refuse(
        "hours",
        f"{case.plan.risk.name} may act only in the hours {case.hours.text}",
        until=case.hours.next_open(case.now.wall),
        hours=case.hours.text,
    )


def _needs_approval(case: Case) -> bool:
    if case.plan.risk is Risk.R3:
        return case.by_person or case.mode is not Mode.AUTO or case.plan.rule not in case.unattended_r3
    return case.mode is Mode.APPROVE and not case.by_person


def approval(case: Case) -> Verdict:
    """Where a person must say yes: another person than the one who asked has approved this very plan in time. The
    evidence is younger than that yes.

    A yes given before the deadline stays good for this run's first ALLOW, however long other guards take. That ALLOW
    uses it up.
    """
    if not _needs_approval(case):
        return allow("approval", needed=False)
    said, run = case.approval, case.own_run
    if said is None:
        return _waits(run)
    if run is not None and said.run != run:
        return _no("used", f"the approval was used by {said.run}: each is good for one run")
    if said.plan_hash != case.plan.hash:
        return _no("changed", "the plan has changed since people were asked: a new run must be approved")
    deadline = rfc3339(said.expires_at.wall)
    if said.approved_by is None and case.now.after(said.expires_at):
        return _no("expired", f"expired: nobody approved {said.run} by {deadline}")
    if said.approved_by is None:
        return _waits(said.run, f" until {deadline}")
    if said.approved_at is None or said.approved_at.after(said.expires_at):
        return _no("expired", f"expired: no approval of {said.run} is known to be from before {deadline}")
    if said.approved_by == said.requested_by:
        return _no("requester", f"{said.approved_by} asked for it and may not approve it: somebody else must")
    if case.by_person and not people.are_two(said.requested_as, said.approved_as):
        return _no(
            "requester", f"{said.approved_by} and {said.requested_by} may be one person: somebody else must approve"
        )
    if case.rediagnosis is not None and not case.rediagnosis.asked_at.after(said.approved_at):
        return _no("stale", "the evidence is older than the approval and must be gathered again")
    return allow("approval", needed=True, by=said.approved_by, at=rfc3339(said.approved_at.wall))


def _no(answer: str, reason: str) -> Verdict:
    return refuse("approval", reason, answer=answer)


def _waits(run: str | None, until: str = "") -> Verdict:
    if run is None:
        return _no("waits", "it waits for a person: its run will need `remediator approve RUN`")
    return _no("waits", f"it waits for an approval{until}: remediator approve {run}")


GUARDS = (
    Guard(
        id="target",
        question="Is the target one that a check knows, on hosts of the inventory, none of which it has twice?",
        default="always asked",
        floor="cannot be switched off",
        ask=target,
    ),
    Guard(
        id="mode",
        question="Is the mode of this rule or risk at least approve?",
        default="shadow for R1, R2 and R3",
        floor="R1 and R2 up to auto; R3 auto only by name",
        ask=mode,
    ),
    Guard(
        id="autonomy",
        question="May it act without a person, or is there one to ask?",
        default="no R3 by itself",
        floor="R3 auto only for rules named in i_accept_unattended_r3",
        ask=autonomy,
    ),
    Guard(
        id="hours",
        question="Are the hours open in which this risk may act?",
        default="at any time; `allowed` narrows it for each risk",
        floor="none: narrower only; `execute` is held by them too",
        ask=hours,
    ),
    Guard(
        id="approval",
        question="Where a person must say yes: has another one than who asked, to this very plan?",
        default="mode approve, and every R3 that is not named; 15 min to answer, for one run",
        floor="cannot be switched off; R3 asked for by a person always needs another one",
        ask=approval,
    ),
)
