"""What is asked of all manifests together: of what is installed, and of what is loaded."""

from __future__ import annotations

from dataclasses import replace

import pytest

from remediator.model import targets
from remediator.model.hosts import Host
from remediator.model.manifest.containers import OwnContainer
from remediator.model.manifest.domains import Domain
from remediator.model.manifest.integration import Integration
from remediator.model.manifest.kinds import Kind
from remediator.model.manifest.services import Service
from remediator.model.manifest.signs import SignSource
from remediator.model.manifest.together import Manifests

pytestmark = pytest.mark.unit

GROUND = Integration(
    name="ground", basic=True, sections=(), remote_source="", assessments=(), actions=(),
    domains=(Domain(name="queue", containers=frozenset({"queue"}), settle_s=1.0),),
    services=(Service(name="queue", needed_by=("api",), check="state"),),
    explains={"alive": ("*",)},
    signs=SignSource(read=lambda _: (), sections=("seen",), lasting=frozenset({"made"})),
)  # fmt: skip
LAMP = Integration(
    name="lamp", sections=(), remote_source="", assessments=(), actions=(),
    applies=lambda host: "lit" in host.groups,
    kinds=(Kind(name="lamp", member="bulb"),),
    domains=(Domain(name="lamp", containers=frozenset({"bulb"}), settle_s=1.0, own_kind="lamp"),),
    services=(Service(name="lamp", needed_by=("api", "web"), check="lamp-hall", target="cluster/lamp"),),
    explains={"alive": ("lamp-on",)},
    containers=(OwnContainer(name="bulb"),),
    signs=SignSource(read=lambda _: (), sections=("lamp",), momentary=frozenset({"hand_on_it"})),
)  # fmt: skip
BOTH = Manifests({"ground": GROUND, "lamp": LAMP})
NOT_NAMED = Manifests({"ground": GROUND}, {"ground": GROUND, "lamp": LAMP})


@pytest.mark.parametrize("manifests", [BOTH, NOT_NAMED])
def test_what_is_declared_holds_whether_or_not_it_is_loaded(manifests: Manifests) -> None:
    assert [service.name for service in manifests.needs_of("api")] == ["lamp", "queue"]
    assert [service.name for service in manifests.needs_of("web")] == ["lamp"]
    assert manifests.explains["alive"] == ("lamp-on", "*")
    assert [each.name for each in manifests.containers] == ["bulb"]
    assert list(manifests.domains) == ["lamp", "queue"]
    for target, domain in (
        (targets.container("a", "bulb"), "lamp"),
        (targets.member("lamp", "a"), "lamp"),
        (targets.cluster("lamp", ("a",)), "lamp"),
        (targets.container("a", "queue"), "queue"),
        (targets.container("a", "api"), None),
        (targets.on_host("a"), None),
        (targets.cluster("other", ("a",)), None),
    ):
        assert manifests.domain_of(target) == domain


def test_signs_are_asked_of_the_loaded_and_only_where_they_are_collected() -> None:
    dark, lit = (Host(name="a", address="a", groups=groups) for groups in ((), ("lit",)))
    assert BOTH.sign_sections(dark) == ("seen",)
    assert BOTH.sign_sections(lit) == BOTH.sign_sections(None) == ("seen", "lamp")
    assert NOT_NAMED.sign_sections(lit) == ("seen",)
    assert (BOTH.lasting_signs, BOTH.momentary_signs) == ({"made"}, {"hand_on_it"})
    assert NOT_NAMED.momentary_signs == frozenset()


def test_each_loaded_one_is_found_by_its_name() -> None:
    assert (list(BOTH), BOTH["lamp"], len(NOT_NAMED)) == (["ground", "lamp"], LAMP, 1)
    assert replace(LAMP, name="other") not in BOTH.values()
