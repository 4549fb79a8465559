"""`python -m bench.digests`: what the digests of the rows that decide cost a transaction, as a ratio against the same
ones without.

A transaction locks, changes a live run's row and one of 2,000 downtimes, appends an entry, and unlocks: what a busy
turn does.
CPU time alone is counted: with the sync to the disk, which both wait for, the ratio is nearer to 1.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

from remediator.model import times
from remediator.model.times import Instant
from remediator.safety.case import Downtime
from remediator.store import tables
from remediator.store.audit import digests
from remediator.store.database import Database
from remediator.store.journal import Journal

ROUNDS = 7
TRANSACTIONS = 150
DOWNTIMES = 2000
BODY = json.dumps({"plan": ["step"] * 400})


def _made(directory: Path) -> Database:
    database = Database(f"sqlite:///{directory}/remediator.db")
    database.open()
    with database.transaction() as connection:
        journal = Journal(connection, _now(0))
        for n in range(DOWNTIMES):
            journal.downtime(_downtime(f"h{n}", 1))
        run = {"incident": None, "target": "t", "runbook": "b", "state": "held", "live": True, "at_s": 0.0}
        connection.execute(tables.runs.insert().values(id="run-1", n=1, body=BODY, **run))
    return database


def _downtime(host: str, depth: int) -> Downtime:
    moment = _now(0).wall
    return Downtime(source="bench", host=host, service=None, depth=depth, seen_at=moment, until=moment)


def _now(n: float) -> Instant:
    return Instant(times.from_epoch(1_767_582_000.0 + n), 1000.0 + n, "boot")


def _work(database: Database, covered: bool, start: int) -> float:
    """Return the CPU seconds of the transactions."""
    with database.transaction() as connection:
        state = digests.State.of(connection)
    began = time.process_time()
    for n in range(start, start + TRANSACTIONS):
        with database.transaction() as connection:
            journal = Journal(connection, _now(n))
            journal.lock(f"host/h{n}", f"run-{n}")
            connection.execute(tables.runs.update().where(tables.runs.c.id == "run-1").values(body=f"{BODY}{' ' * n}"))
            journal.touched.row("runs", "run-1")
            journal.downtime(_downtime(f"h{n % DOWNTIMES}", n))
            journal.audit("held", "remediator", {"reason": "the other member is away", "n": n}, run="run-1")
            journal.unlock(f"run-{n - 1}")
            if covered:
                state, changed = state.after(connection, journal.touched)
                if changed:
                    journal.audit(digests.KIND, "remediator", digests.body(state, changed))
    return time.process_time() - began


def main() -> None:
    ratios, cost_ms = [], []
    with tempfile.TemporaryDirectory() as directory:
        database = _made(Path(directory))
        for n in range(ROUNDS):
            plain = _work(database, False, 2 * n * TRANSACTIONS)
            covered = _work(database, True, (2 * n + 1) * TRANSACTIONS)
            ratios.append(covered / plain)
            cost_ms.append((covered - plain) / TRANSACTIONS * 1000)
        database.close()
    ratio, cost = sorted(ratios)[ROUNDS // 2], sorted(cost_ms)[ROUNDS // 2]
    print(json.dumps({"ratio": round(ratio, 2), "more_cpu_ms_a_transaction": round(cost, 2), "downtimes": DOWNTIMES}))


if __name__ == "__main__":
    main()
