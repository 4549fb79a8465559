"""Every fault of the lab on a real host: it stays while we are paused, and ends with its right outcome when we are
not."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.lab.scenario import Row, Scenario

pytestmark = [pytest.mark.lab, pytest.mark.part("container")]
LASTS_S = 200

Make = Callable[[Sequence[str]], Scenario]


@dataclass(frozen=True)
class Fault:
    """A fault on a host, what it is seen as, and how it must end."""

    name: str
    host: str
    check: str
    outcome: str
    target: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    runs: tuple[str, ...] = ()
    says: str = ""
    seen_within_s: float = 90
    ends_within_s: float = 150
    full: str = ""
    """Why `make test` leaves it to `make lab-full`; empty: it does not."""

    @property
    def of(self) -> str:
        if self.target:
            return self.target
        return f"host/{self.host}" if self.check.startswith("host-") else f"container/{self.host}/memcached"

    @property
    def id(self) -> str:
        return "-".join([self.name, self.host, *(str(value) for value in self.params.values())])


SIDE_BY_SIDE = [
    Fault("engine-hung", "ctl1", "host-engine", "escalated", says="does not answer"),
    Fault("crash-once-limit", "ctl1", "container-state", "cured", runs=("container-start",)),
    Fault("unhealthy", "ctl1", "container-health", "cured", runs=("container-restart",)),
    Fault(
        "crash-loop",
        "ctl2",
        "container-state",
        "escalated",
        runs=("container-start",),
        says="did not cure it: container-state was CRITICAL",
        ends_within_s=240,
        full="three minutes until it was started once and given up again; oom escalates in make test",
    ),
    Fault(
        "crash-loop",
        "ctl2",
        "container-state",
        "escalated",
        params={"life": 15},
        ends_within_s=300,
        says="dies and is started again over and over",
        full="three deaths at 15 s each are waited for, four minutes in all",
    ),
    Fault(
        "engine-loop",
        "cmp1",
        "container-state",
        "escalated",
        says="docker logs --tail 100 memcached",
        ends_within_s=300,
        full="three minutes until it is settled that systemd would not have given up",
    ),
    Fault("operator-stop", "ctl2", "container-state", "untouched"),
    Fault("oom", "cmp1", "container-state", "escalated", says="too much memory"),
    Fault("removed", "cmp1", "container-state", "escalated", says="kolla-ansible"),
    Fault("disk-full", "cmp1", "host-disk", "escalated", says="% full"),
    Fault("inode-full", "cmp1", "host-disk", "escalated", says="inodes", full="disk-full goes the same way"),
    Fault("clock-off", "cmp1", "host-clock", "escalated", says="from ours"),
    Fault("crash-once-limit", "cmp2", "container-state", "cured", runs=("container-start",)),
    Fault("unhealthy", "cmp2", "container-health", "cured", runs=("container-restart",)),
    Fault("operator-stop", "cmp2", "container-state", "untouched", full="on Docker it is in make test"),
    Fault("removed", "cmp2", "container-state", "escalated", says="kolla-ansible", full="on Docker it is in make test"),
]

SILENT = "a host without power is as silent, and in make test"
ALONE = [
    Fault("host-off", "cmp1", "host-reachable", "escalated", says="Unreachable is not dead"),
    Fault("host-hung", "cmp1", "host-reachable", "escalated", says="Unreachable is not dead", full=SILENT),
    Fault("ssh-stopped", "cmp1", "host-reachable", "escalated", says="Unreachable is not dead", full=SILENT),
    Fault("ssh-silent", "cmp1", "host-reachable", "escalated", says="Unreachable is not dead", full=SILENT),
    Fault("partition", "cmp1", "host-reachable", "escalated", says="Unreachable is not dead", full=SILENT),
]


def play(scenario: Scenario, fault: Fault) -> dict[str, Any]:
    """Run `fault` from a settled start to its outcome and return its incident."""
    row = Row(
        fault=" ".join([fault.name, *(f"--{name} {value}" for name, value in fault.params.items())]), host=fault.host
    )
    scenario.start()
    scenario.settle()
    assert scenario.run("pause", "--reason", "to see that it stays").returncode == 0
    broken = scenario.break_(fault.name, fault.host, **fault.params)
    bad = ("WARNING",) if fault.outcome == "untouched" else ("CRITICAL",)
    scenario.wait(
        f"{fault.check} on {fault.of} to be {bad[0]}",
        lambda: state(scenario, fault) in bad,
        fault.seen_within_s,
        every_s=1.0,
    )
    row.seen_s = round(time.monotonic() - broken, 1)
    if "life" in fault.params:
        scenario.wait("it to be seen looping", lambda: looping(scenario, fault), 120, every_s=1.0)
    scenario.stays(fault.name, lambda: state(scenario, fault) != "OK")
    assert scenario.runs() == []
    assert scenario.run("resume", "--reason", "seen").returncode == 0
    resumed = time.monotonic()
    incident = finish(scenario, fault, row, resumed)
    assert tuple(run["runbook"] for run in reversed(scenario.runs())) == fault.runs
    verified = scenario.run("audit", "verify")
    assert verified.returncode == 0, verified.stdout
    row.keep()
    return incident


def state(scenario: Scenario, fault: Fault) -> str:
    found = scenario.results(fault.check, fault.of)
    return found[0]["state"] if found else "NONE"


def looping(scenario: Scenario, fault: Fault) -> bool:
    """Return whether three different starts were seen: between two deaths such a container is up, and looks well."""
    starts = scenario.results(fault.check, fault.of)[0]["data"]["distinct_starts"]
    return isinstance(starts, int) and starts >= 3


def finish(scenario: Scenario, fault: Fault, row: Row, resumed: float) -> dict[str, Any]:
    if fault.outcome == "untouched":
        scenario.stays("an operator's stop", lambda: state(scenario, fault) == "WARNING", 30)
        row.outcome, row.why = "untouched", "an operator's stop is left alone"
        found = scenario.incident(fault.of, fault.check)
        return found or {}
    wanted = "resolved" if fault.outcome == "cured" else "escalated"
    incident = scenario.wait_incident(fault.of, fault.check, [wanted], fault.ends_within_s)
    row.outcome = fault.outcome
    row.durations = incident["durations"]
    if fault.outcome == "cured":
        row.cured_s = round(time.monotonic() - resumed, 1)
    else:
        pages = scenario.json("audit", "list", "--kind", "page")
        assert pages, "an escalation must page"
        row.why = next(line["text"] for line in incident["timeline"] if line["kind"] == "escalated")
        assert fault.says in page_text(scenario), page_text(scenario)
    return incident


def page_text(scenario: Scenario) -> str:
    """Return the texts of all pages, as the notifier of the scenario received them."""
    return "\n".join(page["text"] for page in scenario.pages())


def case(fault: Fault, *marks: pytest.MarkDecorator) -> Any:
    full = (pytest.mark.full(fault.full),) if fault.full else ()
    return pytest.param(fault, marks=[*marks, *full], id=fault.id)


@pytest.mark.parametrize("fault", [case(fault, pytest.mark.on(fault.host)) for fault in SIDE_BY_SIDE])
def test_fault(scenario: Make, fault: Fault) -> None:
    play(scenario([fault.host]), fault)


@pytest.mark.alone
@pytest.mark.parametrize("fault", [case(fault, pytest.mark.part("host")) for fault in ALONE])
def test_host_fault_makes_its_containers_unknown_and_suppressed(scenario: Make, fault: Fault) -> None:
    running = scenario([fault.host, "cmp2"])
    incident = play(running, fault)
    children = [each for each in running.incidents() if each["parent"] == incident["id"]]
    assert {each["target"] for each in children} >= {
        f"container/{fault.host}/memcached",
        f"container/{fault.host}/cron",
    }
    assert {each["state"] for each in children} == {"suppressed"}
    others = running.results("container-state")
    assert {each["state"] for each in others if "/cmp2/" in each["target"]} == {"OK"}
    running.heal(fault.name, fault.host)
    running.wait(
        "everything to be well again",
        lambda: all(each["state"] == "resolved" for each in running.incidents()),
        120,
        every_s=2.0,
    )


@pytest.mark.on("cmp1")
def test_without_a_baseline_the_same_fault_is_refused_by_maintenance(scenario: Make) -> None:
    """The lab's containers are young: that is a sign of maintenance until somebody says that it is over."""
    fresh = scenario(["cmp1"])
    fresh.start()
    fresh.wait("two samples", lambda: len(fresh.results("container-state")) > 1, 60, every_s=1.0)
    holding = fresh.json("baseline", "show")["holding"]
    if not holding:
        pytest.skip("the lab's containers are older than the limit of maintenance (15 min): nothing holds any more")
    fresh.break_("crash-once-limit", "cmp1")

    def refusing() -> list[str]:
        incident = fresh.incident("container/cmp1/memcached", "container-state")
        if incident is None:
            return []
        refused = [row for row in fresh.decisions(incident["id"]) if row["outcome"] == "refused"]
        return [verdict["guard"] for row in refused for verdict in row["verdicts"] if not verdict["allow"]]

    fresh.wait("a refusal", lambda: bool(refusing()), 120, every_s=2.0)
    assert "maintenance" in refusing()
    assert set(refusing()) <= {"maintenance", "host_boot"}  # a machine that has just booted holds for that as well
    assert fresh.runs() == []
    Row(
        fault="crash-once-limit (no baseline)",
        host="cmp1",
        outcome="refused",
        why="maintenance: the containers are young",
    ).keep()


@pytest.mark.on("ctl1")
def test_a_dead_mount_is_named_and_blinds_nothing_else(scenario: Make) -> None:
    running = scenario(["ctl1"])
    running.start()
    running.settle()
    running.break_("dead-mount", "ctl1")
    disk = Fault("dead-mount", "ctl1", "host-disk", "seen")
    running.wait("the mount to be named", lambda: state(running, disk) == "WARNING", 90, every_s=1.0)
    assert "/mnt/dead" in running.results("host-disk")[0]["output"]
    assert {each["state"] for each in running.results("container-state")} == {"OK"}
    assert state(running, Fault("", "ctl1", "host-reachable", "")) == "OK"
    Row(fault="dead-mount", host="ctl1", outcome="seen", why="named as UNKNOWN, the rest of the host is known").keep()


@pytest.mark.on("ctl1")
def test_an_ansible_at_work_holds_its_host(scenario: Make) -> None:
    running = scenario(["ctl1"])
    running.start()
    running.settle()
    running.break_("ansible-run", "ctl1")
    running.break_("crash-once-limit", "ctl1")

    def refusing() -> set[str]:
        incident = running.incident("container/ctl1/memcached", "container-state")
        rows = running.decisions(incident["id"]) if incident is not None else []
        return {v["guard"] for row in rows if row["outcome"] == "refused" for v in row["verdicts"] if not v["allow"]}

    running.wait("a refusal", lambda: bool(refusing()), 90, every_s=1.0)
    assert refusing() == {"maintenance"}
    assert running.run("baseline", "accept", "all", "--reason", "too early").returncode == 4
    assert running.runs() == []
    Row(
        fault="crash-once-limit beside ansible-run",
        host="ctl1",
        outcome="refused",
        why="maintenance: an Ansible process works on ctl1",
    ).keep()
