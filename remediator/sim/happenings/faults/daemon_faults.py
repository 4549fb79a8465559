"""What happens to the daemon, its machine, its clock and its store."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from remediator.sim.happenings.kinds import Repertoire, kind
from remediator.sim.happenings.stage import Stage
from remediator.store.errors import StoreUnavailable

MANY_PAGES = 1 << 30


@kind
def daemon_killed(stage: Stage) -> None:
    stage.simulation.kill()
    stage.simulation.timeline.after(4.0, stage.simulation.revive)


@kind
def daemon_dies_at_point(stage: Stage, number: int) -> None:
    """At the next points of the journal, of an effect, of the checkpoint file."""
    stage.simulation.dying.arm(number)


@kind
def daemon_stopped(stage: Stage, seconds: int) -> None:
    stage.simulation.stop()
    stage.simulation.timeline.after(float(seconds), stage.simulation.revive)


@kind
def daemon_machine_boots(stage: Stage) -> None:
    stage.simulation.kill("its machine boots")
    stage.simulation.clock.reboot()
    stage.simulation.timeline.after(20.0, stage.simulation.revive)


@kind
def wall_clock_steps(stage: Stage, seconds: int) -> None:
    stage.simulation.clock.wall_offset_s += seconds


@kind
def store_locked(stage: Stage, seconds: int) -> None:
    other = sqlite3.connect(_store(stage), timeout=0, isolation_level=None, check_same_thread=False)
    try:
        other.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        other.close()
        return
    stage.simulation.break_store(other.close, float(seconds))


@kind
def store_full(stage: Stage, seconds: int) -> None:
    """No page more than it has now."""
    daemon = stage.simulation.daemon
    if daemon is None or daemon.engine.store_error is not None or stage.simulation.store_is_broken:
        return

    def limit(pages: int) -> None:
        with daemon.database.transaction() as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    def mend() -> None:
        if stage.simulation.daemon is not daemon:
            return
        try:
            limit(MANY_PAGES)
        except StoreUnavailable:  # it is locked as well: later
            stage.simulation.timeline.after(1.0, mend)

    limit(1)
    stage.simulation.break_store(mend, float(seconds))


def _store(stage: Stage) -> Path:
    return Path(stage.simulation.config.state_dir) / "remediator.db"


KINDS = Repertoire.of(
    daemon_killed,
    daemon_dies_at_point,
    daemon_stopped,
    daemon_machine_boots,
    wall_clock_steps,
    store_locked,
    store_full,
)
