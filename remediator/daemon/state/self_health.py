"""What the daemon knows of itself: who it is, what it can reach, its clock, its store, its brakes, and what it failed
at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from remediator.daemon.state.asides import About, Asides
from remediator.daemon.state.undo.undoable_record import Record, lasting
from remediator.model.identity import NOBODY, Identity
from remediator.model.records.holds import OpenStorm
from remediator.model.times import Instant

STEPPED = "the clock stepped whatever became of the turn"


@dataclass
class SelfHealth(Record):
    """See the module. Written by its own methods alone."""

    identity: Identity = NOBODY
    """Who this daemon is on hosts. Nobody leaves nothing there and acts on none."""
    told_start: bool = False
    """The audit has it that this daemon started."""
    asides: Asides = field(default_factory=Asides, metadata=lasting("what fails outlives the turn by intent"))
    """What was set aside because its handling failed."""
    storms: Mapping[str, OpenStorm] = field(default_factory=dict)
    """Scope to why its storm breaker is open now."""
    cut_off_since: Instant | None = None
    """Since when the daemon reaches less than half of what it should."""
    past_cut_offs: tuple[tuple[Instant, Instant], ...] = ()
    """From when to when that was so lately, since this daemon started."""
    references: Mapping[str, bool] = field(default_factory=dict)
    """Address to whether it answered when it was tried last."""
    references_at: Instant | None = None
    vantage_at: Instant | None = None
    clock_brake: str | None = field(default=None, metadata=lasting(STEPPED))
    clock_until: Instant | None = field(default=None, metadata=lasting(STEPPED))
    journal_until: datetime | None = field(default=None, metadata=lasting(STEPPED))
    """The newest entry of a journal that came from the future: nothing above R0 until the clock has passed it."""
    last_tick: Instant | None = field(default=None, metadata=lasting(STEPPED))
    notices_from: tuple[Instant, float] | None = None
    """When the notices were looked at last, and how many seconds from then on they rest."""
    hosts_noticed: Mapping[str, Instant] = field(default_factory=dict)
    """Host to when people last heard of a notice that rests on its own word."""
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

    # who we are -------------------------------------------------------------------------------------------------------

    def known_as(self, identity: Identity) -> None:
        """Be `identity` on hosts from now on."""
        self.identity = identity

    def start_told(self) -> None:
        """The audit has it now that this daemon started."""
        self.told_start = True

    # what we reach ----------------------------------------------------------------------------------------------------

    def tries_references(self, now: Instant) -> None:
        """The references are tried now."""
        self.references_at = now

    def references_answered(self, answered: Mapping[str, bool]) -> None:
        """Keep which references answered."""
        self.references = dict(answered)

    def looks_around(self, now: Instant) -> None:
        """How many hosts answer is counted now."""
        self.vantage_at = now

    def cut_off(self, now: Instant) -> None:
        """From now on less than half of the hosts answer."""
        self.cut_off_since = now

    def sees_again(self, now: Instant, kept_s: float) -> None:
        """More than half of the hosts answer again; what ended longer ago than `kept_s` is forgotten."""
        if self.cut_off_since is not None:
            kept = [each for each in self.past_cut_offs if now.since(each[1]) < kept_s]
            self.past_cut_offs = (*kept, (self.cut_off_since, now))
        self.cut_off_since = None

    # clock ------------------------------------------------------------------------------------------------------------

    def ticked(self, now: Instant) -> Instant | None:
        """The clocks were compared now; return when they were before."""
        before, self.last_tick = self.last_tick, now
        return before

    def brake_for_clock(self, why: str, until: Instant) -> None:
        """Stop everything above R0 until then."""
        self.clock_brake, self.clock_until = why, until

    def clock_runs_evenly(self) -> None:
        """The clock stops nothing any more."""
        self.clock_brake = self.clock_until = None

    def journal_reaches(self, until: datetime | None) -> None:
        """The newest entry of the journal is from that time to come; None: the clock has passed it."""
        self.journal_until = until

    # store and brakes -------------------------------------------------------------------------------------------------

    def other_hand(self, why: str) -> None:
        """The rows are not as the last turn of this daemon left them."""
        self.restored = why

    def put_back(self, why: str | None) -> None:
        """The journal is not as its checkpoints have it; None: it is."""
        self.restored = "; ".join(each for each in (why, self.restored) if each) or None

    def restore_accepted(self) -> None:
        """A person has accepted the store as it is, and it is written."""
        self.restored = None

    def store_damaged(self, why: str) -> None:
        """The slow reading of the store has found this; empty: it found nothing up to the end."""
        self.damaged = why

    def looks_at_notices(self, now: Instant, rest_s: float) -> None:
        """The notices are looked at now, and not again for so long."""
        self.notices_from = (now, rest_s)

    def people_heard_of(self, hosts: Mapping[str, Instant]) -> None:
        """Of these hosts people have heard, and when; of no other one."""
        self.hosts_noticed = hosts

    def storms_open(self, storms: Mapping[str, OpenStorm]) -> None:
        """These storm breakers are open now, and no other one."""
        self.storms = storms

    def forget_hosts(self, hosts: Collection[str]) -> None:
        """Forget that hosts which left were set aside."""
        for host in hosts:
            self.asides.worked(About(kind="host", name=host))
