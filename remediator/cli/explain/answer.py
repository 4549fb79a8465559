"""Answers a question in free words from the store: what happened, and why remediator did or did not act on it.

Invariant: an answer is never empty. Where there was no incident, the answer says so, names the nearest before and
after, and what was muted then. Where the log does not reach back that far, the answer says that, and does not call the
time quiet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from remediator.cli.errors import USAGE, CliError
from remediator.cli.explain import command, mutes_at, questions
from remediator.cli.explain.questions import Aliases, Question
from remediator.cli.render import sanitize, times
from remediator.model import targets
from remediator.model.times import rfc3339

if TYPE_CHECKING:
    from remediator.store.queries import Queries

MOST_INCIDENTS: Final = 10
MOST_EVENTS: Final = 20
READ_EVENTS: Final = 20_000
READ_MUTES: Final = 2_000


def answer(reader: Queries, question: Question, known: Sequence[str], now: datetime, same: Aliases) -> dict[str, Any]:
    """Return what the store says to `question`. `known` are names that exist without ever having had an incident;
    `same` are words that stand for each other.

    Raise CliError 64 with a suggestion when nothing is called so.
    """
    keys = reader.incident_keys()
    matching = [key for key in keys if _matches(reader, key, question, same)]
    parts = [each for key in keys for each in questions.of_key(key)]
    hosts = sorted({host for each in reader.newest_incidents(matching, MOST_INCIDENTS) for host in each["hosts"]})
    stranger = questions.unknown(question.names, [*parts, *hosts, *known], same)
    if stranger:
        raise CliError(f"{stranger}: no host, target or check, and no incident that is kept", USAGE)
    moment = question.at or now
    found: dict[str, Any] = {
        "question": {"names": list(question.names), "at": rfc3339(question.at) if question.at else None},
        "explanations": [],
        "events": [],
        "before": None,
        "after": None,
        "muted": mutes_at.at(reader.audit_until(mutes_at.KINDS, moment, READ_MUTES), moment),
        "log_begins": _begins(reader),
    }
    if question.at is None:
        return {**found, "explanations": _explained(reader, _newest(reader, matching), None)}
    start, end = question.at - questions.WINDOW, question.at + questions.WINDOW
    then = reader.incidents_during(matching, start, end, MOST_INCIDENTS)
    return {
        **found,
        "explanations": _explained(reader, then, (rfc3339(start), rfc3339(end))),
        "events": _events(reader, question, start, end, same),
        "before": None if then else reader.incident_before(matching, start),
        "after": None if then else reader.incident_after(matching, end),
    }


def _matches(reader: Queries, key: str, question: Question, same: Aliases) -> bool:
    check, target = questions.of_key(key)
    if questions.fits(question.names, target, check, (), same):
        return True
    if targets.kind_of(target) != "cluster":
        return False
    return any(
        questions.fits(question.names, target, check, each["hosts"], same) for each in reader.newest_incidents([key], 1)
    )


def _newest(reader: Queries, keys: Sequence[str]) -> list[dict[str, Any]]:
    """Return the open incidents, or the newest one when none is open."""
    newest = reader.newest_incidents(keys, MOST_INCIDENTS)
    return [each for each in newest if each["state"] != "resolved"] or newest[:1]


def _explained(
    reader: Queries, incidents: Sequence[Mapping[str, Any]], window: tuple[str, str] | None
) -> list[dict[str, Any]]:
    found = [each for incident in incidents if (each := reader.explain(str(incident["id"]))) is not None]
    if window is not None:
        for each in found:
            each["decisions"] = questions.told_then(each["decisions"], *window)
    return found


def _events(reader: Queries, question: Question, start: datetime, end: datetime, same: Aliases) -> list[dict[str, Any]]:
    """Return what was seen in that time and belongs to no incident: SOFT problems, hints."""
    return [
        each
        for each in reader.events_between(start, end, READ_EVENTS)
        if each.get("incident") is None
        and questions.fits(
            question.names,
            str(each["target"]),
            str(each.get("check") or ""),
            [str(host) for host in each.get("hosts") or ()],
            same,
        )
    ][:MOST_EVENTS]


def _begins(reader: Queries) -> str | None:
    first = reader.audit_entry(1)
    return str(first["at"]) if first is not None else None


# for people --------------------------------------------------------------------------------------------------------


def text(found: Mapping[str, Any]) -> str:
    """Return the answer for people."""
    names = sanitize.line(" ".join(found["question"]["names"]))
    at = found["question"]["at"]
    head = f"{names}, {times.clock(at)} UTC, 15 minutes before and after" if at else f"{names}, now or last"
    lines = [head]
    for each in found["explanations"]:
        lines += ["", *_when(each.get("incident") or {}), command.text(each)]
    if not found["explanations"]:
        lines += ["", *_nothing(names, found)]
    if found["events"]:
        lines += ["", "seen then, and part of no incident:"]
        lines += [f"  {times.clock(each.get('at'))}  {command.about({'event': each})}" for each in found["events"]]
    then = "then" if at else "now"
    muted = found["muted"] or [f"no pause, silence, downtime or storm stood {then}, as the audit log has it"]
    return "\n".join([*lines, "", *(sanitize.line(each) for each in muted)])


def _when(incident: Mapping[str, Any]) -> list[str]:
    closed = incident.get("closed_at")
    lines = [
        f"opened {times.clock(incident.get('opened_at'))} UTC, "
        + (f"closed {times.clock(closed)} UTC" if closed else "not closed")
        + f": {sanitize.line(incident.get('output'))}"
    ]
    if incident.get("parent"):
        parent = sanitize.line(incident["parent"])
        lines.append(f"part of incident {parent}, which accounts for it: remediator explain {parent}")
    return lines


def _nothing(names: str, found: Mapping[str, Any]) -> list[str]:
    at, begins = found["question"]["at"], found["log_begins"]
    if begins is None:
        return [f"no incident of {names}: the log is empty, nothing was ever watched with this store"]
    if at is None:
        return [f"no incident of {names} is kept; the log begins {times.clock(begins)} UTC"]
    lines = [f"no incident of {names} then"]
    if begins > at:
        lines = [f"what was then is not known: the log begins only {times.clock(begins)} UTC"]
    before, after = found["before"], found["after"]
    lines.append(f"the one before: {_one(before)}" if before else "before it: none that is kept")
    lines.append(f"the one after: {_one(after)}" if after else "after it: none")
    return lines


def _one(incident: Mapping[str, Any]) -> str:
    closed = f"to {times.clock(incident['closed_at'])} UTC" if incident.get("closed_at") else "still open"
    return (
        f"{incident['id']} {sanitize.line(incident['target'])} {sanitize.line(incident['check'])}, "
        f"{times.clock(incident['opened_at'])} {closed}: remediator explain {incident['id']}"
    )
