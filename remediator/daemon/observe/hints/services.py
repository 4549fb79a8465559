"""Services of watched hosts that a sender reports and no check is about: an incident that can only notify.

Invariants: no rule is ever asked about such an incident, for no sample is about it. It opens by a hint, and closes by
the sender's OK, by a person, or after a week. At most MOST_OPEN are open, and a sender opens at most MOST_AN_HOUR an
hour. A service that comes back within the hour pages nobody again. What is beyond these limits is counted with the
names that mean no target (`foreigners`), and told in their digest.
"""

from __future__ import annotations

from datetime import timedelta

from remediator.daemon.observe.hints import foreigners
from remediator.daemon.turn.turn import Turn
from remediator.incidents import lifecycle
from remediator.model import targets
from remediator.model.content.judging import State
from remediator.model.messages.hooks import Hint
from remediator.model.records.pager_keys import PageKey, PageKind

MOST_OPEN = 100
MOST_AN_HOUR = 20
HOUR_S = 3600.0
WEEK = timedelta(days=7)
MOST_CHARS = 500
BEYOND = f"more than {MOST_AN_HOUR} such services an hour, or {MOST_OPEN} at once, are counted only"


def hear(turn: Turn, hint: Hint, host: str, target: str | None) -> str | None:
    """Take what `hint` says of a service that no check is about; return what became of it, None when it is about
    none."""
    if hint.service is None or target != f"host/{host}":
        return None
    world, key = turn.world, (f"{hint.source}{lifecycle.REPORTED}{hint.service}", target)
    incident = world.durable.incident_of(key)
    if hint.state == State.OK.name:
        if incident is None:
            return None
        turn.incident(lifecycle.closed(incident, turn.now, turn.now, f"{hint.source} reports that it is OK"))
        return f"{incident.id} is over"
    if hint.notification_type != "PROBLEM" or hint.state not in (State.CRITICAL.name, State.UNKNOWN.name):
        return None
    output = f"{hint.source} reports {host}/{hint.service} {hint.state}: {hint.output}"[:MOST_CHARS]
    if incident is not None:
        if incident.level.name != hint.state:
            turn.incident(lifecycle.seen_as(incident, State[hint.state], output, output))
        return f"{hint.service} maps to no check of ours: {incident.id} is open about it"
    return _opened(turn, hint, host, key, output)


def _opened(turn: Turn, hint: Hint, host: str, key: tuple[str, str], output: str) -> str:
    world = turn.world
    recent = [(told, at) for told, at in world.others.reports.get(hint.sender, ()) if turn.now.since(at) < HOUR_S]
    again = any(told == key for told, _ in recent)
    many = sum(lifecycle.is_reported(each) for each in world.durable.incidents.values())
    if many >= MOST_OPEN or (not again and len(recent) >= MOST_AN_HOUR):
        foreigners.count(turn, hint, f"{host}/{hint.service}", BEYOND)
        return f"{hint.service} maps to no check of ours, and it is counted only: {BEYOND}"
    world.others.reports[hint.sender] = recent if again else [*recent, (key, turn.now)]
    number, target, level = turn.number("incident", "inc"), targets.on_host(host), State[hint.state]
    incident = turn.incident(lifecycle.reported(number, key[0], target, level, output, turn.now))
    if again:
        return f"{hint.service} maps to no check of ours: {incident.id} is open about it, as it was within the hour"
    turn.page(
        PageKey(PageKind.HINT, incident.id),
        f"{hint.source} reports {host}/{hint.service} {hint.state}",
        f"It maps to no check of ours, so nothing is done about it.\n{hint.output}",
        incident=incident,
    )
    return f"{hint.service} maps to no check of ours: a person was paged, and nothing is done about it ({incident.id})"


def forget(turn: Turn) -> None:
    """Close what nobody has ended within a week: who still sees the problem reports it again."""
    for incident in [each for each in turn.world.durable.incidents.values() if lifecycle.is_reported(each)]:
        if turn.now.wall - incident.opened_at.wall > WEEK:
            turn.incident(lifecycle.closed(incident, None, turn.now, "it was reported a week ago"))
