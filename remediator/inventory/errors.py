"""Why there is no inventory: sentences with the place and the remedy. The caller keeps its last snapshot."""

from __future__ import annotations

from collections.abc import Sequence


class InventoryError(Exception):
    """Root of this room's errors. `sentences` has one for each thing that is wrong, at least one."""

    sentences: tuple[str, ...] = ()


class InventoryUnreadable(InventoryError):
    """The source did not give a usable list of hosts. `more` are further (why, remedy) pairs of the same source."""

    def __init__(self, source: str, why: str, remedy: str, more: Sequence[tuple[str, str]] = ()) -> None:
        self.source, self.why, self.remedy = source, why, remedy
        self.sentences = tuple(f"inventory {source}: {what}; {cure}" for what, cure in ((why, remedy), *more))
        others = f" (and {len(more)} more: remediator validate)" if more else ""
        super().__init__(self.sentences[0] + others)
