"""Faults of the gate that random walks over it, or a review of them, have found.

Each is a plain story with the sentence that it broke.
"""

from __future__ import annotations

import pytest

from remediator.sim.invariants.ledger import MAINTENANCE_S
from tests.sim.walked import Walked

pytestmark = pytest.mark.sim


def test_a_baseline_of_one_host_takes_a_wrapped_command_from_no_other(cloud: Walked) -> None:
    """`baseline accept host/h1` says that h1 is whole; what `pause --wrap` of everything did to h2 still holds h2."""
    cloud.people.wrap("all")
    (wrap,) = cloud.people.wraps()
    ended = cloud.people.end_wrap(wrap)
    assert ended is not None
    assert ended.exit == 0
    accepted = cloud.people.accept("host/h1")
    assert accepted is not None
    assert accepted.exit == 0
    cloud.service("h2", "cron").crash()
    cloud.run(90)
    assert cloud.orders() == []
    cloud.service("h1", "cron").crash()
    cloud.run(90)
    assert [host for host, _ in cloud.orders()] == ["h1"], "of h1 it is taken"


def test_a_clock_that_stepped_holds_also_after_a_restart(cloud: Walked) -> None:
    """R0 only until 5 minutes without another such step: a restart of the daemon does not shorten them."""
    cloud.step_the_clock(60)
    cloud.run(2)
    cloud.restart()
    cloud.service("h1", "cron").crash()
    cloud.run(120)
    assert cloud.orders() == []
    cloud.run(240)
    assert [host for host, _ in cloud.orders()] == ["h1"]


def test_maintenance_counts_from_the_last_time_ansible_was_seen(cloud: Walked) -> None:
    """The sign that is kept may not be older than what was seen last: the wait is at its floor already."""
    host = cloud.simulation.cloud.hosts["h1"]
    host.ansible = [{"pid": 9, "start": 1, "what": "ansible-playbook"}]
    cloud.run(45)
    host.ansible = []
    last = max(
        (reply.asked_at.boot_s for reply in cloud.account.last.values() if reply.host == "h1"), default=0.0
    ) - cloud.simulation.clock.now().boot_s + cloud.simulation.clock.elapsed_s  # fmt: skip
    cloud.run(MAINTENANCE_S - 120)
    cloud.service("h1", "cron").crash()
    cloud.run(180)
    assert [host for host, _ in cloud.orders()] == ["h1"]
    assert last + MAINTENANCE_S - 1 <= cloud.orders()[0][1] <= last + MAINTENANCE_S + 20


def test_a_problem_that_became_unknown_before_it_was_cured_still_counts_in_a_storm(cloud: Walked) -> None:
    """A storm counts what went HARD in the last ten minutes, cured meanwhile or not: also if its host was silent in
    between."""
    cloud.people.leave_a_file("there")
    for host in ("h1", "h2"):
        cloud.service(host, "cron").crash()
    cloud.run(40)
    hosts = cloud.simulation.cloud.hosts
    for host in ("h1", "h2"):
        hosts[host].ssh = "refused"
    cloud.run(15)
    for host in ("h1", "h2"):
        assert cloud.account.silent_at[host]
        cloud.service(host, "cron").reset_failed()
        cloud.service(host, "cron").start()
        hosts[host].ssh = "ok"
    cloud.run(40)
    cloud.people.let_go_of_the_file()
    cloud.service("h3", "cron").crash()
    cloud.run(60)
    assert cloud.orders() == []
