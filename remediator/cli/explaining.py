"""`remediator explain EVENT|INCIDENT|RUN`: every rule considered, why each fired or not, every verdict."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Final

import typer

from remediator.cli import clean, moments, session, timeline
from remediator.cli.errors import USAGE, CliError
from remediator.cli.session import Format

ABOUT: Final = ("source", "notification_type", "check", "runbook", "service", "state")


def explain(
    ctx: typer.Context,
    subject: Annotated[str, typer.Argument(metavar="EVENT|INCIDENT|RUN")],
    format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TABLE,
) -> int:
    """Why it acted, or why it did not: every rule considered, every verdict."""
    from remediator.cli import output

    reader = session.of(ctx).reader()
    found = reader.explain(subject)
    if found is None:
        known = [str(each["id"]) for each in (*reader.incidents(None, 100), *reader.runs(None, 100))]
        raise CliError(f"no event, incident or run {subject!r}{clean.suggestion(subject, known)}", USAGE)
    if format is Format.JSON:
        output.as_json(found)
    else:
        output.say(text(found))
    return 0


def text(found: Mapping[str, Any]) -> str:
    """Return the explanation for people: what it is about, then one paragraph for each decision."""
    lines = [about(found)]
    for decision in found.get("decisions") or []:
        lines += ["", *_decision(decision)]
    if not found.get("decisions"):
        lines += ["", "no rule was considered: none is for this check and state, or its problem is not HARD yet"]
    return "\n".join(lines)


def about(found: Mapping[str, Any]) -> str:
    """Return one line that names the event, incident or run."""
    kind = next((name for name in ("event", "incident", "run") if isinstance(found.get(name), Mapping)), "")
    subject = found.get(kind) or {}
    parts = [f"{kind} {clean.line(subject.get('id'))}", clean.line(subject.get("target"))]
    parts += [clean.line(subject[name]) for name in ABOUT if subject.get(name)]
    return ": ".join((parts[0], " ".join(part for part in parts[1:] if part)))


def _decision(decision: Mapping[str, Any]) -> list[str]:
    head = f"rule {clean.line(decision.get('rule'))} {str(decision.get('outcome')).upper()}"
    lines = [f"{moments.clock(decision.get('at'))}  {head}: {clean.line(decision.get('reason'))}".lstrip()]
    if decision.get("condition"):
        lines.append(f"  when  {clean.line(decision['condition'])}")
    values = decision.get("values") or {}
    lines += [f"        {clean.line(name)} = {value(each)}" for name, each in values.items()]
    lines += [f"  {line}" for line in timeline.verdicts(decision.get("verdicts") or [])]
    if decision.get("run"):
        lines.append(f"  run   {clean.line(decision['run'])}")
    return lines


def value(each: Any) -> str:
    """Return a value as a condition sees it: UNKNOWN with its reason, absent, or the value itself."""
    if isinstance(each, Mapping) and set(each) == {"unknown"}:
        return f"UNKNOWN ({clean.line(each['unknown'])})"
    return "absent" if each is None else clean.line(json.dumps(each, ensure_ascii=False))
