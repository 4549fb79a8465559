"""The high-water mark of a cluster: the furthest that a healthy Primary component was seen, kept across restarts (GB-8). Pure.

Invariant: it is raised only by members that say Synced, or give a state transfer, in one Primary component where such members are a
majority of the inventory's and agree on one uuid. A component of another uuid never replaces it (a person says `baseline accept
group/galera`), and it goes back only where our own bootstrap has knowingly begun behind it. None was ever stored: that is UNKNOWN, not
zero. A component that was seen behind it is a `Loss`, and stays one after it has passed the mark again, until a person accepts it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.integrations.galera import views
from remediator.integrations.galera.datadir import Files
from remediator.integrations.galera.facts import SQL, Member, Status, member
from remediator.integrations.galera.picture import Mark
from remediator.model import times
from remediator.model.judging import Evidence
from remediator.model.kleene import Truth
from remediator.model.replies import HostReply
from remediator.model.times import Instant, rfc3339
from remediator.model.values import Unknown

CANARIES = "galera_canaries"
"""The direct section with row counts of the configured tables."""
WRITTEN_EVERY_S = 10.0
"""A mark that only moved on is not written more often than this."""
WHOLE = ("Synced", "Donor/Desynced")
"""The states of a member that has all data of its component (wsrep_local_state_comment, Galera's documentation)."""
BOOTSTRAP_RUNBOOKS = ("galera-bootstrap", "galera-pc-bootstrap")
BOOTSTRAPS = frozenset(("galera.bootstrap", "galera.pc_bootstrap"))
"""Their actions that bring a component back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A component of the recorded uuid formed behind the mark, and nobody has accepted that yet."""

    behind: int
    """How far behind it was seen, at most, in transactions. What was written before it was first seen again is not in it."""
    reformed_at: int
    """The lowest seqno at which it was seen then: it formed again there, or before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The mark, and what else was so when it was stored. `at` is the wall time of the newest sample it rests on (RFC 3339)."""

    mark: Mark
    at: str
    size: int
    """The largest wsrep_cluster_size seen since the uuid is recorded."""
    version: str | None
    pc_recovery: Truth
    canaries: Mapping[str, int]
    data_bytes: int | None
    loss: Loss | None = None


def parse(body: Any) -> Kept | Unknown | None:
    """Return the mark that the store has; None when none was ever stored, UNKNOWN when it cannot be read."""
    if body is None:
        return None
    try:
        recovery = body["pc_recovery"]
        return Kept(
            mark=Mark(uuid=str(body["uuid"]), seqno=body["seqno"], conf_id=body["conf_id"]),
            at=str(body["at"]),
            size=int(body["size"]),
            version=body["version"],
            pc_recovery=recovery if isinstance(recovery, bool) else Unknown("pc_recovery"),
            canaries={str(name): int(rows) for name, rows in body["canaries"].items()},
            data_bytes=body["data_bytes"],
            loss=_loss(body),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return Unknown(f"mark:{type(error).__name__}")


def _loss(body: Mapping[str, Any]) -> Loss | None:
    """Return the loss of a stored mark; one that was stored before losses were kept has none."""
    if body.get("behind") is None:
        return None
    return Loss(behind=int(body["behind"]), reformed_at=int(body["reformed_at"]))


def age_s(kept: Kept, now: Instant) -> float:
    """Return the seconds since the newest sample that the mark rests on."""
    return max(0.0, (now.wall - times.parse_rfc3339(kept.at)).total_seconds())


def fold(before: Any, evidence: Evidence) -> Any:
    """Return the mark after `evidence`, as JSON; `before` unchanged where that says nothing new, or not enough."""
    kept = parse(before)
    if isinstance(kept, Unknown):
        return before
    seen = _whole(evidence)
    if not seen:
        return before if kept is None else _noticed(before, evidence, kept)
    statuses = [one.status for one in seen if isinstance(one.status, Status)]
    first = statuses[0]
    if kept is not None and kept.mark.uuid != first.cluster_uuid:
        return before
    after = _body(evidence, seen, statuses, kept)
    if kept is not None and not _worth_it(before, after, kept, evidence.now):
        return before
    return after


def accepted(evidence: Evidence) -> Any:
    """Return the mark as it stands now, whatever was kept before: a person said that this is whole. None when it is not."""
    seen = _whole(evidence)
    statuses = [one.status for one in seen if isinstance(one.status, Status)]
    return _body(evidence, seen, statuses, None) if seen else None


def _noticed(before: Any, evidence: Evidence, kept: Kept) -> Any:
    """Return the mark with the loss that a component shows which is no majority: whoever brings a cluster back begins with one member,
    and by the time that the others have their state transfer behind them the mark may be passed."""
    seen = _complete(evidence)
    if not seen or seen[0].cluster_uuid != kept.mark.uuid or _ours(evidence, kept):
        return before
    loss = _loss_after(evidence, _primary(evidence), kept)
    return before if loss == kept.loss else {**before, **_stored(loss)}


def _primary(evidence: Evidence) -> list[Member]:
    members = (member(host, evidence.reply(host)) for host in evidence.hosts)
    return [one for one in members if one.primary is True]


def _complete(evidence: Evidence) -> list[Status]:
    """Return what the members of a Primary component say when all of it answers; none when it is not one, or not all of it."""
    found = [one.status for one in _primary(evidence) if isinstance(one.status, Status)]
    alone = len({(status.conf_id, status.cluster_size) for status in found}) == 1
    return (
        found if alone and len(found) == found[0].cluster_size and not views.split(found, len(evidence.hosts)) else []
    )


def _whole(evidence: Evidence) -> list[Member]:
    """Return the members with all data in one Primary component, when they are a majority; none when not, or when it is split.

    A donor has all data too: a state transfer of hours between two of three members must not keep the mark where it was.
    """
    members = [member(host, evidence.reply(host)) for host in evidence.hosts]
    primary = {one.host: one.status for one in members if isinstance(one.status, Status) and one.primary is True}
    whole = [one for one in members if one.host in primary and primary[one.host].local_state in WHOLE]
    enough = len(whole) >= len(members) // 2 + 1
    return whole if enough and not views.split(tuple(primary.values()), len(members)) else []


def _body(evidence: Evidence, seen: list[Member], statuses: list[Status], kept: Kept | None) -> dict[str, Any]:
    seqno = max(status.last_committed for status in statuses)
    at = rfc3339(max(_asked_at(evidence, one).wall for one in seen))
    if kept is not None and kept.mark.seqno is not None and seqno < kept.mark.seqno and not _ours(evidence, kept):
        seqno, at = kept.mark.seqno, kept.at  # what is behind the mark is no sample that it rests on
    recovery = next(
        (
            found
            for one in seen
            if (reply := evidence.reply(one.host)) is not None and isinstance(found := pc_recovery(reply), bool)
        ),
        None,
    )
    sizes = [one.files.data_bytes for one in seen if isinstance(one.files, Files)]
    counted = _canaries(evidence, seen)
    return {
        "uuid": statuses[0].cluster_uuid,
        "seqno": seqno,
        "conf_id": max(status.conf_id for status in statuses),
        "members": sorted(one.host for one in seen),
        "at": at,
        "size": max([status.cluster_size for status in statuses] + ([kept.size] if kept is not None else [])),
        "version": max((status.version for status in statuses if status.version is not None), default=None),
        "pc_recovery": recovery,
        "canaries": counted or (dict(kept.canaries) if kept is not None else {}),
        "data_bytes": max((size for size in sizes if isinstance(size, int)), default=None),
        **_stored(None if kept is None else _loss_after(evidence, seen, kept)),
    }


def _stored(loss: Loss | None) -> dict[str, int | None]:
    return {
        "behind": None if loss is None else loss.behind,
        "reformed_at": None if loss is None else loss.reformed_at,
    }


def _loss_after(evidence: Evidence, seen: list[Member], kept: Kept) -> Loss | None:
    """Return the loss that is known once `seen` are seen in one component of the recorded uuid, each asked after the mark's sample."""
    mark, loss = kept.mark.seqno, kept.loss
    if _ours(evidence, kept):
        # what is counted from the mark as it still is was told before the bootstrap, and somebody said yes to it
        counted = mark is not None and loss is not None and mark - loss.reformed_at == loss.behind
        return None if counted else loss
    since = times.parse_rfc3339(kept.at)
    newer = all(_asked_at(evidence, one).wall > since for one in seen)
    seqno = max(one.status.last_committed for one in seen if isinstance(one.status, Status))
    if mark is None or not 0 <= seqno < mark or not newer or _under_way(evidence, kept):
        return loss
    if loss is None:
        return Loss(behind=mark - seqno, reformed_at=seqno)
    return Loss(behind=max(mark - seqno, loss.behind), reformed_at=min(seqno, loss.reformed_at))


def _asked_at(evidence: Evidence, one: Member) -> Instant:
    reply = evidence.reply(one.host)
    return reply.asked_at if reply is not None else evidence.now


def _ours(evidence: Evidence, kept: Kept) -> bool:
    """A bootstrap of ours has ended well since the mark was stored: what was lost was told, and approved."""
    since = age_s(kept, evidence.now)
    return any(
        run["runbook"] in BOOTSTRAP_RUNBOOKS and run["age_s"] < since and run["state"] in ("verifying", "succeeded")
        for run in evidence.known.get("runs", ())
    )


def _under_way(evidence: Evidence, kept: Kept) -> bool:
    """A bootstrap of ours has begun since the mark was stored and its run still lives: what is lost was told by it, and approved."""
    since = age_s(kept, evidence.now)
    return any(
        run["runbook"] in BOOTSTRAP_RUNBOOKS
        and run["age_s"] < since
        and run["ended_s"] is None
        and BOOTSTRAPS & set(run["done"])
        for run in evidence.known.get("runs", ())
    )


def _worth_it(before: Mapping[str, Any], after: Mapping[str, Any], kept: Kept, now: Instant) -> bool:
    """A mark is written when anything but its progress has changed, or when its progress is older than a moment."""
    moving = ("at", "seqno", "data_bytes", "canaries")
    settled = {name: value for name, value in before.items() if name not in moving}
    return settled != {name: value for name, value in after.items() if name not in moving} or (
        age_s(kept, now) >= WRITTEN_EVERY_S
    )


def _canaries(evidence: Evidence, seen: list[Member]) -> dict[str, int]:
    """Return the row counts of the tables that every one of the members counted could count: the smallest of each."""
    found: dict[str, int] = {}
    for one in seen:
        reply = evidence.reply(one.host)
        for table, rows in canaries(reply).items() if reply is not None else ():
            if isinstance(rows, int):
                found[table] = min(rows, found.get(table, rows))
    return found


def canaries(reply: HostReply) -> Mapping[str, int | Unknown]:
    """Return table to rows as the member of `reply` counted them last; empty when none are configured or it does not answer."""
    section = reply.sections.get(CANARIES)
    return section.data if section is not None and isinstance(section.data, Mapping) else {}


def pc_recovery(reply: HostReply) -> Truth:
    """Return the provider option pc.recovery of the member of `reply`, UNKNOWN when it does not say."""
    section = reply.sections.get(SQL)
    options = section.data.get("wsrep_provider_options_pc", "") if section and isinstance(section.data, Mapping) else ""
    found = re.search(r"pc\.recovery\s*=\s*(\w+)", str(options))
    return Unknown("pc_recovery") if found is None else found.group(1).lower() in ("true", "yes", "on", "1")


def version_numbers(text: str) -> tuple[int, int, int] | None:
    """Return the three numbers at the head of a server's version, None when there are none."""
    found = re.match(r"(?:5\.5\.5-)?(\d+)\.(\d+)\.(\d+)", text)
    return (int(found.group(1)), int(found.group(2)), int(found.group(3))) if found is not None else None
