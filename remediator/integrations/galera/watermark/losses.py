"""What a component lost when it formed again: against the high-water mark, and against what its members' logs tell
(GB-8). Pure.

Invariant: a loss is told once, at its largest, and stays until a person accepts it. What a bootstrap by the daemon told
before it began is a known loss; what the logs tell beyond that is not. Where each commit was on disk before it was
acknowledged, what the logs tell beyond the positions was never acknowledged, and is none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from remediator.integrations.galera.facts.datadir import Files
from remediator.integrations.galera.facts.member import Member, Status, running_s
from remediator.integrations.galera.logs import gcache
from remediator.integrations.galera.logs.gcache import Buried
from remediator.integrations.galera.membership import group
from remediator.integrations.galera.watermark.stored import Kept, Loss, age_s
from remediator.model import times
from remediator.model.content.judging import Evidence
from remediator.model.times import Instant

BOOTSTRAP_RUNBOOKS = ("galera-bootstrap", "galera-pc-bootstrap")
BOOTSTRAPS = frozenset(("galera.bootstrap", "galera.pc_bootstrap"))
"""Their actions that bring a component back."""

CLOCK_S = 2.0
"""Seconds by which the age of a container may be wrong."""
MOST_FORMATIONS = 32
"""So many are remembered that no log tells of any more."""


def after(evidence: Evidence, seen: Sequence[Member], kept: Kept) -> Loss | None:
    """Return the loss that is known once `seen` are seen in one component of the recorded uuid."""
    behind, unheard = _behind_mark(evidence, seen, kept), _unheard(evidence, kept)
    if behind is None or unheard is None:
        return behind or unheard
    return Loss(behind=max(behind.behind, unheard.behind), reformed_at=min(behind.reformed_at, unheard.reformed_at))


def looked_at(evidence: Evidence, uuid: str, kept: Kept | None) -> Mapping[str, int]:
    """Return the formations of `uuid` that have been looked at, those of `evidence` with them."""
    before = kept.formed or {} if kept is not None else {}
    told = _told_by_logs(evidence, uuid)
    older = [exchange for exchange in before if exchange not in told][-MOST_FORMATIONS:]
    return {exchange: before[exchange] for exchange in older} | {
        exchange: max(found.furthest, before.get(exchange, 0)) for exchange, found in told.items()
    }


def _told_by_logs(evidence: Evidence, uuid: str) -> Mapping[str, Buried]:
    files = [one.files for one in group.of(evidence).members.values()]
    return gcache.buried(
        [one.starts for one in files if isinstance(one, Files) and isinstance(one.starts, tuple)], uuid
    )


def _unheard(evidence: Evidence, kept: Kept) -> Loss | None:
    """Return what the logs tell that was never looked at; a mark that has never looked takes what is there as it is."""
    if kept.formed is None or kept.flushes is True:
        return None
    told_until = kept.mark.seqno if ours(evidence, kept) or _under_way(evidence, kept) else None
    new = [
        found
        for exchange, found in _told_by_logs(evidence, kept.mark.uuid).items()
        if found.furthest > max(kept.formed.get(exchange, found.formation.at), told_until or 0)
    ]
    if not new:
        return None
    return Loss(behind=max(one.most for one in new), reformed_at=min(one.formation.at for one in new))


def _behind_mark(evidence: Evidence, seen: Sequence[Member], kept: Kept) -> Loss | None:
    """Return the loss that is known once `seen` are seen in one component of the recorded uuid, each asked after the
    mark's sample."""
    mark, loss = kept.mark.seqno, kept.loss
    if ours(evidence, kept):
        # what is counted from the mark as it still is was told before the bootstrap, and somebody said yes to it
        counted = mark is not None and loss is not None and mark - loss.reformed_at == loss.behind
        return None if counted else loss
    since = times.parse_rfc3339(kept.at)
    newer = all(asked_at(evidence, one).wall > since for one in seen)
    seqno = max(one.status.last_committed for one in seen if isinstance(one.status, Status))
    if (
        mark is None
        or not 0 <= seqno < mark
        or not newer
        or _under_way(evidence, kept)
        or unbroken(evidence, seen, kept)
    ):
        return loss
    if loss is None:
        return Loss(behind=mark - seqno, reformed_at=seqno)
    return Loss(behind=max(mark - seqno, loss.behind), reformed_at=min(seqno, loss.reformed_at))


def unbroken(evidence: Evidence, seen: Sequence[Member], kept: Kept) -> bool:
    """Return whether a majority of all members are among `seen` and have been running since before the mark's sample.

    By then they had received whatever was acknowledged, for a commit is acknowledged once the group has it. A member
    that stands below the mark has not applied all of it yet. That is how it looks in the moment in which the member
    that stood furthest is gone.
    """
    since = times.parse_rfc3339(kept.at)
    before = 0
    for one in seen:
        age_s = running_s(evidence.reply(one.host))
        before += age_s is not None and (asked_at(evidence, one).wall - since).total_seconds() < age_s - CLOCK_S
    return before >= len(group.of(evidence).members) // 2 + 1


def asked_at(evidence: Evidence, one: Member) -> Instant:
    reply = evidence.reply(one.host)
    return reply.asked_at if reply is not None else evidence.now


def ours(evidence: Evidence, kept: Kept) -> bool:
    """A bootstrap by the daemon has ended well since the mark was stored: what was lost was told, and approved."""
    since = age_s(kept, evidence.now)
    return any(
        run["runbook"] in BOOTSTRAP_RUNBOOKS and run["age_s"] < since and run["state"] in ("verifying", "succeeded")
        for run in evidence.known.get("runs", ())
    )


def _under_way(evidence: Evidence, kept: Kept) -> bool:
    """A bootstrap by the daemon has begun since the mark was stored and its run still lives: what is lost was told by
    it, and approved."""
    since = age_s(kept, evidence.now)
    return any(
        run["runbook"] in BOOTSTRAP_RUNBOOKS
        and run["age_s"] < since
        and run["ended_s"] is None
        and BOOTSTRAPS & set(run["done"])
        for run in evidence.known.get("runs", ())
    )
