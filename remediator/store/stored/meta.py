"""The table `meta`: one value for each key, each key with its declared type. The one codec writes and reads them
(store/stored/codec.py).

A text or a time stands without the quotes that JSON gives it. An empty value is none, as is a key that is not there.
Invariant: a value that is not of its key's type is an error that names the key, and never a default.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

import sqlalchemy as sa

from remediator.model.records.holds import ClockBrake, Rival
from remediator.model.times import Instant
from remediator.model.values import Json
from remediator.store import errors, tables
from remediator.store.stored import codec

Value = TypeVar("Value")

NONE: Final = ""
"""How it is stored that a key has no value."""
BARE = (str, datetime)
"""Types whose JSON is a string: the string itself is stored."""


@dataclass(frozen=True, slots=True)
class Key(Generic[Value]):
    """The name of one row, and the type of its value."""

    name: str
    kind: type[Value]

    def write(self, value: Value | None) -> str:
        """Return the stored form. Raise TypeError when `value` is not of the type."""
        if value is None:
            return NONE
        text = codec.of(self.kind).write(value)
        return str(json.loads(text)) if self.kind in BARE else text

    def read(self, text: Any) -> Value | None:
        """Reverse `write`; None when there is no value. Raise RecordUnreadable."""
        row = f"value {self.name} of the table meta"
        if text is None or text == NONE:
            return None
        if not isinstance(text, str):
            raise errors.RecordUnreadable(row, "it is no text")
        return codec.of(self.kind).read(json.dumps(text) if self.kind in BARE else text, row)


@dataclass(frozen=True, slots=True)
class Family(Generic[Value]):
    """Rows whose names begin alike, and the type that all their values have."""

    prefix: str
    kind: type[Value]

    def key(self, name: str) -> Key[Value]:
        return Key(f"{self.prefix}{name}", self.kind)


# the brakes, which `digests` covers
STORM_LATCHED = Key("storm_latched", str)
"""Since when, and by what, the storm breaker is open for R3."""
STORM_COUNTED = Key("storm_counted", frozenset[str])
"""The incidents that the storm breaker has counted, and that were not over."""
STORM_CLOSED = Key("storm_closed", Instant)
"""When a person closed the storm breaker last."""
RIVAL = Key("rival", Rival)
"""Which other remediator was seen, and until when a person has closed that brake."""
CLOCK_BRAKE = Key("clock_held", ClockBrake)
"""The brake after a step of the clock."""

# what else outlives a restart
STORM_TOLD = Key("storm_told", str)
"""The page of the storm whose end nobody was told yet."""
JOURNAL_UNTIL = Key("journal_until", datetime)
"""The time that the journal was found to reach to: what is written since then is younger by its clock alone."""
ONE_MACHINE = Key("one_machine", frozenset[tuple[str, ...]])
"""The machines that the inventory has under several names."""
NAMES_TOLD = Key("names_told", datetime)
"""When the last digest of foreign names was queued."""
NOTICES_TOLD = Key("notices_told", frozenset[tuple[str, ...]])
"""Notices that people were told of and that stop nothing: kind, name and sentence of each."""

# who we are
STORE = Key("store", str)
"""The id of the store. A copy of the store has it too: its starts are told apart by their nonces."""
INSTANCES = Key("instances", tuple[str, ...])
"""The nonces of the starts on the store, oldest first."""
EPOCH = Key("epoch", int)
"""The epoch of the newest start."""

# the store itself
SCHEMA = Key("schema", str)
"""The word by which releases without revisions refuse the store (store/revision.py)."""
AUDIT_HEAD = Key("audit_head", int)
"""How long the log is. Who verifies the log reads it: a wrong length is told as what it says of the log."""

NUMBERS = Family("next_", int)
"""By kind of record: the number of the next one."""
MARKS: Family[Any] = Family("mark:", Json)
"""By assessment: what its integration keeps of it, which that integration reads."""

KEYS: Mapping[str, Key[Any]] = {
    key.name: key
    for key in (
        STORM_LATCHED,
        STORM_COUNTED,
        STORM_CLOSED,
        RIVAL,
        CLOCK_BRAKE,
        STORM_TOLD,
        JOURNAL_UNTIL,
        ONE_MACHINE,
        NAMES_TOLD,
        NOTICES_TOLD,
        STORE,
        INSTANCES,
        EPOCH,
        SCHEMA,
        AUDIT_HEAD,
    )
}
FAMILIES: tuple[Family[Any], ...] = (NUMBERS, MARKS)


def declared(name: str) -> Key[Any] | None:
    """Return the key of that name; None when this release declares none."""
    if name in KEYS:
        return KEYS[name]
    return next((Key(name, family.kind) for family in FAMILIES if name.startswith(family.prefix)), None)


@dataclass(frozen=True, slots=True)
class Values:
    """What the table held at one moment."""

    by_name: Mapping[str, Any]

    def get(self, key: Key[Value]) -> Value | None:
        found: Value | None = self.by_name.get(key.name)
        return found

    def family(self, family: Family[Value]) -> dict[str, Value]:
        """Return the values of `family`, by the rest of their names."""
        found = {name: value for name, value in self.by_name.items() if name.startswith(family.prefix)}
        return {name.removeprefix(family.prefix): value for name, value in found.items() if value is not None}


def read(rows: Iterable[tuple[str, Any]]) -> Values:
    """Return the values of `rows`. Keys of no declared name stay as they are. Raise RecordUnreadable, which names the
    key."""
    keys = [(declared(name), text) for name, text in rows if name != AUDIT_HEAD.name]
    return Values({key.name: key.read(text) for key, text in keys if key is not None})


_ROWS = sa.select(sa.cast(tables.meta.c.key, sa.LargeBinary), sa.cast(tables.meta.c.value, sa.LargeBinary))


def first_unreadable(connection: sa.Connection) -> str | None:
    """Return which value is not what its key declares; None when all are. `AUDIT_HEAD` is not looked at."""
    for name, text in connection.execute(_ROWS.order_by(tables.meta.c.key)):
        key = bytes(name).decode(errors="replace")
        try:
            read([(key, bytes(text).decode())])
        except (errors.RecordUnreadable, ValueError):
            return f"row {key} of the table meta cannot be read"
    return None
