"""The cloud that the walk of the gate goes over: five hosts alike, watched, and a daemon that may die as a command leaves."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from remediator.model.commands import Command
from remediator.model.records import Run, RunState
from remediator.sim import stories
from remediator.sim.account import Account
from remediator.sim.people import People
from remediator.sim.services import Service
from remediator.sim.shapes import FIVE_ALIKE
from remediator.sim.simulation import CONFIG, Simulation, tell_logs
from remediator.sim.watch import Watch

NAMES = FIVE_ALIKE.names
UNITS = FIVE_ALIKE.on_compute
SEEN_WELL_S = 40.0
"""After so long every host has been seen twice."""


class Watching(Watch):
    """The watch. `kills`: the daemon is killed when the next command has left, before it hears how that ended."""

    kills = False

    def leaves(self, host: str, command: Command) -> None:
        super().leaves(host, command)
        if self.kills:
            self.kills = False
            self.simulation.timeline.after(0.0, self._kill)

    def _kill(self) -> None:
        self.simulation.kill()
        self.simulation.revive()


class Walked:
    """A simulation, the people of its cloud, and the watch that holds the daemon against its own account."""

    def __init__(self, config: str = CONFIG) -> None:
        self._directory = Path(tempfile.mkdtemp(prefix="gate-", dir=stories.in_memory()))
        self.simulation = Simulation(self._directory, config, FIVE_ALIKE)
        self.watch = Watching(self.simulation, needs_approval=config == stories.APPROVING)
        self.people = People(self.simulation, self.watch)
        tell_logs(self.simulation)
        self.simulation.start()
        self.run(SEEN_WELL_S)

    @property
    def account(self) -> Account:
        return self.watch.account

    @property
    def commands(self) -> int:
        """How many commands have left."""
        return self.watch.commands

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

    def restart(self) -> None:
        self.simulation.kill()
        self.simulation.revive()

    def runs(self, state: RunState) -> list[Run]:
        daemon = self.simulation.daemon
        assert daemon is not None
        return [run for run in daemon.world.runs.values() if run.state is state]

    def orders(self) -> list[tuple[str, float]]:
        """Return (host, when) of every command that took effect."""
        return [(host.name, at) for host in self.simulation.cloud.hosts.values() for at, _ in host.orders]

    def close(self) -> None:
        self.watch.close()
        self.simulation.close()
        shutil.rmtree(self._directory, ignore_errors=True)
