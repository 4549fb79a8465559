"""What came back over JSON-RPC from a daemon: for each request ``[error, result]``. Pure.

Invariant: an error is UNKNOWN with the daemon's own word, cut; an answer that is neither is UNKNOWN too. Source:
RFC 7047, sections 4.1.3 and 5.2; openvswitch lib/unixctl.c for commands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from remediator.integrations import typed
from remediator.model.values import Unknown

MOST_REQUESTS = 16
MOST_ROWS = 4096
MOST_TEXT = 65_536


def result(answers: Any, number: int) -> Any:
    """Return the result of request `number`, or UNKNOWN."""
    try:
        answer = typed.items({"answers": answers}, "answers", MOST_REQUESTS)[number]
        error, found = typed.items({"answer": answer}, "answer", 2)
    except typed.WRONG as wrong:
        return typed.wrong("answer", wrong)
    if error is not None:
        return Unknown(f"daemon: {_said(error)}")
    return found


def word(answers: Any, number: int) -> str | Unknown:
    """Return the text that a command answered, without the end of its line."""
    found = result(answers, number)
    if isinstance(found, Unknown):
        return found
    if not isinstance(found, str) or len(found) > MOST_TEXT:
        return Unknown("daemon: no text")
    return found.strip()


def rows(found: Any, number: int) -> Sequence[Any] | Unknown:
    """Return the rows that operation `number` of a transaction selected."""
    try:
        part = typed.table({"part": typed.items({"parts": found}, "parts", MOST_REQUESTS)[number]}, "part")
        if "rows" not in part:
            return Unknown(f"ovsdb: {_said(part.get('error'))}")
        return typed.items(part, "rows", MOST_ROWS)
    except typed.WRONG as wrong:
        return typed.wrong("rows", wrong)


def _said(error: Any) -> str:
    """Return what a daemon said of its own failure, in one line that can be stored."""
    text = error if isinstance(error, str) else "an error"
    return ascii(text[:80].strip())[1:-1]
