"""Webhook hints: stored before they are answered, mapped to a check, and then no more than "check it now".

Invariant: a hint that its sender dates back by more than `limits.max_event_age` is stored as expired, with the
sentence. An expired hint starts nothing: no check, no page. What it says of a downtime is heard all the same
(`downtimes`). A name that means no watched host (`inventory.naming`) is counted (`foreigners`), and nothing more. A
service that no check is about opens an incident that can only notify (`services`). What became of a hint is stored with
it, in sentences.
"""

from __future__ import annotations

import math
from typing import Any

from remediator.daemon.observe.hints import downtimes, foreigners, names, services
from remediator.daemon.turn.turn import Turn
from remediator.model import times
from remediator.model.messages.hooks import Hint, Taken, plain
from remediator.model.times import rfc3339
from remediator.safety.guard import seconds

HINT_GAP_S = 2.0
TOLD = ("timet", "timestamp")
"""The plain names under which $TIMET$, when the sender made the hint, arrives."""
AHEAD_S = 60.0
"""A sender's clock may be ahead of the daemon's by this; a time further in the future is not believed."""


def take(turn: Turn, hint: Hint) -> Taken:
    """Store `hint` once per key, learn its downtime depth, and make the checks of what it names due now."""
    known = turn.journal.hint_event(hint.key)
    if known is not None:
        turn.count("events", source=hint.source, result="duplicate")
        return Taken(event=known, duplicate=True)
    meant = names.names_of(turn).meant(hint.host)
    host = meant.host
    if host is None and (known := foreigners.stands_for(turn)) is not None:
        foreigners.note(turn, hint, meant)
        return Taken(event=known, duplicate=False)
    event = turn.number("event", "ev")
    target = names.target_of(turn, host, hint.service)
    told_at = _told_at(turn, hint)
    expired = _expired(turn, hint.source, told_at)
    body: dict[str, Any] = {
        "id": event,
        "source": hint.source,
        "host": hint.host,
        "service": hint.service,
        "state": hint.state,
        "state_type": hint.state_type,
        "attempt": hint.attempt,
        "notification_type": hint.notification_type,
        "downtime_depth": hint.downtime_depth,
        "host_downtime_depth": hint.host_downtime_depth,
        "output": hint.output,
        "target": target,
        "raw": dict(hint.raw) if host is not None else {},
    }
    if expired is not None:
        body["expired"] = expired
    if host is None:
        body["unmapped"] = f"{hint.host} means no host of ours: {meant.told}; nothing follows from it"
    words = () if host is None else downtimes.words(turn, hint, host, told_at or 0.0, guessed=meant.guessed)
    if host is None:
        foreigners.stored(turn, event)
    else:
        body["became"] = [
            *_looked_at(turn, host, target, expired),
            *_open(turn, target),
            *(word.became for word in words),
        ]
        if expired is None and (told := services.hear(turn, hint, host, target)) is not None:
            body["became"].append(told)
    turn.journal.hint(hint.key, event, hint.source, target or "", body)
    for word in words:
        downtimes.take(turn, word)
    if expired is not None:
        turn.count("events", source=hint.source, result="expired")
        turn.say("warning", "hint_expired", source=hint.source, host=hint.host, target=target, reason=expired)
        return Taken(event=event, duplicate=False)
    if host is not None:
        _check_now(turn, host)
        turn.count("events", source=hint.source, result="taken")
    else:
        foreigners.note(turn, hint, meant)
    turn.say(
        "info",
        "hint",
        source=hint.source,
        host=hint.host,
        target=target,
        state=hint.state,
        kind=hint.notification_type,
        reason=body.get("unmapped"),
    )
    return Taken(event=event, duplicate=False)


def _looked_at(turn: Turn, host: str, target: str | None, expired: str | None) -> list[str]:
    """Return the sentence about what the hint made due; none of one that is expired, for that says so itself."""
    if expired is not None:
        return []
    if not _due(turn, host):
        return [f"{host} was looked at less than {HINT_GAP_S:g} s before: no further look was made due"]
    what = "what it names" if target == f"host/{host}" else target
    return [
        f"it made a look at {host} due at once; our own checks of {what} decide what follows, and the "
        f"hint decides nothing"
    ]


def _open(turn: Turn, target: str | None) -> list[str]:
    """Return a sentence for each incident that is open on `target` when the hint comes."""
    known = [each for each in turn.world.durable.incidents.values() if each.target.text == target]
    return [
        f"{each.id} of {each.check} is open on {target} at this time: remediator explain {each.id}" for each in known
    ]


def _due(turn: Turn, host: str) -> bool:
    reply = turn.world.samples.facts.reply(host)
    return reply is None or turn.now.since(reply.asked_at) > HINT_GAP_S


def _check_now(turn: Turn, host: str) -> None:
    """Make `host` due now, unless it was asked just now: a flood of hints must not become a flood of collections."""
    if _due(turn, host):
        turn.collect(host)


def _told_at(turn: Turn, hint: Hint) -> float | None:
    """Return when the sender made the hint ($TIMET$, epoch seconds); None when it did not say, or names a time to
    come."""
    sent = {plain(name): value for name, value in hint.raw.items()}
    told = next((found for name in TOLD if (found := _epoch(sent.get(name))) is not None), None)
    return told if told is not None and told <= turn.now.wall.timestamp() + AHEAD_S else None


def _epoch(value: Any) -> float | None:
    """Return positive epoch seconds, sent as a number or as its digits; None for whatever else was sent."""
    try:
        told = float(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else 0.0
    except (ValueError, OverflowError):
        return None
    return told if math.isfinite(told) and told > 0 else None


def _expired(turn: Turn, source: str, told_at: float | None) -> str | None:
    """Return why a hint of `told_at` is too old to start anything; None while it is young, or as old as its receipt."""
    longest = turn.world.loaded.limits.max_event_age_s
    age = 0.0 if told_at is None else turn.now.wall.timestamp() - told_at
    if told_at is None or age <= longest:
        return None
    made = rfc3339(times.from_epoch(told_at))
    return (
        f"expired: {source} made it at {made}, {seconds(age)} before it came; "
        f"what is older than {seconds(longest)} (limits.max_event_age) starts nothing"
    )
