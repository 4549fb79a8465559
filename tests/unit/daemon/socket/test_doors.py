"""The members' door lies where no member can put another one in its place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from remediator.daemon.socket import doors

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("mode", "usable"), [(0o750, True), (0o700, True), (0o770, False), (0o752, False), (0o777, False)]
)
def test_a_directory_that_members_may_write_to_is_none(tmp_path: Path, mode: int, usable: bool) -> None:
    folder = tmp_path / "doors"
    folder.mkdir()
    os.chmod(folder, mode)
    assert (doors._unusable(folder) is None) is usable


def test_what_is_no_directory_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path)
    for name in ("file", "link", "missing"):
        assert doors._unusable(tmp_path / name) is not None
