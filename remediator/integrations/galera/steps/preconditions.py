"""What an action asks for, field by field: what is not exactly what it wants, UNKNOWN above all, is a refusal in words.
Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from remediator.integrations.galera.actions.start import CLOCK_S, HARMFUL
from remediator.integrations.galera.judgement.phrases import said
from remediator.integrations.galera.logs import texts
from remediator.model.values import Data, Unknown

Asked = tuple[str, Any, str]
"""A field, what it must be, and the sentence otherwise, with ``{}`` for what is known."""


def refused(data: Data, asked: Iterable[Asked]) -> str | None:
    """Return the sentence of the first field that is not proven to be what is asked for, None when all are."""
    for name, wanted, sentence in asked:
        found = data.get(name, Unknown("no_data"))
        if type(found) is not type(wanted) or found != wanted:
            return sentence.format(said(found))
    return None


def harm(data: Data, host: str) -> str | None:
    """GB-9, GB-17: return what forbids any act on this member, or None."""
    cause, offset_s = data.get("cause", Unknown("no_data")), data.get("abs_clock_offset_s")
    if isinstance(cause, Unknown) or cause in HARMFUL:
        why = texts.named(cause)
        return f"the log of {host} says {said(cause)}: a person reads it first (GB-17){'; ' if why else ''}{why}"
    if data.get("named_twice") is not None:
        return f"nobody knows how many members there are: {said(data['named_twice'])} (GB-9)"
    if data.get("disk_full") is not False:
        return f"a file system of {host} is full, or that is not known: make room first (GB-17)"
    if not isinstance(offset_s, (int, float)) or offset_s > CLOCK_S:
        return f"the clock of {host} is more than {CLOCK_S:.0f} s off, or that is not known (GB-17)"
    return None
