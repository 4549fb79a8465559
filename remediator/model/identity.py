"""The identity of a remediator, so that no two are taken for one: the cloud, the store, and this start of a daemon.

Invariants. A store has an id of its own from the moment it is made, and every start of a daemon a nonce of its own. Two
copies of one store differ by that nonce. Whatever a run leaves on a host carries its *mark*, which is unique in the
world: ``CLOUD.STORE.RUN``. The mark is one word of a shell, a label, a name of a file. Two marks are of one run only
when they are equal as a whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

CLOUD: Final = r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}"
ID: Final = r"[a-z0-9]{16}"
"""The id of a store, and the nonce of a start."""
RUN: Final = r"run-[0-9]{1,12}"
MARK: Final = rf"[A-Za-z0-9._-]{{0,81}}{RUN}"
"""What a script takes for a mark: one word that ends in a run. The bare run is what the release before this one left,
and a run that had begun under it goes on with it."""
_WHOLE = re.compile(rf"({CLOUD})\.({ID})\.({RUN})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A mark, taken apart. `store` is empty in one of the release before this one, which names the run alone."""

    cloud: str
    store: str
    run: str


def parsed(text: str) -> Mark | None:
    """Return the mark that `text` is as a whole; None when it is no mark of a remediator."""
    whole = _WHOLE.fullmatch(text)
    if whole is not None:
        return Mark(cloud=whole[1], store=whole[2], run=whole[3])
    return Mark(cloud="", store="", run=text) if re.fullmatch(RUN, text) is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOnHost:
    """Something that a run has left on a host, of this remediator or of another. `mark` is what it carries, as the host
    says it."""

    mark: str
    what: str
    """What it is, as people call it: ``the hold of a unit``."""
    take_back: str
    """The command by which a person takes it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """One start of a daemon on its store. `former`: the nonces of the starts before it, as this store has them."""

    cloud: str
    store: str
    instance: str
    epoch: int
    former: frozenset[str] = frozenset()

    def mark(self, run: str) -> str:
        """Return what `run` leaves on hosts; empty for a run that is none yet, and for who has no store."""
        return f"{self.cloud}.{self.store}.{run}" if run and self.store else ""


NOBODY: Final = Identity(cloud="", store="", instance="", epoch=0)
"""Who has no store of his own: leaves nothing on a host, and claims none."""
