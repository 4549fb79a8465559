"""Names from outside that mean no watched host: counted in a bounded table, told once a day in one page, forgotten
after a week.

Invariant: nothing follows from what is said of such a name: no check is due, no downtime begins or ends. Only a name
that several watched hosts share is told at once, when it first comes. What was said of it may have been meant for one
of them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from remediator.daemon.turn import meta_values, sightings
from remediator.daemon.turn.turn import Turn
from remediator.inventory import naming
from remediator.inventory.naming import Meant
from remediator.model.messages.hooks import ForeignName, Hint
from remediator.model.records.pager_keys import PageKey, PageKind
from remediator.model.times import rfc3339
from remediator.store.stored import bodies, meta

MOST = 1000
"""Names that are kept; the name that was silent for longest makes room for a new name."""
MOST_EVENTS = 1000
"""Events of such names that are stored a day; a further event is counted, and answered with the newest of these."""
MOST_PAGES = 20
"""Ambiguous names that page at once in a day."""
MOST_LINES = 60
LOOK_EVERY_S = 60.0
"""The first names after a quiet day are gathered for at most so long."""
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
NOTHING = "Nothing follows from what is said of {}: no check is made due, and no downtime begins or ends."


def stands_for(turn: Turn) -> str | None:
    """Return the event that stands for further ones of this day, once MOST_EVENTS were stored; None while another may
    be."""
    kept = turn.world.others.foreign_events
    if kept is None or turn.now.since(kept[0]) >= DAY.total_seconds():
        return None
    return kept[2] if kept[1] >= MOST_EVENTS else None


def stored(turn: Turn, event: str) -> None:
    """Remember that `event`, of a name that means no watched target, was stored."""
    kept = turn.world.others.foreign_events
    fresh = kept is None or turn.now.since(kept[0]) >= DAY.total_seconds()
    turn.world.others.foreign_events = (turn.now, 1, event) if kept is None or fresh else (kept[0], kept[1] + 1, event)


def note(turn: Turn, hint: Hint, meant: Meant) -> None:
    """Count the name of `hint`, which means no watched host."""
    count(turn, hint, hint.host, meant.told, ambiguous=meant.ambiguous)


def count(turn: Turn, hint: Hint, sent: str, why: str, *, ambiguous: bool = False) -> None:
    """Count `sent`, a name that means no watched target: of a host, or of a host's service."""
    world = turn.world
    name = bodies.storable(naming.canonical(sent))
    if not world.durable.foreign:
        world.others.names_looked_at = turn.now
    before = world.durable.foreign.get(name)
    if before is None and len(world.durable.foreign) >= MOST:
        sightings.forget_name(turn, next(iter(world.durable.foreign)))
    about = "" if hint.service is None else f" of {hint.service}"
    record = ForeignName(
        name=name,
        sent=bodies.storable(sent),
        source=hint.source,
        why=why,
        word=bodies.storable(f"{hint.notification_type} {hint.state}{about}"),
        ambiguous=ambiguous,
        times=1,
        told=0,
        first_at=turn.now.wall,
        last_at=turn.now.wall,
    )
    if before is not None:
        record = replace(record, times=before.times + 1, told=before.told, first_at=before.first_at)
    sightings.keep_newest_name(turn, record)
    turn.count("events", source=hint.source, result="ambiguous" if ambiguous else "unmapped")
    if ambiguous and (before is None or not before.ambiguous) and _may_page(turn, name):
        turn.page(
            PageKey(PageKind.NAMES, parts=(name, rfc3339(turn.now.wall))),
            f"{hint.source} speaks of {record.sent}, which several hosts are called",
            f"{_line(record)}\n{NOTHING.format('it')}\nTo have it heard, {naming.DECLARE}.",
        )


def _may_page(turn: Turn, name: str) -> bool:
    """Return whether an ambiguous name may still page at once: each once a day, and at most MOST_PAGES of them; the
    digest has them all."""
    recent = [each for each in turn.world.others.names_paged if turn.now.since(each[1]) < DAY.total_seconds()]
    if len(recent) >= MOST_PAGES or any(told == name for told, _ in recent):
        return False
    turn.world.others.names_paged = (*recent, (name, turn.now))
    return True


def watch(turn: Turn) -> None:
    """Forget what was silent for a week, and queue the digest of the day when there is something to tell."""
    world, now = turn.world, turn.now
    if not world.durable.foreign or (
        world.others.names_looked_at is not None and now.since(world.others.names_looked_at) < LOOK_EVERY_S
    ):
        return
    world.others.names_looked_at = now
    for name in [each.name for each in world.durable.foreign.values() if now.wall - each.last_at > WEEK]:
        sightings.forget_name(turn, name)
    told_at = world.durable.names_told_at
    if told_at is not None and timedelta(0) <= now.wall - told_at < DAY:
        return
    paged = {name for name, _ in world.others.names_paged}
    fresh = [
        each
        for each in world.durable.foreign.values()
        if each.times > each.told
        and (not each.ambiguous or each.last_at - each.first_at > DAY or each.name not in paged)
    ]
    if not fresh:
        return
    for each in fresh:
        sightings.keep_name(turn, replace(each, told=each.times))
    meta_values.keep(turn, meta.NAMES_TOLD, now.wall)
    said = f"{len(fresh)} names" if len(fresh) > 1 else "A name"
    lines = [_line(each) for each in sorted(fresh, key=lambda each: (not each.ambiguous, -each.times, each.name))]
    more = [f"and {len(lines) - MOST_LINES} more"] if len(lines) > MOST_LINES else []
    full = (
        [f"The table is full: of more than {MOST} names the newest are kept."]
        if len(world.durable.foreign) >= MOST
        else []
    )
    text = [*lines[:MOST_LINES], *more, *full, NOTHING.format("them" if len(fresh) > 1 else "it")]
    text.append(f"For a host of ours, {naming.DECLARE}. The next such page comes in a day.")
    turn.page(
        PageKey(PageKind.NAMES, parts=(rfc3339(now.wall),)),
        f"{said} from outside: no host of ours is meant",
        "\n".join(text),
    )


def _line(record: ForeignName) -> str:
    times = "once" if record.times == 1 else f"{record.times} times"
    return f"{record.sent}: {times} from {record.source}, last {record.word}; {record.why}"
