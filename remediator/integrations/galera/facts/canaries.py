"""Row counts of the configured tables, as a member counted them over SQL. Pure.

Invariant: a count that is none is UNKNOWN by itself, and never zero.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.integrations import typed
from remediator.model.manifest.sections import SectionKind
from remediator.model.messages.replies import HostReply
from remediator.model.values import Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Canaries:
    """Table (``schema.table``) to its rows."""

    rows: Mapping[str, int | Unknown]


def parse(data: Any) -> Canaries | Unknown:
    """Return the counts, or `Unknown` where there are none."""
    if not isinstance(data, Mapping):
        return Unknown(f"sql_error:{type(data).__name__}")
    return Canaries(rows={str(table): _rows(rows) for table, rows in itertools.islice(data.items(), typed.MOST_ITEMS)})


def _rows(rows: Any) -> int | Unknown:
    counted = isinstance(rows, int) and not isinstance(rows, bool) and 0 <= rows < typed.WHOLE
    return rows if counted or isinstance(rows, Unknown) else Unknown("sql_error:count")


CANARIES = SectionKind(name="galera_canaries", facts=Canaries, parse=parse)


def of(reply: HostReply) -> Mapping[str, int | Unknown]:
    """Return table to rows as the member of `reply` counted them last; empty when none are configured or it does not
    answer."""
    found = reply.beside(CANARIES)
    return {} if isinstance(found, Unknown) else found.rows
