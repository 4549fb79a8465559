"""Marks on hosts that are not what a run of this store leaves today: those of the release before."""

from __future__ import annotations

import json

import sqlalchemy as sa

from remediator.model.times import Instant
from remediator.sim.simulation import Simulation
from remediator.store import tables
from remediator.store.audit import chain, digests


def as_the_release_before_left_them(simulation: Simulation) -> int:
    """Let everything that runs of this store have left carry the run alone, on the hosts and in the store; return how
    many debts.

    The daemon must be down: it is as if the release before this one had begun those runs.
    """
    assert simulation.daemon is None
    engine = sa.create_engine(f"sqlite:///{simulation.config.state_dir}/remediator.db")
    changed = 0
    with engine.begin() as connection:
        for row in list(connection.execute(sa.select(tables.debts.c.id, tables.debts.c.run, tables.debts.c.body))):
            mark = str(json.loads(row.body)["mark"]["run"])
            connection.execute(
                tables.debts.update().where(tables.debts.c.id == row.id).values(body=row.body.replace(mark, row.run))
            )
            changed += 1
        let_the_log_agree(connection, simulation.clock.now())
    engine.dispose()
    for part in simulation.cloud.parts.values():
        part.relabel(bare)
    return changed


def let_the_log_agree(connection: sa.Connection, now: Instant) -> None:
    """Let the log say that the rows which decide were written as they stand now, as if no other hand had changed
    them."""
    state = digests.State.of(connection)
    chain.append(connection, at=now, actor="remediator", kind=digests.KIND, body=digests.body(state, {}))


def bare(mark: str) -> str:
    """Return the run that `mark` ends in."""
    return f"run-{mark.rpartition('run-')[2]}"
