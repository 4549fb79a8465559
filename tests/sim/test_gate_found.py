"""What the walks over the gate, and thinking about them, have found: each a plain story, with what DESIGN says of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sim.gate_watch import MAINTENANCE_S, Watched, Worked
from tests.sim.test_gate_machine import asked

pytestmark = pytest.mark.sim


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Watched]:
    made = Watched(tmp_path)
    made.pass_time(20)
    yield made
    made.database.close()


def test_a_baseline_of_one_host_takes_a_wrapped_command_from_no_other(cloud: Watched) -> None:
    """`baseline accept host/h1` says that h1 is whole; what `pause --wrap` of everything did to h2 still holds h2 (DESIGN 6)."""
    wrap = asked(cloud, "wrap-begin", scope="all", command="kolla-ansible", pid=7, pid_started="")
    cloud.account.worked["wrap"] = Worked(set(cloud.hosts), None, None)
    cloud.alive.add(7)
    cloud.account.worked["wrap"].ended = cloud.now().wall
    assert asked(cloud, "wrap-end", wrap=wrap.data["wrap"], exit=0).exit == 0
    assert asked(cloud, "baseline-accept", scope="host/h1").exit == 0
    cloud.accepted(("h1",))
    cloud.hosts["h2"].units["cron"].fail()
    cloud.pass_time(90)
    assert cloud.verbs() == []


def test_a_clock_that_stepped_holds_also_after_a_restart(cloud: Watched) -> None:
    """ "R0 only until 5 minutes without another such step" (DESIGN 6) does not say "or until the daemon is restarted"."""
    cloud.wall_offset_s += 60
    cloud.pass_time(2)
    cloud.crash()
    cloud.hosts["h1"].units["cron"].fail()
    cloud.pass_time(120)
    assert cloud.verbs() == []


def test_maintenance_counts_from_the_last_time_ansible_was_seen(cloud: Watched) -> None:
    """The sign that is kept may not be older than what was seen last: the wait is at its floor already (DESIGN 6)."""
    cloud.hosts["h1"].ansible = [{"pid": 9, "start": 1, "what": "ansible-playbook"}]
    cloud.pass_time(28)
    cloud.hosts["h1"].ansible = []
    cloud.pass_time(1)
    last = cloud.elapsed_s
    cloud.pass_time(MAINTENANCE_S - 90, stride=5)
    cloud.hosts["h1"].units["cron"].fail()
    cloud.pass_time(120)
    assert len(cloud.verbs()) == 1
    assert cloud.acted[0][0] >= last + MAINTENANCE_S - 8


def test_a_problem_that_became_unknown_before_it_was_cured_still_counts_in_a_storm(cloud: Watched) -> None:
    """A storm counts what went HARD in the last ten minutes, "cured meanwhile or not" (DESIGN 6): also if its host was silent in between."""
    cloud.pauses = ("looking",)
    for host in ("h1", "h2"):
        cloud.hosts[host].units["cron"].fail()
    cloud.pass_time(40)
    for host in ("h1", "h2"):
        cloud.hosts[host].down = True
    cloud.pass_time(7)
    for host in ("h1", "h2"):
        cloud.hosts[host].units["cron"].start(cloud.wall())
        cloud.hosts[host].down = False
    cloud.pass_time(30)
    cloud.pauses = ()
    cloud.hosts["h3"].units["cron"].fail()
    cloud.pass_time(60)
    assert cloud.verbs() == []
