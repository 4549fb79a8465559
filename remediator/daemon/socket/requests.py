"""One line that came over the control socket, read into what is asked for. Pure.

Invariant: whatever the bytes are, the outcome is a request or one sentence that says what is wrong with them. What is
passed on can be stored and shown: plain text, and finite numbers of a plausible size. It is nested no deeper than a
form filled in by hand. Each argument that the daemon knows has its type. An argument of another type is never read as
absent (`resume` without a name lifts the only pause).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

LIMIT: Final = 65536
"""Bytes of a request."""
MOST_DEEP: Final = 8
LARGEST: Final = 1e12
"""No duration, number or count that a person asks for is larger."""


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_FORMS: Final[Mapping[str, tuple[str, Callable[[Any], bool]]]] = {
    **dict.fromkeys(
        (
            "reason",
            "target",
            "runbook",
            "run",
            "incident",
            "scope",
            "plan",
            "id",
            "pause",
            "wrap",
            "command",
            "pid_started",
            "brake",
            "outcome",
            "question",
        ),
        ("text", lambda value: isinstance(value, str)),
    ),
    **dict.fromkeys(("names", "matchers"), ("a list of texts", _texts)),
    **dict.fromkeys(("pid", "exit"), ("a whole number", _whole)),
    "for_s": ("a number of seconds", lambda value: _whole(value) or isinstance(value, float)),
    "all": ("true or false", lambda value: isinstance(value, bool)),
    "args": ("an object", lambda value: isinstance(value, dict)),
}
"""Each argument of any request: what it is, and whether a value is one. A null is an argument that was left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    op: str
    args: Mapping[str, Any]


class NotARequest(ValueError):
    """The line is no request. The text says why, for whoever sent it."""

    def __init__(self, why: str) -> None:
        super().__init__(f"not a request: {why}")


def parse(received: bytes) -> Request:
    """Return the request in `received`. Raise NotARequest."""
    if len(received) > LIMIT:
        raise NotARequest(f"it has more than {LIMIT} bytes")
    try:
        found = json.loads(received)
    except RecursionError:
        raise NotARequest("it is nested too deeply") from None
    except ValueError:
        raise NotARequest("one JSON object a line, with op and args") from None
    if not isinstance(found, dict) or not isinstance(found.get("op"), str):
        raise NotARequest("one JSON object a line, with op and args")
    args = found.get("args")
    if not isinstance(args, dict | None):
        raise NotARequest("args is an object")
    _must_be_plain(found)
    for name, value in (args or {}).items():
        form, fits = _FORMS.get(name, ("", _anything))
        if value is not None and not fits(value):
            raise NotARequest(f"{name} is {form}")
    return Request(op=found["op"], args=args or {})


def _anything(value: Any) -> bool:
    return True


def _must_be_plain(found: Any) -> None:
    """Look at everything in `found`, without recursion. Raise NotARequest."""
    left: list[tuple[Any, int]] = [(found, 0)]
    while left:
        value, depth = left.pop()
        if depth > MOST_DEEP:
            raise NotARequest("it is nested too deeply")
        if isinstance(value, dict):
            left += [(part, depth + 1) for pair in value.items() for part in pair]
        elif isinstance(value, list):
            left += [(part, depth + 1) for part in value]
        elif isinstance(value, str):
            if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
                raise NotARequest("a text in it has half a character (a lone surrogate)")
        elif isinstance(value, int | float) and not -LARGEST <= value <= LARGEST:
            raise NotARequest("a number in it is larger than any that is meant, or none at all")
