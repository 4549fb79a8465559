"""Hears what a hint says of downtimes (mutes/told.py), and remembers when the newest word about each of them was
said."""

from __future__ import annotations

from remediator.daemon.turn import mutes
from remediator.daemon.turn.turn import Turn
from remediator.model.messages.hooks import Hint
from remediator.mutes import told
from remediator.mutes.told import Known, Word

MOST_TOLD = 20_000
"""Words whose times are remembered; the store has those of downtimes that stand."""


def words(turn: Turn, hint: Hint, host: str, told_at: float, *, guessed: bool) -> tuple[Word, ...]:
    """Return what `hint` says of downtimes of `host` (its name in the inventory) and of its service, each weighed by
    itself."""
    known = Known(standing=turn.world.durable.downtimes, newest=lambda host, service: _newest(turn, host, service))
    return told.words(hint, host, told_at, known, guessed=guessed)


def _newest(turn: Turn, host: str, service: str) -> float:
    """Return when the newest word about this downtime was said, by the sender's clock; 0 when nobody said."""
    newest = turn.world.others.downtime_told.get((host, service))
    if newest is None and (host, service) in turn.world.durable.downtimes:
        newest = turn.journal.downtime_told(host, service)
    return newest or 0.0


def take(turn: Turn, word: Word) -> None:
    """Make `word` the newest about its downtime, unless it changes nothing."""
    world, about = turn.world, (word.host, word.service)
    if word.kept:
        turn.say("debug" if not word.before else "warning", "downtime_kept", host=word.host, reason=word.kept)
        return
    world.others.downtime_told.pop(about, None)
    world.others.downtime_told[about] = told.heard_at(word)
    if len(world.others.downtime_told) > MOST_TOLD:
        del world.others.downtime_told[next(iter(world.others.downtime_told))]  # of one that stands the store knows it
    mutes.apply(turn, told.taken(word, world.durable.downtimes.get(about), turn.now))
