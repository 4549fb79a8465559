"""From the newest evidence of all members, and what the journal knows, to the picture that the judgement reads. Pure.

Invariant: nothing is judged here and nothing is supposed: what a reply does not say is UNKNOWN in the picture with the
reason. Positions of stopped members come in only as the result of a one-shot of this very run; the seqno of
grastate.dat never does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from remediator.integrations.container import assess as containers
from remediator.integrations.container import facts as container_facts
from remediator.integrations.galera.facts import contradiction
from remediator.integrations.galera.facts.datadir import Files
from remediator.integrations.galera.facts.launch import Inhibitor, Launch
from remediator.integrations.galera.facts.member import CONTAINER, Member, Status, running_s
from remediator.integrations.galera.facts.recovered_position import Position
from remediator.integrations.galera.facts.state_files import Saved, SavedView, ViewState
from remediator.integrations.galera.judgement.picture import (
    NIL,
    ClusterPicture,
    MemberPicture,
    Port,
    Space,
    Unit,
    Version,
    View,
)
from remediator.integrations.galera.logs import causes, primary_views
from remediator.integrations.galera.membership import group, peers
from remediator.integrations.galera.watermark import history, marks, staleness
from remediator.integrations.host import assess as host_assess
from remediator.integrations.host import disks
from remediator.integrations.host import facts as host_facts
from remediator.model.content.judging import Evidence
from remediator.model.kleene import Truth, any_of
from remediator.model.messages.replies import HostReply, Reach
from remediator.model.values import Unknown

SPACE_FACTOR = 1.1
CLOCK_S = 2.0
RUNTIME_BELOW = (11, 2)
PORTS: Mapping[str, Port] = {
    "answered": "answered",
    "refused": "refused",
    "timeout": "timeout",
    "denied": "denied",
    "lost": "lost",
    "too_many": "too_many",
    "unreachable": "unreachable",
    "not_asked": "not_asked",
}
"""What is not here counts as ``error``: something is there, and what it is nobody knows."""
HARMLESS = ("not_safe_to_bootstrap", "xa_prepared")
"""Causes in a log that are no trouble of the data: one is a refusal, the other is asked of the positions themselves."""

Positions = Mapping[str, Position | Unknown]


def picture(evidence: Evidence, positions: Positions | None = None) -> ClusterPicture:
    """Return the picture of the members on the evidence's hosts; `positions` were read in this run, by host."""
    told = group.of(evidence)
    seen = told.members
    replies = {host: evidence.reply(host) for host in seen}
    known = evidence.known
    mark = marks.parse(known.get("mark")) if "mark" in known else Unknown("no_journal")
    whose = peers.directory(seen, mark.addresses if isinstance(mark, marks.Kept) else {})
    donor = _most_data(tuple(seen.values()))
    members = tuple(
        _member(seen[host], replies[host], len(seen), donor, (positions or {}).get(host), _recorded(mark))
        for host in seen
    )
    runs = known.get("runs") if "runs" in known else None
    size = mark.size if isinstance(mark, marks.Kept) else None
    return ClusterPicture(
        members=members,
        mark=mark.mark if isinstance(mark, marks.Kept) else mark,
        version=_version(tuple(seen.values()), mark),
        pc_recovery=_pc_recovery(replies, mark),
        minutes_whole=_minutes_whole(evidence, seen, replies, mark, runs),
        leftover_bootstrap=any_of(
            one.launch if isinstance(one.launch, Unknown) else one.launch.leftover for one in seen.values()
        ),
        primary_elsewhere=peers.elsewhere(seen, replies, whose),
        deploying=any_of(_deploying(reply) for reply in replies.values() if _reached(reply)),
        last_bootstrap=history.last_bootstrap(runs),
        canaries_good=history.canaries_good(runs),
        tries_last_hour=Unknown("no_journal") if runs is None else history.tries(runs),
        failed_last_hour=Unknown("no_journal") if runs is None else history.failed(runs),
        arbitrator=Unknown("no_mark") if size is None else size > len(members),
        addresses_match=peers.addresses_match(seen, replies, whose),
        names_nobody=peers.names_nobody(seen, replies),
        named_twice=tuple(group.sentence(names) for names in told.named_twice),
        mark_at=mark.at if isinstance(mark, marks.Kept) else None,
        unseen_s=staleness.seconds(mark, seen, replies) if isinstance(mark, marks.Kept) else Unknown("no_mark"),
    )


def _reached(reply: HostReply | None) -> bool:
    return reply is not None and reply.reach is Reach.OK


def _most_data(seen: Sequence[Member]) -> int | None:
    sizes = [one.files.data_bytes for one in seen if isinstance(one.files, Files)]
    return max((size for size in sizes if isinstance(size, int)), default=None)


def _recorded(mark: Any) -> str | None:
    return mark.mark.uuid if isinstance(mark, marks.Kept) else None


def _member(
    one: Member,
    reply: HostReply | None,
    members: int,
    donor: int | None,
    position: Position | Unknown | None,
    recorded: str | None,
) -> MemberPicture:
    port = PORTS.get(one.sql, "error")
    if reply is None or not _reached(reply):
        why = "not_asked" if reply is None else f"host_{reply.reach.value}"
        return MemberPicture.unseen(one.host, why, powered_off=Unknown("no_bmc"), port=port)
    status, files = one.status, one.files
    answered = isinstance(status, Status)
    return MemberPicture(
        host=one.host,
        reached=True,
        powered_off=False,
        stopped=one.stopped,
        port=port,
        cluster_status=status.cluster_status if isinstance(status, Status) else _absent_if_stopped(one),
        local_state=status.local_state if isinstance(status, Status) else _absent_if_stopped(one),
        unit=_unit(reply, one.launch),
        uuid=_uuid(status, files, position, recorded),
        seqno=_seqno(status, position),
        position_read=isinstance(position, Position) and (position.xa or not isinstance(position.uuid, Unknown)),
        xa=position.xa if isinstance(position, Position) else False if answered else Unknown("not_read"),
        safe_to_bootstrap=_flag(files),
        view=_view(files, members),
        sst=files.in_sst if isinstance(files, Files) else Unknown("no_data_directory") if files is None else files,
        trouble=_trouble(reply, files, one),
        space=_space(reply, files, donor),
        clock_true=_clock_true(reply),
        quarantine=None,
        searching=one.searching,
        stranded=one.stranded,
        saved=contradiction.saved_seqno(files),
    )


def _absent_if_stopped(one: Member) -> Unknown | None:
    if one.stopped is True:
        return None
    return one.status if isinstance(one.status, Unknown) else None


def _unit(reply: HostReply, launch: Launch | Unknown) -> Unit | Unknown:
    """A unit that our drop-in holds cannot start, whatever else its state says: that is what masked means here."""
    if isinstance(launch, Unknown):
        return launch
    if isinstance(launch.inhibitor, Unknown):
        return launch.inhibitor
    found = container_facts.of(reply)
    if isinstance(found, Unknown):
        return found
    view = containers.View(found, reply, CONTAINER, frozenset())
    if not view.has_unit:
        return Unknown("no_unit")
    state, busy = view.of_unit("state"), view.busy
    if isinstance(state, Unknown) or isinstance(busy, Unknown):
        return state if isinstance(state, Unknown) else Unknown("systemd_silent")
    if launch.inhibitor.exists:
        return "masked"
    if busy:
        return "restarting"
    known: Mapping[str, Unit] = {"failed": "failed", "active": "active", "inactive": "inactive"}
    return known.get(state, Unknown(f"unit_{state}"))


def _uuid(
    status: Status | Unknown,
    files: Files | Unknown | None,
    position: Position | Unknown | None,
    recorded: str | None,
) -> str | Unknown | None:
    """A running member's own word. Of a stopped one grastate.dat and the position must agree: Galera takes a recovered
    position only where its uuid is that of the file, and starts with no history otherwise (its documentation of
    --wsrep-recover, GB-6). Without a history in the file there is none, whatever was read, but a read one that is not
    the recorded one is told as such (GB-5)."""
    if isinstance(status, Status):
        return status.cluster_uuid
    read = position.uuid if isinstance(position, Position) else Unknown("not_read")
    saved = files.grastate if isinstance(files, Files) else Unknown("no_data_directory") if files is None else files
    if isinstance(saved, Unknown):
        return saved if isinstance(read, Unknown) else NIL if read is None else read
    held = None if saved is None else NIL if saved.uuid is None else saved.uuid
    if held is None or held == NIL:
        return read if isinstance(read, str) and recorded is not None and read != recorded else held
    if read is None:
        return NIL
    return Unknown("grastate_contradicts") if isinstance(read, str) and read != held else held


def _seqno(status: Status | Unknown, position: Position | Unknown | None) -> int | Unknown | None:
    if isinstance(status, Status):
        return status.last_committed
    if isinstance(position, Position):
        return position.seqno
    return position if isinstance(position, Unknown) else Unknown("not_read")


def _flag(files: Files | Unknown | None) -> bool | Unknown | None:
    if isinstance(files, Unknown) or files is None:
        return files if files is not None else Unknown("no_data_directory")
    return files.grastate.safe_to_bootstrap if isinstance(files.grastate, Saved) else files.grastate


def _view(files: Files | Unknown | None, members: int) -> View | Unknown:
    if isinstance(files, Unknown) or files is None:
        return files if files is not None else Unknown("no_data_directory")
    if isinstance(files.view, Unknown):
        return files.view
    return _view_word(files.view, members)


def _view_word(view: SavedView, members: int) -> View:
    if view.state is ViewState.WHOLE:
        return "all" if len(view.members) == members else "rest"
    return {ViewState.ABSENT: "absent", ViewState.EMPTY: "empty", ViewState.STALE: "stale"}[view.state]  # type: ignore[return-value]


def _trouble(reply: HostReply, files: Files | Unknown | None, one: Member) -> str | Unknown | None:
    disk = disks.of(reply)
    if isinstance(disk, Unknown):
        return disk
    if isinstance(one.status, Status) and one.status.provider_off:
        return "provider_off"
    tail = files.log_tail if isinstance(files, Files) else None
    if one.stopped is True and (tail is None or not tail.strip()):
        return Unknown("no_log" if tail is None else "empty_log")
    found = causes.cause(tail or "", nobody_else=one.stopped is True)
    return None if found in HARMLESS else found


def _space(reply: HostReply, files: Files | Unknown | None, donor: int | None) -> Space | Unknown:
    disk = disks.of(reply)
    if isinstance(disk, Unknown):
        return disk
    if disk.full:
        return "full"
    if isinstance(files, Unknown) or files is None:
        return files if files is not None else Unknown("no_data_directory")
    if isinstance(files.free_bytes, Unknown):
        return files.free_bytes
    if donor is None:
        return Unknown("size_of_data")
    return "enough" if files.free_bytes >= SPACE_FACTOR * donor else "short"


def _clock_true(reply: HostReply) -> Truth:
    offset_s = host_assess.clock_offset_s(reply)
    return offset_s if isinstance(offset_s, Unknown) else abs(offset_s) <= CLOCK_S


def _version(seen: Sequence[Member], mark: Any) -> Version | Unknown:
    """Every member's, as it says itself, else as it was when the mark was stored; the newest counts."""
    said = [one.status.version for one in seen if isinstance(one.status, Status)]
    texts = [text for text in said if text is not None]
    if not texts and isinstance(mark, marks.Kept) and mark.version is not None:
        texts = [mark.version]
    numbers = [number for text in texts if (number := marks.version_numbers(text)) is not None]
    if not numbers:
        return Unknown("version")
    newest = max(numbers)[:2]
    return "below" if newest < RUNTIME_BELOW else "at" if newest == RUNTIME_BELOW else "above"


def _pc_recovery(replies: Mapping[str, HostReply | None], mark: Any) -> Truth:
    said = [marks.pc_recovery(reply) for reply in replies.values() if reply is not None]
    known = [one for one in said if not isinstance(one, Unknown)]
    if known:
        return any(known)
    return mark.pc_recovery if isinstance(mark, marks.Kept) else Unknown("pc_recovery")


def _minutes_whole(
    evidence: Evidence,
    seen: Mapping[str, Member],
    replies: Mapping[str, HostReply | None],
    mark: Any,
    runs: Sequence[Mapping[str, Any]] | None,
) -> float | Unknown:
    """Since when all are reachable and were started unchanged, by the daemon or by themselves, but never from before
    the last time that all was well: members that have run for days and lost each other a moment ago are given their ten
    minutes like all others (GB-1). A member that a run has held, and that has ended since, was given what it had until
    then: held, it can form nothing by itself."""
    if runs is None:
        return Unknown("no_journal")
    if not all(_reached(reply) for reply in replies.values()):
        return 0.0
    well_s = marks.age_s(mark, evidence.now) if isinstance(mark, marks.Kept) else None
    ours = [
        float(run["age_s"])
        for run in runs
        if history.STARTS & set(run["done"]) and (well_s is None or run["age_s"] < well_s)
    ]
    if all(one.stopped is False or one.searching is True or _inhibited(one) for one in seen.values()):
        ages = [_started_s(one, replies[host]) for host, one in seen.items()]
        known = [age for age in ages if age is not None]
        if len(known) == len(seen):
            ours.append(min(known) if well_s is None else min(*known, well_s))
    return max(ours, default=0.0) / 60.0


def _started_s(one: Member, reply: HostReply | None) -> float | None:
    """Return for how long a member has been running, has been started again and again by systemd, or ran until it was
    held and ended."""
    if one.searching is True and isinstance(one.files, Files):
        return primary_views.looks_for_s(one.files.lives)
    return _ran_s(one, reply) if _inhibited(one) and one.stopped is True else running_s(reply)


def _inhibited(one: Member) -> bool:
    return (
        isinstance(one.launch, Launch) and isinstance(one.launch.inhibitor, Inhibitor) and one.launch.inhibitor.exists
    )


def _ran_s(one: Member, reply: HostReply | None) -> float | None:
    found = Unknown("not_asked") if reply is None else container_facts.of(reply)
    if reply is None or isinstance(found, Unknown) or found.containers is None or not isinstance(one.files, Files):
        return None
    container, clock_s = found.containers.get(CONTAINER), reply.host_clock_s
    if container is None or clock_s is None or container.started_s is None or container.finished_s is None:
        return None
    return primary_views.given_s(one.files.lives, clock_s - container.started_s, clock_s - container.finished_s)


def _deploying(reply: HostReply | None) -> Truth:
    if reply is None:
        return Unknown("not_asked")
    found = host_facts.of(reply)
    return found if isinstance(found, Unknown) else bool(found.ansible)
