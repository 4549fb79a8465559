"""What the tests of a Galera recovery share: a scenario that settles, the high-water mark, the approval, and what must
be left behind."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Sequence
from typing import Any

from lab.cloud import hosts
from lab.cloud.topology import Host
from lab.galera import disk, mariadb
from tests.lab.scenario import Scenario

Make = Callable[[Sequence[str]], Scenario]
MEMBERS = ("ctl1", "ctl2", "ctl3")
TARGET = "cluster/galera"
HOLD = f"/etc/systemd/system/{mariadb.UNIT}.d/remediator-hold.conf"


def settled(make: Make, **environment: str) -> Scenario:
    """Return a scenario on all members whose baseline is accepted. R3 waits for an approval unless `environment` says
    otherwise."""
    running = make(MEMBERS)
    mariadb.set_flush(1)  # a test before may have left another
    running.environment = {"REMEDIATOR__AUTONOMY__R3": "approve", **environment}
    running.start()
    running.settle()
    return running


def cluster(running: Scenario) -> dict[str, Any]:
    """Return the newest result of galera-cluster."""
    found = running.results("galera-cluster", TARGET)
    return found[0] if found else {"state": "NONE", "data": {}}


def wait_mark(running: Scenario) -> int:
    """Wait until the high-water mark has seen everything that is committed now, and return it."""
    committed = int(mariadb.status(mariadb.HOSTS[0])["wsrep_last_committed"])
    running.wait(
        f"the mark to reach {committed}",
        lambda: (cluster(running)["data"].get("mark_seqno") or 0) >= committed,
        60,
    )
    return int(cluster(running)["data"]["mark_seqno"])


def wait_run(running: Scenario, runbook: str, states: Sequence[str], limit_s: float) -> dict[str, Any]:
    """Return the newest run of `runbook` once it is in one of `states`."""
    found: dict[str, Any] = {}

    def there() -> bool:
        runs = [run for run in running.runs() if run["runbook"] == runbook]
        if runs:
            found.clear()
            found.update(runs[0])
        return bool(runs) and runs[0]["state"] in states

    running.wait(f"a run of {runbook} to be {' or '.join(states)}", there, limit_s)
    return found


def question(running: Scenario, run: str) -> str | None:
    """Return by what hash the newest page about `run` asks for a yes; None where none does."""
    found = _question(running, run)
    return None if found is None else found[0]


def _question(running: Scenario, run: str) -> tuple[str, str] | None:
    said = re.compile(rf"^remediator approve {run} --plan ([0-9a-f]{{12}})", re.MULTILINE)
    asked = [(found[1], page["text"]) for page in running.pages() if (found := said.search(page["text"])) is not None]
    return asked[-1] if asked else None


def approve(running: Scenario, run: str) -> str:
    """Say yes to what `run` asks for now, by what its newest page says to type; return the page's text.

    The page may come a moment after the run began to ask: until then the newest one is of an earlier question, and is
    refused.
    """
    text = ""

    def agreed() -> bool:
        nonlocal text
        asked = _question(running, run)
        if asked is None:
            return False
        plan, text = asked
        done = running.run("approve", run, "--plan", plan, "--reason", "the table makes sense")
        assert done.returncode == 0 or "changed" in done.stderr, done.stderr
        return done.returncode == 0

    running.wait("a yes to what the page asks", agreed, 30)
    return text


def left_on(host: Host) -> str:
    """Return what a recovery of ours has left on a host: its hold, its containers."""
    script = f"ls {HOLD} 2>/dev/null || true\ndocker ps -a --format '{{{{.Names}}}}' | grep remediator_ || true\n"
    return hosts.shell(host, script).out.strip()


def entries(exported: str) -> list[dict[str, Any]]:
    """Return the entries of an audit export."""
    return [json.loads(line) for line in exported.splitlines() if line.strip()]


def whole_again() -> None:
    """Assert that all members are Synced in their own units, and that nothing of ours is left on any host."""
    for host in mariadb.HOSTS:
        assert mariadb.synced(host, len(MEMBERS)), f"{host.name}: {mariadb.status(host)}"
        left = left_on(host)
        assert left == "", f"{host.name}: {left}"
        unit = hosts.shell(host, f"systemctl is-active {mariadb.UNIT} || true\n").out.strip()
        assert unit == "active", f"{host.name}: {unit}"


def forget_views() -> None:
    """Take away what the members remember of their last view, as a power cut does with a file that was never synced."""
    for host in mariadb.HOSTS:
        disk.forget_view(host)


def told(run: dict[str, Any]) -> list[str]:
    """Return step and result of each step of a run, for the eye."""
    return [f"{step['id']}: {step['state']} {step['result']}" for step in run["steps"]]


def since(started: float) -> float:
    return round(time.monotonic() - started, 1)
