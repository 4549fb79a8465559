"""`remediator daemon`: takes the state directory, starts the parts, waits for the end, and ends at a safe point."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Protocol

import structlog

from remediator.config import Config, load_config
from remediator.daemon.assembly import Daemon, real_ground
from remediator.daemon.process import composition, logs, systemd
from remediator.daemon.socket import doors, reads
from remediator.daemon.socket.control import ControlSocket
from remediator.integrations import registry
from remediator.model.messages.control import Actor, Answer
from remediator.model.messages.hooks import EnginePort
from remediator.store import reader
from remediator.store.files.lock import StateLock

log = structlog.get_logger("remediator")


class Server(Protocol):
    """The web server as the daemon sees it: a thread of its own."""

    def start(self) -> None: ...
    def stop(self, timeout_s: float) -> None: ...
    def renew(self, config: Config) -> tuple[Mapping[str, str], ...]: ...


MakeServer = Callable[[EnginePort, reader.Reader, Config], Server]


def run(
    config_path: str | None, make_server: MakeServer | None, act_files: Callable[[], Mapping[str, str]] = dict
) -> int:
    """Run the daemon in the foreground until SIGTERM or SIGINT, and return 0. `act_files`: see `Ground`.

    Raise ConfigError, ContentWrong, StateLocked, StoreUnavailable, KeyUnusable or OSError (an address in use) before
    anything is done.
    """
    config = load_config(config_path, os.environ, registry.sections)
    logs.configure(config)
    # whom another daemon keeps out hears it before Ansible has read the inventory
    StateLock.free(Path(config.state_dir))
    parts = composition.load(config)
    daemon = Daemon(config_path, parts, real_ground(act_files))
    try:
        for note in parts.inventory.notes:
            log.info("inventory_note", cloud=config.cloud, reason=note)
        _serve(config, daemon, make_server, Path(config.state_dir))
    finally:
        daemon.close()
    return 0


def _serve(config: Config, daemon: Daemon, make_server: MakeServer | None, state_dir: Path) -> None:
    loop = daemon.loop
    listening: list[ControlSocket] = []
    questions = reads.Reading(config)

    def ask(op: str, args: Mapping[str, Any], actor: Actor) -> Future[Answer]:
        return questions.ask(args) if op == reads.OP else loop.ask(op, args, actor)

    members = doors.members(config.state_dir)
    sockets = [ControlSocket(path, ask) for path in (state_dir / "control.sock", members) if path is not None]
    server = make_server(loop, reader.Reader(config), config) if make_server is not None else None
    if server is not None:
        daemon.renew_tokens = server.renew

    def on_end(_number: int, _frame: Any) -> None:
        loop.stop()

    def on_reload(_number: int, _frame: Any) -> None:
        loop.want_reload()

    before = {number: signal.signal(number, on_end) for number in (signal.SIGTERM, signal.SIGINT)}
    before[signal.SIGHUP] = signal.signal(signal.SIGHUP, on_reload)
    try:
        questions.start()
        for control in sockets:
            control.start()
            listening.append(control)
        if server is not None:
            server.start()
        systemd.tell("READY=1")
        log.info("started", cloud=config.cloud, pid=os.getpid())
        loop.run()
        systemd.tell("STOPPING=1")
    finally:
        if server is not None:
            server.stop(3.0)
        for control in listening:
            control.stop()
        questions.stop()
        for number, handler in before.items():
            signal.signal(number, handler)
        log.info("ended", cloud=config.cloud)
