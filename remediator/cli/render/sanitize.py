"""Foreign text (plugin output, names, comments) made fit for a terminal, a table cell or a Nagios line. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


def line(value: Any) -> str:
    """Return `value` as one line: control and direction characters become a space; None is empty."""
    return "" if value is None else _CONTROL.sub(" ", str(value)).strip()


def lines(value: Any) -> str:
    """Return `value` as text of several lines, each of them clean."""
    return "\n".join(line(each) for each in str(value or "").splitlines())


def cut(text: str, width: int) -> str:
    """Return at most `width` characters, with `...` at the end of what was longer."""
    return text if len(text) <= width else text[: max(0, width - 3)].rstrip() + "..."


NEAR: Final = 0.7
"""How alike a name must be to be suggested: `host/nosuch` is not meant by who has a `host/ctl3`."""


def suggestion(given: str, known: Sequence[str]) -> str:
    """Return `` (did you mean x?)`` when something known is close to `given`, else the empty string."""
    import difflib

    close = difflib.get_close_matches(given, known, n=1, cutoff=NEAR)
    return f" (did you mean {close[0]}?)" if close else ""
