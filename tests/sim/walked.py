"""Five hosts alike under the real daemon, watched: what the walk of the gate goes over, and the tests of the brakes."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from remediator.daemon.assembly import Daemon
from remediator.daemon.state.wire import Collected, Input
from remediator.daemon.state.world import World
from remediator.model.content.commands import Command
from remediator.model.manifest.integration import Integration
from remediator.model.messages.control import Actor, Answer
from remediator.model.messages.hooks import Taken
from remediator.model.records.records import Incident, Run, RunState
from remediator.model.times import Instant
from remediator.sim.cloud.hosts import SimHost
from remediator.sim.cloud.services import Service
from remediator.sim.cloud.shapes import FIVE_ALIKE, Shape
from remediator.sim.config import CONFIG, config_of
from remediator.sim.happenings.people import ROOT, People
from remediator.sim.invariants.ledger import Account
from remediator.sim.invariants.watch import Watch
from remediator.sim.simulation import Simulation, tell_logs
from remediator.sim.stories import stories
from remediator.store import tables
from remediator.store.reader import Reader
from tests.builders.hints import a_hint

NAMES = FIVE_ALIKE.names
UNITS = FIVE_ALIKE.on_compute
SEEN_WELL_S = 40.0
"""After so long every host has been seen twice."""


class Watching(Watch):
    """The watch. `meanwhile` happens when the next command has left, before the daemon hears how that ended. `beside`,
    by host, happens when its next reply comes, before that is in the daemon's queue."""

    meanwhile: Callable[[], None] | None = None
    beside: tuple[str, Callable[[], None]] | None = None

    def seen(self, item: Input) -> None:
        super().seen(item)
        if self.beside is not None and isinstance(item, Collected) and item.reply.host == self.beside[0]:
            (_, happen), self.beside = self.beside, None
            happen()

    def leaves(self, host: str, command: Command) -> None:
        super().leaves(host, command)
        if self.meanwhile is not None:
            self.simulation.timeline.after(0.0, self.meanwhile)
            self.meanwhile = None


class Walked:
    """A simulation, the people of its cloud, and the watch that holds the daemon against its own account."""

    def __init__(
        self,
        config: str = CONFIG,
        engines: Mapping[str, str] | None = None,
        before: Callable[[Simulation], None] = lambda _simulation: None,
        shape: Shape = FIVE_ALIKE,
        seen_s: float = SEEN_WELL_S,
        also: Sequence[Integration] = (),
    ) -> None:
        """`before`: what is done to the simulation before its first daemon starts. `seen_s`: for so long it has run.
        `also`:
        integrations that no config can name."""
        self.config = config
        self._directory = Path(tempfile.mkdtemp(prefix="gate-", dir=stories.in_memory()))
        self.simulation = Simulation(self._directory, config, replace(shape, engines=engines or {}), also=also)
        self.watch = Watching(self.simulation, needs_approval="R1: approve" in config)
        self.people = People(self.simulation, self.watch)
        tell_logs(self.simulation)
        before(self.simulation)
        self.simulation.start()
        self.run(seen_s)

    @property
    def daemon(self) -> Daemon:
        assert self.simulation.daemon is not None
        return self.simulation.daemon

    @property
    def world(self) -> World:
        return self.daemon.world

    @property
    def account(self) -> Account:
        return self.watch.account

    @property
    def commands(self) -> int:
        """How many commands have left."""
        return self.watch.commands

    def now(self) -> Instant:
        """Return the time by the daemon's clock."""
        return self.simulation.clock.now()

    def service(self, host: str, name: str) -> Service:
        return self.simulation.cloud.service(host, name)

    def step_the_clock(self, by_s: float, alone: bool = False) -> None:
        """Set the daemon's wall clock. `alone`: those of the hosts stay as they are, and it sees that they differ."""
        self.simulation.clock.wall_offset_s += by_s
        if not alone:
            for host in self.simulation.cloud.hosts.values():
                host.clock_offset_s += by_s

    def run(self, seconds: float, stride: float = 5.0) -> None:
        self.simulation.run(seconds, stride=stride)

    def look_and_run(self, seconds: float) -> None:
        """Let the watch look into the daemon's books before anything moves, then let `seconds` pass."""
        self.watch.turned()
        self.run(seconds)

    def until(self, seconds: float, come: Callable[[], bool]) -> bool:
        """Let `seconds` pass, or less; return whether `come` came true."""
        return self.simulation.run(seconds, come)

    def the_next_command_meets(self, end: str, meanwhile: Callable[[], None] | None = None) -> None:
        """`end`: one of `sim.cloud.reach.ENDS`. `meanwhile`: what happens before the daemon hears of it."""
        self.simulation.luck.commands[:] = [end]
        self.watch.meanwhile = meanwhile

    def beside_a_reply(self, host: str, come: Callable[[], object], after: bool = False) -> None:
        """Let the daemon take the next reply of `host` in one turn with what `come` puts into its queue, before it or
        `after` it."""
        done: list[object] = []

        def happen() -> None:
            done.append(come())

        self.watch.beside = (host, partial(self.simulation.timeline.after, 0.0, happen) if after else happen)
        assert self.until(60, lambda: bool(done))

    def restart(self) -> None:
        self.simulation.kill()
        self.simulation.revive()

    def restart_with(self, config: str) -> None:
        """Kill the daemon, and start one that finds another config."""
        self.simulation.kill()
        self.config = config
        self.simulation.take(config_of(self.simulation.cloud.shape, config))
        self.watch.needs_approval = "R1: approve" in config
        self.simulation.revive()

    def runs(self, state: RunState) -> list[Run]:
        return [run for run in self.world.durable.runs.values() if run.state is state]

    def host(self, name: str) -> SimHost:
        return self.simulation.cloud.hosts[name]

    def starts_by_hand(self, host: str, name: str) -> None:
        """Somebody starts a service, and it runs on."""
        service = self.service(host, name)
        service.mend()
        service.reset_failed()
        service.start()

    def ask(self, op: str, actor: Actor = ROOT, **args: Any) -> Answer:
        """Ask on the control socket what the account need not know of."""
        answer = self.simulation.ask(op, actor, **args)
        assert answer is not None
        return answer

    def hint(self, host: str, service: str | None, state: str = "CRITICAL", **changes: Any) -> Taken:
        """Let Nagios post a notification that the account need not know of."""
        key = changes.pop("key", f"{host}/{service}/{state}/{self.simulation.clock.elapsed_s}")
        taken = self.simulation.hint(a_hint(key, host=host, service=service, state=state, **changes))
        assert taken is not None
        return taken

    def incident(self, target: str, check: str = "container-state") -> Incident | None:
        return self.world.durable.incident_of((check, target))

    def pages(self) -> list[str]:
        """Return the subjects of all pages, oldest first."""
        return [str(page["subject"]) for page in self.whole_pages()]

    def whole_pages(self) -> list[dict[str, Any]]:
        daemon = self.simulation.daemon
        assert daemon is not None
        with daemon.database.transaction() as connection:
            bodies = connection.execute(sa.select(tables.outbox.c.body).order_by(tables.outbox.c.n)).scalars()
            return [json.loads(body) for body in bodies]

    def refused_guards(self, run: str) -> set[str]:
        """Return the guards that refused an ended run, from the store."""
        reader = Reader(self.simulation.config)
        found = reader.run(run)
        reader.close()
        assert found is not None
        return {verdict["guard"] for verdict in found["verdicts"] if not verdict["allow"]}

    def verbs(self) -> list[tuple[str, str]]:
        """Return (host, verb) of every command that took effect, in their order."""
        done = [(at, host.name, argv[1]) for host in self.simulation.cloud.hosts.values() for at, argv in host.orders]
        return [(host, verb) for _, host, verb in sorted(done)]

    def orders(self) -> list[tuple[str, float]]:
        """Return (host, when) of every command that took effect."""
        return [(host.name, at) for host in self.simulation.cloud.hosts.values() for at, _ in host.orders]

    def close(self) -> None:
        self.watch.close()
        self.simulation.close()
        shutil.rmtree(self._directory, ignore_errors=True)
