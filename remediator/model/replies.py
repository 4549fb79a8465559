"""What one round trip to a host brought back, by value: nothing here holds a connection."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from remediator.model.times import Instant
from remediator.model.values import Unknown

Facts = TypeVar("Facts")


class Reach(enum.Enum):
    """How far a round trip came. Only OK says anything about what runs on the host."""

    OK = "ok"
    UNREACHABLE = "unreachable"
    """No connection, or no answer within the deadline."""
    UNTRUSTED = "untrusted"
    """The host key is unknown or changed, or our key was refused: somebody must look, nothing was asked."""
    GARBLED = "garbled"
    """It answered, but what came back was not a whole reply, or cannot be judged."""
    TOO_LARGE = "too_large"
    """It answered more than is read or judged of one host."""
    BUSY = "busy"
    """Another collector held the host's lock for longer than we wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section of a reply: parsed JSON, or the reason why it is UNKNOWN (``timeout:NAME``, ``error:NAME: ...``)."""

    data: Any
    took_s: float = 0.0
    _read: dict[Callable[[Any], Any], Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What each parser made of the data. It lives here so that it ends with the section."""

    @property
    def known(self) -> bool:
        return not isinstance(self.data, Unknown)

    def read(self, parse: Callable[[Any], Facts]) -> Facts:
        """Return `parse(data)`, made once. `parse` is pure and a function of a module, never made for the call."""
        if parse not in self._read:
            self._read[parse] = parse(self.data)
        found: Facts = self._read[parse]
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class HostReply:
    """All that was learnt of one host in one round trip.

    `asked_at` is when the request left, and the age of every fact counts from it (the older end is the honest one).
    `reason` is one sentence for the operator when `reach` is not OK, with the remedy where there is one.
    `host_clock_s` is the host's own wall clock (epoch seconds) when it answered.
    """

    host: str
    asked_at: Instant
    received_at: Instant
    reach: Reach
    reason: str = ""
    sections: Mapping[str, Section] = field(default_factory=dict)
    host_clock_s: float | None = None
    boot_id: str | None = None
    """The host's boot id when it answered; None when it did not."""
    host_took_s: float = 0.0
    """How much of the round trip the host itself worked before it read its clock."""
    forced: bool = False

    def section(self, name: str) -> Any:
        """Return the section's data, or `Unknown` with the reason why there is none."""
        if self.reach is not Reach.OK:
            return Unknown(f"host_{self.reach.value}")
        found = self.sections.get(name)
        return Unknown(f"not_collected:{name}") if found is None else found.data

    def read(self, name: str, parse: Callable[[Any], Facts]) -> Facts:
        """Return `parse(section(name))`: of a section that is there it is made once, and ends with the section."""
        found = self.sections.get(name) if self.reach is Reach.OK else None
        return parse(self.section(name)) if found is None else found.read(parse)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandDone:
    """The end of one command of an action: `exit_code` None means that we do not know whether or how it ended."""

    argv: tuple[str, ...]
    exit_code: int | None
    output: str
    took_s: float
    error: str = ""
