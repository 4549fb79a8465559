"""What must not be bootstrapped, or not by itself: the cases in which other recoveries have lost data. Each is told
with its rule."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from lab.cloud import topology
from lab.galera import mariadb, workload
from tests.integrations.galera.lab import recovering
from tests.integrations.galera.lab.recovering import Make, approve, forget_views, settled, since, wait_run
from tests.lab.scenario import Row, Scenario

pytestmark = [pytest.mark.lab, pytest.mark.part("galera-refused"), pytest.mark.alone, pytest.mark.timeout(600)]
LASTS_S = 350


def page_of(running: Scenario, words: str, limit_s: float = 90.0) -> str:
    """Return the text of the first page that has `words`."""
    found: list[str] = []

    def there() -> bool:
        found[:] = [page["text"] for page in running.pages() if words in page["text"]]
        return bool(found)

    running.wait(f"a page with {words!r}", there, limit_s)
    return found[0]


def refused(make: Make, fault: str, host: str, rule: str, **params: Any) -> tuple[Scenario, str]:
    """Break by `fault` with all views lost, and return the scenario and the page that names `rule`; nothing was
    done."""
    running = settled(make)
    running.break_(fault, host, **params)
    forget_views()
    broken = time.monotonic()
    text = page_of(running, rule)
    running.stays("doing nothing", lambda: running.runs() == [], 20)
    Row(fault=f"{fault}, no views", host=host, outcome="escalated", why=f"{rule}; paged after {since(broken)} s").keep()
    return running, text


def refused_by_what_was_read(running: Scenario, fault: str, host: str, rule: str) -> None:
    """Break by `fault` with all views lost: the plan is approved, the positions refuse it, and everything is taken
    back."""
    running.break_(fault, host)
    forget_views()
    run = wait_run(running, "galera-bootstrap", ["waiting_approval"], 150)
    approve(running, run["id"])
    run = wait_run(running, "galera-bootstrap", ["failed", "verifying"], 120)
    assert run["state"] == "failed", recovering.told(run)
    assert rule in run["reason"], recovering.told(run)
    assert [step["state"] for step in run["steps"] if step["id"] == "bootstrap"] == ["pending"]
    page_of(running, rule)
    running.wait("the holds to be taken back", nothing_held, 90, every_s=2.0)
    Row(fault=f"{fault}, no views", host=host, outcome="escalated", why=run["reason"].splitlines()[0]).keep()


@pytest.mark.full("GB-7 is refused as GB-5 is, which is in make test")
def test_an_empty_member_with_the_flag_is_never_the_source(scenario: Make) -> None:
    refused_by_what_was_read(settled(scenario), "galera-empty-flagged", "ctl1", "GB-7")


def test_two_histories_are_a_persons(scenario: Make) -> None:
    _, text = refused(scenario, "galera-two-uuids", "ctl3", "GB-5")
    assert "ctl3 holds" in text


@pytest.mark.full("GB-4 is refused after a yes; the cells and sim have it")
def test_prepared_transactions_end_the_run_and_everything_is_taken_back(scenario: Make) -> None:
    refused_by_what_was_read(settled(scenario), "galera-prepared-xa", "ctl2", "GB-4")


def nothing_held() -> bool:
    return all(not recovering.left_on(host) for host in mariadb.HOSTS)


NOT_PASSED = pytest.mark.full("the harder case, with the others further on, is in make test")


@pytest.mark.parametrize("passed", [pytest.param(False, marks=NOT_PASSED), True])
def test_a_member_that_is_ahead_of_the_living_primary_is_not_started(scenario: Make, passed: bool) -> None:
    """Nor is it once they have written past its position, where no seqno tells that its history is another one."""
    running = settled(scenario)
    assert running.run("pause", "--reason", "the cluster is being lost").returncode == 0
    running.break_("galera-stale-ahead", "ctl3")
    if passed:
        mariadb.write(topology.host("ctl1"), 200)
    assert running.run("resume", "--reason", "it is lost").returncode == 0
    running.wait_incident("galera/ctl3", "galera-node", ["escalated"], 150)
    (run,) = [each for each in running.runs() if each["runbook"] == "galera-start-member"]
    assert run["state"] == "failed"
    # a sample may have seen it run alone; the others are behind that then, and nobody has accepted it
    assert any(words in run["reason"] for words in ("the others formed again at", "may hold what they lost")), (
        recovering.told(run)
    )
    assert run["steps"][-1]["state"] == "pending"
    assert not mariadb.synced(topology.host("ctl3"), 1)
    name = "galera-stale-ahead, passed" if passed else "galera-stale-ahead"
    Row(fault=name, host="ctl3", outcome="escalated", why=run["reason"][:110]).keep()


@pytest.mark.full("the whole lab for two minutes, in which nothing may happen")
def test_a_partition_is_left_alone_and_loses_nothing(scenario: Make, tmp_path: Path) -> None:
    running = settled(scenario)
    writing = workload.start(tmp_path / "writes", seconds=120)
    time.sleep(2.0)
    running.break_("galera-partition", "ctl1")
    running.wait_incident("galera/ctl1", "galera-node", ["escalated"], 120)
    running.stays("doing nothing", lambda: running.runs() == [], 20)
    running.heal("galera-partition", "ctl1")
    wrote = writing.stop()
    assert wrote.acknowledged > 0
    assert workload.lost(tmp_path / "writes", topology.host("ctl1")) == set()
    Row(
        fault="galera-partition 2/1", host="ctl1", outcome="escalated", why=f"{wrote.acknowledged} rows, none lost"
    ).keep()


@pytest.mark.full("the whole lab for two minutes, in which nothing may happen")
def test_all_cut_off_from_each_other_are_waited_for(scenario: Make, tmp_path: Path) -> None:
    running = settled(scenario)
    writing = workload.start(tmp_path / "writes", seconds=120)
    time.sleep(2.0)
    running.break_("galera-all-non-primary", "ctl1")
    running.wait("the cluster to be seen", lambda: recovering.cluster(running)["state"] == "CRITICAL", 60)
    assert recovering.cluster(running)["data"]["procedure"] == "wait"
    running.stays("doing nothing", lambda: running.runs() == [], 40)
    running.heal("galera-all-non-primary", "ctl1")
    running.wait("the cluster to be whole", lambda: recovering.cluster(running)["state"] == "OK", 60)
    wrote = writing.stop()
    assert workload.lost(tmp_path / "writes", topology.host("ctl3")) == set()
    Row(fault="galera-all-non-primary", host="all", outcome="waits", why=f"{wrote.acknowledged} rows, none lost").keep()
