"""The typed actions that bring a lost cluster back once all are held (`hold.py`): save, read positions, decide,
bootstrap, join one by one, finish.

Invariants. Nothing is bootstrapped but what `decide` names on evidence of every member gathered after the last step,
with positions that this very run has read. Loss, and everything else that needs a person, is in the sentence that the
person approves. A plan that was approved before any of this was known is asked about again. Every temporary state is a
debt: each hold, and the container that bootstrapped. Members join one after the other, each until it is Synced.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remediator.integrations.galera.actions import choice, choose, hold
from remediator.integrations.galera.actions.undo import BOOTSTRAP_DEBT, data_directory
from remediator.integrations.galera.facts import contradiction
from remediator.integrations.galera.facts.launch import Inhibitor, Launch
from remediator.integrations.galera.facts.member import Member, member
from remediator.integrations.galera.judgement import build_picture
from remediator.integrations.galera.judgement.decision import Procedure
from remediator.integrations.galera.judgement.phrases import said
from remediator.integrations.galera.steps import data_users, progress, read_position, scripts
from remediator.integrations.galera.steps.scripts import BOOTSTRAP_CONTAINER
from remediator.model.content.actions import (
    ActionSpec,
    AtTurn,
    Built,
    Effect,
    Gives,
    OnEachMember,
    Probe,
    Risk,
    Settling,
    StepInput,
)
from remediator.model.content.commands import Command, Script
from remediator.model.content.declined import Declined, Refused, Wait
from remediator.model.messages.replies import HostReply
from remediator.model.targets import Target
from remediator.model.values import Unknown

QUICK_S, START_S, STOP_S = 30.0, 90.0, 240.0
COPY_RATE = 50e6
"""Bytes a second: slower than any disk a database is put on."""


def _command(host: str, script: Script, timeout_s: float, *words: str) -> tuple[Command, ...]:
    return (Command(host=host, argv=script.argv(*words), timeout_s=timeout_s),)


# before the decision
# ----------------------------------------------------------------------------------------------------


def _save(order: StepInput) -> Built:
    where = data_directory(order)
    if isinstance(where, Refused):
        return where
    return _command(order.host.name, scripts.SAVE, QUICK_S, where, order.mark_on(order.host.name))


def _copy(settings: Mapping[str, Any]) -> Any:
    def commands(order: StepInput) -> Built:
        """Nothing, unless the config asks for a copy; a copy needs its room, and a hook ends with 0 or ends the run."""
        chosen = order.given(choice.CHOSEN)
        if isinstance(chosen, Refused):
            return chosen
        host = chosen.host
        found: tuple[Command, ...] = ()
        for hook in _hooks(settings):
            found += (Command(host=host, argv=(*hook, order.mark_on(host)), timeout_s=1800.0),)
        if settings.get("copy", "files") == "datadir":
            sizes, where = _sizes(order, host), data_directory(order, host)
            if isinstance(sizes, Refused):
                return sizes
            data, free = sizes
            if free < build_picture.SPACE_FACTOR * data:
                return Refused(
                    f"a copy of {data} bytes does not fit beside the data directory of {host} ({free} "
                    f"bytes free): make room, "
                    "or set integrations.galera.copy: files"
                )
            if isinstance(where, Refused):
                return where
            found += _command(host, scripts.COPY, 600.0 + data / COPY_RATE, where, order.mark_on(host))
        return found

    return commands


def _hooks(settings: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    hook = settings.get("snapshot")
    return (tuple(str(word) for word in hook),) if hook else ()


def _sizes(order: StepInput, host: str) -> tuple[int, int] | Refused:
    reply = order.evidence.reply(host)
    files = member(host, reply).files
    data = getattr(files, "data_bytes", Unknown("no_data_directory"))
    free = getattr(files, "free_bytes", Unknown("no_data_directory"))
    if not isinstance(data, int) or not isinstance(free, int):
        return Refused(
            f"how large the data of {host} is, and what is free there, is not known: nothing is copied blindly"
        )
    return data, free


# the bootstrap, and what follows
# ----------------------------------------------------------------------------------------


def _bootstrap(order: StepInput) -> Built:
    """GB-2: everything is looked at and decided once more, seconds before; the candidate must be the same."""
    host = choose.still(order, Procedure.BOOTSTRAP)
    if isinstance(host, Declined):
        return host
    engine, where = choose.engine(order, host), data_directory(order, host)
    if isinstance(engine, Refused):
        return engine
    if isinstance(where, Refused):
        return where
    start = _command(host, scripts.BOOTSTRAP, START_S, where, order.mark_on(host), engine)
    return data_users.before(order, *start, engine=engine)


def _join(order: StepInput) -> Built:
    """GB-14: one after the other, while nobody gives or takes a state transfer; without history only by a whole one
    (GB-10)."""
    chosen = order.given(choice.CHOSEN)
    if isinstance(chosen, Refused):
        return chosen
    if order.host.name == chosen.host:
        return ()
    if (wait := progress.until_calm(order)) is not None:
        return wait
    if progress.left_out(_here(order, order.host.name)):
        return _command(order.host.name, scripts.RESTART, STOP_S, order.host.engine)
    how, where = "sst" if order.host.name in chosen.sst else "ist", data_directory(order)
    if isinstance(where, Refused):
        return where
    mark, engine = order.mark_on(order.host.name), order.host.engine
    return data_users.before(order, *_command(order.host.name, scripts.JOIN, START_S, mark, where, how, engine))


def _finish(order: StepInput) -> Built:
    """The container with the bootstrap argument goes, and the unit takes its place, once the others hold the cluster
    without it."""
    chosen = order.given(choice.CHOSEN)
    if isinstance(chosen, Refused):
        return chosen
    host = chosen.host
    if (wait := progress.until_held_without(order, host)) is not None:
        return wait
    here, engine = _here(order, host), choose.engine(order, host)
    if isinstance(engine, Refused):
        return engine
    if progress.left_out(here):
        return _command(host, scripts.RESTART, STOP_S, engine)
    strangers = [one for one in here.beside if BOOTSTRAP_CONTAINER not in one] if isinstance(here.beside, tuple) else []
    if strangers:
        return Wait(
            f"the data of {host} is in use by {', '.join(strangers)} as well: stop that, then its unit "
            f"takes its place again"
        )
    return _command(host, scripts.FINISH, STOP_S, order.mark_on(host), engine)


def _here(order: StepInput, host: str) -> Member:
    return member(host, order.evidence.reply(host))


def _start(order: StepInput) -> Built:
    if member(order.host.name, _reply(order, order.host.name)).stopped is not True:
        return ()
    doubtful = {host: why for host in order.target.hosts if (why := _must_not_start(order, host)) is not None}
    waiting = [host for host in order.target.hosts if member(host, _reply(order, host)).stopped is True]
    if order.host.name in doubtful:
        if all(host in doubtful for host in waiting):
            return Refused("; ".join(doubtful[host] for host in waiting))
        return ()  # the others form without it, and what is wrong with it is its own incident
    return data_users.before(order, *_command(order.host.name, scripts.START, START_S))


def _reply(order: StepInput, host: str) -> HostReply | None:
    return order.evidence.reply(host)


def _read_saved(order: StepInput) -> Built:
    """Nothing, but for a stopped member whose grastate.dat claims a position: Galera would believe the file, so its
    data is asked."""
    reply = _reply(order, order.host.name)
    claimed = contradiction.saved(reply)
    if member(order.host.name, reply).stopped is not True or claimed is None:
        return ()
    return read_position.commands(order)


def _position(order: StepInput, output: str) -> Mapping[str, Any]:
    return read_position.gives(order, output) if output else {}


def _must_not_start(order: StepInput, host: str) -> str | None:
    """GB-6: return why a stopped member is not started as it is: its grastate.dat claims a position, and its data was
    not shown to have it."""
    reply = _reply(order, host)
    claimed = contradiction.saved(reply)
    if member(host, reply).stopped is not True or claimed is None:
        return None
    found = choose.positions(order)[host]
    if isinstance(claimed, Unknown) or isinstance(found, Unknown) or isinstance(found.seqno, Unknown):
        return f"whether the data of {host} goes to what its grastate.dat says ({said(claimed)}) is not known"
    return contradiction.sentence(host, claimed, found.seqno) if contradiction.of(claimed, found.seqno) else None


# probes
# -----------------------------------------------------------------------------------------------------------------


def _launch(reply: HostReply) -> Launch | None:
    found = member(reply.host, reply).launch
    return found if isinstance(found, Launch) else None


def _bootstrapped(before: Mapping[str, str], reply: HostReply, _target: Target) -> Probe:
    """Applied as soon as there is a container of this run, whatever became of it: it is not bootstrapped twice
    (GB-12)."""
    launch = _launch(reply)
    if launch is None or isinstance(launch.helpers, Unknown):
        return Probe.UNKNOWN
    helper = launch.helpers.get(BOOTSTRAP_CONTAINER)
    if helper is None:
        return Probe.NOT_APPLIED
    return Probe.APPLIED if helper.run == before.get("run") else Probe.UNKNOWN


def started(_before: Mapping[str, str], reply: HostReply, _target: Target) -> Probe:
    """Applied once the member runs and no hold of a recovery is on its unit."""
    one, launch = member(reply.host, reply), _launch(reply)
    if launch is None or not isinstance(launch.inhibitor, Inhibitor) or isinstance(one.runs_own, Unknown):
        return Probe.UNKNOWN
    return Probe.APPLIED if not launch.inhibitor.exists and one.runs_own else Probe.NOT_APPLIED


def _finished(before: Mapping[str, str], reply: HostReply, target: Target) -> Probe:
    launch = _launch(reply)
    if launch is None or isinstance(launch.helpers, Unknown):
        return Probe.UNKNOWN
    if launch.helpers.get(BOOTSTRAP_CONTAINER) is not None:
        return Probe.NOT_APPLIED
    return started(before, reply, target)


def actions(settings: Mapping[str, Any]) -> tuple[ActionSpec, ...]:
    """Return the actions of a recovery. Settings: ``copy`` (files, datadir) and ``snapshot`` (an argv, the mark of the
    run is appended)."""
    return (
        *hold.ACTIONS,
        ActionSpec(
            name="galera.save",
            summary="copy grastate.dat and gvwstate.dat of this member beside its data directory",
            risk=Risk.R1,
            effect=Effect.IDEMPOTENT,
            target_kinds=("cluster",),
            when=AtTurn(commands=_save),
            probe=read_position.again,
            where=OnEachMember(side_by_side=True),
            scripts=(scripts.SAVE,),
        ),
        ActionSpec(
            name="galera.read_position",
            summary="read how far the data of this stopped member goes, in a one-shot container with a log of its own",
            risk=Risk.R2,
            effect=Effect.OBSERVE,
            target_kinds=("cluster",),
            when=AtTurn(commands=read_position.commands),
            probe=read_position.again,
            gives=Gives(kind=read_position.POSITION, told=read_position.gives),
            where=OnEachMember(side_by_side=True),
            scripts=(scripts.ALONE, scripts.READ),
        ),
        ActionSpec(
            name="galera.decide",
            summary="choose the member with the highest position by GB-1 to GB-19, or end the run with the "
            "rule that refuses",
            risk=Risk.R0,
            effect=Effect.OBSERVE,
            target_kinds=("cluster",),
            needs=(read_position.READ_BY_MEMBERS,),
            when=AtTurn(commands=choose.choose, fresh=True),
            probe=read_position.again,
            gives=Gives(kind=choice.CHOICE, told=choose.account),
        ),
        ActionSpec(
            name="galera.copy",
            summary="on the chosen member: run the snapshot hook, or copy the data directory, where the config "
            "asks for it",
            risk=Risk.R1,
            effect=Effect.IDEMPOTENT,
            target_kinds=("cluster",),
            needs=(choice.CHOSEN,),
            when=AtTurn(commands=_copy(settings)),
            probe=read_position.again,
            scripts=(scripts.COPY,),
            programs=_hooks(settings),
        ),
        ActionSpec(
            name="galera.bootstrap",
            summary="bootstrap from the chosen member in a container of its own, and see its uuid, position "
            "and row counts",
            risk=Risk.R3,
            effect=Effect.ONCE,
            target_kinds=("cluster",),
            needs=(choice.CHOSEN, read_position.READ_BY_MEMBERS),
            when=AtTurn(commands=_bootstrap, fresh=True),
            probe=_bootstrapped,
            settle=Settling(seen=progress.bootstrapped),
            debt=BOOTSTRAP_DEBT,
            scripts=(scripts.ALONE, scripts.BOOTSTRAP, scripts.FINISH),
            arrives_s=START_S,
        ),
        ActionSpec(
            name="galera.join",
            summary="start this member beside the bootstrapped one and wait until it is Synced",
            risk=Risk.R2,
            effect=Effect.IDEMPOTENT,
            target_kinds=("cluster",),
            needs=(choice.CHOSEN,),
            when=AtTurn(commands=_join, fresh=True),
            probe=started,
            where=OnEachMember(),
            settle=Settling(seen=progress.joined, limit_s=progress.transfer_limit_s),
            releases=("galera.hold",),
            scripts=(scripts.ALONE, scripts.JOIN, scripts.RESTART),
        ),
        ActionSpec(
            name="galera.finish",
            summary="end the bootstrap container and start the member's own unit in its place",
            risk=Risk.R2,
            effect=Effect.IDEMPOTENT,
            target_kinds=("cluster",),
            needs=(choice.CHOSEN,),
            when=AtTurn(commands=_finish, fresh=True),
            probe=_finished,
            settle=Settling(seen=progress.finished, limit_s=progress.transfer_limit_s),
            releases=("galera.hold", "galera.bootstrap"),
            scripts=(scripts.FINISH, scripts.RESTART),
        ),
        ActionSpec(
            name="galera.read_saved",
            summary="read how far the data of a stopped member goes whose grastate.dat claims a position, "
            "before it is started as it is",
            risk=Risk.R2,
            effect=Effect.OBSERVE,
            target_kinds=("cluster",),
            when=AtTurn(commands=_read_saved, at_plan=choose.only_for(Procedure.START_MEMBERS)),
            probe=read_position.again,
            gives=Gives(kind=read_position.POSITION, told=_position),
            where=OnEachMember(side_by_side=True),
            judges_group=True,
            scripts=(scripts.ALONE, scripts.READ),
        ),
        ActionSpec(
            name="galera.start_stopped",
            summary="start this member if it is stopped, unchanged and without any option",
            risk=Risk.R2,
            effect=Effect.IDEMPOTENT,
            target_kinds=("cluster",),
            needs=(read_position.READ_BY_MEMBERS,),
            when=AtTurn(commands=_start, at_plan=choose.only_for(Procedure.START_MEMBERS)),
            probe=started,
            where=OnEachMember(side_by_side=True),
            judges_group=True,
            scripts=(scripts.ALONE, scripts.START),
        ),
    )
