"""`plan` and `execute` without a daemon: the very loop the daemon runs, for the time of one command."""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
import threading
import time as wall_time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from remediator import notify
from remediator.config import Config
from remediator.daemon import assembly
from remediator.daemon.engine.engine import Engine
from remediator.daemon.inhibit.inhibitors import Refrain
from remediator.daemon.loop import Hands, Loop
from remediator.daemon.notify.delivery import Delivery
from remediator.daemon.process import clock, composition, connections
from remediator.daemon.process.pools import Threads
from remediator.model import redaction
from remediator.model.messages.control import Actor, Answer
from remediator.reach import references
from remediator.store import database as database_url
from remediator.store import identities, reader
from remediator.store.audit import checkpoints
from remediator.store.database import Database
from remediator.store.files.lock import StateLock

SAMPLES_S = 120.0
RUN_S = 3600.0


class _Alone:
    """The daemon's loop in a thread, for the time of one command. Nothing follows from what it sees but what was asked
    for.

    `acts` False: it works on a copy of the store, continues no run, and leaves nothing behind.
    """

    def __init__(self, config: Config, acts: bool, target: str) -> None:
        time = clock.SystemClock()
        parts = composition.load(config)
        state_dir = Path(config.state_dir)
        self._undo = contextlib.ExitStack()
        file: checkpoints.CheckpointFile | None = None
        if acts:
            lock = StateLock(state_dir)
            lock.take()
            self._undo.callback(lock.release)
            key = checkpoints.load_key(config.audit.key_path)
            file = checkpoints.CheckpointFile(Path(config.audit.checkpoints), key)
            url = reader.location(config)
        else:
            copy = Path(self._undo.enter_context(tempfile.TemporaryDirectory(prefix="remediator-plan-")))
            url = database_of_copy(state_dir, copy)
        database = Database(url)
        database.open(time.now)
        self._undo.callback(database.close)
        refrain = Refrain(Path(config.pause_file), state_dir if acts or state_dir.is_dir() else Path("/"))
        self.world = assembly.world_of(parts, refrain, time)
        self.world.setup.decides = False
        self.world.setup.only_target = target if acts else ""
        reach = connections.reach_of(config)
        if acts:
            self.world.health.known_as(identities.begin(database, config.cloud, time.now().wall))
            reach.token = f"{config.cloud}:{self.world.health.identity.epoch}"
        self._undo.callback(reach.close)
        hands = Hands(
            collector=connections.collector_of(config, parts.integrations, reach, time),
            actor=reach,
            deliver=Delivery(notify.build(config)),
            reload=lambda: composition.reloaded(None, config),
            redact=redaction.text,
            try_references=references.tried,
        )
        self.loop = Loop(
            Engine(self.world, database), time, hands, Threads(), file, refrain.end, refrain.checkpoint_failed
        )
        self._thread = threading.Thread(target=self.loop.run, name="loop", daemon=True)

    def __enter__(self) -> _Alone:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.loop.stop()
        self._thread.join(timeout=30)
        self._undo.close()

    def wait_for_samples(self, samples: int) -> None:
        """Wait until every host answered `samples` times, or a limit: what is missing then is for the gate to
        refuse."""
        give_up = wall_time.monotonic() + SAMPLES_S
        while wall_time.monotonic() < give_up:
            seen = dict(self.world.samples.good_samples)
            if all(seen.get(host, 0) >= samples for host in self.world.loaded.inventory.hosts):
                return
            wall_time.sleep(0.2)


def database_of_copy(state_dir: Path, directory: Path) -> str:
    """Copy the store, if there is one, into `directory` and return the copy's URL."""
    original = state_dir / "remediator.db"
    if original.exists():
        with (
            contextlib.closing(sqlite3.connect(f"file:{original}?mode=ro", uri=True, timeout=5)) as source,
            contextlib.closing(sqlite3.connect(directory / "remediator.db")) as target,
        ):
            source.backup(target)
    return database_url.url_of(directory, None)


def _ask(config: Config, op: str, args: Mapping[str, Any], actor: Actor, samples: int, follow: bool) -> Answer:
    with _Alone(config, acts=follow, target=str(args["target"])) as alone:
        alone.wait_for_samples(samples)
        answer = alone.loop.ask(op, args, actor).result(timeout=30)
        if not follow or answer.exit != 0:
            return answer
        return _followed(config, str(answer.data["run"]), answer)


def _followed(config: Config, run: str, answer: Answer) -> Answer:
    """Wait until the run has ended, and return how."""
    store = reader.Reader(config)
    give_up = wall_time.monotonic() + RUN_S
    while wall_time.monotonic() < give_up:
        found = store.run(run)
        if found is not None and found["ended_at"] is not None:
            exits = {"succeeded": 0, "refused": 4}
            return Answer(
                exit=exits.get(found["state"], 1),
                data={**answer.data, "result": found},
                error="" if found["state"] == "succeeded" else found["reason"],
            )
        wall_time.sleep(0.5)
    return Answer(exit=1, data=answer.data, error=f"{run} has not ended within {RUN_S:.0f} s")


def plan(config: Config, runbook: str, target: str, actor: Actor) -> Answer:
    """Return the plan and its verdicts, from samples taken now."""
    return _ask(config, "plan", {"runbook": runbook, "target": target}, actor, samples=1, follow=False)


def execute(config: Config, runbook: str, target: str, actor: Actor, reason: str = "") -> Answer:
    """Run one runbook through the same gate, and wait for its end."""
    return _ask(
        config, "execute", {"runbook": runbook, "target": target, "reason": reason}, actor, samples=2, follow=True
    )
