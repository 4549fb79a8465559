"""A lost cluster that is given time, or whose cure no mode lets act: who hears of it and when.

A cluster that finds itself again is told to those who heard of its loss, and to nobody else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from remediator.daemon.decide import inaction, incidents
from remediator.integrations.galera.sim.happenings.losses import cut_apart, one_stranded, rolled_too_fast
from remediator.integrations.galera.sim.part import galera_of
from remediator.model.records.records import Incident, IncidentState
from remediator.sim.cloud.cloud import CONTROLLERS
from remediator.sim.config import CONFIG
from remediator.sim.happenings.kinds import Happening
from remediator.sim.happenings.stage import Stage
from tests.sim.night import Night

pytestmark = [pytest.mark.sim, pytest.mark.timeout(600)]

AUTO = "autonomy: {R1: auto, R2: auto}"
OFTEN = CONFIG.replace("every: 15s", "every: 8s")


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Night]:
    made = Night(tmp_path, CONFIG.replace(AUTO, "autonomy: {R1: auto, R2: auto, R3: approve}"))
    yield made
    made.told.close()


def known(night: Night, target: str, check: str) -> Incident:
    incident = night.incident(target, check)
    assert incident is not None, f"{check} on {target} has no incident"
    return incident


def happens(night: Night, happening: Happening) -> None:
    nobody: Any = None
    happening.happen(Stage(night.told, nobody, nobody))


@pytest.mark.parametrize("fault", [rolled_too_fast(), cut_apart()], ids=Happening.line)
def test_a_cluster_that_is_given_ten_minutes_is_paged_when_it_is_seen_and_then_asked_about(
    asking: Night, fault: Happening
) -> None:
    happens(asking, fault)
    asking.until(120.0, lambda: bool(asking.pages(":meanwhile")))
    (page,) = asking.pages()
    assert page["subject"] == "CRITICAL cluster/galera: seen, and not acted on yet"
    assert page["state"] == "open", "nobody has anything to do yet"
    said = re.search(r"At (\d\d):(\d\d) UTC it is judged anew", page["text"])
    assert said is not None
    asking.until(700.0, lambda: bool(asking.pages("waits for an approval")))
    now = asking.told.clock.now().wall
    judged = now.replace(hour=int(said[1]), minute=int(said[2]), second=0)
    assert abs((now - judged).total_seconds()) <= 60.0
    assert len(asking.pages()) == 2, "what is seen, and the question"


def test_who_was_called_about_a_lost_cluster_hears_the_time_in_that_page(asking: Night) -> None:
    happens(asking, one_stranded())
    asking.until(700.0, lambda: bool(asking.pages("needs a person")))
    (page,) = asking.pages()
    assert re.search(r"At \d\d:\d\d UTC it is judged anew", page["text"]) is not None
    asking.until(700.0, lambda: bool(asking.pages("waits for an approval")))
    assert asking.pages(":meanwhile") == []


def test_a_cluster_that_finds_itself_again_soon_pages_nobody(asking: Night) -> None:
    happens(asking, cut_apart())
    asking.run(40.0)
    galera_of(asking.told.cloud).see_again(at_once=True)
    asking.until(15.0, lambda: known(asking, "galera/ctl1", "galera-node").state is IncidentState.OPEN)
    why = inaction.of(asking.world, known(asking, "galera/ctl1", "galera-node"))
    assert why["reason"] == "what explained it is over, and its next sample decides"
    asking.run(900.0)
    assert asking.pages() == [], "neither of the cluster, nor of a member whose last sample is older than its return"


def test_a_member_whose_parent_is_over_waits_two_minutes_at_most_for_a_younger_sample(tmp_path: Path) -> None:
    """A collection that hangs keeps the evidence of the whole group old: its members are decided about by that, and not
    in silence."""
    night = Night(tmp_path, OFTEN)
    happens(night, cut_apart())
    night.run(40.0)
    assert known(night, "galera/ctl1", "galera-node").state is IncidentState.SUPPRESSED
    night.told.cloud.hosts["ctl3"].ssh = "gone"
    night.run(6.0)
    galera_of(night.told.cloud).see_again(at_once=True)
    galera_of(night.told.cloud).cut("ctl1")
    member = known(night, "galera/ctl1", "galera-node")
    night.until(60.0, lambda: member.id in night.world.waits.freed_at)
    freed_at = night.world.waits.freed_at[member.id]
    night.until(200.0, lambda: bool(night.pages("galera/ctl1 needs a person")))
    assert not night.world.samples.results["galera-node", "galera/ctl1"].asked_at.after(freed_at)
    assert night.told.clock.now().since(freed_at) >= incidents.FREED_WAIT_S
    night.told.close()


def test_a_cluster_that_finds_itself_again_after_it_was_told_gets_its_all_clear(asking: Night) -> None:
    happens(asking, cut_apart())
    asking.until(120.0, lambda: bool(asking.pages(":meanwhile")))
    incident = known(asking, "cluster/galera", "galera-cluster").id
    galera_of(asking.told.cloud).see_again(at_once=True)
    asking.run(900.0)
    assert [page["key"] for page in asking.pages()] == [f"{incident}:meanwhile", f"{incident}:over"]


@pytest.mark.parametrize("mode", ["shadow", "off"])
def test_a_lost_cluster_whose_cure_no_mode_lets_act_is_paged_when_it_is_seen(tmp_path: Path, mode: str) -> None:
    night = Night(tmp_path, CONFIG.replace(AUTO, f"autonomy: {{R1: {mode}, R2: {mode}, R3: {mode}}}"))
    for host in CONTROLLERS:
        night.service(host, "mariadb").crash(137)
    night.until(180.0, lambda: bool(night.pages("held back")))
    (page,) = night.pages("held back")
    assert page["subject"] == "CRITICAL cluster/galera: its cure is held back by mode"
    night.service("ctl1", "memcached").crash()
    night.run(600.0)
    assert [page["target"] for page in night.pages()] == ["cluster/galera"], "of one container nobody hears at once"
    night.told.close()
