"""What is found among the packages, and that a broken one is named and costs itself alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from remediator.config import load_config
from remediator.content.validate import examine
from remediator.daemon import assembly
from remediator.daemon.inhibit.inhibitors import Refrain
from remediator.daemon.process import composition
from remediator.daemon.process.clock import SystemClock
from remediator.integrations import conflicts, packages, registry
from remediator.model.manifest.domains import Domain
from remediator.model.manifest.integration import Integration, SectionSpec
from remediator.model.manifest.kinds import Kind
from remediator.model.manifest.services import Service
from tests.builders import installed, replies
from tests.unit.config.writing import MINIMAL, written

pytestmark = pytest.mark.unit

LAMP = Integration(name="lamp", sections=(), remote_source="", assessments=(), actions=())
MANIFEST = """\
from remediator.model.manifest.integration import Integration


def build(settings):
    return Integration(name="lamp", sections=(), remote_source="", assessments=(), actions=())
"""
REMEDY = "mend or remove its package, the others go on without it"


@pytest.fixture
def beside(tmp_path: Path) -> Iterator[Path]:
    directory = tmp_path / "beside"
    directory.mkdir()
    with installed.importable(directory):
        yield directory


def lay(directory: Path, module: str, **files: str) -> None:
    folder = directory / module
    folder.mkdir()
    for name, text in {"__init__": "", **files}.items():
        (folder / f"{name}.py").write_text(text, "utf-8")


def test_each_folder_of_ours_is_an_integration_whose_manifest_has_its_name_and_its_settings() -> None:
    loaded = registry.all_of_them()
    assert set(packages.own()) <= set(loaded.installed)
    for name, package in packages.own().items():
        one = loaded[name]
        assert (package.settings() is packages.NoSettings) == (one.settings is None)
        assert one.settings in (None, package.settings())


def test_one_that_is_whole_is_loaded_when_it_is_named(beside: Path) -> None:
    lay(beside, "lamp_of_ours", manifest=MANIFEST)
    installed.described(beside, "lamp-of-ours", "1.0", "lamp = lamp_of_ours")
    assert "lamp" in registry.load({}).installed
    assert "lamp" in registry.load({"lamp": {}})
    assert "lamp" not in registry.load({})


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"manifest": "import no_such_module\n"}, "ModuleNotFoundError: No module named 'no_such_module'"),
        ({"manifest": MANIFEST.replace("lamp", "torch")}, "its manifest is called torch"),
        ({"manifest": "def build(settings):\n    return 1\n"}, "its build() gives a int and no Integration"),
        ({"manifest": "def build(settings):\n    raise RuntimeError('no light')\n"}, "RuntimeError: no light"),
        ({"manifest": MANIFEST, "settings": "1/0\n"}, "ZeroDivisionError: division by zero"),
        ({}, "ModuleNotFoundError: No module named 'lamp_of_ours.manifest'"),
    ],
)  # fmt: skip
def test_a_broken_one_is_named_and_costs_itself_alone(
    beside: Path, tmp_path: Path, files: dict[str, str], why: str
) -> None:
    lay(beside, "lamp_of_ours", **files)
    installed.described(beside, "lamp-of-ours", "1.0", "lamp = lamp_of_ours")
    told = f"integration lamp (lamp-of-ours 1.0): {why}; {REMEDY}"
    loaded = registry.load({"lamp": {}})
    assert (sorted(loaded), loaded.broken) == (["container", "host"], {"lamp": told})
    path = written(tmp_path, MINIMAL + "integrations: {lamp: {}}\n")
    (mistake,) = examine(path, {}).mistakes
    assert (mistake.path, mistake.message) == ("integrations.lamp", told)
    config = load_config(path, {}, registry.sections)
    parts = composition.load(config)
    assert parts.broken == composition.reloaded(path, config).broken == {"lamp": told}
    world = assembly.world_of(parts, Refrain(tmp_path / "PAUSE", tmp_path), SystemClock())
    assert world.loaded.broken == {"lamp": told}
    world.take_content(parts.config, parts.content, parts.inventory, broken={})
    assert world.loaded.broken == {}


def test_what_the_config_says_of_one_whose_model_cannot_be_read_is_kept_from_nobody_else(
    beside: Path, tmp_path: Path
) -> None:
    lay(beside, "lamp_of_ours", manifest=MANIFEST, settings="import no_such_module\n")
    installed.described(beside, "lamp-of-ours", "1.0", "lamp = lamp_of_ours")
    path = written(tmp_path, MINIMAL + "integrations: {lamp: {watts: 5}, host: {mounts: [/data]}}\n")
    config = load_config(path, {}, registry.sections)
    assert config.integrations.without_secrets() == {"lamp": {}, "host": {"mounts": ["/data"], "act_lists": None}}
    assert sorted(composition.load(config).integrations) == ["container", "host"]


def test_two_of_one_name_are_both_left_out(beside: Path) -> None:
    for module in ("lamp_a", "lamp_b"):
        lay(beside, module, manifest=MANIFEST)
        installed.described(beside, module.replace("_", "-"), "1.0", f"lamp = {module}")
    assert registry.load({}).broken == {
        "lamp": f"integration lamp (lamp-a 1.0): lamp-b 1.0 has one of the same name; {REMEDY}"
    }


def test_the_name_of_one_of_ours_stays_ours(beside: Path) -> None:
    lay(beside, "lamp_a", manifest=MANIFEST)
    installed.described(beside, "lamp-a", "1.0", "host = lamp_a")
    loaded = registry.load({})
    assert [spec.name for spec in loaded["host"].sections] == ["host", "disk"]
    assert list(loaded.broken.values()) == [f"integration host (lamp-a 1.0): it has the name of one of ours; {REMEDY}"]


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (
            replace(LAMP, sections=(SectionSpec(kind=replies.kind("disk"), timeout_s=1.0),)),
            "integration host has the section 'disk' too",
        ),
        (replace(LAMP, kinds=(Kind(name="cluster"),)), "every cloud has the kind of target cluster"),
        (replace(LAMP, kinds=(Kind(name="compute"),)), "integration container has the kind of target 'compute' too"),
        (
            replace(LAMP, domains=(Domain(name="lamps", containers=frozenset({"haproxy"}), settle_s=1.0),)),
            "integration container has the container of a failure domain 'haproxy' too",
        ),
        (
            replace(LAMP, services=(Service(name="keystone", needed_by=(), check="x"),)),
            "integration container has the service 'keystone' too",
        ),
        (
            replace(LAMP, remedies={"kolla_tag": lambda value, _release: value}),
            "integration container has the remedy 'kolla_tag' too",
        ),
        (
            replace(LAMP, stateful=(".*",)),
            "only a basic one has `stateful`: name its containers in `containers`",
        ),
        (replace(LAMP, content=Path("/no/such")), "there is no directory /no/such for its content"),
    ],
)
def test_what_is_declared_belongs_to_one(one: Integration, why: str) -> None:
    others = [each for name, each in registry.load({}).installed.items() if name in ("container", "host")]
    assert conflicts.of("lamp", one, others) == why
    assert conflicts.of("lamp", LAMP, others) is None


def test_actions_and_assessments_are_of_a_kind_that_somebody_declares_and_bear_the_name_of_their_owner() -> None:
    host = registry.load({})["host"]
    stolen = replace(LAMP, assessments=host.assessments)
    assert re.match(r"its assessment host\.\w+ is not called lamp\.NAME", conflicts.of("lamp", stolen, ()) or "")
    alien = replace(LAMP, assessments=(replace(host.assessments[0], name="lamp.on", target_kind="bulb"),))
    assert conflicts.of("lamp", alien, ()) == "lamp.on is of the kind of target 'bulb', which nobody declares"


CHECK = """\
checks:
  - name: {name}
    assess: host.reachable
    every: 15s
    critical: "{when}"
    output: "x"
"""


@pytest.mark.parametrize(
    ("name", "when", "why"),
    [
        ("lamp-on", "!data.shines", "there is no field"),
        ("host-reachable", "false", "and the package of lamp overrides nothing"),
    ],
)
def test_what_is_wrong_with_its_content_costs_it_alone(
    beside: Path, tmp_path: Path, name: str, when: str, why: str
) -> None:
    text = MANIFEST.replace("actions=()", "actions=(), content=Path(__file__).parent / 'content'")
    lay(beside, "lamp_of_ours", manifest=f"from pathlib import Path\n{text}")
    installed.described(beside, "lamp-of-ours", "1.0", "lamp = lamp_of_ours")
    checks = beside / "lamp_of_ours" / "content" / "checks"
    checks.mkdir(parents=True)
    (checks / "lamp.yaml").write_text(CHECK.format(name=name, when=when), "utf-8")
    path = written(tmp_path, MINIMAL + "integrations: {lamp: {}}\n")
    (mistake,) = examine(path, {}).mistakes
    assert Path(mistake.file) == checks / "lamp.yaml"
    parts = composition.load(load_config(path, {}, registry.sections))
    assert list(parts.broken) == ["lamp"]
    assert parts.broken["lamp"].startswith("integration lamp: ")
    assert mistake.message.partition("\n")[0] in parts.broken["lamp"]
    assert "host-reachable" in parts.content.checks
    assert "lamp-on" not in parts.content.checks
