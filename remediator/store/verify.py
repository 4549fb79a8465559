"""Is the log whole: every entry's hash, its place, and the checkpoints that stand outside the database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import rfc8785
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from remediator.config import Config
from remediator.store import chain, checkpoints, errors, reader, tables

INTACT, TAMPERED, CANNOT_TELL = 0, 2, 3


def entries(connection: sa.Connection, start: int = 0) -> Iterator[dict[str, Any]]:
    """Yield the entries from `start` on as they are exported; the body stays text when it is not JSON any more."""
    statement = sa.select(tables.audit).where(tables.audit.c.seq >= start).order_by(tables.audit.c.seq)
    for row in connection.execute(statement).mappings():
        entry = dict(row)
        try:
            entry["body"] = json.loads(entry["body"])
        except ValueError:
            entry["body"] = {"not_json": entry["body"]}
        entry["_text"] = row["body"]
        yield entry


def _wrong(entry: dict[str, Any], expected_seq: int, prev: str, seen: set[str]) -> str | None:
    text = entry.pop("_text")
    try:
        canonical = rfc8785.dumps(entry["body"])
        intact = (
            canonical.decode() == text
            and hashlib.sha256(canonical).hexdigest() == entry["body_sha256"]
            and chain.entry_hash(entry) == entry["hash"]
        )
    except (ValueError, TypeError, UnicodeDecodeError):
        intact = False
    if entry["seq"] > expected_seq:
        return "missing"
    if not intact:
        return "edited"
    if entry["prev"] != prev:
        return "reordered" if entry["prev"] in seen else "inserted"
    return None


def verify_chain(connection: sa.Connection, checkpoint_file: Path, key: Ed25519PublicKey) -> tuple[int, dict[str, Any]]:
    """Return the exit code and CONTRACTS' JSON: intact, tampered (naming the first bad entry), or cannot tell."""
    every = checkpoints.read(checkpoint_file, key)
    marks = checkpoints.in_force(every)
    by_seq = {mark.seq: mark.hash for mark in marks}
    newest = max((mark.seq for mark in marks), default=0)
    count = 0
    prev = chain.GENESIS
    seen: set[str] = {prev}
    first_bad: dict[str, Any] | None = None
    for entry in entries(connection):
        why = _wrong(entry, count + 1, prev, seen)
        if why is None and entry["seq"] in by_seq and by_seq[entry["seq"]] != entry["hash"]:
            why = "fork"
        if why is not None:
            first_bad = {"seq": count + 1 if why == "missing" else entry["seq"], "why": why}
            break
        count += 1
        prev = entry["hash"]
        seen.add(prev)
    if first_bad is None:
        claimed = connection.execute(sa.select(tables.meta.c.value).where(tables.meta.c.key == "audit_head")).scalar()
        if claimed is not None and int(claimed) > count:
            first_bad = {"seq": count + 1, "why": "truncated"}
        elif newest > count:
            first_bad = {"seq": count + 1, "why": "rolled_back"}
    body: dict[str, Any] = {"ok": first_bad is None, "entries": count, "first_bad": first_bad, "checkpoint_seq": newest}
    restores = [{"at": mark.at, **mark.restored} for mark in every if mark.restored is not None]
    if restores:
        body["restores"] = restores
    return (INTACT if first_bad is None else TAMPERED), body


def verify(config: Config) -> tuple[int, dict[str, Any]]:
    """Verify the configured store against its checkpoints and return (exit code, CONTRACTS' `audit verify` JSON).

    Exit code 3 (cannot tell) comes with ``error``: no database, no key, or a checkpoint file that is not whole.
    """
    unknown: dict[str, Any] = {"ok": None, "entries": None, "first_bad": None, "checkpoint_seq": None}
    try:
        key = checkpoints.load_public(config.audit.key_path)
        with reader.Reader(config).connection() as connection:
            return verify_chain(connection, Path(config.audit.checkpoints), key)
    except checkpoints.BrokenCheckpoints as error:
        return CANNOT_TELL, {**unknown, "error": f"{config.audit.checkpoints}: {error}"}
    except (errors.StoreError, OSError) as error:
        return CANNOT_TELL, {**unknown, "error": str(error)}
