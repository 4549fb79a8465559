"""An integration that somebody else wrote: installed by pip beside us, named in the config, watched, and cured by its
own runbook."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from remediator.config import effective, load_config
from remediator.content.validate import examine
from remediator.integrations import registry
from remediator.model.records.records import RunState
from remediator.model.targets import member
from remediator.sim.config import CONFIG, SETTINGS
from remediator.sim.happenings.people import ROOT as ASKING
from remediator.sim.invariants.watch import Watch
from remediator.sim.simulation import Simulation
from remediator.sim.technology import technologies
from tests.builders import installed

pytestmark = pytest.mark.sim
ROOT = Path(__file__).parents[2]
NAMED = CONFIG.replace(SETTINGS, SETTINGS + "  memcache: {port: 11212, word: {env: REMEDIATOR_SIM_PASSWORD}}\n")


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed.install("memcache", tmp_path_factory.mktemp("beside"))


@pytest.fixture
def found(beside: Path) -> Iterator[None]:
    technologies.cache_clear()
    with installed.importable(beside):
        yield
    technologies.cache_clear()


def written(folder: Path, text: str) -> str:
    path = folder / "config.yaml"
    path.write_text(text, "utf-8")
    path.chmod(0o600)
    return str(path)


@pytest.mark.usefixtures("found")
def test_it_is_watched_and_cured_by_its_own_runbook(tmp_path: Path) -> None:
    from remediator_memcache.simulated import memcaches_of

    simulation = Simulation(tmp_path, NAMED)
    watch = Watch(simulation)
    simulation.start()
    try:
        simulation.run(400.0)
        settled = simulation.ask("baseline-accept", ASKING, scope="all")
        assert settled is not None
        assert settled.exit == 0, settled.error
        memcaches_of(simulation.cloud).go_deaf("ctl2")
        simulation.run(300.0)
        assert simulation.daemon is not None
        world = simulation.daemon.world
        (run,) = world.durable.past_runs.values()
        assert (run.plan.runbook, run.plan.target.text, run.state) == (
            "memcache-restart", "memcache/ctl2", RunState.SUCCEEDED,
        )  # fmt: skip
        assert not world.durable.incidents
        assert world.durable.groups["memcache"].members == {"ctl1", "ctl2", "ctl3"}
        assert world.loaded.integrations.domain_of(run.plan.target) == "memcache"
        watch.finish()
    finally:
        watch.close()
        simulation.close()


DIES = """
from remediator.sim.proof import crash_points as points
(way,) = (each for each in points.WAYS if each.runbook == "memcache-restart")
assert points.uncovered() == frozenset(), points.uncovered()
print(way.name, [points.die_at(way, point).violation for point in (0, 3, 9)])
"""


def test_its_own_way_is_proved_with_those_of_the_shipped_runbooks(beside: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(beside), str(ROOT)))}
    said = subprocess.run([sys.executable, "-c", DIES], capture_output=True, text=True, env=environment, check=False)
    assert (said.stdout, said.stderr) == ("memcache-restart [None, None, None]\n", "")


@pytest.mark.usefixtures("found")
def test_what_the_config_says_of_it_passes_its_own_model(tmp_path: Path) -> None:
    path = written(tmp_path, NAMED.replace("port: 11212", "prot: 11212"))
    assert [(each.path, each.message, each.hint) for each in examine(path, os.environ).mistakes] == [
        ("integrations.memcache.prot", "unknown key prot", "port")
    ]
    path = written(tmp_path, NAMED.replace("port: 11212", "port: many"))
    (mistake,) = examine(path, os.environ).mistakes
    assert (mistake.path, mistake.message) == ("integrations.memcache.port", "should be a whole number")
    config = load_config(written(tmp_path, NAMED), os.environ, registry.sections)
    shown = {row.key: row.value for row in effective.effective(config)}
    assert (shown["integrations.memcache.port"], shown["integrations.memcache.word"]) == (11212, "***")
    assert config.integrations.without_secrets()["memcache"] == {"group": "control", "port": 11212}
    assert "memcache" in json.dumps(effective.json_schema(registry.sections()))


@pytest.mark.usefixtures("found")
def test_it_brings_its_content_kinds_and_words(tmp_path: Path) -> None:
    examined = examine(written(tmp_path, NAMED), os.environ)
    assert examined.mistakes == []
    assert examined.content is not None
    assert examined.content.runbooks["memcache-restart"].target_kind == "memcache"
    assert examined.content.checks["memcache-answers"].enabled
    manifests = registry.load({"memcache": {}})
    assert manifests.kinds.units(member("memcache", "ctl1")) == ("container/ctl1/memcached",)
    assert manifests.kinds.aliases()["cache"] == {"memcache"}
    assert [service.name for service in manifests.needs_of("horizon")] == ["memcached"]


@pytest.mark.usefixtures("found")
def test_while_the_config_does_not_name_it_it_is_not_watched(tmp_path: Path) -> None:
    examined = examine(written(tmp_path, CONFIG), os.environ)
    assert examined.mistakes == []
    assert examined.content is not None
    assert not examined.content.checks["memcache-answers"].enabled
    assert "memcache" not in registry.load({})


def test_without_its_package_its_name_is_unknown(tmp_path: Path) -> None:
    (mistake,) = examine(written(tmp_path, NAMED), os.environ).mistakes
    assert (mistake.path, mistake.message) == ("integrations.memcache", "unknown key memcache")


def test_its_remote_part_asks_for_real(beside: Path) -> None:
    space: dict[str, Any] = {}
    exec((beside / "remediator_memcache" / "remote.py").read_text("utf-8"), space)
    assert space["collect_memcache"]({"memcache_port": 1}, None) == {"answers": False}
