"""Units and thresholds of performance values: those of the shipped checks, and none where a bound is not enough by
itself."""

from __future__ import annotations

import pytest

from remediator.checks import thresholds
from remediator.content.loading import load_content
from remediator.integrations import registry

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("name", "uom"),
    [
        ("offset_s", "s"), ("used_percent", "%"), ("free_bytes", "B"), ("lag_ms", "ms"), ("n_restarts", ""),
        ("members", ""), ("s", ""),
    ],
)  # fmt: skip
def test_the_unit_is_how_the_name_ends(name: str, uom: str) -> None:
    assert thresholds.unit(name) == uom


@pytest.mark.parametrize(
    ("condition", "bound"),
    [
        ("data.x >= 95.0", "95"),
        ("data.x > 0.1", "0.1"),
        ("data.x < 3", "3:"),
        ("data.abs_x > 5.0", "-5:5"),
        ("data.dead || data.x > 7", "7"),
        ("(data.x != null && data.x >= 85.5) || data.y > 1", "85.5"),
        ("data.x != null && data.x > 0", "0"),
        ("data.x > 7 && data.y", None),
        ("data.y != null && data.x > 7", None),
        ("!(data.x > 7)", None),
        ("data.xx > 7 || data.y.x > 7", None),
        ("data.x == 7", None),
        ("data.x > 7 && data.x < 9", None),
        ("data.y || (data.a && (data.x > 7 || data.b))", None),
        ("", None),
    ],
)
def test_a_threshold_stands_by_itself_or_is_none(condition: str, bound: str | None) -> None:
    assert thresholds.threshold("x", condition) == bound


def test_the_shipped_checks_have_their_thresholds() -> None:
    content, mistakes = load_content(None, registry.load({}), None, None)
    assert content is not None, mistakes
    told = {}
    for check in content.checks.values():
        for name in check.perfdata:
            bounds = tuple(
                thresholds.threshold(name, each.text) if each is not None else None
                for each in (check.warning, check.critical)
            )
            told[f"{check.name}.{name}"] = (thresholds.unit(name), *bounds)
    assert told["host-disk.used_percent"] == ("%", "85", "95")
    assert told["host-disk.inode_percent"] == ("%", "85", "95")
    assert told["host-clock.offset_s"] == ("s", "-2:2", "-5:5")
    assert told["host-reachable.took_s"] == ("s", None, None)
