"""Guards about others: kolla or Ansible at work, an operator, systemd, services below, the daemon itself, a group never
seen whole.
"""

from __future__ import annotations

from datetime import timedelta

from remediator.model import targets
from remediator.model.content.actions import Risk
from remediator.model.messages.signs import Sign
from remediator.model.records.verdicts import Verdict
from remediator.model.values import Data, Unknown
from remediator.safety.case import Case
from remediator.safety.guard import Guard, allow, refuse, settled_by
from remediator.safety.guards import rivals

GENERIC_ACTIONS = ("container.start", "container.restart")
"""Actions that know nothing of the service inside a container. Stateful services have runbooks of their own (KR-5)."""
WAITS_FOR_RESTART = "auto-restart"
"""systemd's substate of a unit whose process has ended and that systemd starts again after RestartSec. Nothing of the
unit runs.
"""


def stateful(case: Case) -> Verdict:
    """The generic start and restart never touch a stateful service: database, queue, switch, libvirt."""
    if not any(step.action in GENERIC_ACTIONS for step in case.plan.steps):
        return allow("stateful")
    for unit, data in sorted(case.units.items()):
        if isinstance(data, Unknown):
            return refuse("stateful", f"whether {unit} is stateful is not known ({data.reason})", unit=unit)
        found = data.get("stateful", Unknown("not_assessed"))
        if isinstance(found, Unknown):
            return refuse("stateful", f"whether {unit} is stateful is not known ({found.reason})", unit=unit)
        if found:
            return refuse("stateful", f"{unit} is stateful: only its own runbook may touch it", unit=unit)
    return allow("stateful")


def _covers(sign: Sign, case: Case) -> bool:
    if (case.now.wall - sign.at).total_seconds() >= case.brakes.maintenance_s:
        return False
    if sign.service is not None:
        services = {unit.rsplit("/", 1)[1] for unit in case.units} | {case.plan.target.name}
        return sign.service in services
    return sign.host in case.plan.touches


def maintenance(case: Case) -> Verdict:
    """Nobody deployed, upgraded or reconfigured here within the limit (30 min after the last sign)."""
    if isinstance(case.signs, Unknown):
        return refuse("maintenance", f"whether somebody works on the hosts is not known ({case.signs.reason})")
    covering = sorted((sign for sign in case.signs if _covers(sign, case)), key=lambda sign: sign.at)
    if covering:
        last = covering[-1]
        until = min(last.at, case.now.wall) + timedelta(seconds=case.brakes.maintenance_s)
        scope = last.service if last.service else last.host
        return refuse(
            "maintenance",
            f"maintenance: {last.detail}; it holds {scope}; {settled_by(last.host)}",
            until=until,
            sign=last.key,
            signs=len(covering),
        )
    return allow("maintenance")


def operator_intent(case: Case) -> Verdict:
    """No unit that the plan touches was stopped by an operator: `inactive` with success is left alone.

    A release of our own debts is exempt: a unit that we kept from starting looks the same after a boot.
    """
    if case.plan.is_release:
        return allow("operator_intent", release=True)
    for unit, data in sorted(case.units.items()):
        if isinstance(data, Unknown):
            return refuse("operator_intent", f"whether somebody stopped {unit} is not known ({data.reason})", unit=unit)
        stopped = data.get("operator_stopped", Unknown("not_assessed"))
        if isinstance(stopped, Unknown):
            return refuse(
                "operator_intent", f"whether somebody stopped {unit} is not known ({stopped.reason})", unit=unit
            )
        if stopped:
            return refuse(
                "operator_intent", f"{unit} was stopped by an operator (inactive, success): it is left alone", unit=unit
            )
    return allow("operator_intent")


def competing(case: Case) -> Verdict:
    """Neither another remediator nor systemd is at work on the target. A unit that is activating, or that systemd will
    restart, is left alone.

    A plan that inhibits its units takes over from systemd: a unit that waits for its next restart is what such a plan
    is for.
    """
    rival = rivals.refusal(case)
    if rival is not None:
        return rival
    takes_over = any(step.holds_units for step in case.plan.steps)
    for unit, data in sorted(case.units.items()):
        if isinstance(data, Unknown):
            return refuse("competing", f"whether systemd is at work on {unit} is not known ({data.reason})", unit=unit)
        busy = data.get("systemd_busy", Unknown("not_assessed"))
        if isinstance(busy, Unknown):
            return refuse("competing", f"whether systemd is at work on {unit} is not known ({busy.reason})", unit=unit)
        if busy and not (takes_over and data.get("unit_substate") == WAITS_FOR_RESTART):
            return refuse("competing", _at_work(unit, data), unit=unit)
    return allow("competing")


def _at_work(unit: str, data: Data) -> str:
    """Return who is at work on a unit: systemd, or where kolla wrote none (before 2023.1) the engine."""
    if data.get("unit") is None and "unit_state" in data and data["unit_state"] is None:
        return f"its engine is at work on {unit} ({data.get('status')}): it starts it again by itself"
    return f"systemd is at work on {unit} ({data.get('unit_state')}/{data.get('unit_substate')})"


def ourselves(case: Case) -> Verdict:
    """The plan touches neither our own host above R1 nor the unit in which the daemon runs."""
    ours = sorted(set(case.units) & case.own_units)
    if ours:
        return refuse("ourselves", f"{ours[0]} is what I run in", unit=ours[0])
    if case.plan.risk.value <= Risk.R1.value:
        return allow("ourselves")
    if isinstance(case.own_hosts, Unknown):
        return refuse("ourselves", f"which host is my own is not known ({case.own_hosts.reason})")
    touched = sorted(set(case.plan.touches) & case.own_hosts)
    if touched:
        return refuse("ourselves", f"{touched[0]} is the host I run on: nothing above R1 there", host=touched[0])
    return allow("ourselves")


def dependency(case: Case) -> Verdict:
    """No service that the target needs is broken. The lowest broken service is cured first; the target may then recover
    by itself.
    """
    if isinstance(case.below, Unknown):
        return refuse("dependency", f"whether what it needs is well is not known ({case.below.reason})")
    if case.below:
        lowest = min(case.below, key=lambda each: targets.kind_of(each.target) != "host")
        more = f" (and {len(case.below) - 1} more)" if len(case.below) > 1 else ""
        return refuse(
            "dependency",
            f"what it needs is broken below it: {lowest.target} is {lowest.state.name} in {lowest.check}{more}",
            target=lowest.target,
            check=lowest.check,
            below=[each.target for each in case.below],
        )
    return allow("dependency")


def baseline(case: Case) -> Verdict:
    """From R2 on, the group has been seen whole for an hour, or a person has accepted a baseline. Without either nobody
    knows what whole is.
    """
    if case.plan.risk.value < Risk.R2.value or case.group is None:
        return allow("baseline")
    if isinstance(case.group, Unknown):
        return refuse("baseline", f"no_baseline: nothing is known of its group ({case.group.reason})")
    if case.group.baseline is not None:
        return refuse(
            "baseline",
            f"no_baseline: {case.group.baseline}; when all is well, say "
            f"`remediator baseline accept group/{case.group.name} --reason TEXT`",
            group=case.group.name,
        )
    return allow("baseline", group=case.group.name)


GUARDS = (
    Guard(
        id="stateful",
        question="Is a stateful service spared the generic restart?",
        default="the list of stateful services",
        floor="cannot be switched off",
        ask=stateful,
    ),
    Guard(
        id="maintenance",
        question="Does nobody deploy, upgrade or reconfigure here?",
        default="30 min after the last sign",
        floor="15 min",
        ask=maintenance,
        every_step=True,
    ),
    Guard(
        id="operator_intent",
        question="Did no operator stop it on purpose?",
        default="always asked",
        floor="cannot be switched off",
        ask=operator_intent,
        every_step=True,
    ),
    Guard(
        id="competing",
        question="Is no other automation (another remediator, systemd) at work on it?",
        default="always asked; a plan that holds its units takes over one that waits for its next restart",
        floor="cannot be switched off",
        ask=competing,
        every_step=True,
    ),
    Guard(
        id="ourselves",
        question="Is it neither what I run in nor, above R1, the host I run on?",
        default="always asked",
        floor="cannot be switched off",
        ask=ourselves,
        every_step=True,
    ),
    Guard(
        id="dependency",
        question="Is everything that the target needs well?",
        default="always asked",
        floor="cannot be switched off",
        ask=dependency,
    ),
    Guard(
        id="baseline",
        question="From R2 on: is it known what the group looks like when it is whole?",
        default="1 h of samples with every member known and healthy, or `remediator baseline accept`",
        floor="1 h",
        ask=baseline,
    ),
)
