"""What the storm breaker counts, when it ends, and how a person closes it: in the simulated cloud, under the real
daemon."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from remediator.integrations.galera.sim.part import galera_of
from remediator.model.times import clock, parse_rfc3339
from remediator.sim.happenings.people import ROOT
from remediator.sim.stories.stories import UNATTENDED
from tests.sim.night import Night

pytestmark = [pytest.mark.sim, pytest.mark.timeout(600)]

THREE = (("ctl1", "memcached"), ("ctl2", "memcached"), ("cmp1", "neutron_agent"))


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    made = Night(tmp_path)
    yield made
    made.told.close()


def two_are_cured(night: Night) -> None:
    night.crash(("ctl1", "memcached"))
    night.run(15.0)
    night.crash(("cmp1", "neutron_agent"))
    night.run(100.0)
    assert (night.orders("ctl1"), night.orders("cmp1")) == (1, 1)
    assert night.world.health.storms == {}


def stopped_by_an_operator(night: Night) -> None:
    night.service("cmp2", "neutron_agent").stop()


def in_a_downtime(night: Night) -> None:
    night.ask("downtime-add", target="container/cmp2/neutron_agent", for_s=3600)
    night.crash(("cmp2", "neutron_agent"))


def in_a_downtime_of_the_host(night: Night) -> None:
    night.ask("downtime-add", target="host/cmp2", for_s=3600)
    night.crash(("cmp2", "neutron_agent"))


def silenced(night: Night) -> None:
    night.ask("silence-add", matchers=['service="neutron_agent"', 'host="cmp2"'], for_s=3600)
    night.crash(("cmp2", "neutron_agent"))


ACCOUNTED: list[tuple[Callable[[Night], None], str]] = [
    (stopped_by_an_operator, "an operator has stopped it"),
    (in_a_downtime, "is in a downtime of root"),
    (in_a_downtime_of_the_host, "host/cmp2 is in a downtime of root"),
    (silenced, "silenced by root"),
]


@pytest.mark.parametrize(("how", "why"), ACCOUNTED, ids=lambda each: getattr(each, "__name__", ""))
def test_a_third_host_that_is_accounted_for_opens_no_storm(
    night: Night, how: Callable[[Night], None], why: str
) -> None:
    two_are_cured(night)
    how(night)
    night.run(60.0)
    incident = night.incident("container/cmp2/neutron_agent")
    assert incident is not None
    assert incident.accounted is not None
    assert why in incident.accounted.text
    assert night.world.health.storms == {}
    assert night.pages("storm") == []
    night.restart()
    assert night.world.health.storms == {}, "what accounts for it is in the store"


def test_what_an_operator_stopped_and_started_again_still_counts_for_nothing(night: Night) -> None:
    night.service("cmp2", "neutron_agent").stop()
    night.run(60.0)
    night.operator_starts("cmp2", "neutron_agent")
    night.run(60.0)
    assert night.incident("container/cmp2/neutron_agent") is None
    two_are_cured(night)
    assert night.pages("storm") == []


@pytest.mark.parametrize("matcher", ['rule="container-crashed"', 'runbook="container-start"', 'risk="R1"'])
def test_a_silence_of_plans_alone_accounts_for_no_problem(night: Night, matcher: str) -> None:
    two_are_cured(night)
    night.ask("silence-add", matchers=[matcher], for_s=3600)
    night.crash(("cmp2", "neutron_agent"))
    night.run(60.0)
    assert "cloud" in night.world.health.storms


def test_a_storm_shows_its_end_and_ends_then(night: Night) -> None:
    night.crash(*THREE)
    night.run(60.0)
    storm = night.world.health.storms["cloud"]
    oldest = min(
        incident.bad_at.wall for incident in night.world.durable.incidents.values() if incident.bad_at is not None
    )
    assert storm.until is not None
    assert abs((storm.until - oldest - timedelta(seconds=600)).total_seconds()) < 1.0
    row = next(row for row in night.ask("status").data["muted"] if row["kind"] == "storm" and row["what"] != "R3")
    assert abs(parse_rfc3339(row["until"]) - storm.until) < timedelta(seconds=1)
    (page,) = night.pages("storm breaker")
    assert f"R1 and R2 go on at {clock(storm.until)}" in page["text"]
    left_s = (storm.until - night.told.clock.now().wall).total_seconds()
    night.run(left_s - 10.0)
    assert night.world.health.storms
    night.run(20.0)
    assert night.world.health.storms == {}
    first, last = night.pages("storm breaker")
    assert (first, last["subject"]) == (page, "The storm breaker is closed again")
    assert "R3 still waits" in last["text"]


def test_a_person_closes_it_once_its_hosts_are_well_and_then_all_three_risks_go_on(night: Night) -> None:
    night.crash(*THREE)
    night.run(60.0)
    refused = night.ask("brake-close")
    assert refused.exit == 4
    assert "container/ctl1/memcached" in refused.error
    assert "downtime" in refused.error
    for host, name in THREE[:2]:
        night.operator_starts(host, name)
    night.run(40.0)
    still = night.ask("brake-close")
    assert (still.exit, "memcached" in still.error, "cmp1/neutron_agent" in still.error) == (4, False, True)
    night.ask("downtime-add", target="container/cmp1/neutron_agent", for_s=3600)
    night.run(10.0)
    assert night.world.durable.storm_latched is not None
    assert night.ask("brake-close").exit == 0
    assert (night.world.health.storms, night.world.durable.storm_latched) == ({}, None)
    night.restart()
    assert (night.world.health.storms, night.world.durable.storm_latched) == ({}, None), (
        "the two that were cured are not counted again"
    )
    night.crash(("ctl3", "memcached"))
    night.run(90.0)
    assert night.orders("ctl3") > 0
    assert [page["subject"] for page in night.pages("storm breaker")][1:] == ["The storm breaker is closed again"]
    assert "R3 still waits" in night.pages("storm breaker")[1]["text"], (
        "the downtime ended it, before anybody closed it"
    )


def test_what_breaks_after_it_was_closed_by_hand_opens_it_again(night: Night) -> None:
    night.crash(*THREE)
    night.run(60.0)
    for host, name in THREE:
        night.operator_starts(host, name)
    night.run(40.0)
    assert night.world.health.storms
    assert night.ask("brake-close").exit == 0
    assert night.world.health.storms == {}
    told = night.pages("storm breaker is closed")[0]["text"]
    assert "R3 goes on as well" in told
    assert " closed it: " in told.splitlines()[0], "who closed it, and why"
    night.crash(*THREE)
    night.run(60.0)
    assert "cloud" in night.world.health.storms
    assert len(night.pages("storm breaker is open")) == 2


def test_a_host_that_broke_first_and_is_still_broken_keeps_r3_held_after_the_count_has_fallen(night: Night) -> None:
    for host, name in THREE:
        night.service(host, name).loop(2.0)
        night.crash((host, name))
    night.ask("pause")
    night.run(700.0)
    assert night.world.health.storms == {}
    refused = night.ask("brake-close")
    assert (refused.exit, "3" in refused.error or "are not well" in refused.error) == (4, True)


def test_nobody_who_is_told_of_no_storm_can_close_one(night: Night) -> None:
    answer = night.ask("brake-close", ROOT)
    assert (answer.exit, "not open" in answer.error) == (64, True)


def test_our_own_bootstrap_is_no_storm_and_neither_is_what_it_leaves_behind(tmp_path: Path) -> None:
    night = Night(tmp_path, UNATTENDED)
    night.crash(("cmp1", "neutron_agent"))
    night.run(60.0)
    for host in ("ctl1", "ctl2", "ctl3"):
        night.service(host, "mariadb").crash(137)
        galera_of(night.told.cloud).members[host].data.view = None
    night.until(400.0, lambda: len(galera_of(night.told.cloud).primary) == 3)
    night.crash(("cmp2", "neutron_agent"))
    night.run(90.0)
    assert night.pages("storm") == []
    assert night.orders("cmp2") > 0, "two hosts of five, and the cluster that we bootstrapped, are no storm"
    night.told.close()


def test_members_that_break_by_themselves_long_after_our_run_count(tmp_path: Path) -> None:
    night = Night(tmp_path)
    night.service("ctl1", "mariadb").crash(137)
    night.run(200.0)
    assert len(galera_of(night.told.cloud).primary) == 3
    night.run(400.0)
    night.ask("pause")
    night.crash(("cmp1", "neutron_agent"), ("cmp2", "neutron_agent"))
    night.service("ctl2", "mariadb").crash(137)
    night.run(60.0)
    assert "cloud" in night.world.health.storms
    night.told.close()


def test_a_child_counts_for_nothing_while_its_parent_is_bad_and_two_minutes_longer(night: Night) -> None:
    night.ask("pause")
    night.crash(("cmp1", "neutron_agent"), ("ctl1", "memcached"))
    night.run(45.0)
    host = night.told.cloud.hosts["cmp2"]
    host.engine_state = "hung"
    night.run(45.0)
    night.crash(("cmp2", "neutron_agent"))
    host.engine_state = "ok"
    night.run(60.0)
    incident = night.incident("container/cmp2/neutron_agent")
    assert incident is not None
    assert incident.accounted is not None
    assert "explains it (host-engine" in incident.accounted.text
    night.run(120.0)
    incident = night.incident("container/cmp2/neutron_agent")
    assert incident is not None
    assert incident.accounted is None, "it stands alone now"


def test_members_of_a_lost_cluster_count_for_nothing_when_a_host_goes_as_well_and_the_cluster_cannot_be_seen(
    night: Night,
) -> None:
    for host in ("ctl1", "ctl2", "ctl3"):
        night.service(host, "mariadb").crash(137)
        galera_of(night.told.cloud).members[host].data.view = None
    night.run(45.0)
    night.told.cloud.hosts["ctl1"].turn_off()
    night.run(90.0)
    for host in ("ctl2", "ctl3"):
        incident = night.incident(f"galera/{host}", "galera-node")
        assert incident is not None
        assert incident.accounted is not None
        assert "explains it (galera-cluster" in incident.accounted.text
    assert night.world.health.storms == {}
    night.restart()
    assert night.world.health.storms == {}
    night.crash(("ctl2", "memcached"), ("cmp1", "neutron_agent"))
    night.run(60.0)
    assert "cloud" in night.world.health.storms, "what breaks by itself is counted as before"
