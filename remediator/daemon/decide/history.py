"""What became of earlier cures of a target: how many came undone."""

from __future__ import annotations

from remediator.daemon.turn.turn import Turn
from remediator.model.content.plans import Plan
from remediator.model.times import Instant

UNDONE_S = 86400.0


def undone_cures(turn: Turn, plan: Plan) -> int:
    """Return how many cures of the plan's target by its rule came undone in 24 h, since the last acknowledgement.

    A cure came undone when its target is broken again: all of them have, or there would be no plan.
    """
    if plan.rule is None:
        return 0
    acked = turn.world.durable.acked_at.get(plan.target.text)
    return sum(
        1
        for run in turn.world.durable.past_runs.values()
        if run.plan.rule == plan.rule
        and run.plan.target.text == plan.target.text
        and run.state.value == "succeeded"
        and run.ended_at is not None
        and _within(turn.now, run.ended_at, UNDONE_S)
        and (acked is None or run.ended_at.wall > acked)
    )


def _within(now: Instant, then: Instant, limit_s: float) -> bool:
    return now.since(then) < limit_s
