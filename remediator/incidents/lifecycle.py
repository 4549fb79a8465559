"""The life of an incident as pure transitions; the store keeps what they return.

open -> suppressed (a parent is bad) -> open (it is not any more)
open -> curing (a run works on it) -> verifying -> resolved, or back to open for the next rung, or escalated (a human)
Invariant: only `resolved` ends an incident, and it is reached by samples, by a run's verification or by a person, never by time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from remediator.model.actions import Risk
from remediator.model.judging import State
from remediator.model.records import Event, Incident, IncidentState, Run, RunState, StateType
from remediator.model.times import Instant, rfc3339

OK_SAMPLES_TO_CLOSE = 2
"""An incident that nobody cured closes after this many OK samples in a row."""

_MAY_BE_SUPPRESSED = (IncidentState.OPEN, IncidentState.ESCALATED)


REPORTED = ":"
"""Stands in the check of an incident that a sender reports (``nagios:backup``): no check of ours has such a name, and none judges it."""


def is_reported(incident: Incident) -> bool:
    """Return whether `incident` is only what a sender says: it has no samples, and nothing acts on it."""
    return REPORTED in incident.check


def opens(event: Event) -> bool:
    """Return whether `event` is the beginning of an incident: a CRITICAL one at once, WARNING and UNKNOWN when they are HARD."""
    if event.state is State.OK:
        return False
    return event.state is State.CRITICAL or event.state_type is StateType.HARD


def opened(incident_id: str, event: Event) -> Incident:
    """Return the incident that `event` opens."""
    return Incident(
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


def _proven_bad(event: Event) -> bool:
    return event.state_type is StateType.HARD and event.state in (State.WARNING, State.CRITICAL)


def touched(incident: Incident, event: Event) -> Incident:
    """Return `incident` after another event of its series."""
    hard_at = incident.hard_at
    if hard_at is None and event.state_type is StateType.HARD and event.state is not State.OK:
        hard_at = event.at
    level = incident.level if event.state is State.OK else event.state
    bad_at = event.at if incident.bad_at is None and _proven_bad(event) else incident.bad_at
    return replace(
        incident,
        level=level,
        hard_at=hard_at,
        bad_at=bad_at,
        output=event.output if event.state is not State.OK else incident.output,
    )


def parented(incident: Incident, parent: str | None) -> Incident:
    """Return `incident` under `parent`, or freed of it. A run in flight is never suppressed away."""
    if parent is not None and incident.state in _MAY_BE_SUPPRESSED:
        return replace(incident, state=IncidentState.SUPPRESSED, parent=parent)
    if parent is None and incident.state is IncidentState.SUPPRESSED:
        return replace(incident, state=IncidentState.OPEN, parent=None)
    if parent is not None and incident.state is IncidentState.SUPPRESSED and incident.parent != parent:
        return replace(incident, parent=parent)
    return incident


def curing(incident: Incident, run: Run, at: Instant) -> Incident:
    """Return `incident` with `run` at work; `at` is its first INTENT."""
    return replace(
        incident, state=IncidentState.CURING, acted_at=incident.acted_at or at, rule=run.plan.rule or incident.rule
    )


def verifying(incident: Incident) -> Incident:
    return replace(incident, state=IncidentState.VERIFYING)


def after_run(incident: Incident, run: Run, ladder: tuple[str, ...]) -> Incident:
    """Return `incident` after `run` ended: resolved by a verified cure, or open for the next rung or for a person.

    A refused run used no rung: the incident is open again. A failed one used its rung, unless it was R3 and ended before the step of it
    that can lose data: it is tried again after its cooldown. One that a person cancelled used the
    whole ladder: whoever said "hands off" has the incident.
    """
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


def acknowledged(incident: Incident, by: str, reason: str, at: Instant) -> Incident:
    """Return `incident` in the hands of a person: it waits for nobody else."""
    return replace(incident, acked_at=at, acked_by=by, ack_reason=reason)


def ended_early(run: Run) -> bool:
    """Return whether `run` failed before it came to what can lose data: then it has not used up the one R3, and its rung."""
    return run.state is RunState.FAILED and run.plan.risk is Risk.R3 and run.risked_at is None


def escalated(incident: Incident) -> Incident:
    return replace(incident, state=IncidentState.ESCALATED)


def closed(incident: Incident, ok_since: Instant | None, at: Instant) -> Incident:
    """Return `incident` resolved without a run: it recovered by itself, or a person closed it.

    One that was suppressed keeps its parent: whoever counts problems afterwards must know that it was explained.
    """
    return replace(incident, state=IncidentState.RESOLVED, cured_at=ok_since, closed_at=at)


def next_rung(incident: Incident, ladder: tuple[str, ...]) -> str | None:
    """Return the first runbook of `ladder` that has not ended without a cure in this incident."""
    return next((runbook for runbook in ladder if runbook not in incident.rungs), None)


def durations(incident: Incident) -> dict[str, float | None]:
    """Return detect_s (first event to HARD), decide_s (HARD to first INTENT), cure_s (INTENT to the first OK that held), and down_s
    (first event to that OK, or to the end of what was closed without one). What has not come yet is None."""

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
    """Return for how long a plan waited for somebody's yes, by (kind, when) of the entries; None when none ever did."""
    total, since = None, None
    for kind, at in timeline:
        if kind == ASKED and since is None:
            since = at
        elif kind in ANSWERED and since is not None:
            total, since = (total or 0.0) + (at - since).total_seconds(), None
    return total


def acknowledgement(incident: Incident) -> dict[str, str] | None:
    """Return who has the incident in hand, since when and why; None while nobody has said so."""
    if incident.acked_at is None:
        return None
    return {"by": incident.acked_by, "at": rfc3339(incident.acked_at.wall), "reason": incident.ack_reason}


def seen_as(incident: Incident, level: State, output: str) -> Incident:
    """Return `incident` as its newest sample shows it, between events."""
    return replace(incident, level=level, output=output)
