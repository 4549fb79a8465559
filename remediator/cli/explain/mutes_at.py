"""What was muted, paused or held at a moment, as the audit log has it: entries of the log in, sentences out. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from remediator.cli.render import sanitize, times

KINDS: Final = (
    "pause", "resume", "silence", "silence_ended", "downtime", "downtime_ended", "wrap", "wrap_ended",
    "storm_opened", "storm_closed", "clock",
)  # fmt: skip
"""Kinds of audit entries that begin or end a mute."""
MAINTENANCE_S: Final = 30 * 60.0
CLOCK_S: Final = 5 * 60.0
ENDS: Final[Mapping[str, str]] = {
    "silence_ended": "id",
    "downtime_ended": "id",
    "wrap_ended": "wrap",
    "storm_closed": "scope",
}


def at(entries: Sequence[Mapping[str, Any]], moment: datetime) -> list[str]:
    """Return one sentence for each mute that stood at `moment`, given the entries up to it, oldest first."""
    stood: dict[tuple[str, str], str] = {}
    for entry in entries:
        body = entry.get("body")
        if isinstance(body, Mapping):
            _take(stood, str(entry.get("kind")), body, entry, moment)
    return list(stood.values())


def _take(
    stood: dict[tuple[str, str], str], kind: str, body: Mapping[str, Any], entry: Mapping[str, Any], moment: datetime
) -> None:
    if kind == "resume":
        lifted = body.get("lifted")
        for key in [key for key in stood if key[0] == "pause" and (lifted is None or key[1] in lifted)]:
            del stood[key]
    elif kind == "wrap_ended":
        _wrap_ended(stood, body, entry, moment)
    elif kind in ENDS:
        stood.pop((kind.partition("_")[0], str(body.get(ENDS[kind]))), None)
    else:
        _begin(stood, kind, body, entry, moment)


def _begin(
    stood: dict[tuple[str, str], str], kind: str, body: Mapping[str, Any], entry: Mapping[str, Any], moment: datetime
) -> None:
    since = f"{sanitize.line(entry.get('actor'))}, since {times.clock(entry.get('at'))} UTC"
    why = sanitize.line(body.get("reason") or body.get("why"))
    until = times.parsed(body.get("until"))
    if until is not None and until <= moment:
        return
    if kind == "pause":
        name = str(body.get("pause") or entry.get("seq"))
        stood[kind, name] = f"everything was paused ({since}): {why}"
    elif kind == "silence":
        stood[kind, str(body.get("id"))] = f"silence {body.get('id')} stood on {_matchers(body)} ({since}): {why}"
    elif kind == "downtime" and "depth" in body:
        _nagios(stood, body, since)
    elif kind == "downtime":
        stood[kind, str(body.get("id"))] = f"{sanitize.line(body.get('target'))} was in downtime ({since}): {why}"
    elif kind == "wrap":
        told = f"{sanitize.line(body.get('command'))} ran and held {sanitize.line(body.get('scope'))} ({since}): {why}"
        stood[kind, str(body.get("id"))] = told
    elif kind == "storm_opened":
        scope = sanitize.line(body.get("scope"))
        stood["storm", str(body.get("scope"))] = f"the storm breaker of {scope} was open ({since}): {why}"
    elif kind == "clock" and _age_s(entry, moment) < CLOCK_S:
        stood[kind, ""] = f"the clock had jumped ({since}): {why}"


def _nagios(stood: dict[tuple[str, str], str], body: Mapping[str, Any], since: str) -> None:
    """Nagios tells the depth of a downtime of (host, service): 0 is its end."""
    what = "/".join(sanitize.line(body[name]) for name in ("host", "service") if body.get(name))
    if body.get("depth"):
        stood["nagios", what] = f"{what} was in a downtime of Nagios ({since})"
    else:
        stood.pop(("nagios", what), None)


def _wrap_ended(
    stood: dict[tuple[str, str], str], body: Mapping[str, Any], entry: Mapping[str, Any], moment: datetime
) -> None:
    key = ("wrap", str(body.get("wrap")))
    if key in stood and _age_s(entry, moment) < MAINTENANCE_S:
        ended = times.clock(entry.get("at"))
        stood[key] = f"{stood[key]}; it had ended at {ended} UTC, and maintenance holds for a while after"
    else:
        stood.pop(key, None)


def _age_s(entry: Mapping[str, Any], moment: datetime) -> float:
    began = times.parsed(entry.get("at"))
    return (moment - began).total_seconds() if began is not None else float("inf")


def _matchers(body: Mapping[str, Any]) -> str:
    found = body.get("matchers") or []
    parts = (f'{each.get("label")}{each.get("operator")}"{each.get("value")}"' for each in found)
    return sanitize.line(", ".join(parts))
