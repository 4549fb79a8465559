"""What happens in directed stories alone: chance never draws it."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from remediator.sim.happenings.kinds import Repertoire, kind
from remediator.sim.happenings.people import OTHER, ROOT
from remediator.sim.happenings.stage import Stage


@kind
def approve_another_plan(stage: Stage) -> None:
    """Somebody says yes to a plan that is not the one that waits: no yes to what waits."""
    daemon = stage.simulation.daemon
    for run in list(daemon.world.durable.runs) if daemon is not None else []:
        stage.simulation.ask("approve", OTHER, run=run, plan="0" * 64)


@kind
def acknowledge_newest(stage: Stage, host: str, name: str) -> None:
    """A person acknowledges the incident of a container that is open now."""
    daemon, target = stage.simulation.daemon, f"container/{host}/{name}"
    incident = daemon.world.durable.incident_of(("container-state", target)) if daemon is not None else None
    if incident is not None:
        stage.watch.account.acked[target] = stage.simulation.clock.now()
        stage.simulation.ask("ack", ROOT, incident=incident.id)


@kind
def commits_of_intents_fail(stage: Stage, seconds: float) -> None:
    """The disk fails whenever an INTENT is to become durable: every statement has worked, and the COMMIT does not."""
    daemon = stage.simulation.daemon
    assert daemon is not None
    fails = [True]

    def fail(
        connection: sa.Connection, _cursor: Any, statement: str, _parameters: Any, _context: Any, _many: Any
    ) -> None:
        if statement != "COMMIT" or not fails or stage.simulation.daemon is not daemon:
            return
        raw: Any = connection.connection.dbapi_connection
        newest = raw.execute("SELECT kind FROM audit ORDER BY seq DESC LIMIT 3").fetchall()
        if ("intent",) in newest:
            full = sqlite3.OperationalError("database or disk is full")
            full.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise sa.exc.OperationalError(statement, None, full)

    sa.event.listen(sa.Engine, "before_cursor_execute", fail)

    def mend() -> None:
        if fails:
            fails.clear()
            sa.event.remove(sa.Engine, "before_cursor_execute", fail)

    stage.simulation.break_store(mend, seconds)


@kind
def store_copied(stage: Stage) -> None:
    """The daemon is stopped, its store copied, and it is started again."""
    stage.simulation.stop()
    shutil.copytree(_state(stage), stage.simulation.directory / "copy")
    stage.simulation.revive()


@kind
def copy_put_back(stage: Stage) -> None:
    stage.simulation.stop()
    shutil.rmtree(_state(stage))
    shutil.copytree(stage.simulation.directory / "copy", _state(stage))
    stage.simulation.revive()


def _state(stage: Stage) -> Path:
    return Path(stage.simulation.config.state_dir)


@kind
def consent(stage: Stage) -> None:
    """A person says yes to what a run that is held asks about."""
    stage.people.consent()


@kind
def cancel(stage: Stage) -> None:
    stage.people.cancel()


@kind
def ssh_is(stage: Stage, host: str, how: str) -> None:
    stage.simulation.cloud.hosts[host].ssh = how


@kind
def engine_is(stage: Stage, host: str, how: str) -> None:
    stage.simulation.cloud.hosts[host].engine_state = how


@kind
def disk_is(stage: Stage, host: str, percent: float) -> None:
    """So much of its disk is used."""
    stage.simulation.cloud.hosts[host].used_percent = percent


KINDS = Repertoire.of(
    approve_another_plan,
    acknowledge_newest,
    commits_of_intents_fail,
    store_copied,
    copy_put_back,
    consent,
    cancel,
    ssh_is,
    engine_is,
    disk_is,
)
