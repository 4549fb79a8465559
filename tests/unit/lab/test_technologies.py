"""A technology is a folder of the lab: one that nobody knows takes part in all of it by what its manifest says."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import lab
from lab import cli, demo, faults, paths, up
from lab.cloud import config, inventory, service, services, shapes, technologies, topology
from lab.errors import LabError
from lab.faults.model import Broken
from lab.outer import build_context, images, network
from tests.unit.lab.conftest import Be

pytestmark = pytest.mark.unit

TIDES = """
from pathlib import Path
from lab import paths
from lab.cloud import topology
from lab.faults.model import Fault, Needs
from lab.cloud.service import Service
from lab.stage import Break, Story
from lab.cloud.technology import Technology
from lab.cloud.topology import Network

HEALED = []

TECHNOLOGY = Technology(
    name="tides",
    services=(
        Service(name="tide_gauge", image="tide-gauge", on=("ctl1", "cmp2"), command=lambda host: "gauge " + host.address,
                volumes=("/run/tides:/run/tides",), options=("--privileged",)),
        Service(name="tide_clock", image="tide-clock", on=topology.CONTROL, command=lambda host: "clock", clustered=True),
    ),
    groups={"tides": ("control", "compute")},
    networks=(Network(name="lab-tides", bridge="br-lab9", subnet="10.77.9.0/24", gateway="10.77.9.1"),),
    secrets=(paths.KEYS / "tides-password",),
    image=Path(__file__).with_name("image"),
    made_from="a moon",
    checks=("tides-level",),
    settings=lambda hosts: "  tides: {group: tides}\\n" if hosts else "",
    faults=(
        Fault(
            name="tides-ebb", summary="no water", hosts=topology.CONTROL, default="ctl1", check="tides-level", outcome="cured", heals="waits six hours",
            start=lambda broken: ["it is gone"], undo=lambda broken: None, needs=Needs(hosts=2, called="gauges"),
        ),
    ),
    heal=HEALED.append,
    demo=Story(shows="a moon", breaks=(Break(fault="tides-ebb", host="ctl1", target="tides/ctl1"),), act=lambda stage: None, cures=2),
)
"""  # noqa: E501
MOORING = """
from lab.cloud.technology import Technology

TECHNOLOGY = Technology(name="mooring", needs=("tides",), optional=True, fits=lambda shape: shape.name != "one-controller", checks=("mooring-rope",))
"""  # noqa: E501
Add = Callable[[str, str], Path]


@pytest.fixture
def add(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Add]:
    """Put folders beside those of the lab, each with a manifest."""
    monkeypatch.setattr(lab, "__path__", [*lab.__path__, str(tmp_path / "more")])
    technologies.found.cache_clear()
    made = []

    def add(name: str, manifest: str) -> Path:
        folder = tmp_path / "more" / name
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
        (folder / "manifest.py").write_text(manifest)
        importlib.invalidate_caches()
        technologies.found.cache_clear()
        made.append(name)
        return folder

    yield add
    for name in made:
        for module in [each for each in sys.modules if each.startswith(f"lab.{name}")]:
            del sys.modules[module]
        if hasattr(lab, name):
            delattr(lab, name)
    technologies.found.cache_clear()


@pytest.fixture
def tides(add: Add) -> Path:
    return add("tides", TIDES)


def listed(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, object]]:
    capsys.readouterr()
    assert cli.main(["faults", "--format", "json"]) == 0
    return {fault["name"]: fault for fault in json.loads(capsys.readouterr().out)}


def test_its_containers_are_kollas_on_its_hosts_alone(tides: Path, be: Be) -> None:
    be("default")
    assert [name for name in topology.NAMES if "tide_gauge" in services.names(topology.host(name))] == ["ctl1", "cmp2"]
    host = topology.host("cmp2")
    argv = service.create(services.find("tide_gauge"), host)
    assert argv[:4] == ["podman", "create", "--name", "tide_gauge"]
    assert argv[-1] == f"quay.io/openstack.kolla/tide-gauge:{topology.TAG}"
    assert {"/run/tides:/run/tides", "--privileged"} <= set(argv)
    body = json.loads(services.config_files(host)["/etc/kolla/tide-gauge/config.json"])
    assert body["command"] == "gauge 10.77.0.22"


def test_its_group_is_in_both_forms_of_the_inventory(tides: Path, be: Be) -> None:
    be("default")
    text = inventory.text([topology.host("ctl1"), topology.host("cmp1")])
    assert "\n[tides:children]\ncontrol\ncompute\n" in text
    assert "tides" in inventory.groups(topology.host("cmp1"))


def test_its_checks_and_settings_are_in_the_config(tides: Path, be: Be, tmp_path: Path) -> None:
    be("default")
    text = config.write(tmp_path / "c", hosts=["cmp1"], http_port=8099).config.read_text()
    assert "\nintegrations:\n" in text
    assert "\n  tides: {group: tides}\n" in text
    assert "\n  tides-level: {every: 5s, retry: 5s}\n" in text


def test_its_faults_are_listed_where_the_shape_has_what_they_need(
    tides: Path, be: Be, capsys: pytest.CaptureFixture[str]
) -> None:
    be("default")
    assert listed(capsys)["tides-ebb"]["technology"] == "tides"
    be("one-controller")
    assert "tides-ebb" not in listed(capsys)
    assert cli.main(["break", "tides-ebb"]) == 64
    assert capsys.readouterr().err == "lab: tides-ebb needs 2 gauges; the shape one-controller has 1\n"


def test_it_is_healed_with_its_own_container_and_with_a_host_that_has_one(tides: Path, be: Be) -> None:
    be("default")
    own = technologies.owner("tide_gauge")
    assert own is not None
    assert own.name == "tides"
    assert "tides" in {each.name for each in technologies.on(topology.host("ctl1"))}
    assert "tides" not in {each.name for each in technologies.on(topology.host("cmp1"))}
    broken = Broken(host=topology.host("ctl1"), params={})
    own.heal(broken)
    assert [broken] == importlib.import_module("lab.tides.manifest").HEALED


def test_its_network_is_one_of_those_that_are_taken_away(tides: Path, be: Be) -> None:
    be("default")
    (added,) = technologies.networks_in_use()
    assert added.address(topology.host("cmp1")) == "10.77.9.21"
    assert "br-lab9" in network.bridges()


def test_what_it_is_made_from_decides_whether_a_host_is_made_anew(tides: Path, be: Be) -> None:
    be("default")
    before = {name: up._recipe(topology.host(name)) for name in ("ctl1", "cmp1")}
    (tides / "manifest.py").write_text(TIDES.replace("a moon", "two moons"))
    importlib.reload(sys.modules["lab.tides.manifest"])
    technologies.found.cache_clear()
    assert up._recipe(topology.host("ctl1")) != before["ctl1"]
    assert up._recipe(topology.host("cmp1")) == before["cmp1"], "it has no container there"


def test_its_story_is_told_after_what_every_lab_shows(add: Add, be: Be) -> None:
    be("default")
    before = demo.wanted()
    add("tides", TIDES)
    assert demo.wanted() == before + 1 + 2, "its break, and what its act ends with"
    shown = [story.shows for story in demo.stories()]
    assert shown[0] == "real systemd, sshd, container engines"
    assert shown[-1] == "a moon"
    assert demo.breaks()[0].fault == "crash-once-limit"
    assert demo.breaks()[-1].target == "tides/ctl1"


def test_its_part_of_the_image(tides: Path, be: Be, tmp_path: Path) -> None:
    before = images.template("docker")
    folder = tides / "image/service"
    for file, text in (
        ("packages", "tide\ncron\n"),
        ("root/usr/local/bin/gauge", "#!/bin/sh\n"),
        ("prepare", "true\n"),
        ("images/tide-gauge", "FROM lab-service\n"),
    ):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text)
    (folder / "root/usr/local/bin/gauge").chmod(0o755)
    assert build_context.packages("service").count("cron") == 1
    assert "tide" in build_context.packages("service")
    assert {"tide-gauge", "tide-clock", "memcached"} <= set(build_context.names())
    target = tmp_path / "context"
    (target / "stale").mkdir(parents=True)
    build_context.write("service", target)
    assert (target / "Dockerfile").read_bytes() == (paths.IMAGE / "service/Dockerfile").read_bytes()
    assert (target / "prepare/tides").read_text() == "true\n"
    assert (target / "images/tide-gauge").exists()
    assert (target / "root/usr/local/bin/gauge").stat().st_mode & 0o111
    assert (target / "root/usr/local/bin/kolla_start").exists()
    assert not (target / "stale").exists()
    assert images.template("docker") != before, "other contents, another image"


@pytest.mark.parametrize(
    ("kind", "file", "said"),
    [
        ("service", "root/usr/local/bin/kolla_start", "have one place in the image"),
        ("service", "Dockerfile", "an image takes packages, root/, prepare, images/"),
        ("host", "prepare", "an image takes packages, root/$"),
    ],
)
def test_a_file_that_is_in_the_way_or_of_no_use_is_named(tides: Path, kind: str, file: str, said: str) -> None:
    (tides / "image" / kind / file).parent.mkdir(parents=True)
    (tides / "image" / kind / file).touch()
    with pytest.raises(LabError, match=said):
        build_context.files(kind)


def test_an_optional_one_comes_up_where_it_is_asked_for_and_stays_until_down(tides: Path, add: Add, be: Be) -> None:
    add("mooring", MOORING)
    be("default")
    assert "mooring-rope" not in config.checks()
    technologies.remember(["mooring"])
    technologies.remember([])
    assert "mooring-rope" in config.checks()
    names = [each.name for each in technologies.in_use()]
    assert names.index("base") == 0
    assert names.index("tides") < names.index("mooring")
    be("one-controller")
    assert "mooring-rope" not in config.checks()


def test_what_is_needed_comes_up_too(add: Add, be: Be) -> None:
    add("tides", TIDES.replace('name="tides",', 'name="tides", optional=True,'))
    add("mooring", MOORING)
    be("default")
    assert "tides-level" not in config.checks()
    technologies.remember(["mooring"])
    assert {"tides-level", "mooring-rope"} <= set(config.checks())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--with", "sails"], "unknown technology 'sails'; technologies are "),
        (["--with=mooring", "--shape", "one-controller"], "the shape one-controller cannot have mooring"),
        (["--with"], "up takes --shape SHAPE and --only HOST,HOST and --with TECHNOLOGY,..., not "),
    ],
)
def test_one_that_is_not_there_is_bad_usage(
    words: list[str], said: str, tides: Path, add: Add, be: Be, capsys: pytest.CaptureFixture[str]
) -> None:
    add("mooring", MOORING)
    be("default")
    assert cli.main(["up", *words]) == 64
    assert capsys.readouterr().err.startswith(f"lab: {said}")


def test_one_whose_need_is_not_there_is_named(add: Add) -> None:
    add("mooring", MOORING)
    with pytest.raises(LabError, match="the lab's mooring needs tides, which is no folder"):
        technologies.found()


def test_the_shapes_without_it_are_as_before(be: Be) -> None:
    for shape in shapes.SHAPES:
        be(shape)
        assert technologies.in_use()[0].name == "base"
        assert {"memcached", "cron"} <= set(services.all_of_them())
        assert "crash-loop" in faults.all_of_them()
