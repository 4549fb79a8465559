"""Faults that stop no action: integrations that are broken, and hosts whose act key takes other files than this
release's.

Invariant: each notice is in the status while it lasts, and told once for each change, also over restarts. It never
stops a sample. What rests on the word of a host alone calls people once a day for that host, whatever it says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from remediator.daemon.state.world import World
from remediator.daemon.turn import meta_values
from remediator.daemon.turn.turn import Turn
from remediator.model.records.pager_keys import PageKey, PageKind
from remediator.model.times import rfc3339
from remediator.store.stored import meta

LOOK_EVERY_S = 60.0
"""Hosts answer one after the other: what they show within this is one page."""
PAGE_EVERY_S = 600.0
"""While files are installed host by host, people hear of it no more often."""
A_HOST_EVERY_S = 86_400.0
"""A host that says something else each time calls nobody more often; the status and the log have all of it."""
MOST_LINES = 20
INTEGRATION, ACT_FILES = "integration", "act_files"
SUBJECTS = {
    INTEGRATION: "an integration cannot be used",
    ACT_FILES: "hosts take other commands than this release prints",
}


@dataclass(frozen=True, slots=True, order=True)
class Notice:
    """`name` is the integration, or the host; `text` says what is wrong with it and what to do."""

    kind: str
    name: str
    text: str


def standing(world: World) -> list[Notice]:
    """Return what stands now, in the order of kinds and names."""
    broken = [Notice(INTEGRATION, name, why) for name, why in world.loaded.broken.items()]
    stale = [Notice(ACT_FILES, host, why) for host, why in world.others.act_files.items()]
    return sorted((*broken, *stale))


def watch(turn: Turn) -> None:
    """Tell people of what is new since they were told last, in one page for each kind; what is over goes to the log
    alone."""
    health = turn.world.health
    if health.notices_from is None:
        health.looks_at_notices(turn.now, LOOK_EVERY_S)
        return
    if turn.now.since(health.notices_from[0]) < health.notices_from[1]:
        return
    now = frozenset((each.kind, each.name, each.text) for each in standing(turn.world))
    told = turn.world.durable.notices_told
    health.looks_at_notices(turn.now, PAGE_EVERY_S if now - told else LOOK_EVERY_S)
    if now == told:
        return
    for kind, name, text in sorted(now - told):
        turn.say("warning", "notice", kind=kind, name=name, reason=text)
    for kind, name, _ in sorted(told - now):
        if not any((kind, name) == each[:2] for each in now):
            turn.say("info", "notice_over", kind=kind, name=name)
    fresh = _heard(turn, [Notice(*each) for each in sorted(now - told)])
    for kind in sorted({each.kind for each in fresh}):
        turn.page(
            PageKey(PageKind.NOTICE, parts=(kind, rfc3339(turn.now.wall))),
            f"remediator goes on: {SUBJECTS.get(kind, kind)}",
            "\n".join(_lines(each for each in fresh if each.kind == kind)),
        )
    meta_values.keep(turn, meta.NOTICES_TOLD, now)


def _heard(turn: Turn, fresh: Iterable[Notice]) -> list[Notice]:
    """Return those of `fresh` that people hear of now, and remember the hosts among them."""
    lately = {host: at for host, at in turn.world.health.hosts_noticed.items() if turn.now.since(at) < A_HOST_EVERY_S}
    heard = [each for each in fresh if each.kind != ACT_FILES or each.name not in lately]
    hosts = {each.name: turn.now for each in heard if each.kind == ACT_FILES}
    turn.world.health.people_heard_of({**lately, **hosts})
    return heard


def _lines(fresh: Iterable[Notice]) -> list[str]:
    """Return a line for each sentence, with everybody of whom it is said."""
    of: dict[str, list[str]] = {}
    for each in fresh:
        of.setdefault(each.text, []).append(each.name)
    said = [text if len(names) == 1 and names[0] in text else f"{_named(names)}: {text}" for text, names in of.items()]
    more = [f"and {len(said) - MOST_LINES} more"] if len(said) > MOST_LINES else []
    return [*said[:MOST_LINES], *more, "It holds nothing. remediator status shows it while it lasts."]


def _named(names: list[str]) -> str:
    return ", ".join(names[:MOST_LINES]) + (f" and {len(names) - MOST_LINES} more" if len(names) > MOST_LINES else "")
