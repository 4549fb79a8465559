"""Records to stored JSON and back. A stored body is the record, whole; columns beside it exist only to be indexed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from remediator.model import times
from remediator.model.consent import Consent
from remediator.model.hooks import ForeignName
from remediator.model.judging import State
from remediator.model.plans import Plan, PlannedStep
from remediator.model.records import (
    Account,
    Approval,
    Debt,
    DebtState,
    Decision,
    Event,
    Incident,
    IncidentState,
    Met,
    Outcome,
    Run,
    RunState,
    StepRecord,
    StepState,
)
from remediator.model.replies import Unsent
from remediator.model.targets import Target
from remediator.model.times import Instant
from remediator.model.values import as_json, from_json
from remediator.model.verdicts import Verdict
from remediator.store import worded


def dump(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=True)


def storable(text: str) -> str:
    """Return `text` as the database can take it: what is no character becomes ``?``."""
    return text.encode("utf-8", "replace").decode()


def instant(value: Instant | None) -> list[Any] | None:
    return None if value is None else [value.wall.timestamp(), value.boot_s, value.boot_id]


def to_instant(value: list[Any] | None) -> Instant | None:
    if value is None:
        return None
    return Instant(times.from_epoch(value[0]), value[1], value[2])


def _must(value: list[Any] | None) -> Instant:
    found = to_instant(value)
    if found is None:
        raise ValueError("a stored record lacks its time")
    return found


def verdict(row: Mapping[str, Any]) -> Verdict:
    return Verdict(
        guard=row["guard"],
        allow=row["allow"],
        reason=row["reason"],
        inputs=from_json(row["inputs"]),
        until=times.parse_rfc3339(row["until"]) if row["until"] else None,
    )


def event(record: Event) -> dict[str, Any]:
    return {
        "id": record.id,
        "at": instant(record.at),
        "source": record.source,
        "check": record.check,
        "target": record.target.text,
        "hosts": list(record.target.hosts),
        "state": record.state.name,
        "state_type": record.state_type.value,
        "attempt": record.attempt,
        "previous": record.previous.name,
        "output": record.output,
        "data": as_json(record.data),
        "flapping": record.flapping,
    }


def incident(record: Incident) -> dict[str, Any]:
    return {
        "id": record.id,
        "target": record.target.text,
        "hosts": list(record.target.hosts),
        "check": record.check,
        "state": record.state.value,
        "level": record.level.name,
        "opened_at": instant(record.opened_at),
        "hard_at": instant(record.hard_at),
        "bad_at": instant(record.bad_at),
        "acted_at": instant(record.acted_at),
        "cured_at": instant(record.cured_at),
        "closed_at": instant(record.closed_at),
        "parent": record.parent,
        "rule": record.rule,
        "rungs": list(record.rungs),
        "output": record.output,
        **_account(record.accounted),
        "acked_at": instant(record.acked_at),
        "acked_by": record.acked_by,
        "ack_reason": record.ack_reason,
    }


def _account(record: Account | None) -> dict[str, Any]:
    if record is None:
        return {"accounted": "", "accounted_by": None, "broke_first": False}
    return {"accounted": record.text, "accounted_by": record.cause, "broke_first": record.broke_first}


def _to_account(row: Mapping[str, Any]) -> Account | None:
    text = row.get("accounted", "")
    if not text:
        return None
    if "accounted_by" not in row:
        return worded.account(text)
    return Account(text=text, cause=row["accounted_by"], broke_first=row["broke_first"])


def to_incident(row: Mapping[str, Any]) -> Incident:
    return Incident(
        id=row["id"],
        target=Target(row["target"], tuple(row["hosts"])),
        check=row["check"],
        state=IncidentState(row["state"]),
        level=State[row["level"]],
        opened_at=_must(row["opened_at"]),
        hard_at=to_instant(row["hard_at"]),
        bad_at=to_instant(row["bad_at"]),
        acted_at=to_instant(row["acted_at"]),
        cured_at=to_instant(row["cured_at"]),
        closed_at=to_instant(row["closed_at"]),
        parent=row["parent"],
        rule=row["rule"],
        rungs=tuple(row["rungs"]),
        output=row["output"],
        accounted=_to_account(row),
        acked_at=to_instant(row.get("acked_at")),
        acked_by=row.get("acked_by", ""),
        ack_reason=row.get("ack_reason", ""),
    )


def decision(record: Decision) -> dict[str, Any]:
    return {
        "id": record.id,
        "at": instant(record.at),
        "incident": record.incident,
        "event": record.event,
        "rule": record.rule,
        "outcome": record.outcome.value,
        "reason": record.reason,
        "condition": record.condition,
        "values": as_json(record.values),
        "verdicts": [verdict.to_json() for verdict in record.verdicts],
        "plan": record.plan.to_json() if record.plan else None,
        "run": record.run,
        "content_version": record.content_version,
        "met": record.met.value,
        "waits": record.waits,
    }


def to_decision(row: Mapping[str, Any]) -> Decision:
    return Decision(
        id=row["id"],
        at=_must(row["at"]),
        incident=row["incident"],
        event=row["event"],
        rule=row["rule"],
        outcome=Outcome(row["outcome"]),
        reason=row["reason"],
        condition=row["condition"],
        values=from_json(row["values"]),
        verdicts=tuple(verdict(each) for each in row["verdicts"]),
        plan=Plan.from_json(row["plan"]) if row["plan"] else None,
        run=row["run"],
        content_version=row["content_version"],
        met=met(row),
        waits=waits(row),
    )


def met(row: Mapping[str, Any]) -> Met:
    """Return whether the condition of a stored decision was true."""
    return Met(row["met"]) if "met" in row else worded.met(row["outcome"], row["reason"])


def waits(row: Mapping[str, Any]) -> bool:
    """Return whether a stored decision skipped its rule only until a time has passed."""
    return bool(row["waits"]) if "waits" in row else worded.waits(row["outcome"], row["reason"])


def step(record: StepRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "action": record.action,
        "state": record.state.value,
        "intent_at": instant(record.intent_at),
        "outcome_at": instant(record.outcome_at),
        "before": dict(record.before),
        "result": record.result,
        "probe": record.probe,
        "output": record.output,
        "tries": record.tries,
        "given": as_json(record.given),
        "stage": record.stage,
        "exit_code": record.exit_code,
        "left": record.left,
        "unsent": record.unsent.value if record.unsent is not None else None,
    }


def run(record: Run) -> dict[str, Any]:
    return {
        "id": record.id,
        "plan": record.plan.to_json(),
        "incident": record.incident,
        "state": record.state.value,
        "actor": record.actor,
        "created_at": instant(record.created_at),
        "locked_at": instant(record.locked_at),
        "steps": [step(each) for each in record.steps],
        "verdicts": [each.to_json() for each in record.verdicts],
        "reason": record.reason,
        "because": list(record.because),
        "held_since": instant(record.held_since),
        "verify_from": instant(record.verify_from),
        "ok_since": instant(record.ok_since),
        "ok_samples": record.ok_samples,
        "bad_samples": record.bad_samples,
        "was_ok": record.was_ok,
        "ended_at": instant(record.ended_at),
        "expired": record.expired,
        "paged": record.paged,
        "approval": approval(record.approval) if record.approval is not None else None,
        "asks": record.asks,
        "asks_for": record.asks_for.to_json() if record.asks_for is not None else None,
        "consent": record.consent.to_json() if record.consent is not None else None,
        "asked_as": list(record.asked_as),
    }


def _unsent(row: Mapping[str, Any]) -> Unsent | None:
    if "unsent" not in row:
        return worded.unsent(row["state"], row["result"])
    return Unsent(row["unsent"]) if row["unsent"] is not None else None


def approval(record: Approval) -> dict[str, Any]:
    return {
        "run": record.run,
        "plan_hash": record.plan_hash,
        "requested_by": record.requested_by,
        "evidence": record.evidence,
        "expires_at": instant(record.expires_at),
        "approved_by": record.approved_by,
        "approved_at": instant(record.approved_at),
        "requested_as": list(record.requested_as),
        "approved_as": list(record.approved_as),
        "covers": record.covers.to_json(),
    }


def _approval(row: Mapping[str, Any] | None) -> Approval | None:
    if row is None:
        return None
    return Approval(
        run=row["run"],
        plan_hash=row["plan_hash"],
        requested_by=row["requested_by"],
        evidence=row.get("evidence", ""),
        expires_at=_must(row["expires_at"]),
        approved_by=row["approved_by"],
        approved_at=to_instant(row["approved_at"]),
        requested_as=tuple(row.get("requested_as", ())),
        approved_as=tuple(row.get("approved_as", ())),
        covers=Consent.from_json(row["covers"]) if "covers" in row else worded.covers(row.get("evidence", "")),
    )


def _consent(row: Mapping[str, Any] | str | None) -> Consent | None:
    """Return a stored consent; one of an older release is its sentence."""
    if not row:
        return None
    return Consent(worded=row) if isinstance(row, str) else Consent.from_json(row)


def to_run(row: Mapping[str, Any]) -> Run:
    return Run(
        id=row["id"],
        plan=Plan.from_json(row["plan"]),
        incident=row["incident"],
        state=RunState(row["state"]),
        actor=row["actor"],
        created_at=_must(row["created_at"]),
        locked_at=_must(row["locked_at"]),
        steps=tuple(
            StepRecord(
                id=each["id"],
                action=each["action"],
                state=StepState(each["state"]),
                intent_at=to_instant(each["intent_at"]),
                outcome_at=to_instant(each["outcome_at"]),
                before=each["before"],
                result=each["result"],
                probe=each["probe"],
                output=each["output"],
                tries=each["tries"],
                given=from_json(each.get("given", {})),
                stage=each["stage"] if "stage" in each else worded.stage(each["state"], each["result"]),
                exit_code=each.get("exit_code"),
                left=each.get("left", True),
                unsent=_unsent(each),
            )
            for each in row["steps"]
        ),
        verdicts=tuple(verdict(each) for each in row["verdicts"]),
        reason=row["reason"],
        because=tuple(row.get("because", ())),
        held_since=to_instant(row["held_since"]),
        verify_from=to_instant(row["verify_from"]),
        ok_since=to_instant(row["ok_since"]),
        ok_samples=row["ok_samples"],
        bad_samples=row.get("bad_samples", 0),
        was_ok=row.get("was_ok", False),
        ended_at=to_instant(row["ended_at"]),
        expired=row["expired"] if "expired" in row else worded.expired(row["reason"]),
        paged=row["paged"],
        approval=_approval(row.get("approval")),
        asks=row.get("asks", ""),
        asks_for=_consent(row["asks_for"] if "asks_for" in row else row.get("asks")),
        consent=_consent(row.get("consent")),
        asked_as=tuple(row.get("asked_as", ())),
    )


def debt(record: Debt) -> dict[str, Any]:
    return {
        "id": record.id,
        "run": record.run,
        "step": record.step,
        "action": record.action,
        "what": record.what,
        "target": record.target.text,
        "hosts": list(record.target.hosts),
        "host": record.host,
        "check": record.check,
        "mark": dict(record.mark),
        "undo": record.undo.to_json(),
        "created_at": instant(record.created_at),
        "expires_at": instant(record.expires_at),
        "state": record.state.value,
        "applied": record.applied,
        "release": record.release,
        "tries": record.tries,
        "tried_at": instant(record.tried_at),
        "reason": record.reason,
    }


def to_debt(row: Mapping[str, Any]) -> Debt:
    return Debt(
        id=row["id"],
        run=row["run"],
        step=row["step"],
        action=row["action"],
        what=row["what"],
        target=Target(row["target"], tuple(row["hosts"])),
        host=row["host"],
        check=row["check"],
        mark=row["mark"],
        undo=PlannedStep.from_json(row["undo"]),
        created_at=_must(row["created_at"]),
        expires_at=_must(row["expires_at"]),
        state=DebtState(row["state"]),
        applied=row["applied"],
        release=row["release"],
        tries=row["tries"],
        tried_at=to_instant(row["tried_at"]),
        reason=row["reason"],
    )


def foreign_name(record: ForeignName) -> dict[str, Any]:
    return {
        "name": record.name,
        "sent": record.sent,
        "source": record.source,
        "why": record.why,
        "word": record.word,
        "ambiguous": record.ambiguous,
        "times": record.times,
        "told": record.told,
        "first_at": times.rfc3339(record.first_at),
        "last_at": times.rfc3339(record.last_at),
    }


def to_foreign_name(body: Mapping[str, Any]) -> ForeignName:
    at = {name: times.parse_rfc3339(body[name]) for name in ("first_at", "last_at")}
    return ForeignName(**{**body, **at})
