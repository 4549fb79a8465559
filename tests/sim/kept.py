"""What the store of a simulated daemon holds, and what a hand that is not the daemon's does to it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from remediator.store import tables
from remediator.store.audit import verify
from remediator.store.reader import Reader
from tests.sim.walked import Walked

STARTS_S = 3.0
"""After so long a daemon has read its store, and held it against its checkpoints."""


def database(cloud: Walked) -> Path:
    """Return the file of the store."""
    return Path(cloud.simulation.config.state_dir) / "remediator.db"


def by_another_hand(cloud: Walked, statement: str) -> None:
    """Kill the daemon, change the store behind its back, and start it again."""
    cloud.simulation.kill()
    while_it_lives(cloud, statement)
    cloud.simulation.revive()
    cloud.run(STARTS_S)


def while_it_lives(cloud: Walked, *statements: str) -> None:
    """Change the store behind the daemon's back."""
    connection = sqlite3.connect(database(cloud))
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def entries(cloud: Walked, kind: str) -> list[dict[str, Any]]:
    """Return the bodies of all entries of `kind`, oldest first."""
    with cloud.daemon.database.transaction() as connection:
        found = sa.select(tables.audit.c.body).where(tables.audit.c.kind == kind).order_by(tables.audit.c.seq)
        return [json.loads(body) for body in connection.execute(found).scalars()]


def run(cloud: Walked, name: str) -> dict[str, Any]:
    """Return a run as people are shown it, whether it lives or has ended."""
    reader = Reader(cloud.simulation.config)
    found = reader.run(name)
    reader.close()
    assert found is not None
    return found


def told(cloud: Walked) -> str:
    """Return all that people were told, as one text."""
    return " ".join(f"{page['subject']} {page['text']}" for page in cloud.simulation.mail.taken)


def signed(cloud: Walked) -> None:
    """Let the loop sign the head of the log, as it does now and then."""
    cloud.daemon.loop._checkpoint(force=True)


def verified(cloud: Walked) -> tuple[int, Mapping[str, Any]]:
    """Return what `remediator audit verify` says."""
    return verify.verify(cloud.simulation.config)


def accept(cloud: Walked) -> int:
    """A person accepts the store as it is; return the exit code."""
    answer = cloud.ask("accept-restore", reason="the disk was lost, this is last night's copy")
    cloud.run(1)
    return answer.exit
