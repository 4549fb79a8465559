"""What one round trip to a host brought back, by value: nothing here refers to a connection."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from remediator.model.manifest.sections import Facts, SectionKind
from remediator.model.times import Instant
from remediator.model.values import Unknown


class Reach(enum.Enum):
    """How far a round trip came. Only OK says anything about what runs on the host."""

    OK = "ok"
    UNREACHABLE = "unreachable"
    """No connection, or no answer within the deadline."""
    UNTRUSTED = "untrusted"
    """The host key is unknown or changed, or the daemon's key was refused: somebody must look, nothing was asked."""
    GARBLED = "garbled"
    """It answered, but what came back was not a whole reply, or cannot be judged."""
    TOO_LARGE = "too_large"
    """It answered more than is read or judged of one host."""
    BUSY = "busy"
    """Another collector had the host's lock for longer than this one waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section of a reply: its facts, or the reason why it is UNKNOWN (``timeout:NAME``, ``error:NAME: ...``)."""

    data: object
    """A record of the integration that has the section (`SectionKind.facts`), or UNKNOWN."""
    took_s: float = 0.0

    def __post_init__(self) -> None:
        if not hasattr(type(self.data), "__dataclass_fields__"):
            raise TypeError(f"a section holds the record that its kind names, not {type(self.data).__name__}")

    @property
    def known(self) -> bool:
        return not isinstance(self.data, Unknown)


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

    def section(self, name: str) -> object:
        """Return the facts of section `name`, or `Unknown` with the reason why there is none."""
        if self.reach is not Reach.OK:
            return Unknown(f"host_{self.reach.value}")
        found = self.sections.get(name)
        return Unknown(f"not_collected:{name}") if found is None else found.data

    def facts(self, kind: SectionKind[Facts]) -> Facts | Unknown:
        """Return the facts of section `kind`, or `Unknown` with the reason why there are none."""
        if self.reach is not Reach.OK:
            return Unknown(f"host_{self.reach.value}")
        return self.beside(kind)

    def beside(self, kind: SectionKind[Facts]) -> Facts | Unknown:
        """As `facts`, of a section that was fetched beside the round trip: it counts also when the host itself did not
        answer."""
        found = self.sections.get(kind.name)
        if found is None:
            return Unknown(f"not_collected:{kind.name}")
        if isinstance(found.data, (kind.facts, Unknown)):
            return found.data
        raise TypeError(f"section {kind.name} holds {type(found.data).__name__}, not {kind.facts.__name__}")


class Fate(enum.Enum):
    """What is known of a command that was to be sent. At-most-once rests on it."""

    NEVER_LEFT = "never_left"
    """It is proven that the host never saw it."""
    ENDED = "ended"
    """The command ended, with an exit code."""
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
