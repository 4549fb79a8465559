"""A store that was put back from a copy: nothing above R0, until a person accepts it, and then the log verifies
again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from remediator.store.audit import verify
from tests.sim import kept
from tests.sim.walked import Walked

pytestmark = pytest.mark.sim

STARTS_S = 3.0


def nothing() -> None:
    """Nothing else changes."""


def put_back(cloud: Walked, copy: Path, meanwhile: Callable[[], None] = nothing) -> None:
    """Put `copy` in the place of the state directory while the daemon is down."""
    cloud.simulation.kill()
    cloud.watch.close()
    state = Path(cloud.simulation.config.state_dir)
    shutil.rmtree(state)
    shutil.copytree(copy, state)
    meanwhile()
    cloud.simulation.revive()
    cloud.run(STARTS_S)


@pytest.fixture
def copy(cloud: Walked) -> Path:
    """Give `cloud` a signed history; return a copy of its store from the middle of that."""
    cloud.ask("pause", reason="one")
    kept.signed(cloud)
    cloud.simulation.kill()
    copy = cloud.simulation.directory / "copy"
    shutil.copytree(cloud.simulation.config.state_dir, copy)
    cloud.simulation.revive()
    cloud.run(STARTS_S)
    for reason in ("two", "three", "four", "five"):
        cloud.ask("pause", reason=reason)
    cloud.ask("resume", all=True)
    kept.signed(cloud)
    return copy


def test_an_old_copy_acts_on_nothing_until_it_is_accepted_and_then_verifies(cloud: Walked, copy: Path) -> None:
    put_back(cloud, copy)
    assert "put back from a copy" in (cloud.world.health.restored or "")
    assert kept.verified(cloud)[0] == verify.TAMPERED
    cloud.ask("resume", all=True)
    cloud.service("h1", "memcached").crash()
    cloud.run(90)
    assert cloud.commands == 0
    assert any(
        "restored" in {v.guard for v in each.verdicts if not v.allow} for each in cloud.world.durable.decisions.values()
    )
    assert kept.accept(cloud) == 0
    assert cloud.world.health.restored is None
    code, found = kept.verified(cloud)
    assert (code, len(found["restores"])) == (verify.INTACT, 1)
    cloud.run(60)
    assert cloud.verbs() == [("h1", "start")]
    kept.signed(cloud)
    cloud.restart()
    cloud.run(STARTS_S)
    assert cloud.world.health.restored is None, "the next start finds nothing wrong"
    assert kept.verified(cloud)[0] == verify.INTACT


def test_a_copy_that_went_on_past_its_checkpoint_is_still_found_out(cloud: Walked, copy: Path) -> None:
    """It went on elsewhere, beside other checkpoints."""
    checkpoints = Path(cloud.simulation.config.audit.checkpoints)
    ours = checkpoints.read_bytes()
    put_back(cloud, copy, meanwhile=checkpoints.unlink)
    for n in range(12):
        cloud.ask("pause", reason=f"other {n}")
    went_on_to = cloud.daemon.engine.audit_seq
    cloud.simulation.kill()
    checkpoints.write_bytes(ours)
    assert went_on_to > json.loads(ours.splitlines()[-1])["seq"]
    cloud.simulation.revive()
    cloud.run(STARTS_S)
    assert "not the one that was signed" in (cloud.world.health.restored or "")


@pytest.mark.usefixtures("copy")
def test_there_is_nothing_to_accept_in_a_store_that_agrees(cloud: Walked) -> None:
    cloud.restart()
    cloud.run(STARTS_S)
    assert cloud.world.health.restored is None
    assert kept.accept(cloud) == 64
    assert kept.verified(cloud)[0] == verify.INTACT
