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


class Fate(enum.Enum):
    """What is known of a command that was to be sent. At-most-once rests on it."""

    NEVER_LEFT = "never_left"
    """It is proven that the host never saw it."""
    ENDED = "ended"
    """It ended, with an exit code."""
    LOST = "lost"
    """Nobody knows whether or how it ended."""


class Unsent(enum.Enum):
    """Why a command is proven never to have left."""

    LATE = "late"
    """It waited for so long that the claim under it was too old: it may be claimed, and sent, again."""
    UNCLAIMED = "unclaimed"
    """The claim under it could not be renewed: it may be claimed, and sent, again."""
    PREVENTED = "prevented"
    """Something else was in its way: no connection, a pause, no such program."""


TOO_LATE = "it waited for too long to leave"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandDone:
    """The end of one command of an action. `error` is a sentence for people, and nothing is decided by it.

    `exit_code` is set once it ended, `unsent` where it is proven that it never left; neither: it is lost.
    """

    argv: tuple[str, ...]
    exit_code: int | None
    output: str
    took_s: float
    error: str = ""
    unsent: Unsent | None = None

    def __post_init__(self) -> None:
        if self.unsent is not None and self.exit_code is not None:
            raise ValueError(f"a command that never left has ended with {self.exit_code}")

    @classmethod
    def never_left(
        cls,
        argv: tuple[str, ...],
        why: str,
        unsent: Unsent = Unsent.PREVENTED,
        *,
        output: str = "",
        took_s: float = 0.0,
    ) -> CommandDone:
        """Return the end of a command that was not sent because of `why`."""
        error = f"not started: {why}"
        return cls(argv=argv, exit_code=None, output=output, took_s=took_s, error=error, unsent=unsent)

    @property
    def fate(self) -> Fate:
        if self.unsent is not None:
            return Fate.NEVER_LEFT
        return Fate.LOST if self.exit_code is None else Fate.ENDED
