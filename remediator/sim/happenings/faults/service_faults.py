"""What happens to services."""

from __future__ import annotations

from remediator.sim.cloud.reach import End
from remediator.sim.happenings.kinds import Repertoire, kind
from remediator.sim.happenings.stage import Stage


@kind
def crash(stage: Stage, host: str, name: str) -> None:
    stage.service(host, name).crash()


@kind
def crash_and_the_command_meets(stage: Stage, host: str, name: str, end: End) -> None:
    stage.service(host, name).crash()
    stage.simulation.luck.commands.append(end)


@kind
def loop(stage: Stage, host: str, name: str, life_s: float) -> None:
    stage.service(host, name).loop(life_s)


@kind
def sicken(stage: Stage, host: str, name: str) -> None:
    stage.service(host, name).fall_sick()


@kind
def out_of_memory(stage: Stage, host: str, name: str) -> None:
    stage.service(host, name).crash(137, oom=True)


@kind
def remove(stage: Stage, host: str, name: str) -> None:
    stage.service(host, name).remove()


@kind
def operator_stops(stage: Stage, host: str, name: str) -> None:
    stage.service(host, name).stop()


@kind
def operator_starts(stage: Stage, host: str, name: str) -> None:
    service = stage.service(host, name)
    service.mend()
    service.reset_failed()
    service.start()


@kind
def operator_restarts(stage: Stage, host: str, name: str) -> None:
    service = stage.service(host, name)
    service.reset_failed()
    service.restart()


@kind
def kolla_recreates(stage: Stage, host: str, name: str) -> None:
    stage.service(host, name).recreate()


KINDS = Repertoire.of(
    crash,
    crash_and_the_command_meets,
    loop,
    sicken,
    out_of_memory,
    remove,
    operator_stops,
    operator_starts,
    operator_restarts,
    kolla_recreates,
)
