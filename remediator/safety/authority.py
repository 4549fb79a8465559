"""May this be done at all, here, by us: target, mode, autonomy."""

from __future__ import annotations

from remediator.model.content import Mode, Risk
from remediator.model.verdicts import Verdict
from remediator.safety.case import Case
from remediator.safety.guard import Guard, allow, refuse


def target(case: Case) -> Verdict:
    """The target is one that a check judges right now, and every host the plan touches is in the inventory.

    An empty list of hosts cannot be built as a target at all; here it would mean "everything", the oldest mistake of automation.
    """
    text = case.plan.target.text
    if not case.plan.touches:
        return refuse("target", f"the plan for {text} names no host")
    strangers = sorted(set(case.plan.touches) - case.inventory_hosts)
    if strangers:
        return refuse("target", f"{', '.join(strangers)} is not in the inventory", hosts=strangers)
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
    """Nobody has to say yes first: the mode is auto, and an R3 plan is named in `i_accept_unattended_r3`."""
    risk = case.plan.risk
    if case.by_person and risk.value <= Risk.R2.value:
        return allow("autonomy", actor=case.actor)
    if case.mode is Mode.APPROVE:
        return refuse(
            "autonomy",
            f"mode is approve ({case.mode_source}): a person must run it: remediator execute {case.plan.runbook} --target {case.plan.target}",
            source=case.mode_source,
        )
    if risk is Risk.R3 and case.plan.rule not in case.unattended_r3:
        return refuse(
            "autonomy",
            f"R3 never acts unattended unless its rule is named in i_accept_unattended_r3 (rule {case.plan.rule})",
        )
    return allow("autonomy", risk=risk.name)


GUARDS = (
    Guard(
        id="target",
        question="Is the target one that a check knows, on hosts of the inventory?",
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
        question="May it act without a person?",
        default="no",
        floor="R3 auto only for rules named in i_accept_unattended_r3",
        ask=autonomy,
    ),
)
