"""Commands without a daemon: look once, plan, or execute one runbook with the very loop the daemon runs."""

from __future__ import annotations

import threading
import time as wall_time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from remediator.config import Config
from remediator.daemon import clock, composing, showing
from remediator.daemon.engine import Engine
from remediator.daemon.loop import Hands, Loop
from remediator.daemon.refraining import Refrain
from remediator.model import redaction
from remediator.model.control import Actor, Answer
from remediator.model.judging import Scope
from remediator.store import checkpoints, reader
from remediator.store.database import Database
from remediator.store.lock import StateLock

SAMPLES_S = 120.0
RUN_S = 3600.0


def check_once(config: Config, names: tuple[str, ...], target: str | None) -> dict[str, Any]:
    """Collect from every host the named checks need, once and in parallel, and return CONTRACTS' `check` JSON.

    State is that of one sample. Nothing is stored, nothing acts.
    """
    time = clock.SystemClock()
    parts = composing.load(config)
    world = composing.world_of(parts, Refrain(Path(config.pause_file), Path(config.state_dir)), time)
    checks = [check for check in world.checks() if not names or check.name in names]
    hosts = sorted({host for check in checks for host in world.check_hosts(check)})
    if target is not None and (on := _hosts_named(target, hosts)):
        grouped = {host for check in checks if check.assess.scope is Scope.GROUP for host in world.check_hosts(check)}
        hosts = sorted(set(on) | (grouped if target.startswith(("galera/", "cluster/")) else set()))
    started = time.now()
    reach = composing.reach_of(config)
    collector = composing.collector_of(parts, reach, time)
    try:
        with ThreadPoolExecutor(min(32, len(hosts) or 1)) as pool:
            for reply in pool.map(lambda host: collector.collect(world.inventory.hosts[host], (), True), hosts):
                world.facts.take(reply)
    finally:
        reach.close()
    now = time.now()
    results = [
        result
        for check in checks
        if set(world.check_hosts(check)) & set(hosts)
        for result in world.facts.judge(check, world.inventory, now)
        if target is None or result.target.text == target
    ]
    return showing.check(world, results, now, now.since(started) * 1000)


def _hosts_named(target: str, hosts: list[str]) -> list[str]:
    parts = target.split("/")
    return [host for host in hosts if host in parts[1:]]


class _Alone:
    """The daemon's loop in a thread, for the time of one command."""

    def __init__(self, config: Config) -> None:
        time = clock.SystemClock()
        parts = composing.load(config)
        state_dir = Path(config.state_dir)
        self._lock = StateLock(state_dir)
        self._lock.take()
        key = checkpoints.load_key(config.audit.key_path)
        self._database = Database(reader.location(config))
        self._database.open()
        refrain = Refrain(Path(config.pause_file), state_dir)
        self.world = composing.world_of(parts, refrain, time)
        self._reach = composing.reach_of(config)
        hands = Hands(
            collector=composing.collector_of(parts, self._reach, time),
            actor=self._reach,
            deliver=lambda _notification: None,
            reload=lambda: composing.reloaded(None, config),
            redact=redaction.text,
        )

        def nothing() -> None:
            refrain.ending = True

        def unwritable(why: str | None) -> None:
            refrain.checkpoint_error = why

        file = checkpoints.CheckpointFile(Path(config.audit.checkpoints), key)
        self.loop = Loop(Engine(self.world, self._database), time, hands, file, nothing, unwritable)
        self._thread = threading.Thread(target=self.loop.run, name="loop", daemon=True)

    def __enter__(self) -> _Alone:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.loop.stop()
        self._thread.join(timeout=30)
        self._database.close()
        self._reach.close()
        self._lock.release()

    def wait_for_samples(self, samples: int) -> None:
        """Wait until every host answered `samples` times, or a limit: what is missing then is for the gate to refuse."""
        give_up = wall_time.monotonic() + SAMPLES_S
        while wall_time.monotonic() < give_up:
            seen = dict(self.world.good_samples)
            if all(seen.get(host, 0) >= samples for host in self.world.inventory.hosts):
                return
            wall_time.sleep(0.2)


def _ask(config: Config, op: str, args: Mapping[str, Any], actor: Actor, samples: int, follow: bool) -> Answer:
    with _Alone(config) as alone:
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
