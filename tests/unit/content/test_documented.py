"""What docs/content.md and docs/configuration.md show is true: the examples load, the limits are the ones that hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from remediator.config import durations, limits
from remediator.content import content_dirs, load_content
from remediator.content.places import ContentDir
from remediator.rules import texts
from tests.builders.shipped import integrations
from tests.unit.content.toy import put

pytestmark = pytest.mark.unit

DOCS = Path(__file__).parents[3] / "docs"


def test_the_examples_are_content_that_loads(tmp_path: Path) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", (DOCS / "content.md").read_text(encoding="utf-8"), re.DOTALL)
    files = {f"{block.split(':', 1)[0]}/example.yaml": block for block in blocks}
    assert sorted(files) == ["checks/example.yaml", "rules/example.yaml", "runbooks/example.yaml"]
    dirs = [*content_dirs(None, integrations()), ContentDir(put(tmp_path, files))]
    content, found = load_content(dirs, integrations(), None)
    assert found == []
    assert content is not None
    assert content.checks["host-disk"].source.startswith(str(tmp_path))


def test_every_action_that_leaves_or_takes_back_a_debt_is_documented() -> None:
    text = (DOCS / "safety.md").read_text(encoding="utf-8")
    section = text[text.index("## Debts") : text.index("## When the store")]
    content, _ = load_content(None, integrations(), None)
    assert content is not None
    owing = {name for name, action in content.actions.items() if action.debt is not None or action.releases}
    named = {found for found in re.findall(r"`([a-z_]+\.[a-z_]+)`", section) if found in content.actions}
    assert named == owing


def test_the_documented_limits_are_the_ones_that_hold() -> None:
    text = (DOCS / "configuration.md").read_text(encoding="utf-8")
    waits = {"persistence": limits.PERSISTENCE, "cooldown": limits.COOLDOWN, "hold": limits.QUIET}
    for name, table in waits.items():
        row = _cells(text, rf"`{name}\.R\*`")
        assert [[durations.parse(word) for word in cell.split()] for cell in row] == [list(part) for part in table]
    for name, single in {
        "r3_every": limits.R3_EVERY,
        "maintenance": limits.MAINTENANCE,
        "host_boot": limits.HOST_BOOT,
    }.items():
        assert [durations.parse(cell) for cell in _cells(text, f"`{name}`")] == list(single)
    numbers = [[int(word) for word in re.findall(r"\d+", cell)] for cell in _cells(text, r"`runs_per_rung\.R\*`")]
    assert numbers == [list(part) for part in limits.RUNS_PER_RUNG]
    rates = [[int(word) for word in re.findall(r"\d+", cell)] for cell in _cells(text, r"`rate\.per_10min`.*?")]
    assert rates == [[limits.RATE_PER_10MIN[at], limits.RATE_PER_DAY[at]] for at in (0, 1)]


def test_the_documented_filters_are_the_ones_there_are() -> None:
    text = (DOCS / "content.md").read_text(encoding="utf-8")
    sentence = text.partition("Filters: ")[2].partition("Control characters")[0]
    assert set(re.findall(r"`(\w+)`", sentence)) == set(texts.filters())


def _cells(text: str, name: str) -> list[str]:
    """Return the last two cells (default, floor) of the row whose first cell begins with `name`."""
    found = re.search(rf"^\| {name}[^|]*\|[^|]*\|([^|]*)\|([^|]*)\|$", text, re.MULTILINE)
    assert found is not None, name
    return [found.group(1).strip(), found.group(2).strip()]
