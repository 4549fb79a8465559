"""Directed stories about brakes and pages: what the storm breaker counts, who closes it, and what people hear at the end.

Invariant: as in `directed`: a story here fails when the one thing that it is named after is taken away, and holds when nothing is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import sqlalchemy as sa

from remediator.sim.directed import ONE, RESTART, broken, cured, never, rows_of, story, then
from remediator.sim.happenings import Stage, kind
from remediator.sim.stories import Story
from remediator.store import tables

OTHER, THIRD, FOURTH = ("cmp1", "neutron_agent"), ("cmp2", "neutron_agent"), ("ctl1", "keystone")
"""Two other hosts, and a second service of the first one: it breaks no further host."""
TWO_CURED = (*cured(*ONE), *cured(*OTHER))
THREE_BREAK = (then(5, "crash", *ONE), then(0, "crash", *OTHER), then(0, "crash", *THIRD))


@kind(0, never)
def page_says(stage: Stage, subject: str, words: str) -> None:
    """The newest page whose subject has `subject` says `words`."""
    bodies = [json.loads(body) for body in rows_of(stage, sa.select(tables.outbox.c.body).order_by(tables.outbox.c.n))]
    found = [body for body in bodies if subject in body["subject"]]
    if not found or words not in found[-1]["text"]:
        broken(stage, "explained", f"no page about {subject!r} says {words!r}: {[body['text'] for body in found]}")


@kind(0, never)
def page_never_says(stage: Stage, words: str) -> None:
    if rows_of(stage, sa.select(tables.outbox.c.n).where(tables.outbox.c.body.contains(words))):
        broken(stage, "explained", f"a page says what did not happen: {words!r}")


@kind(0, never)
def commands_left(stage: Stage, count: int) -> None:
    if stage.watch.commands != count:
        broken(stage, "progress", f"{stage.watch.commands} commands have left, and not {count}")


NAMED: Mapping[str, Story] = {
    "third host, stopped by an operator": story(
        TWO_CURED, then(1, "operator-stops", *THIRD), then(40, "crash", *FOURTH), then(0, "must-be-cured", *FOURTH),
    ),
    "third host, stopped by an operator, then a restart": story(
        then(5, "operator-stops", *THIRD), then(40, "operator-starts", *THIRD), then(60, "daemon-killed"), then(15, "people-let-go"),
        TWO_CURED,
    ),
    "third host, in a downtime": story(
        TWO_CURED, then(1, "downtime", *THIRD, 600), then(1, "crash", *THIRD), then(40, "crash", *FOURTH),
        then(0, "must-be-cured", *FOURTH),
    ),
    "a storm closed over what is broken": story(
        THREE_BREAK, then(30, "close-brake"), then(0, "nothing-leaves", 60.0, "three hosts are broken"), then(0, "people-let-go"),
    ),
    "a storm closed once all are well": story(
        then(5, "pause"), THREE_BREAK, then(40, "operator-starts", *ONE), then(0, "operator-starts", *OTHER),
        then(0, "operator-starts", *THIRD), then(30, "resume"), then(0, "close-brake"), RESTART,
        then(30, "crash", *FOURTH), then(0, "must-be-cured", *FOURTH),
    ),
    "two approved in one moment, and room for one": story(
        cured(*ONE), cured(*FOURTH), cured(*OTHER), then(70, "crash", *ONE), then(0, "crash", *OTHER), then(50, "approve"),
        then(60, "approve"), then(30, "commands-left", 4), approving=True,
    ),
    "no, before anything began": story(
        then(5, "crash", *ONE), then(0, "until-asked"), then(1, "deny"), then(30, "page-says", "needs a person", "was denied by operator-1001: a story. Nothing was done"),
        then(0, "page-never-says", "did not help"),
        then(0, "page-never-says", "nothing cured it"), approving=True,
    ),
    "told, then started by hand": story(
        then(5, "crash-and-the-command-meets", *ONE, "refused"), then(0, "until-command"), then(0, "until-idle"),
        then(10, "operator-starts", *ONE), then(90, "page-says", "is OK again", "no run was at work"),
    ),
    "an all-clear in a downtime": story(
        then(5, "out-of-memory", *ONE), then(40, "downtime", *ONE, 600), then(5, "operator-starts", *ONE),
        then(90, "page-says", "is OK again", "no run was at work"),
    ),
    "a yes, and its end": story(
        then(5, "crash", *ONE), then(0, "must-be-cured", *ONE), then(0, "until-idle"),
        then(5, "page-says", "is OK again", "approved by"), approving=True,
    ),
}  # fmt: skip
