"""The typed actions that let the members of a lost cluster stand still, so that their positions can be read: hold, and
stop.

Invariants. A member that may be Primary is neither held nor stopped. A member that looks for a Primary component in
vain is held as it runs, and ends by itself. A member is stopped only when it answers from outside of a component, or,
by its log, lost the component while it joined. The stop needs a yes to just that stop, by what was seen a moment ago.
The member's own log must say the same in the moment of the stop (`scripts.STOP`). The hold is a debt. Taking it back
starts nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from remediator.integrations.container import facts as container_facts
from remediator.integrations.galera.actions import choose
from remediator.integrations.galera.actions.undo import HOLD_DEBT
from remediator.integrations.galera.facts.launch import Inhibitor, Launch
from remediator.integrations.galera.facts.member import CONTAINER, Member, Status, member
from remediator.integrations.galera.judgement import phrases
from remediator.integrations.galera.judgement.decision import Procedure
from remediator.integrations.galera.steps import scripts
from remediator.model.content.actions import (
    ActionSpec,
    AtTurn,
    Built,
    Effect,
    Gives,
    Need,
    OnEachMember,
    Probe,
    ResultKind,
    Risk,
    Settled,
    Settling,
    StepInput,
)
from remediator.model.content.commands import Command
from remediator.model.content.consent import Ask, Consent
from remediator.model.content.declined import Refused, Wait
from remediator.model.messages.replies import HostReply
from remediator.model.targets import Target
from remediator.model.values import Data, Unknown

HOLD_S, STOP_S = 30.0, 240.0
STOP_EVIDENCE_S = 10.0
"""No member is stopped on evidence that is older."""
HELD_STOPPED = "held: stopped"
"""Output of the hold for a member that was stopped and could not be started any more when the hold was done."""


def _reply(order: StepInput) -> HostReply | None:
    return order.evidence.reply(order.host.name)


def _here(order: StepInput) -> Member:
    return member(order.host.name, _reply(order))


def _hold(order: StepInput) -> Built:
    """A member that runs outside of a Primary component, by its own word or by its log, is held as it runs; any other
    one must be stopped."""
    one = _here(order)
    if isinstance(one.beside, tuple) and one.beside:
        return Refused(
            f"the data of {order.host.name} is in use by {', '.join(one.beside)}, and not by its own "
            f"container: nothing is held beside it"
        )
    how = "running" if (one.stopped is False and one.outside is True) or one.searching is True else "stopped"
    argv = scripts.HOLD.argv(order.mark_on(order.host.name), order.host.engine, how)
    return (Command(host=order.host.name, argv=argv, timeout_s=HOLD_S),)


def _stop(order: StepInput) -> Built:
    """Only who answers from outside of a Primary component, or is stranded there, has to be stopped, and only after a
    person's yes: nothing else ends it."""
    host = order.host.name
    one = _here(order)
    if one.stopped is True:
        return ()
    if one.outside is not True or not (isinstance(one.status, Status) or one.stranded is True):
        return Refused(
            f"{host} runs, and is not proven to be outside of a Primary component ({one.sql}): it is not stopped"
        )
    reply = _reply(order)
    if reply is None or order.evidence.now.at_most_since(reply.asked_at) > STOP_EVIDENCE_S:
        return Wait(
            f"what {host} says of itself is older than {STOP_EVIDENCE_S:.0f} s: it is asked again before it is stopped"
        )
    ask = _ask(_running(order) or [host])
    if order.covers.stops != ask.consent.stops and not ask.covered_by(order.consent):
        return ask
    return (Command(host=host, argv=scripts.STOP.argv(order.mark_on(host), order.host.engine), timeout_s=STOP_S),)


def _ask(names: Sequence[str]) -> Ask:
    return Ask(phrases.stopping(", ".join(names)), Consent(stops=frozenset(names)))


def _asked_beforehand(data: Data) -> Ask | None:
    """Return whom the proposal stops, by the judgement that it is made from."""
    stops = data.get("stops")
    return None if isinstance(stops, Unknown) or not stops else _ask(stops)


def _running(order: StepInput) -> list[str]:
    """Return the members that answered when they were held: all of them are said yes to at once, whoever of them is
    stopped already."""
    return [name for name, stopped in order.given_by_members(HELD_BY_MEMBERS).items() if stopped is False]


def _held_how(_order: StepInput, output: str) -> Mapping[str, Any]:
    return {"stopped": HELD_STOPPED in output.splitlines()}


def _stopped(given: Mapping[str, Any] | None) -> bool | None:
    """Return whether a member was stopped once it was held; None where that was not told."""
    stopped = (given or {}).get("stopped")
    return stopped if isinstance(stopped, bool) else None


HELD = ResultKind("hold", _stopped)
HELD_BY_MEMBERS = Need("holds", HELD, of_members=True)


def _still_runs(given: Mapping[str, Any]) -> bool:
    return given.get("stopped") is not True


def _held(before: Mapping[str, str], reply: HostReply, _target: Target) -> Probe:
    launch = member(reply.host, reply).launch
    if not isinstance(launch, Launch) or not isinstance(launch.inhibitor, Inhibitor):
        return Probe.UNKNOWN
    ours = launch.inhibitor.exists and launch.inhibitor.line == f"{scripts.HELD} {before.get('run')}"
    return Probe.APPLIED if ours else Probe.NOT_APPLIED


def _ended(_before: Mapping[str, str], reply: HostReply, _target: Target) -> Probe:
    stopped = member(reply.host, reply).stopped
    if isinstance(stopped, Unknown):
        return Probe.UNKNOWN
    return Probe.APPLIED if stopped else Probe.NOT_APPLIED


def held(order: StepInput, given: Mapping[str, Any]) -> Settled:
    """The member that was held while it looked for a Primary component has given up by itself, and its unit is not
    started again. A member that answers from outside of a component, or is stranded there, is left for the next step. A
    member that found a component is left to that component, and ends the run."""
    host = order.host.name
    one = _here(order)
    if one.stopped is False and isinstance(one.status, Status) and one.primary is False:
        text = f"{host}: held; it runs, and answers from a {one.status.cluster_status} component"
        return Settled(text=text, done=True, given={"stopped": False})
    if one.stopped is False and one.stranded is True:
        text = f"{host}: held; it runs, and waits in vain: it lost the Primary component while it joined"
        return Settled(text=text, done=True, given={"stopped": False})
    return ended(order, given)


def ended(order: StepInput, given: Mapping[str, Any]) -> Settled:
    """The held member does not run any more, and its unit is not started again."""
    host = order.host.name
    one = _here(order)
    if one.primary is True:
        return Settled(text=f"{host}: it is Primary by now: nothing is held", failed=True, given=given)
    if one.stopped is True and _unit_state(_reply(order)) in ("inactive", "failed"):
        return Settled(text=f"{host}: it has ended and is held", done=True, given={"stopped": True})
    return Settled(text=f"{host}: held; it still runs, and ends when it gives up", given=given)


def _unit_state(reply: HostReply | None) -> str | None:
    found = Unknown("not_asked") if reply is None else container_facts.of(reply)
    if isinstance(found, Unknown) or isinstance(found.units, Unknown) or CONTAINER not in found.units:
        return None
    return found.units[CONTAINER].state


ACTIONS = (
    ActionSpec(
        name="galera.hold",
        summary="keep the unit of this member from starting, by a drop-in that is taken back; one that looks "
        "in vain for a Primary component ends by itself",
        risk=Risk.R2,
        effect=Effect.IDEMPOTENT,
        target_kinds=("cluster",),
        when=AtTurn(commands=_hold, at_plan=choose.only_for(Procedure.BOOTSTRAP)),
        probe=_held,
        where=OnEachMember(side_by_side=True),
        judges_group=True,
        holds_units=True,
        gives=Gives(kind=HELD, told=_held_how),
        settle=Settling(seen=held, begins=_still_runs),
        debt=HOLD_DEBT,
        scripts=(scripts.HOLD, scripts.RELEASE),
    ),
    ActionSpec(
        name="galera.stop",
        summary="stop this held member if it runs outside of a Primary component and does not end by itself, "
        "after a person's yes",
        risk=Risk.R3,
        effect=Effect.IDEMPOTENT,
        target_kinds=("cluster",),
        needs=(HELD_BY_MEMBERS,),
        when=AtTurn(commands=_stop, asks_beforehand=_asked_beforehand),
        probe=_ended,
        takes_away_healthy=True,
        where=OnEachMember(),
        settle=Settling(seen=ended),
        scripts=(scripts.STOP,),
    ),
)
"""In the order of a recovery."""
