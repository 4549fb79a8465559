"""The hash chain: journal and audit in one. Each entry's hash covers its whole content and the hash before it.

`hash = SHA-256(JCS(entry without hash))`, JCS being RFC 8785. The first entry's `prev` is 64 zeros. `seq` is counted
here,
not by the database, so that a rolled-back transaction leaves no gap that would look like a deletion.
"""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785
import sqlalchemy as sa

from remediator.model.times import Instant, rfc3339
from remediator.store import tables

GENESIS = "0" * 64


def entry_hash(entry: dict[str, Any]) -> str:
    """Return the hash of `entry` (all keys but ``hash``)."""
    return hashlib.sha256(rfc8785.dumps({key: value for key, value in entry.items() if key != "hash"})).hexdigest()


# Asked in every turn of the loop: made once.
_HEAD = sa.select(tables.audit.c.seq, tables.audit.c.hash).order_by(tables.audit.c.seq.desc()).limit(1)
_APPEND = tables.audit.insert()
_FORGET_HEAD = tables.meta.delete().where(tables.meta.c.key == "audit_head")
_NOTE = tables.meta.insert()
_HASH_OF = sa.select(tables.audit.c.hash).where(tables.audit.c.seq == sa.bindparam("wanted"))


def head(connection: sa.Connection) -> tuple[int, str]:
    """Return seq and hash of the newest entry; (0, GENESIS) for an empty chain."""
    row = connection.execute(_HEAD).first()
    return (0, GENESIS) if row is None else (int(row.seq), str(row.hash))


def append(
    connection: sa.Connection,
    *,
    at: Instant,
    actor: str,
    kind: str,
    body: dict[str, Any],
    run: str | None = None,
    incident: str | None = None,
) -> int:
    """Append one entry inside the caller's transaction and return its seq. `body` must be JSON and free of secrets."""
    last, prev = head(connection)
    canonical = rfc8785.dumps(_plain(body))
    entry: dict[str, Any] = {
        "seq": last + 1,
        "at": rfc3339(at.wall),
        "actor": actor,
        "kind": kind,
        "run": run,
        "incident": incident,
        "body": _plain(body),
        "body_sha256": hashlib.sha256(canonical).hexdigest(),
        "prev": prev,
    }
    row = {**entry, "body": canonical.decode(), "hash": entry_hash(entry)}
    connection.execute(_APPEND, row)
    connection.execute(_FORGET_HEAD)
    connection.execute(_NOTE, {"key": "audit_head", "value": str(last + 1)})
    return last + 1


def hash_of(connection: sa.Connection, seq: int) -> str | None:
    """Return the stored hash of entry `seq`; None when there is none."""
    return connection.execute(_HASH_OF, {"wanted": seq}).scalar()


def count(connection: sa.Connection, kind: str) -> int:
    """Return how many entries of `kind` there are."""
    return int(
        connection.execute(
            sa.select(sa.func.count()).select_from(tables.audit).where(tables.audit.c.kind == kind)
        ).scalar()
        or 0
    )


def _plain(value: Any) -> Any:
    """Return `value` with what RFC 8785 cannot carry made plain: numbers beyond 2^53, NaN and lone surrogates become
    text."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, float):
        return value if abs(value) < 2**53 else str(value)
    return str(value)
