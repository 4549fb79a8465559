"""The high-water mark of a cluster: the furthest that a healthy Primary component was seen, kept across restarts
(GB-8). Pure.

Invariant: the mark is raised only by members that say Synced, or give a state transfer, in one Primary component. Such
members are a majority of the inventory's members there and agree on one uuid. A component of another uuid never
replaces the mark (a person says `baseline accept group/galera`). The mark goes back only where the daemon's own
bootstrap has knowingly begun behind it. A mark that was never stored is UNKNOWN, not zero. A component that was seen
behind it is a `Loss`, and stays one after it has passed the mark again, until a person accepts it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from remediator.integrations.galera.facts import canaries
from remediator.integrations.galera.facts.answer import SQL, Status
from remediator.integrations.galera.facts.datadir import Files
from remediator.integrations.galera.facts.member import Member
from remediator.integrations.galera.judgement import split
from remediator.integrations.galera.membership import group
from remediator.integrations.galera.membership.identity import Who
from remediator.integrations.galera.watermark import losses
from remediator.integrations.galera.watermark.stored import Kept, Loss, age_s, parse
from remediator.model.content.judging import Evidence
from remediator.model.kleene import Truth
from remediator.model.messages.replies import HostReply
from remediator.model.times import Instant, rfc3339
from remediator.model.values import Unknown

__all__ = [
    "Kept",
    "Loss",
    "accepted",
    "age_s",
    "fold",
    "parse",
    "pc_recovery",
    "version_numbers",
]

WRITTEN_EVERY_S = 10.0
"""A mark that only moved on is not written more often than this."""
MOST_ADDRESSES = 64
"""Of a host with more than that none are kept: what it was reached at is then not known while it is away."""
WHOLE = ("Synced", "Donor/Desynced")
"""The states of a member that has all data of its component (wsrep_local_state_comment, Galera's documentation)."""


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
    """Return the mark as it stands now, whatever was kept before: a person said that this is whole. None when it is
    not."""
    seen = _whole(evidence)
    statuses = [one.status for one in seen if isinstance(one.status, Status)]
    return _body(evidence, seen, statuses, None) if seen else None


def _noticed(before: Any, evidence: Evidence, kept: Kept) -> Any:
    """Return the mark with the loss that a component shows which is no majority: whoever brings a cluster back begins
    with one member, and by the time that the others have their state transfer behind them the mark may be passed."""
    seen = _complete(evidence)
    if not seen or seen[0].cluster_uuid != kept.mark.uuid or losses.ours(evidence, kept):
        return before
    loss = losses.after(evidence, _primary(evidence), kept)
    formed = losses.looked_at(evidence, kept.mark.uuid, kept)
    return before if (loss, formed) == (kept.loss, kept.formed or {}) else {**before, **_stored(loss, formed)}


def _primary(evidence: Evidence) -> list[Member]:
    return [one for one in group.of(evidence).members.values() if one.primary is True]


def _complete(evidence: Evidence) -> list[Status]:
    """Return what the members of a Primary component say when all of it answers; none when it is not one, or not all of
    it."""
    found = [one.status for one in _primary(evidence) if isinstance(one.status, Status)]
    alone = len({(status.conf_id, status.cluster_size) for status in found}) == 1
    members = len(group.of(evidence).members)
    return found if alone and len(found) == found[0].cluster_size and not split.split(found, members) else []


def _whole(evidence: Evidence) -> list[Member]:
    """Return the members with all data in one Primary component, when they are a majority; none when not, or when it is
    split.

    A donor has all data too: a state transfer of hours between two of three members must not keep the mark where it
    was.
    """
    members = list(group.of(evidence).members.values())
    primary = {one.host: one.status for one in members if isinstance(one.status, Status) and one.primary is True}
    whole = [one for one in members if one.host in primary and primary[one.host].local_state in WHOLE]
    enough = len(whole) >= len(members) // 2 + 1
    return whole if enough and not split.split(tuple(primary.values()), len(members)) else []


def _body(evidence: Evidence, seen: list[Member], statuses: list[Status], kept: Kept | None) -> dict[str, Any]:
    seqno = max(status.last_committed for status in statuses)
    at = rfc3339(max(losses.asked_at(evidence, one).wall for one in seen))
    if kept is not None and kept.mark.seqno is not None and seqno < kept.mark.seqno and not losses.ours(evidence, kept):
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
        "flushes": _flushes(statuses),
        "addresses": _addresses(evidence, seen, kept),
        **_stored(
            None if kept is None else losses.after(evidence, seen, kept),
            losses.looked_at(evidence, statuses[0].cluster_uuid, kept),
        ),
    }


def _addresses(evidence: Evidence, seen: Sequence[Member], kept: Kept | None) -> dict[str, list[str]]:
    """Return which addresses each member says are its own; of one that is not among `seen`, what it said before (GB-2,
    GB-9)."""
    told = {one.host: one.who.own for one in seen if isinstance(one.who, Who) and len(one.who.own) <= MOST_ADDRESSES}
    before = {} if kept is None else {host: own for host, own in kept.addresses.items() if host in evidence.hosts}
    return {host: sorted(own) for host, own in sorted({**before, **told}.items()) if own}


def _flushes(statuses: Sequence[Status]) -> bool | None:
    said = {status.flushes for status in statuses}
    return False if False in said else None if None in said else True


def _stored(loss: Loss | None, formed: Mapping[str, int]) -> dict[str, Any]:
    return {
        "behind": None if loss is None else loss.behind,
        "reformed_at": None if loss is None else loss.reformed_at,
        "formed": formed,
    }


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
        for table, rows in canaries.of(reply).items() if reply is not None else ():
            if isinstance(rows, int):
                found[table] = min(rows, found.get(table, rows))
    return found


def pc_recovery(reply: HostReply) -> Truth:
    """Return the provider option pc.recovery of the member of `reply`, UNKNOWN when it does not say."""
    status = reply.beside(SQL)
    said = None if isinstance(status, Unknown) else status.pc_recovery
    return Unknown("pc_recovery") if said is None else said


def version_numbers(text: str) -> tuple[int, int, int] | None:
    """Return the three numbers at the head of a server's version, None when there are none."""
    found = re.match(r"(?:5\.5\.5-)?(\d+)\.(\d+)\.(\d+)", text)
    return (int(found.group(1)), int(found.group(2)), int(found.group(3))) if found is not None else None
