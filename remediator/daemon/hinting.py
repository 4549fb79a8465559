"""Webhook hints: stored before they are answered, mapped to a check of ours, and then no more than "check it now".

Invariant: a hint whose sender dates it back by more than `limits.max_event_age` is stored as expired, with the sentence, and
starts nothing: no check, no page. What it says of a downtime is heard all the same, in the order of the senders' times, for a
mute can only hold back. A name that means no host of ours (`inventory.naming`) is counted (`foreigners`), and nothing more.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

from remediator.daemon import foreigners
from remediator.daemon.turn import Turn
from remediator.daemon.world import downtime_from
from remediator.inventory import naming
from remediator.inventory.naming import Names
from remediator.model import times
from remediator.model.hooks import Hint, Taken
from remediator.model.times import rfc3339
from remediator.safety.guard import seconds

DOWNTIME_BELIEVED_H = 7 * 24
"""A downtime of which no end was heard is believed for a week after it was last mentioned."""
HINT_GAP_S = 2.0
TOLD = ("timet", "timestamp")
"""The names under which $TIMET$, when the sender made the hint, arrives: in any case, as NAGIOS_TIMET or $TIMET$ too."""
AHEAD_S = 60.0
"""A sender's clock may be ahead of ours by this; a time further in the future is not believed."""
ENDS_DOWNTIME = ("DOWNTIMEEND", "DOWNTIMECANCELLED")


def take(turn: Turn, hint: Hint) -> Taken:
    """Store `hint` once per key, learn its downtime depth, and make the checks of what it names due now."""
    world = turn.world
    known = turn.journal.hint_event(hint.key)
    if known is not None:
        world.count("events", source=hint.source, result="duplicate")
        return Taken(event=known, duplicate=True)
    event = turn.number("event", "ev")
    meant = names_of(turn).meant(hint.host)
    host = meant.host
    target = target_of(turn, host, hint.service)
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
        "output": hint.output,
        "target": target,
        "raw": dict(hint.raw),
    }
    if expired is not None:
        body["expired"] = expired
    if host is None:
        body["unmapped"] = f"{hint.host} means no host of ours: {meant.told}; nothing follows from it"
    turn.journal.hint(hint.key, event, hint.source, target or "", body)
    tells_downtime = hint.downtime_depth is not None or hint.notification_type in ("DOWNTIMESTART", *ENDS_DOWNTIME)
    if host is not None and tells_downtime:
        _learn_downtime(turn, hint, host, told_at or 0.0, guessed=meant.guessed)
    if expired is not None:
        world.count("events", source=hint.source, result="expired")
        turn.say("warning", "hint_expired", source=hint.source, host=hint.host, target=target, reason=expired)
        return Taken(event=event, duplicate=False)
    if host is not None:
        _check_now(turn, host)
        nobody_checks = hint.service is not None and target == f"host/{host}"
        if nobody_checks and hint.state in ("CRITICAL", "UNKNOWN") and hint.notification_type == "PROBLEM":
            turn.page(
                f"hint:{hint.source}:{host}:{hint.service}:{hint.problem_id}",
                f"{hint.source} reports {host}/{hint.service} {hint.state}",
                f"It maps to no check of ours, so nothing is done about it.\n{hint.output}",
            )
        world.count("events", source=hint.source, result="taken")
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


def _check_now(turn: Turn, host: str) -> None:
    """Make `host` due now, unless it was asked just now: a flood of hints must not become a flood of collections."""
    reply = turn.world.facts.reply(host)
    if reply is None or turn.now.since(reply.asked_at) > HINT_GAP_S:
        turn.collect(host)


def names_of(turn: Turn) -> Names:
    """Return the index over the inventory, with what its hosts say of themselves; a bare inventory gets one for this question."""
    kept: Names | None = getattr(turn.world, "names", None)
    return kept if kept is not None else Names(turn.world.inventory.hosts)


def host_of(turn: Turn, name: str) -> str | None:
    """Return the inventory host that `name` means outside; None when it is a foreign name, or could mean several."""
    return names_of(turn).host(name)


def target_of(turn: Turn, host: str | None, service: str | None) -> str | None:
    """Return the text of the target that (host, service) names, if a check of ours knows it."""
    if host is None:
        return None
    if service:
        name = service.replace("-", "_")
        known = {target for _, target in turn.world.keys_of_host.get(host, ())}
        for candidate in (service, f"container/{host}/{service}", f"container/{host}/{name}", f"{service}/{host}"):
            if candidate in known:
                return candidate
    return f"host/{host}"


def muted_service(turn: Turn, host: str, service: str | None) -> str | None:
    """Return the container that a downtime of Nagios' `service` mutes; None, the whole host, when it maps to none of ours."""
    target = target_of(turn, host, service) if service else None
    if target is not None and target.startswith("container/"):
        return target.rsplit("/", 1)[1]
    return None


def _told_at(turn: Turn, hint: Hint) -> float | None:
    """Return when the sender made the hint ($TIMET$, epoch seconds); None when it did not say, or names a time to come."""
    sent = {name.strip("$ ").lower().removeprefix("nagios_"): value for name, value in hint.raw.items()}
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
    longest = turn.world.limits.max_event_age_s
    age = 0.0 if told_at is None else turn.now.wall.timestamp() - told_at
    if told_at is None or age <= longest:
        return None
    made = rfc3339(times.from_epoch(told_at))
    return (
        f"expired: {source} made it at {made}, {seconds(age)} before it came; "
        f"what is older than {seconds(longest)} (limits.max_event_age) starts nothing"
    )


def _learn_downtime(turn: Turn, hint: Hint, host: str, told_at: float, *, guessed: bool) -> None:
    """Learn what `hint` says of the downtime of `host`, unless a later word was heard: Nagios' commands may overtake each other.

    A guessed name may be that of another cloud's host: it changes no downtime that was told by another name.
    """
    world = turn.world
    depth = hint.downtime_depth or 0
    if hint.notification_type == "DOWNTIMESTART":
        depth = max(1, depth)
    elif hint.notification_type in ENDS_DOWNTIME:
        depth = max(0, depth)
    service = hint.service or ""
    before = world.downtimes.get((host, service))
    name = naming.canonical(hint.host)
    if guessed and before is None and depth == 0:
        return  # it may not even count as the newest word
    if guessed and before is not None and before.name != name:
        why = f"{hint.host} may be another host than {before.name or host}"
        turn.say("warning", "downtime_kept", host=host, reason=why)
        return
    newest = world.downtime_told.get((host, service))
    if newest is None and before is not None:
        newest = turn.journal.downtime_told(host, service)
    if told_at and told_at < (newest or 0.0):
        return
    world.downtime_told[(host, service)] = told_at
    body: dict[str, Any] | None = None
    if depth > 0:
        body = {
            "source": hint.source,
            "host": host,
            "service": service,
            "depth": depth,
            "seen_at": rfc3339(turn.now.wall),
            "told_at": told_at,
            "name": name,
            "until": rfc3339(turn.now.wall + timedelta(hours=DOWNTIME_BELIEVED_H)),
        }
    turn.journal.downtime(host, service, body)
    if body is not None:
        world.downtimes[(host, service)] = downtime_from(body)
    else:
        world.downtimes.pop((host, service), None)
    if (before.depth if before else 0) != depth:
        turn.journal.audit("downtime", hint.source, {"host": host, "service": service, "depth": depth})
        turn.say("info", "downtime", host=host, reason=f"depth {depth} for {service or 'the host'}")
