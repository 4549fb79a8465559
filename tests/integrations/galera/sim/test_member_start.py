"""GB-16 and GB-17 hold for whoever asks: neither `execute`, nor a log that nobody could read, gets past them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from remediator.daemon.observe import groups
from remediator.daemon.turn.turn import Turn
from remediator.integrations.galera.sim.member import Member
from remediator.integrations.galera.sim.part import galera_of
from remediator.model.content.judging import State
from remediator.sim.cloud.shapes import DEFAULT
from remediator.store.journal import Journal
from tests.sim import kept
from tests.sim.walked import Walked

pytestmark = pytest.mark.sim

KEPT_S = 60.0
"""Until the mark of the cluster is kept."""


@pytest.fixture
def three() -> Iterator[Walked]:
    """A cloud whose cluster of three is whole, and accepted as that."""
    made = Walked(shape=DEFAULT)
    accepted = made.people.accept("all")
    assert accepted is not None
    assert accepted.exit == 0
    made.run(KEPT_S)
    yield made
    made.close()


def member(cloud: Walked, host: str) -> Member:
    return galera_of(cloud.simulation.cloud).members[host]


def fail(cloud: Walked, host: str = "ctl3") -> None:
    cloud.service(host, "mariadb").crash()


def refused(cloud: Walked) -> str:
    """A person asks for a start of the member that failed; return why that is not begun."""
    answer = cloud.people.execute_on("galera/ctl3", "galera-start-member")
    assert answer is not None
    assert answer.exit == 4
    return answer.error


def started(cloud: Walked) -> list[str]:
    """Return the hosts where something was done that is more than a look."""
    return [
        host.name
        for host in cloud.simulation.cloud.hosts.values()
        for _, argv in host.orders
        if cloud.simulation.cloud.changes(argv)
    ]


def test_one_failed_member_is_started_once(three: Walked) -> None:
    """The control: the ordinary case works in this cloud."""
    fail(three)
    three.run(120)
    assert started(three) == ["ctl3"]
    assert member(three, "ctl3").state == "synced"


@pytest.mark.parametrize(("lost", "starts"), [(0, ["ctl3"]), (40, [])])
def test_beside_a_cluster_that_formed_again_behind_its_mark_no_member_is_started(
    three: Walked, lost: int, starts: list[str]
) -> None:
    """All were killed, and two came back without the `lost` newest that ctl3 still has, and have written on past them
    since."""
    three.people.leave_a_file("there")
    galera = galera_of(three.simulation.cloud)
    for host in ("ctl1", "ctl2"):
        member(three, host).unflushed = lost
    for host in galera.members:
        fail(three, host)
    for host in ("ctl1", "ctl2"):
        three.starts_by_hand(host, "mariadb")
    galera.say_bootstrap("ctl1")
    three.run(90)
    assert galera.position > member(three, "ctl3").data.committed
    three.people.let_go_of_the_file()
    three.run(200)
    assert started(three) == starts
    page = three.world.samples.results[("galera-mark", "cluster/galera")]
    assert (page.state is State.WARNING) is (not starts)
    assert ("the others formed again behind the furthest that is known" in kept.told(three)) is (not starts)


def test_execute_does_not_start_a_member_while_another_is_a_donor(three: Walked) -> None:
    member(three, "ctl1").state = "donor"
    fail(three)
    three.run(60)
    assert "another member gives or takes a state transfer" in refused(three)
    three.run(60)
    assert started(three) == []


def test_execute_does_not_start_a_member_that_is_corrupt(three: Walked) -> None:
    fail(three)
    three.service("ctl3", "mariadb").log = "InnoDB: Database page corruption on disk"
    three.run(60)
    assert "is innodb_corruption: a start could make that worse (GB-17)" in refused(three)
    three.run(60)
    assert started(three) == []


def test_without_its_log_nobody_knows_that_a_member_is_not_corrupt(three: Walked) -> None:
    fail(three)
    member(three, "ctl3").data.log = three.service("ctl3", "mariadb").log = None
    three.run(120)
    assert started(three) == []


@pytest.mark.parametrize("service", ["mariadb", "galera-node", "galera"])
def test_a_downtime_of_the_database_mutes_its_start(three: Walked, service: str) -> None:
    three.hint("ctl3", service, "OK", notification_type="DOWNTIMESTART")
    fail(three)
    three.run(120)
    assert started(three) == []


def test_tables_that_need_an_upgrade_make_no_member_unhealthy(three: Walked) -> None:
    """Only its own check says how a member is: another one's warning would keep it from ever counting as well."""
    member(three, "ctl2").data.upgraded_for = "10.6.18-MariaDB"
    three.run(60)
    assert three.world.samples.series[("galera-upgrade", "galera/ctl2")].state is State.WARNING
    with three.daemon.database.transaction() as connection:
        turn = Turn(world=three.world, journal=Journal(connection, three.now()), now=three.now())
        assert groups.member(turn, "galera", "ctl2").healthy is True
