"""One move of a mute: the records that are kept or end, what the journal says of it, and what is done besides.

The pure code of `mutes` makes transitions; `daemon/turn/mutes.py` alone carries them out: row, mirror, audit and log
together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from remediator.incidents.lifecycle import Moved
from remediator.model.records.holds import Rival, Storm
from remediator.model.records.mutes import Accepted, Ack, OwnDowntime, Pause, Silence, Unacked, Wrap
from remediator.model.records.pager_keys import PageKey
from remediator.safety.case import Downtime

Ending = Pause | Silence | OwnDowntime | Wrap | Downtime
"""Records that end; the others are replaced by newer ones."""
Record = Ending | Unacked | Ack | Accepted | Rival | Storm


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """A line of the log. `host`: the host that it is about; `scope`: the scope."""

    event: str
    reason: str
    level: str = "warning"
    host: str | None = None
    scope: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What has happened, and which actor did it."""

    kind: ClassVar[str]
    """What the audit calls it."""
    actor: str

    @property
    def incident(self) -> str | None:
        """The incident that it is about, if it is about one."""
        return None

    def body(self) -> Mapping[str, Any]:
        """Return what the audit keeps of it."""
        raise NotImplementedError

    def log(self) -> Log | None:
        """Return what the log says of it; None: nothing."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveIncident:
    """Let an incident move as `moved` says."""

    moved: Moved


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteLine:
    """Write a line into the timeline of an incident that does not move."""

    incident: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BelieveRows:
    """Take the rows of the store for what counts, whatever the log says of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameStore:
    """Give the store another id, on the word of `actor`."""

    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignRestore:
    """Sign that the store as it is now counts, once this transition is committed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetClaims:
    """Forget every claim on hosts: each has to be laid anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Tell people, once for each key."""

    key: PageKey
    subject: str
    text: str


Wish = MoveIncident | WriteLine | BelieveRows | RenameStore | SignRestore | ForgetClaims | Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """Carried out in this order: `kept` is stored, `ended` is removed, `entries` are written, `wishes` are done."""

    kept: tuple[Record, ...] = ()
    ended: tuple[Ending, ...] = ()
    entries: tuple[Entry, ...] = ()
    wishes: tuple[Wish, ...] = ()
