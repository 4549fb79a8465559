"""Results as a Nagios plugin prints them: status line, perfdata, then one line for each result that is not OK. Pure.

Invariants: the exit code alone is the state (Nagios never reads the text). No `|` and no control character of foreign
text reaches the output, since everything behind a `|` is perfdata. The text of the first line is cut at 80 characters.
Source: monitoring-plugins doc/developer-guidelines.sgml.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from remediator.cli.render import sanitize
from remediator.model.content.judging import SEVERITY, State

TEXT_WIDTH: Final = 80
LINE_WIDTH: Final = 400
MAX_LINES: Final = 200
PERFDATA_WIDTH: Final = 2000
"""Nagios reads 8 KiB of a plugin, and older NRPE 1 KiB: whoever graphs everything asks check by check."""


def state_of(result: Mapping[str, Any]) -> State:
    """Return the state of one result of a `check` answer; what is not one of the four is UNKNOWN."""
    try:
        return State[str(result.get("state", "")).upper()]
    except KeyError:
        return State.UNKNOWN


def worst(results: Sequence[Mapping[str, Any]]) -> State:
    """Return the worst state by CRITICAL > UNKNOWN > WARNING > OK; UNKNOWN when there is no result at all."""
    return max((state_of(result) for result in results), key=SEVERITY.__getitem__, default=State.UNKNOWN)


def ranked(results: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the results, the worst first, then by check and target."""
    return sorted(results, key=lambda result: (-SEVERITY[state_of(result)], _label(result)))


def output(results: Sequence[Mapping[str, Any]]) -> str:
    """Return the plugin's whole output for `results` (those of the JSON of `check`, docs/contracts.md)."""
    state = worst(results)
    if not results:
        return f"REMEDIATOR {state.name}: no check matches"
    in_order = ranked(results)
    first = f"REMEDIATOR {state.name}: {counts(results)} - {sanitize.cut(_text(in_order[0]), TEXT_WIDTH)}"
    data = [datum for result in in_order for datum in _perfdata(result)]
    kept = _within(data, PERFDATA_WIDTH)
    perfdata = " ".join(datum for datum in data if datum in kept)
    bad = [result for result in in_order if state_of(result) is not State.OK]
    lines = [sanitize.cut(f"{state_of(result).name} {_label(result)}: {_plain(result)}", LINE_WIDTH) for result in bad]
    if len(lines) > MAX_LINES:
        lines = [*lines[:MAX_LINES], f"... and {len(lines) - MAX_LINES} more"]
    if len(kept) < len(set(data)):
        lines.append(
            f"{len(set(data)) - len(kept)} values of performance data are left out: ask by --target or by check"
        )
    return "\n".join([f"{first} | {perfdata}" if perfdata else first, *lines])


def _within(data: Sequence[str], width: int) -> set[str]:
    """Return the values that fit into `width` characters: the first by name, so that the same ones are told each
    time."""
    kept: set[str] = set()
    used = -1
    for datum in sorted(set(data)):
        used += len(datum) + 1
        if used > width:
            break
        kept.add(datum)
    return kept


def counts(results: Sequence[Mapping[str, Any]]) -> str:
    """Return how many results are in each state, the worst first."""
    number = {each: sum(state_of(result) is each for result in results) for each in State}
    order = (State.CRITICAL, State.UNKNOWN, State.WARNING, State.OK)
    return ", ".join(f"{number[each]} {each.name.lower()}" for each in order)


def safe(value: Any) -> str:
    """Return foreign text as one line without the sign behind which perfdata stand."""
    return sanitize.line(value).replace("|", "/")


def unknown(why: str) -> str:
    """Return the plugin's whole output where nothing could be judged, `why` in one line."""
    return f"REMEDIATOR {State.UNKNOWN.name}: {sanitize.cut(safe(why), LINE_WIDTH)}"


def _label(result: Mapping[str, Any]) -> str:
    return safe(f"{result.get('check', '')} {result.get('target', '')}")


def _plain(result: Mapping[str, Any]) -> str:
    return safe(result.get("output", ""))


def _text(result: Mapping[str, Any]) -> str:
    return f"{safe(result.get('target', ''))}: {_plain(result)}"


def _perfdata(result: Mapping[str, Any]) -> list[str]:
    """Return ``'target.name'=value[uom];warn;crit`` for each value, without trailing semicolons."""
    found = []
    for name, value in (result.get("perfdata") or {}).items():
        label = safe(f"{result.get('target', '')}.{name}").replace("'", "''").replace("=", "_")
        fields = value if isinstance(value, Mapping) else {"value": value}
        number = _number(fields.get("value"))
        uom = safe(fields.get("uom") or "") if number != "U" else ""
        limits = ";".join(
            safe(fields.get(limit) if fields.get(limit) is not None else "") for limit in ("warn", "crit")
        )
        found.append(f"'{label}'={number}{uom};{limits}".rstrip(";"))
    return found


def _number(value: Any) -> str:
    """Return a number as perfdata allows it (no exponent), ``U`` for one that is not known."""
    if isinstance(value, bool):
        return str(int(value))
    if not isinstance(value, (int, float)) or not math.isfinite(value):
        return "U"
    return str(value) if isinstance(value, int) else f"{value:.6f}".rstrip("0").rstrip(".")
