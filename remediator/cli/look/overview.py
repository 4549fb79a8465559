"""The answer to `status` as lines for people, each with its style. Pure.

Each problem stands once: under what waits for a person, else under what is broken, else under what is well again. What
follows from a problem is a number beside it; `remediator incidents list` has every one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from remediator.cli.render import sanitize, screen, times
from remediator.cli.render.screen import BETWEEN

Line = tuple[str, str]
MOST_WARNINGS = 5
"""Sentences of warnings, and names in each, that a screen lists; it counts the others."""
MOST_DOWNTIMES = 20
"""Downtimes told by senders that a screen lists; it counts the others."""
"""A line and its style."""

TYPE: Final[Mapping[str, str]] = {
    "waiting_approval": "remediator approve {}",
    "in_doubt": "remediator runs resolve {} --outcome applied|not-applied --reason TEXT",
    "held": "remediator runs show {}",
    "escalated": "remediator incidents ack {} --reason TEXT",
}
"""What a person types about each state that waits for one."""
UNTIL: Final[Mapping[str, str]] = {
    "pause": "until: remediator resume",
    "wrap": "until its command ends",
    "storm": "until: remediator brakes list",
    "rival": "until: remediator brakes list",
    "restored": "until: remediator audit accept-restore --reason TEXT",
}
"""What ends a mute that has no time of its own."""
BRAKES: Final = ("storm", "rival", "restored", "clock")
"""The brakes that nobody has asked for: they stop actions, and mute nothing."""
WHOLE_CLOUD: Final = "cloud"
"""The scope of a storm that stops actions on the whole cloud."""
REFUSED_RELOAD: Final = "reload_refused"
LEVELS: Final[Mapping[str, str]] = {"CRITICAL": "bold red", "WARNING": "yellow", "UNKNOWN": "magenta"}


def lines(answer: Mapping[str, Any], width: int | None, here: str = "") -> Iterator[Line]:
    """Yield the screen, `width` columns wide; None: each row on one line. `here`: its time by the clock on the wall of
    who looks."""
    waiting = list(answer.get("waiting") or [])
    follows, top = folded_under(answer.get("open") or [])
    shown = {item.get("id") for item in waiting}
    broken = [item for item in top if item.get("id") not in shown and not _well(item)]
    well = [item for item in top if item.get("id") not in shown and _well(item)]
    now = times.parsed(answer.get("at"))
    yield from _head(answer, len([item for item in top if not _well(item)]), sum(follows.values()), width, here)
    yield from _part("waits for you", [waits(item, follows, now, width) for item in waiting], "nothing waits for you")
    yield from _part("broken", [problem(item, follows, now, width) for item in broken], _none(waiting))
    if well:
        yield from _part("well again, and not closed yet", [problem(item, follows, now, width) for item in well], "")
    curing = [cure(item, now, width) for item in answer.get("curing") or []]
    yield from _part("being cured", curing, "no cure is under way")
    if answer.get("muted") is not None:
        rows, more = first_downtimes(one_storm(answer["muted"]))
        title = "muted or held" if any(row.get("kind") in BRAKES for row in rows) else "muted"
        yield from _part(title, [muted(item, now, width) for item in rows], "nothing is muted")
        if more:
            yield f"and {more} more downtimes; all of them: remediator status --format json", ""


def _head(answer: Mapping[str, Any], broken: int, follow: int, width: int | None, here: str) -> Iterator[Line]:
    if answer.get("checks") is None:
        yield "NO DAEMON: nobody watches this cloud; below is what was stored last", "bold red"
    else:
        counts = ", ".join(
            f"{answer['checks'].get(name, 0)} {name}" for name in ("critical", "unknown", "warning", "ok")
        )
        also = f", {follow} more follow from {'it' if broken == 1 else 'them'}" if follow else ""
        wall = f" ({here})" if here else ""
        head = f"{sanitize.line(answer.get('cloud'))}  {times.clock(answer.get('at'))} UTC{wall}"
        parts = [head, f"{broken} broken{also}"]
        yield from ((line, "") for line in _side_by_side([*parts, f"checks: {counts}"], width))
    for row in answer.get("failing") or []:
        said = (
            f"FAILING: {row.get('kind')} {sanitize.line(row.get('name'))} cannot be handled: "
            f"{sanitize.line(row.get('reason'))}"
        )
        yield from ((line, "bold red") for line in ([said] if width is None else screen.folded(said, width)))
    if answer.get("damaged"):
        said = f"STORE DAMAGED: {sanitize.line(answer['damaged'])}"
        yield from ((line, "bold red") for line in ([said] if width is None else screen.folded(said, width)))
    yield from warnings(answer.get("warnings") or [], width)
    pauses = [row for row in answer.get("muted") or [] if row.get("kind") == "pause"]
    reasons = [sanitize.line(row.get("reason")) for row in pauses]
    if answer.get("paused"):
        if pauses and all(row.get("trouble") == REFUSED_RELOAD for row in pauses):
            said = f"NOT ACTING: nothing above R0 is done: {reasons[0]}"
        else:
            said = f"PAUSED: nothing acts until `remediator resume`{': ' if reasons else ''}{'; '.join(reasons)}"
        yield from ((line, "bold yellow") for line in ([said] if width is None else screen.folded(said, width)))


def warnings(rows: Sequence[Mapping[str, Any]], width: int | None) -> Iterator[Line]:
    """Yield a line for each sentence about what stops nothing, with all whom the sentence is about."""
    of: dict[str, list[str]] = {}
    for row in rows:
        of.setdefault(sanitize.line(row.get("reason")), []).append(sanitize.line(row.get("name")))
    for reason, names in list(of.items())[:MOST_WARNINGS]:
        more = f" and {len(names) - MOST_WARNINGS} more" if len(names) > MOST_WARNINGS else ""
        who = "" if len(names) == 1 and names[0] in reason else f"{', '.join(names[:MOST_WARNINGS])}{more}: "
        said = f"WARNING: {who}{reason}"
        yield from ((line, "yellow") for line in ([said] if width is None else screen.folded(said, width)))
    if len(of) > MOST_WARNINGS:
        yield f"and {len(of) - MOST_WARNINGS} more warnings; all of them: remediator status --format json", ""


def _side_by_side(parts: Sequence[str], width: int | None) -> list[str]:
    if width is None or len(BETWEEN.join(parts)) <= width:
        return [BETWEEN.join(parts)]
    first = BETWEEN.join(parts[:-1])
    return [first, parts[-1]] if len(first) <= width else list(parts)


def _part(title: str, rows: Sequence[tuple[list[str], str]], none: str) -> Iterator[Line]:
    yield "", ""
    if not rows:
        yield none, ""
        return
    yield f"{title} ({len(rows)}):", "bold"
    for row, style in rows:
        yield row[0], style
        yield from ((line, "") for line in row[1:])


def _none(waiting: Sequence[Mapping[str, Any]]) -> str:
    return "nothing else is broken" if any(item.get("check") for item in waiting) else "nothing is broken"


def _well(item: Mapping[str, Any]) -> bool:
    return item.get("now") == "OK"


def folded_under(problems: Sequence[Mapping[str, Any]]) -> tuple[dict[str, int], list[Mapping[str, Any]]]:
    """Return how many problems follow from each, all the way down, and those that follow from none that is open."""
    parents = {str(item.get("id")): item.get("parent") for item in problems if item.get("state") == "suppressed"}
    ids = {str(item.get("id")) for item in problems}
    follows: dict[str, int] = {}
    top: list[Mapping[str, Any]] = []
    for item in problems:
        above, seen = str(item.get("id")), {str(item.get("id"))}
        while (parent := parents.get(above)) in ids and parent not in seen:
            above = str(parent)
            seen.add(above)
        if above == str(item.get("id")) or parent in seen:
            top.append(item)
        else:
            follows[above] = follows.get(above, 0) + 1
    return follows, top


def problem(
    item: Mapping[str, Any], follows: Mapping[str, int], now: datetime | None, width: int | None
) -> tuple[list[str], str]:
    """Return an open incident: what is broken and since when, how it looks, and why nothing is done about it."""
    level = "" if _well(item) else str(item.get("now") or item.get("level") or "")
    head = [str(item.get("id") or ""), str(item.get("target") or ""), str(item.get("check") or ""), level]
    head.append(_age(item.get("opened_at"), now))
    symptom = str(item.get("output") or "")
    notes = [f"it was: {symptom}" if _well(item) and symptom else symptom, why(item)]
    known = item.get("acknowledged")
    if isinstance(known, Mapping):
        about = f': "{sanitize.line(known["reason"])}"' if known.get("reason") else ""
        notes.append(f"acknowledged by {sanitize.line(known.get('by'))} at {times.clock(known.get('at'))} UTC{about}")
    number = follows.get(str(item.get("id")), 0)
    if number:
        notes.append(f"{number} more follow{'s' if number == 1 else ''} from it")
    return screen.item(head, notes, width=width), LEVELS.get(level, "")


def why(item: Mapping[str, Any]) -> str:
    """Return why nothing is done about an open incident, with the guard that refuses and until when."""
    known = item.get("why")
    if not isinstance(known, Mapping):
        return ""
    until = f" (until {times.clock(known['until'])} UTC)" if known.get("until") else ""
    if known.get("guard") == "storm":
        return f"not acting: held by the storm breaker{until}: see below"
    if known.get("guard") == "lock":
        until = until.replace("(until", "(at the latest")
    guard = f"refused by {known['guard']}: " if known.get("guard") else ""
    said = f"{guard}{sanitize.line(known.get('reason'))}{until}"
    return said if known.get("kind") in ("well", "person", "run") else f"not acting: {said}"


def waits(
    item: Mapping[str, Any], follows: Mapping[str, int], now: datetime | None, width: int | None
) -> tuple[list[str], str]:
    """Return what waits for a person, how long it still does, and the command to type."""
    name, state = str(item.get("run") or item.get("id") or ""), str(item.get("state") or "")
    typed = str(item.get("command") or TYPE.get(state, "remediator explain {}").format(name))
    if item.get("check") and not item.get("run"):
        row, style = problem(item, follows, now, width)
        return _with(row, typed, width), style
    until = item.get("until") or (item.get("approval") or {}).get("expires_at")
    what = f"{item['runbook']} on {item.get('target') or ''}" if item.get("runbook") else str(item.get("target") or "")
    left = _left(until, now)
    head = [name, str(item.get("risk") or ""), what, state.replace("_", " "), left]
    return screen.item(head, [str(item.get("reason") or "")], [typed], width=width), "bold yellow"


def cure(item: Mapping[str, Any], now: datetime | None, width: int | None) -> tuple[list[str], str]:
    """Return a run at work: what it does where, since when, and how far it is."""
    what = f"{item['runbook']} on {item.get('target') or ''}" if item.get("runbook") else str(item.get("target") or "")
    head = [str(item.get("run") or item.get("id") or ""), what, str(item.get("state") or "").replace("_", " ")]
    head.append(_age(item.get("created_at"), now))
    return screen.item(head, [str(item.get("reason") or "")], width=width), ""


def muted(item: Mapping[str, Any], now: datetime | None, width: int | None) -> tuple[list[str], str]:
    """Return a mute or a brake: what it covers, by whom, until when and why."""
    kind = " ".join(str(item[name]) for name in ("kind", "id") if item.get(name))
    reason = str(item.get("reason") or "")
    until = _left(item.get("until"), now) or UNTIL.get(str(item.get("kind")), "")
    if item.get("trouble") == REFUSED_RELOAD:
        until = "until a reload is taken"
    by = f"by {item['by']}" if item.get("by") else ""
    return screen.item([kind, str(item.get("what") or ""), by, until], [reason], width=width), ""


def one_storm(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the mutes with the scopes of one storm as one row: the widest names it, the others are named in its
    reason."""
    storms = [row for row in rows if row.get("kind") == "storm" and row.get("what") != "R3"]
    if len(storms) < 2:
        return list(rows)
    first = next((row for row in storms if row.get("scope") == WHOLE_CLOUD), storms[0])
    others = sorted(str(row.get("scope")) for row in storms if row is not first)
    folded = {**first, "reason": f"{first.get('reason')}; also in {', '.join(others)}"}
    return [folded if row is first else row for row in rows if row is first or row not in storms]


def first_downtimes(rows: Sequence[Mapping[str, Any]]) -> tuple[list[Mapping[str, Any]], int]:
    """Return the mutes with at most MOST_DOWNTIMES of those that senders tell of, and how many of these are left
    out."""
    told = [row for row in rows if row.get("kind") == "downtime" and not row.get("id")]
    left_out = {id(row) for row in told[MOST_DOWNTIMES:]}
    return [row for row in rows if id(row) not in left_out], len(left_out)


def _with(row: list[str], typed: str, width: int | None) -> list[str]:
    if width is None:
        return [f"{row[0]}{BETWEEN}{typed}"]
    return [*row, screen.command_line(typed, width)]


def _age(since: Any, now: datetime | None) -> str:
    began = times.parsed(since)
    if began is None:
        return ""
    if now is None:
        return f"since {times.clock(since)} UTC"
    return f"for {times.span(max(0.0, (now - began).total_seconds()))}"


def _left(until: Any, now: datetime | None) -> str:
    ends = times.parsed(until)
    if ends is None:
        return ""
    left_s = (ends - now).total_seconds() if now is not None else None
    return f"until {times.clock(until)} UTC" + (f", {times.span(left_s)} left" if left_s and left_s > 0 else "")
