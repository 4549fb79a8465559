"""What the loop knows: the loaded config and content, what has been seen since the start, and a mirror of the durable state.

The mirror is read from the store (`adopt`) and changed only through a `Turn`, together with its rows. When a transaction fails
the mirror is stale and is read again before anything else is decided.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from remediator.checks.series import Series
from remediator.collect.facts import FactStore
from remediator.config import Config, Limits
from remediator.daemon.turn.asides import About, Asides
from remediator.daemon.turn.newcomers import Newcomers
from remediator.daemon.turn.places import UnderWay
from remediator.daemon.turn.undoable import Undoable, UndoableSet
from remediator.inventory.naming import Names
from remediator.model import times
from remediator.model.content import Content
from remediator.model.hooks import ForeignName
from remediator.model.hosts import Inventory
from remediator.model.identity import NOBODY, Identity
from remediator.model.integration import Integration, MarkSpec
from remediator.model.judging import CheckResult, CheckSpec, Scope
from remediator.model.mutes import OwnDowntime, Pause, Silence, Unacked, Wrap
from remediator.model.plans import Plan
from remediator.model.records import Debt, Decision, GroupKept, Incident, Met, Outcome, Run
from remediator.model.signs import Sign
from remediator.model.targets import Target
from remediator.model.times import Instant
from remediator.model.values import Unknown
from remediator.model.verdicts import Verdict
from remediator.rules.index import RuleIndex
from remediator.runs import debts
from remediator.runs.claims import Claim
from remediator.safety.case import Downtime
from remediator.store import identities, rows
from remediator.store.loading import Stored

STORM_LATCH = "storm_latched"
"""Where the store keeps the latch of the storm breaker."""
STORM_COUNTED = "storm_counted"
"""Where it keeps the incidents that the breaker has counted and that were not over."""
STORM_CLOSED = "storm_closed"
"""Where it keeps when a person closed the breaker last."""
STORM_TOLD = "storm_told"
"""Where it keeps the page of the storm whose end nobody was told yet."""
ONE_MACHINE = "one_machine"
"""Where the store keeps which names are one machine."""
NAMES_TOLD = "names_told"
"""Where the store keeps when the last digest of foreign names was queued."""

Key = tuple[str, str]
"""(check, target text)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupJudged:
    """When a group was judged last, and how old the oldest reply it was judged by."""

    at: Instant
    oldest: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """What became of a rule at the newest look at an incident; a stored decision is of the last change."""

    at: Instant
    rule: str
    outcome: Outcome
    reason: str
    met: Met
    verdicts: Sequence[Verdict] = ()
    run: str | None = None
    waits: bool = False
    """Skipped only until a time has passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenStorm:
    """Why the storm breaker of a scope is open, and when it closes if nothing more breaks."""

    why: str
    until: datetime | None


@dataclass
class World:
    """See the module. Owned by the loop thread; nobody else touches it."""

    config: Config
    content: Content
    integrations: Mapping[str, Integration]
    inventory: Inventory
    facts: FactStore
    started_at: Instant
    own_boot_id: str | Unknown
    read_pause: Callable[[], tuple[str, ...] | Unknown]
    """The pause file and the room left in the state directory, as reasons not to act; UNKNOWN when it cannot be read."""

    identity: Identity = NOBODY
    """Who we are on hosts. Nobody leaves nothing there and acts on none."""
    new_id: Callable[[], str] = identities.new_id
    process_alive: Callable[[int, str], bool] = lambda _pid, _started: True
    """Whether a process of this machine still runs; for wrapped commands whose end nobody told."""
    decides: bool = True
    """False for a command without a daemon: it looks and executes what a person asked for, and nothing follows from what it sees."""
    only_target: str | None = None
    """For a command without a daemon: runs on other targets are left for the daemon; empty, as for `plan`, is no run at all."""
    keep_output: Callable[[str], None] = lambda _text: None
    """Puts the output of a step aside, by its hash."""
    purge_outputs: Callable[[float], int] = lambda _before_s: 0
    """Removes outputs that were put aside before (epoch seconds), a batch at a time; returns how many went."""

    limits: Limits = field(init=False)
    rules: RuleIndex = field(init=False)
    explained_by_rules: dict[str, frozenset[str]] = field(init=False)
    """Check to the checks whose problems its rules say they explain."""
    _hosts_of_check: dict[str, tuple[str, ...]] = field(init=False)
    _names: Names | None = field(init=False, default=None)
    _written_names: Names | None = field(init=False, default=None)
    marked: dict[str, MarkSpec] = field(init=False)
    """Assessment to how its mark is kept."""
    every_s: dict[str, float] = field(init=False)
    """Host to the shortest interval of its checks."""
    hosts_with: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Container to the hosts on which it was judged."""

    # seen since the start
    series: Undoable[Key, Series] = field(default_factory=Undoable)
    results: Undoable[Key, CheckResult] = field(default_factory=Undoable)
    good_samples: Undoable[str, int] = field(default_factory=Undoable)
    group_judged: Undoable[str, GroupJudged] = field(default_factory=Undoable)
    in_flight: Undoable[str, UnderWay] = field(default_factory=Undoable)
    """Hosts whose collection is under way: none is asked twice at once."""
    due_at: Undoable[str, float] = field(default_factory=Undoable)
    forced: UndoableSet[str] = field(default_factory=UndoableSet)
    working: UndoableSet[Key] = field(default_factory=UndoableSet)
    """(run, step) whose commands are under way in this process."""
    under_way: UndoableSet[Key] = field(default_factory=UndoableSet)
    """(run, step) whose commands left this process and have not come back, also when their time is over: they may still arrive."""
    probing: Undoable[str, Instant] = field(default_factory=Undoable)
    """Run to the moment since when a probe looks for the fate of its step."""
    waiting: Undoable[str, Instant] = field(default_factory=Undoable)
    """Run to the moment since which its next step waits for fresh evidence."""
    looking: Undoable[str, Instant] = field(default_factory=Undoable)
    """Debt to the moment that evidence about it must be younger than; its hosts have been free of runs since."""
    claims: Undoable[str, Claim] = field(default_factory=Undoable)
    """Run, or debt, to its newest claim on hosts (claiming)."""
    unclaimed: Undoable[str, str] = field(default_factory=Undoable)
    """Run, or debt, to the sentence why its last claim was not enough."""
    claim_number: int = 0
    debt_waits: Undoable[str, str] = field(default_factory=Undoable)
    """Debt to the sentence why it is not released yet."""
    stumbled: Undoable[tuple[str, str, str], str] = field(default_factory=Undoable)
    """Of whom, action and question to what it stumbled over last; only `stumbling` touches it."""
    delivering: UndoableSet[int] = field(default_factory=UndoableSet)
    sampled: UndoableSet[Key] = field(default_factory=UndoableSet)
    """What was judged in this turn: only that is decided anew."""
    waiting_checks: list[Any] = field(default_factory=list)
    """`check --live` requests whose replies are not all there yet (asking.WaitingCheck)."""
    last_event: Undoable[str, str] = field(default_factory=Undoable)
    """Incident to its newest event."""
    shown_signs: Undoable[str, tuple[Sign, ...]] = field(default_factory=Undoable)
    """Host to the signs of maintenance in its newest whole reply."""
    seen_ahead: Undoable[str, dict[str, datetime]] = field(default_factory=Undoable)
    """Host to the signs in its newest whole reply that bear a time to come, each with when it was first seen."""
    asides: Asides = field(default_factory=Asides)
    """What was set aside because its handling failed."""
    newcomers: Newcomers = field(default_factory=Newcomers)
    keys_of_host: dict[str, set[Key]] = field(default_factory=dict)
    """First host of a target to the (check, target) that were judged on it."""
    changed: bool = True
    """A series or an incident has changed since incidents were correlated."""
    considered: Undoable[str, dict[str, Considered]] = field(default_factory=Undoable)
    """Incident to the newest look at it, rule by rule."""
    config_at: Instant = field(init=False)
    """When the config that is in force was loaded."""
    refused_at: Undoable[str, Instant] = field(default_factory=Undoable)
    """Incident to when its last run was refused after it had its locks: it is left alone for a moment."""
    freed_at: Undoable[str, Instant] = field(default_factory=Undoable)
    """Incident to when nothing explained it any more: what was asked before that may be of the time before its parent was well."""
    own_cgroup: str = ""
    """The control groups of this process, as the kernel lists them."""
    downtime_told: Undoable[tuple[str, str], float] = field(default_factory=Undoable)
    """(host, service) to the time of the newest word about its downtime: an older one that comes late changes nothing."""
    storms: dict[str, OpenStorm] = field(default_factory=dict)
    """Scope to why its storm breaker is open now."""
    cut_off_since: Instant | None = None
    """Since when we reach less than half of what we should."""
    past_cut_offs: list[tuple[Instant, Instant]] = field(default_factory=list)
    """From when to when that was so lately, since this daemon started."""
    references: dict[str, bool] = field(default_factory=dict)
    """Address to whether it answered when it was tried last."""
    references_at: Instant | None = None
    reminded_at: Instant | None = None
    names_looked_at: Instant | None = None
    """When somebody looked last whether foreign names are to be told or forgotten."""
    vantage_at: Instant | None = None
    group_counted: Undoable[str, Instant] = field(default_factory=Undoable)
    clock_held: str | None = None
    clock_until: Instant | None = None
    journal_until: datetime | None = None
    """The newest entry of a journal that came from the future: nothing above R0 until the clock has passed it."""
    last_tick: Instant | None = None
    unmatched_since: Undoable[str, Instant] = field(default_factory=Undoable)
    counters: dict[str, dict[tuple[tuple[str, str], ...], float]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(float))
    )

    told_start: bool = False
    """The audit has it that this daemon started."""

    # the mirror of the durable state
    adopted: bool = False
    incidents: dict[str, Incident] = field(default_factory=dict)
    by_key: dict[Key, str] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)
    locks: dict[str, str] = field(default_factory=dict)
    debts: dict[str, Debt] = field(default_factory=dict)
    """Those that are open, oldest first."""
    decisions: dict[Key, Decision] = field(default_factory=dict)
    """(incident, rule) to the newest stored decision."""
    past_runs: dict[str, Run] = field(default_factory=dict)
    downtimes: dict[tuple[str, str], Downtime] = field(default_factory=dict)
    pauses: dict[str, Pause] = field(default_factory=dict)
    silences: dict[str, Silence] = field(default_factory=dict)
    own_downtimes: dict[str, OwnDowntime] = field(default_factory=dict)
    wraps: dict[str, Wrap] = field(default_factory=dict)
    unacked: dict[str, Unacked] = field(default_factory=dict)
    """Target to the ladder that ended there without a cure."""
    acked_at: dict[str, datetime] = field(default_factory=dict)
    groups: dict[str, GroupKept] = field(default_factory=dict)
    marks: dict[str, Any] = field(default_factory=dict)
    """Assessment to what its integration keeps of it (marking)."""
    just_closed: dict[str, Incident] = field(default_factory=dict)
    """Incidents closed in the last ten minutes: cured or not, they count in a storm."""
    storm_latched: str | None = None
    """Since when, and by what, the storm breaker is open for R3."""
    storm_counted: frozenset[str] = frozenset()
    """The incidents that it has counted since, as far as they are not over."""
    storm_closed_at: Instant | None = None
    """When a person closed it last: what went HARD until then is not counted again."""
    storm_told: str = ""
    """The page of the storm whose end nobody was told yet."""
    restored: str | None = None
    damaged: str = ""
    """What the slow reading of the store has found, first of all."""
    said: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Host to the names by which it calls itself."""
    reports: Undoable[str, list[tuple[Key, Instant]]] = field(default_factory=Undoable)
    """Of each sender: which services that no check of ours is about it has opened an incident for, and when (reported)."""
    names_paged: list[tuple[str, Instant]] = field(default_factory=list)
    """The ambiguous names of the last day that paged at once (foreigners)."""
    foreign_events: tuple[Instant, int, str] | None = None
    """Since when, how many events of foreign names were stored, and the newest of them (foreigners)."""
    foreign: dict[str, ForeignName] = field(default_factory=dict)
    """Names from outside that mean no host of ours, by their one spelling (foreigners)."""
    names_told_at: datetime | None = None
    """When the last digest of them was queued."""
    one_machine: frozenset[tuple[str, ...]] = frozenset()
    """The machines that the inventory has under several names, as the store has them (identities)."""
    rival_closed_at: Instant | None = None
    """Until when a person has said that no other one acts here."""
    rival: str | None = None
    """Since when, and by which line on a host, another remediator is known to act here."""
    accepted: set[str] = field(default_factory=set)
    signs: dict[str, Sign] = field(default_factory=dict)
    signs_written: dict[str, datetime] = field(default_factory=dict)
    """Key of a sign to its time as the store has it: one that goes on is not written with every sample."""

    def __post_init__(self) -> None:
        self.config_at = self.started_at
        self.marked = {name: spec for one in self.integrations.values() for name, spec in one.marks.items()}
        self.take_content(self.config, self.content, self.inventory)

    @property
    def names(self) -> Names:
        """The index by which a name from outside means a host; built when it is first asked after something changed."""
        if self._names is None:
            self._names = Names(self.inventory.hosts, self.inventory.aliases, self.said)
        return self._names

    @property
    def written_names(self) -> Names:
        """The same without what hosts say of themselves: built once for each snapshot."""
        if self._written_names is None:
            self._written_names = Names(self.inventory.hosts, self.inventory.aliases)
        return self._written_names

    def say_of(self, host: str, said: tuple[str, ...]) -> None:
        """Take over by which names `host` calls itself; none: it left."""
        if said:
            self.said[host] = said
        else:
            self.said.pop(host, None)
        self._names = None

    def take_content(self, config: Config, content: Content, inventory: Inventory) -> None:
        """Use this config, content and inventory from now on. Runs under way keep their stored plan."""
        self.facts.forget(sorted(set(self.inventory.hosts) - set(inventory.hosts)))
        self._names = self._written_names = None
        self.config = config
        self.content = content
        self.inventory = inventory
        self.limits = config.limits.resolved
        self.rules = RuleIndex(content.rules.values())
        self.explained_by_rules = self._explained_by_rules()
        self._hosts_of_check = {
            check.name: inventory.group(check.group) if check.group is not None else tuple(sorted(inventory.hosts))
            for check in content.checks.values()
        }
        self.every_s = {}
        for check in self.checks():
            for host in self._hosts_of_check[check.name]:
                self.every_s[host] = min(check.every_s, self.every_s.get(host, check.every_s))
        for host in inventory.hosts:
            self.due_at.setdefault(host, 0.0)
        self._forget_hosts([host for host in self.due_at if host not in inventory.hosts])
        alive = {check.name for check in self.checks()}
        gone = {key for key in self.series if key[0] not in alive}
        gone |= {key for key, result in self.results.items() if not set(result.target.hosts) <= set(inventory.hosts)}
        for key in gone:
            self.series.discard(key)
            self.results.discard(key)
        for hosts in self.hosts_with.values():
            hosts.intersection_update(inventory.hosts)

    def _forget_hosts(self, hosts: Sequence[str]) -> None:
        """Forget what was seen of hosts that left: one that comes back has to be sampled anew."""
        self.facts.forget(hosts)
        self.newcomers = self.newcomers.without(set(hosts))
        for host in hosts:
            del self.due_at[host]
            self.good_samples.pop(host, None)
            self.shown_signs.pop(host, None)
            self.seen_ahead.pop(host, None)
            self.asides.worked(About(kind="host", name=host))
            self.keys_of_host.pop(host, None)

    def adopt(self, stored: Stored) -> None:
        """Take over the durable state as the store has it."""
        self.incidents = dict(stored.incidents)
        self.by_key = {(incident.check, incident.target.text): incident.id for incident in stored.incidents.values()}
        self.runs = dict(stored.runs)
        self.locks = dict(stored.locks)
        self.debts = {debt.id: debt for debt in stored.debts}
        self.decisions = dict(stored.decisions)
        self.past_runs = {
            run.id: run
            for run in (*stored.past_runs, *stored.runs.values())
            if run.intent_at is not None and not debts.is_release(run)
        }
        self.downtimes = {}
        for downtime in stored.downtimes:
            self.downtimes[(downtime.host, downtime.service or "")] = downtime
        self.pauses = dict(stored.pauses)
        self.silences = {each.id: each for each in stored.silences}
        self.own_downtimes = {each.id: each for each in stored.own_downtimes}
        self.wraps = {each.id: each for each in stored.wraps}
        self.unacked = {each.target: each for each in stored.unacked}
        self.acked_at = {target: times.parse_rfc3339(at) for target, at in stored.acked_at.items()}
        self.groups = dict(stored.groups)
        self.just_closed = {incident.id: incident for incident in stored.just_closed}
        self.storm_latched = stored.meta.get(STORM_LATCH) or None
        self.storm_counted = frozenset(json.loads(stored.meta.get(STORM_COUNTED) or "[]"))
        self.storm_closed_at = rows.to_instant(json.loads(stored.meta.get(STORM_CLOSED) or "null"))
        self.storm_told = stored.meta.get(STORM_TOLD) or ""
        self.said = {host: tuple(names) for host, names in stored.said.items()}
        self._names = None
        self.foreign = {each.name: each for each in sorted(stored.foreign, key=lambda each: each.last_at)}
        told_at = stored.meta.get(NAMES_TOLD)
        self.names_told_at = times.parse_rfc3339(told_at) if told_at else None
        self.one_machine = frozenset(tuple(names) for names in json.loads(stored.meta.get(ONE_MACHINE) or "[]"))
        left = [[name for name in names if name in self.inventory.hosts] for names in self.one_machine]
        self.facts.machines.restore(names for names in left if len(names) > 1)
        self.accepted = set(stored.accepted)
        self.signs = dict(stored.signs)
        self.signs_written = {key: sign.at for key, sign in stored.signs.items()}
        self.adopted = True

    def checks(self) -> list[CheckSpec]:
        return [check for check in self.content.checks.values() if check.enabled]

    def check_hosts(self, check: CheckSpec) -> tuple[str, ...]:
        """Return the hosts that `check` judges: its group's, or all."""
        return self._hosts_of_check.get(check.name, ())

    def evidence_hosts(self, check: CheckSpec, target: Target) -> tuple[str, ...]:
        """Return the hosts whose facts the judgement of `target` by `check` reads."""
        return self.check_hosts(check) if check.assess.scope is Scope.GROUP else target.hosts

    def hosts_read_for(self, plan: Plan) -> tuple[str, ...]:
        """Return the hosts whose facts the check of `plan` reads; those of its target where the check is not there any more."""
        check = self.content.checks.get(plan.check)
        return self.evidence_hosts(check, plan.target) if check is not None else plan.target.hosts

    def incident_of(self, key: Key) -> Incident | None:
        found = self.by_key.get(key)
        return self.incidents.get(found) if found else None

    def live_run_of(self, incident: str) -> Run | None:
        return next((run for run in self.runs.values() if run.incident == incident), None)

    def _explained_by_rules(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for rule in self.content.rules.values():
            found[rule.check].update(rule.explains)
        return {check: frozenset(names) for check, names in found.items()}

    def count(self, name: str, amount: float = 1.0, **labels: str) -> None:
        self.counters[name][tuple(sorted(labels.items()))] += amount
