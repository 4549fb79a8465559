"""The typed actions for the only member of a group of one: read its position, and start it plainly, which makes it
Primary again.

Invariant: the member is started only while `decide` says so on evidence gathered after its position was read in this
very run (`rules_lone.py`). It is never started with an option, and never in a group in which others are, or may be,
members.
"""

from __future__ import annotations

from remediator.integrations.galera.actions import choose, recover
from remediator.integrations.galera.judgement.decision import Procedure
from remediator.integrations.galera.steps import data_users, read_position, scripts
from remediator.model.content.actions import (
    ActionSpec,
    AtTurn,
    Built,
    Effect,
    Gives,
    OnEachMember,
    PlanInput,
    Risk,
    StepInput,
)
from remediator.model.content.commands import Command
from remediator.model.content.declined import Refused

START_S = 90.0


def _refusal(order: PlanInput) -> Refused | None:
    """Refuse unless the check says that the only member of the group is to be started: what is asked before a run
    begins."""
    if (refused := choose.unless(order, Procedure.START_ONE)) is not None:
        return refused
    if len(order.target.hosts) != 1:
        return Refused(
            f"the group has {len(order.target.hosts)} members: one that is down is started beside the others"
        )
    return None


def _alone(order: PlanInput) -> Built:
    return _refusal(order) or ()


def _read(order: StepInput) -> Built:
    return _refusal(order) or read_position.commands(order)


def _start(order: StepInput) -> Built:
    found = choose.decided(order)
    if found.decision.procedure is not Procedure.START_ONE or found.decision.candidate != order.host.name:
        return found.refusal
    return data_users.before(order, Command(host=order.host.name, argv=scripts.START.argv(), timeout_s=START_S))


ACTIONS = (
    ActionSpec(
        name="galera.read_lone",
        summary="read how far the data of the only, stopped member goes, in a one-shot container with a log of its own",
        risk=Risk.R2,
        effect=Effect.OBSERVE,
        target_kinds=("cluster",),
        when=AtTurn(commands=_read, at_plan=_alone),
        probe=read_position.again,
        gives=Gives(kind=read_position.POSITION, told=read_position.gives),
        where=OnEachMember(),
        judges_group=True,
        scripts=(scripts.ALONE, scripts.READ),
    ),
    ActionSpec(
        name="galera.start_lone",
        summary="start the unit of the only member, unchanged and without any option, once its position allows it",
        risk=Risk.R2,
        effect=Effect.IDEMPOTENT,
        target_kinds=("cluster",),
        needs=(read_position.READ_BY_MEMBERS,),
        when=AtTurn(commands=_start, at_plan=_alone, fresh=True),
        probe=recover.started,
        where=OnEachMember(),
        judges_group=True,
        scripts=(scripts.ALONE, scripts.START),
    ),
)
