"""Requests that look: `check`, its newest results, the status."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from remediator.daemon.observe import schedule
from remediator.daemon.requests import views
from remediator.daemon.state.wire import Asked
from remediator.daemon.turn.answers import DONE, USAGE
from remediator.daemon.turn.turn import Turn
from remediator.model.content.judging import CheckResult
from remediator.model.messages.control import Answer
from remediator.model.times import Instant

CHECK_PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingCheck:
    """A `check --live` that waits for its hosts' fresh replies."""

    answer: Future[Answer]
    names: tuple[str, ...]
    target: str | None
    hosts: tuple[str, ...]
    since: Instant


def _chosen(turn: Turn, args: Mapping[str, Any]) -> tuple[tuple[str, ...], str | None]:
    names = tuple(str(name) for name in args.get("names") or ())
    target = args.get("target")
    return names, turn.world.names.target(str(target), turn.world.loaded.integrations.kinds) if target else None


def matching(turn: Turn, names: tuple[str, ...], target: str | None) -> list[CheckResult]:
    """Return the newest results of the named checks (all when none is named) for one target, or for all."""
    return [
        result
        for (check, text), result in turn.world.samples.results.items()
        if (not names or check in names) and (target is None or text == target)
    ]


def check(turn: Turn, asked: Asked) -> Answer | None:
    names, target = _chosen(turn, asked.args)
    hosts: set[str] = set()
    for check in turn.world.loaded.checks():
        if names and check.name not in names:
            continue
        known = [
            result.target
            for (name, text), result in turn.world.samples.results.items()
            if name == check.name and text == target
        ]
        hosts.update(
            turn.world.loaded.evidence_hosts(check, known[0])
            if known
            else turn.world.loaded.check_hosts(check)
            if target is None
            else ()
        )
    if not hosts:
        return Answer(exit=USAGE, error="no check matches")
    for host in hosts:
        turn.collect(host)
    waiting = WaitingCheck(answer=asked.answer, names=names, target=target, hosts=tuple(sorted(hosts)), since=turn.now)
    turn.world.pending.check_waits(waiting)
    return None


def answer_waiting(turn: Turn) -> None:
    """Answer the waiting checks whose replies are all there, or whose patience is over."""
    pending = turn.world.pending
    for waiting in pending.waiting_checks:
        took_s = turn.now.since(waiting.since)
        if not schedule.asked_since(turn, waiting.hosts, waiting.since) and took_s < CHECK_PATIENCE_S:
            continue
        pending.check_answered(waiting)
        found = matching(turn, waiting.names, waiting.target)
        shown = views.check(turn.world, found, turn.now, took_s * 1000)
        turn.answers.append((waiting.answer, Answer(exit=DONE, data=shown)))


def results(turn: Turn, asked: Asked) -> Answer:
    names, target = _chosen(turn, asked.args)
    return Answer(exit=DONE, data=views.check(turn.world, matching(turn, names, target), turn.now, 0.0, cached=True))


def status(turn: Turn, asked: Asked) -> Answer:
    return Answer(exit=DONE, data=views.status(turn.world, turn.now))
