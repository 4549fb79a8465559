"""From changed series to events and incidents: opened, closed, put under the problem that explains them. Nothing is
decided."""

from __future__ import annotations

from remediator.checks import series as series_of
from remediator.checks.series import Changed, Series
from remediator.daemon.notify import all_clear
from remediator.daemon.state.durable import Key
from remediator.daemon.state.world import World
from remediator.daemon.turn.turn import Turn
from remediator.incidents import dependency, lifecycle
from remediator.model.content.actions import Risk
from remediator.model.content.judging import CheckResult, State
from remediator.model.records.records import Event, Incident, IncidentState

CURED_NOW = (IncidentState.CURING, IncidentState.VERIFYING)


def forget_left(turn: Turn) -> None:
    """After another inventory or content was taken: close the incidents that nobody samples any more, without a run
    that is live."""
    world = turn.world
    alive = {check.name for check in world.loaded.checks()}
    for incident in list(world.durable.incidents.values()):
        if not set(incident.target.hosts) & set(world.loaded.inventory.hosts):
            why = "its host left the inventory"
        elif incident.check not in alive and not lifecycle.is_reported(incident):
            why = f"the check {incident.check} is not run any more"
        else:
            continue
        if world.durable.live_run_of(incident.id) is None:
            turn.incident(lifecycle.closed(incident, None, turn.now, why))


def note_change(turn: Turn, key: Key, result: CheckResult, changed: Changed) -> None:
    """Make an event of a change of a series, and let its incident open or follow."""
    world = turn.world
    if not world.setup.decides:
        return
    event = Event(
        id=turn.number("event", "ev"),
        at=turn.now,
        source="check",
        check=result.check,
        target=result.target,
        state=changed.state,
        state_type=changed.state_type,
        attempt=changed.attempt,
        previous=changed.previous,
        output=result.output,
        data=result.data,
        flapping=changed.flapping,
    )
    incident = world.durable.incident_of(key)
    if incident is None and not lifecycle.opens(event):
        turn.event(event, None)
        return
    text = f"{changed.state.name} {changed.state_type.value} {changed.attempt}: {result.output}"
    if incident is None:
        opened = lifecycle.opened(turn.number("incident", "inc"), event, text)
        turn.event(event, opened.incident.id)
        incident = turn.incident(opened)
    else:
        turn.event(event, incident.id)
        turn.incident(lifecycle.touched(incident, event, text))
    world.samples.last_event[incident.id] = event.id
    turn.count("flaps" if changed.flapping else "changes", check=result.check)


def close_if_recovered(turn: Turn, key: Key, series: Series) -> None:
    """Close the incident of `key` once it recovered, no run is verifying it, and it stayed well as long as a cure of R1
    must.

    A problem that comes and goes is one incident, and people hear of one end.
    """
    incident = turn.world.durable.incident_of(key)
    if incident is None or series.ok_since is None or series.ok_samples < lifecycle.OK_SAMPLES_TO_CLOSE:
        return
    if turn.world.samples.results[key].asked_at.since(series.ok_since) < turn.world.loaded.limits.quiet_s[Risk.R1]:
        return
    if turn.world.durable.live_run_of(incident.id) is not None:
        return
    turn.incident(lifecycle.closed(incident, series.ok_since, turn.now, all_clear.recovered(turn, incident)))


def correlate(turn: Turn) -> None:
    """Put every open incident under the problem that explains it, or free it; only when a series or an incident has
    changed.

    A problem that a run is curing explains others until that run has ended. A problem that is over together with its
    parent is never freed: neither is a problem of its own.
    """
    world = turn.world
    if not world.samples.changed:
        return
    world.samples.changed = False
    problems: dict[str, list[dependency.Problem]] = {}
    for incident in world.durable.incidents.values():
        series = world.samples.series.get((incident.check, incident.target.text))
        if series is not None and (series.state in (State.WARNING, State.CRITICAL) or incident.state in CURED_NOW):
            problem = dependency.Problem(check=incident.check, target=incident.target, incident=incident.id)
            for host in incident.target.hosts:
                problems.setdefault(host, []).append(problem)
    for incident in list(world.durable.incidents.values()):
        near = [problem for problem in problems.get(incident.target.hosts[0], ()) if problem.incident != incident.id]
        parent = dependency.parent_of(
            incident.check, incident.target, near, world.loaded.explained_by_rules, world.loaded.integrations
        )
        moved = lifecycle.parented(incident, parent)
        if moved is not None and (parent is not None or not _is_over_with_its_parent(world, incident)):
            turn.incident(moved)
            if parent is None:
                world.waits.freed(incident.id, turn.now)


def _is_over_with_its_parent(world: World, incident: Incident) -> bool:
    """Return whether a suppressed problem is over, and was explained by its parent from when it was HARD on.

    One that was HARD before its parent was even there is a problem of its own, and counts as one in a storm.
    """
    own = world.samples.series.get((incident.check, incident.target.text))
    parent = incident.parent or ""
    found = world.durable.incidents.get(parent) or world.durable.just_closed.get(parent)
    if own is None or own.state is not State.OK or found is None or incident.hard_at is None:
        return False
    return incident.hard_at.after(found.opened_at)


def forget_unrecorded(world: World) -> None:
    """After the durable state was read: a bad series without an incident lost its event with a failed turn; it begins
    anew."""
    for key, series in list(world.samples.series.items()):
        if series.state is not State.OK and key not in world.durable.by_key:
            del world.samples.series[key]


def restore_series(turn: Turn) -> None:
    """After a start: a problem that was HARD is still HARD, but has served no wait and has no sample; what left is
    forgotten."""
    world = turn.world
    for incident in world.durable.incidents.values():
        check = world.loaded.content.checks.get(incident.check)
        key = (incident.check, incident.target.text)
        if check is not None and incident.hard_at is not None and key not in world.samples.series:
            world.samples.series[key] = series_of.restored(incident.level, check.attempts, turn.now)
    if world.setup.decides:
        forget_left(turn)
