"""The simulated member shows what a real host shows: every key of the collector, and every program that the product
has."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from remediator.integrations.galera import manifest as galera
from remediator.integrations.galera.sim import ledger
from remediator.integrations.galera.sim.cluster import Galera
from remediator.integrations.galera.sim.part import galera_of
from remediator.integrations.galera.sim.technology import TECHNOLOGY
from remediator.integrations.galera.steps import scripts
from remediator.model.content.commands import Script
from remediator.sim.part import Sent
from remediator.sim.simulation import Simulation

pytestmark = pytest.mark.sim


def test_its_section_has_every_key_that_the_collector_prints(tmp_path: Path) -> None:
    remote: dict[str, Any] = {}
    exec(compile(galera.remote_source(), "remote.py", "exec"), remote)
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
    assert {script.name for script in scripts.ALL} <= set(TECHNOLOGY.scripts)


def _ended(simulation: Simulation, host: str, script: Script, *words: str) -> tuple[int, str]:
    argv = script.argv(*words)
    found = simulation.cloud.script_of(argv)
    assert found is not None
    return found.obey(simulation.cloud, simulation.cloud.hosts[host], tuple(argv[4:]))


def test_members_cut_from_each_other_run_on_and_form_their_component_again(tmp_path: Path) -> None:
    simulation = Simulation(tmp_path)
    galera = galera_of(simulation.cloud)
    galera.cut_apart()
    assert [(one.state, one.process) for one in galera.members.values()] == [("cut", "unit")] * 3
    simulation.timeline.happen_until(60.0)
    assert galera.primary == []
    galera.see_again(at_once=True)
    assert galera.primary == ["ctl1", "ctl2", "ctl3"]
    assert (galera.bootstraps, galera.wrongs) == ([], [])


def test_the_statement_makes_one_primary_and_the_others_take_part_once_they_see_it(tmp_path: Path) -> None:
    simulation = Simulation(tmp_path)
    galera = galera_of(simulation.cloud)
    galera.cut_apart()
    assert _ended(simulation, "ctl2", scripts.PC_BOOTSTRAP, "docker") == (0, "")
    assert (galera.primary, [host for _, host, _ in galera.bootstraps]) == (["ctl2"], ["ctl2"])
    galera.join_again("ctl1")
    assert galera.primary == ["ctl2"], "they still do not see each other: it is ctl2 that is cut off"
    galera.join_again("ctl2")
    assert galera.primary == ["ctl1", "ctl2"]
    assert galera.wrongs == []


def test_the_statement_leaves_a_primary_member_as_it_is_and_needs_a_login(tmp_path: Path) -> None:
    simulation = Simulation(tmp_path)
    galera = galera_of(simulation.cloud)
    assert _ended(simulation, "ctl1", scripts.PC_BOOTSTRAP, "docker") == (0, "Primary already")
    galera.cut_apart()
    galera.members["ctl1"].lets_in = False
    assert _ended(simulation, "ctl1", scripts.LOGIN, "docker") == (0, "remediator-login none")
    assert _ended(simulation, "ctl1", scripts.PC_BOOTSTRAP, "docker") == (4, "no login without a password")
    assert (galera.primary, galera.bootstraps) == ([], [])


@pytest.mark.parametrize(
    ("stopped", "engine", "code", "kept"), [(True, "ok", 0, False), (False, "ok", 0, True), (True, "down", 4, True)]
)
def test_a_joiner_loses_its_grastate_only_when_it_is_stopped(
    tmp_path: Path, stopped: bool, engine: str, code: int, kept: bool
) -> None:
    simulation = Simulation(tmp_path)
    member = galera_of(simulation.cloud).members["ctl3"]
    if stopped:
        member.service.crash()
    simulation.cloud.hosts["ctl3"].engine_state = engine
    before = member.data.grastate
    ended = _ended(simulation, "ctl3", scripts.JOIN, "run-1", "/var/lib/mysql", "sst", "docker")
    assert ended[0] == code
    assert (member.data.grastate == before) is kept


PC_BOOTSTRAP = Sent("run-1", "sim.run-1", "galera-pc-bootstrap", "ctl2", release=False, consented=False)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda galera: None, None),
        (lambda galera: galera.see_again(at_once=True), "is Primary"),
        (lambda galera: galera.members["ctl3"].service.crash(), "does not run"),
        (lambda galera: setattr(galera.members["ctl1"].data, "committed", 5000), "is ahead"),
        (lambda galera: setattr(galera.members["ctl1"].data, "uuid", "another"), "another history"),
        (lambda galera: galera.bootstraps.append((0.0, "ctl1", "")), "a bootstrap already"),
    ],
)
def test_the_watch_objects_to_the_statement(tmp_path: Path, wrong: Callable[[Galera], None], words: str | None) -> None:
    galera = galera_of(Simulation(tmp_path).cloud)
    galera.cut_apart()
    wrong(galera)
    found = ledger.objections(galera, ledger.Seen(), PC_BOOTSTRAP)
    assert [words in text for _, text in found] == [True] if words else found == []


def test_the_watch_objects_to_a_loss_that_nobody_has_said_yes_to(tmp_path: Path) -> None:
    galera = galera_of(Simulation(tmp_path).cloud)
    galera.cut_apart()
    behind = ledger.Seen(uuid=galera.uuid, sure=galera.members["ctl2"].data.committed + 7)
    assert ["7 transactions are lost" in text for _, text in ledger.objections(galera, behind, PC_BOOTSTRAP)] == [True]
    told = dataclasses.replace(PC_BOOTSTRAP, consented=True)
    assert ledger.objections(galera, behind, told) == []
