"""Webhook hints: stored before they are answered, mapped to a check of ours, and then no more than "check it now"."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from remediator.daemon.turn import Turn
from remediator.daemon.world import downtime_from
from remediator.model.hooks import Hint, Taken
from remediator.model.times import rfc3339

DOWNTIME_BELIEVED_H = 7 * 24
"""A downtime of which no end was heard is believed for a week after it was last mentioned."""
HINT_GAP_S = 2.0
ENDS_DOWNTIME = ("DOWNTIMEEND", "DOWNTIMECANCELLED")


def take(turn: Turn, hint: Hint) -> Taken:
    """Store `hint` once per key, learn its downtime depth, and make the checks of what it names due now."""
    world = turn.world
    known = turn.journal.hint_event(hint.key)
    if known is not None:
        world.count("events", source=hint.source, result="duplicate")
        return Taken(event=known, duplicate=True)
    event = turn.number("event", "ev")
    host = host_of(turn, hint.host)
    target = target_of(turn, host, hint.service)
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
    turn.journal.hint(hint.key, event, hint.source, target or "", body)
    if hint.downtime_depth is not None or hint.notification_type in ("DOWNTIMESTART", *ENDS_DOWNTIME):
        _learn_downtime(turn, hint, host or hint.host)
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
        world.count("events", source=hint.source, result="unmapped")
        turn.page(
            f"hint:{hint.source}:{hint.host}:{hint.service}:{hint.problem_id}",
            f"{hint.source} reports {hint.host}/{hint.service or 'host'} {hint.state}",
            f"It maps to no check of ours, so nothing is done about it.\n{hint.output}",
        )
    turn.say(
        "info", "hint", source=hint.source, host=hint.host, target=target, state=hint.state, kind=hint.notification_type
    )
    return Taken(event=event, duplicate=False)


def _check_now(turn: Turn, host: str) -> None:
    """Make `host` due now, unless it was asked just now: a flood of hints must not become a flood of collections."""
    reply = turn.world.facts.reply(host)
    if reply is None or turn.now.since(reply.asked_at) > HINT_GAP_S:
        turn.collect(host)


def host_of(turn: Turn, name: str) -> str | None:
    """Return the inventory host that Nagios calls `name`: by name, by short name, or by address."""
    hosts = turn.world.inventory.hosts
    if name in hosts:
        return name
    short = name.split(".", 1)[0]
    if short in hosts:
        return short
    return next(
        (host.name for host in hosts.values() if host.address == name or host.name.split(".", 1)[0] == short), None
    )


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


def _told_at(hint: Hint) -> float:
    """Return when Nagios made the notification ($TIMET$); 0 when it did not say. Its commands run side by side and may overtake."""
    for name in ("timet", "TIMET"):
        text = str(hint.raw.get(name, ""))
        if text.isdigit():
            return float(text)
    return 0.0


def _learn_downtime(turn: Turn, hint: Hint, host: str) -> None:
    world = turn.world
    depth = hint.downtime_depth or 0
    if hint.notification_type == "DOWNTIMESTART":
        depth = max(1, depth)
    elif hint.notification_type in ENDS_DOWNTIME:
        depth = max(0, depth)
    service = hint.service or ""
    before = world.downtimes.get((host, service))
    told_at = _told_at(hint)
    if told_at and told_at < world.downtime_told.get((host, service), 0.0):
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
