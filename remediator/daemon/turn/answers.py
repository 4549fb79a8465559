"""What the handlers of requests on the control socket have in common: exit codes, arguments, and what was probably
meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from remediator.daemon.state.wire import Asked
from remediator.model.messages.control import Answer

DONE, FAILED, REFUSED, USAGE = 0, 1, 4, 64


def text(args: Mapping[str, Any], name: str) -> str:
    """Return an argument as text, without blanks around it; empty when it is not there, or no text."""
    value = args.get(name)
    return value.strip() if isinstance(value, str) else ""


def wants_reason(asked: Asked) -> Answer | None:
    """Return the refusal of a request without a reason."""
    if not text(asked.args, "reason"):
        return Answer(exit=USAGE, error=f"{asked.op} needs --reason: it is written into the audit")
    return None


def near(wrong: str, known: Iterable[str]) -> str:
    """Return the question whether the known word nearest to `wrong` was meant; empty when none is near."""
    found = difflib.get_close_matches(wrong, list(known), n=1)
    return f" (did you mean {found[0]}?)" if found else ""
