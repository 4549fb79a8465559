"""Every way to touch the chain is seen and named. The database is in memory; the checkpoint file is the only file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from remediator.store import tables
from remediator.store.audit import chain, checkpoints, verify
from remediator.store.journal import Journal
from tests.unit.safety.cases import at

pytestmark = pytest.mark.unit

ENTRIES = 6


@pytest.fixture
def connection() -> Iterator[sa.Connection]:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as opened:
        tables.metadata.create_all(opened)
        for number in range(1, ENTRIES + 1):
            Journal(opened, at(number)).audit(
                "intent", "remediator", {"n": number, "text": f"käse {number}", "big": 2**60}, run="run-1"
            )
        yield opened
    engine.dispose()


@pytest.fixture
def marks(tmp_path: Path, connection: sa.Connection) -> tuple[Path, Ed25519PrivateKey]:
    key = Ed25519PrivateKey.generate()
    path = tmp_path / "checkpoints.jsonl"
    seq, digest = chain.head(connection)
    checkpoints.CheckpointFile(path, key).write(seq, digest, at(99))
    return path, key


def judge(connection: sa.Connection, marks: tuple[Path, Ed25519PrivateKey]) -> tuple[int, dict[str, Any]]:
    return verify.verify_chain(connection, marks[0], marks[1].public_key())


def test_an_untouched_chain_is_intact(connection: sa.Connection, marks: tuple[Path, Ed25519PrivateKey]) -> None:
    assert judge(connection, marks) == (
        0,
        {"ok": True, "entries": ENTRIES, "first_bad": None, "checkpoint_seq": ENTRIES},
    )


@pytest.mark.parametrize("column", ["at", "actor", "kind", "run", "body", "body_sha256", "prev", "hash"])
@pytest.mark.parametrize("seq", [1, 3, ENTRIES])
def test_one_changed_byte_names_its_entry(
    connection: sa.Connection, marks: tuple[Path, Ed25519PrivateKey], column: str, seq: int
) -> None:
    field = tables.audit.c[column]
    text = connection.execute(sa.select(field).where(tables.audit.c.seq == seq)).scalar()
    assert isinstance(text, str)
    flipped = text[:-1] + ("0" if text[-1] != "0" else "1")
    connection.execute(tables.audit.update().where(tables.audit.c.seq == seq).values({column: flipped}))
    code, body = judge(connection, marks)
    assert code == 2
    assert body["first_bad"] == {"seq": seq, "why": "edited"}


def test_a_space_in_a_body_is_a_change(connection: sa.Connection, marks: tuple[Path, Ed25519PrivateKey]) -> None:
    connection.execute(tables.audit.update().where(tables.audit.c.seq == 2).values(body=tables.audit.c.body + " "))
    assert judge(connection, marks)[1]["first_bad"] == {"seq": 2, "why": "edited"}


def _delete(connection: sa.Connection, *seqs: int) -> None:
    connection.execute(tables.audit.delete().where(tables.audit.c.seq.in_(seqs)))


def _truncate_like_a_backup(connection: sa.Connection) -> None:
    _delete(connection, 5, 6)
    connection.execute(tables.meta.update().where(tables.meta.c.key == "audit_head").values(value="4"))


def _fork(connection: sa.Connection) -> None:
    _truncate_like_a_backup(connection)
    for number in (5, 6, 7):
        Journal(connection, at(200 + number)).audit("intent", "remediator", {"other": number})


def _swap(connection: sa.Connection) -> None:
    for old, new in ((2, 102), (3, 2), (102, 3)):
        connection.execute(tables.audit.update().where(tables.audit.c.seq == old).values(seq=new))


@pytest.mark.parametrize(
    ("damage", "first_bad"),
    [
        (lambda c: _delete(c, 3), {"seq": 3, "why": "missing"}),
        (lambda c: _delete(c, 1), {"seq": 1, "why": "missing"}),
        (lambda c: _delete(c, 6), {"seq": 6, "why": "truncated"}),
        (_truncate_like_a_backup, {"seq": 5, "why": "rolled_back"}),
        (_fork, {"seq": 6, "why": "fork"}),
        (_swap, {"seq": 2, "why": "reordered"}),
    ],
)
def test_damage_is_named(
    connection: sa.Connection,
    marks: tuple[Path, Ed25519PrivateKey],
    damage: Callable[[sa.Connection], None],
    first_bad: dict[str, Any],
) -> None:
    damage(connection)
    code, body = judge(connection, marks)
    assert code == 2
    assert body["first_bad"] == first_bad


def test_a_checkpoint_by_another_key_is_no_checkpoint(
    connection: sa.Connection, marks: tuple[Path, Ed25519PrivateKey]
) -> None:
    with pytest.raises(checkpoints.BrokenCheckpoints, match="line 1"):
        judge(connection, (marks[0], Ed25519PrivateKey.generate()))


def test_an_edited_checkpoint_is_found(connection: sa.Connection, marks: tuple[Path, Ed25519PrivateKey]) -> None:
    path, key = marks
    checkpoints.CheckpointFile(path, key).write(6, "0" * 64, at(120))
    path.write_text(path.read_text().replace('"seq":6', '"seq":5', 1))
    with pytest.raises(checkpoints.BrokenCheckpoints):
        judge(connection, marks)
