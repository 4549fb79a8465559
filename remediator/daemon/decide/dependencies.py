"""What the target of a plan needs, and what of it is broken now (KR-4)."""

from __future__ import annotations

from remediator.daemon.state.world import World
from remediator.daemon.turn.turn import Turn
from remediator.model.content.judging import CheckResult, State
from remediator.model.content.plans import Plan
from remediator.model.manifest.services import Service
from remediator.model.values import Unknown
from remediator.safety.case import Below


def below(turn: Turn, plan: Plan) -> tuple[Below, ...] | Unknown:
    """Return what the target needs and that is broken now (KR-4); UNKNOWN when that cannot be told."""
    if plan.target.kind != "container":
        return ()
    world = turn.world
    found: list[Below] = []
    for need in world.loaded.integrations.needs_of(plan.target.name):
        results = results_of(world, need, plan)
        bad = [result for result in results if result.state in (State.WARNING, State.CRITICAL)]
        unknown = [result for result in results if result.state is State.UNKNOWN]
        good = len(results) - len(bad) - len(unknown)
        if not results or good * 2 > len(results):
            continue
        if bad and len(bad) * 2 >= len(results):
            found.append(Below(target=bad[0].target.text, check=bad[0].check, state=bad[0].state))
        else:
            return Unknown(f"{need.name} is UNKNOWN")
    return tuple(found)


def results_of(world: World, need: Service, plan: Plan) -> list[CheckResult]:
    """Return the newest results that tell how `need` is, the plan's own target aside."""
    targets = need.targets(world.samples.hosts_with.get(need.name, ()))
    keys = [(need.check, text) for text in targets if text != plan.target.text]
    return [world.samples.results[key] for key in keys if key in world.samples.results]
