"""The storm breaker: an open breaker keeps R3 from acting until a person closes it. People hear once of each storm and
once of its end."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from remediator.model.people import ENGINE
from remediator.model.records.holds import OpenStorm, Storm
from remediator.model.records.pager_keys import PageKey, PageKind
from remediator.model.times import Instant, clock, rfc3339
from remediator.mutes import entries
from remediator.mutes.transition import Page, Transition


def watched(
    standing: Storm, before: Collection[str], opened: Mapping[str, OpenStorm], closed_by: str, now: Instant
) -> Transition:
    """Return what follows from the scopes whose breaker is open now; `before`: those where it was.

    `closed_by`: who closed it in this moment, and why; empty: nobody.
    """
    said = (
        *(
            entries.StormOpened(scope=name, why=opened[name].why, actor=ENGINE)
            for name in sorted({*opened} - {*before})
        ),
        *(entries.StormClosed(scope=name, actor=ENGINE) for name in sorted({*before} - {*opened})),
    )
    if opened:
        after, page = _latched(standing, opened[min(opened)], now)
    else:
        after, page = _over(standing, closed_by)
    return Transition(
        kept=(after,) if after != standing else (), entries=said, wishes=(page,) if page is not None else ()
    )


def _latched(standing: Storm, first: OpenStorm, now: Instant) -> tuple[Storm, Page | None]:
    since = f"since {now.wall:%Y-%m-%d} {clock(now.wall)}"
    after = replace(standing, latched=standing.latched or f"{since}: {first.why}")
    if standing.told:
        return after, None
    key = PageKey(PageKind.STORM, parts=(rfc3339(now.wall),))
    until = f" at {clock(first.until)}, if nothing more breaks" if first.until is not None else " when the count falls"
    page = Page(
        key=key,
        subject="The storm breaker is open: too much broke at once",
        text=f"{first.why}\nNo new run starts there. R1 and R2 go on{until}. R3 waits for a person.\n"
        "Look for the one cause first. Once each of these hosts is well, or in a downtime, this lets all three go on:\n"
        "remediator brakes close storm --reason TEXT",
    )
    return replace(after, told=key.text), page


def _over(standing: Storm, closed_by: str) -> tuple[Storm, Page | None]:
    if not standing.told:
        return standing, None
    first = f"{closed_by}\n" if closed_by else ""
    latched = standing.latched is not None
    rest = "R3 still waits for: remediator brakes close storm --reason TEXT" if latched else "R3 goes on as well."
    opened = PageKey.read(standing.told)
    page = Page(
        key=replace(opened, parts=(*opened.parts, PageKind.OVER.value)),
        subject="The storm breaker is closed again",
        text=f"{first}R1 and R2 go on. {rest}",
    )
    return replace(standing, told=""), page


def counted(standing: Storm, troubled: frozenset[str], still_open: Collection[str]) -> Transition:
    """Return that the breaker counts `troubled` besides what it has counted and is not over: each must be well before
    it is closed by hand."""
    kept = frozenset(each for each in standing.counted if each in still_open) | troubled
    return Transition(kept=(replace(standing, counted=kept),) if kept != standing.counted else ())


def closed(standing: Storm, actor: str, reason: str, now: Instant) -> Transition:
    """Return what follows when a person closes the breaker: nothing that went HARD until now is counted any more."""
    said = entries.BrakeClosed(brake=None, was=standing.latched, reason=reason, actor=actor)
    return Transition(kept=(Storm(closed_at=now, told=standing.told),), entries=(said,))
