"""How far a recovery has come, by the newest evidence: the bootstrapped member, each joiner, and the end. Pure.

Invariant: a step is done only by what the member says itself over SQL. The member must also keep what the choice
promised: the same uuid, no position below it, row counts. A member that runs and says nothing is waited for, with what
its files and traffic show of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remediator.integrations.container import facts as container_facts
from remediator.integrations.galera.actions import choice
from remediator.integrations.galera.facts import canaries
from remediator.integrations.galera.facts.datadir import Files
from remediator.integrations.galera.facts.launch import Launch
from remediator.integrations.galera.facts.member import CONTAINER, Member, Status, member
from remediator.integrations.galera.logs import causes
from remediator.integrations.galera.logs.transfer import Kind, Transfer
from remediator.integrations.galera.steps.scripts import BOOTSTRAP_CONTAINER
from remediator.integrations.galera.watermark import marks
from remediator.model import times
from remediator.model.content.actions import Settled, StepInput
from remediator.model.content.declined import Refused, Wait
from remediator.model.messages.replies import HostReply
from remediator.model.values import Unknown

SST_RATE = 20e6
"""Bytes a second that a state transfer makes at the least (kolla's own wait of five minutes is too short for any real
cloud)."""
SST_LEAST_S = 1800.0
LEFT_OUT_S = 5.0
MOST_RESTARTS = 2
CANARY_SHARE = 0.5
KINDS = (Kind.IST.value, Kind.SST.value)
MIB = float(1 << 20)
LAST_LINES = 300


def _reply(order: StepInput, host: str) -> HostReply | None:
    return order.evidence.reply(host)


def _hosts(order: StepInput) -> tuple[str, ...]:
    return order.evidence.hosts


def mark_at(order: StepInput) -> str | None:
    """Return when the newest sample was taken that the high-water mark rests on: what came after it is in no figure."""
    kept = marks.parse(order.evidence.known.get("mark"))
    return kept.at if isinstance(kept, marks.Kept) else None


# before a step
# ------------------------------------------------------------------------------------------------------------


def until_calm(order: StepInput) -> Wait | None:
    """Wait while a member gives or takes a state transfer, or while that is not known (GB-14), and where there is no
    Primary to join."""
    primary = 0
    for host in _hosts(order):
        one = member(host, _reply(order, host))
        if one.moving is not False:
            why = "gives or takes a state transfer" if one.moving is True else f"does not say ({one.sql})"
            return Wait(f"{host} {why}: the next member joins when that is over")
        primary += one.primary is True
    if primary == 0:
        return Wait("no member is Primary: there is nothing to join")
    return None


def until_held_without(order: StepInput, host: str) -> Wait | None:
    """Wait until every other member is Synced: only then may the bootstrap container be replaced."""
    for other in _hosts(order):
        if other == host:
            continue
        one = member(other, _reply(order, other))
        if one.synced is not True:
            return Wait(f"{other} is not proven Synced: {host} stays in its bootstrap container until all others are")
    return None


def transfer_limit_s(order: StepInput) -> float:
    """Return how long a whole state transfer may take, by the size of the data, and at least half an hour. The transfer
    of a small cloud was seen to take ten minutes."""
    sizes = [
        files.data_bytes
        for host in _hosts(order)
        if isinstance(files := member(host, _reply(order, host)).files, Files)
    ]
    kept = marks.parse(order.evidence.known.get("mark"))
    if isinstance(kept, marks.Kept) and kept.data_bytes is not None:
        sizes.append(kept.data_bytes)
    data = max((size for size in sizes if isinstance(size, int)), default=0)
    return max(SST_LEAST_S, data / SST_RATE)


# after a step
# -------------------------------------------------------------------------------------------------------------


def bootstrapped(order: StepInput, given: Mapping[str, Any]) -> Settled:
    """The bootstrap container runs, and its member is what `primary_again` wants."""
    chosen = order.given(choice.CHOSEN)
    if isinstance(chosen, Refused):
        return Settled(text=chosen.reason, given=given)
    host = chosen.host
    ended = _ended(member(host, _reply(order, host)), BOOTSTRAP_CONTAINER)
    if ended is not None:
        return Settled(text=f"{host}: {ended}", failed=True, given=given)
    return primary_again(order, given)


def primary_again(order: StepInput, given: Mapping[str, Any]) -> Settled:
    """GB-12, GB-13: the chosen member is Primary and Synced, of the same uuid, not behind its position, with its
    rows."""
    chosen = order.given(choice.CHOSEN)
    if isinstance(chosen, Refused):
        return Settled(text=chosen.reason, given=given)
    host, uuid, seqno = chosen.host, chosen.uuid, chosen.seqno
    reply = _reply(order, host)
    one = member(host, reply)
    status = one.status
    if isinstance(status, Unknown):
        return Settled(text=f"{host}: starting, its SQL does not answer yet ({one.sql})", given=given)
    if status.cluster_status != "Primary" or status.local_state != "Synced":
        return Settled(text=f"{host}: {status.local_state} in a {status.cluster_status} component", given=given)
    if status.cluster_uuid != uuid:
        why = (
            f"{host}: the uuid is {status.cluster_uuid} and was {uuid}: an empty history (GB-12); stop "
            f"everything and look"
        )
        return Settled(text=why, failed=True, given=given)
    if status.last_committed < seqno:
        why = f"{host}: it stands at {status.last_committed} and recovered {seqno} (GB-13): a person looks at the data"
        return Settled(text=why, failed=True, given=given)
    rows = _rows(order, reply)
    if isinstance(rows, Settled):
        return rows
    text = f"{host}: Primary and Synced at {status.last_committed}, uuid unchanged, {rows}"
    return Settled(text=text, done=True, given={**given, "committed": status.last_committed})


def _rows(order: StepInput, reply: HostReply | None) -> str | Settled:
    """GB-13: each counted table has at least half of the rows of the last healthy sample."""
    kept = marks.parse(order.evidence.known.get("mark"))
    if not isinstance(kept, marks.Kept) or not kept.canaries:
        return "no row counts from before to compare with"
    now = canaries.of(reply) if reply is not None else {}
    for table, before in sorted(kept.canaries.items()):
        rows = now.get(table, Unknown("not_counted"))
        if isinstance(rows, Unknown):
            return Settled(text=f"the rows of {table} are not counted yet ({rows.reason}), they were {before}")
        if rows < CANARY_SHARE * before:
            why = f"{table} has {rows} rows and had {before} (GB-13): a person looks at the data before anything joins"
            return Settled(text=why, failed=True)
    return f"rows of {', '.join(sorted(kept.canaries))} are there"


def joined(order: StepInput, given: Mapping[str, Any]) -> Settled:
    """GB-14: the joiner is Synced, in the component of the chosen uuid."""
    chosen = order.given(choice.CHOSEN)
    if isinstance(chosen, Refused):
        return Settled(text=chosen.reason, given=given)
    return _synced(order, order.host.name, chosen.uuid, given)


def finished(order: StepInput, given: Mapping[str, Any]) -> Settled:
    """The bootstrapped member is back in its own unit, Synced beside the others; its bootstrap container is gone."""
    chosen = order.given(choice.CHOSEN)
    if isinstance(chosen, Refused):
        return Settled(text=chosen.reason, given=given)
    host = chosen.host
    one = member(host, _reply(order, host))
    launch = one.launch
    if isinstance(launch, Unknown) or isinstance(launch.helpers, Unknown):
        return Settled(text=f"{host}: what containers it has is not known", given=given)
    if launch.helpers.get(BOOTSTRAP_CONTAINER) is not None:
        return Settled(text=f"{host}: the container {BOOTSTRAP_CONTAINER} is still there", given=given)
    if one.runs_own is not True and isinstance(one.status, Status):
        return Settled(text=f"{host}: somebody answers there, and its own container is not proven to run", given=given)
    return _synced(order, host, chosen.uuid, given)


def _synced(order: StepInput, host: str, uuid: str, given: Mapping[str, Any]) -> Settled:
    reply = _reply(order, host)
    one = member(host, reply)
    status = one.status
    if isinstance(status, Status) and status.cluster_status == "Primary" and status.local_state == "Synced":
        if status.cluster_uuid != uuid:
            return Settled(text=f"{host}: Synced with {status.cluster_uuid}, not with {uuid}", failed=True, given=given)
        how = _transfer(one, given)
        took = f"{host}: Synced by {how}, size {status.cluster_size}, at {status.last_committed}"
        return Settled(text=took, done=True, given={"how": how})
    fallen = _fallen(one, reply)
    if fallen is not None:
        return Settled(text=f"{host}: {fallen}", failed=True, given=given)
    if left_out(one) and reply is not None:
        return _out(host, reply.asked_at.wall.timestamp(), given)
    return _moving(one, reply, given)


def _transfer(one: Member, given: Mapping[str, Any]) -> str:
    """Return how a member came back, by its own log; what was seen on the way tells a whole copy where the log does
    not."""
    told = one.files.transfer if isinstance(one.files, Files) else Unknown("no_data_directory")
    if given.get("how") == Kind.SST.value:
        return Kind.SST.value  # whatever came after it, in this life or after a restart
    if isinstance(told, Unknown) or isinstance(told.kind, Unknown):
        return str(given["how"]) if given.get("how") in KINDS else "a transfer whose kind its log does not tell"
    return told.text


def left_out(one: Member) -> bool:
    """Return whether a member runs, takes queries, and is connected to nobody. A transfer that ended one write set
    short leaves a member so until it is restarted ("node restart required", Launchpad bug 2161773)."""
    status = one.status
    return (
        one.stopped is False
        and isinstance(status, Status)
        and status.cluster_status == "Disconnected"
        and not status.connected
        and not status.provider_off
    )


def _out(host: str, now_s: float, given: Mapping[str, Any]) -> Settled:
    """One that stays left out is restarted, twice at most."""
    since_s, restarts = given.get("out_since_s"), int(given.get("restarts", 0))
    kept = {**given, "out_since_s": now_s if since_s is None else since_s}
    if since_s is None or now_s - since_s < LEFT_OUT_S:
        return Settled(text=f"{host}: it runs and is connected to nobody", given=kept)
    if restarts >= MOST_RESTARTS:
        text = f"{host}: it runs and is connected to nobody, also after {restarts} restarts"
        return Settled(text=text, failed=True, given=given)
    text = f"{host}: left out after its transfer, which only a restart ends"
    return Settled(text=text, again=True, given={"how": given.get("how"), "restarts": restarts + 1})


def _fallen(one: Member, reply: HostReply | None) -> str | None:
    """Return why the member is down for good: systemd has given it up."""
    if one.stopped is not True or reply is None:
        return None
    found = container_facts.of(reply)
    if isinstance(found, Unknown) or isinstance(found.units, Unknown):
        return None
    unit = found.units.get(CONTAINER)
    if unit is None or not unit.failed:
        return None
    return f"it did not stay up ({_cause(one)})"


def _ended(one: Member, name: str) -> str | None:
    """Return why the bootstrap container is not up any more. It ends with code 0 also when it refused to bootstrap."""
    if not isinstance(one.launch, Launch) or isinstance(one.launch.helpers, Unknown):
        return None
    helper = one.launch.helpers.get(name)
    if helper is None:
        return f"the container {name} is not there any more"
    if helper.running:
        return None
    return f"the container {name} has ended with {helper.exit_code} ({_cause(one)})"


def _cause(one: Member) -> str:
    tail = one.files.log_tail if isinstance(one.files, Files) else None
    if tail is None or not tail.strip():
        return "its log says nothing"
    named = causes.cause(tail)
    return named if named is not None else f"its last line: {tail.strip().splitlines()[-1][:LAST_LINES]}"


def _moving(one: Member, reply: HostReply | None, given: Mapping[str, Any]) -> Settled:
    """Return how far a joiner is: its state, IST or SST, bytes and rate."""
    status, files = one.status, one.files
    sst = isinstance(files, Files) and files.in_sst is True
    how = _on_the_way(one, given)
    state = status.local_state if isinstance(status, Status) else f"SQL {one.sql}"
    amount = status.received_bytes if isinstance(status, Status) and not sst else None
    if amount is None and isinstance(files, Files) and isinstance(files.data_bytes, int):
        amount = files.data_bytes
    now_s = reply.asked_at.wall.timestamp() if reply is not None else None
    stage = f"{one.host}: {state}, {how}"
    if now_s is not None and given.get("at_s") == now_s:
        return Settled(text=str(given.get("text", "")), stage=stage, given=given)
    text = stage
    kept: dict[str, Any] = {"how": how, "restarts": given.get("restarts", 0)}
    if amount is not None and now_s is not None:
        text += f", {amount / MIB:.1f} MiB"
        before, before_s = given.get("bytes"), given.get("at_s")
        if given.get("how") == how and isinstance(before, int) and isinstance(before_s, float) and now_s > before_s:
            text += f", {max(0.0, (amount - before) / MIB / (now_s - before_s)):.1f} MiB/s"
        kept |= {"bytes": amount, "at_s": now_s, "text": text}
    return Settled(text=text, stage=stage, given=kept)


def _on_the_way(one: Member, given: Mapping[str, Any]) -> str:
    """Return what kind of transfer is under way, as far as its log tells; a script of a whole copy runs for both
    kinds."""
    told = one.files.transfer if isinstance(one.files, Files) else Unknown("no_data_directory")
    known = isinstance(told, Transfer) and isinstance(told.kind, Kind) and told.kind is not Kind.NONE
    if known and given.get("how") != Kind.SST.value and isinstance(told, Transfer) and isinstance(told.kind, Kind):
        return told.kind.value
    return str(given["how"]) if given.get("how") in KINDS else "state transfer"


def unseen(order: StepInput) -> str:
    """Return in words what the possible loss cannot count: what was committed after the newest sample of the mark."""
    at = mark_at(order)
    if at is None:
        return "no high-water mark"
    age_s = (order.evidence.now.wall - times.parse_rfc3339(at)).total_seconds()
    return f"the mark is {age_s:.0f} s old; what was committed after it is in no figure"
