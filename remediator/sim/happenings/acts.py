"""What people do: they hold, let go, decide, and set right."""

from __future__ import annotations

from typing import Literal

from remediator.sim.happenings.kinds import Repertoire, kind
from remediator.sim.happenings.stage import Stage


@kind
def pause_file(stage: Stage, how: Literal["there", "unreadable"], seconds: int) -> None:
    """The pause file is there, or nothing can be learnt about it (its directory is a file)."""
    if stage.simulation.pause_file.parent.is_dir():
        stage.people.leave_a_file(how)
        stage.simulation.timeline.after(seconds, stage.people.let_go_of_the_file)


@kind
def pause(stage: Stage) -> None:
    stage.people.pause()


@kind
def resume(stage: Stage) -> None:
    stage.people.resume()


@kind
def silence(stage: Stage, host: str, name: str | None, seconds: int) -> None:
    stage.people.silence(host, name, seconds)


@kind
def downtime(stage: Stage, host: str, name: str | None, seconds: int) -> None:
    stage.people.downtime(host, name, seconds)


@kind
def nagios(stage: Stage, host: str, name: str, depth: int) -> None:
    stage.people.nagios(host, name, depth)


@kind
def wrap(stage: Stage, scope: str) -> None:
    stage.people.wrap(scope)


@kind
def wraps_end(stage: Stage) -> None:
    stage.people.end_wraps()


@kind
def people_let_go(stage: Stage) -> None:
    stage.people.let_go()


@kind
def accept(stage: Stage, scope: str) -> None:
    stage.people.accept(scope)


@kind
def acknowledge(stage: Stage) -> None:
    stage.people.acknowledge()


@kind
def approve(stage: Stage) -> None:
    stage.people.approve()


@kind
def deny(stage: Stage) -> None:
    stage.people.deny()


@kind
def execute(stage: Stage, host: str, name: str, runbook: str) -> None:
    stage.people.execute(host, name, runbook)


@kind
def resolve(stage: Stage) -> None:
    stage.people.resolve()


@kind
def close_brake(stage: Stage) -> None:
    stage.people.close_brake()


KINDS = Repertoire.of(
    pause_file,
    pause,
    resume,
    silence,
    downtime,
    nagios,
    wrap,
    wraps_end,
    people_let_go,
    accept,
    acknowledge,
    approve,
    deny,
    execute,
    resolve,
    close_brake,
)
