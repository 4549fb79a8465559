"""The loop thread and its queue: inputs in, effects handed to the pools. Pools bring inputs; only the loop decides."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import structlog

from remediator.daemon.engine.engine import Engine
from remediator.daemon.process import departures, systemd
from remediator.daemon.process.pools import Kind, Pools
from remediator.daemon.process.ticks import Ticks
from remediator.daemon.state.wire import (
    AcceptRestore,
    Act,
    Asked,
    Collect,
    Collected,
    Deliver,
    Delivered,
    Effect,
    HintCame,
    Input,
    LayClaim,
    Referenced,
    Reload,
    Reloaded,
    StoreRead,
    Ticked,
    TryReferences,
)
from remediator.model.hosts import Host
from remediator.model.messages.control import Actor, Answer
from remediator.model.messages.hooks import Hint, QueueFull, Taken
from remediator.model.messages.replies import HostReply, Reach
from remediator.model.times import Clock, Instant
from remediator.store.audit import slow_reading
from remediator.store.audit.checkpoints import CheckpointFile

HINTS_WAITING = 5000
BATCH = 1000
CHECKPOINT_EVERY = 100
CHECKPOINT_S = 300.0
READ_ON_S = 5.0
READ_AGAIN_S = 6 * 3600.0
"""The store is read slowly: some hundred rows every READ_ON_S, and the whole again READ_AGAIN_S after its end."""
SLOW_TICK_S = 1.0
STOP_S = 25.0
SCRAPE_S = 4.0
"""How long a scrape waits for the loop: less than the 10 s that Prometheus waits."""

log = structlog.get_logger("remediator")


class Collecting(Protocol):
    def collect(self, host: Host, sections: Sequence[str], forced: bool = False) -> HostReply: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """What carries out effects: blocking calls, made in pool threads."""

    collector: Collecting
    actor: departures.Acting
    deliver: Callable[[Mapping[str, Any]], None]
    """Deliver a notification to every notifier; raise with one sentence when one could not."""
    reload: Callable[[], Reloaded]
    redact: Callable[[str], str]
    try_references: Callable[[Sequence[tuple[str, int]]], Mapping[str, bool]]
    read_on: Callable[[], slow_reading.Found] | None = None
    """Read some more rows of the store, slowly; None reads none."""


class Loop:
    """Runs the engine until `stop` is asked for. Implements the web server's EnginePort."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        hands: Hands,
        pools: Pools,
        checkpoints: CheckpointFile | None,
        ending: Callable[[], None],
        checkpoint_failed: Callable[[str | None], None],
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._hands = hands
        self._pools = pools
        self._departures = departures.Departures(engine.world, clock, hands.actor, hands.redact, lambda: self._stop)
        self._checkpoints = checkpoints
        self._ending = ending
        self._checkpoint_failed = checkpoint_failed
        self._unwritten: str | None = None
        self._queue: queue.SimpleQueue[Input] = queue.SimpleQueue()
        self._hint_places = threading.BoundedSemaphore(HINTS_WAITING)
        self._stop = False
        self._reload_wanted = False
        """Both plain: a signal handler sets them, and one that comes in the middle of another must find no lock
        held."""
        self._finished_at = time.monotonic()
        self._checkpoint_at = clock.now().boot_s
        self._gives_up_at: float | None = None
        """When an end that was asked for no longer waits for the steps under way (CLOCK_BOOTTIME)."""
        self._compared = checkpoints is None
        """Whether the store was held against its checkpoints: once, at the start."""
        self._read_on_at: float | None = self._checkpoint_at + READ_ON_S
        """When the slow reading goes on (CLOCK_BOOTTIME); None while it is under way."""
        self._scrapes: queue.SimpleQueue[Future[Mapping[str, Any]]] = queue.SimpleQueue()
        """Who waits for the numbers of now."""

    # the loop itself ----------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Run until stopped; then wait for the steps under way, at most 25 s, and write a last checkpoint."""
        ticks = Ticks(self.wake)
        ticks.start()
        self.wake()
        try:
            while self.turn(timeout_s=1.0):
                pass
        finally:
            ticks.stop()
            self._pools.stop()

    def turn(self, timeout_s: float) -> bool:
        """Take what is in the queue, after waiting at most `timeout_s` for it; return whether there is to be another
        turn.

        Once `stop` was asked for nothing new begins; the last turn writes a checkpoint and returns False.
        """
        if self._stop and self._gives_up_at is None:
            self._ending()
            self._gives_up_at = self._clock.now().boot_s + STOP_S
        if self._gives_up_at is not None and (
            not self._engine.world.pending.working or self._clock.now().boot_s >= self._gives_up_at
        ):
            self._checkpoint(force=True)
            return False
        self._take_turn(timeout_s)
        if self._reload_wanted:
            self._reload_wanted = False
            self.reload()
        return True

    def _take_turn(self, timeout_s: float) -> None:
        try:
            inputs = [self._queue.get(timeout=timeout_s)]
        except queue.Empty:
            inputs = [Ticked()]
        while len(inputs) < BATCH:
            try:
                inputs.append(self._queue.get_nowait())
            except queue.Empty:
                break
        for item in inputs:
            if isinstance(item, HintCame):
                self._hint_places.release()
        started = time.monotonic()
        effects = self._engine.step(inputs, self._clock.now())
        for effect in effects:
            self._carry_out(effect)
        self._checkpoint()
        self._answer_scrapes()
        self._read_on()
        took_s = time.monotonic() - started
        if took_s > SLOW_TICK_S:
            kinds = sorted({type(item).__name__ for item in inputs})
            log.warning(
                "slow_tick",
                cloud=self._engine.world.loaded.config.cloud,
                took_s=round(took_s, 2),
                inputs=len(inputs),
                kinds=kinds,
            )
        if self._engine.turn_error is None:  # a turn that failed finishes nothing: /healthz and the watchdog see it
            self._finished_at = time.monotonic()
            systemd.tell("WATCHDOG=1")

    def _read_on(self) -> None:
        """Let some more of the store be read, in a quiet moment: no run lives, and the store can be used."""
        engine, now_s = self._engine, self._clock.now().boot_s
        if self._hands.read_on is None or self._read_on_at is None or now_s < self._read_on_at:
            return
        if engine.world.durable.runs or engine.store_error is not None or self._stop:
            return
        self._read_on_at = None
        self._pools.submit(Kind.DELIVER, partial(self._read_some, self._hands.read_on), self._queue.put)

    def _read_some(self, read_on: Callable[[], slow_reading.Found]) -> StoreRead:
        found = slow_reading.Found()
        try:
            found = read_on()
        except Exception:
            log.exception("slow_reading_failed", cloud=self._engine.world.loaded.config.cloud)
        self._read_on_at = self._clock.now().boot_s + (READ_AGAIN_S if found.ended else READ_ON_S)
        return StoreRead(differs=found.differs, damaged=found.damaged, whole=found.whole)

    def _answer_scrapes(self) -> None:
        """Tell the numbers of this turn to whoever asked for them; they are made once, and only when somebody asked."""
        waiting: list[Future[Mapping[str, Any]]] = []
        with contextlib.suppress(queue.Empty):
            while True:
                scrape = self._scrapes.get_nowait()
                if scrape.set_running_or_notify_cancel():
                    waiting.append(scrape)
        if not waiting:
            return
        numbers = self._engine.metrics(self._clock.now())
        for scrape in waiting:
            scrape.set_result(numbers)

    def _checkpoint(self, force: bool = False) -> None:
        file, world = self._checkpoints, self._engine.world
        if file is not None and self._engine.store_error is None and self._engine.audit_seq > 0 and not self._compared:
            self._compared = True
            found = file.disagreement(self._engine.audit_seq, self._engine.hash_of, self._engine.starts())
            world.health.put_back(found)
            if world.health.restored is not None:
                log.error("store_put_back", cloud=world.loaded.config.cloud, reason=world.health.restored)
        if world.health.restored is not None or not self._compared:
            return
        seq, age_s = self._engine.audit_seq, self._clock.now().boot_s - self._checkpoint_at
        if file is None or seq == 0 or self._engine.store_error is not None:
            return
        if not force and file.last_seq > 0 and seq - file.last_seq < CHECKPOINT_EVERY and age_s < CHECKPOINT_S:
            return
        self._checkpoint_at = self._clock.now().boot_s
        try:
            file.write(seq, self._engine.audit_hash, self._clock.now())
        except OSError as error:
            self._checkpoint_unwritten(f"the audit checkpoint cannot be written: {error.strerror}")
        else:
            self._checkpoint_unwritten(None)

    def _checkpoint_unwritten(self, why: str | None) -> None:
        """Refrain from acting while a checkpoint cannot be written; say so once per reason."""
        if why is not None and why != self._unwritten:
            log.error("checkpoint_failed", cloud=self._engine.world.loaded.config.cloud, reason=why)
        self._unwritten = why
        self._checkpoint_failed(why)

    # effects ------------------------------------------------------------------------------------------------------

    def _carry_out(self, effect: Effect) -> None:
        if isinstance(effect, Collect):
            host = self._engine.world.loaded.inventory.hosts.get(effect.host)
            if host is not None:
                self._pools.submit(Kind.COLLECT, partial(self._collect, host, effect.forced), self._queue.put)
        elif isinstance(effect, Act):
            hosts = dict(self._engine.world.loaded.inventory.hosts)
            self._submit(Kind.ACT, partial(self._departures.act, effect, hosts), partial(departures.act_failed, effect))
        elif isinstance(effect, LayClaim):
            host = self._engine.world.loaded.inventory.hosts.get(effect.command.host)
            self._submit(
                Kind.CLAIM,
                partial(self._departures.lay_claim, effect, host),
                partial(self._departures.claim_failed, effect),
            )
        elif isinstance(effect, Deliver):
            self._pools.submit(Kind.DELIVER, partial(self._deliver, effect), self._queue.put)
        elif isinstance(effect, AcceptRestore):
            self._accept_restore()
        elif isinstance(effect, TryReferences):
            self._submit(Kind.DELIVER, partial(self._try_references, effect), lambda _why: Referenced(answered={}))
        elif isinstance(effect, Reload):
            self.reload()

    def _submit(self, kind: Kind, call: Callable[[], Input], failed: Callable[[str], Input]) -> None:
        """Let a pool make `call`. One that raises brings what `failed` makes of the reason: what is never heard of
        stays under way."""
        self._pools.submit(kind, partial(self._made, call, failed), self._queue.put)

    def _made(self, call: Callable[[], Input], failed: Callable[[str], Input]) -> Input:
        try:
            return call()
        except Exception as error:
            log.exception("call_failed", cloud=self._engine.world.loaded.config.cloud)
            return failed(f"it failed in this process ({type(error).__name__}): report it with the log")

    def _collect(self, host: Host, forced: bool) -> Collected:
        """Ask `host`; whatever goes wrong is its reply, for a call that is never heard of keeps its place."""
        asked_at = self._clock.now()
        try:
            return Collected(reply=self._hands.collector.collect(host, (), forced))
        except Exception as error:
            log.exception("collection_failed", cloud=self._engine.world.loaded.config.cloud, host=host.name)
            why = f"asking {host.name} failed here: {type(error).__name__}: report it with the log"
            moments = (asked_at, self._clock.now())
            return Collected(reply=_broken(host.name, moments, why, forced))

    def _try_references(self, effect: TryReferences) -> Referenced:
        return Referenced(answered=self._hands.try_references(effect.addresses))

    def _deliver(self, effect: Deliver) -> Delivered:
        try:
            self._hands.deliver(effect.body)
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the outbox must hear of it and try again
            why = str(error).splitlines()[0] if str(error) else type(error).__name__
            return Delivered(n=effect.n, error=why)
        return Delivered(n=effect.n, error="")

    def _accept_restore(self) -> None:
        """Sign the head as what counts; what the store does not have any more is void from here on."""
        file, engine = self._checkpoints, self._engine
        if file is None:
            return
        kept = max((seq for seq, entry_hash in file.marks if engine.hash_of(seq) == entry_hash), default=0)
        try:
            file.write(engine.audit_seq, engine.audit_hash, self._clock.now(), {"from": file.newest_seq, "kept": kept})
        except OSError as error:
            log.error("checkpoint_failed", cloud=engine.world.loaded.config.cloud, reason=f"{error.strerror}")
            return
        engine.world.health.restore_accepted()
        self._checkpoint_failed(None)
        log.warning("restore_accepted", cloud=engine.world.loaded.config.cloud, kept=kept)

    # what others ask ------------------------------------------------------------------------------------------------

    def stop(self) -> None:
        """Ask the loop to end at a safe point. Safe to call from a signal handler."""
        self._stop = True

    def wake(self) -> None:
        self._queue.put(Ticked())

    def want_reload(self) -> None:
        """Ask for `reload` in the next turn; asked for many times at once it is made once. Safe to call from a signal
        handler."""
        self._reload_wanted = True
        self.wake()

    def reload(self) -> None:
        """Load and validate config and content anew; what is not valid changes nothing."""
        self._submit(Kind.DELIVER, self._hands.reload, _reload_failed)

    def ask(self, op: str, args: Mapping[str, Any], actor: Actor) -> Future[Answer]:
        """Queue a request of the control socket."""
        answer: Future[Answer] = Future()
        self._queue.put(Asked(op=op, args=args, actor=actor, answer=answer))
        return answer

    def submit(self, hint: Hint) -> Future[Taken]:
        if not self._hint_places.acquire(blocking=False):
            raise QueueFull
        taken: Future[Taken] = Future()
        self._queue.put(HintCame(hint=hint, taken=taken))
        return taken

    def loop_age_s(self) -> float:
        return time.monotonic() - self._finished_at

    def ready(self) -> Mapping[str, bool]:
        paused = self._engine.world.setup.read_pause()
        return {
            "database": self._engine.store_error is None and self._engine.world.durable.adopted,
            "lease": True,
            "paused": not isinstance(paused, tuple) or bool(paused) or bool(self._engine.world.durable.pauses),
            "audit": self._checkpoints is not None,
        }

    def metrics(self) -> Mapping[str, list[tuple[Mapping[str, str], float]]]:
        """Return the numbers of now. From a loop that does not answer in time only its age: old numbers would look like
        new ones."""
        scrape: Future[Mapping[str, Any]] = Future()
        self._scrapes.put(scrape)
        self.wake()
        numbers: Mapping[str, Any] = {}
        with contextlib.suppress(FutureTimeout):
            numbers = scrape.result(timeout=SCRAPE_S)
        scrape.cancel()
        return {**numbers, "remediator_loop_age_seconds": [({}, self.loop_age_s())]}


def _broken(host: str, moments: tuple[Instant, Instant], why: str, forced: bool) -> HostReply:
    """Return the reply of a call that failed in this process; `moments`: when it began and ended."""
    asked_at, received_at = moments
    return HostReply(
        host=host, asked_at=asked_at, received_at=received_at, reach=Reach.GARBLED, reason=why, forced=forced
    )


def _reload_failed(why: str) -> Reloaded:
    return Reloaded(config=None, content=None, inventory=None, error=why)
