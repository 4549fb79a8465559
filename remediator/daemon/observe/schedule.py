"""When each host is asked next, and whether it was asked since a moment."""

from __future__ import annotations

from remediator.checks.series import Series
from remediator.daemon.turn.turn import Turn
from remediator.model.content.judging import CheckResult, State
from remediator.model.records.records import StateType
from remediator.model.times import Instant


def plan_next(turn: Turn, host: str, results: list[CheckResult]) -> None:
    """Set when `host` is due again: at the shortest interval of its checks, `retry` while one of them is SOFT or
    verifying."""
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
