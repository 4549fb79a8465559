"""Each test file that needs a whole lab is taken by one lab, the long ones first, and one that nobody has named before
them."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.rings import places
from tests.rings.alone import LASTS, Files

pytestmark = pytest.mark.unit
ROOT = Path(__file__).parents[3]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    for name, text in (
        ("test_quick", "LASTS_S = 9\n"),
        ("test_new", ""),
        ("test_slow", "LASTS_S = 90\n"),
        ("scenario", ""),
    ):
        (tmp_path / f"{name}.py").write_text(text)
    return tmp_path


def test_long_files_come_first_and_unknown_ones_before_them(directory: Path) -> None:
    assert [file.stem for file in Files([directory]).taken()] == ["test_new", "test_slow", "test_quick"]


def test_each_file_is_taken_once_whoever_asks(directory: Path) -> None:
    files = Files([directory])
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda _: [file.stem for file in files.taken()], range(4)))
    assert sorted(itertools.chain(*taken)) == ["test_new", "test_quick", "test_slow"]


def test_every_file_of_the_lab_is_shared_out_and_most_say_how_long_they_last() -> None:
    directories = [ROOT / each for each in places.of("lab")]
    shared = list(Files(directories).taken())
    assert sorted(shared) == sorted(file for each in directories for file in each.glob("test_*.py"))
    assert any(LASTS.search(file.read_text("utf-8")) for file in shared)
