"""Bodies as the first releases stored them, made into those of revision 0002. Pure.

In those releases each record had a form of its own. A target lay spread in its owner, and a plan had its hash. A value
that a release did not know yet is missing or stands in a sentence (`worded`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from remediator.store.migrations import worded

Body = dict[str, Any]


def incident(row: Body) -> Body:
    made = _with_target(row)
    text, cause, broke = (made.pop(name, None) for name in ("accounted", "accounted_by", "broke_first"))
    made["accounted"] = None
    if text:
        typed = {"text": text, "cause": cause, "broke_first": broke}
        made["accounted"] = typed if "accounted_by" in row else worded.account(text)
    return made


def decision(row: Body) -> Body:
    waits = row["waits"] if "waits" in row else worded.waits(row["outcome"], row["reason"])
    met = row["met"] if "met" in row else worded.met(row["outcome"], row["reason"])
    return {**row, "waits": bool(waits), "met": met, "plan": plan(row["plan"]) if row["plan"] else None}


def plan(row: Body) -> Body:
    made = _with_target(row)
    made.pop("hash", None)
    verify = made.pop("verify")
    return {
        **made,
        "verify_check": verify["check"],
        "verify_within_s": verify["within_s"],
        "verify_hold_s": verify["hold_s"],
    }


def step(row: Body) -> Body:
    made = dict(row)
    if "stage" not in row:
        made["stage"] = worded.stage(row["state"], row["result"])
    if "unsent" not in row:
        made["unsent"] = worded.unsent(row["state"], row["result"])
    return made


def run(row: Body) -> Body:
    made = dict(row)
    made.pop("paged", None)
    made["plan"] = plan(row["plan"])
    made["steps"] = [step(each) for each in row["steps"]]
    if "expired" not in row:
        made["expired"] = worded.expired(row["reason"])
    if row.get("approval") is not None:
        made["approval"] = approval(row["approval"])
    made["asks_for"] = consent(row["asks_for"] if "asks_for" in row else row.get("asks"))
    made["consent"] = consent(row.get("consent"))
    return made


def approval(row: Body) -> Body:
    covers = row["covers"] if "covers" in row else worded.covers(row.get("evidence", ""))
    return {**row, "covers": consent(covers) or {}}


def consent(row: Body | str | None) -> Body | None:
    """Return what a person said yes to; the first releases have its bare sentence."""
    if not row:
        return None
    if isinstance(row, str):
        return {"worded": row}
    because = [{"rule": rule, "facts": facts} for rule, *facts in row.get("because", ())]
    return {**row, "because": because}


def debt(row: Body) -> Body:
    return _with_target(row)


def downtime(row: Body) -> Body:
    return {**row, "service": row["service"] or None, "told_at": float(row.get("told_at") or 0.0)}


def _with_target(row: Body) -> Body:
    made = dict(row)
    made["target"] = {"text": row["target"], "hosts": made.pop("hosts")}
    return made


FORMS: Mapping[str, Callable[[Body], Body]] = {
    "incidents": incident,
    "decisions": decision,
    "runs": run,
    "debts": debt,
    "downtimes": downtime,
}
"""By table. `signs` needs more than the body; the other tables keep what they had.

Events stay as they are: they are most of a store, nothing is decided by them, and retention removes them. Readers show
both forms.
"""
