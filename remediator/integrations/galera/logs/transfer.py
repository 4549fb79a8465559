"""How a member caught up with the others, by its own log: write sets alone (IST), a whole copy (SST), or neither. Pure.

The provider logs where the group and the member stand when a transfer is required. It logs as well from which seqno the
write sets come that the member then receives (Galera 25.3.37 and 26.4.18, replicator_str.cpp). A script of a whole copy
(wsrep_sst_*) runs for both kinds, so that a process or a file tells nothing. Write sets come after a whole copy as
well: then they begin beyond the member's own position.

Invariant: what the log does not tell is UNKNOWN, never a guess.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.integrations import typed
from remediator.model.values import Unknown


class Kind(enum.Enum):
    IST = "IST"
    SST = "SST"
    NONE = "its own data: nothing was missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    kind: Kind | Unknown
    write_sets: int | None = None

    @property
    def text(self) -> str:
        """Return the transfer as a page has it."""
        if isinstance(self.kind, Unknown):
            return "a transfer whose kind its log does not tell"
        if self.kind is Kind.IST and self.write_sets is not None:
            return f"IST of {self.write_sets} write sets"
        return self.kind.value


def parse(data: Any) -> Transfer | Unknown:
    """Return the transfer in a reply. None in it: the log of the newest life tells of no transfer that was required."""
    if data is None:
        return Transfer(kind=Kind.NONE)
    try:
        return _of(data)
    except typed.WRONG as error:
        return Unknown(f"transfer:{type(error).__name__}")


def _of(data: Mapping[str, Any]) -> Transfer:
    own, first = typed.whole(data, "local_at"), typed.whole_or_none(data, "from")
    if typed.text(data, "local_uuid") != typed.text(data, "group_uuid") or own < 0:
        return Transfer(kind=Kind.SST)
    if first is None:
        return Transfer(kind=Unknown("no_write_sets_yet"))
    if first > own + 1:
        return Transfer(kind=Kind.SST)
    return Transfer(kind=Kind.IST, write_sets=typed.whole_or_none(data, "write_sets"))
