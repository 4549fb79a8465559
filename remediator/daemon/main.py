"""`remediator daemon`: takes the state directory, starts the parts, waits for the end, and ends at a safe point."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import structlog

from remediator import notify
from remediator.config import Config, load_config
from remediator.daemon import clock, composing, logs, reaching, systemd, worldly
from remediator.daemon.control import ControlSocket
from remediator.daemon.delivering import Delivery
from remediator.daemon.engine import Engine
from remediator.daemon.loop import Hands, Loop
from remediator.daemon.refraining import Refrain
from remediator.model import redaction
from remediator.model.hooks import EnginePort
from remediator.store import ballast, blobs, checkpoints, epochs, reader
from remediator.store.database import Database
from remediator.store.lock import StateLock

log = structlog.get_logger("remediator")


class Server(Protocol):
    """The web server as the daemon sees it: a thread of its own."""

    def start(self) -> None: ...
    def stop(self, timeout_s: float) -> None: ...


MakeServer = Callable[[EnginePort, reader.Reader, Config], Server]


def run(config_path: str | None, make_server: MakeServer | None) -> int:
    """Run the daemon in the foreground until SIGTERM or SIGINT, and return 0.

    Raise ConfigError, ContentWrong, StateLocked, StoreUnavailable, KeyUnusable or OSError (an address in use) before
    anything is done.
    """
    config = load_config(config_path, os.environ)
    logs.configure(config)
    parts = composing.load(config)
    state_dir = Path(config.state_dir)
    lock = StateLock(state_dir)
    lock.take()
    time = clock.SystemClock()
    reach = reaching.reach_of(config)
    try:
        key = checkpoints.load_key(config.audit.key_path)
        ballast.lay(state_dir)
        database = Database(reader.location(config))
        database.open()
        reach.token = f"{config.cloud}:{epochs.take(database, time.now().wall)}"
        refrain = Refrain(Path(config.pause_file), state_dir)
        world = worldly.world_of(parts, refrain, time)
        world.keep_output = lambda text: _keep(state_dir, text)
        engine = Engine(world, database, make_room=lambda: ballast.release(state_dir))
        hands = Hands(
            collector=reaching.collector_of(config, parts.integrations, reach, time),
            actor=reach,
            deliver=Delivery(notify.build(config)),
            reload=lambda: composing.reloaded(config_path, world.config),
            redact=redaction.text,
        )

        def checkpoint_failed(why: str | None) -> None:
            refrain.checkpoint_error = why

        def ending() -> None:
            refrain.ending = True

        loop = Loop(
            engine,
            time,
            hands,
            checkpoints.CheckpointFile(Path(config.audit.checkpoints), key),
            ending,
            checkpoint_failed,
        )
        _serve(config, loop, make_server, state_dir)
        database.close()
    finally:
        reach.close()
        lock.release()
    return 0


def _keep(state_dir: Path, text: str) -> None:
    try:
        blobs.keep(state_dir / "blobs", text)
    except OSError as error:
        log.error("output_not_kept", reason=error.strerror)


def _serve(config: Config, loop: Loop, make_server: MakeServer | None, state_dir: Path) -> None:
    control = ControlSocket(state_dir / "control.sock", loop.ask)
    server = make_server(loop, reader.Reader(config), config) if make_server is not None else None

    def on_end(_number: int, _frame: Any) -> None:
        loop.stop()

    def on_reload(_number: int, _frame: Any) -> None:
        loop.reload()

    before = {number: signal.signal(number, on_end) for number in (signal.SIGTERM, signal.SIGINT)}
    before[signal.SIGHUP] = signal.signal(signal.SIGHUP, on_reload)
    try:
        control.start()
        if server is not None:
            server.start()
        systemd.tell("READY=1")
        log.info("started", cloud=config.cloud, pid=os.getpid())
        loop.run()
        systemd.tell("STOPPING=1")
    finally:
        if server is not None:
            server.stop(3.0)
        control.stop()
        for number, handler in before.items():
            signal.signal(number, handler)
        log.info("ended", cloud=config.cloud)
