"""The loop's one step: inputs in, one transaction, effects out. Everything durable and every decision happens here.

`step(inputs, now) -> effects` does no network I/O and reads no clock. When the store cannot be used nothing is decided:
hints and requests are answered with that, effects of the failed turn do not leave, and the durable state is read again
before anything else is done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

import sqlalchemy as sa
import structlog

from remediator import __version__
from remediator.daemon import (
    alarming,
    all_clear,
    asking,
    backlog,
    claiming,
    clockwatch,
    deciding,
    foreigners,
    forgetting,
    grouping,
    hinting,
    identities,
    marking,
    muting,
    observing,
    refraining,
    running,
    showing,
    situation,
    stepping,
    storming,
)
from remediator.daemon.turn import ENGINE, Turn
from remediator.daemon.wire import (
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
    Referenced,
    Reloaded,
    Ticked,
)
from remediator.daemon.world import World
from remediator.model import times
from remediator.model.control import Answer
from remediator.model.hooks import CannotStore
from remediator.model.times import Instant, rfc3339
from remediator.store import chain, errors, loading, retention
from remediator.store.database import Database, blames_store
from remediator.store.journal import Journal

DELIVERIES_AT_ONCE = 4
GIVE_UP_AFTER_S = 7 * 86400.0
MOST_WAIT_S = 600.0
NO_ROOM = ("disk is full", "No space left")
"""SQLite's words, and the system's. The remedy that our own errors name has neither in it."""
PAST_RUNS_S = 4 * 86400.0
"""Counted from the INTENT: longer than a run may be held, copy and move its data, and the day after its end that GB-18 asks for."""
READ_BACK_S = 30.0
BLIND_S = 120.0
"""A host that was not asked again by then has another trouble than ours."""

log = structlog.get_logger("remediator")


class _Poisoned(Exception):
    """One input of a turn cannot be handled."""

    def __init__(self, item: Input, error: Exception) -> None:
        self.item = item
        self.error = error
        super().__init__(str(error))


class Engine:
    """Owned by the loop thread."""

    def __init__(self, world: World, database: Database, make_room: Callable[[], bool] = lambda: False) -> None:
        self.world = world
        self._make_room = make_room
        self._trimmed_s = 0.0
        self._database = database
        self.store_error: str | None = None
        self.audit_seq = 0
        self.audit_hash = chain.GENESIS
        self._alarm = alarming.StoreAlarm()
        self._troubles = alarming.Troubles()
        self._reload = refraining.AndReload(world.read_pause)
        world.read_pause = self._reload
        self._blind_at: Instant | None = None
        """When we last had nobody asked for want of a store, or our clock stepped: until all were asked again, their silence is ours."""
        self._read_back_s: float | None = None
        self._again: list[Input] = []
        """Inputs of a turn that was undone through no fault of theirs."""

    def step(self, inputs: Sequence[Input], now: Instant) -> list[Effect]:
        """Take `inputs` and return the effects to carry out; see the module."""
        inputs, self._again = self._without_alarms([*self._again, *inputs], now), []
        answers: list[tuple[Future[Any], Any]] = []
        waiting: list[Future[Any]] = [item.taken for item in inputs if isinstance(item, HintCame)]
        waiting += [item.answer for item in inputs if isinstance(item, Asked)]
        stepped = clockwatch.watch(self.world, now) if any(isinstance(item, Ticked) for item in inputs) else None
        self.world.series.begin()
        self.world.results.begin()
        turn: Turn | None = None
        try:
            with self._database.transaction() as connection:
                turn = Turn(world=self.world, journal=Journal(connection, now), now=now)
                if self.store_error is not None:
                    self._database.prove_room(connection)
                other = self._other_hand(connection)
                if not self.world.adopted:
                    self._adopt(
                        turn,
                        loading.load(
                            connection, now.wall.timestamp() - PAST_RUNS_S, now.wall.timestamp() - storming.FRESH_S
                        ),
                    )
                    if self.store_error is not None:
                        since = rfc3339(self._alarm.since.wall) if self._alarm.since is not None else None
                        turn.journal.audit("store_back", ENGINE, {"since": since, "why": self.store_error[:500]})
                if other is not None and self.world.restored is None:
                    self.world.restored = other
                    turn.journal.audit("other_hand", ENGINE, {"why": other})
                if stepped is not None:
                    turn.journal.set_meta(clockwatch.HELD, clockwatch.stored(self.world))
                    turn.journal.audit("clock", "remediator", {"why": stepped})
                    turn.say("warning", "clock", reason=stepped)
                for item in inputs:
                    answers.extend(self._take_or_blame(turn, item))
                observing.give_up_lost(turn)
                muting.watch(turn)
                grouping.watch(turn)
                if stepped is not None:
                    self._blind_at = now
                if self.world.decides:
                    if self._sees(now):
                        situation.watch(turn)
                    self._troubles.watch(turn, self._found_troubles())
                self._sweep(turn)
                answers.extend(asking.answer_checks(turn))
                turn.dispatch_collections(observing.due_hosts(turn))
                self._trim(connection, now)
                head = chain.head(connection)
        except errors.StoreUnavailable as error:
            return self._without_store(str(error), waiting, inputs, turn, now)
        except _Poisoned as poisoned:
            self._drop(poisoned, inputs, turn)
            return []
        except Exception as error:
            log.exception("turn_failed", cloud=self.world.config.cloud)
            why = f"a turn failed and was undone: {type(error).__name__}: {error}"
            return self._without_store(why, waiting, inputs, turn, now)
        self.audit_seq, self.audit_hash = head
        try:
            self._read_back(turn)
        except errors.StoreUnavailable as error:
            return self._without_store(str(error), [*waiting, *(future for future, _ in answers)], inputs, turn, now)
        self._alarm.worked(now)
        self._troubles.committed()
        if self.store_error is not None:
            log.warning("store_back", cloud=self.world.config.cloud)
            self.store_error = None
        turn.speak()
        for future, value in answers:
            if not future.done():
                future.set_result(value)
        return turn.effects

    def _without_alarms(self, inputs: Sequence[Input], now: Instant) -> list[Input]:
        """Take what became of the alarm about the store, which is in no outbox, out of `inputs`."""
        kept: list[Input] = []
        for item in inputs:
            if isinstance(item, Delivered) and item.n == alarming.OF_THE_STORE:
                self._alarm.delivered(item.error, now)
                if item.error:
                    log.error("notification_failed", cloud=self.world.config.cloud, reason=item.error)
            else:
                kept.append(item)
        return kept

    def _read_back(self, turn: Turn) -> None:
        """Before a command leaves, and now and then: what was just committed must be in the file. Raise StoreUnavailable."""
        due = self._read_back_s is None or abs(turn.now.boot_s - self._read_back_s) >= READ_BACK_S
        if self.audit_seq > 0 and (due or any(isinstance(effect, Act) for effect in turn.effects)):
            self._database.read_back(self.audit_seq, self.audit_hash)
            self._read_back_s = turn.now.boot_s

    def _sees(self, now: Instant) -> bool:
        """Return whether every host has had the time to answer since we asked nobody, or could not tell how old an answer is."""
        if self._blind_at is None:
            return True
        replies = [self.world.facts.reply(host) for host in self.world.inventory.hosts]
        since = self._blind_at
        if all(reply is not None and reply.asked_at.after(since) for reply in replies) or now.since(since) > BLIND_S:
            self._blind_at = None
        return self._blind_at is None

    def _other_hand(self, connection: sa.Connection) -> str | None:
        """Return why the chain is not as our last turn left it: nobody but us writes it, as long as we live."""
        seq, entry_hash = self.audit_seq, self.audit_hash
        if seq == 0:
            return None
        if chain.hash_of(connection, seq) != entry_hash:
            return f"entry {seq} of the store is gone or another one since our last turn: the store was put back from a copy"
        newest, _ = chain.head(connection)
        if self.world.adopted and newest != seq:
            return f"entries {seq + 1} to {newest} of the store were written by someone else: two write one store"
        return None

    def _found_troubles(self) -> list[refraining.Trouble]:
        world = self.world
        found = refraining.troubles(world.read_pause())
        if world.clock_held is not None:
            found.append(refraining.Trouble("clock", world.clock_held))
        if world.restored is not None:
            found.append(
                refraining.Trouble("restored", f"{world.restored}; look, then: remediator audit accept-restore")
            )
        return found

    def _trim(self, connection: sa.Connection, now: Instant) -> None:
        """Remove what is too old, a batch at a time; again at once while a batch was full."""
        if now.boot_s < self._trimmed_s:
            return
        kept = self.world.config.retention
        removed = retention.trim(connection, now, retention.Keep(events_s=kept.events, runs_s=kept.runs))
        removed += forgetting.forget(self.world, connection, now, PAST_RUNS_S)
        removed += self.world.purge_outputs(now.wall.timestamp() - kept.output)
        self._trimmed_s = now.boot_s + (1.0 if removed >= retention.BATCH else retention.EVERY_S)

    def _adopt(self, turn: Turn, stored: loading.Stored) -> None:
        self.world.adopt(stored)
        self.world.marks = marking.stored(stored.meta)
        claiming.adopt(self.world, dict(stored.meta))
        if self.world.decides and not self.world.told_start:
            self.world.told_start = True
            turn.journal.audit(
                "started",
                ENGINE,
                {
                    "version": __version__,
                    "content_version": self.world.content.version,
                    "store": self.world.identity.store,
                    "start": self.world.identity.instance,
                    "epoch": self.world.identity.epoch,
                },
            )
        observing.forget_unrecorded(self.world)
        observing.restore_series(turn)
        clockwatch.hold_again(self.world, stored.meta.get(clockwatch.HELD), turn.now)
        for at in (stored.newest_audit, stored.meta.get(clockwatch.FUTURE)):
            clockwatch.hold_for_future(self.world, times.parse_rfc3339(at) if at else None, turn.now)
        if self.world.journal_until is not None:
            turn.journal.set_meta(clockwatch.FUTURE, rfc3339(self.world.journal_until))
        busy = {run for run, _ in self.world.working}
        for run in self.world.runs.values():
            if run.id not in busy:
                self.world.probing.pop(run.id, None)

    def _take_or_blame(self, turn: Turn, item: Input) -> list[tuple[Future[Any], Any]]:
        try:
            return self._take(turn, item)
        except errors.StoreUnavailable:
            raise
        except Exception as error:
            if blames_store(error):
                raise
            raise _Poisoned(item, error) from error

    def _drop(self, poisoned: _Poisoned, inputs: Sequence[Input], turn: Turn | None) -> None:
        """An input that cannot be handled costs itself alone: its turn was undone, the others are taken again in the next one."""
        item, why = poisoned.item, f"{type(poisoned.error).__name__}: {poisoned.error}"
        log.error(
            "input_failed", cloud=self.world.config.cloud, kind=type(item).__name__, reason=why, exc_info=poisoned.error
        )
        self.world.count("failed_inputs", kind=type(item).__name__)
        if isinstance(item, Asked) and not item.answer.done():
            item.answer.set_result(Answer(exit=1, error=f"the request cannot be handled: {why}"))
        elif isinstance(item, HintCame) and not item.taken.done():
            item.taken.set_exception(CannotStore(f"it cannot be handled: {why}"))
        self._again = [each for each in inputs if each is not item and not isinstance(each, (Ticked, Collected))]
        for each in inputs:
            if isinstance(each, Collected):
                self.world.in_flight.pop(each.reply.host, None)
        self.world.adopted = False
        self._take_back(turn)

    def _take(self, turn: Turn, item: Input) -> list[tuple[Future[Any], Any]]:
        if isinstance(item, Collected):
            for result in observing.take(turn, item.reply):
                turn.world.sampled.add((result.check, result.target.text))
        elif isinstance(item, CommandsDone):
            stepping.commands_done(turn, item)
        elif isinstance(item, Claimed):
            claiming.take(turn, item)
        elif isinstance(item, HintCame):
            return [(item.taken, hinting.take(turn, item.hint))]
        elif isinstance(item, Asked):
            answer = asking.handle(turn, item)
            return [] if answer is None else [(item.answer, answer)]
        elif isinstance(item, Delivered):
            self._delivered(turn, item)
        elif isinstance(item, Reloaded):
            self._reloaded(turn, item)
        elif isinstance(item, Referenced):
            turn.world.references = dict(item.answered)
        return []

    def _sweep(self, turn: Turn) -> None:
        """What follows from the inputs and from time: correlation, decisions, runs, notifications."""
        world = turn.world
        observing.correlate(turn)
        if world.decides:
            storming.watch(turn)
        for incident in list(world.incidents.values()) if world.decides else []:
            key = (incident.check, incident.target.text)
            result = world.results.get(key)
            if result is not None and key in world.sampled:
                deciding.consider(turn, world.incidents[incident.id], result)
        world.sampled.clear()
        running.advance_all(turn)
        if world.decides:
            all_clear.tell(turn)
            deciding.remind(turn)
            foreigners.watch(turn)
        observing.forget_old_signs(turn)
        free = DELIVERIES_AT_ONCE - len(world.delivering)
        if world.decides:
            backlog.fold(turn)
        for n, _tries, body in turn.journal.due_notifications(turn.now.wall.timestamp(), free + len(world.delivering)):
            if n not in world.delivering and free > 0:
                if all_clear.comes_too_soon(turn, n, body):
                    turn.journal.notification_postponed(n, turn.now.wall.timestamp() + all_clear.AFTER_S)
                    continue
                free -= 1
                world.delivering.add(n)
                turn.effects.append(Deliver(n=n, body=body))

    def _delivered(self, turn: Turn, item: Delivered) -> None:
        turn.world.delivering.discard(item.n)
        if not item.error:
            turn.journal.notification_sent(item.n)
            return
        tries = turn.journal.tries(item.n) + 1
        wait_s = min(MOST_WAIT_S, 5.0 * 2 ** min(tries, 10))
        given_up = tries * MOST_WAIT_S > GIVE_UP_AFTER_S
        turn.journal.notification_failed(item.n, item.error, None if given_up else turn.now.wall.timestamp() + wait_s)
        turn.say("error", "notification_failed", reason=item.error, tries=tries, given_up=given_up or None)

    def _reloaded(self, turn: Turn, item: Reloaded) -> None:
        world = turn.world
        if item.config is None or item.content is None or item.inventory is None:
            turn.journal.audit("reload_refused", "remediator", {"reason": item.error[:2000]})
            turn.say("error", "reload_refused", reason=item.error[:2000])
            self._reload.refused = item.error.splitlines()[0][:200] if item.error else "no reason was given"
            return
        self._reload.refused = None
        world.take_content(item.config, item.content, item.inventory)
        world.config_at = turn.now
        observing.forget_left(turn)
        identities.forget_left(turn)
        turn.journal.audit(
            "reloaded", "remediator", {"content_version": item.content.version, "inventory": item.inventory.version}
        )
        turn.say("info", "reloaded", reason=item.content.version)
        for note in item.inventory.notes:
            turn.say("info", "inventory_note", reason=note)

    def _without_store(
        self, why: str, waiting: list[Future[Any]], inputs: Sequence[Input], turn: Turn | None, now: Instant
    ) -> list[Effect]:
        """Nothing is decided without a store. Outcomes that came in are kept for the next turn; samples are not lost either.

        Return the page about it once that is due: the one effect that needs no store.
        """
        world = self.world
        if self.store_error is None:
            log.error("store_unavailable", cloud=world.config.cloud, reason=why)
        if any(word in why for word in NO_ROOM) and self._make_room():
            log.error(
                "ballast_released",
                cloud=world.config.cloud,
                reason="the disk is full: room was made to write why nothing is done",
            )
        self.store_error = why
        world.adopted = False
        for future in waiting:
            if not future.done():
                future.set_exception(CannotStore(why))
        self._again = [item for item in inputs if isinstance(item, (CommandsDone, Delivered))]
        for item in inputs:
            if isinstance(item, Collected):
                world.in_flight.pop(item.reply.host, None)
                world.facts.take(item.reply)
        self._take_back(turn)
        self._blind_at = now
        alarm = self._alarm.failed(world.config.cloud, why, now)
        return [] if alarm is None else [alarm]

    def _take_back(self, turn: Turn | None) -> None:
        """Forget what an undone turn has made of the samples, and that its effects were under way: none of them has left.

        A problem that became HARD in a turn that was undone must become so again, or nothing durable ever says when it did.
        """
        world = self.world
        world.series.undo()
        world.results.undo()
        for effect in turn.effects if turn is not None else ():
            if isinstance(effect, Collect):
                world.in_flight.pop(effect.host, None)
                if effect.forced:
                    world.forced.add(effect.host)
            elif isinstance(effect, Act):
                world.working.discard((effect.run, effect.step))
                world.under_way.discard((effect.run, effect.step))
            elif isinstance(effect, Deliver):
                world.delivering.discard(effect.n)

    def hash_of(self, seq: int) -> str | None:
        """Return the hash of the entry `seq` of the audit; None when there is none."""
        with self._database.transaction() as connection:
            return chain.hash_of(connection, seq)

    def starts(self) -> int:
        """Return how often a daemon has started on this store, this time included."""
        with self._database.transaction() as connection:
            return chain.count(connection, "started")

    def metrics(self, now: Instant) -> dict[str, Any]:
        return showing.metrics(self.world, self.audit_seq, now)
