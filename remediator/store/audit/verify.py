"""Is the log whole: every entry's hash, its place, and the checkpoints that stand outside the database.

Invariant: nothing that can be written into the database makes this end in anything but a verdict. Behind the newest
checkpoint the verdict rests on the hashes alone, which anyone can compute: `checkpoint_seq` is how far the proof
reaches.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Set
from datetime import datetime
from pathlib import Path
from typing import Any

import rfc8785
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from remediator.config import Config
from remediator.config.essentials import Essentials
from remediator.model import times
from remediator.store import errors, reader, tables
from remediator.store.audit import chain, checkpoints, digests, readable

INTACT, TAMPERED, CANNOT_TELL = 0, 2, 3
BACK_S = 5.0
"""An entry that is older by more than this than the one before it was written after the clock had been set back."""
MOST_BACK = 20
MOVED_AT_MOST = 100
"""So far from its place an entry is recognised that somebody gave another number."""
UNFIT = (ValueError, TypeError, RecursionError)
"""What reading a body, or hashing an entry, raises when someone else wrote it."""


def entries(connection: sa.Connection, start: int = 0, most: int | None = None) -> Iterator[dict[str, Any]]:
    """Yield the entries from `start` on as they are exported, at most `most`; a body that is no JSON any more stays
    text."""
    statement = sa.select(tables.audit).where(tables.audit.c.seq >= start).order_by(tables.audit.c.seq).limit(most)
    for row in connection.execute(statement).mappings():
        entry = dict(row)
        try:
            entry["body"] = json.loads(entry["body"])
        except UNFIT:
            entry["body"] = {"not_json": str(entry["body"])}
        entry["_text"] = row["body"]
        yield entry


def _intact(entry: dict[str, Any], text: Any, seq: int | None = None) -> bool:
    """Return whether the hashes of `entry` fit it, or would fit it if it were number `seq`."""
    try:
        canonical = rfc8785.dumps(entry["body"])
        return bool(
            canonical.decode() == text
            and hashlib.sha256(canonical).hexdigest() == entry["body_sha256"]
            and chain.entry_hash(entry if seq is None else {**entry, "seq": seq}) == entry["hash"]
        )
    except UNFIT:
        return False


def _number_before(entry: dict[str, Any], text: Any) -> int | None:
    """Return the number that an entry had when it was hashed, if that was near the one it has now."""
    for distance in range(1, MOVED_AT_MOST + 1):
        for seq in (entry["seq"] - distance, entry["seq"] + distance):
            if seq > 0 and _intact(entry, text, seq):
                return int(seq)
    return None


def _moved(connection: sa.Connection, bad: dict[str, Any], text: Any) -> dict[str, Any] | None:
    """Return how an entry that only has another number than it was hashed with came to it; None when it was edited
    otherwise."""
    seq, was = bad["seq"], _number_before(bad, text)
    if was is None:
        return None
    if was == seq - 1:
        return {"seq": was, "why": "inserted"}
    if was == seq + 1:
        after = next((each for each in entries(connection, was) if each["seq"] == was), None)
        if after is None or _number_before(after, after.pop("_text")) == was + 1:
            return {"seq": seq, "why": "missing"}
    return {"seq": seq, "why": "reordered"}


def wrong(entry: dict[str, Any], text: Any, expected_seq: int, prev: str, seen: Set[str] = frozenset()) -> str | None:
    """Return what is wrong with an entry by itself and behind the one with the hash `prev`; `seen`: the hashes before
    it."""
    intact = _intact(entry, text)
    if not isinstance(entry["seq"], int):
        return "edited"
    if entry["seq"] != expected_seq:
        return "missing" if entry["seq"] > expected_seq else "inserted"
    if not intact:
        return "edited"
    if entry["prev"] != prev:
        return "reordered" if entry["prev"] in seen else "inserted"
    return None


def beside_the_log(connection: sa.Connection) -> str | None:
    """Return what is wrong with the other tables: rows that decide and are not as the log has them, or rows that cannot
    be read."""
    return rows_differ(connection) or or_why(lambda: readable.first_unreadable(connection))


def rows_differ(connection: sa.Connection) -> str | None:
    """Return how the rows that decide are not as the log has them; None when they are."""
    return or_why(lambda: digests.compare(connection, digests.State.of(connection)).differs or None)


def or_why(look: Callable[[], str | None]) -> str | None:
    """Return what `look` returns, or why the tables cannot be looked at.

    Raise what SQLAlchemy raises when the reading was interrupted, for that says nothing about the tables.
    """
    try:
        return look()
    except sa.exc.SQLAlchemyError as error:
        if errors.failure_of(error) is errors.Failure.INTERRUPTED:
            raise
        why = str(getattr(error, "orig", None) or error).splitlines()[0]
        return f"a table cannot be read: {why}"


def verify_chain(
    connection: sa.Connection,
    checkpoint_file: Path,
    key: Ed25519PublicKey,
    beside: Callable[[sa.Connection], str | None] = beside_the_log,
) -> tuple[int, dict[str, Any]]:
    """Return the exit code and the JSON of `audit verify`: intact, tampered (naming the first bad entry), or cannot
    tell.

    `connection` must see one state of the database throughout. ``clock_set_back`` lists entries that are older than the
    one before them: no tampering, and no proof against it. ``rows``: the log is whole, and another table differs from
    it. `beside` looks at the other tables, for `connection` may be a copy of the log alone.
    """
    every = checkpoints.read(checkpoint_file, key)
    marks = checkpoints.in_force(every)
    by_seq = {mark.seq: mark.hash for mark in marks}
    newest = max((mark.seq for mark in marks), default=0)
    count = 0
    prev = chain.GENESIS
    seen: set[str] = {prev}
    first_bad: dict[str, Any] | None = None
    back: list[dict[str, Any]] = []
    before: datetime | None = None
    for entry in entries(connection):
        text = entry.pop("_text")
        why = wrong(entry, text, count + 1, prev, seen)
        if why is None and entry["seq"] in by_seq and by_seq[entry["seq"]] != entry["hash"]:
            why = "fork"
        if why is not None:
            named = isinstance(entry["seq"], int) and why != "missing"
            moved = _moved(connection, entry, text) if why == "edited" and named else None
            first_bad = moved or {"seq": entry["seq"] if named else count + 1, "why": why}
            break
        count += 1
        prev = entry["hash"]
        seen.add(prev)
        before = _note_back(entry, before, back)
    if first_bad is None:
        first_bad = _end_wrong(connection, count, newest)
    body: dict[str, Any] = {"ok": first_bad is None, "entries": count, "first_bad": first_bad, "checkpoint_seq": newest}
    restores = [{"at": mark.at, **mark.restored} for mark in every if mark.restored is not None]
    if restores:
        body["restores"] = restores
    if back:
        body["clock_set_back"] = back
    if first_bad is None and (rows := beside(connection)) is not None:
        return TAMPERED, {**body, "ok": False, "rows": rows}
    if first_bad is None and count > 0 and not marks:
        why = f"there is no checkpoint in {checkpoint_file}: nothing outside the database says how long the log is"
        return CANNOT_TELL, {**body, "ok": None, "error": why}
    return (INTACT if first_bad is None else TAMPERED), body


def _end_wrong(connection: sa.Connection, count: int, newest: int) -> dict[str, Any] | None:
    """Return what is wrong with where the log ends: the database notes its length, and so does the newest
    checkpoint."""
    noted = connection.execute(sa.select(tables.meta.c.value).where(tables.meta.c.key == "audit_head")).scalar()
    try:
        claimed = 0 if noted is None and count == 0 else int(str(noted))
    except ValueError:
        return {"seq": count + 1, "why": "truncated"}
    if claimed > count:
        return {"seq": count + 1, "why": "truncated"}
    if newest > count:
        return {"seq": count + 1, "why": "rolled_back"}
    if claimed < count:
        return {"seq": claimed + 1, "why": "inserted"}
    return None


def _note_back(entry: dict[str, Any], before: datetime | None, back: list[dict[str, Any]]) -> datetime | None:
    """Add `entry` to `back` when it is older than `before`, and return its own time."""
    try:
        at = times.parse_rfc3339(entry["at"])
    except (ValueError, TypeError, AttributeError, OverflowError):
        return before
    if before is not None and (by_s := (before - at).total_seconds()) > BACK_S and len(back) < MOST_BACK:
        back.append({"seq": entry["seq"], "by_s": round(by_s, 3)})
    return at


def verify(config: Config | Essentials) -> tuple[int, dict[str, Any]]:
    """Verify the configured store against its checkpoints and return (exit code, JSON of `audit verify`).

    Exit code 3 (cannot tell) comes with ``error``: no database, no key, or a checkpoint file that is empty or not
    whole.
    """
    unknown: dict[str, Any] = {"ok": None, "entries": None, "first_bad": None, "checkpoint_seq": None}
    try:
        key = checkpoints.load_public(config.audit.key_path)
        with reader.Reader(config).connection() as connection:
            connection.exec_driver_sql("BEGIN")
            return verify_chain(connection, Path(config.audit.checkpoints), key)
    except checkpoints.BrokenCheckpoints as error:
        return CANNOT_TELL, {**unknown, "error": f"{config.audit.checkpoints}: {error}"}
    except (errors.StoreError, OSError) as error:
        return CANNOT_TELL, {**unknown, "error": str(error)}
