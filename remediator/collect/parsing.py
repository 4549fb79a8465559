"""From the bytes of one exchange to a whole reply with the facts of each section, or to one sentence why there is none.
Pure.

Invariants. Only the line after this request's sentinel counts. It is complete (it ends with a newline), strict JSON (no
NaN, no number beyond all bounds) and of the right shape. Any other reply is GARBLED, and nothing of it is used.

A reply larger than 300 containers need is TOO_LARGE. That is decided before it is parsed, so that a host costs no more
than a busy one does. Raw text ends here: the parser of a section's kind makes facts of it, and a parser that fails
costs its section alone.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from remediator.collect import assembly
from remediator.model.manifest.sections import SectionKind
from remediator.model.messages.replies import Reach, Section
from remediator.model.values import Unknown
from remediator.reach.interface import RawReply

MOST_BYTES = 2 << 20
"""Most bytes of one reply. 300 containers with every text at its bound take 0.85 MB (tests/unit/collect/test_sizes.py).
"""
MOST_VALUES = 100_000
"""Most brackets, braces and commas outside of texts: 300 containers have 26,000."""
MOST_ITEMS = 1000
"""Most entries of one list or table of a section."""
MOST_DIGITS = 19
LATEST_S = 7_258_118_400.0
"""The year 2200: a clock beyond it shows no time."""
REASON_LENGTH = 300
_TEXT = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)')
"""A text, also one that has no end: a search that fails at each of a million quotes would take hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A reply that was parsed: every wanted section is in `sections`."""

    reach: Reach
    reason: str = ""
    sections: Mapping[str, Section] = field(default_factory=dict)
    clock_s: float | None = None
    boot_id: str | None = None
    took_s: float = 0.0


def parse(raw: RawReply, host: str, sentinel: str, wanted: Sequence[SectionKind[Any]]) -> Parsed:
    """Return the reply in `raw`. Never raises."""
    if raw.reach is not Reach.OK:
        return _failed(raw.reach, raw.reason, wanted)
    found = raw.stdout.split(f"{sentinel} ".encode(), 1)
    if len(found) == 1:
        return _failed(Reach.GARBLED, _no_reply(raw, host), wanted)
    line, newline, _ = found[1].partition(b"\n")
    if not newline:
        return _failed(Reach.GARBLED, f"the collector's reply from {host} was cut after {len(line)} bytes", wanted)
    if (why := _too_large(line)) is not None:
        return _failed(Reach.TOO_LARGE, f"the collector's reply from {host} {why}", wanted)
    try:
        body = json.loads(line, parse_constant=_refuse, parse_float=_finite, parse_int=_whole_number)
        if b"\\ud" in line.lower():
            json.dumps(body, ensure_ascii=False).encode()  # a lone surrogate cannot be stored: UnicodeEncodeError
        return _whole(body, host, wanted, len(line) > assembly.SECTION_BYTES)
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        why = f"the collector's reply from {host} is not valid: {type(error).__name__}: {str(error)[:120]}"
        return _failed(Reach.GARBLED, why, wanted)


def _too_large(line: bytes) -> str | None:
    """Return why a reply is more than a host has to say; None when it is not. Nothing of it is parsed for that."""
    if len(line) > MOST_BYTES:
        return f"has {len(line)} bytes, and at most {MOST_BYTES} are read"
    values = _values(line)
    if values > MOST_VALUES:
        values = _values(_TEXT.sub(b"", line))
    return f"has {values} values, and at most {MOST_VALUES} are read" if values > MOST_VALUES else None


def _values(line: bytes) -> int:
    return line.count(b",") + line.count(b"[") + line.count(b"{")


def _whole(body: Any, host: str, wanted: Sequence[SectionKind[Any]], weighed: bool) -> Parsed:
    """Return the reply; `weighed`: it is so long that one section of it may be above its limit."""
    if body["v"] != 1:
        raise ValueError(f"version {body['v']!r}")
    boot_id = body["boot_id"]
    if boot_id is not None and not (isinstance(boot_id, str) and len(boot_id) <= 64):
        raise TypeError("boot_id is not a string of at most 64 characters")
    clock_s = float(body["clock"])
    if not 0.0 <= clock_s < LATEST_S:
        raise ValueError(f"its clock says {clock_s:.6g} s since 1970")
    if body.get("busy"):
        why = f"another collector holds the lock of {host} for longer than 5 s"
        return _failed(Reach.BUSY, why, wanted, clock_s, boot_id)
    answers = body["sections"]
    if not isinstance(answers, dict):
        raise TypeError("sections is not an object")
    sections = {kind.name: _section(kind, answers, weighed) for kind in wanted}
    return Parsed(reach=Reach.OK, sections=sections, clock_s=clock_s, boot_id=boot_id, took_s=float(body["took"]))


def _section(kind: SectionKind[Any], answers: dict[str, Any], weighed: bool) -> Section:
    name = kind.name
    if name not in answers:
        return Section(data=Unknown(f"not_answered:{name}"))
    answer = answers[name]
    took_s = float(answer["took"])
    if "unknown" in answer:
        return Section(data=Unknown(str(answer["unknown"])[:REASON_LENGTH]), took_s=took_s)
    data = answer["data"]
    tables = [data, *data.values()] if isinstance(data, dict) else [data]
    most = max((len(table) for table in tables if isinstance(table, (dict, list))), default=0)
    if most > MOST_ITEMS:
        return Section(data=Unknown(f"too_large:{name}: {most} entries, at most {MOST_ITEMS}"), took_s=took_s)
    if weighed and len(json.dumps(data)) > assembly.SECTION_BYTES:
        return Section(data=Unknown(f"too_large:{name}: above {assembly.SECTION_BYTES} bytes"), took_s=took_s)
    return Section(data=kind.facts_in(data), took_s=took_s)


def _failed(
    reach: Reach,
    reason: str,
    wanted: Sequence[SectionKind[Any]],
    clock_s: float | None = None,
    boot_id: str | None = None,
) -> Parsed:
    sections = {kind.name: Section(data=Unknown(f"host_{reach.value}")) for kind in wanted}
    return Parsed(reach=reach, reason=reason, sections=sections, clock_s=clock_s, boot_id=boot_id)


def _no_reply(raw: RawReply, host: str) -> str:
    said = " ".join(raw.stderr_tail.split())[-200:]
    if "sudo:" in said:
        return f"sudo refused the collector on {host} ({said}): allow the read user to run python3 without a password"
    if raw.exit_code == 127 or "python3: not found" in said or "python3: No such file" in said:
        return f"there is no python3 on {host} ({said}): the collector needs Python 3.6 or later"
    end = f"exit code {raw.exit_code}" if raw.exit_code is not None else "no exit code"
    return f"the collector on {host} ended with {end} and no reply" + (f": {said}" if said else "")


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:20]} is no number")
    return value


def _whole_number(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise ValueError(f"a number of {len(text)} digits")
    return int(text)
