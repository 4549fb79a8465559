"""Independent ledger of every reason why a command must not leave: what was done to the cloud, said by people, and
answered by hosts.

Invariant: nothing here asks a guard, a verdict or a decision. Where the account cannot know, it holds nothing, so that
what it reports is an error of the daemon.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from remediator.integrations.container import facts as container_facts
from remediator.integrations.container.facts import HostContainers, Unit
from remediator.integrations.host import facts as host_facts
from remediator.model.content.plans import RELEASE
from remediator.model.messages.replies import HostReply, Reach
from remediator.model.times import Instant
from remediator.model.values import Unknown
from remediator.sim.cloud.shapes import DEFAULT, Shape
from remediator.sim.part import Ledger

ENGINE = "remediator"
PER_10MIN, PER_DAY = 4, 12
PER_RUNG = {"R1": 2, "R2": 1, "R3": 1}
COOLDOWN_S = {"R1": 60.0, "R2": 120.0, "R3": 3600.0}
EVIDENCE_S = {"R1": 120.0, "R2": 60.0, "R3": 30.0}
MAINTENANCE_S, HOST_BOOT_S, CLOCK_STEP_S, CALM_S = 900.0, 180.0, 5.0, 300.0
STORM_HOSTS, FRESH_S, ATTEMPTS, RETRY_S = 2, 600.0, 3, 4.5
DAY_S, UNDONE = 86400.0, 3
AFTER_SILENCE_S = 140.0
"""A silence accounts for two minutes more for what went HARD on its host in it or after it."""
OPERATOR = ("inactive", "success")
BY_ANYBODY = (0, 137, 143)
"""Exit codes after which nobody can tell, without a unit, whether somebody stopped it."""


@dataclass(frozen=True)
class Mute:
    """Holds what stands on `host` (None: any) and is called `service` (None: any) until the wall clock says `until`."""

    host: str | None
    service: str | None
    until: datetime

    def covers(self, host: str, service: str, wall: datetime) -> bool:
        return wall < self.until and self.host in (None, host) and self.service in (None, service)


@dataclass
class Worked:
    """Somebody works, or worked, on `hosts` (`service` on all of them, or the whole): until `ended`, and for a while
    after."""

    hosts: set[str]
    service: str | None
    ended: datetime | None

    def covers(self, host: str, service: str, wall: datetime) -> bool:
        on_it = bool(self.hosts) if self.service is not None else host in self.hosts
        over = self.ended is not None and self.ended + timedelta(seconds=MAINTENANCE_S) <= wall
        return on_it and not over and self.service in (None, service)


@dataclass
class Trouble:
    """An unbroken series of bad samples of one (check, target)."""

    kind: str
    attempt: int
    counted_at: Instant


@dataclass
class Left:
    """A run whose command left."""

    run: str
    target: str
    runbook: str
    risk: str
    incident: str | None
    actor: str
    at: Instant
    elapsed_s: float
    steps: dict[str, list[float]] = field(default_factory=dict)
    ended: Instant | None = None
    end: str = ""
    risked: bool = False
    """A command of a step left whose own risk is that of the run."""

    @property
    def early(self) -> bool:
        """An R3 run that ended before its first R3 step counts as R2, and uses up no rung."""
        return self.risk == "R3" and self.ended is not None and not self.risked


@dataclass
class Account:
    """`now` is the daemon's clock."""

    now: Callable[[], Instant]
    shape: Shape = DEFAULT
    ledgers: tuple[Ledger, ...] = ()
    """What technologies know to hold a command of their own."""
    paused_by_file: bool = False
    pauses: set[str] = field(default_factory=set)
    silences: dict[str, Mute] = field(default_factory=dict)
    downtimes: dict[str, Mute] = field(default_factory=dict)
    nagios: dict[tuple[str, str], Mute] = field(default_factory=dict)
    worked: dict[str, Worked] = field(default_factory=dict)
    samples: dict[str, int] = field(default_factory=dict)
    """Good replies of each host since the daemon started."""
    last: dict[str, HostReply] = field(default_factory=dict)
    series: dict[tuple[str, str], Trouble] = field(default_factory=dict)
    hard: dict[str, tuple[str, str, Instant]] = field(default_factory=dict)
    """Incident to (host, check, when it was surely HARD); none for which anything may account, or may have
    accounted."""
    silent_at: dict[str, Instant] = field(default_factory=dict)
    """Host to when it was asked last and did not say how its containers are."""
    excused: set[str] = field(default_factory=set)
    """Incidents for which something may account, or may have accounted: whether they count in a storm is not known."""
    last_tick: Instant | None = None
    calm_at: float = 0.0
    future: datetime | None = None
    left: dict[str, Left] = field(default_factory=dict)
    unacked: dict[str, str] = field(default_factory=dict)
    acked: dict[str, Instant] = field(default_factory=dict)
    executed: set[str] = field(default_factory=set)
    consented: set[str] = field(default_factory=set)
    """Runs to whose loss a person has said yes."""
    approved: dict[str, Instant] = field(default_factory=dict)
    unchecked: set[str] = field(default_factory=set)
    """Checks that the content does not have any more: nobody need notice what they would have seen."""
    accepted_boots: set[str] = field(default_factory=set)
    """Boot ids that a baseline contains."""
    taken: list[str] = field(default_factory=list)
    """Keys of hints that were answered with 202."""

    # what the daemon is told ------------------------------------------------------------------------------------------

    def started(self, newest_entry: datetime | None) -> None:
        """A daemon started: it has seen nothing yet, and a step of the clock while nobody looked is not seen."""
        self.samples.clear()
        self.last.clear()
        self.series.clear()
        self.last_tick = None
        self.future = newest_entry
        if newest_entry is not None and (newest_entry - self.now().wall).total_seconds() <= CLOCK_STEP_S:
            self.future = None

    def tick(self) -> None:
        now = self.now()
        if self.last_tick is not None and self.last_tick.boot_id == now.boot_id:
            wall_s = (now.wall - self.last_tick.wall).total_seconds()
            if abs(wall_s - (now.boot_s - self.last_tick.boot_s)) > CLOCK_STEP_S:
                self.calm_at = now.boot_s + CALM_S
        self.last_tick = now
        if self.future is not None and now.wall >= self.future:
            self.future = None

    def replied(self, reply: HostReply) -> list[tuple[str, str, Instant]]:
        """Take a reply that the daemon is given; return (check, target, when) of what it makes surely HARD."""
        self.last[reply.host] = reply
        if self._is_silent(reply.host):
            self.silent_at[reply.host] = reply.asked_at
        for ledger in self.ledgers:
            ledger.replied(reply)
        found: dict[tuple[str, str], str | None] = {("host-reachable", f"host/{reply.host}"): None}
        if reply.reach is not Reach.OK:
            found["host-reachable", f"host/{reply.host}"] = "critical"
        else:
            self.samples[reply.host] = self.samples.get(reply.host, 0) + 1
            self._containers(reply, found)
            self._signs(reply)
        found = {key: kind for key, kind in found.items() if key[0] not in self.unchecked}
        for key in [key for key in self.series if key[1].split("/")[1] == reply.host and found.get(key) is None]:
            del self.series[key]
        return [
            (*key, reply.asked_at) for key, kind in found.items() if kind is not None and self._bad(key, kind, reply)
        ]

    def _bad(self, key: tuple[str, str], kind: str, reply: HostReply) -> bool:
        """Count one more bad sample; return whether it is the one that makes the problem HARD."""
        known = self.series.get(key)
        if known is None or known.kind != kind:
            self.series[key] = Trouble(kind, 1, reply.asked_at)
        elif reply.asked_at.since(known.counted_at) >= RETRY_S:
            known.attempt, known.counted_at = known.attempt + 1, reply.asked_at
            return known.attempt == ATTEMPTS
        return False

    def _containers(self, reply: HostReply, found: dict[tuple[str, str], str | None]) -> None:
        facts = container_facts.of(reply)
        if isinstance(facts, Unknown) or facts.containers is None:
            return
        for name, container in facts.containers.items():
            target = f"container/{reply.host}/{name}"
            unit = _unit(facts, name)
            by_whom = unit is not None or container.exit_code not in BY_ANYBODY
            down = None if container.running or not by_whom else "warning" if _stopped(unit) else "critical"
            found["container-state", target] = down
            sick = container.running and container.health == "unhealthy"
            found["container-health", target] = "critical" if sick else None

    def _signs(self, reply: HostReply) -> None:
        data, facts = host_facts.of(reply), container_facts.of(reply)
        if isinstance(data, Unknown) or isinstance(facts, Unknown) or facts.containers is None:
            return
        for one in data.ansible:
            self.worked[f"ansible:{reply.host}:{one.pid}"] = Worked({reply.host}, None, reply.asked_at.wall)
        for name, container in facts.containers.items():
            key = f"created:{reply.host}:{name}:{container.image_id}"
            if container.image_id != "image-1" and container.created_s is not None and key not in self.worked:
                self.worked[key] = Worked({reply.host}, name, datetime.fromtimestamp(container.created_s, UTC))

    def accepted(self, hosts: tuple[str, ...]) -> None:
        """A baseline of `hosts` may have been accepted: what was seen there surely holds nothing there any more."""
        for each in self.worked.values():
            if each.ended is not None:
                each.hosts -= set(hosts)
        for host in hosts:
            reply = self.last.get(host)
            if reply is not None and reply.boot_id is not None:
                self.accepted_boots.add(reply.boot_id)

    # what holds a command ---------------------------------------------------------------------------------------------

    def holding(self, left: Left, host: str, service: str) -> list[str]:
        """Return every reason, by name, why a command of `left` on `host` may not leave now."""
        found = [*self._muted(host, service), *self._blind(left, host), *self._unfit(left, host, service)]
        found += self._too_often(left)
        fresh = self.troubled()
        if len(fresh) > STORM_HOSTS:
            found.append(f"storm: fresh trouble on {sorted(fresh)}")
        return found

    def holding_a_step(self, left: Left, host: str, service: str) -> list[str]:
        """Return every reason why one more step of a run that has begun, or a release, may not leave now."""
        return [*self._muted(host, service), *self._blind(left, host)]

    def holding_a_recovery(self, left: Left, host: str, service: str) -> list[str]:
        """Return every reason why the first script of a run may not leave now: what it mends may be more than one
        host's."""
        found = [*self.holding_a_step(left, host, service), *self._too_often(left)]
        fresh = self.troubled()
        if len(fresh) > STORM_HOSTS:
            found.append(f"storm: fresh trouble on {sorted(fresh)}")
        return found

    def ledger_of(self, service: str) -> Ledger | None:
        """Return the ledger of the technology that answers for `service`."""
        return next((each for each in self.ledgers if service in each.services), None)

    def _muted(self, host: str, service: str) -> list[str]:
        wall = self.now().wall
        found = ["paused: the pause file is there, or cannot be read"] if self.paused_by_file else []
        if self.pauses:
            found.append(f"paused: {sorted(self.pauses)}")
        found += [f"silenced: {name}" for name, mute in self.silences.items() if mute.covers(host, service, wall)]
        found += [f"downtime: {name}" for name, mute in self.downtimes.items() if mute.covers(host, service, wall)]
        found += [f"downtime: Nagios {key}" for key, mute in self.nagios.items() if mute.covers(host, service, wall)]
        found += [f"maintenance: {name}" for name, one in self.worked.items() if one.covers(host, service, wall)]
        return found

    def _blind(self, left: Left, host: str) -> list[str]:
        now, found = self.now(), []
        if self.samples.get(host, 0) < 2:
            found.append(f"startup: {host} has {self.samples.get(host, 0)} samples since the start")
        if now.boot_s < self.calm_at:
            found.append(f"clock: it stepped, calm in {self.calm_at - now.boot_s:.0f} s")
        if self.future is not None:
            found.append(f"clock: the journal is from the future: {self.future}")
        if self.cut_off:
            found.append("vantage: less than half of the hosts answer")
        reply = self.last.get(host)
        if reply is None or reply.reach is not Reach.OK or now.at_most_since(reply.asked_at) > EVIDENCE_S[left.risk]:
            found.append(f"evidence: none of {host} that is young enough")
        return found

    def _unfit(self, left: Left, host: str, service: str) -> list[str]:
        reply = self.last.get(host)
        if reply is None or reply.reach is not Reach.OK:
            return []
        facts, node = container_facts.of(reply), host_facts.of(reply)
        if isinstance(facts, Unknown) or isinstance(node, Unknown) or facts.containers is None:
            return [f"evidence: {host} does not say how its containers are"]
        container, unit = facts.containers.get(service), _unit(facts, service)
        if container is None:
            return [f"evidence: there is no container {service} on {host}"]
        found = []
        if not container.running and _stopped(unit):
            found.append("operator: somebody stopped it")
        ledger = self.ledger_of(service)
        sick = container.health == "unhealthy" or (ledger is not None and ledger.sick(host))
        if container.running and not sick:
            found.append("fixed: it is well")
        age_s = (node.booted_age_s or 0.0) + (self.now().boot_s - reply.asked_at.boot_s)
        if age_s < HOST_BOOT_S and reply.boot_id not in self.accepted_boots:
            found.append(f"boot: {host} booted {age_s:.0f} s ago")
        if ledger is not None:
            found += ledger.holds(host, self.last)
        elif not container.running and unit is not None and unit.state == "activating":
            found.append("systemd: it is at work on it")
        return found

    def _too_often(self, left: Left) -> list[str]:
        now = self.now()
        others = [each for each in self.left.values() if each.run != left.run and each.runbook != RELEASE]
        found = [
            f"budget: {count} commands of {limit} in {window_s:.0f} s"
            for window_s, limit in ((600.0, PER_10MIN), (DAY_S, PER_DAY))
            if (count := sum(now.since(each.at) < window_s for each in others)) >= limit
        ]
        alike = [each for each in others if each.target == left.target]
        rung = [
            each
            for each in alike
            if left.incident and (each.incident, each.runbook) == (left.incident, left.runbook) and not each.early
        ]
        if len(rung) >= PER_RUNG[left.risk]:
            found.append(f"budget: {left.runbook} ran {len(rung)} times in {left.incident}")
        if left.actor == ENGINE and any(each.end == "failed" and each.actor == ENGINE for each in rung):
            found.append(f"ladder: {left.runbook} has failed in {left.incident}")
        for each in alike:
            next_rung = each.incident == left.incident is not None and each.runbook != left.runbook
            wait_s = min(COOLDOWN_S[left.risk], COOLDOWN_S["R2"]) if each.early else COOLDOWN_S[left.risk]
            if not next_rung and (each.ended is None or now.since(each.ended) < wait_s):
                found.append(f"cooldown: after {each.run}")
        if self.unacked.get(left.target, left.incident) != left.incident:
            found.append(f"ack: {self.unacked[left.target]} ended without a cure and nobody has acknowledged it")
        found += self._undone(left, alike)
        return found

    def _undone(self, left: Left, alike: list[Left]) -> list[str]:
        now, acked = self.now(), self.acked.get(left.target)
        cures = [
            each
            for each in alike
            if each.end == "succeeded" and each.actor == ENGINE and each.runbook == left.runbook
            and each.ended is not None and now.since(each.ended) < DAY_S
            and (acked is None or each.ended.after(acked))
        ]  # fmt: skip
        if left.actor == ENGINE and len(cures) >= UNDONE:
            return [f"undone: {len(cures)} cures came undone"]
        return []

    def excuse(self) -> None:
        """Forget each problem that is muted, or whose host answers and does not say how its containers are: the breaker
        need not count it.

        A problem whose host does not answer at all counts once more when the host does (`troubled`). All that is known
        is that the problem was not cured.
        """
        wall = self.now().wall
        mutes = (*self.silences.values(), *self.downtimes.values(), *self.nagios.values())
        for incident, (host, check, _) in list(self.hard.items()):
            muted = any(each.host in (None, host) and wall < each.until for each in mutes)
            if muted or (check != "host-reachable" and self._is_blind_to_its_own(host)):
                del self.hard[incident]
                self.excused.add(incident)

    def follows_a_silence(self, host: str, at: Instant) -> bool:
        """Return whether a silence of `host` may account for what went HARD there at `at`."""
        silent_at = self.silent_at.get(host)
        return silent_at is not None and at.since(silent_at) < AFTER_SILENCE_S

    def _is_blind_to_its_own(self, host: str) -> bool:
        reply = self.last.get(host)
        return reply is not None and reply.reach is Reach.OK and self._is_silent(host)

    def _is_silent(self, host: str) -> bool:
        """Return whether the newest reply of `host` since the start does not say how its containers are."""
        reply = self.last.get(host)
        if reply is None:
            return False
        facts = container_facts.of(reply)
        return isinstance(facts, Unknown) or facts.containers is None

    @property
    def cut_off(self) -> bool:
        """Whether less than half of the hosts have answered their last request: it may be the daemon that is cut
        off."""
        silent = sum(reply.reach is not Reach.OK for reply in self.last.values())
        return (len(self.shape.names) - silent) * 2 < len(self.shape.names)

    def troubled(self) -> set[str]:
        """Return the hosts that surely have a fresh problem that nothing explains."""
        now = self.now()
        silent = {name for name, reply in self.last.items() if reply.reach is not Reach.OK}
        return {
            host
            for host, check, at in self.hard.values()
            if max(now.at_most_since(at), (now.wall - at.wall).total_seconds()) < FRESH_S
            and (check == "host-reachable" or host not in silent)
        }


def _unit(facts: HostContainers, name: str) -> Unit | None:
    return None if isinstance(facts.units, Unknown) else facts.units.get(name)


def _stopped(unit: Unit | None) -> bool:
    """Return whether somebody stopped the unit, by the two words of systemd that say so in this cloud."""
    return unit is not None and (unit.state, unit.result) == OPERATOR
