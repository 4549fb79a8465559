"""The life of an incident as pure transitions, each with its line of the timeline. `Turn.incident` carries them out.

    open -> suppressed (a parent is bad) -> open (the parent is well again)
    open -> curing (a run works on it) -> verifying -> resolved, or open for the next rung, or escalated (a person)

Invariant: only `resolved` ends an incident. It is reached by samples, by a run's verification or by a person, never by
time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from remediator.incidents.dependency import Problem
from remediator.model.content.actions import Risk
from remediator.model.content.judging import State
from remediator.model.people import ENGINE
from remediator.model.records.records import Event, Incident, IncidentState, Run, RunState, StateType
from remediator.model.targets import Target
from remediator.model.times import Instant, rfc3339

OK_SAMPLES_TO_CLOSE = 2
"""An incident that nobody cured closes after this many OK samples in a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """An incident after one move, and the move's line of the timeline. `run` and `rule`: who moved it."""

    incident: Incident
    kind: str
    text: str
    run: str | None = None
    rule: str | None = None


_MAY_BE_SUPPRESSED = (IncidentState.OPEN, IncidentState.ESCALATED)


REPORTED = ":"
"""Occurs in the check of an incident that a sender reported (``nagios:backup``). No check of ours has such a name, and
none judges it.
"""


def is_reported(incident: Incident) -> bool:
    """Return whether only a sender reported `incident`: it has no samples, and nothing acts on it."""
    return REPORTED in incident.check


def opens(event: Event) -> bool:
    """Return whether `event` opens an incident: CRITICAL opens it at once, WARNING and UNKNOWN when they are HARD."""
    if event.state is State.OK:
        return False
    return event.state is State.CRITICAL or event.state_type is StateType.HARD


def opened(incident_id: str, event: Event, text: str) -> Moved:
    """Open the incident of `event`."""
    incident = Incident(
        id=incident_id,
        target=event.target,
        check=event.check,
        state=IncidentState.OPEN,
        level=event.state,
        opened_at=event.at,
        hard_at=event.at if event.state_type is StateType.HARD else None,
        bad_at=event.at if _proven_bad(event) else None,
        output=event.output,
    )
    return Moved(incident=incident, kind="opened", text=text)


def reported(incident_id: str, check: str, target: Target, level: State, output: str, at: Instant) -> Moved:
    """Open an incident about a problem that a sender reported and no check of ours judges."""
    incident = Incident(
        id=incident_id,
        target=target,
        check=check,
        state=IncidentState.OPEN,
        level=level,
        opened_at=at,
        hard_at=at,
        output=output,
    )
    return Moved(incident=incident, kind="opened", text=output)


def _proven_bad(event: Event) -> bool:
    return event.state_type is StateType.HARD and event.state in (State.WARNING, State.CRITICAL)


def touched(incident: Incident, event: Event, text: str) -> Moved:
    """Take another event of the incident's series."""
    hard_at = incident.hard_at
    if hard_at is None and event.state_type is StateType.HARD and event.state is not State.OK:
        hard_at = event.at
    level = incident.level if event.state is State.OK else event.state
    bad_at = event.at if incident.bad_at is None and _proven_bad(event) else incident.bad_at
    output = event.output if event.state is not State.OK else incident.output
    after = replace(incident, level=level, hard_at=hard_at, bad_at=bad_at, output=output)
    return Moved(incident=after, kind="state", text=text)


def parented(incident: Incident, problem: Problem | None) -> Moved | None:
    """Put the incident under the `problem` that explains it, or free it; None when nothing changes. An incident with a
    live run is never suppressed.
    """
    suppressed = incident.state is IncidentState.SUPPRESSED
    if problem is None:
        freed = replace(incident, state=IncidentState.OPEN, parent=None)
        return Moved(incident=freed, kind="unsuppressed", text="nothing explains it any more") if suppressed else None
    if incident.state not in _MAY_BE_SUPPRESSED and not (suppressed and incident.parent != problem.incident):
        return None
    after = replace(incident, state=IncidentState.SUPPRESSED, parent=problem.incident)
    text = f"suppressed: explained by {problem.incident} ({problem.check} on {problem.target})"
    return Moved(incident=after, kind="suppressed", text=text)


def follows(incident: Incident, run: Run, text: str, at: Instant) -> Moved:
    """Let the incident follow `run`, which is under way: the run verifies, or has begun a step at `at`."""
    if run.state is RunState.VERIFYING:
        after = replace(incident, state=IncidentState.VERIFYING)
        return Moved(incident=after, kind="verifying", text=text, run=run.id)
    rule = run.plan.rule or incident.rule
    after = replace(incident, state=IncidentState.CURING, acted_at=incident.acted_at or at, rule=rule)
    return Moved(incident=after, kind="intent", text=text, run=run.id, rule=run.plan.rule)


KINDS_OF_ENDS = {RunState.SUCCEEDED: "resolved", RunState.FAILED: "run_failed"}
"""How the timeline names the end of a run; other ends are named as their state."""


def after_run(incident: Incident, run: Run, ladder: tuple[str, ...]) -> Moved:
    """Let the incident follow the end of `run`: resolved by a verified cure, or open for the next rung or for a person.

    A refused run used no rung: the incident is open again. A failed run used its rung. The exception is an R3 run that
    ended before the step that can lose data: it is tried again after its cooldown. A run that a person cancelled used
    the whole ladder: the incident is theirs.
    """
    text = cured(run) if run.state is RunState.SUCCEEDED else run.reason
    kind = KINDS_OF_ENDS.get(run.state, run.state.value)
    return Moved(incident=_after(incident, run, ladder), kind=kind, text=text, run=run.id, rule=run.plan.rule)


def cured(run: Run) -> str:
    """Return the sentence that says by which run, and on whose word, an incident was cured."""
    word = f", approved by {run.approval.approved_by}" if run.approval is not None and run.approval.approved_by else ""
    asked = f", asked for by {run.actor}" if run.actor != ENGINE else ""
    return f"{run.plan.runbook} ({run.id}{asked}{word}) cured it: {run.reason}"


def _after(incident: Incident, run: Run, ladder: tuple[str, ...]) -> Incident:
    if run.state is RunState.SUCCEEDED:
        return replace(
            incident, state=IncidentState.RESOLVED, cured_at=run.ok_since, closed_at=run.ended_at, parent=None
        )
    if run.state is RunState.CANCELLED:
        rungs = (*incident.rungs, *(ladder or (run.plan.runbook,)))
        return replace(incident, rungs=rungs, state=IncidentState.ESCALATED)
    if run.state is not RunState.FAILED:
        return replace(incident, state=IncidentState.OPEN)
    if ended_early(run):
        return replace(incident, state=IncidentState.OPEN)
    return replace(incident, rungs=(*incident.rungs, run.plan.runbook), state=IncidentState.OPEN)


def acknowledged(incident: Incident, by: str, reason: str, at: Instant) -> Moved:
    """Hand the incident to a person, who has said so: it waits for nobody else."""
    after = replace(incident, acked_at=at, acked_by=by, ack_reason=reason)
    return Moved(incident=after, kind="ack", text=f"{by}: {reason}")


def ended_early(run: Run) -> bool:
    """Return whether `run` failed before the step that can lose data. Such a run has used up neither the one R3 nor its
    rung.
    """
    return run.state is RunState.FAILED and run.plan.risk is Risk.R3 and run.risked_at is None


def escalated(incident: Incident, why: str, rule: str | None) -> Moved:
    """Hand the incident to people, with the text of `rule`, or because no rule fits."""
    after = replace(incident, state=IncidentState.ESCALATED)
    return Moved(incident=after, kind="escalated", text=why, rule=rule)


def closed(incident: Incident, ok_since: Instant | None, at: Instant, how: str, by: str = "") -> Moved:
    """Resolve the incident without a run: it recovered by itself, or the person `by` closed it.

    A suppressed incident keeps its parent: whoever counts problems afterwards must know that it was explained.
    """
    after = replace(incident, state=IncidentState.RESOLVED, cured_at=ok_since, closed_at=at)
    return Moved(incident=after, kind="closed" if by else "resolved", text=f"closed by {by}: {how}" if by else how)


def next_rung(incident: Incident, ladder: tuple[str, ...]) -> str | None:
    """Return the first runbook of `ladder` that has not ended without a cure in this incident."""
    return next((runbook for runbook in ladder if runbook not in incident.rungs), None)


def durations(incident: Incident) -> dict[str, float | None]:
    """Return the seconds of each phase; None for a phase that has not come to its end.

    - `detect_s`: first event to HARD
    - `decide_s`: HARD to the first INTENT
    - `cure_s`: INTENT to the first OK of the quiet period
    - `down_s`: first event to that OK, or to the end of an incident that was closed without one
    """

    def between(start: Instant | None, end: Instant | None) -> float | None:
        if start is None or end is None:
            return None
        return round((end.wall - start.wall).total_seconds(), 3)

    return {
        "detect_s": between(incident.opened_at, incident.hard_at),
        "decide_s": between(incident.hard_at, incident.acted_at),
        "cure_s": between(incident.acted_at, incident.cured_at),
        "down_s": between(incident.opened_at, incident.cured_at or incident.closed_at),
    }


ASKED, ANSWERED = "waits", frozenset({"approved", "refused", "cancelled", "resolved", "closed"})
"""Kinds of entries of a timeline: a plan waits for somebody's yes, and what ends that."""


def asked_s(timeline: Sequence[tuple[str, datetime]]) -> float | None:
    """Return for how long (s) plans waited for a person's yes, by (kind, when) of the timeline; None when none ever
    did.
    """
    total, since = None, None
    for kind, at in timeline:
        if kind == ASKED and since is None:
            since = at
        elif kind in ANSWERED and since is not None:
            total, since = (total or 0.0) + (at - since).total_seconds(), None
    return total


def acknowledgement(incident: Incident) -> dict[str, str] | None:
    """Return who has acknowledged the incident, when and why; None while nobody has."""
    if incident.acked_at is None:
        return None
    return {"by": incident.acked_by, "at": rfc3339(incident.acked_at.wall), "reason": incident.ack_reason}


def seen_as(incident: Incident, level: State, output: str, text: str) -> Moved:
    """Show the incident as its newest sample shows it, between events."""
    return Moved(incident=replace(incident, level=level, output=output), kind="state", text=text)
