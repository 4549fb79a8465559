"""What accounts for a problem, so that a storm does not count it: a known cause, a person's will, or work under way.

Invariant: only what is known accounts for a problem. An UNKNOWN parent, a silence of plans alone, and a sample without
an answer account for nothing: the breaker would rather be open. What accounted for a problem while it was bad still
accounts for it once it is well, and while nobody can see its cause. A cause that is UNKNOWN now was there all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from remediator.daemon.inhibit import wraps
from remediator.daemon.observe import groups
from remediator.daemon.observe.hints import names
from remediator.daemon.state.world import World
from remediator.daemon.turn.turn import Turn
from remediator.incidents import dependency
from remediator.model.content.judging import State
from remediator.model.messages.matchers import Matcher
from remediator.model.records.mutes import OwnDowntime, Silence
from remediator.model.records.records import Account, Incident, IncidentState
from remediator.model.targets import Target
from remediator.model.times import Instant, clock

PARENT_S = 120.0
"""A parent that is well again still accounts for what it caused, for so long."""
RUN_S = 300.0
"""A run, or somebody else's recovery, that has ended still accounts for the members of its group, for so long."""
OPERATOR_STOPPED = "operator_stopped"
"""The field by which an assessment says that an operator has stopped its target."""
OF_PLANS = frozenset({"rule", "runbook", "risk"})
"""Labels that a plan has and a problem has not."""
AT_WORK = (IncidentState.CURING, IncidentState.VERIFYING)

BROKE_FIRST = ", though it broke before that"
"""How it is told that what accounts for a problem did not cause it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parent:
    """A problem that may account for others: since when it is there, and whether it is `now` or was a moment ago."""

    problem: dependency.Problem
    since: Instant
    now: bool


Parents = Mapping[str, list[Parent]]
"""Host to the problems that may account for others on it."""


def note(turn: Turn, incidents: Iterable[Incident]) -> None:
    """Store with each of `incidents` what accounts for it now, if it is bad. Once it is well, it keeps its account,
    unless the problem broke before that cause."""
    fresh = list(incidents)
    parents = _parents(turn.world, turn.now) if fresh else {}
    for incident in fresh:
        series = turn.world.samples.series.get((incident.check, incident.target.text))
        if not incident.open or series is None:
            continue
        if series.state is State.OK:
            if incident.accounted is not None and incident.accounted.broke_first:
                turn.accounted(replace(incident, accounted=None))
            continue
        why = account(turn, incident, parents)
        known = (
            series.state is not State.UNKNOWN and (incident.check, incident.target.text) in turn.world.samples.results
        )
        if why is None and (not known or _cause_is_unseen(turn.world, incident)):
            continue
        if why != incident.accounted:
            turn.accounted(replace(incident, accounted=why))


def counts(incident: Incident) -> bool:
    """Return whether nothing accounts for `incident`, by what was noted of it."""
    return incident.accounted is None or (not incident.open and incident.accounted.broke_first)


def account(turn: Turn, incident: Incident, parents: Parents) -> Account | None:
    """Return why `incident`, which is bad, counts for nothing; None when nothing accounts for it."""
    earlier = [each for each in _near(incident, parents) if not _broke_first(incident, each.since)]
    now = [each for each in _near(incident, parents) if each.now]
    return (
        _explained(turn.world, incident, earlier)
        or _told(_stopped(turn.world, incident))
        or _told(_muted(turn, incident))
        or worked_on(turn, incident)
        or _explained(turn.world, incident, now, broke_first=True)
    )


def _told(text: str) -> Account | None:
    return Account(text=text) if text else None


# a cause that is known --------------------------------------------------------------------------------------------


def _parents(world: World, now: Instant) -> Parents:
    found: dict[str, list[Parent]] = {}
    for incident in (*world.durable.incidents.values(), *world.durable.just_closed.values()):
        bad_now = _is_bad(world, incident)
        if bad_now or _was_bad(world, incident, now):
            problem = dependency.Problem(check=incident.check, target=incident.target, incident=incident.id)
            for host in incident.target.hosts:
                found.setdefault(host, []).append(Parent(problem=problem, since=incident.opened_at, now=bad_now))
    return found


def _is_bad(world: World, incident: Incident) -> bool:
    """Return whether `incident` is a problem now; SOFT is enough, UNKNOWN is none."""
    series = world.samples.series.get((incident.check, incident.target.text))
    if not incident.open or series is None or series.state is State.UNKNOWN:
        return False
    return series.state is not State.OK or incident.state in AT_WORK


def _was_bad(world: World, incident: Incident, now: Instant) -> bool:
    """Return whether `incident` is well, and was a problem a moment ago."""
    series = world.samples.series.get((incident.check, incident.target.text))
    well = series is not None and series.state is State.OK
    over = incident.cured_at or incident.closed_at
    if incident.open and series is not None and well:
        over = series.ok_since
    return (well or not incident.open) and over is not None and now.since(over) < PARENT_S


def _near(incident: Incident, parents: Parents) -> list[Parent]:
    return [each for each in parents.get(incident.target.hosts[0], ()) if each.problem.incident != incident.id]


def _broke_first(incident: Incident, parent_since: Instant) -> bool:
    """Return whether `incident` was HARD before its parent was even there: a problem of its own."""
    return incident.bad_at is not None and parent_since.after(incident.bad_at)


def _explained(
    world: World, incident: Incident, near: Iterable[Parent], *, broke_first: bool = False
) -> Account | None:
    problems = [each.problem for each in near]
    parent = dependency.parent_of(
        incident.check, incident.target, problems, world.loaded.explained_by_rules, world.loaded.integrations
    )
    if parent is None:
        return None
    text = f"{parent.incident} explains it ({parent.check} on {parent.target}){BROKE_FIRST if broke_first else ''}"
    return Account(text=text, cause=parent.incident, broke_first=broke_first)


def _cause_is_unseen(world: World, incident: Incident) -> bool:
    """Return whether what explained `incident` until now is still open, and UNKNOWN."""
    known = incident.accounted
    if known is None or known.cause is None or known.broke_first:
        return False
    cause = world.durable.incidents.get(known.cause)
    series = None if cause is None else world.samples.series.get((cause.check, cause.target.text))
    return cause is not None and cause.open and series is not None and series.state is State.UNKNOWN


# a person's will --------------------------------------------------------------------------------------------------


def _stopped(world: World, incident: Incident) -> str:
    result = world.samples.results.get((incident.check, incident.target.text))
    stopped = result is not None and result.data.get(OPERATOR_STOPPED) is True
    return "an operator has stopped it" if stopped else ""


def _muted(turn: Turn, incident: Incident) -> str:
    world, wall = turn.world, turn.now.wall
    for own in world.durable.own_downtimes.values():
        if own.until > wall and _covers(world, own, incident.target):
            return f"{own.target} is in a downtime of {own.author} ({own.id})"
    for told in world.durable.downtimes.values():
        if told.depth <= 0 or told.until <= wall or told.host not in incident.target.hosts:
            continue
        service = names.muted_service(turn, told.host, told.service)
        if service is None or service in (incident.target.name, *_unit_names(world, incident.target)):
            return f"{told.host} is in a scheduled downtime of {told.source}"
    for silence in world.durable.silences.values():
        if silence.until > wall and _silences(silence, incident, world.loaded.config.cloud):
            return f"silenced by {silence.author} ({silence.id})"
    return ""


def _covers(world: World, downtime: OwnDowntime, target: Target) -> bool:
    kind, _, name = downtime.target.partition("/")
    if kind == "host":
        return name in target.hosts
    if downtime.target == target.text or downtime.target in world.loaded.integrations.kinds.units(target):
        return True
    if kind in ("cluster", "group"):
        return group_of(world, target) == name
    return False


def _unit_names(world: World, target: Target) -> tuple[str, ...]:
    return tuple(unit.rsplit("/", 1)[1] for unit in world.loaded.integrations.kinds.units(target))


def _silences(silence: Silence, incident: Incident, cloud: str) -> bool:
    if any(matcher.label in OF_PLANS for matcher in silence.matchers):
        return False
    target = incident.target
    labels = {
        "cloud": cloud,
        "target": target.text,
        "kind": target.kind,
        "service": target.name,
        "check": incident.check,
    }
    return all(_matches(silence.matchers, {**labels, "host": host}) for host in target.hosts)


def _matches(matchers: Iterable[Matcher], labels: Mapping[str, str]) -> bool:
    return all(matcher.matches(labels) for matcher in matchers)


# work under way ---------------------------------------------------------------------------------------------------


def group_of(world: World, target: Target) -> str | None:
    """Return the failure-domain group that `target` is a member of, or stands for."""
    name = world.loaded.integrations.domain_of(target)
    if name is None or not groups.members(world, name) & set(target.hosts):
        return None
    return name


def worked_on(turn: Turn, incident: Incident) -> Account | None:
    """Return who is at work on the group of `incident`, or was a moment ago. A problem that broke before the run counts
    again once that run is over."""
    group = group_of(turn.world, incident.target)
    return None if group is None else _own_run(turn, group, incident) or _told(_of_others(turn, group))


def _own_run(turn: Turn, group: str, incident: Incident) -> Account | None:
    for run in (*turn.world.durable.runs.values(), *turn.world.durable.past_runs.values()):
        if run.intent_at is None or turn.world.loaded.integrations.domain_of(run.plan.target) != group:
            continue
        if run.ended_at is not None and turn.now.since(run.ended_at) >= RUN_S:
            continue
        until = "" if run.ended_at is None else f" until {clock(run.ended_at.wall)}"
        said = f"{run.id} {'is' if run.ended_at is None else 'was'} at work on {group}{until}"
        broke_first = _broke_first(incident, run.intent_at)
        return Account(text=said + (BROKE_FIRST if broke_first else ""), broke_first=broke_first)
    return None


def _of_others(turn: Turn, group: str) -> str:
    """Return the sign that somebody else is at work on `group`, or was a moment ago; looked for once a turn."""
    if group not in turn.work_of_others:
        world, members = turn.world, tuple(sorted(groups.members(turn.world, group)))
        containers = world.loaded.integrations.domains[group].containers
        shown = [sign for host in members for sign in world.others.shown_signs.get(host, ())]
        signs = [
            sign
            for sign in (*world.durable.signs.values(), *shown, *wraps.signs(turn, members))
            if sign.key not in world.durable.accepted
            and (turn.now.wall - sign.at).total_seconds() < RUN_S
            and (sign.host in members if sign.service is None else sign.service in containers)
        ]
        newest = max(signs, key=lambda sign: sign.at, default=None)
        turn.work_of_others[group] = "" if newest is None else f"somebody works on {group}: {newest.detail}"
    return turn.work_of_others[group]
