"""A store that was put back from a copy counts once a person has said so."""

from __future__ import annotations

from remediator.mutes import entries
from remediator.mutes.transition import BelieveRows, RenameStore, SignRestore, Transition


def accepted(was: str, reason: str, actor: str) -> Transition:
    """Return what follows when a person accepts the store as it is; `was`: why it did not count."""
    said = entries.RestoreAccepted(was=was, reason=reason, actor=actor)
    return Transition(entries=(said,), wishes=(BelieveRows(), RenameStore(actor=actor), SignRestore()))
