"""Where signs of maintenance are read: what an integration sees of other people's work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from remediator.model.messages.replies import HostReply
from remediator.model.messages.signs import Sign


@dataclass(frozen=True, slots=True, kw_only=True)
class SignSource:
    """How signs are read from a whole reply. All functions are pure."""

    read: Callable[[HostReply], Sequence[Sign]]
    sections: tuple[str, ...]
    """The sections of a reply they are read from: where one is UNKNOWN, nobody can say that there is no sign."""
    lasting: frozenset[str] = frozenset()
    """Kinds of keys of what a host goes on to show for as long as it is there."""
    momentary: frozenset[str] = frozenset()
    """Kinds of signs that the next reply may not show any more: somebody is at work this moment."""
    together: Callable[[Iterable[HostReply], str | None], Sequence[Sign]] | None = None
    """``(replies, container) -> signs`` that show only in several replies together; of every container where None is
    asked for."""
