"""What the journal knows beside the facts, for assessments of a whole group: the integration's mark and the runs of the
last days.

A *mark* is what an integration keeps across restarts, a high-water mark for example. Invariant: a mark is folded by a
pure function of its integration, and changes in the store and in the world together. A command without a daemon has no
mark and writes none: to that command all of this is not known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from remediator.collect import judge
from remediator.collect.facts import FactsOfHosts
from remediator.daemon.state.world import World
from remediator.daemon.turn.turn import Turn
from remediator.model.content.judging import CheckSpec, Evidence, State
from remediator.model.records.records import Run
from remediator.model.times import Instant


def evidence(world: World, check: CheckSpec, hosts: Sequence[str], now: Instant) -> FactsOfHosts:
    """Return the evidence of `check` on `hosts` with what the journal knows of them."""
    known = _known(world, check, hosts, now) if check.assess.name in world.loaded.marked else {}
    return world.samples.facts.evidence(check.assess, hosts, world.loaded.inventory, now, known)


def evidence_of(world: World, check: str, hosts: Sequence[str], now: Instant) -> FactsOfHosts:
    """Return the evidence of the check of that name; where it is not there any more, nothing is known of `hosts`."""
    found = world.loaded.content.checks.get(check)
    if found is not None:
        return evidence(world, found, hosts, now)
    return FactsOfHosts(hosts=tuple(hosts), inventory=world.loaded.inventory, now=now, replies={}, memories={})


def _known(world: World, check: CheckSpec, hosts: Sequence[str], now: Instant) -> Mapping[str, Any]:
    if not world.setup.decides:
        return {}
    kind, touched = check.assess.target_kind, set(hosts)
    past = {
        **world.durable.past_runs,
        **{run.id: run for run in world.durable.runs.values() if run.intent_at is not None},
    }
    runs = [
        _told(run, now)
        for run in past.values()
        if run.plan.target.kind == kind and touched & set(run.plan.target.hosts)
    ]
    return {"mark": world.durable.marks.get(check.assess.name), "marks": dict(world.durable.marks), "runs": tuple(runs)}


def _told(run: Run, now: Instant) -> Mapping[str, Any]:
    """Return what an assessment may know of a run: seconds since its first INTENT and its end (None: it lives), and
    what it began."""
    return {
        "run": run.id,
        "runbook": run.plan.runbook,
        "state": run.state.value,
        "age_s": now.since(run.intent_at) if run.intent_at is not None else 0.0,
        "ended_s": now.since(run.ended_at) if run.ended_at is not None else None,
        "done": tuple(step.action for step in run.steps if step.began),
    }


def folded(world: World, check: CheckSpec, seen: Evidence) -> Any:
    """Return what the integration of `check` makes of its mark when it looks at `seen`; None when nothing changes."""
    spec = world.loaded.marked.get(check.assess.name)
    if spec is None or not world.setup.decides or not world.durable.adopted:
        return None
    before = world.durable.marks.get(check.assess.name)
    after = spec.fold(before, seen)
    return after if after != before else None


def with_mark(world: World, check: CheckSpec, seen: FactsOfHosts, mark: Any) -> FactsOfHosts:
    """Return `seen` as it is once `mark` is kept for `check`."""
    return replace(seen, known={**seen.known, "mark": mark, "marks": {**world.durable.marks, check.assess.name: mark}})


def proposed(turn: Turn, check: CheckSpec, hosts: Sequence[str]) -> Any:
    """Return the mark of `check` once a person says that `hosts` are whole as they stand; None when they are not shown
    whole."""
    spec = turn.world.loaded.marked.get(check.assess.name)
    return None if spec is None else spec.accept(evidence(turn.world, check, hosts, turn.now))


def well_with(turn: Turn, check: CheckSpec, hosts: Sequence[str], mark: Any) -> bool:
    """Return whether every result of `check` would be OK if `mark` were the one that is kept."""
    seen = evidence(turn.world, check, hosts, turn.now)
    known = {**seen.known, "mark": mark}
    judged = judge.judge_check(
        check, turn.world.samples.facts.evidence(check.assess, hosts, turn.world.loaded.inventory, turn.now, known)
    )
    return bool(judged) and all(result.state is State.OK for result in judged)
