"""Guards about how much is too much: rates, cooldown, cures that do not last.

Rates and cooldowns count runs that reached an INTENT. They are read from the journal, so a restart does not reset them,
and they use the clock that says less time has passed. A cooldown runs from the end of the target's last run. A ladder
that failed for good, or a cure that comes undone again and again, waits for a person.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from remediator.model.content.actions import Risk
from remediator.model.content.specs import Mode
from remediator.model.records.verdicts import Verdict
from remediator.model.values import Unknown
from remediator.safety.case import Case, PastRun
from remediator.safety.guard import Guard, allow, refuse, seconds

UNDONE_LIMIT = 3
"""After this many cures of one target that came undone within 24 h, the rule is off for the target."""
EARLY_LIMIT = 2
"""Most runs of an unattended R3 that may end before they can lose data, in one incident. After that a person is needed.
"""


def budget(case: Case) -> Verdict:
    """The whole cloud is below its rates, this rung is below its number of runs in the incident, and R3 runs alone and
    rarely.
    """
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
        rung = [
            run
            for run in others
            if run.incident == case.incident and run.runbook == case.plan.runbook and not run.ended_early
        ]
        if len(rung) >= case.brakes.runs_per_rung:
            return refuse(
                "budget",
                f"{case.plan.runbook} ran {len(rung)} times in this incident, {case.brakes.runs_per_rung} is the limit",
            )
    if case.plan.risk is Risk.R3:
        return _r3(case, others)
    return allow("budget", runs=len(others))


def _r3(case: Case, others: Sequence[PastRun]) -> Verdict:
    """No other R3 is under way anywhere, and this target's last one reached what can lose data long enough ago."""
    earlier = [run for run in others if run.risk == Risk.R3.name]
    for run in earlier:
        if run.ended_at is None:
            return refuse(
                "budget",
                f"R3 run {run.run} on {run.target} has not ended: one R3 at a time, in the whole cloud",
                run=run.run,
            )
    early = [
        run for run in earlier if run.incident == case.incident and run.runbook == case.plan.runbook and run.ended_early
    ]
    if case.incident is not None and case.mode is Mode.AUTO and not case.by_person and len(early) >= EARLY_LIMIT:
        why = max(early, key=lambda run: run.intent_at.wall).reason.partition("\n")[0]
        return refuse(
            "budget",
            f"{case.plan.runbook} ended {len(early)} times in this incident before anything that can "
            f"lose data ({why or 'no reason given'}): "
            f"it is not tried again unattended; {by_hand(case.plan.runbook, case.plan.target.text)}",
        )
    every_s = case.brakes.r3_every_s
    ages = [
        case.now.since(run.risked_at)
        for run in earlier
        if run.target == case.plan.target.text and run.risked_at is not None
    ]
    youngest = min(ages, default=every_s)
    if youngest < every_s:
        return refuse(
            "budget",
            f"an R3 run on this target began {seconds(youngest)} ago: one in {seconds(every_s)} is the limit",
            until=case.utc(every_s - youngest),
        )
    return allow("budget", runs=len(others))


def by_hand(runbook: str, target: str) -> str:
    """Return the command with which a person asks for a run that is not tried again by itself."""
    return f"a person asks for it by: remediator execute {runbook} --target {shlex.quote(target)} --reason TEXT"


def cooldown(case: Case) -> Verdict:
    """The target's last run ended long enough ago. The next rung of the same incident does not wait; the same rung
    does.
    """
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
        wait_s, why = case.brakes.cooldown_s, ""
        if run.ended_early:
            wait_s = min(wait_s, case.brakes.cooldown_before_risk_s)
            why = (
                f" before anything that can lose data "
                f"({run.reason.splitlines()[0] if run.reason else 'no reason given'})"
            )
        left = wait_s - case.now.since(run.ended_at)
        if left > 0:
            return refuse(
                "cooldown",
                f"{run.runbook} ended on this target {seconds(case.now.since(run.ended_at))} ago{why}, "
                f"{seconds(wait_s)} is the wait",
                until=case.utc(left),
                run=run.run,
            )
    return allow("cooldown")


def ack(case: Case) -> Verdict:
    """No ladder of an earlier incident on this target ended without a cure and without an acknowledgement."""
    for open_end in case.unacked:
        if open_end.target == case.plan.target.text and open_end.incident != case.incident:
            return refuse(
                "ack",
                f"{open_end.incident} was not cured ({open_end.why}) and nobody has acknowledged it: "
                f"remediator incidents ack {open_end.incident} --reason R",
                incident=open_end.incident,
            )
    return allow("ack")


def undone(case: Case) -> Verdict:
    """Fewer than three cures of this target came undone within 24 h, since the last acknowledgement."""
    count = case.undone_cures
    if isinstance(count, Unknown):
        return refuse("undone", f"how many cures of this target came undone is not known ({count.reason})")
    if count >= UNDONE_LIMIT:
        return refuse(
            "undone",
            f"{count} cures of {case.plan.target.text} came undone within 24 h: it needs a person; then say "
            f"`remediator incidents ack {case.incident or 'INCIDENT'} --reason R`",
            undone=count,
        )
    return allow("undone", undone=count)


GUARDS = (
    Guard(
        id="budget",
        question="Are the rates of the whole cloud, the runs of this rung, and those of R3 below their limits?",
        default="5 per 10 min and 30 a day; a rung 2, 1, 1 times per incident (R1, R2, R3); R3 one at a time, "
        "one a day per target, counted from its first step that is itself R3; one that acts unattended "
        "ends before that twice per incident, then a person asks",
        floor="20 per 10 min and 100 a day; a rung 3, 2, 1 times; R3 one at a time, one an hour per target",
        ask=budget,
    ),
    Guard(
        id="cooldown",
        question="Has the last run on this target ended long enough ago?",
        default="10 min, 30 min, 24 h (R1, R2, R3)",
        floor="30 s, 2 min, 1 h",
        ask=cooldown,
    ),
    Guard(
        id="ack",
        question="Is every earlier failure to cure this target acknowledged?",
        default="always asked, from the end of a ladder without a cure",
        floor="cannot be switched off",
        ask=ack,
    ),
    Guard(
        id="undone",
        question="Do cures of this target last?",
        default="3 that came undone within 24 h switch the rule off for the target until acknowledged",
        floor="the same",
        ask=undone,
    ),
)
