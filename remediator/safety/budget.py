"""How much is too much: rates read from the journal, cooldown from the end of a target's last run.

Both count runs that reached an INTENT, across restarts of the daemon, by the clock that says less time has passed.
"""

from __future__ import annotations

from remediator.model.values import Unknown
from remediator.model.verdicts import Verdict
from remediator.safety.case import Case
from remediator.safety.guard import Guard, allow, refuse, seconds


def budget(case: Case) -> Verdict:
    """The whole cloud is below its rates, and this rung below its number of runs in this incident."""
    if isinstance(case.past_runs, Unknown):
        return refuse("budget", f"the journal cannot be read ({case.past_runs.reason})")
    others = [run for run in case.past_runs if run.run != case.own_run]
    for window_s, limit, name in ((600.0, case.brakes.per_10min, "10 min"), (86400.0, case.brakes.per_day, "24 h")):
        ages = sorted(case.now.since(run.intent_at) for run in others)
        inside = [age for age in ages if age < window_s]
        if len(inside) >= limit:
            until = case.utc(window_s - inside[limit - 1])
            return refuse(
                "budget",
                f"{len(inside)} runs in the last {name}, {limit} is the limit for the whole cloud",
                until=until,
            )
    if case.incident is not None:
        rung = [run for run in others if run.incident == case.incident and run.runbook == case.plan.runbook]
        if len(rung) >= case.brakes.runs_per_rung:
            return refuse(
                "budget",
                f"{case.plan.runbook} ran {len(rung)} times in this incident, {case.brakes.runs_per_rung} is the limit",
            )
    return allow("budget", runs=len(others))


def cooldown(case: Case) -> Verdict:
    """The target's last run ended long enough ago. The next rung of the same incident does not wait; the same rung does."""
    if isinstance(case.past_runs, Unknown):
        return refuse("cooldown", f"the journal cannot be read ({case.past_runs.reason})")
    for run in case.past_runs:
        if run.run == case.own_run or run.target != case.plan.target.text:
            continue
        next_rung = case.incident is not None and run.incident == case.incident and run.runbook != case.plan.runbook
        if next_rung:
            continue
        if run.ended_at is None:
            return refuse("cooldown", f"run {run.run} on this target has not ended", run=run.run)
        left = case.brakes.cooldown_s - case.now.since(run.ended_at)
        if left > 0:
            return refuse(
                "cooldown",
                f"{run.runbook} ended on this target {seconds(case.now.since(run.ended_at))} ago, {seconds(case.brakes.cooldown_s)} is the wait",
                until=case.utc(left),
                run=run.run,
            )
    return allow("cooldown")


GUARDS = (
    Guard(
        id="budget",
        question="Are the rates of the whole cloud and the runs of this rung below their limits?",
        default="5 per 10 min and 30 a day; a rung 2, 1, 1 times per incident (R1, R2, R3)",
        floor="20 per 10 min and 100 a day; a rung 3, 2, 1 times",
        ask=budget,
    ),
    Guard(
        id="cooldown",
        question="Has the last run on this target ended long enough ago?",
        default="10 min, 30 min, 24 h (R1, R2, R3)",
        floor="30 s, 2 min, 1 h",
        ask=cooldown,
    ),
)
