"""From a reply to results, series, events and incidents: everything that is seen, nothing that is decided."""

from __future__ import annotations

from functools import partial

from remediator.checks import series as series_of
from remediator.checks.series import Changed, Series
from remediator.daemon.notify import all_clear
from remediator.daemon.observe import identities, judgement, maintenance
from remediator.daemon.state import asides
from remediator.daemon.state.durable import Key
from remediator.daemon.state.world import World
from remediator.daemon.turn import notes, poison
from remediator.daemon.turn.turn import Turn
from remediator.incidents import dependency, lifecycle
from remediator.model.content.actions import Risk
from remediator.model.content.judging import CheckResult, Scope, State
from remediator.model.messages.replies import HostReply, Reach
from remediator.model.records.records import Event, Incident, IncidentState, StateType
from remediator.model.times import Instant
from remediator.runs import verification

LOST_S = 90.0
"""A collection that has not come back so long after the host was asked is taken for silence."""
CURED_NOW = (IncidentState.CURING, IncidentState.VERIFYING)


def take(turn: Turn, reply: HostReply) -> None:
    """Take one reply: judge what it allows to be judged, and advance every series, each of which is decided about in this turn.

    One that cannot be judged counts as one that says nothing: its host is UNKNOWN, with the reason.
    """
    world = turn.world
    world.pending.came_back(reply.host)
    if reply.host not in world.loaded.inventory.hosts:
        return
    judged = judgement.judged(turn, reply)
    taken = world.samples.facts.reply(reply.host) or reply
    identities.learn(turn, taken)
    if taken.reach is Reach.OK:
        world.samples.good_samples[reply.host] = world.samples.good_samples.get(reply.host, 0) + 1
    turn.count("collections", result=taken.reach.value)
    maintenance.remember(turn, taken, judged.signs)
    for check in judged.groups:
        judgement.note_judged(turn, check)
    for name, mark in judged.marks.items():
        notes.keep_mark(turn, name, mark)
    world.samples.newcomers = world.samples.newcomers.noted(
        reply.host, judgement.newcomers(turn, reply.host, judged), turn.now
    )
    for result in judged.results:
        _advance(turn, result)
    _forget_vanished(turn, taken, judged.results)
    _reschedule(turn, reply.host, judged.results)


def leave_alone(turn: Turn, host: str) -> None:
    """Let a reply of a host that is set aside pass by; it is asked again at its interval."""
    turn.world.pending.came_back(host)
    turn.world.pending.due(host, turn.now.boot_s + turn.world.loaded.every_s.get(host, 60.0))


def _forget_vanished(turn: Turn, reply: HostReply, results: list[CheckResult]) -> None:
    """Drop what a whole reply of a host does not know any more (its unit and configuration were taken away), and close its incident."""
    world = turn.world
    if reply.reach is not Reach.OK:
        return
    judged = {(result.check, result.target.text) for result in results}
    seen = {name for name, _ in judged}
    for key in list(world.samples.keys_of_host.get(reply.host, ())):
        known = world.samples.results.get(key)
        check = world.loaded.content.checks.get(key[0])
        if known is None:
            world.samples.keys_of_host[reply.host].discard(key)
            continue
        gone = check is not None and check.assess.scope is Scope.HOST and known.target.hosts == (reply.host,)
        if not gone or key in judged or key[0] not in seen:
            continue
        del world.samples.results[key]
        world.samples.series.pop(key, None)
        if known.target.kind == "container":
            world.samples.hosts_with[known.target.name].discard(reply.host)
        incident = world.durable.incident_of(key)
        if incident is not None and world.durable.live_run_of(incident.id) is None:
            turn.incident(lifecycle.closed(incident, None, turn.now, "it is not expected on this host any more"))


def forget_left(turn: Turn) -> None:
    """After another inventory or content was taken: close the incidents that nobody samples any more, without a run that is live."""
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


def give_up_lost(turn: Turn) -> None:
    """Take a collection that does not come back for a host that does not answer, again and again.

    It keeps its place, which is a thread, and the host is not asked a second time beside it.
    """
    world = turn.world
    for host, call in list(world.pending.in_flight.items()):
        if turn.now.since(call.judged_at) <= LOST_S or host not in world.loaded.inventory.hosts:
            continue
        why = f"the collection of {host} did not come back within {turn.now.since(call.since):.0f} s"
        silent, asked_at = Reach.UNREACHABLE, call.judged_at
        lost = HostReply(host=host, asked_at=asked_at, received_at=turn.now, reach=silent, reason=why)
        poison.bound(turn, asides.About(kind="host", name=host), partial(take, turn, lost))
        world.pending.silent(host, call, turn.now)
        turn.say("error", "collection_lost", host=host, reason=why)


def _advance(turn: Turn, result: CheckResult) -> None:
    """Advance the series of `result`, make events of changes, and let its runs and incident see the sample."""
    world = turn.world
    key = (result.check, result.target.text)
    check = world.loaded.content.checks[result.check]
    before = world.samples.series.get(key)
    after, changed = series_of.advance(before, result, check.attempts, check.retry_s)
    if before is None or before.state is not after.state:
        world.samples.changed = True
    world.samples.series[key] = after
    world.samples.results[key] = result
    world.samples.to_decide(key)
    world.samples.keys_of_host.setdefault(result.target.hosts[0], set()).add(key)
    if result.target.kind == "container":
        world.samples.hosts_with[result.target.name].add(result.target.host)
    turn.count("checks", state=result.state.name.lower())
    for _, reason in result.unknown:
        turn.count("unknown", reason=reason.split(":", 1)[0])
    for run in list(world.durable.runs.values()):
        if (
            run.plan.verify_check == result.check
            and run.plan.target.text == result.target.text
            and run.verify_from is not None
        ):
            sampled = verification.sampled(run, result)
            if sampled is not run:
                turn.run(sampled)
    if changed is not None:
        _changed(turn, key, result, changed)
    elif (
        (incident := world.durable.incident_of(key)) is not None
        and after.state is not State.OK
        and incident.level is not after.state
    ):
        text = f"{after.state.name}: {result.output}"
        turn.incident(lifecycle.seen_as(incident, after.state, result.output, text))
    _close_if_recovered(turn, key, after)


def _changed(turn: Turn, key: Key, result: CheckResult, changed: Changed) -> None:
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


def _close_if_recovered(turn: Turn, key: Key, series: Series) -> None:
    """Close the incident of `key` when it recovered without a run that is still verifying, and has held for as long as a cure of R1 must.

    What comes and goes is one incident, and people hear of one end.
    """
    incident = turn.world.durable.incident_of(key)
    if incident is None or series.ok_since is None or series.ok_samples < lifecycle.OK_SAMPLES_TO_CLOSE:
        return
    if turn.world.samples.results[key].asked_at.since(series.ok_since) < turn.world.loaded.limits.hold_s[Risk.R1]:
        return
    if turn.world.durable.live_run_of(incident.id) is not None:
        return
    turn.incident(lifecycle.closed(incident, series.ok_since, turn.now, all_clear.recovered(turn, incident)))


def correlate(turn: Turn) -> None:
    """Put every open incident under the problem that explains it, or free it; only when a series or an incident has changed.

    What a run is curing explains until that run has ended, and what is over with it is never freed: neither is a problem of its own.
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
    """After the durable state was read: a bad series without an incident lost its event with a failed turn; it begins anew."""
    for key, series in list(world.samples.series.items()):
        if series.state is not State.OK and key not in world.durable.by_key:
            del world.samples.series[key]


def restore_series(turn: Turn) -> None:
    """After a start: a problem that was HARD is still HARD, but has served no wait and has no sample; what left is forgotten."""
    world = turn.world
    for incident in world.durable.incidents.values():
        check = world.loaded.content.checks.get(incident.check)
        key = (incident.check, incident.target.text)
        if check is not None and incident.hard_at is not None and key not in world.samples.series:
            world.samples.series[key] = series_of.restored(incident.level, check.attempts, turn.now)
    if world.setup.decides:
        forget_left(turn)


def _reschedule(turn: Turn, host: str, results: list[CheckResult]) -> None:
    """Set when `host` is due again: at the shortest interval of its checks, `retry` while one of them is SOFT or verifying."""
    world = turn.world
    verifying = {(run.plan.verify_check, run.plan.target.text) for run in world.durable.runs.values()}
    hurried = {
        check
        for check, target in [(result.check, result.target.text) for result in results]
        if (check, target) in verifying or _is_soft(world.samples.series[(check, target)])
    }
    waits = [
        check.retry_s if check.name in hurried else check.every_s
        for check in world.loaded.checks()
        if host in world.loaded.check_hosts(check)
    ]
    world.pending.due(host, turn.now.boot_s + (min(waits) if waits else 60.0))


def _is_soft(series: Series) -> bool:
    return series.state is not State.OK and series.state_type is StateType.SOFT


def due_hosts(turn: Turn) -> list[str]:
    """Return the hosts whose next sample is due."""
    world = turn.world
    return [
        host
        for host, due in world.pending.due_at.items()
        if due <= turn.now.boot_s and host not in world.pending.in_flight
    ]


def asked_since(turn: Turn, hosts: tuple[str, ...], since: Instant) -> bool:
    """Return whether each of `hosts` has a reply that was asked for after `since`."""
    for host in hosts:
        reply = turn.world.samples.facts.reply(host)
        if reply is None or not reply.asked_at.after(since):
            return False
    return True
