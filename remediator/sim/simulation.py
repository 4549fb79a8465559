"""The real daemon over the cloud in memory, on virtual time: started, killed, stopped, asked, and watched.

Invariant: the daemon is assembled by `daemon.assembly` like any other; only its ground differs. Quiet time is skipped:
a daemon that waits for nothing ticks when the next sample is due.
"""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Protocol

import structlog

from remediator import notify
from remediator.config import Config
from remediator.daemon.assembly import Daemon, Ground
from remediator.daemon.process import composition, ticks
from remediator.daemon.process.composition import Parts
from remediator.daemon.state.wire import Input, Reloaded
from remediator.model.content.commands import Command
from remediator.model.manifest.integration import DirectSpec, Integration
from remediator.model.manifest.together import Manifests
from remediator.model.messages.control import Actor, Answer
from remediator.model.messages.hooks import Hint, Taken
from remediator.sim.clock import Timeline, VirtualClock, VirtualPools
from remediator.sim.cloud import scripts
from remediator.sim.cloud.cloud import SimCloud
from remediator.sim.cloud.crowd import NOBODY, Crowd
from remediator.sim.cloud.mail import Mail
from remediator.sim.cloud.reach import Luck, SimReach
from remediator.sim.cloud.shapes import DEFAULT, Shape
from remediator.sim.config import CONFIG, config_of, parts_of
from remediator.sim.crash import Dying, Killed
from remediator.sim.technology import technologies
from remediator.store.errors import StoreUnavailable

TICK_S = 2.5
"""A tick of a daemon that waits for something; what comes into its queue wakes it at once, as the real one."""
QUIET_S = 5.0
RESTARTS_S = 4.0
"""How long systemd takes to start a daemon that was killed."""


class Watching(Protocol):
    """What looks on: `remediator.sim.invariants.watch` and those who only count."""

    def started(self) -> None: ...
    def seen(self, item: Input) -> None: ...
    def leaves(self, host: str, command: Command) -> None: ...
    def ticks(self) -> None: ...
    def turned(self) -> None: ...


class Simulation:
    """`directory` takes the state; on a file system in memory commits cost little. Use `close` at the end.

    `beside`: another simulation, whose cloud and time this daemon shares (see `sim.proof.rivals`); shape and crowd are
    then those of `beside`. `also`: integrations of technologies that only this story has (see `SimHost.more` and
    `SimHost.programs`).
    """

    def __init__(
        self,
        directory: Path,
        config: str = CONFIG,
        shape: Shape = DEFAULT,
        crowd: Crowd = NOBODY,
        beside: Simulation | None = None,
        also: Sequence[Integration] = (),
    ) -> None:
        self.directory = directory
        self.also = also
        """A config that is taken is loaded with these."""
        self._ids = Random(0 if beside is None else 1)
        """Ids are as random as a story that repeats exactly lets them be."""
        self.clock: VirtualClock = VirtualClock() if beside is None else beside.clock
        self.timeline: Timeline = Timeline(self.clock) if beside is None else beside.timeline
        self.cloud: SimCloud = SimCloud(self.clock, self.timeline, shape, crowd) if beside is None else beside.cloud
        self.frozen = False
        """The daemon's process stands still."""
        self.luck = Luck()
        self.dying = Dying()
        self.mail = Mail(self.tell)
        self.pause_file = directory / "pausing" / "PAUSE"
        self.pause_file.parent.mkdir()
        self.daemon: Daemon | None = None
        self.watch: Watching | None = None
        self.story: list[tuple[float, str]] = []
        self.alive: set[int] = set()
        """Processes on the daemon's machine that live: those of `pause --wrap`."""
        self.deaths = 0
        self.store_is_broken = False
        """A fault is upon the store, or has been until the last good turn."""
        self._store_faults = 0
        self._woken = False
        """Something came into the daemon's queue: it turns at once."""
        self._turned_s = 0.0
        self._ticked_s = float("-inf")
        """When the daemon was last told that time goes by; its first turn begins with that."""
        self.reads_slowly = False
        """Whether the next daemon reads the whole store in quiet moments, as a real one does."""
        self._text = crowd.joined(config_of(shape, config))
        self.config_file: Path | None = None
        """What a reload reads, and refuses, as a real one does; None: it finds `config`, `content` and `inventory` as
        they are here."""
        base = parts_of(self._text, also)
        self.config: Config = self._placed(base.config)
        self.content, self.inventory = base.content, base.inventory
        """What the next daemon finds, and a reload."""
        self._integrations = base.integrations
        self.dying.checkpoints = self.config.audit.checkpoints
        self.pools: VirtualPools | None = None

    @property
    def runbooks(self) -> tuple[str, ...]:
        """The names of all runbooks of the content."""
        return tuple(self.content.runbooks)

    def take(self, config: str) -> None:
        """Let the next daemon, and a reload, find this config, its inventory, and the content as it fits it."""
        parts, self._text = parts_of(config, self.also), config
        self.config, self.content, self.inventory = self._placed(parts.config), parts.content, parts.inventory
        self._integrations = parts.integrations

    def write_config(self) -> Path:
        """Write the config to a file that a reload reads from now on; return that file."""
        self.config_file = self.directory / "config.yaml"
        audit = f"{{checkpoints: {self.config.audit.checkpoints}, key: {self.config.audit.key}}}"
        self.config_file.write_text(
            f"{self._text}\nstate_dir: {self.config.state_dir}\npause_file: {self.pause_file}\naudit: {audit}\n"
        )
        self.config_file.chmod(0o600)
        return self.config_file

    def _placed(self, config: Config) -> Config:
        """Return `config` with every file in our directory."""
        audit = {
            "checkpoints": str(self.directory / "audit" / "c.jsonl"),
            "key": str(self.directory / "audit" / "key"),
        }
        return config.model_copy(
            update={
                "state_dir": str(self.directory / "state"),
                "pause_file": str(self.pause_file),
                "audit": config.audit.model_copy(update=audit),
            }
        )

    # the daemon -------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start a daemon. Raise what a real one raises when it cannot start."""
        reach = SimReach(self.cloud, self.luck, self._leaves, self.dying.point_before, self.dying.point_after)
        pools = VirtualPools(self.timeline, self._seen)
        parts = Parts(
            config=self.config,
            inventory=self.inventory,
            integrations=self._dialling(reach),
            content=self.content,
        )
        ground = Ground(
            clock=self.clock,
            pools=pools,
            reach_of=lambda _config: reach,
            try_references=reach.references,
            process_alive=lambda pid, _started: pid in self.alive,
            new_id=lambda: f"{self._ids.getrandbits(64):016x}",
            notifiers_of=lambda config: notify.build(config) or (self.mail,),
            read_anew=self._reread,
            reads_slowly=self.reads_slowly,
        )
        self.pools, self._ticked_s = pools, float("-inf")
        self.daemon = Daemon(None, parts, ground)
        with self.daemon.database.transaction() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout=0")  # a lock is not waited for in real time
        self.tell("the daemon starts")
        if self.watch is not None:
            self.watch.started()

    def _dialling(self, reach: SimReach) -> Manifests:
        """Return the integrations, those that dial a service themselves over `reach`."""
        played = {
            each.name: tuple(DirectSpec(kind=one.kind, fetch=partial(reach.dial, one)) for one in each.endpoints)
            for each in technologies()
        }
        loaded = {
            name: dataclasses.replace(each, direct=played[name]) if played.get(name) else each
            for name, each in self._integrations.items()
        }
        return Manifests(loaded, self._integrations.installed)

    def kill(self, why: str = "kill -9") -> None:
        """End the daemon as SIGKILL does."""
        if self.daemon is None:
            return
        self.deaths += 1
        self.tell(f"the daemon is gone: {why}")
        self._let_go()

    def reload(self) -> None:
        """Let the daemon read config, content and inventory anew, as SIGHUP does; it has taken them when this
        returns."""
        if self.daemon is None:
            return
        self._woken = True
        self.daemon.loop.want_reload()
        self.tell("the daemon is to reload")
        self.run(1.0)

    def _reread(self, before: Config) -> Reloaded:
        if self.config_file is not None:
            return composition.reloaded(str(self.config_file), before)
        return Reloaded(config=self.config, content=self.content, inventory=self.inventory)

    def stop(self) -> bool:
        """End the daemon as SIGTERM does, and return whether it ended within its time."""
        daemon = self.daemon
        if daemon is None:
            return True
        daemon.loop.stop()
        self.run(60.0, lambda: self.daemon is None)
        return self.daemon is None

    def freeze(self) -> None:
        """Let the daemon's process stand still, as SIGSTOP or a paused machine does."""
        self.frozen = True
        if self.pools is not None:
            self.pools.freeze()
        self.tell("the daemon stands still")

    def thaw(self) -> None:
        """Let it go on."""
        self.frozen, self._woken = False, True
        if self.pools is not None:
            self.pools.thaw()
        self.tell("the daemon goes on")

    @property
    def due_s(self) -> float:
        """When the daemon turns next: at once when something came into its queue, never while it stands still."""
        if self.frozen or self.daemon is None:
            return float("inf")
        return self.clock.elapsed_s if self._woken else self._turned_s + (TICK_S if self.busy else QUIET_S)

    def _let_go(self) -> None:
        daemon, pools = self.daemon, self.pools
        self.daemon = self.pools = None
        if pools is not None:
            pools.stop()
        if daemon is not None:
            daemon.close()

    # time -------------------------------------------------------------------------------------------------------------

    def run(self, seconds: float, until: Callable[[], bool] | None = None, stride: float = TICK_S) -> bool:
        """Let `seconds` pass; return whether `until` came true (True without one). `stride`: seconds between two
        turns."""
        end = self.clock.elapsed_s + seconds
        while self.clock.elapsed_s < end:
            tick_s = stride if self.busy else max(stride, QUIET_S)
            at = min(end, self._turned_s + tick_s)
            try:
                while not self._woken and self.timeline.next_s <= at:
                    self.timeline.happen_until(self.timeline.next_s)
                if not self._woken:
                    self.clock.elapsed_s = max(self.clock.elapsed_s, at)
                self._turn()
            except Killed as killed:
                self.clock.lag_s = 0.0
                self.kill(str(killed))
                self.timeline.after(RESTARTS_S, self.revive)
            if until is not None and until():
                return True
        return until is None

    def revive(self) -> None:
        """Start the daemon unless it runs, as systemd does: again and again while it cannot use its store."""
        if self.daemon is not None:
            return
        try:
            self.start()
        except StoreUnavailable as error:
            self.tell(f"the daemon cannot start: {error}")
            self._let_go()
            self.timeline.after(RESTARTS_S, self.revive)

    def turn(self) -> None:
        """Let the daemon turn once, now."""
        self._turn()

    def _turn(self) -> None:
        daemon = self.daemon
        self._woken, self._turned_s = False, self.clock.elapsed_s
        if daemon is None:
            return
        if self.clock.elapsed_s - self._ticked_s >= ticks.TICK_S:  # it is in the queue, whatever else came meanwhile
            self._ticked_s = self.clock.elapsed_s
            daemon.loop.wake()
        if self.watch is not None:
            self.watch.ticks()
        if not daemon.loop.turn(0.0):
            self.tell("the daemon has ended")
            self._let_go()
        elif self.watch is not None:
            self.watch.turned()
            if daemon.engine.store_error is None and not self._store_faults:
                self.store_is_broken = False

    def break_store(self, mend: Callable[[], None], seconds: float) -> None:
        """The store was broken just now; `mend` it after `seconds`."""
        self.timeline.after(seconds, self.broken_store(mend))

    def broken_store(self, mend: Callable[[], None]) -> Callable[[], None]:
        """The store was broken just now; return what mends it with `mend`."""
        self.store_is_broken = True
        self._store_faults += 1

        def happen() -> None:
            mend()
            self._store_faults -= 1

        return happen

    @property
    def busy(self) -> bool:
        """Whether anything is under way that needs every tick."""
        if self.daemon is None:
            return False
        world = self.daemon.world
        return bool(
            not world.durable.adopted
            or world.durable.incidents
            or world.durable.runs
            or world.pending.in_flight
            or world.pending.delivering
            or world.pending.forced
            or world.durable.debts
            or world.health.clock_brake
        )

    @property
    def paused_by_file(self) -> bool:
        """Whether the pause file is there, or cannot be looked for."""
        try:
            self.pause_file.lstat()
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return True

    # what passes by ---------------------------------------------------------------------------------------------------

    def _seen(self, item: Input) -> None:
        self._woken = True
        if self.watch is not None:
            self.watch.seen(item)

    def _leaves(self, host: str, command: Command) -> None:
        script = scripts.name_of(command.argv)
        self.tell(f"-> {host}: {command.line() if script is None else ' '.join(command.argv[3:])}")
        if self.watch is not None:
            self.watch.leaves(host, command)

    def tell(self, line: str) -> None:
        """Add a line to the story; where it is told says nothing in it."""
        self.story.append((self.clock.elapsed_s + self.clock.lag_s, line.replace(str(self.directory), "")))

    # people -----------------------------------------------------------------------------------------------------------

    def ask(self, op: str, actor: Actor, **args: Any) -> Answer | None:
        """Ask on the control socket; None when there is no daemon, or it gave no answer within 60 s."""
        if self.daemon is None:
            return None
        self._woken = True
        answer = self.daemon.loop.ask(op, {"reason": "a story", **args}, actor)
        self.run(60.0, answer.done)
        found: Answer | None = _result(answer) if answer.done() else None
        return found

    def hint(self, hint: Hint) -> Taken | None:
        """Post a hint; None when it was not answered with a 202."""
        if self.daemon is None:
            return None
        self._woken = True
        taken = self.daemon.loop.submit(hint)
        self.run(10.0, taken.done)
        found: Taken | None = _result(taken) if taken.done() else None
        return found

    def close(self) -> None:
        self._let_go()


def _result(answer: Future[Any]) -> Any:
    """Return the answer; None when it was refused because nothing can be stored."""
    return None if answer.cancelled() or answer.exception() is not None else answer.result()


REAL = frozenset(("slow_tick",))
"""What the daemon logs of real time, which is not the story's."""


def tell_logs(simulation: Simulation) -> None:
    """Let what the daemon logs become part of the story."""

    def capture(_logger: Any, level: str, event: Mapping[str, Any]) -> Any:
        if event["event"] in REAL:
            raise structlog.DropEvent
        words = " ".join(
            f"{key}={value}" for key, value in event.items() if key not in ("event", "cloud", "exc_info", "trace")
        )
        simulation.tell(f"   {level[:4]} {event['event']} {words}")
        raise structlog.DropEvent

    structlog.configure(
        processors=[capture],
        logger_factory=structlog.PrintLoggerFactory(io.StringIO()),
        cache_logger_on_first_use=False,
    )
