"""The typed actions for one member: read its position, and start it, stopped as it is, without any option (GB-16).

Invariant: the member starts through its unit, never with bootstrap options. Whoever asks, a rule or a person, the start
is refused unless all that GB-16 and GB-17 ask for is proven. So the member failed and was not stopped, the others are a
Primary majority, and none of them gives or takes a state transfer. Nothing is known that a start makes worse. The start
is refused while the others formed again behind the high-water mark and nobody has accepted that. It is refused as well
where they formed again below the member's position and nothing shows that the member took part (GB-10).
"""

from __future__ import annotations

from collections.abc import Mapping

from remediator.integrations.container import start_commands
from remediator.integrations.galera.facts import contradiction
from remediator.integrations.galera.facts.member import CONTAINER, Files, Status, member
from remediator.integrations.galera.logs import gcache, texts
from remediator.integrations.galera.steps import data_users, read_position, scripts
from remediator.integrations.galera.watermark import marks
from remediator.model.content.actions import ActionSpec, AtTurn, Built, Effect, Gives, PlanInput, Probe, Risk, StepInput
from remediator.model.content.commands import Command
from remediator.model.content.declined import Refused
from remediator.model.messages.replies import HostReply
from remediator.model.targets import Target
from remediator.model.values import Data, Unknown

CLOCK_S = 2.0
CLUSTER = "galera.cluster"
"""The assessment that keeps the high-water mark."""
HARMFUL = texts.FORBIDS | {"disk_full", "inode_full"}


def _known(value: object) -> str:
    return f"UNKNOWN ({value.reason})" if isinstance(value, Unknown) else str(value)


def _refusal(data: Data, host: str) -> str | None:
    """Return why the member on `host` may not be started, or None. What is not known refuses."""
    cause, offset_s = data.get("cause", Unknown("no_data")), data.get("abs_clock_offset_s")
    if data.get("missing") is True:
        return f"there is no container {CONTAINER} on {host}: deploy it with kolla-ansible"
    if data.get("stopped") is not True:
        beside = data.get("beside")
        by = f" (its data is in use by {beside})" if isinstance(beside, str) else ""
        return f"it is not proven that MariaDB on {host} is stopped{by}: only a stopped member is started"
    if data.get("operator_stopped") is not False:
        return f"MariaDB on {host} was, or may have been, stopped by an operator: it is left alone"
    if isinstance(cause, Unknown) or cause in HARMFUL:
        known = f"UNKNOWN ({cause.reason})" if isinstance(cause, Unknown) else cause
        why = texts.named(cause)
        return (
            f"why MariaDB on {host} failed is {known}: a start could make that worse (GB-17){'; ' if why else ''}{why}"
        )
    if data.get("disk_full") is not False:
        return f"a file system of {host} is full, or that is not known: make room first (GB-17)"
    if not isinstance(offset_s, (int, float)) or offset_s > CLOCK_S:
        return f"the clock of {host} is more than {CLOCK_S:.0f} s off, or that is not known (GB-17)"
    if data.get("named_twice") is not None:
        return f"nobody knows how many members there are: {_known(data['named_twice'])} (GB-9)"
    if data.get("bootstrap_left_over") is not False:
        known = _known(data.get("bootstrap_left_over", Unknown("no_data")))
        return (
            f"{host} has, or may have ({known}), a bootstrap argument or an empty list of members: its "
            f"start could make a second cluster (GB-11)"
        )
    if data.get("group_size") == 1:
        return (
            f"{host} is the only member, and nobody is there to join: its start is that of the cluster "
            f"(galera-start-lone)"
        )
    if data.get("quorum_without_me") is not True:
        return f"it is not proven that the members besides {host} are a Primary majority (GB-16)"
    if data.get("split", False) is not False:
        return f"two Primary components exist, or that is not known: nobody knows which of them {host} would join"
    if data.get("any_donor_or_joiner") is not False:
        return f"another member gives or takes a state transfer, or that is not known: {host} waits (GB-16)"
    return None


def _unaccepted(order: StepInput) -> str | None:
    """GB-10: return why no member is started beside a component that formed again behind the mark, or None when it did
    not.

    A member that stood still meanwhile may hold what the others lost. Once they have written past its position it would
    be given only what comes after (IST), and differ from them in silence.
    """
    marked = order.evidence.known.get("marks", {})
    kept, host = marks.parse(marked.get(CLUSTER)), order.host.name
    if isinstance(kept, Unknown):
        return (
            f"the stored high-water mark cannot be read ({kept.reason}): whether the others lost what "
            f"{host} holds is not known"
        )
    if kept is None or kept.loss is None:
        return None
    return (
        f"the others formed again behind the furthest that is known ({kept.loss.behind} transactions "
        f"possibly lost, seen at "
        f"{kept.loss.reformed_at}), and nobody has accepted that: {host} may hold what they lost, and "
        f"would differ from them in silence "
        f"(GB-10). Save what only {host} has, let it take a whole copy (remove its grastate.dat and "
        f"start its unit by hand), and once all "
        "members are well: remediator baseline accept group/galera --reason ..."
    )


def _unless_startable(order: PlanInput) -> Refused | None:
    """Refuse by the data of the check alone: what is asked before a run begins."""
    refusal = _refusal(order.data, order.host.name)
    if refusal is not None:
        return Refused(refusal)
    owned = start_commands.has_unit(order.data, CONTAINER)
    if isinstance(owned, Refused):
        return owned
    if not owned:
        return Refused(f"MariaDB on {order.host.name} has no systemd unit: it is never started past one")
    return None


def _startable(order: PlanInput) -> Built:
    return _unless_startable(order) or ()


def _refused_now(order: StepInput) -> Refused | None:
    """Refuse by the data, and by what is kept of the group."""
    if (refused := _unless_startable(order)) is not None:
        return refused
    unaccepted = _unaccepted(order)
    return Refused(unaccepted) if unaccepted is not None else None


def _read(order: StepInput) -> Built:
    return _refused_now(order) or read_position.commands(order)


def _start(order: StepInput) -> Built:
    if (refused := _refused_now(order) or _ahead(order)) is not None:
        return refused
    start = Command(host=order.host.name, argv=scripts.START.argv(), timeout_s=start_commands.START_S)
    return data_users.before(order, start)


def _ahead(order: StepInput) -> Refused | None:
    """GB-10: refuse a member that holds what the living Primary never had.

    Such a member aborts at its first start, and systemd's second one gives it a whole copy of the others: what it alone
    held is gone. Where its position cannot be read, nobody knows, and it is not started. One without history takes a
    whole copy (GB-6).
    """
    host = order.host.name
    found = order.given(read_position.READ)
    if isinstance(found, Unknown):
        return Refused(
            f"the position of {host} is not known ({found.reason}): it may be ahead of the others, look at its data "
            "(one whose last state transfer was cut midway has none: empty its data directory, and it "
            "takes a whole copy)"
        )
    if found.xa:
        return Refused(f"{host} holds prepared transactions: commit or roll them back by hand first")
    if found.known is None:
        return None
    uuid, seqno = found.known
    saved = contradiction.saved(order.evidence.reply(host))
    if contradiction.of(saved, seqno):
        return Refused(contradiction.sentence(host, saved, seqno))
    others = [
        one.status
        for name in order.evidence.hosts
        if name != host
        and (one := member(name, order.evidence.reply(name))).primary is True
        and isinstance(one.status, Status)
    ]
    if not others:
        return Refused("no other member is proven Primary: there is nothing to join")
    if any(status.cluster_uuid != uuid for status in others):
        return Refused(
            f"{host} holds {uuid}, and the Primary is {others[0].cluster_uuid}: it is of another cluster (GB-5)"
        )
    fork = _fork(order, uuid, seqno)
    if fork is not None:
        return Refused(
            f"the others formed again at {fork}, and {host} stands at {seqno} and is not known to have "
            f"been part of that: what it has "
            "beyond may be of a history that they gave up, and would differ from theirs in silence "
            "(GB-10). Save what only it has, and let "
            f"it take a whole copy (remove its grastate.dat and start its unit by hand)"
        )
    newest = max(status.last_committed for status in others)
    if seqno > newest:
        return Refused(
            f"{host} stands at {seqno}, and the Primary at {newest}: what it alone holds would be lost "
            f"by a start; save its data "
            "directory, and let it take a whole copy only after a person has looked"
        )
    return None


def _fork(order: StepInput, uuid: str, seqno: int) -> int | None:
    """Return where the Primary members formed their component without this one, which went on; None when they did
    not."""
    seen = [member(name, order.evidence.reply(name)) for name in order.evidence.hosts]
    others = [
        one.files.starts
        for one in seen
        if one.primary is True and isinstance(one.files, Files) and isinstance(one.files.starts, tuple)
    ]
    own = next(
        (one.files.starts for one in seen if one.host == order.host.name and isinstance(one.files, Files)),
        Unknown("no_log"),
    )
    found = gcache.left_behind(own, others, uuid, seqno)
    return None if found is None else found.at


def _probe(before: Mapping[str, str], reply: HostReply, target: Target) -> Probe:
    return start_commands.probe(before, reply, CONTAINER)


ACTIONS = (
    ActionSpec(
        name="galera.read_member",
        summary="read how far the data of this stopped member goes, in a one-shot container with a log of its own",
        risk=Risk.R2,
        effect=Effect.OBSERVE,
        target_kinds=("galera",),
        when=AtTurn(commands=_read, at_plan=_startable),
        probe=read_position.again,
        gives=Gives(kind=read_position.POSITION, told=read_position.gives),
        scripts=(scripts.ALONE, scripts.READ),
    ),
    ActionSpec(
        name="galera.start_member",
        summary="start one stopped MariaDB member: reset-failed and start of its unit, without any bootstrap option",
        risk=Risk.R2,
        effect=Effect.ONCE,
        target_kinds=("galera",),
        needs=(read_position.READ,),
        when=AtTurn(commands=_start, at_plan=_startable, fresh=True),
        probe=_probe,
        scripts=(scripts.ALONE, scripts.START),
    ),
)
