"""The core of the lab names no technology. What it knows of one lies in that folder alone, so that a new one is a
folder too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import lab
from lab.cloud import technologies
from lab.cloud.technology import Technology

pytestmark = pytest.mark.unit

HERE = Path(lab.__file__).parent
OWN_WORDS = {"galera": ("wsrep", "mysql", "gcomm", "innodb")}
"""Words that mean a technology beside its name, its containers, groups and checks."""


def words_of(each: Technology) -> set[str]:
    return {each.name, *each.groups, *(service.name for service in each.services), *OWN_WORDS.get(each.name, ())}


def places_that_name(words: set[str], exempt: set[str]) -> set[str]:
    pattern = re.compile("|".join(sorted(words)), re.IGNORECASE)
    found = set()
    for path in HERE.rglob("*"):
        where = path.relative_to(HERE)
        if not path.is_file() or where.parts[0] in exempt or "__pycache__" in where.parts:
            continue
        if pattern.search(str(where)) or pattern.search(path.read_text("utf-8")):
            found.add(str(where))
    return found


def test_no_file_outside_of_its_folder_names_a_technology() -> None:
    every = technologies.found()[1:]
    for each in every:
        may = {each.name} | {other.name for other in every if each.name in other.needs}
        assert places_that_name(words_of(each), may) == set(), each.name


def test_the_scan_finds_what_it_looks_for() -> None:
    assert "cloud/base.py" in places_that_name({"haproxy"}, set())
    assert "image/service/packages" in places_that_name({"haproxy"}, set())
    assert places_that_name({"haproxy"}, {"image", "cloud"}).isdisjoint({"cloud/base.py", "image/service/packages"})
