"""The case that the gate judges: one plan, and everything that the guards may know about the world at that moment.

The daemon builds it from facts, journal and config. What could not be learnt is UNKNOWN or None here, and a guard that
needs it refuses. Invariant (monotone safety): replacing a known value by UNKNOWN can only turn an ALLOW into a refusal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from remediator.model.content.hours import Hours
from remediator.model.content.judging import State
from remediator.model.content.plans import Plan
from remediator.model.content.specs import Mode
from remediator.model.manifest.kinds import Kinds
from remediator.model.messages.signs import Sign
from remediator.model.records.mutes import OwnDowntime, Silence, Unacked
from remediator.model.records.records import Approval
from remediator.model.times import Instant
from remediator.model.values import Data, Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Brakes:
    """The limits that hold for this plan's risk, in seconds and counts, between default and floor."""

    evidence_age_s: float
    cooldown_s: float
    runs_per_rung: int
    per_10min: int
    per_day: int
    maintenance_s: float
    storm_hosts: int
    storm_percent: int
    host_boot_s: float
    r3_every_s: float
    cooldown_before_risk_s: float = 0.0
    """Cooldown after an R3 run that ended before its first R3 step: the cooldown of R2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rediagnosis:
    """The check's result on evidence gathered after the lock. None in the case: that evidence has not been gathered
    yet.
    """

    state: State
    still_matches: bool | Unknown
    asked_at: Instant
    identity: Mapping[str, str]
    """The values that identify the instance now (StartedAt, InvocationID, ...)."""
    action_refuses: str = ""
    """Why the next step's action, asked again with this evidence, would no longer be planned. Empty: it still would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Downtime:
    """A target or host that Nagios reported in downtime: its depth was above 0 at `seen_at`. The report is believed
    until `until`.
    """

    source: str
    host: str
    service: str | None
    depth: int
    seen_at: datetime
    until: datetime
    name: str = ""
    """The host's name in the report, in its one spelling."""
    sender: str = ""
    """The token of the first report; empty where that is not known."""
    told_at: float = 0.0
    """The newest time that a sender gave for the downtime, in epoch seconds; 0: no sender gave one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRun:
    """A run that reached an INTENT, as the journal has it."""

    run: str
    runbook: str
    target: str
    incident: str | None
    risk: str
    intent_at: Instant
    ended_at: Instant | None
    rule: str | None = None
    succeeded: bool = False
    risked_at: Instant | None = None
    """INTENT of the run's first R3 step, for an R3 run; None: it ended before that step. For any other run: INTENT of
    its first step.
    """
    reason: str = ""

    @property
    def ended_early(self) -> bool:
        """Whether an R3 run is over and never reached a step that can lose data. Such a run counts as R2."""
        return self.risk == "R3" and self.risked_at is None and self.ended_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vantage:
    """What the daemon reaches. Hosts: those of the inventory besides our own whose newest reply is whole and young.
    References: those that the config names under `vantage`; False: no answer.
    """

    hosts: int
    answering: int
    references: Mapping[str, bool | Unknown]


@dataclass(frozen=True, slots=True, kw_only=True)
class StormScope:
    """A scope of the storm breaker (``cloud``, ``group/G``, ``service/S``): its size, and the hosts with fresh,
    unexplained problems.

    `fresh_until`: such a host to the time at which its newest problem stops being fresh.
    """

    name: str
    hosts: int
    troubled: tuple[str, ...]
    fresh_until: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member of a failure-domain group. `settled`: it has been well for longer than the group needs to settle."""

    healthy: bool | Unknown
    joining: bool | Unknown
    """The member gives or takes a state transfer, or is otherwise on its way in."""
    settled: bool | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The failure-domain group that the plan touches, by host. `touched`: the members on which the plan acts.

    Members are those of the inventory together with those of the baseline.
    """

    name: str
    members: Mapping[str, Member]
    touched: tuple[str, ...]
    baseline: str | None
    """Why the group has no baseline yet; None when it has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Boot:
    """The newest boot of a host, or start of its engine. A start made by this run, or contained in a baseline, does not
    count.
    """

    what: str
    age_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Below:
    """A service that the target needs and that is not OK: the target of the service's check, the check, its state."""

    target: str
    check: str
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """A thing on a host with the mark of another store (model.identity.LeftOnHost)."""

    host: str
    mark: str
    what: str
    take_back: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """See the module. `units`: each container that the plan touches, to the data of ``container.state`` (or
    `Unknown`)."""

    plan: Plan
    now: Instant
    brakes: Brakes
    known_targets: frozenset[str]
    inventory_hosts: frozenset[str]
    named_twice: tuple[str, ...]
    """A sentence for each machine that the inventory has under several names, if the plan touches it or its group has
    it as a member.
    """
    incident: str | None
    actor: str
    by_person: bool
    mode: Mode
    mode_source: str
    unattended_r3: frozenset[str]
    pauses: tuple[str, ...] | Unknown
    downtimes: tuple[Downtime, ...]
    evidence_age_s: Mapping[str, float | Unknown]
    rediagnosis: Rediagnosis | None
    expected_identity: Mapping[str, str]
    """The identity that the plan was made for. After a step of the run: the identity that the last OUTCOME left."""
    samples_since_start: Mapping[str, int]
    """Each host that the plan depends on, to its number of good samples since the daemon started."""
    clock_brake: str | None
    clock_until: datetime | None
    past_runs: tuple[PastRun, ...] | Unknown
    locks: Mapping[str, str]
    """Each scope that the plan needs and another run has taken, to that run."""
    signs: tuple[Sign, ...] | Unknown
    units: Mapping[str, Data | Unknown]
    own_hosts: frozenset[str] | Unknown
    own_units: frozenset[str]
    hours: Hours | None
    """Hours in which a plan of this risk may act by itself; None: at any time."""
    approval: Approval | None
    silences: tuple[Silence, ...]
    labels: tuple[Mapping[str, str], ...]
    """Labels that silences match, one set for each host touched: ``cloud target host kind service check rule runbook
    risk``.
    """
    own_downtimes: tuple[OwnDowntime, ...]
    kinds: Kinds
    """What stands behind a target of the plan or of a downtime, by its kind."""
    vantage: Vantage | Unknown
    restored: str | None
    """Why the store is taken for an old copy of itself; None when it is current."""
    storm: tuple[StormScope, ...] | Unknown
    storm_latched: str | None
    """Since when, and why, the breaker is open for R3; only a person closes it."""
    unacked: tuple[Unacked, ...]
    undone_cures: int | Unknown
    """Number of cures of this target by this rule that came undone in the last 24 h, since the last acknowledgement."""
    group: Group | Unknown | None
    """None: the plan touches no failure-domain group."""
    boots: Mapping[str, Boot | Unknown | None]
    """Each host touched, to its newest start; None: nothing started lately."""
    below: tuple[Below, ...] | Unknown
    strangers: tuple[Stranger, ...] | Unknown
    """Things of another remediator on hosts that the plan touches or takes facts from."""
    rival: str | None
    """Since when, and by which line on a host, another remediator is known to act here. Only a person ends that."""
    own_run: str | None = None

    def utc(self, offset_s: float) -> datetime:
        """The wall time `offset_s` seconds from now."""
        return self.now.wall + timedelta(seconds=offset_s)


def scopes_of(plan: Plan, failure_groups: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """Return the scopes that a run of `plan` locks.

    ``host:H`` for each host that it touches. ``group:G`` for each failure-domain group of which it touches a member's
    unit. `failure_groups` maps a target text (``container/H/NAME``, ``cluster/NAME``) to its groups.
    """
    scopes = {f"host:{host}" for host in plan.touches}
    for group in failure_groups.get(plan.target.text, frozenset()):
        scopes.add(f"group:{group}")
    return tuple(sorted(scopes))


def units_of(plan: Plan, kinds: Kinds) -> tuple[str, ...]:
    """Return the targets ``container/H/NAME`` on whose units `plan` acts: all units of its target. Of a release: only
    those on hosts of its commands.
    """
    units = kinds.units(plan.target)
    return tuple(unit for unit in units if unit.split("/")[1] in plan.touches) if plan.is_release else units
