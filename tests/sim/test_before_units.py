"""Containers as kolla made them before 2023.1: no units, and an engine that starts them again without end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from remediator.model.content.judging import State
from remediator.sim.cloud.services import Service
from remediator.sim.simulation import Simulation
from remediator.store import tables

pytestmark = [pytest.mark.sim, pytest.mark.timeout(300)]

NAME = "neutron_agent"
MISSING = "ERROR:__main__:MissingRequiredSource: /var/lib/kolla/config_files/neutron.conf file is not found"


class Old:
    """A cloud whose computes have no units, accepted by its daemon as it stands."""

    def __init__(self, directory: Path) -> None:
        self.simulation = Simulation(directory)
        for host in ("cmp1", "cmp2"):
            for service in self.simulation.cloud.hosts[host].services.values():
                service.made_before_units()
        self.simulation.start()
        self.simulation.run(60.0)

    def service(self, host: str) -> Service:
        return self.simulation.cloud.hosts[host].services[NAME]

    def state(self, host: str) -> State:
        assert self.simulation.daemon is not None
        return self.simulation.daemon.world.samples.series[("container-state", f"container/{host}/{NAME}")].state

    def pages(self) -> list[dict[str, Any]]:
        assert self.simulation.daemon is not None
        with self.simulation.daemon.database.transaction() as connection:
            return [json.loads(body) for body in connection.execute(sa.select(tables.outbox.c.body)).scalars()]

    def orders(self, host: str) -> list[tuple[str, ...]]:
        return [argv for _, argv in self.simulation.cloud.hosts[host].orders if NAME in " ".join(argv)]


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Old]:
    made = Old(tmp_path)
    yield made
    made.simulation.close()


@pytest.mark.parametrize(
    ("host", "log", "words"),
    [
        ("cmp1", "cannot go on", "docker logs --tail 100 neutron_agent"),
        ("cmp2", "cannot go on", "podman logs --tail 100 neutron_agent"),
        ("cmp1", MISSING, "kolla-ansible reconfigure --limit cmp1 --tags neutron"),
    ],
)
@pytest.mark.parametrize("life_s", [1.0, 25.0])
def test_a_restart_loop_is_told_once_with_its_cause_and_left_to_the_engine(
    old: Old, host: str, log: str, words: str, life_s: float
) -> None:
    service = old.service(host)
    service.log = log
    service.loop(life_s)
    old.simulation.run(900.0)
    assert old.state(host) is State.CRITICAL
    assert old.orders(host) == []
    told = [page["text"] for page in old.pages() if NAME in page["subject"]]
    assert len(told) == 1, "\n----\n".join(told)
    assert words in told[0]
    assert "kolla-neutron_agent-container.service" not in told[0]
    service.mend()
    old.simulation.run(300.0)
    assert (old.state(host), old.orders(host)) == (State.OK, [])


def test_what_somebody_stopped_with_the_engine_stays_down(old: Old) -> None:
    old.service("cmp1").stop()
    old.simulation.run(300.0)
    assert (old.state("cmp1"), old.orders("cmp1"), old.pages()) == (State.WARNING, [], [])
