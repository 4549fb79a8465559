"""A whole Galera cluster is lost, in each of the ways that lose data elsewhere, with writes going on until the end.

A workload that knows each of its rows counts the acknowledged rows that are gone afterwards. The count is compared with
the loss that the run told before it acted.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from lab.galera import mariadb, workload
from tests.integrations.galera.lab import recovering
from tests.integrations.galera.lab.recovering import (
    MEMBERS,
    Make,
    approve,
    forget_views,
    settled,
    since,
    wait_mark,
    wait_run,
    whole_again,
)
from tests.lab.scenario import Row, Scenario

pytestmark = [pytest.mark.lab, pytest.mark.part("galera"), pytest.mark.alone, pytest.mark.timeout(600)]
LASTS_S = 400

FIRST = mariadb.HOSTS[0]
VIEWS = 2
"""A member that outlives another by a moment has seen it go: a change of view counts as a transaction."""


def told_lost(running: Scenario) -> int:
    return int(recovering.cluster(running)["data"]["behind_mark"] or 0)


UNFLUSHED = pytest.mark.full("with flush 1 the same way is in make test; what is lost without it is counted here")


@pytest.mark.parametrize("flush", [pytest.param(0, marks=UNFLUSHED), 1])
def test_all_killed_form_again_by_themselves(scenario: Make, tmp_path: Path, flush: int) -> None:
    running = settled(scenario)
    mariadb.set_flush(flush)
    mariadb.write(FIRST, 1)  # so that the mark has to be taken once more, and knows of it
    wait_mark(running)
    writing = workload.start(tmp_path / "writes", seconds=60)
    time.sleep(3.0)
    broken = running.break_("galera-all-killed", "ctl1")
    row = Row(fault=f"galera-all-killed, flush {flush}", host="all")
    run = wait_run(running, "galera-start-members", ["succeeded"], 240)
    row.outcome, row.cured_s = "cured", since(broken)
    wrote = writing.stop()
    lost = workload.lost(tmp_path / "writes", FIRST)
    wait_mark(running)
    running.wait("what is lost to be told", lambda: told_lost(running) >= len(lost), 30)
    said = told_lost(running)
    row.why = f"{wrote.acknowledged} rows acknowledged, {len(lost)} of them lost, {said} told"
    row.keep()
    assert len(lost) <= said <= len(lost) + wrote.unknown + VIEWS
    assert flush == 0 or said == 0
    assert [each["runbook"] for each in running.runs()] == ["galera-start-members"], recovering.told(run)
    whole_again()


def test_three_positions_and_no_view_are_bootstrapped_from_the_highest(scenario: Make, tmp_path: Path) -> None:
    running = settled(scenario)
    mariadb.set_flush(1)
    writing = workload.start(tmp_path / "writes", seconds=300)
    time.sleep(2.0)
    assert running.run("pause", "--reason", "to see that it stays").returncode == 0
    running.break_("galera-staggered-kill", "ctl2", view="lost")
    broken = time.monotonic()
    running.wait("the cluster to be seen", lambda: recovering.cluster(running)["state"] == "CRITICAL", 60)
    row = Row(fault="galera-staggered-kill, no views", host="all", seen_s=since(broken))
    running.stays("a lost cluster", lambda: recovering.cluster(running)["state"] == "CRITICAL")
    assert running.run("resume", "--reason", "seen").returncode == 0
    run = wait_run(running, "galera-bootstrap", ["waiting_approval"], 120)
    text = approve(running, run["id"])
    for host in MEMBERS:
        assert host in text
    approved = time.monotonic()
    run = wait_run(running, "galera-bootstrap", ["verifying", "failed"], 400)
    assert run["state"] == "verifying", recovering.told(run)
    row.outcome, row.cured_s = "cured", since(approved)
    writing.stop()
    lost = workload.lost(tmp_path / "writes", FIRST)
    choice = next(step for step in run["steps"] if step["id"] == "choose")
    assert choice["given"]["host"] == "ctl2"
    assert choice["given"]["lost"] == 0
    assert lost == set()
    joined = [step["id"] for step in run["steps"] if step["action"] == "galera.join" and step["commands"]]
    assert joined == ["join_ctl1", "join_ctl3"]
    whole_again()
    row.why = f"{len(lost)} rows lost, {choice['given']['lost']} told"
    row.keep()
    wait_run(running, "galera-bootstrap", ["succeeded"], 240)
    running.wait_incident("cluster/galera", "galera-cluster", ["resolved"], 30)
    assert running.run("audit", "verify").returncode == 0


@pytest.mark.full("a second bootstrap of four minutes; its second yes is shown in sim")
def test_what_is_below_the_mark_is_told_and_needs_a_second_yes(scenario: Make, tmp_path: Path) -> None:
    running = settled(scenario)
    for host in mariadb.HOSTS:
        mariadb.sql(host, "SET GLOBAL innodb_flush_log_at_trx_commit=0; SET GLOBAL innodb_flush_log_at_timeout=2000;")
    time.sleep(2.0)
    writing = workload.start(tmp_path / "writes", seconds=6)
    time.sleep(7.0)
    wrote = writing.stop()
    mark = wait_mark(running)
    running.break_("galera-all-killed", "ctl1")
    forget_views()
    run = wait_run(running, "galera-bootstrap", ["waiting_approval"], 120)
    approve(running, run["id"])
    run = wait_run(running, "galera-bootstrap", ["held", "succeeded", "failed"], 120)
    assert run["state"] == "held", recovering.told(run)
    text = approve(running, run["id"])
    assert "possibly lost" in text
    run = wait_run(running, "galera-bootstrap", ["verifying", "failed"], 400)
    assert run["state"] == "verifying", recovering.told(run)
    choice = next(step for step in run["steps"] if step["id"] == "choose")["given"]
    lost = workload.lost(tmp_path / "writes", FIRST)
    row = Row(fault="galera-all-killed, unflushed, no views", host="all", outcome="cured")
    row.why = f"{wrote.acknowledged} rows acknowledged, {len(lost)} of them lost, {choice['lost']} told"
    row.keep()
    assert choice["lost"] == mark - choice["seqno"]
    assert 0 < len(lost) <= choice["lost"]
    whole_again()
    running.wait("the mark to begin anew", lambda: recovering.cluster(running)["state"] == "OK", 60)
