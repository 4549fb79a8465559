"""The member that a run has chosen, as its journal keeps it and as the steps after the choice read it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.model.content.actions import Need, ResultKind
from remediator.model.content.consent import Reason, reasons
from remediator.model.content.declined import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The chosen member, where it stands, and what whoever approved it knew. `sst`: the members that join by a whole
    transfer."""

    host: str
    uuid: str
    seqno: int
    lost: int
    alone_why: str
    because: frozenset[Reason] | None
    """None: the choice of an older release, which kept the words alone."""
    sst: tuple[str, ...]


def read(given: Mapping[str, Any] | None) -> Choice | Refused:
    """Return the choice that a step gave; refuse where none was made."""
    if not given:
        return Refused("no candidate was chosen in this run")
    return Choice(
        host=str(given["host"]),
        uuid=str(given["uuid"]),
        seqno=int(given["seqno"]),
        lost=int(given["lost"]),
        alone_why=str(given["alone_why"]),
        because=reasons(given["because"]) if "because" in given else None,
        sst=tuple(given.get("sst", ())),
    )


CHOICE = ResultKind("choice", read)
CHOSEN = Need("choice", CHOICE)
