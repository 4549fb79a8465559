"""What the daemon knows of itself: who it is, what it can reach, its clock, its store, its brakes, and what it failed at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from remediator.daemon.turn.asides import About, Asides
from remediator.daemon.turn.record import Record, lasting
from remediator.model.identity import NOBODY, Identity
from remediator.model.times import Instant

STEPPED = "the clock stepped whatever became of the turn"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenStorm:
    """Why the storm breaker of a scope is open, and when it closes if nothing more breaks."""

    why: str
    until: datetime | None


@dataclass
class SelfHealth(Record):
    """See the module."""

    identity: Identity = NOBODY
    """Who we are on hosts. Nobody leaves nothing there and acts on none."""
    told_start: bool = False
    """The audit has it that this daemon started."""
    asides: Asides = field(default_factory=Asides, metadata=lasting("what fails outlives the turn by intent"))
    """What was set aside because its handling failed."""
    storms: Mapping[str, OpenStorm] = field(default_factory=dict)
    """Scope to why its storm breaker is open now."""
    cut_off_since: Instant | None = None
    """Since when we reach less than half of what we should."""
    past_cut_offs: tuple[tuple[Instant, Instant], ...] = ()
    """From when to when that was so lately, since this daemon started."""
    references: Mapping[str, bool] = field(default_factory=dict)
    """Address to whether it answered when it was tried last."""
    references_at: Instant | None = None
    vantage_at: Instant | None = None
    clock_held: str | None = field(default=None, metadata=lasting(STEPPED))
    clock_until: Instant | None = field(default=None, metadata=lasting(STEPPED))
    journal_until: datetime | None = field(default=None, metadata=lasting(STEPPED))
    """The newest entry of a journal that came from the future: nothing above R0 until the clock has passed it."""
    last_tick: Instant | None = field(default=None, metadata=lasting(STEPPED))
    restored: str | None = None
    """Why the store is not as it was left, until a person accepts it."""
    damaged: str = ""
    """What the slow reading of the store has found, first of all."""
    counters: dict[str, dict[tuple[tuple[str, str], ...], float]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(float)),
        metadata=lasting("metrics count what was tried"),
    )

    def count(self, name: str, amount: float = 1.0, **labels: str) -> None:
        self.counters[name][tuple(sorted(labels.items()))] += amount

    def forget_hosts(self, hosts: Collection[str]) -> None:
        """Forget that hosts which left were set aside."""
        for host in hosts:
            self.asides.worked(About(kind="host", name=host))
