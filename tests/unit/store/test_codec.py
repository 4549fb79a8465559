"""Every record that is stored is read back as it was.

A form that is not quite ours is refused with its place and a remedy.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import types
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import remediator
from remediator.model.content.commands import Command
from remediator.model.content.consent import Consent
from remediator.model.content.judging import State
from remediator.model.content.plans import Plan
from remediator.model.fields import Fields
from remediator.model.messages.hooks import ForeignName
from remediator.model.messages.signs import Sign
from remediator.model.records import mutes, records
from remediator.model.records.mutes import Accepted, Ack, OwnDowntime, Pause, Silence, Unacked, Wrap
from remediator.model.records.records import Debt, Decision, Event, GroupKept, Incident, IncidentState, Run
from remediator.model.targets import container
from remediator.model.values import Unknown
from remediator.safety.case import Downtime
from remediator.store import errors, tables
from remediator.store.stored import codec
from tests.builders.any_value import any_of
from tests.builders.relay import run as a_run
from tests.builders.stored import again, body_of, record_of
from tests.unit.safety.cases import at

pytestmark = pytest.mark.unit

KINDS: Mapping[str, type] = {
    "events": Event,
    "incidents": Incident,
    "decisions": Decision,
    "runs": Run,
    "debts": Debt,
    "downtimes": Downtime,
    "foreign_names": ForeignName,
    "signs": Sign,
    "silences": Silence,
    "own_downtimes": OwnDowntime,
    "wraps": Wrap,
    "unacked": Unacked,
    "groups": GroupKept,
}
"""The record that each row of a table is."""
DOCUMENTS = {"audit", "outbox", "said_names"}
"""Tables whose bodies are no records: entries of the log, pages as they leave, lists of names."""
IN_COLUMNS = {Pause, Ack, Accepted}
"""Records that have a column for each field."""


@pytest.mark.parametrize("table", KINDS)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_a_record_is_read_back_as_it_was_stored(table: str, data: st.DataObject) -> None:
    record = data.draw(any_of(KINDS[table]))
    assert again(record) == record


def written() -> Iterator[type]:
    """Yield the kinds of records that the code writes or reads by name."""
    root = Path(remediator.__file__).parent
    for path in root.rglob("*.py"):
        if "codec.of(" not in (text := path.read_text()):
            continue
        module = importlib.import_module(".".join(path.relative_to(root.parent).with_suffix("").parts))
        for node in ast.walk(ast.parse(text)):
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func) == "codec.of"
                and isinstance(node.args[0], ast.Name)
            ):
                kind = getattr(module, node.args[0].id, None)
                if isinstance(kind, type):
                    yield kind


def test_every_kind_that_is_stored_is_among_them() -> None:
    bodies = {table.name for table in tables.metadata.sorted_tables if "body" in table.c}
    assert bodies == KINDS.keys() | DOCUMENTS
    assert set(written()) == set(KINDS.values())


def inside(kind: type) -> Iterator[type]:
    yield kind
    pending = list(codec.fields_of(kind).values())
    while pending:
        hint = pending.pop()
        pending.extend(typing.get_args(hint))
        if isinstance(hint, type) and dataclasses.is_dataclass(hint):
            yield from inside(hint)


@pytest.mark.parametrize("module", [records, mutes])
def test_every_record_of_what_happened_and_of_mutes_is_stored_as_one_or_inside_one(module: types.ModuleType) -> None:
    reached = {each for kind in KINDS.values() for each in inside(kind)}
    declared = {each for each in vars(module).values() if isinstance(each, type) and dataclasses.is_dataclass(each)}
    assert declared - IN_COLUMNS <= reached


INCIDENT = Incident(
    id="inc-7",
    target=container("ctl1", "keystone"),
    check="container-state",
    state=IncidentState.OPEN,
    level=State.CRITICAL,
    opened_at=at(0),
)


def test_the_form_is_that_of_the_fields() -> None:
    body = body_of(INCIDENT)
    assert body["target"] == {"text": "container/ctl1/keystone", "hosts": ["ctl1"]}
    assert (body["state"], body["level"]) == ("open", "CRITICAL")
    assert body["opened_at"] == [at(0).wall.timestamp(), at(0).boot_s, at(0).boot_id]
    assert body.keys() == {field.name for field in dataclasses.fields(Incident)}


def test_a_field_that_is_missing_has_its_default() -> None:
    body = body_of(INCIDENT)
    for name in ("rungs", "output", "accounted", "acked_by"):
        del body[name]
    assert record_of(Incident, body) == INCIDENT


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"level": "AWFUL"}, "level: Value error, 'AWFUL' is no State that this release knows"),
        ({"target": {"text": "container/ctl1/keystone", "hosts": []}}, "target: "),
        ({"target": {"hosts": ["ctl1"]}}, "target.text: Field required"),
        ({"output": 7}, "output: Input should be a valid string"),
        ({"output": None}, "output: Input should be a valid string"),
        ({"rungs": ["a", 3]}, "rungs.1: Input should be a valid string"),
        ({"opened_at": "2026-01-05T03:00:00Z"}, "opened_at: "),
        ({"opened_at": None}, "opened_at: "),
        ({"opened_at": [1e300, 0.0, "boot"]}, ""),
        ({"opened_at": [-1e17, 0.0, "boot"]}, ""),
    ],
)
def test_what_is_no_such_record_is_refused_with_its_place_and_a_remedy(change: dict[str, Any], says: str) -> None:
    with pytest.raises(errors.RecordUnreadable) as refused:
        record_of(Incident, {**body_of(INCIDENT), **change})
    assert str(refused.value).startswith(f"the stored record of a test (inc-7) cannot be read: {says}")
    assert "put a copy of the store back" in str(refused.value)
    assert not refused.value.newer


def test_a_field_of_a_newer_release_is_refused_and_never_dropped() -> None:
    body = body_of(a_run())
    body["plan"]["steps"][0]["only_at_night"] = True
    with pytest.raises(errors.RecordUnreadable) as refused:
        record_of(Run, body)
    assert refused.value.newer
    assert "it has a field plan.steps.0.only_at_night that this release does not know" in str(refused.value)
    assert "install that release again" in str(refused.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"id": "\x00"}', "[" * 5000])
def test_what_is_no_json_is_refused_in_the_same_way(text: str) -> None:
    with pytest.raises(errors.RecordUnreadable):
        codec.of(Incident).read(text, "incident inc-7")


@pytest.mark.parametrize("change", [{"output": 7}, {"rungs": ["a list"]}, {"state": "open"}, {"opened_at": 3.0}])
def test_what_could_not_be_read_back_is_not_written(change: dict[str, Any]) -> None:
    with pytest.raises((TypeError, AttributeError, KeyError)):
        again(dataclasses.replace(INCIDENT, **change))


def test_a_type_without_a_stored_form_is_told_at_once() -> None:
    @dataclasses.dataclass(frozen=True)
    class Odd:
        size: complex

    with pytest.raises(TypeError, match=r"complex.* has no stored form: say in store/stored/codec"):
        codec.of(Odd)


def an_event(data: Mapping[str, Any]) -> Event:
    return Event(
        id="ev-1",
        at=at(0),
        source="check",
        check="c",
        target=INCIDENT.target,
        state=State.OK,
        state_type=records.StateType.HARD,
        attempt=1,
        previous=State.OK,
        output="",
        data=data,
    )


@pytest.mark.parametrize("value", [{"unknown": "a word"}, {"unknown": {"unknown": 3}}, {"unknown": Unknown("timeout")}])
def test_data_that_looks_like_an_unknown_stays_data(value: Any) -> None:
    event = an_event({"it": value, "its": Unknown("no")})
    assert again(event).data == event.data


def test_a_mapping_of_another_class_is_stored_like_a_dict() -> None:
    data = {"name": "keystone", "error": None, "its": Unknown("no")}
    kept = an_event(Fields(data))
    assert body_of(kept) == body_of(an_event(data))
    assert again(kept).data == data


def test_what_an_older_release_wrote_of_an_odd_unknown_is_one() -> None:
    body = body_of(a_run())
    body["steps"][0]["given"] = {"it": {"unknown": {"a": 1}}, "its": {"unknown": 5}}
    assert record_of(Run, body).steps[0].given == {"it": Unknown("{'a': 1}"), "its": Unknown("5")}


def test_what_counts_in_no_comparison_is_not_stored() -> None:
    late = Command(host="ctl1", argv=("true",), timeout_s=10, leaves_within_s=3.0)
    assert "leaves_within_s" not in body_of(late)
    assert again(late) == late


def test_a_plan_keeps_its_hash_and_a_consent_what_it_is_bound_to() -> None:
    run = a_run()
    assert again(run).plan.hash == run.plan.hash
    assert isinstance(again(run.plan), Plan)
    consent = Consent(stops=frozenset({"ctl2", "ctl1"}), position=2**70)
    assert again(consent).hash == consent.hash
