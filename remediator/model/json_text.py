"""JSON from outside, read strictly: what it gives can be stored, compared and written again; what cannot says at which
byte. Pure.

Beside what is no JSON, four things are refused. Numbers that no float can carry: ``NaN`` and ``1e999``. Half of a
character: a lone ``\\ud800``. Nesting deeper than any known sender writes, which would end in the recursion of whoever
walks it. An object that has one name twice with two values: where a sender pastes a plugin's words into JSON, the
second value is the plugin's.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final, NoReturn

DEEPEST: Final = 32
"""Lists and objects inside each other."""

_ESCAPE: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)
_HALVES: Final = re.compile(r"\\u[dD][89a-fA-F]")
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)


class BadJson(ValueError):
    """The text is not such JSON, from its byte `byte` on."""

    def __init__(self, why: str, byte: int) -> None:
        self.why, self.byte = why, byte
        super().__init__(f"at byte {byte}: {why}")


class _Literal(ValueError):
    def __init__(self, literal: str, why: str) -> None:
        self.literal, self.why = literal, why
        super().__init__(why)


class _Twice(_Literal):
    """`literal` is the name that stands twice, as most senders write it."""


def decode(body: bytes) -> Any:
    """Return the value that `body` is, in UTF-8; raw control characters inside strings are tolerated. Raise BadJson."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise BadJson(f"not UTF-8: {error.reason}", error.start) from None
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise BadJson(error.msg, _byte(text, error.pos)) from None
    except _Twice as error:
        first = text.find(error.literal)
        raise BadJson(error.why, _byte(text, max(0, text.find(error.literal, first + 1)))) from None
    except _Literal as error:
        raise BadJson(error.why, _byte(text, max(0, text.find(error.literal)))) from None
    except RecursionError:
        raise BadJson(f"nested more than {DEEPEST} deep", _byte(text, _too_deep_at(text) or 0)) from None
    except ValueError as error:
        raise BadJson(str(error)[:120], 0) from None
    if _HALVES.search(text) and (at := _half_at(text)) is not None:
        raise BadJson("half of a character (a lone surrogate)", _byte(text, at))
    if text.count("[") + text.count("{") > DEEPEST and (at := _too_deep_at(text)) is not None:
        raise BadJson(f"nested more than {DEEPEST} deep", _byte(text, at))
    return value


def _byte(text: str, position: int) -> int:
    return len(text[:position].encode("utf-8", "surrogatepass"))


def _half_at(text: str) -> int | None:
    """Return where the first escape stands that is half of a character without its other half."""
    high: re.Match[str] | None = None
    for found in _ESCAPE.finditer(text):
        code = int(found.group(1), 16) if found.group(1) else 0
        low = 0xDC00 <= code <= 0xDFFF
        if high is not None and not (low and found.start() == high.end()):
            return high.start()
        if low and high is None:
            return found.start()
        high = found if 0xD800 <= code <= 0xDBFF else None
    return None if high is None else high.start()


def _too_deep_at(text: str) -> int | None:
    depth = 0
    for found in _TOKEN.finditer(text):
        sign = found.group()
        depth += (sign in "[{") - (sign in "]}") if len(sign) == 1 else 0
        if depth > DEEPEST:
            return found.start()
    return None


def _no_constant(name: str) -> NoReturn:
    raise _Literal(name, f"{name} is not JSON")


def _finite(literal: str) -> float:
    value = float(literal)
    if not math.isfinite(value):
        raise _Literal(literal, f"{literal[:40]} is larger than any number")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        for name, value in pairs:
            if found[name] != value:
                raise _Twice(json.dumps(name, ensure_ascii=False), f"{name[:60]!r} stands twice, with two values")
    return found


_DECODER: Final = json.JSONDecoder(
    strict=False, parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=_once
)
