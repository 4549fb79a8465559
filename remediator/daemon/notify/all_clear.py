"""The all-clear: whoever was told of a problem, or of a run, hears once how it ended, whoever ended it.

Invariant: every incident of which a page was queued has exactly one more page when it closes. An incident of which
nobody was told has none. Neither a mute nor a parent keeps it back: a pager that was triggered stays triggered until
somebody resolves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remediator.daemon.turn.turn import Turn
from remediator.incidents import lifecycle
from remediator.model.records import pager_keys
from remediator.model.records.pager_keys import PageKey, PageKind
from remediator.model.records.records import Incident, IncidentState, Run, RunState
from remediator.model.times import exactly

AFTER_S = 5.0
"""An all-clear that would overtake its own page is looked at again this much later."""
ENDED = {
    RunState.SUCCEEDED: "succeeded",
    RunState.FAILED: "failed",
    RunState.REFUSED: "was refused",
    RunState.CANCELLED: "was called off",
}


def tell(turn: Turn) -> None:
    """Once a turn: queue the all-clear of each incident that this turn has closed and that people were told of."""
    for incident, how in turn.closed:
        if not turn.journal.was_told(pager_keys.about(incident.id)):
            continue
        if incident.cured_at is None:
            subject = f"{incident.target} is closed ({incident.check}, {incident.id})"
        else:
            subject = f"{incident.target} is OK again ({incident.check}, {incident.id})"
        turn.page(
            PageKey(PageKind.OVER, incident.id), subject, f"{how}.\n{lasting(incident)}".strip(), incident=incident
        )
    turn.closed.clear()


def comes_too_soon(turn: Turn, n: int, body: Mapping[str, Any]) -> bool:
    """Return whether notification `n` is an all-clear whose own pages are not delivered yet: in that order a pager
    would stay triggered."""
    if body.get("state") != IncidentState.RESOLVED.value or body.get("incident") is None:
        return False
    return turn.journal.waits_before(n, pager_keys.about(str(body["incident"])))


def lasting(incident: Incident) -> str:
    """Return for how long it lasted, from its first bad sample to the OK one that held; empty while that is not
    known."""
    lasted = lifecycle.durations(incident)["down_s"]
    return f"It lasted {exactly(lasted)}." if lasted is not None else ""


def recovered(turn: Turn, incident: Incident) -> str:
    """Return how an incident ended that no run of its own has cured: with its parent, beside another run, or by
    itself."""
    if incident.parent is not None:
        return f"OK again, with {incident.parent}, which explains it"
    run = next(
        (
            turn.world.durable.locks[f"host:{host}"]
            for host in incident.target.hosts
            if f"host:{host}" in turn.world.durable.locks
        ),
        None,
    )
    return f"OK again while {run} was at work there" if run is not None else "OK again while no run was at work there"


def of_run(turn: Turn, run: Run, *, told: bool) -> None:
    """Queue how `run` ended, if a person approved it or was told of it; `told`: another page of this turn says so
    already."""
    approved = run.approval is not None and run.approval.approved_by is not None
    if told or not (approved or turn.journal.was_told(pager_keys.about(run.id))):
        return
    by = f", which {run.approval.approved_by} approved," if approved and run.approval is not None else ""
    text = (
        f"{run.plan.runbook} on {run.plan.target}{by} {ENDED[run.state]}: {run.reason}.\nremediator runs show {run.id}"
    )
    turn.page(PageKey(PageKind.ENDED, run.id), f"{run.id} on {run.plan.target} {ENDED[run.state]}", text, run=run)
