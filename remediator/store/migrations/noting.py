"""Notes in the log what a revision did to rows that decide. Without that a rewritten row would read as a stranger's
edit.

Invariant: nothing that differed from the log before is accepted by this. A difference stays in the entry, and a table
that no entry covers is left to the daemon, which begins to cover it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from remediator.model.times import Instant
from remediator.store.audit import chain, digests

KIND = "store_upgraded"
ACTOR = "remediator"


@dataclass(frozen=True, slots=True)
class Noted:
    """The rows that decide, before they are rewritten, and how they stood to the log."""

    state: digests.State
    compared: digests.Compared

    @classmethod
    def before(cls, connection: sa.Connection) -> Noted:
        state = digests.State.of(connection)
        return cls(state, digests.compare(connection, state))

    def after(self, connection: sa.Connection, at: Instant, told: dict[str, Any], revision: str) -> None:
        """Append what was done, and the digests of the rows as they are now. A log that has neither entries nor rows
        begins without."""
        if chain.head(connection)[0] == 0:
            return
        chain.append(connection, at=at, actor=ACTOR, kind=KIND, body={"revision": revision, **told})
        covered = [name for name in digests.SUBJECTS if name not in self.compared.uncovered]
        if not covered:
            return
        touched = digests.Touched()
        for name in covered:
            touched.every(name)
        state, changed = self.state.after(connection, touched)
        changed |= digests.everything(state, self.compared.uncovered)
        body = digests.body(state, changed, self.compared.differs, self.compared.uncovered)
        chain.append(connection, at=at, actor=ACTOR, kind=digests.KIND, body=body)
