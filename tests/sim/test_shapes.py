"""Clouds of other shapes: one controller; and names alone in the inventory, with services on a second network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from remediator.integrations.galera.sim.member import Member
from remediator.integrations.galera.sim.part import galera_of
from remediator.integrations.galera.sim.ways import ON_NAMES
from remediator.model.content.judging import State
from remediator.sim.cloud.scripts import name_of
from remediator.sim.cloud.shapes import NAMES_AND_NETWORKS, ONE_CONTROLLER
from remediator.sim.happenings.people import People
from remediator.sim.invariants.watch import Watch
from remediator.sim.proof import crash_points
from remediator.sim.proof.ways import Way
from remediator.sim.simulation import Simulation
from remediator.store import tables

pytestmark = pytest.mark.sim


@pytest.mark.parametrize("way", ON_NAMES, ids=lambda way: way.name)
def test_each_cure_of_galera_works_where_the_inventory_has_names_and_services_a_network_of_their_own(
    way: Way,
) -> None:
    died = crash_points.die_at(way, 0)
    assert died.violation is None
    assert len(died.where) > 10


def test_the_only_member_is_cured_by_its_plain_start() -> None:
    (way,) = (way for way in crash_points.WAYS if way.runbook == "galera-start-lone")
    assert crash_points.die_at(way, 0).violation is None


def test_a_daemon_that_knows_names_alone_sees_every_member_where_it_listens(tmp_path: Path) -> None:
    simulation = Simulation(tmp_path, shape=NAMES_AND_NETWORKS)
    simulation.start()
    simulation.run(40.0)
    assert simulation.daemon is not None
    series = simulation.daemon.world.samples.series
    assert {key[1]: one.state for key, one in series.items() if key[0] in ("galera-node", "galera-cluster")} == {
        **{f"galera/{host}": State.OK for host in NAMES_AND_NETWORKS.controllers},
        "cluster/galera": State.OK,
    }
    simulation.close()


# The only member, and what its start asks
# ---------------------------------------------------------------------------------------


class Lone:
    """A cloud with one controller, accepted as whole, whose member has told for a minute how far it is."""

    def __init__(self, directory: Path) -> None:
        self.simulation = Simulation(directory, shape=ONE_CONTROLLER)
        self.people = People(self.simulation, Watch(self.simulation))
        self.simulation.start()
        self.simulation.run(20.0)
        self.people.accept("all")
        self.simulation.run(60.0)

    @property
    def member(self) -> Member:
        return galera_of(self.simulation.cloud).members["ctl1"]

    @property
    def starts(self) -> int:
        orders = self.simulation.cloud.hosts["ctl1"].orders
        return sum(name_of(argv) == "galera-start" for _, argv in orders)

    @property
    def pages(self) -> str:
        daemon = self.simulation.daemon
        assert daemon is not None
        with daemon.database.transaction() as connection:
            return "\n".join(connection.execute(sa.select(tables.outbox.c.body)).scalars())


@pytest.fixture
def lone(tmp_path: Path) -> Iterator[Lone]:
    made = Lone(tmp_path)
    yield made
    made.simulation.close()


def _behind(member: Member) -> None:
    """Its data are those of an hour ago: another data directory was put in its place."""
    member.data.committed = 900


def _unflagged(member: Member) -> None:
    """It was one of several when it wrote its state last."""
    member.data.save(-1, safe=False)


def _emptied(member: Member) -> None:
    member.data.wipe()
    member.data.sst = False
    member.data.save(-1, safe=True)


def _foreign(member: Member) -> None:
    member.data.uuid = "5a2f8a3e-0000-11f0-8000-00000000beef"
    member.data.save(-1, safe=True)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (_behind, "is the only member and stands at 900"),
        (_unflagged, "safe_to_bootstrap of ctl1, the only member, is 0"),
        (_emptied, "none of ctl1 holds a history to start from"),
        (_foreign, "a person decides which history is ours"),
    ],
)
def test_it_is_not_started_where_its_data_are_not_what_they_were(
    lone: Lone, changed: Callable[[Member], None], words: str
) -> None:
    lone.member.service.crash()
    changed(lone.member)
    lone.simulation.run(400.0, lambda: words in lone.pages)
    assert words in lone.pages
    assert lone.starts == 0
    assert galera_of(lone.simulation.cloud).primary == []


def test_one_that_an_operator_stopped_is_left_alone(lone: Lone) -> None:
    lone.member.service.stop()
    lone.simulation.run(400.0)
    assert lone.starts == 0


def test_one_that_does_not_stay_up_is_started_once_and_then_a_persons(lone: Lone) -> None:
    lone.member.dies_of = "[ERROR] mariadbd: unknown variable 'x=1'"
    lone.member.service.crash()
    lone.simulation.run(2400.0, lambda: "was not brought back by a plain start" in lone.pages)
    assert "was not brought back by a plain start" in lone.pages
    assert lone.starts == 1
