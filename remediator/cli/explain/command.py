"""`remediator explain`: every rule considered, why each fired or not, every verdict; by an id, or by name and time."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import typer

from remediator.cli import client, session
from remediator.cli.errors import USAGE, CliError
from remediator.cli.explain import questions
from remediator.cli.look import answers, overview
from remediator.cli.render import sanitize, timeline, times
from remediator.cli.session import Format

ABOUT: Final = ("source", "notification_type", "check", "runbook", "service", "state")


def explain(
    ctx: typer.Context,
    subject: Annotated[
        list[str],
        typer.Argument(
            metavar="EVENT|INCIDENT|RUN|NAME... [TIME]",
            help='An id, or names and a time as you would say them: "ctl2 memcached, 03:10" (UTC). Without '
            "a time: the newest.",
        ),
    ],
    format: Annotated[Format, typer.Option(help="How to print it.")] = Format.TABLE,
) -> int:
    """Why it acted, or why not: rules and verdicts."""
    here = session.of(ctx)
    if len(subject) == 1 and questions.is_id(subject[0]):
        _print(*_by_id(here, subject[0].strip()), format)
    else:
        _print(*_by_name(here, subject), format)
    return 0


def _print(found: Mapping[str, Any], shown: str, format: Format) -> None:
    from remediator.cli.render import output

    if format is Format.JSON:
        output.as_json(found)
    else:
        output.say(shown)


def _by_id(here: session.Session, subject: str) -> tuple[Mapping[str, Any], str]:
    reader = here.reader()
    found = reader.explain(subject)
    if found is None:
        known = [str(each["id"]) for each in (*reader.incidents(None, 100), *reader.runs(None, 100))]
        raise CliError(f"no event, incident or run {subject!r}{sanitize.suggestion(subject, known)}", USAGE)
    return found, "\n".join([text(found), *_now(here, found)])


def _now(here: session.Session, found: Mapping[str, Any]) -> list[str]:
    """Return what a running daemon says at this moment of an open incident: what is stored is of the last change."""
    incident = found.get("incident")
    if not isinstance(incident, Mapping) or incident.get("state") == "resolved":
        return []
    try:
        status = client.demand(here.state_dir(), "status", {})
    except CliError:
        return []
    row: Mapping[str, Any] = next(
        (each for each in status.get("open") or [] if each.get("id") == incident.get("id")), {}
    )
    said = overview.why(row)
    return ["", f"now, at {times.clock(status.get('at'))} UTC: {said}"] if said else []


def _by_name(here: session.Session, words: list[str]) -> tuple[Mapping[str, Any], str]:
    from remediator.cli.explain import answer
    from remediator.integrations import registry

    now = datetime.now(UTC)
    question = questions.parse(words, now)
    found = answer.answer(here.reader(), question, _known(here), now, registry.load({}).kinds.aliases())
    return found, answer.text(found)


def _known(here: session.Session) -> list[str]:
    """Return the names that a running daemon and the config know: without a daemon, what never broke may be unknown."""
    names = list(here.essentials().hosts)
    try:
        data = client.demand(here.state_dir(), "results", {"names": [], "target": None})
    except CliError:
        return names
    return [*names, *sorted({str(each[name]) for each in data["results"] for name in ("target", "check")})]


def text(found: Mapping[str, Any]) -> str:
    """Return the explanation for people: what it is about, the answer in a sentence, then one paragraph for each
    decision."""
    lines = [about(found), *filter(None, (answers.sentence(found),))]
    event = found.get("event") or {}
    if "notification_type" in event:
        return "\n".join((*lines, "", *_hint(event)))
    for decision in answers.in_order(found.get("decisions") or []):
        lines += ["", *_decision(decision)]
    failing = _failing((found.get("incident") or {}).get("timeline") or [])
    if failing is not None:
        lines += ["", f"remediator itself failed here: {sanitize.line(failing.get('text'))}"]
    elif not found.get("decisions") and found.get("event"):
        lines += ["", _undecided(found["event"])]
    return "\n".join(lines)


def _undecided(event: Mapping[str, Any]) -> str:
    """Return why an event of a check led to no decision of its own, with what to ask instead."""
    names = " ".join(part for part in str(event.get("target") or "").split("/")[1:] if part)
    if event.get("state") == "OK" or not names:
        return "nothing was decided about it: no rule is for what is well"
    asked = shlex.quote(f"{sanitize.line(names)}, {str(event.get('at'))[:16]}Z")
    return f"nothing was decided about this change by itself; what came of the problem:  remediator explain {asked}"


def _failing(timeline: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the line that says that remediator cannot handle it; None when it never was so, or is over."""
    told = [each for each in timeline if each.get("kind") in ("set_aside", "handled")]
    return told[-1] if told and told[-1].get("kind") == "set_aside" else None


def _hint(event: Mapping[str, Any]) -> list[str]:
    """Return what became of a webhook's hint: no rule is ever asked about it, so its own record tells."""
    told = [sanitize.line(event[name]) for name in ("expired", "unmapped") if event.get(name)]
    told += [sanitize.line(each) for each in event.get("became") or []]
    if event.get("unmapped") or event.get("expired"):
        return told
    names = " ".join(part for part in str(event.get("target") or "").split("/")[1:] if part)
    if names:
        asked = shlex.quote(f"{sanitize.line(names)}, {str(event.get('at'))[:16]}Z")
        told.append(f"what our own checks found then:  remediator explain {asked}")
    return told or ["a hint decides nothing, and nothing more was kept of this one"]


def about(found: Mapping[str, Any]) -> str:
    """Return one line that names the event, incident or run."""
    kind = next((name for name in ("event", "incident", "run") if isinstance(found.get(name), Mapping)), "")
    subject = found.get(kind) or {}
    parts = [f"{kind} {sanitize.line(subject.get('id'))}", sanitize.line(subject.get("target"))]
    parts += [sanitize.line(subject[name]) for name in ABOUT if subject.get(name)]
    return ": ".join((parts[0], " ".join(part for part in parts[1:] if part)))


def _decision(decision: Mapping[str, Any]) -> list[str]:
    head = f"rule {sanitize.line(decision.get('rule'))} {str(decision.get('outcome')).upper()}"
    lines = [f"{times.clock(decision.get('at'))}  {head}: {sanitize.line(decision.get('reason'))}".lstrip()]
    if decision.get("condition"):
        lines.append(f"  when  {sanitize.line(decision['condition'])}")
    values = decision.get("values") or {}
    lines += [f"        {sanitize.line(name)} = {value(each)}" for name, each in values.items()]
    lines += [f"  {line}" for line in timeline.verdicts(decision.get("verdicts") or [])]
    if decision.get("run"):
        lines.append(f"  run   {sanitize.line(decision['run'])}")
    return lines


def value(each: Any) -> str:
    """Return a value as a condition sees it: UNKNOWN with its reason, absent, or the value itself."""
    if isinstance(each, Mapping) and set(each) == {"unknown"}:
        return f"UNKNOWN ({sanitize.line(each['unknown'])})"
    return "absent" if each is None else sanitize.line(json.dumps(each, ensure_ascii=False))
