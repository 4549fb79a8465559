"""Each test file that needs a whole lab is taken by one lab, the long ones first, and one that nobody has named before them."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.rings.alone import LONGEST_FIRST, Files

pytestmark = pytest.mark.unit
LAB = Path(__file__).parents[2] / "lab"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    for name in ("test_galera", "test_new", "test_recovery", "scenario"):
        (tmp_path / f"{name}.py").touch()
    return tmp_path


def test_long_files_come_first_and_unknown_ones_before_them(directory: Path) -> None:
    assert [file.stem for file in Files(directory).taken()] == ["test_new", "test_recovery", "test_galera"]


def test_each_file_is_taken_once_whoever_asks(directory: Path) -> None:
    files = Files(directory)
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda _: [file.stem for file in files.taken()], range(4)))
    assert sorted(itertools.chain(*taken)) == ["test_galera", "test_new", "test_recovery"]


def test_every_file_of_the_lab_is_shared_out_and_what_is_named_is_there() -> None:
    shared = {file.stem for file in Files(LAB).taken()}
    assert shared == {file.stem for file in LAB.glob("test_*.py")}
    assert set(LONGEST_FIRST) <= shared
