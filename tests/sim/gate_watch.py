"""A cloud of five hosts in memory that is watched: an independent account of what may hold a command, asked whenever one leaves.

Invariant: nothing here asks a guard, a verdict or a decision. The account is kept from what the test itself did, from the
replies that were handed to the engine, and from the commands that left; of the engine it reads bookkeeping only (which runs and
incidents exist, what the audit says was written). Where it cannot know it holds nothing, so that what it reports is an error.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from remediator.daemon.turn.wire import Act, Collected, Effect, Input
from remediator.model.people import ENGINE
from remediator.model.records import Outcome, RunState
from remediator.model.replies import CommandDone, HostReply, Reach, Section
from remediator.model.times import Instant
from remediator.model.values import Unknown
from remediator.store import checkpoints, tables, verify
from tests.sim.cloud import CONFIG, START, Cloud, FakeHost, Unit

NAMES = ("h1", "h2", "h3", "h4", "h5")
UNITS = ("memcached", "cron")
AUTO = (
    CONFIG.replace(
        "    h1: {address: 192.0.2.1, groups: [control]}\n    h2: {address: 192.0.2.2, groups: [control]}\n",
        "".join(f"    {name}: {{address: 192.0.2.{n}, groups: [control]}}\n" for n, name in enumerate(NAMES, 1)),
    )
    .replace("cooldown: {R1: 30s", "cooldown: {R1: 60s")
    .replace("per_10min: 20, per_day: 100}", "per_10min: 3, per_day: 8}\n  host_boot: 3m")
)
APPROVE = AUTO.replace("autonomy: {R1: auto, R2: auto}", "autonomy: {R1: approve, R2: auto}")
PER_10MIN, PER_DAY, PER_RUNG, COOLDOWN_S = 3, 8, 2, 60.0
MAINTENANCE_S, HOST_BOOT_S, CLOCK_STEP_S, CALM_S = 900.0, 180.0, 5.0, 300.0
STORM_HOSTS, FRESH_S, ATTEMPTS, RETRY_S = 2, 600.0, 3, 4.5
EVIDENCE_S, DAY_S, UNDONE = 120.0, 86400.0, 3
AFTER_SILENCE_S = 140.0
"""A silence accounts for two minutes more for what went HARD on its host in it or after it."""
OPERATOR = ("inactive", "success")


class Violation(AssertionError):
    """A command left although something held it."""


@dataclass
class Node(FakeHost):
    """A host that knows when it booted."""

    booted_at: datetime = START - timedelta(days=3)

    def sections(self, now: datetime) -> dict[str, Section]:
        self.booted_age_s = (now - self.booted_at).total_seconds()
        return super().sections(now)


@dataclass(frozen=True)
class Mute:
    """Holds what stands on `host` (None: any) and is called `service` (None: any) until the wall clock says `until`."""

    name: str
    host: str | None
    service: str | None
    until: datetime

    def covers(self, host: str, service: str, wall: datetime) -> bool:
        return wall < self.until and self.host in (None, host) and self.service in (None, service)


@dataclass
class Worked:
    """Somebody works, or worked, on `hosts` (`service` on all of them, or the whole): until `ended`, and for a while after."""

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
    incident: str | None
    actor: str
    at: Instant
    steps: dict[str, list[Instant]] = field(default_factory=dict)
    ended: Instant | None = None
    end: str = ""


@dataclass
class Account:
    """What holds a command, as far as it is surely known."""

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
    """Incident to (host, check, when it was surely HARD); none for which anything may account."""
    excused: set[str] = field(default_factory=set)
    """Incidents for which something may account, or may have accounted: whether they count is not known."""
    silent_at: dict[str, Instant] = field(default_factory=dict)
    """Host to when it was asked last and did not answer."""
    last_tick: Instant | None = None
    calm_at: float = 0.0
    future: datetime | None = None
    left: dict[str, Left] = field(default_factory=dict)
    unacked: dict[str, str] = field(default_factory=dict)
    acked: dict[str, Instant] = field(default_factory=dict)
    executed: set[str] = field(default_factory=set)
    approved: dict[str, Instant] = field(default_factory=dict)
    accepted_boots: set[str] = field(default_factory=set)
    """Boot ids that a baseline contains."""


class Watched(Cloud):
    """The cloud with its account. `outcome` says what becomes of the next command that leaves."""

    def __init__(self, directory: Path, config: str = AUTO) -> None:
        self.account = Account()
        self.needs_approval = config == APPROVE
        self.outcome = "ok"
        self.crash_wanted = False
        self.arriving: list[tuple[float, Act]] = []
        self.alive: set[int] = set()
        self.commands = 0
        super().__init__(directory, config)
        self.hosts = {
            name: Node(name, {"memcached": Unit("memcached", healthy=True), "cron": Unit("cron")}, boot_id=f"{name}-0")
            for name in NAMES
        }
        self.on_act = self._on_act

    # time and restarts --------------------------------------------------------------------------------------------

    def boot(self) -> None:
        super().boot()
        self.world.process_alive = lambda pid, _started: pid in self.alive
        account = self.account
        account.samples.clear()
        account.last.clear()
        account.series.clear()
        account.last_tick = None  # a step while nobody looked is not seen
        newest = self.scalar(sa.select(tables.audit.c.at).order_by(tables.audit.c.seq.desc()).limit(1))
        account.future = datetime.fromisoformat(newest) if newest else None
        if account.future is not None and (account.future - self.now().wall).total_seconds() <= CLOCK_STEP_S:
            account.future = None

    def scalar(self, statement: Any) -> Any:
        with self.database.transaction() as connection:
            return connection.execute(statement).scalar()

    def pass_time(self, seconds: float, stride: float = 1.0) -> None:
        """Let `seconds` pass, a turn of the loop every `stride`."""
        end = self.elapsed_s + seconds
        while self.elapsed_s < end:
            self.elapsed_s += stride
            due = [item for at, item in self.later if at <= self.elapsed_s]
            self.later = [(at, item) for at, item in self.later if at > self.elapsed_s]
            self.step(*due)

    def step(self, *inputs: Input) -> list[Effect]:
        for at, effect in list(self.arriving):
            if at <= self.elapsed_s:
                self.arriving.remove((at, effect))
                self.apply(effect)
        self._tick()
        bad: list[tuple[str, str, Instant]] = []
        for item in inputs:
            if isinstance(item, Collected):
                bad += self._sampled(item.reply)
        effects = super().step(*inputs)
        self._after(bad)
        if self.crash_wanted:
            self.crash_wanted = False
            self.crash()
        return effects

    def _tick(self) -> None:
        account, now = self.account, self.now()
        if account.last_tick is not None:
            wall_s = (now.wall - account.last_tick.wall).total_seconds()
            if abs(wall_s - (now.boot_s - account.last_tick.boot_s)) > CLOCK_STEP_S:
                account.calm_at = now.boot_s + CALM_S
        account.last_tick = now
        if account.future is not None and now.wall >= account.future:
            account.future = None

    # what the engine was told ---------------------------------------------------------------------------------------

    def _sampled(self, reply: HostReply) -> list[tuple[str, str, Instant]]:
        """Take a reply that is handed to the engine; return (check, target, when) of what it makes surely HARD."""
        account = self.account
        account.last[reply.host] = reply
        found: dict[tuple[str, str], str | None] = {("host-reachable", f"host/{reply.host}"): None}
        if reply.reach is not Reach.OK:
            found["host-reachable", f"host/{reply.host}"] = "critical"
            account.silent_at[reply.host] = reply.asked_at
        else:
            account.samples[reply.host] = account.samples.get(reply.host, 0) + 1
            data = reply.section("containers")
            assert not isinstance(data, Unknown)
            for name, container in data["containers"].items():
                text = f"container/{reply.host}/{name}"
                stopped = (data["units"][name]["ActiveState"], data["units"][name]["Result"]) == OPERATOR
                down = None if container["running"] else "warning" if stopped else "critical"
                found["container-state", text] = down
                sick = container["running"] and container["health"] == "unhealthy"
                found["container-health", text] = "critical" if sick else None
            self._signs(reply)
        for key in [key for key in account.series if key[1].split("/")[1] == reply.host]:
            if found.get(key) is None:
                del account.series[key]
        hard = []
        for key, kind in found.items():
            if kind is None:
                continue
            known = account.series.get(key)
            if known is None or known.kind != kind:
                account.series[key] = Trouble(kind, 1, reply.asked_at)
            elif reply.asked_at.since(known.counted_at) >= RETRY_S:
                known.attempt, known.counted_at = known.attempt + 1, reply.asked_at
            if account.series[key].attempt == ATTEMPTS:
                hard.append((*key, reply.asked_at))
        return hard

    def _signs(self, reply: HostReply) -> None:
        data = reply.section("host")
        assert not isinstance(data, Unknown)
        for one in data["ansible"]:
            self.account.worked[f"ansible:{reply.host}:{one['pid']}"] = Worked({reply.host}, None, reply.asked_at.wall)
        units = reply.section("containers")
        assert not isinstance(units, Unknown)
        for name, container in units["containers"].items():
            key = f"created:{reply.host}:{name}:{container['image_id']}"
            if container["image_id"] != "image-1" and key not in self.account.worked:
                self.account.worked[key] = Worked({reply.host}, name, datetime.fromisoformat(container["created"]))

    def _after(self, hard: list[tuple[str, str, Instant]]) -> None:
        """Note after a turn what is surely HARD, and which runs have ended and how."""
        account, now = self.account, self.now()
        for check, target, at in hard:
            incident = self.incident(target, check)
            if incident is None:
                raise Violation(f"{check} on {target} was bad {ATTEMPTS} times and has no incident")
            if self._is_accounted_for(check, target, at):
                account.excused.add(incident.id)
            elif incident.id not in account.excused:
                account.hard.setdefault(incident.id, (target.split("/")[1], check, at))
        mutes = (*account.silences.values(), *account.downtimes.values(), *account.nagios.values())
        for name, (host, _, _) in list(account.hard.items()):
            if any(mute.host in (None, host) and now.wall < mute.until for mute in mutes):
                del account.hard[name]
                account.excused.add(name)
        for left in account.left.values():
            if left.ended is None and left.run not in self.world.runs:
                left.ended = now
                left.end = self.scalar(sa.select(tables.runs.c.state).where(tables.runs.c.id == left.run))
                if left.end == "failed" and left.actor == ENGINE:
                    account.unacked[left.target] = left.incident or ""

    def _is_accounted_for(self, check: str, target: str, at: Instant) -> bool:
        """Return whether a problem may count for nothing in a storm: an operator's stop, or what followed a silence of its host."""
        known = self.account.series.get((check, target))
        silent_at = self.account.silent_at.get(target.split("/")[1])
        after_silence = check != "host-reachable" and silent_at is not None and at.since(silent_at) < AFTER_SILENCE_S
        return after_silence or (known is not None and known.kind == "warning")

    def accepted(self, hosts: tuple[str, ...]) -> None:
        """A baseline of `hosts` was accepted: what was seen there holds nothing there any more."""
        for each in self.account.worked.values():
            if each.ended is not None:
                each.hosts -= set(hosts)
        for host in hosts:
            reply = self.account.last.get(host)
            if reply is not None and reply.boot_id is not None:
                self.account.accepted_boots.add(reply.boot_id)

    # what leaves ----------------------------------------------------------------------------------------------------

    def _carry_out(self, effect: Effect) -> None:
        if isinstance(effect, Act):
            self.commands += 1
            self._leaves(effect)
        super()._carry_out(effect)

    def _on_act(self, effect: Act) -> list[CommandDone] | None:
        outcome, self.outcome = self.outcome, "ok"
        if outcome.startswith("crash"):
            self.crash_wanted = True
        if any(self.hosts[command.host].down for command in effect.commands):
            return [CommandDone.never_left(effect.commands[0].argv, "no answer")]
        if outcome == "refused":
            return [self._done(effect, 1, "")]
        if outcome in ("lost_late", "crash_late"):
            self.arriving.append((self.elapsed_s + 12, effect))
        if outcome in ("lost_not", "crash_not", "lost_late", "crash_late"):
            return None
        done = self.apply(effect)
        return None if outcome in ("lost_applied", "crash_applied") else done

    @staticmethod
    def _done(effect: Act, exit_code: int | None, error: str) -> CommandDone:
        return CommandDone(argv=effect.commands[0].argv, exit_code=exit_code, output="", took_s=1.0, error=error)

    def _leaves(self, act: Act) -> None:
        """Raise Violation unless nothing that is known holds `act`."""
        run = self.world.runs.get(act.run)
        if run is None or not act.commands:
            raise Violation(f"{act.run} is no live run, or has no command")
        known = self.account.left.get(act.run)
        left = known or Left(act.run, run.plan.target.text, run.plan.runbook, run.incident, run.actor, self.now())
        why = [f"{act.run} on {left.target}: {each}" for each in self._holding(act, left)]
        if why:
            raise Violation("; ".join(why))
        left.steps.setdefault(act.step, []).append(self.now())
        self.account.left[act.run] = left

    def _holding(self, act: Act, left: Left) -> list[str]:
        _, host, service = left.target.split("/")
        found = [
            *self._muted(host, service),
            *self._blind(host),
            *self._unfit(left, host, service),
            *self._too_often(left),
            *self._journal(act, left, host),
        ]
        fresh = self.troubled()
        if len(fresh) > STORM_HOSTS:
            found.append(f"a storm: {sorted(fresh)}")
        return found

    def _muted(self, host: str, service: str) -> list[str]:
        account, wall = self.account, self.now().wall
        found = []
        if self.pauses:
            found.append("the pause file is there, or cannot be read")
        if account.pauses:
            found.append(f"paused: {sorted(account.pauses)}")
        mutes = {
            **account.silences,
            **account.downtimes,
            **{f"nagios {key}": one for key, one in account.nagios.items()},
        }
        found += [f"{name} mutes it" for name, mute in mutes.items() if mute.covers(host, service, wall)]
        found += [f"{name} holds it" for name, one in account.worked.items() if one.covers(host, service, wall)]
        return found

    def _blind(self, host: str) -> list[str]:
        account, now = self.account, self.now()
        found = []
        if account.samples.get(host, 0) < 2:
            found.append(f"{host} has {account.samples.get(host, 0)} samples since the start")
        if now.boot_s < account.calm_at:
            found.append(f"the clock stepped, calm in {account.calm_at - now.boot_s:.0f} s")
        if account.future is not None:
            found.append(f"the journal is from the future: {account.future}")
        silent = [name for name, reply in account.last.items() if reply.reach is not Reach.OK]
        if (len(NAMES) - len(silent)) * 2 < len(NAMES):
            found.append(f"cut off from {silent}")
        reply = account.last.get(host)
        if reply is None or reply.reach is not Reach.OK or now.at_most_since(reply.asked_at) > EVIDENCE_S:
            found.append(f"no young evidence of {host}")
        return found

    def _unfit(self, left: Left, host: str, service: str) -> list[str]:
        reply = self.account.last.get(host)
        if reply is None or reply.reach is not Reach.OK:
            return []
        data, node = reply.section("containers"), reply.section("host")
        assert not isinstance(data, Unknown)
        assert not isinstance(node, Unknown)
        unit, container = data["units"][service], data["containers"][service]
        found = []
        if not container["running"] and (unit["ActiveState"], unit["Result"]) == OPERATOR:
            found.append("an operator stopped it")
        if container["running"] and container["health"] != "unhealthy":
            found.append("it is well")
        age_s = node["booted_age_s"] + (self.now().boot_s - reply.asked_at.boot_s)
        if age_s < HOST_BOOT_S and reply.boot_id not in self.account.accepted_boots:
            found.append(f"{host} booted {age_s:.0f} s ago")
        if not reply.asked_at.after(self.world.runs[left.run].locked_at):
            found.append("the evidence is older than its locks")
        return found

    def _too_often(self, left: Left) -> list[str]:
        account, now = self.account, self.now()
        others = [each for each in account.left.values() if each.run != left.run]
        found = [
            f"{count} commands of {limit} in {window_s:.0f} s"
            for window_s, limit in ((600.0, PER_10MIN), (DAY_S, PER_DAY))
            if (count := sum(now.since(each.at) < window_s for each in others)) >= limit
        ]
        alike = [each for each in others if each.target == left.target]
        rung = [
            each for each in alike if left.incident and (each.incident, each.runbook) == (left.incident, left.runbook)
        ]
        if len(rung) >= PER_RUNG:
            found.append(f"{left.runbook} ran {len(rung)} times in {left.incident}")
        if left.actor == ENGINE and any(each.end == "failed" and each.actor == ENGINE for each in rung):
            found.append(f"{left.runbook} has failed in {left.incident}")
        for each in alike:
            next_rung = each.incident == left.incident is not None and each.runbook != left.runbook
            if not next_rung and (each.ended is None or now.since(each.ended) < COOLDOWN_S):
                found.append(f"the cooldown after {each.run}")
        if account.unacked.get(left.target, left.incident) != left.incident:
            found.append(f"{account.unacked[left.target]} ended without a cure and nobody has acknowledged it")
        acked = account.acked.get(left.target)
        cures = [
            each
            for each in alike
            if each.end == "succeeded" and each.actor == ENGINE and each.runbook == left.runbook
            and each.ended is not None and now.since(each.ended) < DAY_S
            and (acked is None or each.ended.boot_s > acked.boot_s)
        ]  # fmt: skip
        if left.actor == ENGINE and len(cures) >= UNDONE:
            found.append(f"{len(cures)} cures came undone")
        return found

    def _journal(self, act: Act, left: Left, host: str) -> list[str]:
        found = []
        before = left.steps.get(act.step, [])
        with self.database.transaction() as connection:
            said = connection.execute(
                sa.select(tables.audit.c.kind, tables.audit.c.body)
                .where(tables.audit.c.run == act.run, tables.audit.c.kind.in_(("intent", "probed")))
                .order_by(tables.audit.c.seq)
            ).all()
        entries = [(kind, json.loads(body)) for kind, body in said]
        kinds = ["intent" if kind == "intent" else body["answer"] for kind, body in entries if body["step"] == act.step]
        if kinds.count("intent") != len(before) + 1 or kinds[-1] != "intent":
            found.append(f"{len(before) + 1} commands and these entries: {kinds}")
        if before and "not-applied" not in kinds[-2:]:
            found.append(f"sent again without a proof that it did not arrive: {kinds}")
        if before and any(
            at >= before[0].boot_s - 5000.0
            for at, where, argv in self.acted
            if where == host and f"kolla-{left.target.split('/')[2]}-" in argv[-1]
        ):
            found.append("sent again, and it had arrived")
        holders = [
            each.id
            for each in self.world.runs.values()
            if each.id != act.run and host in each.plan.touches
            and each.state not in (RunState.WAITING_APPROVAL,)
        ]  # fmt: skip
        if holders:
            found.append(f"{holders} works on {host} as well")
        if self.needs_approval and left.run not in self.account.executed:
            yes = self.account.approved.get(left.run)
            reply = self.account.last.get(host)
            if yes is None:
                found.append("nobody has approved it")
            elif reply is None or not reply.asked_at.after(yes):
                found.append("the evidence is older than the approval")
        return found

    def troubled(self) -> set[str]:
        """Return the hosts that surely have a fresh problem that nothing explains."""
        now, account = self.now(), self.account
        silent = {name for name, reply in account.last.items() if reply.reach is not Reach.OK}
        return {
            host
            for host, check, at in account.hard.values()
            if max(now.boot_s - at.boot_s, (now.wall - at.wall).total_seconds()) < FRESH_S
            and (check == "host-reachable" or host not in silent)
        }

    # what always holds --------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Raise Violation unless the engine is well and its books agree."""
        if self.engine.store_error is not None or self.world.counters["failed_inputs"]:
            raise Violation(f"a turn failed: {self.engine.store_error} {dict(self.world.counters['failed_inputs'])}")
        for decision in self.world.decisions.values():
            silent = [verdict.guard for verdict in decision.verdicts if not verdict.allow and " " not in verdict.reason]
            if silent or (decision.outcome is Outcome.REFUSED and " " not in decision.reason):
                raise Violation(f"{decision.id} refuses without a sentence: {silent}")
        busy: dict[str, str] = {}
        for run in self.world.runs.values():
            if run.state is RunState.WAITING_APPROVAL:
                continue
            for host in run.plan.touches:
                if busy.setdefault(host, run.id) != run.id or self.world.locks.get(f"host:{host}") != run.id:
                    raise Violation(f"{run.id} works on {host} and does not hold its lock alone: {self.world.locks}")
        strangers = set(self.world.locks.values()) - set(self.world.runs)
        if strangers:
            raise Violation(f"locks of ended runs: {strangers}")

    def finish(self) -> None:
        """Let what is under way come to its end, then verify the log."""
        under_way = set(self.world.runs)
        waits = (RunState.IN_DOUBT, RunState.HELD, RunState.WAITING_APPROVAL)
        until = self.elapsed_s + 900
        while self.elapsed_s < until and any(
            run.id in under_way and run.state not in waits for run in self.world.runs.values()
        ):
            self.pass_time(10, stride=2)
        self.check()
        stuck = [
            f"{run.id} is {run.state.value}"
            for run in self.world.runs.values()
            if run.id in under_way and run.state not in waits
        ]
        if stuck:
            raise Violation(f"neither ended nor waiting after 900 s: {stuck}")
        key = checkpoints.load_key(self.config.audit.key_path)
        file = checkpoints.CheckpointFile(Path(self.config.audit.checkpoints), key)
        file.write(self.engine.audit_seq, self.engine.audit_hash, self.now())
        code, body = verify.verify(self.config)
        if code != verify.INTACT:
            raise Violation(f"the log is not whole: {body}")
