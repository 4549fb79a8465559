"""A few hosts in memory, on virtual time, behind the real engine and a real store: replies in, commands out.

Only clock, ticks and reach are replaced. Each unit is a small state machine that obeys `systemctl start|restart|reset-failed`.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from remediator.collect.facts import FactStore
from remediator.config import load_config
from remediator.content import load_content
from remediator.daemon.engine.engine import Engine
from remediator.daemon.turn.loaded import Loaded
from remediator.daemon.turn.samples import Samples
from remediator.daemon.turn.setup import Setup
from remediator.daemon.turn.wire import (
    Act,
    Asked,
    Claimed,
    Collect,
    Collected,
    CommandsDone,
    Deliver,
    Delivered,
    Effect,
    HintCame,
    Input,
    LayClaim,
    Ticked,
)
from remediator.daemon.turn.world import World
from remediator.integrations import registry
from remediator.inventory import inline
from remediator.model.content import Content
from remediator.model.control import Actor, Answer
from remediator.model.hooks import Hint, Taken
from remediator.model.hosts import Inventory
from remediator.model.manifest.together import Manifests
from remediator.model.replies import CommandDone, HostReply, Reach
from remediator.model.times import Instant
from remediator.model.values import Unknown
from remediator.store import identities
from remediator.store.database import Database, url_of
from tests.builders import replies

START = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
CONFIG = """
cloud: sim
inventory:
  hosts:
    h1: {address: 192.0.2.1, groups: [control]}
    h2: {address: 192.0.2.2, groups: [control]}
autonomy: {R1: auto, R2: auto}
limits:
  persistence: {R1: 10s, R2: 30s, R3: 60s}
  cooldown: {R1: 30s, R2: 2m, R3: 1h}
  rate: {per_10min: 20, per_day: 100}
  hold: {R1: 20s, R2: 30s, R3: 60s}
  maintenance: 15m
checks:
  container-state: {every: 5s, retry: 5s}
  container-health: {every: 5s, retry: 5s}
  host-reachable: {every: 5s, retry: 5s}
  host-disk: {every: 5s, retry: 5s}
  host-clock: {every: 5s, retry: 5s}
  host-engine: {every: 5s, retry: 5s}
"""


_LOADED: dict[str, tuple[Manifests, Content]] = {}
"""By the text of the config."""
GALERA_UUID = "5a2f8a3e-0000-11f0-8000-000000000001"


def _position(argv: tuple[str, ...]) -> str:
    """Return what a reading of a member's position prints: not ahead of anybody."""
    nonce = argv[4]
    line = f"2026-01-05  3:00:00 0 [Note] WSREP: Recovered position: {GALERA_UUID}:1"
    return f"remediator-position {nonce} begin\n{line}\n\nremediator-position {nonce} end 0\n"


@dataclass
class Unit:
    """A container and its unit, as one."""

    name: str
    state: str = "active"
    substate: str = "running"
    result: str = "success"
    invocation: int = 1
    started: datetime = START - timedelta(days=3)
    created: datetime = START - timedelta(days=30)
    healthy: bool | None = None
    dies_on_start: bool = False
    image: str = "image-1"

    @property
    def running(self) -> bool:
        return self.state == "active"

    def fail(self) -> None:
        self.state, self.substate, self.result = "failed", "failed", "exit-code"

    def start(self, now: datetime) -> None:
        if self.running:
            return
        self.invocation += 1
        self.started = now
        self.state, self.substate, self.result = (
            ("failed", "failed", "exit-code") if self.dies_on_start else ("active", "running", "success")
        )
        if self.healthy is not None:
            self.healthy = True

    def restart(self, now: datetime) -> None:
        self.state = "inactive"
        self.start(now)


@dataclass
class FakeHost:
    """One host. `down`: it does not answer at all."""

    name: str
    units: dict[str, Unit] = field(default_factory=dict)
    down: bool = False
    boot_id: str = "boot-host"
    ansible: list[dict[str, Any]] = field(default_factory=list)
    starts: list[tuple[datetime, str]] = field(default_factory=list)
    booted_age_s: float = 86400.0

    def said(self, now: datetime) -> dict[str, Any]:
        """Return what it says of each section."""
        containers = {
            unit.name: {
                "id": f"{self.name}-{unit.name}",
                "name": unit.name,
                "image": "kolla/x:1",
                "image_id": unit.image,
                "created": unit.created.isoformat(),
                "status": "running" if unit.running else "exited",
                "running": unit.running,
                "exit_code": 0 if unit.running else 1,
                "oom_killed": False,
                "error": "",
                "started_at": unit.started.isoformat(),
                "finished_at": unit.started.isoformat(),
                "restart_count": 0,
                "restart_policy": "no",
                "health": None if unit.healthy is None else "healthy" if unit.healthy else "unhealthy",
                "failing_streak": None if unit.healthy is None else 0 if unit.healthy else 5,
                "health_output": None,
                "kolla_version": "20.0.0",
                "short_lived": False,
            }
            for unit in self.units.values()
        }
        units = {
            unit.name: {
                "ActiveState": unit.state,
                "SubState": unit.substate,
                "Result": unit.result,
                "NRestarts": "10" if unit.state == "failed" else "0",
                "InvocationID": f"inv{unit.invocation}",
                "Job": "0",
                "Restart": "always",
                "ActiveExitTimestampMonotonic": "200",
                "ExecMainExitTimestampMonotonic": "100",
            }
            for unit in self.units.values()
        }
        body = {
            "engine": {"name": "docker", "state": "ok", "reason": ""},
            "containers": containers,
            "unit_files": sorted(self.units),
            "units": units,
            "units_reason": None,
            "configs": sorted(self.units),
            "logs": {},
            "clock": now.timestamp(),
        }
        host = {
            "booted_age_s": self.booted_age_s,
            "engine_unit": {"state": "active", "age_s": 86400.0},
            "load": [0.1, 0.1, 0.1],
            "memory": {},
            "ansible": self.ansible,
            "ansible_log": [],
            "etc_kolla": {},
            "synchronised": True,
        }
        disk = {"/": {"used": 10, "available": 90, "inodes": 100, "inodes_free": 90}}
        return {"containers": body, "host": host, "disk": disk}


class Cloud:
    """The engine, its store in `directory`, and the hosts. `run(seconds)` lets virtual time pass."""

    def __init__(self, directory: Path, config: str = CONFIG) -> None:
        self.directory = directory
        self._text = config
        path = directory / "config.yaml"
        text = (
            config
            + f"\nstate_dir: {directory}/state\npause_file: {directory}/PAUSE\naudit: {{checkpoints: {directory}/audit/c.jsonl}}\n"
        )
        path.write_text(text)
        path.chmod(0o600)
        (directory / "state").mkdir(exist_ok=True)
        self.config = load_config(str(path), {}, registry.sections)
        self.hosts = {
            name: FakeHost(name, {"memcached": Unit("memcached", healthy=True), "cron": Unit("cron")})
            for name in ("h1", "h2")
        }
        self.elapsed_s = 0.0
        self.wall_offset_s = 0.0
        self.pauses: tuple[str, ...] | Unknown = ()
        self.acted: list[tuple[float, str, tuple[str, ...]]] = []
        self.delivered: list[dict[str, Any]] = []
        self.on_act: Callable[[Act], list[CommandDone] | None] | None = None
        self.later: list[tuple[float, Input]] = []
        self.boot()

    def boot(self) -> None:
        """Start the daemon's engine anew, as after a crash: nothing but the store survives."""
        inventory = inline.load(self.config.inventory.hosts or {})
        integrations, content = self._loaded(inventory)
        self.database = Database(url_of(Path(self.config.state_dir), None))
        self.database.open()
        self.world = World(
            setup=Setup(started_at=self.now(), own_boot_id="boot-daemon", read_pause=lambda: self.pauses),
            loaded=Loaded(
                config=self.config,
                content=content,
                integrations=integrations,
                inventory=inventory,
                config_at=self.now(),
            ),
            samples=Samples(facts=FactStore(integrations)),
        )
        self.world.health.identity = identities.begin(self.database, self.config.cloud, self.wall())
        self.engine = Engine(self.world, self.database)
        self.later = []

    def _loaded(self, inventory: Inventory) -> tuple[Manifests, Content]:
        """Return what a daemon loads. What follows from the text of the config alone is loaded once; each daemon has tables of its own."""
        if self.config.content or self._text not in _LOADED:
            integrations = registry.load(self.config)
            content, mistakes = load_content(None, integrations, self.config, inventory)
            assert content is not None, mistakes
            if self.config.content:
                return integrations, content
            _LOADED[self._text] = integrations, content
        integrations, content = _LOADED[self._text]
        own = replace(content, checks=dict(content.checks), rules=dict(content.rules), runbooks=dict(content.runbooks))
        return integrations, own

    def crash(self) -> None:
        """End the engine as SIGKILL does, and start it again."""
        self.database.close()
        self.boot()

    def now(self) -> Instant:
        wall = START + timedelta(seconds=self.elapsed_s + self.wall_offset_s)
        return Instant(wall, 5000.0 + self.elapsed_s, "boot-daemon")

    def wall(self) -> datetime:
        return START + timedelta(seconds=self.elapsed_s)

    def step(self, *inputs: Input) -> list[Effect]:
        effects = self.engine.step([Ticked(), *inputs], self.now())
        claimed = [self._claimed(effect) for effect in effects if isinstance(effect, LayClaim)]
        for effect in effects:
            self._carry_out(effect)
        return effects if not claimed else [*effects, *self.step(*claimed)]

    def run(self, seconds: float, until: Callable[[], bool] | None = None) -> bool:
        """Let `seconds` pass in steps of one; return whether `until` came true (True without one)."""
        end = self.elapsed_s + seconds
        while self.elapsed_s < end:
            self.elapsed_s += 1.0
            due = [item for at, item in self.later if at <= self.elapsed_s]
            self.later = [(at, item) for at, item in self.later if at > self.elapsed_s]
            self.step(*due)
            if until is not None and until():
                return True
        return until is None

    def _carry_out(self, effect: Effect) -> None:
        if isinstance(effect, Collect):
            self.later.append((self.elapsed_s + 1, Collected(reply=self._reply(effect))))
        elif isinstance(effect, Act):
            done = self.on_act(effect) if self.on_act is not None else self.apply(effect)
            if done is not None:
                self.later.append(
                    (self.elapsed_s + 1, CommandsDone(run=effect.run, step=effect.step, done=tuple(done)))
                )
        elif isinstance(effect, Deliver):
            self.delivered.append(dict(effect.body))
            self.later.append((self.elapsed_s + 1, Delivered(n=effect.n, error="")))

    def _claimed(self, effect: LayClaim) -> Claimed:
        """Let a host be claimed on which no other remediator is at work: at once, unless it is down."""
        argv, host = effect.command.argv, effect.command.host
        up_s = 86400.0 + self.elapsed_s
        text = f"remediator-claim {argv[8]} {up_s:.2f}\n\nremediator-claim {argv[8]} end\n"
        done = CommandDone(argv=argv, exit_code=0, output=text, took_s=0.1)
        if host in self.hosts and self.hosts[host].down:
            done = CommandDone.never_left(argv, "no answer")
        return Claimed(subject=effect.subject, number=effect.number, host=host, done=done, came_at=self.now())

    def _reply(self, effect: Collect) -> HostReply:
        host = self.hosts[effect.host]
        asked = self.now()
        if host.down:
            return HostReply(
                host=host.name,
                asked_at=asked,
                received_at=asked,
                reach=Reach.UNREACHABLE,
                reason="no answer",
                forced=effect.forced,
            )
        return HostReply(
            host=host.name,
            asked_at=asked,
            received_at=asked,
            reach=Reach.OK,
            sections=replies.sections(host.said(self.wall())),
            host_clock_s=asked.wall.timestamp(),
            boot_id=host.boot_id,
            forced=effect.forced,
        )

    def apply(self, effect: Act) -> list[CommandDone]:
        """Do what the commands say to the units, and return how they ended."""
        done = []
        for command in effect.commands:
            starts = command.argv[0] == "sh" and command.argv[3] == "galera-start"
            if command.argv[0] == "sh" and command.argv[3] == "galera-alone":
                done.append(CommandDone(argv=command.argv, exit_code=0, output="", took_s=0.1))
                continue
            if command.argv[0] == "sh" and not starts:
                done.append(CommandDone(argv=command.argv, exit_code=0, output=_position(command.argv), took_s=0.5))
                continue
            argv = ("systemctl", "start", "kolla-mariadb-container.service") if starts else command.argv
            verb, unit_name = argv[1], argv[-1]
            unit = self.hosts[command.host].units[unit_name.removeprefix("kolla-").removesuffix("-container.service")]
            self.acted.append((self.elapsed_s, command.host, argv))
            if verb == "start":
                unit.start(self.wall())
            elif verb == "restart":
                unit.restart(self.wall())
            done.append(CommandDone(argv=command.argv, exit_code=0, output="", took_s=0.1))
        return done

    def verbs(self) -> list[tuple[str, str]]:
        """Return (host, verb) of everything that was done."""
        return [(host, argv[1]) for _, host, argv in self.acted]

    def ask(self, op: str, **args: Any) -> Answer:
        """Ask like a person on the control socket, letting time pass until the answer is there."""
        answer: Future[Answer] = Future()
        self.step(Asked(op=op, args=args, actor=Actor(name="alex", uid=0, login_uid=1000), answer=answer))
        for _ in range(60):
            if answer.done():
                break
            self.run(1)
        return answer.result(timeout=0)

    def hint(self, host: str, service: str | None, state: str = "CRITICAL", **changes: Any) -> Taken:
        base: dict[str, Any] = {
            "source": "nagios",
            "key": f"{host}/{service}/{state}/{self.elapsed_s}",
            "host": host,
            "service": service,
            "state": state,
            "state_type": "HARD",
            "attempt": 3,
            "notification_type": "PROBLEM",
            "downtime_depth": 0,
            "output": "",
            "problem_id": "1",
            "raw": {},
        }
        taken: Future[Taken] = Future()
        self.step(HintCame(hint=Hint(**(base | changes)), taken=taken))
        return taken.result(timeout=0)

    def incident(self, target: str, check: str = "container-state") -> Any:
        return self.world.durable.incident_of((check, target))
