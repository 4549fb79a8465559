"""Applies the transitions of mutes and of the brakes that a person closes.

Row, mirror, audit and log of a mute change together, here and nowhere else. Nothing here decides: what a mute becomes
is made in `mutes/`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from remediator.daemon.state.wire import AcceptRestore
from remediator.daemon.turn import meta_values
from remediator.daemon.turn.turn import Turn
from remediator.model.records.holds import Rival, Storm
from remediator.model.records.mutes import Accepted, Ack, OwnDowntime, Pause, Silence, Unacked, Wrap
from remediator.mutes.transition import (
    BelieveRows,
    Ending,
    Entry,
    ForgetClaims,
    MoveIncident,
    Page,
    Record,
    RenameStore,
    SignRestore,
    Transition,
    Wish,
    WriteLine,
)
from remediator.safety.case import Downtime
from remediator.store import retention
from remediator.store.stored import meta


def carry_out(turn: Turn, transitions: Iterable[Transition]) -> None:
    """Apply `transitions` one after the other."""
    for transition in transitions:
        apply(turn, transition)


def apply(turn: Turn, transition: Transition) -> None:
    """Store what is kept, remove what has ended, write the entries, and do what is wished."""
    for record in transition.kept:
        _keep(turn, record)
    for ending in transition.ended:
        _end(turn, ending)
    for entry in transition.entries:
        _enter(turn, entry)
    for wish in transition.wishes:
        _do(turn, wish)


def forget_accepted(turn: Turn, keys: Collection[str]) -> None:
    """Forget what was accepted under `keys`: nothing is seen any more that carries it."""
    retention.forget_accepted(turn.journal.connection, list(keys))
    turn.world.durable.accepted.difference_update(keys)


def _keep(turn: Turn, record: Record) -> None:
    world, journal = turn.world, turn.journal
    match record:
        case Pause():
            journal.pause(record)
            world.durable.pauses[record.id] = record
        case Silence():
            journal.silence(record)
            world.durable.silences[record.id] = record
        case OwnDowntime():
            journal.own_downtime(record)
            world.durable.own_downtimes[record.id] = record
        case Downtime():
            journal.downtime(record)
            world.durable.downtimes[(record.host, record.service or "")] = record
        case Wrap():
            journal.wrap(record)
            world.durable.wraps[record.id] = record
        case Unacked():
            journal.unacked(record)
            world.durable.unacked[record.target] = record
        case Ack():
            journal.acked(record)
            world.durable.unacked.pop(record.target, None)
            world.durable.acked_at[record.target] = record.at
        case Accepted():
            journal.accept(record)
            world.durable.accepted.update(record.keys)
        case Rival():
            meta_values.keep(turn, meta.RIVAL, record)
        case Storm():
            _keep_storm(turn, record)


def _keep_storm(turn: Turn, record: Storm) -> None:
    """Write the rows of what has changed."""
    standing = turn.world.durable.storm
    if record.latched != standing.latched:
        meta_values.keep(turn, meta.STORM_LATCHED, record.latched)
    if record.counted != standing.counted:
        meta_values.keep(turn, meta.STORM_COUNTED, record.counted or None)
    if record.closed_at != standing.closed_at:
        meta_values.keep(turn, meta.STORM_CLOSED, record.closed_at)
    if record.told != standing.told:
        meta_values.keep(turn, meta.STORM_TOLD, record.told or None)


def _end(turn: Turn, record: Ending) -> None:
    world, journal = turn.world, turn.journal
    match record:
        case Pause():
            journal.end_pause(record.id)
            del world.durable.pauses[record.id]
        case Silence():
            journal.end_silence(record.id)
            del world.durable.silences[record.id]
        case OwnDowntime():
            journal.end_own_downtime(record.id)
            del world.durable.own_downtimes[record.id]
        case Downtime():
            journal.end_downtime(record)
            del world.durable.downtimes[(record.host, record.service or "")]
        case Wrap():
            journal.forget_wrap(record.id)
            del world.durable.wraps[record.id]


def _enter(turn: Turn, entry: Entry) -> None:
    turn.journal.audit(entry.kind, entry.actor, dict(entry.body()), incident=entry.incident)
    log = entry.log()
    if log is not None:
        turn.say(log.level, log.event, host=log.host, reason=log.reason, scope=log.scope)


def _do(turn: Turn, wish: Wish) -> None:
    match wish:
        case MoveIncident(moved=moved):
            turn.incident(moved)
        case WriteLine(incident=incident, kind=kind, text=text):
            turn.journal.timeline(incident, kind, text)
        case BelieveRows():
            turn.journal.rows_accepted = True
        case RenameStore(actor=actor):
            meta_values.rename_store(turn, actor)
        case SignRestore():
            turn.effects.append(AcceptRestore())
        case ForgetClaims():
            turn.world.waits.no_claims()
        case Page(key=key, subject=subject, text=text):
            turn.page(key, subject, text)
