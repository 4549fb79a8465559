"""Digests of the rows that decide: a row of these tables that was changed outside of a transaction shows at the next
start.

Each transaction that changes such rows ends with a chain entry of kind ``rows``: ``{digests: {SUBJECT: [COUNT,
DIGEST]}, changed: {SUBJECT: {KEY: HASH or null}}}``. The digest of a subject is a sum over its rows (mod 2^2048 of
SHAKE-256). So a changed row costs one subtraction and one addition, whatever the size of the table. `changed` is for
naming a difference.

Invariant: rows are hashed as they lie in the file, byte by byte. A row that cannot be read as text any more has a hash
all the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from remediator.store import tables
from remediator.store.audit import chain
from remediator.store.stored import meta

KIND = "rows"
BITS = 2048
DIGEST_CHARS = 32
HASH_CHARS = 16
MOST_CHANGED = 1000
"""Above so many changed rows of one transaction the entry names none of them."""
MOST_READ = 2000
"""So many entries are read at most to name what differs."""
MOST_NAMED = 3
BRAKES = tuple(
    key.name for key in (meta.STORM_LATCHED, meta.STORM_COUNTED, meta.STORM_CLOSED, meta.RIVAL, meta.CLOCK_BRAKE)
)
"""Keys of `meta` that stop actions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The rows of one table that decide. `keys`: the columns that tell one row from another; `live`: which rows, None
    for all."""

    table: sa.Table
    keys: tuple[str, ...]
    live: sa.ColumnElement[bool] | None = None
    prefix: str = ""

    def select(self) -> sa.Select[Any]:
        columns = [sa.cast(column, sa.LargeBinary) for column in self.table.columns]
        statement = sa.select(*(self.table.c[name] for name in self.keys), *columns)
        return statement if self.live is None else statement.where(self.live)

    def select_one(self) -> sa.Select[Any]:
        """Return the statement for one row, its key bound as ``k0``, ``k1``."""
        equal = [self.table.c[name] == sa.bindparam(f"k{n}") for n, name in enumerate(self.keys)]
        return self.select().where(*equal)


SUBJECTS: Mapping[str, Subject] = {
    "pauses": Subject(table=tables.pauses, keys=("n",), prefix="pause-"),
    "silences": Subject(table=tables.silences, keys=("id",)),
    "downtimes": Subject(table=tables.downtimes, keys=("host", "service")),
    "own_downtimes": Subject(table=tables.own_downtimes, keys=("id",)),
    "wraps": Subject(table=tables.wraps, keys=("id",)),
    "unacked": Subject(table=tables.unacked, keys=("target",)),
    "acks": Subject(table=tables.acks, keys=("target",)),
    "locks": Subject(table=tables.locks, keys=("scope",)),
    "debts": Subject(table=tables.debts, keys=("id",), live=tables.debts.c.open.is_(True)),
    "runs": Subject(table=tables.runs, keys=("id",), live=tables.runs.c.live.is_(True)),
    "brakes": Subject(table=tables.meta, keys=("key",), live=tables.meta.c.key.in_(BRAKES)),
}

_NEWEST = (
    sa.select(tables.audit)
    .where(tables.audit.c.kind == KIND)
    .order_by(tables.audit.c.seq.desc())
    .limit(sa.bindparam("most"))
)
_AFTER = sa.select(tables.audit.c.prev).where(tables.audit.c.seq == sa.bindparam("wanted"))

# Asked in every transaction that changes such rows: made once.
_EVERY = {name: subject.select() for name, subject in SUBJECTS.items()}
_ONE = {name: subject.select_one() for name, subject in SUBJECTS.items()}

Hashes = dict[str, bytes]
"""Key of a row to its hash."""


@dataclass(slots=True)
class Touched:
    """Which rows a transaction may have changed: too many do no harm. None stands for every row of the subject."""

    rows: dict[str, set[tuple[Any, ...]] | None] = field(default_factory=dict)

    def row(self, subject: str, *key: Any) -> None:
        known = self.rows.setdefault(subject, set())
        if known is not None:
            known.add(key)

    def every(self, subject: str) -> None:
        self.rows[subject] = None


def _hash(values: tuple[Any, ...]) -> bytes:
    """Return the hash of a row; each value goes in with its length, so that none can run into the next."""
    made = hashlib.sha256()
    for value in values:
        raw = b"" if value is None else bytes(value)
        made.update(b"-" if value is None else b"%d:" % len(raw))
        made.update(raw)
    return made.digest()


def _weight(subject: str, key: str, row_hash: bytes) -> int:
    name = f"{subject}\0{key}\0".encode("utf-8", "surrogateescape")
    return int.from_bytes(hashlib.shake_256(name + row_hash).digest(BITS // 8), "big")


def _key(subject: Subject, values: tuple[Any, ...]) -> str:
    return subject.prefix + "/".join(map(str, values))


def hashes(connection: sa.Connection, name: str, keys: set[tuple[Any, ...]] | None = None) -> Hashes:
    """Return the rows of a subject as they lie in the file: all, or those of `keys` as far as they are there."""
    subject = SUBJECTS[name]
    width = len(subject.keys)
    if keys is None:
        found = list(connection.execute(_EVERY[name]))
    else:
        asked = [{f"k{n}": value for n, value in enumerate(key)} for key in keys]
        found = [row for each in asked for row in connection.execute(_ONE[name], each)]
    return {_key(subject, tuple(row[:width])): _hash(tuple(row[width:])) for row in found}


@dataclass(frozen=True, slots=True)
class State:
    """The rows of each subject by their hash, and the sums over them."""

    rows: Mapping[str, Hashes]
    sums: Mapping[str, int]

    @classmethod
    def of(cls, connection: sa.Connection) -> State:
        """Read every row that decides."""
        rows = {name: hashes(connection, name) for name in SUBJECTS}
        sums = {
            name: sum(_weight(name, key, row) for key, row in known.items()) % 2**BITS for name, known in rows.items()
        }
        return cls(rows, sums)

    def digests(self) -> dict[str, list[Any]]:
        """Return the form that stands in an entry."""
        return {
            name: [len(known), hashlib.sha256(self.sums[name].to_bytes(BITS // 8, "big")).hexdigest()[:DIGEST_CHARS]]
            for name, known in self.rows.items()
        }

    def after(self, connection: sa.Connection, touched: Touched) -> tuple[State, dict[str, dict[str, str | None]]]:
        """Return the state with what `touched` names read anew, and which rows differ from before."""
        rows, sums = dict(self.rows), dict(self.sums)
        changed: dict[str, dict[str, str | None]] = {}
        for name, keys in touched.rows.items():
            subject, before = SUBJECTS[name], self.rows[name]
            now = hashes(connection, name, keys)
            asked = {*before, *now} if keys is None else {_key(subject, key) for key in keys}
            other = {key for key in asked if before.get(key) != now.get(key)}
            if not other:
                continue
            known, total = dict(before), sums[name]
            for key in other:
                if (old := known.pop(key, None)) is not None:
                    total -= _weight(name, key, old)
                if (new := now.get(key)) is not None:
                    known[key] = new
                    total += _weight(name, key, new)
            rows[name], sums[name] = known, total % 2**BITS
            changed[name] = {key: now[key].hex()[:HASH_CHARS] if key in now else None for key in sorted(other)}
        return State(rows, sums), changed


def body(
    state: State,
    changed: Mapping[str, Mapping[str, str | None]],
    differs: str = "",
    covers_from_here: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Return the body of an entry.

    `differs`: a difference that nobody has accepted yet; it outlives later changes. `covers_from_here`: the subjects
    that no earlier entry speaks of; `changed` has all of their rows.
    """
    made: dict[str, Any] = {
        "digests": state.digests(),
        "changed": {name: dict(each) for name, each in changed.items() if len(each) <= MOST_CHANGED},
    }
    if differs:
        made["differs"] = differs
    if covers_from_here:
        made["covers_from_here"] = list(covers_from_here)
    return made


def everything(state: State, names: tuple[str, ...] = tuple(SUBJECTS)) -> dict[str, dict[str, str | None]]:
    """Return all rows of subjects as `changed` has them: for their first entry, or once a person has accepted them."""
    return {name: {key: row.hex()[:HASH_CHARS] for key, row in state.rows[name].items()} for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """`differs`: what is not as the log has it, empty when all is. `uncovered`: subjects that no entry speaks of
    yet."""

    differs: str
    uncovered: tuple[str, ...]


def compare(connection: sa.Connection, state: State) -> Compared:
    """Compare the rows with the newest entry about them; more of the log is read only to name a difference."""
    newest = connection.execute(_NEWEST, {"most": 1}).mappings().first()
    if newest is None:
        return Compared(differs="", uncovered=tuple(SUBJECTS))
    if (broken := _broken(connection, newest)) is not None:
        return Compared(differs=broken, uncovered=())
    said = json.loads(newest["body"])
    told, now = said["digests"], state.digests()
    wrong = [name for name in SUBJECTS if name in told and told[name] != now[name]]
    sentences = [_sentence(connection, name, told[name][0], state.rows[name]) for name in wrong]
    earlier = said.get("differs", "")
    return Compared(
        differs="; ".join([*([earlier] if earlier else []), *(each for each in sentences if each != earlier)]),
        uncovered=tuple(name for name in SUBJECTS if name not in told),
    )


def _broken(connection: sa.Connection, entry: Mapping[Any, Any]) -> str | None:
    """Return why the newest entry about the rows is not the one that was written."""
    seq = entry["seq"]
    where = f"entry {seq} of the log, which has the digests of the rows that decide,"
    try:
        whole = {**entry, "body": json.loads(entry["body"])}
        if chain.entry_hash(whole) != entry["hash"] or not isinstance(whole["body"]["digests"], dict):
            return f"{where} was edited"
    except (ValueError, TypeError, KeyError, RecursionError):
        return f"{where} cannot be read"
    after = connection.execute(_AFTER, {"wanted": int(seq) + 1}).scalar()
    return (
        f"{where} is not the one that the entry after it was hashed with"
        if after not in (None, entry["hash"])
        else None
    )


def _sentence(connection: sa.Connection, name: str, count: int, now: Hashes) -> str:
    """Say how the rows of a subject differ from the log, with the names of some."""
    told, from_the_first = _told(connection, name)
    gone = [key for key, row in told.items() if row is not None and key not in now]
    edited = [key for key, row in told.items() if row is not None and key in now and now[key].hex()[: len(row)] != row]
    put_in = [key for key in now if told.get(key) is None and (key in told or from_the_first)]
    found = ((gone, "gone"), (edited, "changed"), (put_in, "put in"))
    named = ", ".join(f"{_names(sorted(keys))} {word}" for keys, word in found if keys)
    counts = f"{count} rows in the log, {len(now)} in the store" if count != len(now) else f"{count} rows"
    return f"the table {name} is not as the log has it ({counts}{': ' if named else ''}{named})"


def _told(connection: sa.Connection, name: str) -> tuple[dict[str, str | None], bool]:
    """Return what the log says last of each row of a subject, and whether it was read back to the first word about
    it."""
    told: dict[str, str | None] = {}
    for entry in connection.execute(_NEWEST, {"most": MOST_READ}).mappings():
        try:
            body = json.loads(entry["body"])
            changed = body["changed"].get(name, {})
            begins = name in body.get("covers_from_here", ())
        except (ValueError, TypeError, KeyError, AttributeError):
            continue
        for key, row in changed.items():
            told.setdefault(key, row)
        if begins:
            return told, True
    return told, False


def _names(keys: list[str]) -> str:
    more = f" and {len(keys) - MOST_NAMED} more" if len(keys) > MOST_NAMED else ""
    return ", ".join(keys[:MOST_NAMED]) + more
