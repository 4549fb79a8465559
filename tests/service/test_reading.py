"""The store through the daemon: every question answers as the files do, in parts; what is no question is refused."""

from __future__ import annotations

import json
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from remediator.cli.errors import CliError
from remediator.cli.store_by_daemon import AskedReader
from remediator.config import Config, load_config
from remediator.daemon.socket import reads
from remediator.daemon.socket.control import ControlSocket
from remediator.integrations import registry
from remediator.model.messages.control import Actor, Answer
from remediator.store import errors, tables
from remediator.store.audit import digests, readable
from remediator.store.database import Database
from remediator.store.journal import Journal
from remediator.store.queries import Queries
from remediator.store.reader import Reader, location
from tests.builders import mutes
from tests.service.test_cli_control import Site, site
from tests.service.test_cli_people import incident, stored, waiting_run
from tests.unit.safety.cases import START, at

pytestmark = pytest.mark.service
__all__ = ["site"]
MANY = 450
"""More than two parts."""


@pytest.fixture
def config(site: Site) -> Iterator[Config]:
    """A store with many incidents and entries, and a socket that reads it as the daemon's does."""
    audits = tuple(
        (float(n), "silence" if n % 7 else "pause", {"id": f"s-{n}", "reason": "\u00e4 " + "x" * n})
        for n in range(MANY)
    )
    stored(
        site,
        *(incident(n, 60.0 * n, 60.0 * n + 30) for n in range(1, MANY)),
        incident(MANY, 60.0 * MANY, None),
        audits=audits,
    )
    stored(site, waiting_run())
    config = load_config(str(site.config), {}, registry.sections)
    questions = reads.Reading(config)

    def ask(op: str, args: Mapping[str, Any], _actor: Actor) -> Future[Answer]:
        assert op == reads.OP
        return questions.ask(args)

    control = ControlSocket(site.directory / "state" / "control.sock", ask)
    questions.start()
    control.start()
    yield config
    control.stop()
    questions.stop()


KEYS = [
    "container-state:container/ctl2/keystone",
    *(f"container-state:container/ctl2/{'x' * 200}{n}" for n in range(400)),
]
"""More than fit into one question."""
MOMENT = START + timedelta(hours=1)
QUESTIONS: dict[str, Callable[[Queries], Any]] = {
    "incidents": lambda store: store.incidents(None, 10_000),
    "some incidents": lambda store: store.incidents(None, 250),
    "open incidents": lambda store: store.incidents("open"),
    "an incident": lambda store: store.incident("inc-7"),
    "no incident": lambda store: store.incident("inc-9999"),
    "runs": lambda store: store.runs(None, 10_000),
    "a run": lambda store: store.run("run-1"),
    "a plan": lambda store: store.plan("run-1"),
    "keys": lambda store: store.incident_keys(),
    "newest": lambda store: store.newest_incidents(KEYS, 10),
    "during": lambda store: store.incidents_during(KEYS, MOMENT, MOMENT + timedelta(minutes=20), 10),
    "before": lambda store: store.incident_before(KEYS, MOMENT),
    "after": lambda store: store.incident_after(KEYS, MOMENT),
    "events": lambda store: store.events_between(START, MOMENT, 20_000),
    "audit": lambda store: store.audit(10_000),
    "audit of a kind": lambda store: store.audit(30, "pause"),
    "audit until": lambda store: store.audit_until(("silence", "pause"), MOMENT, 2_000),
    "audit entry": lambda store: store.audit_entry(3),
    "export": lambda store: list(store.export(5)),
    "head": lambda store: store.audit_head(),
    "explain": lambda store: store.explain("inc-7"),
}


def test_every_question_answers_as_the_files_do(site: Site, config: Config) -> None:
    files, asked = Reader(config), AskedReader(config.state_dir)
    for name, question in QUESTIONS.items():
        assert question(asked) == question(files), name
    assert len(QUESTIONS["export"](asked)) == MANY - 4
    files.close()


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"question": "nothing", "args": {}}, "there is no question"),
        ({"question": "connection", "args": {}}, "there is no question"),
        ({"question": ["incidents"], "args": {}}, "question is text"),
        ({"question": "incidents"}, "has a name and args"),
        ({"question": "incidents", "args": {"limit": "5"}}, "whole number"),
        ({"question": "incidents", "args": {"limit": 1e999}}, "a number in it"),
        ({"question": "incidents", "args": {"limit": True}}, "whole number"),
        ({"question": "audit_entry", "args": {"seq": 2**70}}, "a number in it"),
        ({"question": "incident", "args": {"id": {"a": 1}}}, "should be text"),
        ({"question": "newest_incidents", "args": {"keys": [1], "limit": 1}}, "list of texts"),
        ({"question": "incident_before", "args": {"keys": [], "moment": "yesterday"}}, "a time like"),
        ({"question": "incident", "args": {"id": "\ud800"}}, ""),
    ],
)
def test_what_is_no_question_is_refused_and_the_next_one_answered(
    site: Site, config: Config, asked: Any, why: str
) -> None:
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect(f"{config.state_dir}/control.sock")
        peer.sendall(json.dumps({"op": "read", "args": asked}).encode() + b"\n")
        answer = json.loads(b"".join(iter(lambda: peer.recv(65536), b"")))
    assert answer["exit"] in (1, 64) or answer["data"] == {"value": None}
    assert why in answer["error"]
    assert AskedReader(config.state_dir).audit_entry(1) is not None


def test_who_verifies_a_copy_of_the_log_hears_of_the_tables_beside_it(site: Site, config: Config) -> None:
    asked = AskedReader(config.state_dir)
    database = Database(location(config))
    database.open()
    with database.transaction() as connection:
        journal = Journal(connection, at(3600))
        mutes.pause(journal, "a change", "ann")
        body = digests.body(digests.State.of(connection), {}, covers_from_here=tuple(digests.SUBJECTS))
        journal.audit(digests.KIND, "remediator", body)
    assert asked.beside_the_log() is None
    with database.transaction() as connection:
        connection.execute(tables.pauses.delete())
    database.close()
    assert "the table pauses is not as the log has it" in str(asked.beside_the_log())


def test_whoever_verifies_a_copy_of_the_log_hears_of_a_row_behind_the_first_part(
    site: Site, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readable, "MOST_AT_ONCE", 100)
    asked = AskedReader(config.state_dir)
    assert asked.beside_the_log() is None
    with sqlite3.connect(Path(config.state_dir) / "remediator.db") as connection:
        connection.execute("UPDATE incidents SET body = replace(body, '{', '(') WHERE id = 'inc-440'")
    connection.close()
    assert asked.beside_the_log() == "row inc-440 of the table incidents cannot be read"


def test_a_question_that_takes_too_long_is_ended(site: Site, config: Config) -> None:
    store = Reader(config)
    store.ends_within(-1.0)
    with pytest.raises(errors.StoreUnavailable, match="interrupted"), store.connection() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM audit a, audit b, audit c").scalar()
    store.ends_within(60.0)
    assert store.audit_head() == str(MANY)
    store.close()


def test_a_daemon_that_ends_waits_for_one_question_and_tells_the_others(site: Site, config: Config) -> None:
    questions = reads.Reading(config)
    waiting = [questions.ask({"question": "audit_head", "args": {}}) for _ in range(reads.WAITING)]
    began = time.monotonic()
    questions.stop()
    assert time.monotonic() - began < 2.0
    late = questions.ask({"question": "audit_head", "args": {}})
    assert {each.result(timeout=0).error for each in (*waiting, late)} == {reads.ENDS}


def test_a_daemon_that_is_not_there_is_said_so(site: Site) -> None:
    config = load_config(str(site.config), {}, registry.sections)
    with pytest.raises(CliError, match="daemon not reachable"):
        AskedReader(config.state_dir).incidents()
