"""Which integrations a config gives, and how a wrong name or setting is said."""

from __future__ import annotations

import pytest

from remediator.integrations import packages, registry
from remediator.model.manifest.integration import Integration
from tests.builders.replies import SHIPPED

pytestmark = pytest.mark.unit


def test_containers_and_hosts_are_always_there_and_any_other_where_it_is_named() -> None:
    assert sorted(registry.load({})) == ["container", "host"]
    for name in packages.own():
        needs = registry.load({}).installed[name].needs
        assert sorted(registry.load({name: {}})) == sorted({"container", "host", name, *needs})


def test_an_unknown_integration_is_named_with_what_there_is() -> None:
    with pytest.raises(ValueError, match=rf"integrations\.ceff: .* known: {', '.join(packages.own())}"):
        registry.load({"ceff": {}})


def named(one: Integration) -> list[str]:
    return [spec.name for spec in one.assessments] + [spec.name for spec in one.actions]


def test_assessments_and_actions_have_one_owner_each() -> None:
    loaded = SHIPPED.values()
    names = [name for one in loaded for name in named(one)]
    assert len(names) == len(set(names))
    assert all(name.split(".")[0] == one.name for one in loaded for name in named(one))


def test_every_section_that_an_assessment_reads_is_collected_by_somebody() -> None:
    loaded = SHIPPED.values()
    collected = {kind.name for one in loaded for kind in one.section_kinds}
    assert {name for one in loaded for spec in one.assessments for name in spec.sections} <= collected


def test_a_round_trip_fits_into_its_deadline() -> None:
    for one in SHIPPED.values():
        assert all(spec.timeout_s + 5 < 20 for spec in one.sections)
