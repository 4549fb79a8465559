"""The core names no technology: what it knows of one lies in that one's own folder, so that a new one is a folder
too."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import remediator
from remediator.integrations import packages, registry
from tests.builders import absent

pytestmark = pytest.mark.unit

PACKAGE = Path(remediator.__file__).parent
OWN_WORDS = {"galera": ("wsrep", "mysqld")}
"""Words that mean a technology beside those that its manifest declares."""
ALLOWED = {
    "integrations/container/kolla/releases.py": "kolla's own table of its containers",
    "integrations/container/kolla/services.py": "names of Neutron's containers, which no integration has",
    "integrations/container/kolla/catalogue.py": "names of Neutron's containers, which no integration has",
    "rules/pasted.py": "programs that people paste commands of",
    "sim/cloud/crowd.py": "names of containers that stand beside the others on a simulated host",
    "sim/cloud/shapes.py": "names of containers that stand beside the others on a simulated host",
}
"""The only other places, each with the reason."""


COMMON = {"registry", "packages", "conflicts", "typed"}
"""Modules of the room `integrations` that belong to no integration."""


def technologies() -> list[str]:
    """The integrations that are no ground for the others to stand on."""
    installed = registry.load({}).installed
    return [name for name in packages.own() if not installed[name].basic]


def words_of(name: str) -> set[str]:
    one = registry.load({}).installed[name]
    declared = {kind.name for kind in one.kinds} | {word for kind in one.kinds for word in kind.aliases}
    return {name, *declared, *(each.name for each in one.containers), *OWN_WORDS.get(name, ())}


def beside(name: str) -> set[str]:
    """Return the integrations that this one declares to need, and those that need it: they may name each other."""
    installed = registry.load({}).installed
    needs = set(installed[name].needs) if name in installed else set()
    return needs | {other for other, one in installed.items() if name in one.needs}


def places_that_name(words: set[str], own: str) -> set[str]:
    pattern = re.compile(f"(?<![A-Za-z0-9])(?:{'|'.join(sorted(words))})", re.IGNORECASE)
    found, together = set(), {own, *beside(own)}
    for path in PACKAGE.rglob("*.py"):
        where = path.relative_to(PACKAGE)
        if where.parts[0] == "integrations" and where.parts[1] in together:
            continue
        if pattern.search(path.read_text("utf-8")) or pattern.search(str(where)):
            found.add(str(where))
    return found


@pytest.mark.parametrize("name", technologies())
def test_no_file_outside_of_its_folder_names_a_technology(name: str) -> None:
    assert places_that_name(words_of(name), name) <= set(ALLOWED)


def test_the_scan_finds_what_it_looks_for() -> None:
    assert places_that_name({"memcached"}, "none")
    found = {place for name in technologies() for place in places_that_name(words_of(name), name)}
    assert found <= set(ALLOWED)
    assert absent.away() or found == set(ALLOWED), "an exception that nobody needs is taken out"


def integrations_imported(text: str) -> set[str]:
    """Return the integrations that the source `text` imports from by name."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module == "remediator.integrations":
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("remediator.integrations."):
            found.add(str(node.module).split(".")[2])
        elif isinstance(node, ast.Import):
            found |= {
                each.name.split(".")[2] for each in node.names if each.name.startswith("remediator.integrations.")
            }
    return found - COMMON


def test_nobody_outside_of_the_integrations_imports_from_one() -> None:
    named = {
        str(path.relative_to(PACKAGE)): found
        for path in PACKAGE.rglob("*.py")
        if path.relative_to(PACKAGE).parts[0] != "integrations"
        and (found := integrations_imported(path.read_text("utf-8")))
    }
    assert named == {"sim/invariants/ledger.py": {"host", "container"}}, "the ledger judges what every cloud stands on"


@pytest.mark.parametrize(
    "line",
    [
        "from remediator.integrations import host",
        "from remediator.integrations.host import facts",
        "from remediator.integrations.host.facts import HOST",
        "import remediator.integrations.host.facts",
    ],
)
def test_an_import_from_one_is_found(line: str) -> None:
    assert integrations_imported(line) == {"host"}
    assert integrations_imported("from remediator.integrations import registry") == set()
