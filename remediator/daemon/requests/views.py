"""The world for people and for scrapers, from memory alone: the JSON of `check` and `status`, and the metrics
(docs/contracts.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from remediator.daemon.decide import inaction
from remediator.daemon.inhibit.inhibitors import Trouble
from remediator.daemon.notify import integration_faults
from remediator.daemon.requests import check_results
from remediator.daemon.state.asides import Aside
from remediator.daemon.state.world import World
from remediator.incidents import lifecycle
from remediator.model.content.judging import CheckResult, State
from remediator.model.records.records import Incident, IncidentState, Run, RunState, StepState
from remediator.model.times import Instant, exactly, rfc3339
from remediator.model.values import Unknown
from remediator.runs import machine
from remediator.runs.debts import debts

STALE_INTERVALS = 3
STALE_SLACK_S = 10.0
"""What a round trip may take on top."""


def check(
    world: World, results: Iterable[CheckResult], now: Instant, took_ms: float, *, cached: bool = False
) -> dict[str, Any]:
    """Return the JSON of `check`; a cached result older than three intervals is UNKNOWN."""

    def stale(result: CheckResult, age_s: float) -> bool:
        spec = world.loaded.content.checks.get(result.check)
        return cached and spec is not None and age_s > STALE_INTERVALS * spec.every_s + STALE_SLACK_S

    return {
        **check_results.check(world.loaded.config.cloud, results, now, took_ms, stale, world.loaded.content.checks),
        "config": config(world),
    }


def config(world: World) -> dict[str, Any]:
    """Return which config the daemon goes by: an answer of the daemon is never of the file that lies there by now."""
    document = world.loaded.config.origin.document
    return {"file": document.file, "sha256": document.sha256, "loaded_at": rfc3339(world.loaded.config_at.wall)}


def _problem(world: World, incident: Incident) -> dict[str, Any]:
    """Return an open incident with the newest state of its check, and why nothing is done about it."""
    result = world.samples.results.get((incident.check, incident.target.text))
    return {
        **_brief(incident),
        "now": result.state.name if result is not None else None,
        "why": inaction.of(world, incident),
    }


def _brief(incident: Incident) -> dict[str, Any]:
    return {
        "id": incident.id,
        "target": incident.target.text,
        "check": incident.check,
        "state": incident.state.value,
        "level": incident.level.name,
        "opened_at": rfc3339(incident.opened_at.wall),
        "output": incident.output,
        "parent": incident.parent,
        "acknowledged": lifecycle.acknowledgement(incident),
    }


def muted(world: World, now: Instant) -> list[dict[str, Any]]:
    """Return what is muted, by whom, until when."""
    rows: list[dict[str, Any]] = []
    outside = world.setup.read_pause()
    reasons = (f"UNKNOWN: {outside.reason}",) if isinstance(outside, Unknown) else outside
    for reason in reasons:
        trouble = {"trouble": reason.kind} if isinstance(reason, Trouble) else {}
        rows.append({"kind": "pause", "what": "everything", "reason": reason, "until": None, **trouble})
    for name, pause in world.durable.pauses.items():
        rows.append(_mute("pause", name, "everything", pause.reason, pause.author, None))
    for silence in world.durable.silences.values():
        if silence.until > now.wall:
            what = ", ".join(matcher.text for matcher in silence.matchers)
            rows.append(_mute("silence", silence.id, what, silence.reason, silence.author, silence.until))
    for own in world.durable.own_downtimes.values():
        if own.until > now.wall:
            rows.append(_mute("downtime", own.id, own.target, own.reason, own.author, own.until))
    for wrap in world.durable.wraps.values():
        over = None if wrap.ended_at is None else wrap.ended_at + timedelta(seconds=world.loaded.limits.maintenance_s)
        if over is None or over > now.wall:
            rows.append(_mute("wrap", wrap.id, wrap.scope, f"{wrap.reason}: {wrap.command}", wrap.author, over))
    for scope, storm in sorted(world.health.storms.items()):
        until = rfc3339(storm.until) if storm.until is not None else None
        what = f"R1 and above in {scope}"
        rows.append({"kind": "storm", "what": what, "reason": storm.why, "until": until, "scope": scope})
    if world.durable.storm_latched:
        rows.append({"kind": "storm", "what": "R3", "reason": world.durable.storm_latched, "until": None})
    if world.durable.rival:
        rows.append({"kind": "rival", "what": "everything above R0", "reason": world.durable.rival, "until": None})
    if world.health.restored:
        rows.append({"kind": "restored", "what": "everything above R0", "reason": world.health.restored, "until": None})
    for downtime in world.durable.downtimes.values():
        if downtime.until > now.wall:
            what = f"{downtime.host}/{downtime.service}" if downtime.service else downtime.host
            rows.append(
                {
                    "kind": "downtime",
                    "what": what,
                    "reason": f"{downtime.source}, depth {downtime.depth}",
                    "until": rfc3339(downtime.until),
                }
            )
    if world.health.clock_brake:
        until = rfc3339(world.health.clock_until.wall) if world.health.clock_until else None
        rows.append(
            {"kind": "clock", "what": "everything above R0", "reason": world.health.clock_brake, "until": until}
        )
    return rows


def _mute(kind: str, name: str, what: str, reason: str, author: str, until: datetime | None) -> dict[str, Any]:
    end = rfc3339(until) if until is not None else None
    return {"kind": kind, "id": name, "what": what, "reason": reason, "by": author, "until": end}


def _progress(run: Run, now: Instant) -> str:
    """Return which step of a live run is under way, and how far it is; of a verification, how long it still takes."""
    step = machine.current(run)
    if step is None:
        quiet_s = run.plan.verify_hold_s
        if run.ok_since is None:
            return f"{run.plan.verify_check} must be OK, then for {exactly(quiet_s)}"
        left_s = max(0.0, quiet_s - now.since(run.ok_since))
        return f"{run.plan.verify_check} is OK and must hold for {exactly(quiet_s)}: {exactly(left_s)} left"
    return f"{step.id}: {step.result}" if step.state is StepState.SETTLING else f"{step.id}: {step.state.value}"


def _waiting(world: World, now: Instant) -> list[dict[str, Any]]:
    """Return the runs and debts that wait for a person."""
    waiting = [
        {
            "run": run.id,
            "state": run.state.value,
            "target": run.plan.target.text,
            "runbook": run.plan.runbook,
            "risk": run.plan.risk.name,
            "incident": run.incident,
            "created_at": rfc3339(run.created_at.wall),
            "reason": run.reason,
            "until": rfc3339(run.approval.expires_at.wall)
            if run.state is RunState.WAITING_APPROVAL and run.approval
            else None,
            **({"command": f"remediator approve {run.id}"} if run.asks else {}),
        }
        for run in world.durable.runs.values()
        if run.state in (RunState.IN_DOUBT, RunState.HELD, RunState.WAITING_APPROVAL)
    ]
    overdue = [
        {
            "id": debt.id,
            "state": "overdue",
            "target": debt.target.text,
            "reason": f"{debt.what} on {debt.host}: {world.waits.debt_waits.get(debt.id, debt.reason)}",
            "until": rfc3339(debt.expires_at.wall),
            "command": f"remediator runs show {debt.run}",
        }
        for debt in world.durable.debts.values()
        if debts.overdue(debt, now)
    ]
    return waiting + overdue


def status(world: World, now: Instant) -> dict[str, Any]:
    """Return the JSON of `status`."""
    mutes = muted(world, now)
    states = Counter(result.state for result in world.samples.results.values())
    waiting = _waiting(world, now)
    waiting += [
        _problem(world, incident)
        for incident in world.durable.incidents.values()
        if incident.state is IncidentState.ESCALATED and incident.acked_at is None
    ]
    curing = [
        {
            "run": run.id,
            "state": run.state.value,
            "target": run.plan.target.text,
            "runbook": run.plan.runbook,
            "incident": run.incident,
            "created_at": rfc3339(run.created_at.wall),
            "reason": _progress(run, now),
        }
        for run in world.durable.runs.values()
        if run.state in (RunState.PLANNED, RunState.RUNNING, RunState.VERIFYING)
    ]
    return {
        "cloud": world.loaded.config.cloud,
        "at": rfc3339(now.wall),
        "paused": any(row["kind"] == "pause" for row in mutes),
        "open": [_problem(world, incident) for incident in world.durable.incidents.values()],
        "curing": curing,
        "waiting": waiting,
        "muted": mutes,
        "config": config(world),
        "failing": [_failing(aside) for aside in world.health.asides.all()],
        "damaged": world.health.damaged or None,
        "warnings": [
            {"kind": each.kind, "name": each.name, "reason": each.text} for each in integration_faults.standing(world)
        ],
        "checks": {name.lower(): states[State[name]] for name in ("OK", "WARNING", "CRITICAL", "UNKNOWN")},
    }


def _failing(aside: Aside) -> dict[str, Any]:
    """Return what is set aside because its handling failed."""
    return {
        "kind": aside.about.kind,
        "name": aside.about.name,
        "reason": aside.why,
        "since": rfc3339(aside.since.wall),
        "times": aside.times,
        "holds_all": aside.holds_all,
    }


Samples = list[tuple[Mapping[str, str], float]]


def metrics(world: World, audit_seq: int, now: Instant) -> dict[str, Samples]:
    """Return the samples of all metrics but the loop's age, which the loop itself knows."""
    found: dict[str, Samples] = {}
    open_by_check = Counter(incident.check for incident in world.durable.incidents.values())
    found["remediator_incidents_open"] = [
        ({"check": name}, float(open_by_check[name])) for name in sorted(world.loaded.content.checks)
    ]
    for counter, metric in (
        ("runs", "remediator_runs_total"),
        ("refusals", "remediator_refusals_total"),
        ("events", "remediator_events_total"),
        ("checks", "remediator_checks_total"),
        ("unknown", "remediator_unknown_total"),
    ):
        found[metric] = [(dict(labels), value) for labels, value in sorted(world.health.counters[counter].items())]
    found["remediator_paused"] = [({}, float(any(row["kind"] == "pause" for row in muted(world, now))))]
    found["remediator_brakes_open"] = [
        ({"guard": "clock"}, float(world.health.clock_brake is not None)),
        ({"guard": "rival"}, float(bool(world.durable.rival))),
        ({"guard": "storm"}, float(bool(world.health.storms or world.durable.storm_latched))),
        ({"guard": "self_vantage"}, float(world.health.cut_off_since is not None)),
        ({"guard": "restored"}, float(world.health.restored is not None)),
    ]
    found["remediator_audit_seq"] = [({}, float(audit_seq))]
    found["remediator_debts_open"] = [({}, float(len(world.durable.debts)))]
    return found
