"""`python -m remediator.sim.proof.soak`: one daemon over the simulated cloud for a month of virtual time, and whether
anything grew.

Several times a day something breaks or somebody acts, people set it right again, and the rest of the day is quiet.
Every invariant of `sim.invariants.watch` is asked all the time. Once a day is measured what could grow; the verdict is
`sim.proof.growth`'s. Each host has the 25 containers of a real one, or what is kept of their replies would be too small
to be seen. Invariant: what the simulation and its watch keep of the past is cut every day (`_forget`), so that what
grows is the daemon's. In the second half nobody restarts the daemon, so that no new process hides a leak.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from remediator.daemon.state.undo.undoable_record import Record
from remediator.sim.cloud.crowd import ON_EACH, Crowd
from remediator.sim.config import CONFIG
from remediator.sim.crash import watching
from remediator.sim.happenings import drawn
from remediator.sim.happenings.drawn import STATELESS
from remediator.sim.happenings.faults import daemon_faults
from remediator.sim.happenings.people import People
from remediator.sim.happenings.stage import Stage
from remediator.sim.invariants.ledger import PER_DAY
from remediator.sim.invariants.watch import Violation, Watch
from remediator.sim.proof import growth
from remediator.sim.proof.growth import Grew
from remediator.sim.simulation import Simulation, tell_logs
from remediator.sim.stories import stories
from remediator.store import database, tables

DAY_S = 86400.0
WARM_S = 3600.0
"""The limit on memory is a share of what is in memory by then."""
DAYS, SEED, EVERY = 30, 1, "3m"
BOUTS, LENGTHS, GAPS = 3, (2, 3, 4), (15, 40, 70, 180)
"""How often a day something goes on, how many happenings that has, and the seconds between them."""
BOUT_S, MENDED_S = 900.0, 480.0
CURED_WITHIN_S = 420.0
BUSY_S, QUIET_S = 5.0, 60.0
"""Seconds between two turns while something is under way, and while nothing is: a reply wakes the daemon at once."""
EVENTS_D, RUNS_D = 1, 2
"""Retention in days: the floor of the config, and a day more."""
RESTARTS = (
    daemon_faults.daemon_killed,
    daemon_faults.daemon_dies_at_point,
    daemon_faults.daemon_stopped,
    daemon_faults.daemon_machine_boots,
)
MOST_STEP_S = 60
STORY_LINES = 500

RETENTION = f"retention: {{events: {EVENTS_D}d, runs: {RUNS_D}d, output: 1d}}\n"


@dataclass(frozen=True, kw_only=True)
class Soaked:
    """How it went. `samples`: what was measured, one a day; `grew`: what did not stay within its bounds."""

    days: int
    samples: tuple[Mapping[str, float], ...]
    warm: Mapping[str, float]
    """As `samples`, an hour after the start."""
    grew: tuple[Grew, ...]
    violation: Violation | None
    kinds: Mapping[str, int]
    commands: int
    cured: int
    deaths: int
    seconds: float
    lines: tuple[tuple[float, str], ...]

    @property
    def ok(self) -> bool:
        return not self.grew and self.violation is None


@dataclass
class Soak:
    """One soak. `bouts` 0: nothing happens. `meddle` is called at the end of each day, for a test of the test."""

    days: int = DAYS
    seed: int = SEED
    every: str = EVERY
    bouts: int = BOUTS
    quiet_s: float = QUIET_S
    say: Callable[[str], None] = lambda _line: None
    meddle: Callable[[Simulation], None] = lambda _simulation: None
    kinds: Counter[str] = field(default_factory=Counter)
    cured: int = 0

    def run(self) -> Soaked:
        """Let the days pass and return how they went."""
        began = time.process_time()
        self._chance = random.Random(self.seed)
        directory = Path(tempfile.mkdtemp(prefix="soak-", dir=stories.in_memory()))
        config = CONFIG.replace("every: 15s", f"every: {self.every}") + RETENTION
        self.simulation = Simulation(directory, config, crowd=Crowd(containers=ON_EACH))
        self._watch = Watch(self.simulation)
        self._people = People(self.simulation, self._watch)
        self._stage = Stage(self.simulation, self._watch, self._people)
        self._reading: sa.Engine | None = None
        tell_logs(self.simulation)
        samples: list[Mapping[str, float]] = []
        warm: Mapping[str, float] = {}
        violation: Violation | None = None
        try:
            with watching(self.simulation.dying):
                self._begin()
                warm = self._sample()
                self.say(_row(0, warm, time.process_time() - began))
                for day in range(1, self.days + 1):
                    self._day(day)
                    samples.append(self._sample())
                    self.say(_row(day, samples[-1], time.process_time() - began))
        except Violation as found:
            violation = found
        finally:
            self._close()
            shutil.rmtree(directory, ignore_errors=True)
        return Soaked(
            days=len(samples),
            samples=tuple(samples),
            warm=warm,
            grew=growth.judge(samples, max(EVENTS_D, RUNS_D) + 1) + growth.outgrown(warm, samples),
            violation=violation,
            kinds=self.kinds,
            commands=self._watch.commands,
            cured=self.cured,
            deaths=self.simulation.deaths,
            seconds=time.process_time() - began,
            lines=tuple(self.simulation.story[-80:]),
        )

    def _close(self) -> None:
        self._disposed()
        self._watch.close()
        self.simulation.close()

    def _disposed(self) -> None:
        if self._reading is not None:
            self._reading.dispose()
            self._reading = None

    # a day ------------------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self.simulation.start()
        self._pass(60.0)
        self._people.accept("all")
        self._pass(WARM_S)

    def _day(self, day: int) -> None:
        ends = self.simulation.clock.elapsed_s + DAY_S
        self._watch.account.taken.clear()  # hints are kept for a day: at its end those of the day are asked for
        for _ in range(self.bouts):
            left_s = ends - self.simulation.clock.elapsed_s
            self._pass(self._chance.uniform(0.02, 0.6 / self.bouts) * left_s)
            self._bout(restarts=day <= self.days // 2)
        if self.bouts:
            self._cure_one()
        self._pass(ends - self.simulation.clock.elapsed_s)
        self._watch.finish(sign=False)
        self._forget()
        self.meddle(self.simulation)

    def _bout(self, restarts: bool) -> None:
        """Several things happen, and a while later all is set right."""
        chance = self._chance
        for row in drawn.choose(chance, chance.choice(LENGTHS), () if restarts else RESTARTS):
            happening = row.draw(chance)
            if row.kind is daemon_faults.wall_clock_steps:
                happening = daemon_faults.wall_clock_steps(max(-MOST_STEP_S, min(MOST_STEP_S, happening.words[0])))
            self.simulation.tell(f"## {happening.kind.name} {happening.words}")
            self.kinds[happening.kind.name] += 1
            happening.happen(self._stage)
            self._pass(float(chance.choice(GAPS)))
        self._pass(BOUT_S)
        self._mend()

    def _mend(self) -> None:
        simulation, cloud = self.simulation, self.simulation.cloud
        simulation.tell("## all is mended")
        simulation.dying.arm(0)
        simulation.dying.open = False
        simulation.run(600.0, lambda: simulation.daemon is not None and not simulation.store_is_broken)
        simulation.revive()
        self._pass(5.0)
        simulation.luck.replies.clear()
        simulation.luck.commands.clear()
        simulation.clock.wall_offset_s = 0.0
        for host in cloud.hosts.values():
            host.turn_on()
            for service in host.services.values():
                service.mend()
                if not service.present:
                    service.recreate()
                service.reset_failed()
                service.start()
        for part in cloud.parts.values():
            part.see_again()
        self._people.let_go()
        self._pass(MENDED_S)
        self._people.resolve()
        self._people.acknowledge()
        self._people.close_brake()
        self._people.accept("all")
        self._pass(MENDED_S)

    def _cure_one(self) -> None:
        """Break a service of which nothing is known that would hold a command; it must be cured. Raise Violation when
        it is not."""
        self._pass(1.5 * 3600.0)
        account, daemon = self._watch.account, self.simulation.daemon
        lately = [each for each in account.left.values() if account.now().since(each.at) < DAY_S]
        fresh = [
            pair for pair in STATELESS if not any(each.target == f"container/{pair[0]}/{pair[1]}" for each in lately)
        ]
        if (
            daemon is None
            or daemon.world.durable.incidents
            or daemon.world.durable.runs
            or len(lately) >= PER_DAY - 1
            or not fresh
        ):
            return
        host, name = self._chance.choice(fresh)
        service = self.simulation.cloud.service(host, name)
        self.simulation.tell(f"## crash {host} {name}, which must be cured")
        service.crash()
        if not self.simulation.run(CURED_WITHIN_S, lambda: service.running, BUSY_S):
            self._watch.not_cured(host, name)
        self._watch.checked["progress"] += 1
        self.cured += 1

    def _pass(self, seconds: float) -> None:
        """Let time pass, in long strides while nothing is under way."""
        simulation = self.simulation
        end = simulation.clock.elapsed_s + max(0.0, seconds)
        while simulation.clock.elapsed_s < end:
            busy = simulation.busy or simulation.daemon is None
            stride = BUSY_S if busy else self.quiet_s
            simulation.run(min(stride, end - simulation.clock.elapsed_s), stride=stride)

    # what is measured -------------------------------------------------------------------------------------------------

    def _sample(self) -> Mapping[str, float]:
        """Return what could grow, by name; names before a colon say of which kind it is."""
        self._watch.close()  # its connection has pages of the store in memory, and so has ours
        self._disposed()
        gc.collect()
        found: dict[str, float] = {
            "memory:rss": _status("RssAnon") * 1024.0,
            "memory:objects": float(len(gc.get_objects())),
            "process:descriptors": float(len(os.listdir("/proc/self/fd"))),
            "process:threads": float(threading.active_count()),
        }
        with self._reader().connect() as connection:
            names = connection.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
            for name in names:
                if name != "audit":
                    found[f"rows:{name}"] = float(
                        connection.execute(sa.text(f'SELECT count(*) FROM "{name}"')).scalar() or 0
                    )
            audit = tables.audit.c
            found["audit:entries"] = float(
                connection.execute(sa.select(sa.func.count()).select_from(tables.audit)).scalar() or 0
            )
            sizes = [sa.func.length(column) for column in (audit.body, audit.kind, audit.actor, audit.hash, audit.prev)]
            found["audit:bytes"] = float(
                connection.execute(sa.select(sa.func.sum(sum(sizes[1:], sizes[0])))).scalar() or 0
            )
        state = Path(self.simulation.config.state_dir)
        for name, path in (("file:database", "remediator.db"), ("file:wal", "remediator.db-wal")):
            found[name] = float((state / path).stat().st_size) if (state / path).exists() else 0.0
        found["file:checkpoints"] = float(Path(self.simulation.config.audit.checkpoints).stat().st_size)
        blobs = state / "blobs"
        found["file:blobs"] = float(len(list(blobs.iterdir()))) if blobs.is_dir() else 0.0
        daemon = self.simulation.daemon
        if daemon is not None:
            owners = {"engine": daemon.engine, "loop": daemon.loop, "factstore": daemon.world.samples.facts}
            records = {f"world.{name}": record for name, record in vars(daemon.world).items()}
            for owner, keeper in {**owners, **records}.items():
                sizes_of = _sizes(keeper)
                if isinstance(keeper, Record):
                    sizes_of.pop("_tables", None)  # its tables again, which have names of their own
                for name, size in sizes_of.items():
                    found[f"held:{owner}.{name}"] = size
        return found

    def _reader(self) -> sa.Engine:
        if self._reading is None:
            self._reading = database.reading(database.url_of(Path(self.simulation.config.state_dir), None))
        return self._reading

    # what the simulation itself keeps ---------------------------------------------------------------------------------

    def _forget(self) -> None:
        """Cut what the simulation and the watch keep of the past to what they still ask of it."""
        simulation, account = self.simulation, self._watch.account
        now = account.now()
        del simulation.story[:-STORY_LINES]
        before_s = simulation.clock.elapsed_s - 2 * DAY_S
        for host in simulation.cloud.hosts.values():
            host.orders[:] = [each for each in host.orders if each[0] >= before_s]
            for service in host.services.values():
                service.starts[:] = service.starts[-20:]
                service.by_order[:] = service.by_order[-20:]
        incidents = simulation.daemon.world.durable.incidents if simulation.daemon is not None else {}
        for run in [
            each.run
            for each in account.left.values()
            if each.ended is not None and now.since(each.at) > 2 * DAY_S and each.incident not in incidents
        ]:
            del account.left[run]
        runs = set(account.left) | (
            set(simulation.daemon.world.durable.runs) if simulation.daemon is not None else set()
        )
        account.executed &= runs
        account.approved = {run: at for run, at in account.approved.items() if run in runs}
        for name in [
            name for name, (_, _, at) in account.hard.items() if name not in incidents and now.since(at) > DAY_S
        ]:
            del account.hard[name]
        for key in [
            key for key, one in account.worked.items() if one.ended is not None and (now.wall - one.ended).days >= 1
        ]:
            del account.worked[key]
        account.accepted_boots &= {host.boot_id for host in simulation.cloud.hosts.values()}


def _status(name: str) -> float:
    """Return a number of /proc/self/status."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return float(line.split()[1])
    return 0.0


def _sizes(owner: Any) -> dict[str, float]:
    """Return how much each attribute of `owner` holds: the items of a container, with those of the containers in it."""
    found = {}
    for name, value in vars(owner).items() if hasattr(owner, "__dict__") else ():
        if isinstance(value, (dict, list, set, tuple)):
            inner = value.values() if isinstance(value, dict) else value
            found[name] = float(len(value) + sum(len(each) for each in inner if isinstance(each, (dict, list, set))))
        elif hasattr(value, "qsize"):
            found[name] = float(value.qsize())
    return found


def _row(day: int, sample: Mapping[str, float], seconds: float) -> str:
    rows = sum(value for name, value in sample.items() if name.startswith("rows:"))
    return (
        f"day {day:3}  rss {sample['memory:rss'] / 2**20:6.1f} MiB  objects "
        f"{sample['memory:objects']:9.0f}  rows {rows:7.0f}"
        f"  audit {sample['audit:entries']:7.0f} entries {sample['audit:bytes'] / 1024:8.0f} KiB"
        f"  db {sample['file:database'] / 1024:7.0f} KiB  wal {sample['file:wal'] / 1024:6.0f} KiB"
        f"  fds {sample['process:descriptors']:3.0f}  threads {sample['process:threads']:2.0f}  cpu {seconds:5.0f} s"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it and print a line for each day, then every series, then the verdict; 0 flat, 1 something grew or did not
    hold."""
    parser = argparse.ArgumentParser(prog="python -m remediator.sim.proof.soak", description="a month of virtual time")
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--every", default=EVERY, help="the interval of every check, as the config takes it (60s, 2m)")
    chosen = parser.parse_args(arguments)
    if chosen.days < 1:
        parser.error("--days: at least 1")
    soaked = Soak(chosen.days, chosen.seed, chosen.every, say=lambda line: print(line, flush=True)).run()
    for line in growth.table(soaked.samples, max(EVENTS_D, RUNS_D) + 1):
        print(line)
    print(
        f"{soaked.days} days, {sum(soaked.kinds.values())} happenings of {len(soaked.kinds)} kinds, "
        f"{soaked.commands} commands,"
        f" {soaked.cured} cures that had to be, {soaked.deaths} deaths of the daemon, {soaked.seconds:.0f} s of CPU"
    )
    if soaked.violation is not None:
        for at, line in soaked.lines:
            print(f"{at:12.1f} s  {line}")
        print(f"soak: FAILED {soaked.violation}")
        return 1
    for each in soaked.grew:
        print(f"soak: {each.sentence}")
    print(f"soak: {'FAILED' if soaked.grew else 'ok'} days={soaked.days} grew={len(soaked.grew)}")
    return 1 if soaked.grew else 0


if __name__ == "__main__":
    sys.exit(main())
