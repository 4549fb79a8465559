"""The ballast is laid, given up, and laid again: never so that the disk is full for its sake."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from remediator.store.files import ballast

pytestmark = pytest.mark.unit


def test_it_is_laid_again_once_it_was_given_up(tmp_path: Path) -> None:
    assert ballast.lay(tmp_path)
    assert not ballast.lay_again(tmp_path), "it lies there"
    assert ballast.release(tmp_path)
    assert ballast.lay_again(tmp_path)
    assert (tmp_path / "ballast").stat().st_size == ballast.SIZE
    assert not ballast.lay_again(tmp_path)


def test_it_is_not_laid_on_a_disk_without_room(tmp_path: Path) -> None:
    room = os.statvfs(tmp_path)
    assert not ballast.lay_again(tmp_path, (room.f_blocks + 1) * room.f_frsize)
    assert not (tmp_path / "ballast").exists()
