"""The loop's one step: inputs in, one transaction, effects out. Everything durable and every decision happens here.

`step(inputs, now) -> effects` does no network I/O and reads no clock. When the store cannot be used nothing is decided,
and hints and requests get that as their answer. The effects of the failed turn do not leave. The durable state is read
again before anything else is done.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import Any

import sqlalchemy as sa
import structlog

from remediator import __version__
from remediator.daemon.engine import phases, reloads, replays, retention
from remediator.daemon.execute import outcomes
from remediator.daemon.inhibit import alarms, claims, clock, inhibitors, storm
from remediator.daemon.notify import outbox
from remediator.daemon.observe import incidents, maintenance, samples, vantage
from remediator.daemon.observe.hints import intake
from remediator.daemon.requests import handlers, views
from remediator.daemon.state import asides
from remediator.daemon.state.wire import (
    Act,
    Asked,
    Claimed,
    Collected,
    CommandsDone,
    Delivered,
    Effect,
    HintCame,
    Input,
    Referenced,
    Reloaded,
    StoreRead,
    Ticked,
)
from remediator.daemon.state.world import World
from remediator.daemon.turn import coverage, meta_values, poison
from remediator.daemon.turn.turn import Turn
from remediator.model import times
from remediator.model.messages.hooks import CannotStore, NotTaken
from remediator.model.people import ENGINE
from remediator.model.times import Instant, rfc3339
from remediator.store import errors
from remediator.store import retention as stored_retention
from remediator.store.audit import chain
from remediator.store.database import Database
from remediator.store.journal import Journal
from remediator.store.stored import loading, meta

MOST_REPLAYS = 24
"""How often one turn is played again without what could not be handled in it."""
AGAIN_S = 10.0
"""After a turn that failed, whose samples were lost with it, a host is asked again so much later."""
PAST_RUNS_S = 4 * 86400.0
"""Counted from the INTENT: longer than a run can last, held and copying its data included, and the day after it that
GB-18 asks for."""
TOLD_ONCE = (CommandsDone, Claimed, Delivered, Reloaded, StoreRead)
"""Inputs that a turn which failed keeps for the next one: outcomes, and what goes into the log."""
READ_BACK_S = 30.0
BALLAST_EVERY_S = 60.0
BLIND_S = 120.0
"""A host that was not asked again by then has a trouble of its own, not the daemon's."""

log = structlog.get_logger("remediator")


class Engine:
    """Owned by the loop thread."""

    def __init__(
        self,
        world: World,
        database: Database,
        make_room: Callable[[], bool] = lambda: False,
        lay_ballast: Callable[[], bool] = lambda: False,
    ) -> None:
        self.world = world
        self._make_room = make_room
        self._lay_ballast = lay_ballast
        self._laid_s = 0.0
        self._trimmed_s = 0.0
        self._database = database
        self.store_error: str | None = None
        self.turn_error: str | None = None
        """Why the last turn failed that was undone through no fault of the store; None once one has worked again."""
        self.audit_seq = 0
        self.audit_hash = chain.GENESIS
        self._coverage = coverage.Coverage()
        self._alarm = alarms.StoreAlarm()
        self._troubles = alarms.Troubles()
        self._reload = inhibitors.AndReload(world.setup.read_pause)
        world.setup.read_pause = inhibitors.AndAsides(self._reload, world.health.asides)
        self._blind_at: Instant | None = None
        """When we last had nobody asked for want of a store, or our clock stepped: until all were asked again, their
        silence is ours."""
        self._read_back_s: float | None = None
        self._again: list[Input] = []
        """Inputs of a turn that was undone through no fault of theirs."""
        self._phases = (
            *phases.SEEN,
            phases.Phase(name="vantage", call=self._watch_vantage, decides=True),
            phases.Phase(name="troubles", call=self._watch_troubles, decides=True),
            *phases.DECIDED,
            phases.Phase(name="retention", call=self._trim, vital=False),
        )

    def step(self, inputs: Sequence[Input], now: Instant) -> list[Effect]:
        """Take `inputs` and return the effects to carry out; see the module.

        What cannot be handled is taken out, and the turn is played again at once without it.
        """
        inputs, self._again = self._without_alarms([*self._again, *inputs], now), []
        stepped = clock.watch(self.world, now) if any(isinstance(item, Ticked) for item in inputs) else None
        self.world.begin()
        replay = replays.Replay(self.world, self._reload, now)
        for _ in range(MOST_REPLAYS):
            try:
                return self._play(inputs, now, stepped)
            except poison.Poisoned as poisoned:
                self.world.undo()
                inputs = replay.without(poisoned, inputs)
            except poison.Stumbled as stumbled:
                self.world.undo()
                replay.set_aside(stumbled)
            self.world.begin()
        why = f"{MOST_REPLAYS} things in one turn could not be handled; the newest is in the log"
        return self._without_turn(why, inputs, None, now, alarms.OF_TURNS)

    def _play(self, inputs: Sequence[Input], now: Instant, stepped: str | None) -> list[Effect]:
        """Play one turn. Raise Poisoned or Stumbled for what it must be played again without."""
        turn: Turn | None = None
        try:
            with self._database.transaction() as connection:
                turn = Turn(world=self.world, journal=Journal(connection, now), now=now)
                if self.store_error is not None:
                    self._database.prove_room(connection)
                other = self._other_hand(connection)
                if not self.world.durable.adopted:
                    differs = self._coverage.read(connection)
                    self._adopt(turn, self._load(connection, now, differs))
                    other = other or differs
                    if self.store_error is not None:
                        since = rfc3339(self._alarm.since.wall) if self._alarm.since is not None else None
                        turn.journal.audit("store_back", ENGINE, {"since": since, "why": self.store_error[:500]})
                if other is not None and self.world.health.restored is None:
                    self.world.health.other_hand(other)
                    turn.journal.audit("other_hand", ENGINE, {"why": other})
                if stepped is not None:
                    self._blind_at = now
                    meta_values.keep(turn, meta.CLOCK_BRAKE, clock.kept(self.world))
                    turn.journal.audit("clock", "remediator", {"why": stepped})
                    turn.say("warning", "clock", reason=stepped)
                for item in inputs:
                    self._take_or_blame(turn, item)
                phases.play(turn, self._phases)
                self._coverage.note(connection, turn)
                head = chain.head(connection)
        except errors.StoreUnavailable as error:
            self.world.undo()
            return self._without_turn(str(error), inputs, turn, now, alarms.OF_THE_STORE, error.failure)
        except (poison.Poisoned, poison.Stumbled):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the turn is undone and told
            log.error("turn_failed", cloud=self.world.loaded.config.cloud, trace=asides.trace(error))
            why = f"a turn failed and was undone: {asides.told(error)}"
            blamed = alarms.OF_THE_STORE if poison.blames_the_store(error) else alarms.OF_TURNS
            self.world.undo()
            return self._without_turn(why, inputs, turn, now, blamed, errors.failure_of(error))
        self.audit_seq, self.audit_hash = head
        self._coverage.committed()
        try:
            self._read_back(turn)
        except errors.StoreUnavailable as error:
            for future, _ in turn.answers:
                if not future.done():
                    future.set_exception(CannotStore(str(error)))
            return self._without_turn(str(error), inputs, turn, now, alarms.OF_THE_STORE, error.failure)
        self._worked(turn, now)
        turn.speak()
        for future, value in turn.answers:
            if not future.done():
                future.set_result(value)
        return turn.effects

    def _worked(self, turn: Turn, now: Instant) -> None:
        """Note that the turn is on disk."""
        self._alarm.worked(now)
        self._keep_ballast(now)
        self._troubles.committed()
        self.turn_error = None
        if self.store_error is not None:
            log.warning("store_back", cloud=self.world.loaded.config.cloud)
            self.store_error = None
        world = self.world
        alive: dict[str, Container[str]] = {
            "incident": world.durable.incidents,
            "run": world.durable.runs,
            "debt": world.durable.debts,
        }
        gone = [
            each.about
            for each in world.health.asides.all()
            if each.about.name not in alive.get(each.about.kind, (each.about.name,))
        ]
        world.health.asides.were_told(turn.told_asides)
        for about in (*turn.went_well, *gone):
            world.health.asides.worked(about)

    def _without_alarms(self, inputs: Sequence[Input], now: Instant) -> list[Input]:
        """Take what became of the alarm about the store, which is in no outbox, out of `inputs`."""
        kept: list[Input] = []
        for item in inputs:
            if isinstance(item, Delivered) and item.n in alarms.OF_NO_OUTBOX:
                self._alarm.delivered(item.error, now)
                if item.error:
                    log.error("notification_failed", cloud=self.world.loaded.config.cloud, reason=item.error)
            else:
                kept.append(item)
        return kept

    def _read_back(self, turn: Turn) -> None:
        """Before a command leaves, and now and then: what was just committed must be in the file. Raise
        StoreUnavailable."""
        due = self._read_back_s is None or abs(turn.now.boot_s - self._read_back_s) >= READ_BACK_S
        if self.audit_seq > 0 and (due or any(isinstance(effect, Act) for effect in turn.effects)):
            self._database.read_back(self.audit_seq, self.audit_hash)
            self._read_back_s = turn.now.boot_s

    def _keep_ballast(self, now: Instant) -> None:
        """Lay the ballast again once the disk has room, so that the next time it is full can be told of as well."""
        if abs(now.boot_s - self._laid_s) < BALLAST_EVERY_S:
            return
        self._laid_s = now.boot_s
        if self._lay_ballast():
            log.warning("ballast_laid", cloud=self.world.loaded.config.cloud, reason="the disk has room again")

    def _sees(self, now: Instant) -> bool:
        """Return whether every host has had the time to answer since we asked nobody, or could not tell how old an
        answer is."""
        if self._blind_at is None:
            return True
        replies = [self.world.samples.facts.reply(host) for host in self.world.loaded.inventory.hosts]
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
            return (
                f"entry {seq} of the store is gone or another one since our last turn: the store was put "
                f"back from a copy"
            )
        newest, _ = chain.head(connection)
        if self.world.durable.adopted and newest != seq:
            return f"entries {seq + 1} to {newest} of the store were written by someone else: two write one store"
        return None

    def _watch_vantage(self, turn: Turn) -> None:
        if self._sees(turn.now):
            vantage.watch(turn)

    def _watch_troubles(self, turn: Turn) -> None:
        self._troubles.watch(turn, self._found_troubles())

    def _found_troubles(self) -> list[inhibitors.Trouble]:
        world = self.world
        found = inhibitors.troubles(world.setup.read_pause())
        if world.health.clock_brake is not None:
            found.append(inhibitors.Trouble("clock", world.health.clock_brake))
        if world.health.restored is not None:
            found.append(
                inhibitors.Trouble(
                    "restored", f"{world.health.restored}; look, then: remediator audit accept-restore --reason TEXT"
                )
            )
        if world.health.damaged:
            found.append(inhibitors.Trouble("damaged", world.health.damaged, brakes=False))
        return found

    def _trim(self, turn: Turn) -> None:
        """Remove what is too old, a batch at a time; again at once while a batch was full."""
        connection, now = turn.journal.connection, turn.now
        if now.boot_s < self._trimmed_s:
            return
        kept = self.world.loaded.config.retention
        removed = stored_retention.trim(connection, now, stored_retention.Keep(events_s=kept.events, runs_s=kept.runs))
        removed += retention.forget(turn, PAST_RUNS_S)
        removed += self.world.setup.purge_outputs(now.wall.timestamp() - kept.output)
        self._trimmed_s = now.boot_s + (1.0 if removed >= stored_retention.BATCH else stored_retention.EVERY_S)

    def _load(self, connection: sa.Connection, now: Instant, differs: str | None) -> loading.Stored:
        """Return the durable state. Raise StoreUnavailable when it cannot be read and is not as the log has it."""
        wall_s = now.wall.timestamp()
        try:
            return loading.load(connection, wall_s - PAST_RUNS_S, wall_s - storm.FRESH_S)
        except Exception as error:
            if differs is None:
                raise
            unread = type(error).__name__
            if isinstance(error, errors.RecordUnreadable):
                unread = f"{error.row}: {error.why}"
            why = f"{differs}, and cannot be read ({unread}): put a copy of the store back"
            raise errors.StoreUnavailable(self._database.where, why) from error

    def _adopt(self, turn: Turn, stored: loading.Stored) -> None:
        self.world.adopt(stored)
        self.world.waits.no_claims()
        if self.world.setup.decides:
            self._tell_start(turn)
        incidents.forget_unrecorded(self.world)
        incidents.restore_series(turn)
        maintenance.pull_back(turn)
        self._brake_again(turn, stored)
        self.world.pending.nobody_searches(self.world.durable.runs)

    def _tell_start(self, turn: Turn) -> None:
        """Write once that this daemon has started, and as whom."""
        health = self.world.health
        if health.told_start:
            return
        health.start_told()
        body = {
            "version": __version__,
            "content_version": self.world.loaded.content.version,
            "store": health.identity.store,
            "start": health.identity.instance,
            "epoch": health.identity.epoch,
        }
        turn.journal.audit("started", ENGINE, body)

    def _brake_again(self, turn: Turn, stored: loading.Stored) -> None:
        """Take over what the clock held before the store was read, and what a journal from the future holds."""
        clock.brake_again(self.world, stored.meta.get(meta.CLOCK_BRAKE), turn.now)
        newest = times.parse_rfc3339(stored.newest_audit) if stored.newest_audit else None
        for at in (newest, stored.meta.get(meta.JOURNAL_UNTIL)):
            clock.brake_for_future(self.world, at, turn.now)
        if self.world.health.journal_until is not None:
            meta_values.keep(turn, meta.JOURNAL_UNTIL, self.world.health.journal_until)

    def _take_or_blame(self, turn: Turn, item: Input) -> None:
        try:
            self._take(turn, item)
        except Exception as error:
            if poison.blames_the_store(error):
                raise
            raise poison.Poisoned(item, error) from error

    def _take(self, turn: Turn, item: Input) -> None:
        if isinstance(item, Collected):
            about = asides.About(kind="host", name=item.reply.host)
            if turn.world.health.asides.left_alone(about, turn.now):
                samples.leave_alone(turn, item.reply.host)
                return
            samples.take(turn, item.reply)
            if turn.world.health.asides.of(about) is not None:
                turn.went_well.append(about)
        elif isinstance(item, CommandsDone):
            outcomes.commands_done(turn, item)
        elif isinstance(item, Claimed):
            claims.take(turn, item)
        elif isinstance(item, HintCame):
            turn.answers.append((item.taken, intake.take(turn, item.hint)))
        elif isinstance(item, Asked):
            if (answer := handlers.handle(turn, item)) is not None:
                turn.answers.append((item.answer, answer))
        elif isinstance(item, Delivered):
            outbox.delivered(turn, item)
        elif isinstance(item, Reloaded):
            self._reload.refused = reloads.take(turn, item)
        elif isinstance(item, Referenced):
            turn.world.health.references_answered(item.answered)
        elif isinstance(item, StoreRead):
            self._store_read(turn, item)

    def _store_read(self, turn: Turn, item: StoreRead) -> None:
        """The slow reading found something: damage is told, and rows that decide are compared here, as at a start."""
        world = turn.world
        if item.damaged and item.damaged != world.health.damaged:
            world.health.store_damaged(item.damaged)
            turn.journal.audit("store_damaged", ENGINE, {"why": item.damaged})
            turn.say("error", "store_damaged", reason=item.damaged)
        elif item.whole and world.health.damaged:
            world.health.store_damaged("")
            over = "the store was read to its end, and it is not seen any more"
            turn.journal.audit("store_damaged", ENGINE, {"why": "", "over": over})
        if item.differs and world.health.restored is None:
            world.durable.stale()

    def _without_turn(
        self,
        why: str,
        inputs: Sequence[Input],
        turn: Turn | None,
        now: Instant,
        blamed: int,
        failure: errors.Failure = errors.Failure.OTHER,
    ) -> list[Effect]:
        """Nothing is decided in a turn that failed. What nobody tells a second time is kept for the next turn; samples
        are not lost either.

        `blamed` is the store or the turn itself. Return the page about it once that is due: the one effect that needs
        no store.
        """
        world = self.world
        of_the_store = blamed == alarms.OF_THE_STORE
        if of_the_store:
            self._note_store_error(why, failure)
        else:
            self.turn_error = why
        world.durable.stale()
        for item in inputs:
            if isinstance(item, HintCame) and not item.taken.done():
                item.taken.set_exception(CannotStore(why) if of_the_store else NotTaken(why))
            elif isinstance(item, Asked) and not item.answer.done():
                item.answer.set_exception(CannotStore(why))
        self._again = [item for item in inputs if isinstance(item, TOLD_ONCE)]
        for item in inputs:
            if isinstance(item, Collected):
                world.pending.came_back(item.reply.host)
                if of_the_store:
                    world.samples.keep(item.reply)
                else:
                    world.pending.due(item.reply.host, now.boot_s + AGAIN_S)
        world.take_back(turn.effects if turn is not None else ())
        self._blind_at = now
        alarm = self._alarm.failed(world.loaded.config.cloud, why, now, blamed)
        return [] if alarm is None else [alarm]

    def _note_store_error(self, why: str, failure: errors.Failure) -> None:
        cloud = self.world.loaded.config.cloud
        if self.store_error is None:
            log.error("store_unavailable", cloud=cloud, reason=why)
        if failure is errors.Failure.FULL and self._make_room():
            reason = "the disk is full: room was made to write why nothing is done"
            log.error("ballast_released", cloud=cloud, reason=reason)
        self.store_error = why

    def hash_of(self, seq: int) -> str | None:
        """Return the hash of the entry `seq` of the audit; None when there is none."""
        with self._database.transaction() as connection:
            return chain.hash_of(connection, seq)

    def starts(self) -> int:
        """Return how often a daemon has started on this store, this time included."""
        with self._database.transaction() as connection:
            return chain.count(connection, "started")

    def metrics(self, now: Instant) -> dict[str, Any]:
        return views.metrics(self.world, self.audit_seq, now)
