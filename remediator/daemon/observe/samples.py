"""From a reply to results and series: every sample is judged, and advances its series, in the turn in which it came."""

from __future__ import annotations

from functools import partial

from remediator.checks import series as series_of
from remediator.daemon.observe import act_files, identities, incidents, judgement, maintenance, schedule
from remediator.daemon.state import asides
from remediator.daemon.turn import meta_values, poison
from remediator.daemon.turn.turn import Turn
from remediator.incidents import lifecycle
from remediator.model.content.judging import CheckResult, Scope, State
from remediator.model.messages.replies import HostReply, Reach
from remediator.runs import verification

LOST_S = 90.0
"""A collection that has not come back so long after the host was asked is taken for silence."""


def take(turn: Turn, reply: HostReply) -> None:
    """Take one reply: judge what it allows to be judged, and advance every series, each of which is decided about in
    this turn.

    A reply that cannot be judged counts as a reply that says nothing: its host is UNKNOWN, with the reason.
    """
    world = turn.world
    world.pending.came_back(reply.host)
    if reply.host not in world.loaded.inventory.hosts:
        return
    judged = judgement.judged(turn, reply)
    taken = world.samples.facts.reply(reply.host) or reply
    identities.learn(turn, taken)
    act_files.note(turn, taken)
    if taken.reach is Reach.OK:
        world.samples.good_samples[reply.host] = world.samples.good_samples.get(reply.host, 0) + 1
    turn.count("collections", result=taken.reach.value)
    maintenance.remember(turn, taken, judged.signs)
    for check in judged.groups:
        judgement.note_judged(turn, check)
    for name, mark in judged.marks.items():
        meta_values.keep_mark(turn, name, mark)
    world.samples.newcomers = world.samples.newcomers.noted(
        reply.host, judgement.newcomers(turn, reply.host, judged), turn.now
    )
    for result in judged.results:
        _advance(turn, result)
    _forget_vanished(turn, taken, judged.results)
    schedule.plan_next(turn, reply.host, judged.results)


def leave_alone(turn: Turn, host: str) -> None:
    """Let a reply of a host that is set aside pass by; it is asked again at its interval."""
    turn.world.pending.came_back(host)
    turn.world.pending.due(host, turn.now.boot_s + turn.world.loaded.every_s.get(host, 60.0))


def _forget_vanished(turn: Turn, reply: HostReply, results: list[CheckResult]) -> None:
    """Drop what a whole reply of a host does not know any more (its unit and configuration were taken away), and close
    its incident."""
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
        incidents.note_change(turn, key, result, changed)
    elif (
        (incident := world.durable.incident_of(key)) is not None
        and after.state is not State.OK
        and incident.level is not after.state
    ):
        text = f"{after.state.name}: {result.output}"
        turn.incident(lifecycle.seen_as(incident, after.state, result.output, text))
    incidents.close_if_recovered(turn, key, after)
