"""Baselines: a person calls a scope settled as it stands now, and the signs that are seen there hold nothing any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from remediator.model.mutes import Accepted
from remediator.mutes import entries
from remediator.mutes.transition import Transition


def accepted(record: Accepted, seen: Mapping[str, Any]) -> Transition:
    """Return that `record` is accepted; `seen` is what was believed with it, in the form of the answer."""
    said = entries.BaselineAccepted(scope=record.scope, reason=record.reason, seen=seen, actor=record.by)
    return Transition(kept=(record,), entries=(said,))


def refused(scope: str, reason: str, why: Sequence[str], actor: str) -> Transition:
    """Return that a scope is not settled, and `why` not."""
    return Transition(entries=(entries.BaselineRefused(scope=scope, reason=reason, refused=why, actor=actor),))
