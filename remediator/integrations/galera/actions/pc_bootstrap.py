"""The typed actions for a cluster whose members all run and of which none is Primary: choose the highest, and make it
Primary.

Invariant: a member is told only what `decide` names on evidence of every member, gathered after the last step. The
member itself is asked once more in the same moment, and a member that is Primary already is left as it is. No member is
stopped, and nothing is held: the others take part again by themselves, as soon as they see the Primary member. No
password is used. Where the member lets none of its own system users in, the run ends with the statement that a person
says. Sources: GB-3 (below MariaDB 11.2, MDEV-32800); Galera's documentation on resetting the quorum.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remediator.integrations.galera.actions import choice, choose, upgrade
from remediator.integrations.galera.facts.member import Status, member
from remediator.integrations.galera.judgement.decision import Procedure
from remediator.integrations.galera.steps import progress, read_position, scripts
from remediator.model.content.actions import ActionSpec, AtTurn, Built, Effect, Gives, Probe, Risk, Settling, StepInput
from remediator.model.content.commands import Command, Script
from remediator.model.content.declined import Declined, Refused
from remediator.model.messages.replies import HostReply
from remediator.model.targets import Target
from remediator.model.values import Unknown

STATEMENT = "SET GLOBAL wsrep_provider_options='pc.bootstrap=YES'"
SAY_S = 90.0
NO_LOGIN = (
    "MariaDB on {host} lets neither mysql nor root in over its own socket without a password "
    "(docs/galera-upgrade.md has how to let "
    f"it): say on {{host}} alone, as the database's root: {STATEMENT};"
)


def _choose(order: StepInput) -> Built:
    host = choose.candidate(order, Procedure.PC_BOOTSTRAP)
    if isinstance(host, Declined):
        return host
    return _say(order, host, scripts.LOGIN, upgrade.LOGIN_S)


def _say(order: StepInput, host: str, script: Script, timeout_s: float) -> Built:
    engine = choose.engine(order, host)
    if isinstance(engine, Refused):
        return engine
    return (Command(host=host, argv=script.argv(engine), timeout_s=timeout_s),)


def _account(order: StepInput, output: str) -> Mapping[str, Any] | Refused:
    """Return the choice, once the chosen member lets one of its own users in."""
    found = choose.decided(order)
    decision = found.decision
    status = _status(order, decision.candidate or "")
    if decision.candidate is None or isinstance(status, Unknown):
        return Refused(f"{decision.rule}: {decision.why}")
    if upgrade.account(output) is None:
        return Refused(NO_LOGIN.format(host=decision.candidate))
    return choose.chosen(order, found, status.cluster_uuid, status.last_committed)


def _status(order: StepInput, host: str) -> Status | Unknown:
    return member(host, order.evidence.reply(host)).status


def _bootstrap(order: StepInput) -> Built:
    """GB-2: everything is looked at and decided once more, seconds before; the candidate must be the same, and no less
    far: one that was restarted meanwhile may have lost what it had not flushed, and nobody has said yes to that
    (GB-8)."""
    then = order.given(choice.CHOSEN)
    if isinstance(then, Refused):
        return then
    status = _status(order, then.host)
    if isinstance(status, Status) and status.last_committed < then.seqno:
        return Refused(
            f"{then.host} was chosen at {then.seqno} and is at {status.last_committed} now: what it had "
            f"not flushed may be lost, "
            "look at all members"
        )
    host = choose.still(order, Procedure.PC_BOOTSTRAP)
    if isinstance(host, Declined):
        return host
    return _say(order, host, scripts.PC_BOOTSTRAP, SAY_S)


def _said(_before: Mapping[str, str], reply: HostReply, _target: Target) -> Probe:
    """Applied once it is Primary; one that says it is not was not made so: nothing else takes the statement back at
    once."""
    primary = member(reply.host, reply).primary
    if isinstance(primary, Unknown):
        return Probe.UNKNOWN
    return Probe.APPLIED if primary else Probe.NOT_APPLIED


ACTIONS = (
    ActionSpec(
        name="galera.decide_live",
        summary="choose the running member with the highest position by GB-1 to GB-19, and see whether it lets "
        "its own user in",
        risk=Risk.R0,
        effect=Effect.OBSERVE,
        target_kinds=("cluster",),
        when=AtTurn(commands=_choose, at_plan=choose.only_for(Procedure.PC_BOOTSTRAP), fresh=True),
        probe=read_position.again,
        gives=Gives(kind=choice.CHOICE, told=_account),
        judges_group=True,
        scripts=(scripts.LOGIN,),
    ),
    ActionSpec(
        name="galera.pc_bootstrap",
        summary=f"say {STATEMENT} on the chosen member, which runs, and see its uuid, position and row counts",
        risk=Risk.R3,
        effect=Effect.ONCE,
        target_kinds=("cluster",),
        needs=(choice.CHOSEN,),
        when=AtTurn(commands=_bootstrap, fresh=True),
        probe=_said,
        settle=Settling(seen=progress.primary_again),
        scripts=(scripts.PC_BOOTSTRAP,),
        arrives_s=SAY_S,
    ),
)
