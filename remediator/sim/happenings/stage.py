"""The stage of a story: the simulation, the watch that looks on, and the people."""

from __future__ import annotations

from dataclasses import dataclass

from remediator.model.records.records import RunState
from remediator.sim.cloud.services import Service
from remediator.sim.happenings.people import People
from remediator.sim.invariants.watch import Watch
from remediator.sim.simulation import Simulation


@dataclass(frozen=True)
class Stage:
    """What a happening acts on."""

    simulation: Simulation
    watch: Watch
    people: People

    def service(self, host: str, name: str) -> Service:
        return self.simulation.cloud.service(host, name)

    @property
    def waits_for_a_yes(self) -> bool:
        """Whether a run waits for an approval."""
        daemon = self.simulation.daemon
        return daemon is not None and any(
            run.state is RunState.WAITING_APPROVAL for run in daemon.world.durable.runs.values()
        )
