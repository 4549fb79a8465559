"""The JSON of what is stored, in the shapes of docs/contracts.md: an incident, a run, a debt, an approval, a decision,
an event."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from remediator.incidents import lifecycle
from remediator.model.records.records import Approval, Debt, Decision, Event, Incident, Run
from remediator.model.times import Instant, parse_rfc3339, rfc3339
from remediator.model.values import as_json


def _at(instant: Instant | None) -> str | None:
    return rfc3339(instant.wall) if instant is not None else None


def incident_json(incident: Incident, timeline: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": incident.id,
        "key": incident.key,
        "target": incident.target.text,
        "hosts": list(incident.target.hosts),
        "check": incident.check,
        "state": incident.state.value,
        "level": incident.level.name,
        "output": incident.output,
        "opened_at": _at(incident.opened_at),
        "closed_at": _at(incident.closed_at),
        "parent": incident.parent,
        "rule": incident.rule,
        "acknowledged": lifecycle.acknowledgement(incident),
        "timeline": timeline,
        "durations": {**lifecycle.durations(incident), "asked_s": lifecycle.asked_s(_kinds(timeline))},
    }


def _kinds(timeline: list[dict[str, Any]]) -> list[tuple[str, datetime]]:
    return [(str(entry["kind"]), parse_rfc3339(str(entry["at"]))) for entry in timeline]


def approval_json(approval: Approval) -> dict[str, Any]:
    return {
        "requested_by": approval.requested_by,
        "evidence": approval.evidence or None,
        "expires_at": _at(approval.expires_at),
        "approved_by": approval.approved_by,
        "approved_at": _at(approval.approved_at),
    }


def debt_json(debt: Debt) -> dict[str, Any]:
    return {
        "id": debt.id,
        "step": debt.step,
        "what": debt.what,
        "target": debt.target.text,
        "host": debt.host,
        "state": debt.state.value,
        "reason": debt.reason,
        "created_at": _at(debt.created_at),
        "expires_at": _at(debt.expires_at),
        "release": debt.release,
        "commands": [command.to_json() for command in debt.undo.commands],
    }


def run_json(run: Run) -> dict[str, Any]:
    planned = {step.id: step for step in run.plan.steps}
    return {
        "id": run.id,
        "runbook": run.plan.runbook,
        "rule": run.plan.rule,
        "target": run.plan.target.text,
        "risk": run.plan.risk.name,
        "state": run.state.value,
        "reason": run.reason,
        "asks": run.asks or None,
        "asks_hash": run.asks_hash or None,
        "actor": run.actor,
        "approval": approval_json(run.approval) if run.approval is not None else None,
        "incident": run.incident,
        "plan_hash": run.plan.hash,
        "content_version": run.plan.content_version,
        "created_at": _at(run.created_at),
        "ended_at": _at(run.ended_at),
        "steps": [
            {
                "id": step.id,
                "action": step.action,
                "summary": planned[step.id].summary,
                "late": planned[step.id].late,
                "host": planned[step.id].host,
                "effect": planned[step.id].effect.value,
                "state": step.state.value,
                "intent_at": _at(step.intent_at),
                "outcome_at": _at(step.outcome_at),
                "probe": step.probe,
                "result": step.result,
                "output": step.output,
                "given": as_json(step.given),
                "commands": [command.to_json() for command in planned[step.id].commands],
            }
            for step in run.steps
        ],
        "verdicts": [verdict.to_json() for verdict in run.verdicts],
        "debts": [],
    }


def decision_json(decision: Decision) -> dict[str, Any]:
    return {
        "id": decision.id,
        "rule": decision.rule,
        "outcome": decision.outcome.value,
        "reason": decision.reason,
        "condition": decision.condition,
        "values": as_json(decision.values),
        "verdicts": [verdict.to_json() for verdict in decision.verdicts],
        "run": decision.run,
        "plan": decision.plan.to_json() if decision.plan is not None else None,
        "content_version": decision.content_version,
        "met": decision.met.value,
        "waits": decision.waits,
        "at": _at(decision.at),
    }


def event_json(event: Event) -> dict[str, Any]:
    """Return an event of a check; one of a webhook is what was sent."""
    return {
        "id": event.id,
        "at": _at(event.at),
        "source": event.source,
        "check": event.check,
        "target": event.target.text,
        "hosts": list(event.target.hosts),
        "state": event.state.name,
        "state_type": event.state_type.value,
        "attempt": event.attempt,
        "previous": event.previous.name,
        "output": event.output,
        "data": as_json(event.data),
        "flapping": event.flapping,
    }
