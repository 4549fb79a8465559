"""Are the rows that decide as the log has them? They are compared when they are read, and noted in each transaction
that changes them.

Invariant: a difference that nobody has accepted stands in every later entry about rows, so no restart forgets it.
"""

from __future__ import annotations

import sqlalchemy as sa

from remediator.daemon.turn.turn import Turn
from remediator.model.people import ENGINE
from remediator.store.audit import digests

UNREAD = digests.State({name: {} for name in digests.SUBJECTS}, dict.fromkeys(digests.SUBJECTS, 0))


class Coverage:
    """Owned by the engine. What a transaction made of the rows counts once it is committed."""

    def __init__(self) -> None:
        self._state = UNREAD
        self._next: digests.State | None = None
        self._differs = ""
        self._uncovered: tuple[str, ...] = ()

    def read(self, connection: sa.Connection) -> str | None:
        """Read all rows that decide; return how they differ from the log, None when they do not."""
        self._next = None
        self._state = digests.State.of(connection)
        compared = digests.compare(connection, self._state)
        self._differs, self._uncovered = compared.differs, compared.uncovered
        return compared.differs or None

    def note(self, connection: sa.Connection, turn: Turn) -> None:
        """End the transaction with an entry about the rows that it changed, if there are any."""
        journal = turn.journal
        state, changed = self._state.after(connection, journal.touched)
        self._next = state
        begins = self._uncovered if turn.world.setup.decides else ()
        if journal.rows_accepted:
            self._differs, begins = "", tuple(digests.SUBJECTS)
        elif not changed and not begins:
            return
        changed |= digests.everything(state, begins)
        if begins and not journal.rows_accepted:
            turn.say("info", "rows_covered", reason=f"the audit log covers from now on: {', '.join(begins)}")
        self._uncovered = tuple(name for name in self._uncovered if name not in begins)
        journal.audit(digests.KIND, ENGINE, digests.body(state, changed, self._differs, begins))

    def committed(self) -> None:
        """The transaction is committed: what `note` found is the state from now on."""
        if self._next is not None:
            self._state, self._next = self._next, None
