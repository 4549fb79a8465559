"""What is kept of a cluster across restarts, as the store has it: the mark, and what was so when it was stored. Pure.

Invariant: nothing is supposed. None was ever stored: that is None. What cannot be read is UNKNOWN, never no mark.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from remediator.integrations.galera.judgement.picture import HighWaterMark
from remediator.model import times
from remediator.model.kleene import Truth
from remediator.model.times import Instant
from remediator.model.values import Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A component of the recorded uuid formed behind the furthest that is known of it, and nobody has accepted that
    yet."""

    behind: int
    """How far behind, at most, in transactions: behind the mark as it was first seen again, or behind what the logs of
    its members tell."""
    reformed_at: int
    """The lowest seqno at which it was seen then, or from which the logs say that it went on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The mark, and what else was so when it was stored. `at` is the wall time of the newest sample it rests on (RFC
    3339)."""

    mark: HighWaterMark
    at: str
    size: int
    """The largest wsrep_cluster_size seen since the uuid is recorded."""
    version: str | None
    pc_recovery: Truth
    canaries: Mapping[str, int]
    data_bytes: int | None
    loss: Loss | None = None
    flushes: bool | None = None
    """Every member that was counted had each commit on disk before it was acknowledged; None: one did not say."""
    addresses: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By host: which addresses each member said were its own, when it was last seen well."""
    formed: Mapping[str, int] | None = None
    """The formations that were looked at, each with the furthest seqno that was then known beside it; None: none ever
    was."""


def parse(body: Any) -> Kept | Unknown | None:
    """Return the mark that the store has; None when none was ever stored, UNKNOWN when it cannot be read."""
    if body is None:
        return None
    try:
        recovery = body["pc_recovery"]
        return Kept(
            mark=HighWaterMark(uuid=str(body["uuid"]), seqno=body["seqno"], conf_id=body["conf_id"]),
            at=str(body["at"]),
            size=int(body["size"]),
            version=body["version"],
            pc_recovery=recovery if isinstance(recovery, bool) else Unknown("pc_recovery"),
            canaries={str(name): int(rows) for name, rows in body["canaries"].items()},
            data_bytes=body["data_bytes"],
            loss=_loss(body),
            flushes=body.get("flushes"),
            formed=_formed(body),
            addresses=_addresses(body),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return Unknown(f"mark:{type(error).__name__}")


def _loss(body: Mapping[str, Any]) -> Loss | None:
    """Return the loss of a stored mark; one that was stored before losses were kept has none."""
    if body.get("behind") is None:
        return None
    return Loss(behind=int(body["behind"]), reformed_at=int(body["reformed_at"]))


def _formed(body: Mapping[str, Any]) -> Mapping[str, int] | None:
    formed = body.get("formed")
    return None if formed is None else {str(exchange): int(furthest) for exchange, furthest in formed.items()}


def _addresses(body: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """Return whose addresses are whose; a mark that was stored before they were kept has none."""
    return {str(host): frozenset(str(one) for one in own) for host, own in (body.get("addresses") or {}).items()}


def age_s(kept: Kept, now: Instant) -> float:
    """Return the seconds since the newest sample that the mark rests on."""
    return max(0.0, (now.wall - times.parse_rfc3339(kept.at)).total_seconds())
