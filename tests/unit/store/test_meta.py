"""Each key of the table `meta` has a type.

What earlier releases wrote is read. A value of another type is refused by its key.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from remediator.model import times
from remediator.model.records.holds import ClockBrake, Rival
from remediator.model.times import Instant
from remediator.model.values import Json, Unknown
from remediator.store import errors, tables
from remediator.store.audit import digests, readable
from remediator.store.journal import Journal
from remediator.store.stored import meta
from tests.builders.any_value import any_of
from tests.golden.places import STORES
from tests.unit.safety.cases import at

pytestmark = pytest.mark.unit

WALL = "2026-01-05T03:05:00.250Z"
MOMENT = times.from_epoch(1767582300.25)
MARK = {"at": WALL, "canaries": {"unknown": 3}, "pc_recovery": None, "size": 3}
OF_EARLIER_RELEASES = [
    ("storm_latched", "since 2026-01-05 03:05:00 UTC: 3 of 12 hosts", "since 2026-01-05 03:05:00 UTC: 3 of 12 hosts"),
    ("storm_counted", '["inc-2", "inc-3"]', frozenset({"inc-2", "inc-3"})),
    ("storm_counted", "[]", frozenset()),
    ("storm_closed", '[1767582300.25, 7.5, "boot-1"]', Instant(MOMENT, 7.5, "boot-1")),
    ("storm_told", f"storm:{WALL}", f"storm:{WALL}"),
    ("rival", '{"closed_at": null, "open": "since then: another one"}', Rival(open="since then: another one")),
    ("rival", '{"closed_at": [1767582300.25, 7.5, "b"], "open": null}', Rival(closed_at=Instant(MOMENT, 7.5, "b"))),
    (
        "clock_held",
        json.dumps({"why": "the wall clock stepped", "wall": WALL, "boot_s": 307, "boot_id": "b"}),
        ClockBrake(why="the wall clock stepped", wall=MOMENT, boot_s=307.0, boot_id="b"),
    ),
    ("journal_until", WALL, MOMENT),
    ("names_told", WALL, MOMENT),
    ("one_machine", '[["ctl1", "node1"]]', frozenset({("ctl1", "node1")})),
    ("notices_told", '[["integration", "lamp", "it is broken"]]', frozenset({("integration", "lamp", "it is broken")})),
    ("store", "629f6fbed82c07cd", "629f6fbed82c07cd"),
    ("instances", '["e3e70682c2094cac"]', ("e3e70682c2094cac",)),
    ("epoch", "1767582000", 1767582000),
    ("schema", "2", "2"),
    ("audit_head", "19", 19),
    ("next_run", "2", 2),
    ("mark:relay.cluster", json.dumps(MARK, sort_keys=True), MARK),
]


def key_of(name: str) -> meta.Key[Any]:
    found = meta.declared(name)
    assert found is not None
    return found


@pytest.fixture
def connection() -> Iterator[sa.Connection]:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as opened:
        tables.metadata.create_all(opened)
        yield opened
    engine.dispose()


def put(connection: sa.Connection, name: str, text: Any) -> None:
    connection.execute(tables.meta.insert().values(key=name, value=text))


@pytest.mark.parametrize(("name", "text", "value"), OF_EARLIER_RELEASES)
def test_what_an_earlier_release_wrote_is_read(name: str, text: str, value: Any) -> None:
    found = key_of(name).read(text)
    assert found == value
    assert type(found) is type(value)


def test_every_declared_key_is_among_them() -> None:
    assert {name for name, _, _ in OF_EARLIER_RELEASES} >= meta.KEYS.keys()
    assert all(any(name.startswith(each.prefix) for name, _, _ in OF_EARLIER_RELEASES) for each in meta.FAMILIES)


@pytest.mark.parametrize("name", sorted({name for name, _, _ in OF_EARLIER_RELEASES}))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_a_value_is_read_back_as_it_was_written(name: str, data: st.DataObject) -> None:
    key = key_of(name)
    value = data.draw(any_of(key.kind))
    written = key.write(value)
    assert key.read(written) == (value if written else None)
    assert (value in ("", None)) or written, "only a value that says nothing is stored as none"


@pytest.mark.parametrize("name", sorted({name for name, _, _ in OF_EARLIER_RELEASES}))
def test_none_is_stored_as_nothing_and_is_no_value(name: str) -> None:
    assert key_of(name).read("") is None
    if key_of(name).kind is not Json:
        assert key_of(name).read(key_of(name).write(None)) is None


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("storm_counted", "inc-2", "it is no JSON"),
        ("storm_counted", '{"inc-2": 1}', ""),
        ("storm_counted", "null", ""),
        ("storm_closed", "[1767582300.25]", "it is no [epoch seconds, boot seconds, boot id]"),
        ("rival", '{"opened": "since then"}', "it has a field opened that this release does not know"),
        ("rival", "[]", ""),
        ("clock_held", '{"why": "stepped"}', "wall: Field required"),
        ("journal_until", "tomorrow", ""),
        ("one_machine", '["ctl1"]', ""),
        ("notices_told", '["lamp"]', ""),
        ("instances", "{}", ""),
        ("epoch", "soon", "it is no JSON"),
        ("next_run", "2.5", ""),
        ("next_run", "true", ""),
        ("mark:relay.cluster", "{", "it is no JSON"),
        ("storm_latched", b"since", "it is no text"),
    ],
)
def test_a_value_of_another_type_is_an_error_with_its_key_and_a_remedy(name: str, text: Any, says: str) -> None:
    with pytest.raises(errors.RecordUnreadable) as refused:
        meta.read([("next_event", "7"), (name, text)])
    assert f"the stored value {name} of the table meta cannot be read: " in str(refused.value)
    assert says in str(refused.value)
    assert "remedi" in str(refused.value) or "install that release again" in str(refused.value)


def test_a_key_that_no_release_declares_stays_as_it_is_and_means_nothing() -> None:
    values = meta.read([("colour", "{blue"), ("next_run", "3")])
    assert values.by_name == {"next_run": 3}


def test_the_length_of_the_log_is_judged_by_who_verifies_the_log() -> None:
    assert meta.read([("audit_head", "x")]).by_name == {}


def test_what_cannot_be_stored_is_not_written() -> None:
    with pytest.raises(TypeError):
        meta.STORM_COUNTED.write(frozenset({1}))  # type: ignore[arg-type]
    for what in (MOMENT, Unknown("no answer"), {1, 2}):
        with pytest.raises(TypeError):
            meta.MARKS.key("relay.cluster").write({"at": what})


def test_marks_are_read_by_the_names_of_their_assessments() -> None:
    values = meta.read([("mark:relay.cluster", "{}"), ("mark:a.b", ""), ("next_run", "3")])
    assert values.family(meta.MARKS) == {"relay.cluster": {}}


def test_numbers_go_on_where_the_store_has_them(connection: sa.Connection) -> None:
    put(connection, "next_run", "41")
    journal = Journal(connection, at(0))
    assert [journal.next_number("run"), journal.next_number("run"), journal.next_number("debt")] == [41, 42, 1]
    put(connection, "next_event", "many")
    with pytest.raises(errors.RecordUnreadable, match="next_event"):
        journal.next_number("event")


def test_a_brake_that_is_kept_is_covered_by_the_log(connection: sa.Connection) -> None:
    journal = Journal(connection, at(0))
    for key in (meta.STORM_LATCHED, meta.STORM_TOLD):
        journal.keep(key, "since then")
    journal.keep(meta.STORM_CLOSED, at(0))
    assert journal.touched.rows == {"brakes": {("storm_latched",), ("storm_closed",)}}
    assert set(digests.BRAKES) == {"storm_latched", "storm_counted", "storm_closed", "rival", "clock_held"}


def test_verify_names_a_value_that_cannot_be_read(connection: sa.Connection) -> None:
    put(connection, "audit_head", "x")
    assert readable.first_unreadable(connection) is None
    put(connection, "storm_counted", "inc-2")
    assert readable.first_unreadable(connection) == "row storm_counted of the table meta cannot be read"


def meta_of(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(":memory:")) as store:
        store.execute("CREATE TABLE meta (key TEXT, value TEXT)")
        for line in path.read_text("utf-8").splitlines():
            if line.startswith('INSERT INTO "meta" '):
                store.execute(line)
        return list(store.execute("SELECT key, value FROM meta"))


@pytest.mark.parametrize("path", sorted(STORES.glob("*/*.sql")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_recorded_stores_are_read_and_have_no_key_that_is_not_declared(path: Path) -> None:
    rows = meta_of(path)
    values = meta.read(rows)
    assert {name for name, _ in rows} - {"audit_head"} == values.by_name.keys()
    assert values.get(meta.NUMBERS.key("run")) == 2
