"""The simulated member shows what a real host shows: every key of the collector, and every program that the product has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from remediator.integrations.galera import scripts
from remediator.sim import galera_scripts
from remediator.sim.simulation import Simulation

pytestmark = pytest.mark.sim

REMOTE = Path(scripts.__file__).with_name("remote.py")


def test_its_section_has_every_key_that_the_collector_prints(tmp_path: Path) -> None:
    remote: dict[str, Any] = {}
    exec(compile(REMOTE.read_text(), str(REMOTE), "exec"), remote)
    data = tmp_path / "data"
    data.mkdir()
    request = {"galera_volume": str(data), "galera_log": str(tmp_path / "no"), "engine": "docker"}
    real = remote["collect_galera"](request, lambda *_: (1, "[]", "Error: No such container: mariadb"))
    simulation = Simulation(tmp_path)
    shown = simulation.cloud.hosts["ctl1"].sections(["galera"])["galera"]["data"]
    assert set(shown) == set(real)
    assert set(shown["helpers"]) == set(real["helpers"])
    assert set(shown["hold"]) == set(real["hold"])


def test_it_knows_every_program_of_a_recovery() -> None:
    assert {script.name for script in scripts.ALL} <= galera_scripts.KNOWN
