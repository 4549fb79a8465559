"""All members run, none is Primary, and none can form the last component again: one statement, after a yes, or the
statement for a person."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.galera import mariadb, workload
from lab.galera.faults import members
from tests.integrations.galera.lab import recovering
from tests.integrations.galera.lab.recovering import Make, approve, forget_views, settled, since, wait_run, whole_again
from tests.lab.scenario import Row, Scenario

pytestmark = [pytest.mark.lab, pytest.mark.part("galera-live"), pytest.mark.alone, pytest.mark.timeout(600)]
LASTS_S = 250

FIRST = mariadb.HOSTS[0]
FAULT = "galera-all-non-primary"
RUNBOOK = "galera-pc-bootstrap"
STATEMENT = "SET GLOBAL wsrep_provider_options='pc.bootstrap=YES';"
ACCOUNT = (
    "CREATE USER mysql@localhost IDENTIFIED VIA unix_socket; GRANT ALL PRIVILEGES ON *.* TO "
    "mysql@localhost WITH GRANT OPTION;"
)
"""What docs/galera-upgrade.md says to let the runbooks in."""


@pytest.fixture
def account() -> Iterator[None]:
    mariadb.sql(FIRST, ACCOUNT)
    yield
    mariadb.sql(FIRST, "DROP USER mysql@localhost;")


def lose(running: Scenario) -> str:
    """Cut all members from each other, without a view that they could form again, and return the run that asks for a
    yes."""
    running.break_(FAULT, "ctl1")
    forget_views()
    return str(wait_run(running, RUNBOOK, ["waiting_approval"], 150)["id"])


def mend_network() -> None:
    """Let the members see each other again, and nothing more: what they make of it is theirs."""
    for host in mariadb.HOSTS:
        members.let_through(host)


@pytest.mark.full("the whole lab for four minutes; sim has this way")
def test_the_furthest_is_made_primary_and_the_others_take_part_again(
    scenario: Make, tmp_path: Path, account: None
) -> None:
    running = settled(scenario)
    writing = workload.start(tmp_path / "writes", seconds=400)
    time.sleep(2.0)
    text = approve(running, lose(running))
    approved = time.monotonic()
    assert "none is Primary" in text
    run = wait_run(running, RUNBOOK, ["verifying", "failed"], 120)
    assert run["state"] == "verifying", recovering.told(run)
    row = Row(fault=f"{FAULT}, no views", host="all", outcome="cured", cured_s=since(approved))
    chosen = next(step["given"] for step in run["steps"] if step["id"] == "choose")
    assert [host.name for host in mariadb.HOSTS if mariadb.primary(host)] == [chosen["host"]]
    mend_network()
    run = wait_run(running, RUNBOOK, ["succeeded", "failed"], 300)
    assert run["state"] == "succeeded", recovering.told(run)
    wrote = writing.stop()
    lost = workload.lost(tmp_path / "writes", FIRST)
    row.why = f"{wrote.acknowledged} rows acknowledged, {len(lost)} of them lost, {chosen['lost']} told"
    row.keep()
    assert (lost, chosen["lost"]) == (set(), 0)
    assert [step["id"] for step in run["steps"]] == ["choose", "bootstrap"]
    whole_again()
    running.heal(FAULT, "ctl1")
    assert running.run("audit", "verify").returncode == 0


@pytest.mark.full("the whole lab for four minutes; sim has this way")
def test_where_nobody_is_let_in_nothing_is_said_and_the_page_has_the_statement(scenario: Make) -> None:
    running = settled(scenario)
    asked = lose(running)
    approve(running, asked)
    run = wait_run(running, RUNBOOK, ["failed", "verifying"], 120)
    assert run["state"] == "failed", recovering.told(run)
    assert f"as the database's root: {STATEMENT}" in run["reason"], recovering.told(run)
    assert [step["state"] for step in run["steps"]][1] == "pending"
    assert not [host.name for host in mariadb.HOSTS if mariadb.primary(host)]
    running.wait(
        "the page with the statement",
        lambda: any(STATEMENT in page["text"] for page in running.pages()),
        60,
    )
    Row(fault=f"{FAULT}, no login", host="all", outcome="escalated", why=run["reason"][:110]).keep()
    mend_network()
    mariadb.wait_synced(mariadb.HOSTS)
    running.heal(FAULT, "ctl1")
