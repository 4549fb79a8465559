"""What docs/galera-upgrade.md promises, on a real MariaDB: tables of an older series, a login that is refused, and a
member that was left out.

The rule waits ten minutes before it acts, so these tests execute the runbook as a person does, through the same gate.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from lab.cloud import hosts, topology
from lab.cloud.topology import Host
from lab.galera import disk, mariadb
from tests.integrations.galera.lab import recovering
from tests.integrations.galera.lab.recovering import Make, settled, since, wait_run, whole_again
from tests.lab.scenario import Row, Scenario, Waited

pytestmark = [pytest.mark.lab, pytest.mark.part("galera-upgrade"), pytest.mark.alone, pytest.mark.timeout(600)]
LASTS_S = 300

DOCUMENT = Path(__file__).parents[4] / "docs" / "galera-upgrade.md"
FIRST, OLD, OUT = mariadb.HOSTS[0], topology.host("ctl2"), topology.host("ctl3")
RECORD = f"{disk.DATA}/mysql_upgrade_info"
OLDER = "10.6.16-MariaDB"
RUNBOOK, TARGET = "galera-mariadb-upgrade", "galera/ctl2"
USERS = "SELECT user, host, plugin FROM mysql.user ORDER BY 1, 2;"
LOG = "/var/log/kolla/mariadb/mariadb.log"


def record() -> str | None:
    """Return what the member has recorded of its last upgrade, None without a record."""
    found = hosts.execute(OLD, ["cat", RECORD], check=False)
    return found.out.rstrip("\0\n") if found.ok else None


@contextmanager
def recorded(text: str) -> Iterator[None]:
    """Let the member's record say `text`, and afterwards what it said before."""
    before = record()
    _write(text)
    try:
        yield
    finally:
        if before is None:
            hosts.shell(OLD, f"rm -f {RECORD}\n")
        else:
            _write(before)


def _write(text: str) -> None:
    hosts.shell(OLD, f"printf %s '{text}' > {RECORD}\nchown --reference={disk.DATA} {RECORD}\nchmod 660 {RECORD}\n")


def seen(running: Scenario, check: str, target: str) -> dict[str, Any]:
    found = running.results(check, target)
    return found[0] if found else {"state": "NONE", "data": {}}


def needs_it(running: Scenario) -> None:
    """Wait until the check says that the member's tables are those of an older server."""
    running.wait("the tables to be seen", lambda: seen(running, "galera-upgrade", TARGET)["state"] == "WARNING", 60)
    data = seen(running, "galera-upgrade", TARGET)["data"]
    assert (data["upgrade_needed"], data["upgrade_info"], data["downgraded"]) == (True, OLDER, False)


def executed(running: Scenario) -> str:
    """Execute the runbook as soon as the gate lets a person; return its run. What it was refused for is shown in the
    end."""
    said: dict[str, Any] = {}

    def begun() -> bool:
        done = running.run("execute", RUNBOOK, "--target", TARGET, "--reason", "a backup is there", "--format", "json")
        said.update(run=None, error=done.stderr)
        if done.returncode == 0:
            said.update(run=json.loads(done.stdout)["run"])
        return said["run"] is not None

    try:
        running.wait("the gate to let it", begun, 150, every_s=5.0)
    except Waited as late:
        raise AssertionError(f"refused: {said.get('error')}\n{late}") from None
    return str(said["run"])


@pytest.mark.full("a rare way of two minutes each; sim has each runbook's cure")
def test_without_a_login_it_ends_before_anything_is_changed(scenario: Make) -> None:
    """Root has a password and there is no account mysql, as kolla leaves it: the first step ends the run with the
    documented sentence."""
    running = settled(scenario)
    users = mariadb.sql(FIRST, USERS)
    with recorded(OLDER):
        needs_it(running)
        began = time.monotonic()
        executed(running)
        run = wait_run(running, RUNBOOK, ["failed", "verifying", "succeeded"], 90)
        assert run["state"] == "failed", recovering.told(run)
        assert "MariaDB on ctl2 lets neither mysql nor root in over its own socket without a password" in run["reason"]
        assert "`kolla-ansible upgrade --tags mariadb`" in run["reason"]
        assert [(step["id"], step["state"]) for step in run["steps"]][1:] == [("upgrade", "pending")]
        assert record() == OLDER, "the record was touched"
        assert mariadb.sql(FIRST, USERS) == users
        whole_again()
        Row(
            fault="tables of 10.6, no login",
            host="ctl2",
            outcome="refused",
            cured_s=since(began),
            why=run["reason"][:110],
        ).keep()
        assert running.run("audit", "verify").returncode == 0


@contextmanager
def documented_account() -> Iterator[None]:
    """Say the statements that the documentation has for whoever wants it, on one member; take the account back
    afterwards."""
    statements = re.search(r"```sql\n(CREATE USER .*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    assert statements is not None
    mariadb.sql(FIRST, statements[1])
    try:
        yield
    finally:
        mariadb.sql(FIRST, "DROP USER IF EXISTS mysql@localhost;")


@pytest.mark.full("a rare way of two minutes each; sim has each runbook's cure")
def test_with_the_documented_account_the_tables_are_rewritten(scenario: Make) -> None:
    """One member alone: the others keep their places in the component, and are Synced all the time."""
    running = settled(scenario)
    view, users = mariadb.status(FIRST)["wsrep_cluster_conf_id"], mariadb.sql(FIRST, USERS)
    with documented_account(), recorded(OLDER):
        needs_it(running)
        began = time.monotonic()
        executed(running)
        run = wait_run(running, RUNBOOK, ["failed", "succeeded"], 420)
        assert run["state"] == "succeeded", (run["reason"], recovering.told(run))
        row = Row(fault="tables of 10.6, documented login", host="ctl2", outcome="cured", cured_s=since(began))
        row.why = next(step["result"] for step in run["steps"] if step["id"] == "upgrade")
        row.keep()
        server, now = mariadb.sql(OLD, "SELECT VERSION();").strip(), record()
        assert now
        assert server.startswith(now), f"recorded {now}, the server is {server}"
        given = {step["id"]: step["given"] for step in run["steps"]}
        assert given["login"]["account"] == "mysql"
        data = seen(running, "galera-upgrade", TARGET)["data"]
        assert (data["upgrade_needed"], data["upgrade_info"]) == (False, now)
        assert mariadb.status(FIRST)["wsrep_cluster_conf_id"] == view, "a member left the component meanwhile"
        whole_again()
        assert running.run("audit", "verify").returncode == 0
    assert mariadb.sql(FIRST, USERS) == users


@contextmanager
def left_out(host: Host) -> Iterator[None]:
    """Let Galera's provider on a member close itself, as it does after a transfer that ended one short, and log what it
    logs then.

    The member is really out: it runs, is `Disconnected`, and comes back only by a restart. The lab cannot make the race
    itself happen; the line is
    the one that docs/galera-upgrade.md names. Afterwards the member is in again, whoever did it.
    """
    mariadb.sql(host, "SET GLOBAL wsrep_provider_options = 'gmcast.isolate=2';")
    committed = int(mariadb.status(FIRST)["wsrep_last_committed"])
    line = (
        f"[ERROR] WSREP: IST didn't contain all write sets, expected last: {committed} last received: {committed - 1}"
    )
    hosts.shell(host, f'echo "$(date "+%Y-%m-%d %H:%M:%S") 0 {line}" >> {LOG}\n')
    try:
        yield
    finally:
        if not mariadb.synced(host, len(mariadb.HOSTS)):
            hosts.shell(host, f"systemctl restart {mariadb.UNIT}\n", timeout_s=150)
            mariadb.wait_synced(mariadb.HOSTS)


def starts(host: Host) -> int:
    """Return how often the member's server was started, by its log."""
    return int(hosts.shell(host, f"grep -c 'mysqld_safe Starting' {LOG} || true\n").out)


@pytest.mark.full("a rare way of two minutes each; sim has each runbook's cure")
def test_a_member_that_was_left_out_is_restarted_once(scenario: Make) -> None:
    running = settled(scenario)
    assert running.run("pause", "--reason", "to see that it stays").returncode == 0
    before = starts(OUT)
    with left_out(OUT):
        broken = time.monotonic()
        running.wait("it to be seen", lambda: seen(running, "galera-node", "galera/ctl3")["state"] == "CRITICAL", 60)
        row = Row(fault="galera-left-out", host="ctl3", seen_s=since(broken))
        running.stays("out", lambda: mariadb.status(OUT).get("wsrep_cluster_status") == "Disconnected", 15)
        data = seen(running, "galera-node", "galera/ctl3")["data"]
        assert (data["ist_race"], data["process_running"], data["others_primary"]) == (True, True, 2)
        assert running.runs() == []
        assert running.run("resume", "--reason", "seen").returncode == 0
        resumed = time.monotonic()
        incident = running.wait_incident("galera/ctl3", "galera-node", ["resolved", "escalated"], 240)
        assert incident["state"] == "resolved", [recovering.told(run) for run in running.runs()]
        row.outcome, row.cured_s, row.durations = "cured", since(resumed), incident["durations"]
        row.keep()
        assert [(run["runbook"], run["state"]) for run in running.runs()] == [("galera-restart-left-out", "succeeded")]
        assert starts(OUT) == before + 1
        whole_again()
