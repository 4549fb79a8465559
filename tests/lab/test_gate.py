"""The gate on real hosts: what it lets pass, what it holds, and that it says why in words an operator can use.

Each fault stands before anything may act on it: while we are paused, refused, or waiting for somebody's yes.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from lab import paths
from lab.cloud import hosts, shapes, topology
from tests.lab.scenario import Row, Scenario

pytestmark = [pytest.mark.lab, pytest.mark.part("gate"), pytest.mark.timeout(420)]
LASTS_S = 180

Make = Callable[[Sequence[str]], Scenario]
ANSIBLE = str(Path(sys.executable).with_name("ansible"))
MAY_END = "/run/lab/ansible-may-end"
"""What Ansible waits for on its host, three minutes at most: however busy the machine is, it works until it was
seen."""


def state(scenario: Scenario, check: str, target: str) -> str:
    found = scenario.results(check, target)
    return str(found[0]["state"]) if found else "NONE"


def memcached(host: str) -> str:
    return f"container/{host}/memcached"


def refused_by(scenario: Scenario, target: str, check: str = "container-state") -> dict[str, str]:
    """Return who refuses to act on a target now, each with its sentence, as `explain` says it."""
    incident = scenario.incident(target, check)
    rows = scenario.decisions(incident["id"]) if incident is not None else []
    newest = [row for row in rows if row["outcome"] in ("refused", "fired")][-1:]
    return {
        verdict["guard"]: verdict["reason"]
        for row in newest
        if row["outcome"] == "refused"
        for verdict in row["verdicts"]
        if not verdict["allow"]
    }


def audited(scenario: Scenario, kind: str) -> list[dict[str, Any]]:
    return list(scenario.json("audit", "list", "--kind", kind))


def titles(scenario: Scenario) -> list[str]:
    return [str(page["subject"]) for page in scenario.pages()]


@pytest.mark.alone
def test_two_unrelated_hosts_are_cured_and_a_third_opens_the_storm_breaker(scenario: Make) -> None:
    running = scenario(topology.NAMES)
    running.start()
    running.settle()
    assert running.run("pause", "--reason", "to see that they stay").returncode == 0
    running.break_all(("crash-once-limit", "ctl1"), ("unhealthy", "cmp2"))
    two = {memcached("ctl1"): "container-state", memcached("cmp2"): "container-health"}
    running.wait(
        "both to be seen", lambda: all(state(running, check, target) == "CRITICAL" for target, check in two.items()), 60
    )
    running.stays("both", lambda: all(state(running, check, target) != "OK" for target, check in two.items()))
    assert running.runs() == []
    assert running.run("resume", "--reason", "seen").returncode == 0
    for target, check in two.items():
        running.wait_incident(target, check, ["resolved"], 150)
    assert {run["runbook"]: run["state"] for run in running.runs()} == {
        "container-start": "succeeded",
        "container-restart": "succeeded",
    }
    assert running.json("brakes", "list") == []

    broken = running.break_("crash-once-limit", "cmp1")
    third = memcached("cmp1")
    running.wait("the third to be refused", lambda: bool(refused_by(running, third)), 60, every_s=1.0)
    row = Row(fault="a third host in ten minutes", host="cmp1", seen_s=round(time.monotonic() - broken, 1))
    running.stays("the refusal", lambda: set(refused_by(running, third)) == {"storm"}, 15)
    why = refused_by(running, third)["storm"]
    assert why == (
        "3 of 5 hosts of cloud broke at once and nothing explains it (cmp1, cmp2, ctl1): "
        "the limit is the larger of 2 hosts and 34 %"
    )
    assert len(running.runs()) == 2
    incident = running.incident(third, "container-state")
    assert incident is not None
    said = running.run("explain", incident["id"]).stdout
    assert "storm" in said
    assert "3 of 5 hosts of cloud" in said
    assert {brake["kind"] for brake in running.json("brakes", "list")} == {"storm"}, "an open breaker must be listed"
    assert audited(running, "storm_opened")
    assert [title for title in titles(running) if "storm" in title] == [
        "The storm breaker is open: too much broke at once"
    ]
    assert running.run("audit", "verify").returncode == 0
    row.outcome, row.why = "refused", f"storm: {why}"
    row.keep()


def shadowed(running: Scenario, incident: str) -> bool:
    """Say whether the start of the members is planned, and refused by nothing but the mode."""
    found = [row for row in running.decisions(incident) if row["rule"] == "galera-cluster-start"]
    refused = [{each["guard"] for each in row["verdicts"] if not each["allow"]} for row in found]
    return {"mode"} in refused


@pytest.mark.full("a whole loss is cured in make test by a recovery that no storm holds")
@pytest.mark.alone
def test_a_galera_outage_alone_is_no_storm(scenario: Make) -> None:
    running = scenario(("ctl1", "ctl2", "ctl3"))
    running.environment["REMEDIATOR__AUTONOMY__R2"] = "shadow"
    running.start()
    running.settle()
    running.break_("galera-all-killed", "ctl1")
    cluster = running.wait_incident("cluster/galera", "galera-cluster", ["open"], 120)
    below = [("galera-node", f"galera/{host}") for host in running.hosts]
    below += [("container-state", f"container/{host}/mariadb") for host in running.hosts]

    def all_bad() -> bool:
        found = [running.incident(target, check) for check, target in below]
        return all(each is not None and each["state"] == "suppressed" for each in found)

    running.wait("members and containers to wait under the cluster", all_bad, 60, every_s=1.0)
    for check, target in below:
        assert state(running, check, target) == "CRITICAL"
    running.stays("no storm", lambda: running.json("brakes", "list") == [], 15)
    assert audited(running, "storm_opened") == []
    assert not [row for row in running.json("status")["muted"] if row["kind"] == "storm"]
    assert running.pages() == []
    assert running.runs() == []
    assert cluster["parent"] is None
    running.wait("the plan in shadow", lambda: shadowed(running, cluster["id"]), 90, every_s=2.0)


@pytest.mark.full("the whole lab for two minutes; the guard itself is shown in sim")
@pytest.mark.alone
def test_cut_off_from_most_hosts_it_does_nothing_but_says_so_and_goes_on_afterwards(scenario: Make) -> None:
    running = scenario(topology.NAMES)
    running.start()
    running.settle()
    running.break_all(*(("partition", host) for host in ("ctl1", "ctl2", "ctl3", "cmp1")))
    running.wait("it to notice", lambda: bool(audited(running, "cut_off")), 90, every_s=1.0)
    broken = running.break_("crash-once-limit", "cmp2")
    target = memcached("cmp2")
    running.wait("a refusal", lambda: bool(refused_by(running, target)), 60, every_s=1.0)
    row = Row(fault="cut off from 4 of 5 hosts", host="cmp2", seen_s=round(time.monotonic() - broken, 1))
    running.stays("doing nothing", lambda: running.runs() == [])
    assert set(refused_by(running, target)) == {"self_vantage"}
    row.why = refused_by(running, target)["self_vantage"]
    assert row.why == "I reach only 1 of 5 hosts: it may be me who is cut off"
    assert titles(running) == ["remediator may be cut off from its cloud"]
    for host in ("ctl1", "ctl2", "ctl3", "cmp1"):  # one by one: we see again while some are still away
        running.heal("partition", host)
    healed = time.monotonic()
    running.wait("it to see again", lambda: bool(audited(running, "sees_again")), 60, every_s=1.0)
    running.wait_incident(target, "container-state", ["resolved"], 120)
    row.outcome, row.cured_s = "cured", round(time.monotonic() - healed, 1)
    assert [run["state"] for run in running.runs()] == ["succeeded"]
    assert titles(running) == ["remediator may be cut off from its cloud"]
    row.keep()


@pytest.mark.on("ctl3")
def test_a_plan_that_needs_a_yes_waits_for_it_and_then_cures(scenario: Make) -> None:
    running = scenario(["ctl3"])
    running.environment["REMEDIATOR__AUTONOMY__R1"] = "approve"
    running.start()
    running.settle()
    broken = running.break_("crash-once-limit", "ctl3")
    target = memcached("ctl3")
    running.wait("a run that waits", lambda: [run["state"] for run in running.runs()] == ["waiting_approval"], 90)
    row = Row(fault="crash-once-limit, R1: approve", host="ctl3", seen_s=round(time.monotonic() - broken, 1))
    running.wait("the page", lambda: bool(running.pages()), 20)
    (page,) = running.pages()
    typed = re.search(r"^remediator (approve (run-\S+) --plan ([0-9a-f]{12}))$", page["text"], re.MULTILINE)
    assert typed is not None, page["text"]
    assert re.search(r"^ctl3: systemctl .*start -- kolla-memcached-container\.service$", page["text"], re.MULTILINE), (
        page["text"]
    )
    run = typed[2]
    assert run in running.run("status").stdout
    running.stays("waiting", lambda: state(running, "container-state", target) == "CRITICAL")
    assert [each["state"] for each in running.runs()] == ["waiting_approval"]

    other = running.run("approve", run, "--plan", "0" * 12)
    assert other.returncode == 4
    assert "changed" in other.stderr
    assert [each["state"] for each in running.runs()] == ["waiting_approval"]

    said = running.run(*shlex.split(typed[1]))
    assert said.returncode == 0, said.stderr
    approved = time.monotonic()
    running.wait_incident(target, "container-state", ["resolved"], 120)
    row.outcome, row.cured_s = "cured", round(time.monotonic() - approved, 1)
    assert [each["state"] for each in running.runs()] == ["succeeded"]
    again = running.run(*shlex.split(typed[1]))
    assert again.returncode == 4
    assert "used" in again.stderr
    assert len(audited(running, "approved")) == 1
    assert running.run("audit", "verify").returncode == 0
    row.keep()


def inventory(directory: Path, host: str) -> Path:
    """Write an inventory with which a person's Ansible reaches a host of the lab."""
    at = shapes.current().address(topology.host(host))
    ssh = f"-o UserKnownHostsFile={paths.KNOWN_HOSTS} -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes"
    written = directory / "hosts.yaml"
    written.write_text(
        f"all: {{hosts: {{{host}: {{ansible_host: {at}, ansible_user: {topology.DEPLOY_USER}, "
        f"ansible_ssh_private_key_file: {paths.DEPLOY_KEY}, ansible_ssh_common_args: '{ssh}', "
        "ansible_python_interpreter: /usr/bin/python3}}}\n"
    )
    return written


@pytest.mark.on("ctl3")
def test_a_real_ansible_run_holds_its_host(scenario: Make, tmp_path: Path) -> None:
    running = scenario(["ctl3"])
    running.start()
    running.settle()
    until = f"for _ in $(seq 180); do test -e {MAY_END} && exit 0; sleep 1; done; exit 1"
    argv = [ANSIBLE, "ctl3", "-i", str(inventory(tmp_path, "ctl3")), "-m", "ansible.builtin.shell", "-a", until]
    work = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        running.break_("crash-once-limit", "ctl3")
        target = memcached("ctl3")
        running.wait("a refusal", lambda: bool(refused_by(running, target)), 90, every_s=1.0)
        during = refused_by(running, target)
        assert work.poll() is None, work.communicate()[0]
        assert set(during) == {"maintenance"}
        assert "an Ansible process works on ctl3" in during["maintenance"]
        hosts.shell(topology.host("ctl3"), f"touch {MAY_END}\n")
        said, _ = work.communicate(timeout=90)
        assert work.returncode == 0, said
    finally:
        work.kill()
        work.wait(timeout=10)
        hosts.shell(topology.host("ctl3"), f"rm -f {MAY_END}\n")
    running.stays("the hold after its end", lambda: set(refused_by(running, target)) == {"maintenance"}, 15)
    assert running.runs() == []
    Row(fault="crash-once-limit beside ansible", host="ctl3", outcome="refused", why=during["maintenance"]).keep()


@pytest.mark.full("a real Ansible run holds in make test; pause --wrap is shown in sim")
@pytest.mark.on("ctl3")
def test_a_wrapped_command_holds_its_scope_and_what_it_returns(scenario: Make) -> None:
    running = scenario(["ctl3"])
    running.start()
    running.settle()
    argv = [*running.command("pause", "--wrap", "--scope", "host/ctl3", "--reason", "by hand"), "--", "sh", "-c"]
    work = subprocess.Popen([*argv, "sleep 45; exit 7"], stdin=subprocess.DEVNULL, env=running.surroundings())
    try:
        running.wait("the wrap to stand", lambda: bool(running.json("status")["muted"]), 20)
        running.break_("crash-once-limit", "ctl3")
        target = memcached("ctl3")
        running.wait("a refusal", lambda: bool(refused_by(running, target)), 90, every_s=1.0)
        during = refused_by(running, target)
        assert work.poll() is None, "the command must still run"
        assert set(during) == {"maintenance"}
        assert "under pause --wrap (by hand)" in during["maintenance"]
        assert work.wait(timeout=60) == 7
    finally:
        work.kill()
        work.wait(timeout=10)
        hosts.shell(topology.host("ctl3"), f"rm -f {MAY_END}\n")
    running.stays("the hold after its end", lambda: set(refused_by(running, target)) == {"maintenance"}, 10)
    assert running.runs() == []
    Row(fault="crash-once-limit beside pause --wrap", host="ctl3", outcome="refused", why=during["maintenance"]).keep()
