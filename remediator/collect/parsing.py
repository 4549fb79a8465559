"""From the bytes of one exchange to a whole reply, or to one sentence why there is none. Pure.

Invariant: only the line after this request's sentinel counts, it must be complete (it ends with a newline), strict JSON
(no NaN) and of the right shape; else the reply is GARBLED and nothing of it is used.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from remediator.model.replies import Reach, Section
from remediator.model.values import Unknown
from remediator.reach.interface import RawReply


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What `parse` found: every wanted section is in `sections`."""

    reach: Reach
    reason: str = ""
    sections: Mapping[str, Section] = field(default_factory=dict)
    clock_s: float | None = None
    boot_id: str | None = None
    took_s: float = 0.0


def parse(raw: RawReply, host: str, sentinel: str, wanted: Sequence[str]) -> Parsed:
    """Return the reply in `raw`. Never raises."""
    if raw.reach is not Reach.OK:
        return _failed(raw.reach, raw.reason, wanted)
    found = raw.stdout.split(f"{sentinel} ".encode(), 1)
    if len(found) == 1:
        return _failed(Reach.GARBLED, _no_reply(raw, host), wanted)
    line, newline, _ = found[1].partition(b"\n")
    if not newline:
        return _failed(Reach.GARBLED, f"the collector's reply from {host} was cut after {len(line)} bytes", wanted)
    try:
        body = json.loads(line, parse_constant=_refuse)
        if b"\\ud" in line.lower():
            json.dumps(body, ensure_ascii=False).encode()  # a lone surrogate cannot be stored: UnicodeEncodeError
        return _whole(body, host, wanted)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        why = f"the collector's reply from {host} is not valid: {type(error).__name__}: {str(error)[:120]}"
        return _failed(Reach.GARBLED, why, wanted)


def _whole(body: Any, host: str, wanted: Sequence[str]) -> Parsed:
    if body["v"] != 1:
        raise ValueError(f"version {body['v']!r}")
    boot_id = body["boot_id"]
    if boot_id is not None and not isinstance(boot_id, str):
        raise TypeError("boot_id is not a string")
    clock_s = float(body["clock"])
    if body.get("busy"):
        why = f"another collector holds the lock of {host} for longer than 5 s"
        return _failed(Reach.BUSY, why, wanted, clock_s, boot_id)
    answers = body["sections"]
    if not isinstance(answers, dict):
        raise TypeError("sections is not an object")
    sections = {name: _section(name, answers) for name in wanted}
    return Parsed(reach=Reach.OK, sections=sections, clock_s=clock_s, boot_id=boot_id, took_s=float(body["took"]))


def _section(name: str, answers: dict[str, Any]) -> Section:
    if name not in answers:
        return Section(data=Unknown(f"not_answered:{name}"))
    answer = answers[name]
    took_s = float(answer["took"])
    if "unknown" in answer:
        return Section(data=Unknown(str(answer["unknown"])), took_s=took_s)
    return Section(data=answer["data"], took_s=took_s)


def _failed(
    reach: Reach, reason: str, wanted: Sequence[str], clock_s: float | None = None, boot_id: str | None = None
) -> Parsed:
    sections = {name: Section(data=Unknown(f"host_{reach.value}")) for name in wanted}
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
