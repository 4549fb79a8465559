"""What directed stories wait for, and what must be so in them: of runs, commands, cures and pages.

Invariant: what does not come, or is not so, is a Violation: a story that shows nothing fails.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

import sqlalchemy as sa

from remediator.model.records.records import Incident, Run, RunState, StepState
from remediator.sim.happenings.kinds import Repertoire, kind
from remediator.sim.happenings.stage import Stage
from remediator.sim.invariants.paged import CALLS, Paged
from remediator.sim.invariants.watch import Violation
from remediator.store import tables
from remediator.store.stored import codec

Record = TypeVar("Record")


def broken(stage: Stage, invariant: str, text: str) -> None:
    stage.simulation.tell(f"!! {invariant}: {text}")
    raise Violation(invariant, text)


def run_until(stage: Stage, seconds: float, come: Callable[[], bool], what: str, invariant: str = "progress") -> None:
    """Let time pass until `come`. Raise Violation when it does not within `seconds`: the story would show nothing."""
    if not come() and not stage.simulation.run(seconds, come):
        broken(stage, invariant, f"after {seconds:.0f} s there is still no {what}")


def _states(stage: Stage) -> list[RunState]:
    daemon = stage.simulation.daemon
    return [] if daemon is None else [run.state for run in daemon.world.durable.runs.values()]


@kind
def until_planned(stage: Stage) -> None:
    """A run holds its locks, and waits for evidence that is younger than they are."""
    run_until(stage, 120.0, lambda: RunState.PLANNED in _states(stage), "run that is planned")


@kind
def until_intent(stage: Stage) -> None:
    """An INTENT is committed, and its command has not left yet."""
    daemon = stage.simulation.daemon
    assert daemon is not None
    run_until(stage, 120.0, lambda: bool(daemon.world.pending.under_way), "INTENT")


@kind
def until_command(stage: Stage) -> None:
    before = stage.watch.commands
    run_until(stage, 180.0, lambda: stage.watch.commands > before, "command")


@kind
def until_doubt(stage: Stage) -> None:
    run_until(stage, 180.0, lambda: RunState.IN_DOUBT in _states(stage), "run in doubt")


@kind
def until_asked(stage: Stage) -> None:
    run_until(stage, 120.0, lambda: stage.waits_for_a_yes, "run that waits for an approval")


@kind
def until_step(stage: Stage, step: str, state: StepState) -> None:
    """The step `step` of a live run is in `state`."""

    def come() -> bool:
        daemon = stage.simulation.daemon
        runs = daemon.world.durable.runs.values() if daemon is not None else ()
        return any(each.id == step and each.state is state for run in runs for each in run.steps)

    run_until(stage, 300.0, come, f"step {step} that is {state.value}")


@kind
def until_idle(stage: Stage) -> None:
    def idle() -> bool:
        return stage.simulation.daemon is not None and not _states(stage)

    run_until(stage, 400.0, idle, "end of the runs", "ends")


@kind
def until_nothing_is_left(stage: Stage, seconds: float) -> None:
    cloud = stage.simulation.cloud
    run_until(stage, seconds, lambda: not cloud.leftovers(), "host without a hold or a container of ours", "left")


@kind
def until_paged(stage: Stage, page: Paged, within_s: float) -> None:
    run_until(stage, within_s, lambda: bool(_pages(stage, page)), f"page {page}", "explained")


@kind
def must_be_cured(stage: Stage, host: str, name: str) -> None:
    """Within three minutes, with a yes from a person where one is needed."""
    service = stage.service(host, name)

    def cured() -> bool:
        if stage.waits_for_a_yes:
            stage.people.approve()
        return service.running and not service.sick

    if not cured() and not stage.simulation.run(180.0, cured):
        stage.watch.not_cured(host, name)


@kind
def nothing_leaves(stage: Stage, seconds: float, why: str) -> None:
    """No command leaves for so long."""
    before = stage.watch.commands
    if stage.simulation.run(seconds, lambda: stage.watch.commands > before):
        broken(stage, "held", f"a command left: {why}")


@kind
def commands_left(stage: Stage, count: int) -> None:
    if stage.watch.commands != count:
        broken(stage, "progress", f"{stage.watch.commands} commands have left, and not {count}")


@kind
def arrived_once(stage: Stage, host: str) -> None:
    orders = stage.simulation.cloud.hosts[host].orders
    if len(orders) != 1:
        broken(stage, "once", f"{len(orders)} commands took effect on {host}: {orders}")


@kind
def no_success(stage: Stage, why: str) -> None:
    """No run has ended as a success."""
    if succeeded := rows_of(stage, sa.select(tables.runs.c.id).where(tables.runs.c.state == "succeeded")):
        broken(stage, "progress", f"{succeeded} is called a success: {why}")


@kind
def was_hard(stage: Stage) -> None:
    """Every run that there was began when its incident was HARD."""
    incidents = {each.id: each for each in _records(stage, Incident, tables.incidents.c.body)}
    for run in _records(stage, Run, tables.runs.c.body):
        incident = incidents.get(run.incident or "")
        if incident is not None and (incident.hard_at is None or incident.hard_at.after(run.created_at)):
            broken(stage, "held", f"{run.id} began while {run.plan.target} was SOFT")


@kind
def probes_are_right(stage: Stage, host: str) -> None:
    """No probe said that nothing had arrived on a host where something had."""
    query = sa.select(tables.audit.c.run).where(
        tables.audit.c.kind == "probed", tables.audit.c.body.like('%"answer":"not-applied"%')
    )
    wrong = rows_of(stage, query)
    if wrong and stage.simulation.cloud.hosts[host].orders:
        broken(stage, "once", f"a probe of {wrong} said that its command had not arrived, and it had")


@kind
def people_were_paged(stage: Stage, page: Paged) -> None:
    if not _pages(stage, page):
        broken(stage, "debts", f"nobody was told: there is no page {page}")


@kind
def not_paged(stage: Stage, page: Paged) -> None:
    """There is no such page: nothing was for people to do, or it tells what did not happen."""
    if _pages(stage, page):
        broken(stage, "explained", f"there is a page {page}, and it should not be there")


@kind
def nobody_was_called(stage: Stage) -> None:
    """No page says that something needs a person: it could be cured without one."""
    if any(_pages(stage, page) for page in CALLS):
        broken(stage, "progress", "a person was called for what could be cured without one")


@kind
def page_says(stage: Stage, page: Paged, words: str) -> None:
    """The newest such page says `words`."""
    found = _pages(stage, page)
    if not found or words not in found[-1]["text"]:
        broken(stage, "explained", f"no page {page} says {words!r}: {[body['text'] for body in found]}")


def _pages(stage: Stage, page: Paged) -> list[dict[str, Any]]:
    """Return what is in the outbox of such pages, oldest first."""
    daemon = stage.simulation.daemon
    assert daemon is not None
    query = sa.select(tables.outbox.c.key, tables.outbox.c.body).order_by(tables.outbox.c.n)
    with daemon.database.transaction() as connection:
        return [json.loads(row.body) for row in connection.execute(query) if page.is_one(row.key, row.body)]


def _records(stage: Stage, kind: type[Record], column: sa.Column[Any]) -> list[Record]:
    return [codec.of(kind).read(body, column.table.name) for body in rows_of(stage, sa.select(column))]


def rows_of(stage: Stage, query: sa.Select[Any]) -> list[Any]:
    daemon = stage.simulation.daemon
    assert daemon is not None
    with daemon.database.transaction() as connection:
        return [row[0] for row in connection.execute(query)]


def marks_of(stage: Stage, assessment: str) -> list[Any]:
    """Return what is kept of `assessment` across restarts: one value, or none."""
    query = sa.select(tables.meta.c.value).where(tables.meta.c.key == f"mark:{assessment}")
    return [json.loads(value) for value in rows_of(stage, query)]


KINDS = Repertoire.of(
    until_planned,
    until_intent,
    until_command,
    until_doubt,
    until_asked,
    until_step,
    until_idle,
    until_nothing_is_left,
    until_paged,
    must_be_cured,
    nothing_leaves,
    commands_left,
    arrived_once,
    no_success,
    was_hard,
    probes_are_right,
    people_were_paged,
    not_paged,
    nobody_was_called,
    page_says,
)
