"""What became of an incident or a run in one sentence, before everything that led to it. Pure.

The sentence says what was done; else which guard refused and until when, what is waited for, or why nobody was asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from remediator.cli.render import sanitize, times

LAST: Final = ("resolved", "escalated")
"""Kinds of timeline entries whose text is an answer by itself."""
_RANK: Final = {"fired": 0, "refused": 1}


def sentence(found: Mapping[str, Any]) -> str:
    """Return the answer for an incident or a run; empty for anything else."""
    if isinstance(found.get("run"), Mapping):
        return _run(found["run"])
    if isinstance(found.get("incident"), Mapping):
        return _incident(found["incident"], found.get("decisions") or [])
    return ""


def in_order(decisions: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the decisions, those first that an answer stands on, each kind with its newest first."""
    newest = sorted(decisions, key=lambda each: str(each.get("at")), reverse=True)
    return sorted(newest, key=lambda each: _RANK.get(str(each.get("outcome")), 2 if each.get("waits") else 3))


def _incident(incident: Mapping[str, Any], decisions: Sequence[Mapping[str, Any]]) -> str:
    state = str(incident.get("state"))
    if state == "suppressed":
        return f"Nothing is done about it by itself: {sanitize.line(incident.get('parent'))} accounts for it."
    newest = _newest(decisions)
    acted = _acted(newest)
    told = _told(incident, state)
    if state == "resolved":
        return _ended(" ".join(part for part in ("It is over:", told or "closed.", acted and f"({acted})") if part))
    if state == "escalated":
        return _ended(f"A person must act: {told or acted or 'every cure that there is was tried'}")
    if acted:
        return _ended(f"It acts: {acted}")
    return _ended(f"Nothing is done: {_why_not(incident, newest)}")


def _newest(decisions: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the newest decision that is one: what fired, was refused, waits, or was left out for another reason than
    its
    condition; else one that cannot tell; None where no condition was true."""
    told = [each for each in decisions if each.get("outcome") != "shadowed" and each.get("met") != "false"]
    sure = [each for each in told if each.get("met") != "unknown"]
    return max(sure or told, key=lambda each: str(each.get("at")), default=None)


def _acted(decision: Mapping[str, Any] | None) -> str:
    if decision is None or decision.get("outcome") != "fired" or not decision.get("run"):
        return ""
    plan = decision.get("plan")
    runbook = f" ({sanitize.line(plan.get('runbook'))})" if isinstance(plan, Mapping) and plan.get("runbook") else ""
    return f"{sanitize.line(decision['run'])}{runbook} by the rule {sanitize.line(decision.get('rule'))}"


def _told(incident: Mapping[str, Any], state: str) -> str:
    """Return the newest line of the timeline that says how it came to stand as it does."""
    lines = [each for each in incident.get("timeline") or [] if each.get("kind") == state and state in LAST]
    return sanitize.line(lines[-1].get("text")) if lines else ""


def _why_not(incident: Mapping[str, Any], decision: Mapping[str, Any] | None) -> str:
    level, check = str(incident.get("level") or ""), sanitize.line(incident.get("check"))
    if decision is not None and decision.get("outcome") == "refused":
        return _refused(decision.get("verdicts") or []) or sanitize.line(decision.get("reason"))
    if decision is not None:
        return f"{sanitize.line(decision.get('rule'))}: {sanitize.line(decision.get('reason'))}"
    if (incident.get("durations") or {}).get("detect_s") is None:
        return "the problem is not confirmed (HARD) yet"
    if level == "UNKNOWN":
        return "how it is is not known, and nothing acts on what is not known"
    return f"no rule fits {check} {level}".rstrip()


def _refused(verdicts: Sequence[Mapping[str, Any]]) -> str:
    """Return the guards that refuse, the first with its sentence and its end."""
    refused = [each for each in verdicts if not each.get("allow")]
    if not refused:
        return ""
    first = refused[0]
    until = f" (until {times.clock(first['until'])} UTC)" if first.get("until") else ""
    others = [sanitize.line(each.get("guard")) for each in refused[1:]]
    also = f"; also by {', '.join(others)}" if others else ""
    return f"refused by {sanitize.line(first.get('guard'))}: {sanitize.line(first.get('reason'))}{until}{also}"


def _run(run: Mapping[str, Any]) -> str:
    state = str(run.get("state") or "").replace("_", " ")
    head = (
        f"{sanitize.line(run.get('id'))} ({sanitize.line(run.get('runbook'))}, "
        f"{sanitize.line(run.get('risk'))}) is {state}"
    )
    refused = _refused(run.get("verdicts") or []) if run.get("state") in ("refused", "held") else ""
    why = refused or sanitize.line(run.get("reason"))
    return _ended(f"{head}: {why}" if why else head)


def _ended(text: str) -> str:
    return text if text.endswith((".", ")")) else f"{text}."
