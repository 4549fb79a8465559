"""The typed actions for the only member of a group of one: read its position, and start it plainly, which makes it Primary again.

Invariant: it is started only while `decide` says so on evidence gathered after its position was read in this very run (`rules_lone.py`);
never with an option, and never in a group in which others are, or may be, members.
"""

from __future__ import annotations

from remediator.integrations.galera import alone, choosing, reading, recovery, scripts
from remediator.integrations.galera.decision import Procedure
from remediator.model.content import ActionInput, ActionSpec, Command, Effect, Risk

START_S = 90.0


def _must_be_alone(order: ActionInput) -> None:
    """Raise ValueError unless the check says that the only member of the group is to be started: what is asked before a run begins."""
    choosing.must_be(order, Procedure.START_ONE)
    if len(order.target.hosts) != 1:
        raise ValueError(
            f"the group has {len(order.target.hosts)} members: one that is down is started beside the others"
        )


def _read(order: ActionInput) -> tuple[Command, ...]:
    _must_be_alone(order)
    return reading.commands(order) if order.run else ()


def _start(order: ActionInput) -> tuple[Command, ...]:
    if not order.run:
        _must_be_alone(order)
        return ()
    decision, told = choosing.decided(order)
    if decision.procedure is not Procedure.START_ONE or decision.candidate != order.host.name:
        raise ValueError(f"{decision.rule}: {decision.why}\n{told}")
    return (alone.command(order), Command(host=order.host.name, argv=scripts.START.argv(), timeout_s=START_S))


ACTIONS = (
    ActionSpec(
        name="galera.read_lone",
        summary="read how far the data of the only, stopped member goes, in a one-shot container with a log of its own",
        risk=Risk.R2,
        effect=Effect.OBSERVE,
        target_kinds=("cluster",),
        params={},
        commands=_read,
        probe=reading.again,
        result=reading.gives,
        each_member=True,
        late=True,
        guarded=True,
        judges_group=True,
        scripts=(scripts.ALONE, scripts.READ),
    ),
    ActionSpec(
        name="galera.start_lone",
        summary="start the unit of the only member, unchanged and without any option, once its position allows it",
        risk=Risk.R2,
        effect=Effect.IDEMPOTENT,
        target_kinds=("cluster",),
        params={},
        commands=_start,
        probe=recovery.started,
        each_member=True,
        late=True,
        fresh=True,
        guarded=True,
        judges_group=True,
        scripts=(scripts.ALONE, scripts.START),
    ),
)
