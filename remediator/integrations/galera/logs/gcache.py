"""How far the members had received write sets before they ended, and where the component formed again: what is between
is lost. Pure.

Each member keeps the write sets that it received in a cache of its own (gcache), a file that is mapped into memory. The
file outlives a killed process, although InnoDB with innodb_flush_log_at_trx_commit=0 has not written the last second.
On its next start the provider logs how far that cache goes. When the component forms, the provider logs from which
seqno the component goes on, and the rest of the cache is thrown away. The texts are ``found gapless sequence`` and
``Quorum results`` (seen with MariaDB 10.11 and Galera 26.4). So the log knows what no position does.

Invariant: a start counts against a formation only when it began at or below that formation, and its cache goes beyond
it, in one uuid. A member that took part later began above it. The figure is an upper bound: write sets that were
received and never acknowledged are in it, and a change of view counts as one. After a power cut the cache may end early
as well; then it says less, never more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from remediator.integrations import typed
from remediator.model.values import Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Formation:
    """A Primary component as a member came into it; a formation in the strict sense where there was none before."""

    exchange: str
    """The uuid of the exchange of states that the component came out of: the same on all of its members."""
    uuid: str
    at: int
    """The seqno that the component went on from (``act_id``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """How one life of the server began."""

    uuid: str
    position: int
    received: int | None
    """Up to which seqno of that uuid its cache goes; None without one."""
    component: Formation | None
    """The Primary component that this life was first in, with the component's seqno at that moment; None when it was in
    none."""
    anew: bool
    """No Primary component came before that component."""

    @property
    def formation(self) -> Formation | None:
        return self.component if self.anew else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Buried:
    """What members had received beyond the place from which their component went on."""

    formation: Formation
    furthest: int

    @property
    def most(self) -> int:
        return self.furthest - self.formation.at


def parse(data: Any) -> tuple[Start, ...] | Unknown:
    """Return the starts in a reply, oldest first; UNKNOWN without a log, or when one is not what it should be."""
    if data is None:
        return Unknown("no_log")
    try:
        return tuple(_start(one) for one in typed.items({"starts": data}, "starts"))
    except typed.WRONG as error:
        return Unknown(f"starts:{type(error).__name__}")


def _start(data: Mapping[str, Any]) -> Start:
    uuid = typed.text(data, "uuid")
    own = typed.text_or_none(data, "cache_uuid") == uuid
    return Start(
        uuid=uuid,
        position=typed.whole(data, "position"),
        received=typed.whole_or_none(data, "received") if own else None,
        component=None if data["formed"] is None else _component(typed.table(data, "formed")),
        anew=data["formed"] is not None and _anew(typed.table(data, "formed")),
    )


def _component(data: Mapping[str, Any]) -> Formation | None:
    at, exchange, uuid = (
        typed.whole_or_none(data, "act_id"), typed.text_or_none(data, "exchange"), typed.text_or_none(data, "uuid"),
    )  # fmt: skip
    return None if at is None or exchange is None or uuid is None else Formation(exchange=exchange, uuid=uuid, at=at)


def _anew(data: Mapping[str, Any]) -> bool:
    """A component that goes on from an earlier one counts its views on; one that forms anew begins at -1 (pc.recovery)
    or 0."""
    conf_id = typed.whole_or_none(data, "conf_id")
    return conf_id is not None and conf_id <= 0


def buried(members: Iterable[Sequence[Start]], uuid: str) -> dict[str, Buried]:
    """Return each formation of `uuid` that the starts of `members` tell of, by its exchange. The furthest place is the
    formation's own where nothing lies beyond it. Of a member that was in the formation the start that led there counts,
    of any other member its newest. Seqnos may be used again."""
    told = [[start for start in starts if start.uuid == uuid and start.position >= 0] for starts in members]
    formations = {
        start.formation.exchange: start.formation
        for starts in told
        for start in starts
        if start.formation is not None and start.formation.uuid == uuid
    }
    return {
        exchange: Buried(formation=formation, furthest=max([formation.at, *_beyond(told, formation)]))
        for exchange, formation in formations.items()
    }


def _beyond(members: Iterable[Sequence[Start]], formation: Formation) -> Iterable[int]:
    for starts in members:
        led = [start for start in starts if start.formation == formation] or starts[-1:]
        for start in led:
            if start.received is not None and start.position <= formation.at < start.received:
                yield start.received


def left_behind(
    own: Sequence[Start] | Unknown, others: Iterable[Sequence[Start]], uuid: str, seqno: int
) -> Formation | None:
    """Return the newest formation of `others` that a stopped member at `uuid`:`seqno` went on beyond without having
    been part of it.

    What the member has above that place is of a history that the others gave up. Seqnos are used again, so its position
    may look like one of theirs (GB-10). The member was part when it was in the formation from the beginning of a life,
    or joined above its place. A log that does not say is no proof that the member was part.
    """
    formed = [start.formation for starts in others for start in starts if start.formation is not None]
    mine = [] if isinstance(own, Unknown) else [start.component for start in own if start.component is not None]

    def was_part(formation: Formation) -> bool:
        return any(one == formation or (one.uuid == uuid and one.at > formation.at) for one in mine)

    gone_by = [one for one in formed if one.uuid == uuid and one.at < seqno and not was_part(one)]
    return max(gone_by, key=lambda one: one.at, default=None)
