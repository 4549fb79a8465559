"""Acknowledgements: a ladder that ended without a cure waits for one; a person who gives it has the incident in
hand."""

from __future__ import annotations

from remediator.incidents import lifecycle
from remediator.model.records.mutes import Ack, Unacked
from remediator.model.records.records import Incident
from remediator.model.times import Instant
from remediator.mutes import entries
from remediator.mutes.transition import MoveIncident, Transition, WriteLine

MOST_CHARS = 500
"""Of the sentence that is kept of a ladder that ended."""


def wanted(incident: Incident, why: str, now: Instant) -> Transition:
    """Return that a ladder ended on the incident's target without a cure: a person must acknowledge it."""
    return Transition(
        kept=(Unacked(target=incident.target.text, incident=incident.id, at=now.wall, why=why[:MOST_CHARS]),)
    )


def given(name: str, target: str, incident: Incident | None, reason: str, actor: str, now: Instant) -> Transition:
    """Return the acknowledgement of the incident `name` of `target`; `incident` is that one while it is open."""
    said = entries.Acknowledged(named=name, target=target, reason=reason, actor=actor)
    ack = Ack(target=target, at=now.wall, by=actor, reason=reason)
    follows = (
        WriteLine(incident=name, kind="ack", text=said.sentence())
        if incident is None
        else MoveIncident(moved=lifecycle.acknowledged(incident, actor, reason, now))
    )
    return Transition(kept=(ack,), entries=(said,), wishes=(follows,))
