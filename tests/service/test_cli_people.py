"""`approve` and `explain` over a real store: what a person is shown before a yes, and what can be said of ctl2 at
03:10."""

from __future__ import annotations

import json
import os
import pty
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from remediator.cli.explain import answer, questions
from remediator.config import load_config
from remediator.integrations import registry
from remediator.model.content.judging import State
from remediator.model.records.records import (
    Approval,
    Decision,
    Event,
    Incident,
    IncidentState,
    Outcome,
    Run,
    RunState,
    StateType,
    StepRecord,
)
from remediator.model.records.verdicts import Verdict
from remediator.model.targets import Target, cluster, container
from remediator.store import reader
from remediator.store.database import Database, url_of
from remediator.store.journal import Journal
from tests.service.control_server import ControlServer, answers
from tests.service.test_cli_control import REMEDIATOR, Site, site
from tests.unit.safety.cases import START, a_plan, at

pytestmark = pytest.mark.service
__all__ = ["site"]
TARGET = container("ctl2", "mariadb")
PLAN = a_plan(TARGET)
HOUR = 3600.0


def stored(
    site: Site, *records: Incident | Decision | Run | Event, audits: tuple[tuple[float, str, dict[str, str]], ...] = ()
) -> None:
    database = Database(url_of(site.directory / "state", None))
    database.open()
    with database.transaction() as connection:
        for offset_s, kind, body in audits:
            Journal(connection, at(offset_s)).audit(kind, "ann", body)
        journal = Journal(connection, at(0))
        for record in records:
            if isinstance(record, Incident):
                journal.incident(record)
            elif isinstance(record, Decision):
                journal.decision(record)
            elif isinstance(record, Run):
                journal.run(record)
            else:
                journal.event(record, None)
    database.close()


def incident(
    number: int, opened_s: float, closed_s: float | None, target: Target = TARGET, check: str = "container-state"
) -> Incident:
    state = IncidentState.OPEN if closed_s is None else IncidentState.RESOLVED
    return Incident(
        id=f"inc-{number}", target=target, check=check, state=state, level=State.CRITICAL, output="exited (137)",
        opened_at=at(opened_s), closed_at=None if closed_s is None else at(closed_s),
    )  # fmt: skip


def waiting_run(state: RunState = RunState.WAITING_APPROVAL, reason: str = "") -> Run:
    return Run(
        id="run-1", plan=PLAN, incident="inc-1", state=state, actor="remediator", created_at=at(0), locked_at=at(0),
        steps=tuple(StepRecord(id=step.id, action=step.action) for step in PLAN.steps), reason=reason,
        ended_at=at(900) if state.ended else None,
        approval=Approval(run="run-1", plan_hash=PLAN.hash, requested_by="remediator", expires_at=at(900)),
    )  # fmt: skip


SKIPPED = Decision(
    id="dec-1",
    at=at(-60),
    incident="inc-1",
    event=None,
    rule="container-crashed",
    outcome=Outcome.REFUSED,
    reason="paused",
    condition="true",
    values={},
    verdicts=(Verdict(guard="pause", allow=False, reason="paused by ann"),),
)


# approve -----------------------------------------------------------------------------------------------------------


def test_off_a_terminal_the_plan_is_shown_and_must_be_named(site: Site) -> None:
    stored(site, waiting_run())
    with ControlServer(
        site.directory / "state", answers(approve={"data": {"run": "run-1", "state": "planned"}})
    ) as control:
        asked = site.run("approve", "run-1")
        assert control.asked == []
        yes = site.run("approve", "run-1", "--yes", "--reason", "seen")
        named = site.run("approve", "run-1", "--plan", PLAN.hash[:12])
    assert asked.returncode == 64
    assert f"--plan {PLAN.hash}" in asked.stderr
    for words in ("proposed by remediator", "until 2026-01-05 03:25:00 UTC", "ctl2$", "R1", "container/ctl2/mariadb"):
        assert words in asked.stdout
    assert (yes.returncode, named.returncode) == (0, 0)
    assert control.asked == [
        ("approve", {"run": "run-1", "plan": PLAN.hash, "reason": "seen"}),
        ("approve", {"run": "run-1", "plan": PLAN.hash[:12], "reason": ""}),
    ]


@pytest.mark.parametrize(("typed", "code", "asked"), [(b"y\n", 0, 1), (b"n\n", 1, 0), (b"\n", 1, 0), (b"\x04", 1, 0)])
def test_on_a_terminal_only_a_yes_is_a_yes(site: Site, typed: bytes, code: int, asked: int) -> None:
    stored(site, waiting_run())
    with ControlServer(site.directory / "state", answers(approve={"data": {"state": "planned"}})) as control:
        pid, terminal = pty.fork()
        if pid == 0:
            os.execv(REMEDIATOR, [REMEDIATOR, "--config", str(site.config), "approve", "run-1"])
        seen = b""
        while b"[y/N]" not in seen:
            seen += os.read(terminal, 4096)
        os.write(terminal, typed)
        try:
            while os.read(terminal, 4096):
                pass
        except OSError:
            pass
        _, status = os.waitpid(pid, 0)
        os.close(terminal)
    assert PLAN.hash.encode()[:20] in seen.replace(b"\r\n", b"")
    assert os.waitstatus_to_exitcode(status) == code
    assert len(control.asked) == asked


@pytest.mark.parametrize(
    "error",
    [
        "expired: run-1 has ended refused (expired: nobody approved it within 15 minutes)",
        "used: run-1 is running and waits for nobody",
        "changed: the plan of run-1 is ab12",
        "ann asked for run-1: somebody else must approve it",
    ],
)
def test_the_daemons_no_is_4_with_its_word(site: Site, error: str) -> None:
    stored(site, waiting_run(RunState.REFUSED, "expired"))
    with ControlServer(site.directory / "state", answers(approve={"exit": 4, "error": error})) as control:
        for words in ([], ["--plan", "0" * 64]):
            done = site.run("approve", "run-1", *words)
            assert (done.returncode, done.stderr) == (4, f"remediator: {error}\n")
    assert control.asked[0][1]["plan"] == PLAN.hash


@pytest.mark.parametrize("plan", ["", " ", "4", "abcdef1", "not-a-hash"])
def test_a_hash_that_names_nothing_is_usage_and_no_yes(site: Site, plan: str) -> None:
    stored(site, waiting_run())
    with ControlServer(site.directory / "state", answers(approve={"data": {"state": "planned"}})) as control:
        done = site.run("approve", "run-1", "--plan", plan)
    assert control.asked == []
    assert done.returncode == 64
    assert done.stderr.startswith(f"remediator: --plan {plan!r} names no plan: give at least 8 characters of its hash")


def test_a_run_that_is_not_there_is_usage_with_a_suggestion(site: Site) -> None:
    stored(site, waiting_run())
    done = site.run("approve", "run-11")
    assert (done.returncode, done.stderr) == (64, "remediator: no run 'run-11' (did you mean run-1?)\n")


def test_deny_says_why(site: Site) -> None:
    with ControlServer(site.directory / "state", answers(deny={})) as control:
        assert site.run("deny", "run-1", "--reason", "not now").stdout == "denied run-1\n"
    assert control.asked == [("deny", {"run": "run-1", "reason": "not now"})]


# explain -----------------------------------------------------------------------------------------------------------


def test_what_was_then_is_explained_by_name_and_time(site: Site) -> None:
    lost = incident(2, -300, 600, cluster("galera", ("ctl1", "ctl2", "ctl3")), "galera-cluster")
    other = incident(3, -300, 600, container("ctl1", "mariadb"))
    stored(
        site,
        incident(1, -120, 120),
        lost,
        other,
        SKIPPED,
        audits=((-HOUR, "pause", {"pause": "pause-1", "reason": "deploy"}),),
    )
    done = site.run("explain", f"ctl2 mariadb, {START:%Y-%m-%dT%H:%M}")
    assert (done.returncode, done.stderr) == (0, "")
    for words in (
        "incident inc-1",
        "incident inc-2",
        "REFUSED: paused",
        "refused by pause: paused by ann",
        "everything was paused (ann",
    ):
        assert words in done.stdout
    assert "inc-3" not in done.stdout
    found = json.loads(site.run("explain", "ctl2", "mariadb", "2026-01-05", "03:10", "--format", "json").stdout)
    assert [each["incident"]["id"] for each in found["explanations"]] == ["inc-1", "inc-2"]
    assert found["explanations"][0]["decisions"][0]["verdicts"][0]["guard"] == "pause"


def test_where_nothing_was_the_nearest_and_the_mutes_are_told(site: Site) -> None:
    event = Event(
        id="ev-1", at=at(60), source="check", check="container-state", target=TARGET, state=State.WARNING,
        state_type=StateType.SOFT, attempt=1, previous=State.OK, output="restarting", data={},
    )  # fmt: skip
    stored(
        site, incident(1, -9 * HOUR, -8 * HOUR), incident(2, -5 * HOUR, -4 * HOUR), incident(3, 2 * HOUR, 3 * HOUR),
        incident(4, 5 * HOUR, None), event, audits=((-9 * HOUR, "clock", {"why": "x"}),),
    )  # fmt: skip
    done = site.run("explain", "ctl2", "mariadb", "2026-01-05T03:10Z")
    assert done.returncode == 0
    assert "no incident of ctl2 mariadb then" in done.stdout
    assert "the one before: inc-2 container/ctl2/mariadb container-state, 2026-01-04 22:10:00 to" in done.stdout
    assert "the one after: inc-3" in done.stdout
    assert "event ev-1: container/ctl2/mariadb" in done.stdout
    assert "no pause, silence, downtime or storm stood then" in done.stdout


def test_before_the_log_begins_nothing_is_called_quiet(site: Site) -> None:
    stored(site, incident(1, -60, 60), audits=((-HOUR, "clock", {"why": "x"}),))
    done = site.run("explain", "ctl2", f"{START - timedelta(days=3):%Y-%m-%dT%H:%M}")
    assert "what was then is not known: the log begins only 2026-01-05 02:10:00 UTC" in done.stdout
    assert "the one after: inc-1" in done.stdout


def test_without_a_time_the_open_ones_or_the_newest(site: Site) -> None:
    stored(site, incident(1, -60, 60), incident(2, 100, 200))
    newest = json.loads(site.run("explain", "mariadb", "--format", "json").stdout)
    assert [each["incident"]["id"] for each in newest["explanations"]] == ["inc-2"]
    stored(site, incident(3, 300, None), incident(4, 300, None, container("ctl1", "mariadb")))
    both = json.loads(site.run("explain", "galera", "--format", "json").stdout)
    assert [each["incident"]["id"] for each in both["explanations"]] == ["inc-4", "inc-3"]


def test_names_are_those_of_the_store_the_config_and_the_daemon(site: Site) -> None:
    stored(site, incident(1, -60, 60), audits=((-HOUR, "clock", {"why": "x"}),))
    wrong = site.run("explain", "ctl2 mariadbb")
    assert wrong.returncode == 64
    assert "nothing known is called 'mariadbb' (did you mean mariadb?)" in wrong.stderr
    results = {"data": {"results": [{"target": "container/ctl9/nova_api", "check": "container-state"}]}}
    with ControlServer(site.directory / "state", answers(results=results)):
        healthy = site.run("explain", "ctl9 nova_api, 03:10")
    assert healthy.returncode == 0
    assert "no incident of ctl9 nova_api then" in healthy.stdout
    assert "before it: none that is kept" in healthy.stdout


def test_every_question_to_the_store_uses_an_index(site: Site) -> None:
    stored(site, incident(1, -60, 60), audits=((-HOUR, "clock", {"why": "x"}),))
    asked: list[tuple[str, Any]] = []
    source = reader.Reader(load_config(str(site.config), sections=registry.sections))

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        asked.append((statement, parameters))

    with source.connection() as connection:
        sa.event.listen(connection.engine, "before_cursor_execute", note)
    for moment in (START, START + timedelta(hours=1), None):
        answer.answer(source, questions.Question(names=("ctl2",), at=moment), [], START + timedelta(days=1), {})
    plans: list[str] = []
    with source.connection() as connection:
        for statement, parameters in list(asked):
            plans += [str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    source.close()
    scans = [each for each in plans if each.startswith("SCAN") and "INDEX" not in each and "seen" not in each]
    assert len(asked) > 10
    assert [each for each in scans if each != "SCAN CONSTANT ROW"] == []


def test_an_open_incident_has_the_word_of_the_running_daemon_beside_what_is_stored(site: Site) -> None:
    stored(site, incident(1, -300, None), SKIPPED)
    why = {"kind": "refused", "guard": "lock", "reason": "host:ctl2 is locked by run-9", "until": None}
    row = {"id": "inc-1", "target": "container/ctl2/mariadb", "check": "container-state", "state": "open", "why": why}
    with ControlServer(
        site.directory / "state", answers(status={"data": {"at": "2026-01-05T03:20:00Z", "open": [row]}})
    ):
        told = site.run("explain", "inc-1").stdout.splitlines()
    alone = site.run("explain", "inc-1")
    assert told[1] == "Nothing is done: refused by pause: paused by ann."
    assert told[-1] == "now, at 2026-01-05 03:20:00 UTC: not acting: refused by lock: host:ctl2 is locked by run-9"
    assert (alone.returncode, alone.stderr) == (0, "")
    assert "now, at" not in alone.stdout
