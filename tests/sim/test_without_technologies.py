"""The simulator without any technology: a tree whose other folders of `integrations` and their content are gone tells
stories all the same."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from remediator.integrations import packages, registry

pytestmark = pytest.mark.sim
ROOT = Path(__file__).parents[2]
CONTENT = ("checks", "rules", "runbooks")

TELLS = """
import importlib, pkgutil, sys
import remediator.sim
from remediator.sim.technology import technologies
for each in pkgutil.walk_packages(remediator.sim.__path__, "remediator.sim."):
    importlib.import_module(each.name)
from remediator.sim.proof import crash_points as points
from remediator.sim.stories import registry, stories
assert technologies() == ()
assert points.uncovered() == frozenset(), points.uncovered()
told = [stories.story_of(0), *(registry.SCENARIOS[name].story for name in ("a yes", "lost on its way", "three hosts at once"))]
broken = [found.violation for found in map(stories.tell, told) if found.violation is not None]
broken += [found.violation for found in (points.die_at(points.WAYS[0], 3),) if found.violation is not None]
print(len(told), broken)
"""  # noqa: E501


OURS = (".git", ".venv", ".hypothesis", ".lab-full", ".*_cache", "__pycache__")
"""What of a checkout is no part of the tree."""


def technologies() -> list[str]:
    """Return the integrations that are no ground for others to stand on."""
    installed = registry.load({}).installed
    return [name for name in packages.own() if not installed[name].basic]


def hanging_on(name: str) -> list[str]:
    """Return `name` and every technology that needs it, however far: without it they are no technologies either."""
    installed, found = registry.load({}).installed, [name]
    for gone in found:
        found += [each for each, one in installed.items() if gone in one.needs and each not in found]
    return found


def copied_without(names: Sequence[str], tree: Path) -> Path:
    """Copy the tree to `tree` without the folders and the content of the technologies `names`; return it."""
    shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(*OURS))
    for name in names:
        for folder in ("remediator/integrations", "lab", "tests/integrations"):
            shutil.rmtree(tree / folder / name, ignore_errors=True)
        for folder in CONTENT:
            (tree / folder / f"{name}.yaml").unlink(missing_ok=True)
    return tree


def test_it_tells_stories_of_containers_and_dies_at_their_points(tmp_path: Path) -> None:
    bare = copied_without(technologies(), tmp_path / "tree")
    said = subprocess.run([sys.executable, "-c", TELLS], cwd=bare, capture_output=True, text=True, check=False)
    assert (said.stdout, said.stderr) == ("4 []\n", "")


@pytest.mark.part("simulated")
@pytest.mark.full("it runs most unit tests once more; make test tells stories without technologies")
@pytest.mark.parametrize("name", technologies())
def test_without_its_folders_all_other_unit_tests_pass(name: str, tmp_path: Path) -> None:
    """A technology is its folders: nothing else hangs on them (docs/extending.md)."""
    tree = copied_without(hanging_on(name), tmp_path / "tree")
    argv = [sys.executable, "-m", "pytest", "-q", "-m", "unit", "-n", "2", "--dist", "loadfile", "tests/unit"]
    chosen = {name: value for name, value in os.environ.items() if not name.startswith("REMEDIATOR_")}
    ran = subprocess.run(argv, cwd=tree, env=chosen, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout[-4000:]
