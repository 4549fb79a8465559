"""Who may change what lies at a path: owners, modes, directories above, links. Other accounts are numbers, so root is
needed."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

from remediator.config.documents import documents
from remediator.config.ownership import holders

pytestmark = [
    pytest.mark.unit,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to other accounts: run it as root"),
]
STRANGER = 64321
"""A uid of nobody."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "inner").mkdir(mode=0o755)
    path = tmp_path / "inner" / "rules.yaml"
    path.write_text("rules: {}\n", "utf-8")
    path.chmod(0o644)
    return path


def said(path: Path, *, secret: bool = False) -> str:
    found = holders.fault(str(path), {0}, secret=secret)
    return "" if found is None else found.text.replace(str(path.parent), "DIR")


def test_what_is_roots_in_directories_of_root_is_trusted(file: Path) -> None:
    assert said(file) == ""


def test_a_file_of_another_account_is_refused_though_only_that_account_may_write_it(file: Path) -> None:
    os.chown(file, STRANGER, -1)
    assert said(file) == f"belongs to uid {STRANGER}, who may change it: chown root DIR/rules.yaml"
    assert documents.read(file).mistakes[0].code == "owned_by_others"
    assert documents.read(file).data is None
    assert holders.fault(str(file), {0, STRANGER}) is None


@pytest.mark.parametrize("mode", [0o777, 0o775, 0o757, 0o773])
def test_a_directory_above_that_others_may_write_is_refused(file: Path, mode: int) -> None:
    file.parent.chmod(mode)
    assert said(file) == f"lies in DIR, which may be written by others (mode {mode:04o}): chmod go-w DIR"
    file.parent.chmod(0o755)
    file.parent.parent.chmod(mode)
    assert "which may be written by others" in said(file)


def test_a_directory_above_of_another_account_is_refused(file: Path) -> None:
    os.chown(file.parent, STRANGER, -1)
    assert said(file) == f"lies in DIR, which belongs to uid {STRANGER}: chown root DIR"


def test_a_sticky_directory_of_root_is_as_good_as_its_files_owner(file: Path) -> None:
    file.parent.chmod(0o1777)
    assert said(file) == ""
    os.chown(file, STRANGER, -1)
    assert "belongs to uid" in said(file)


def test_links_are_followed_to_what_they_name_and_belong_to_whom_they_should(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.yaml"
    link.symlink_to("inner/rules.yaml")
    assert said(link) == ""
    os.chown(link, STRANGER, -1, follow_symlinks=False)
    assert said(link) == f"is reached through the link DIR/link.yaml of uid {STRANGER}: name it directly"
    os.chown(link, 0, -1, follow_symlinks=False)
    file.parent.chmod(0o777)
    assert "which may be written by others" in said(link)
    link.unlink()
    link.symlink_to("link.yaml")
    assert "links on the way" in said(link)


def test_a_way_back_up_does_not_hide_the_directory_it_went_through(file: Path, tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    (tmp_path / "link").symlink_to("open/../inner/rules.yaml")
    assert "open, which may be written by others" in said(tmp_path / "link")


@pytest.mark.parametrize(
    ("mode", "why"), [(0o600, ""), (0o400, ""), (0o640, "read"), (0o604, "read"), (0o620, "written")]
)
def test_a_secret_is_its_owners_alone(file: Path, mode: int, why: str) -> None:
    file.chmod(mode)
    assert why in said(file, secret=True)
    assert bool(said(file, secret=True)) is bool(why)
    if why:
        assert "chmod 600 DIR/rules.yaml" in said(file, secret=True)


def acl(path: Path, rights: int) -> None:
    """Give one other account `rights` (4: read, 2: write) on a file that is 0600, as setfacl does: owner, account,
    group, mask, others."""
    nobody = 0xFFFFFFFF
    entries = ((1, 6, nobody), (2, rights, STRANGER), (4, 0, nobody), (16, rights, nobody), (32, 0, nobody))
    packed = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *each) for each in entries)
    try:
        os.setxattr(path, "system.posix_acl_access", packed)
    except OSError as error:
        pytest.skip(f"this file system has no ACL: {error}")


@pytest.mark.parametrize(("rights", "why"), [(4, "read"), (6, "written")])
def test_what_an_acl_grants_shows_in_the_mode_and_its_remedy_takes_it_away(file: Path, rights: int, why: str) -> None:
    file.chmod(0o600)
    assert said(file, secret=True) == ""
    acl(file, rights)
    assert why in said(file, secret=True)
    file.chmod(0o600)
    assert said(file, secret=True) == ""


def test_what_is_not_there_or_may_not_be_looked_at_is_said_nothing_about(tmp_path: Path) -> None:
    assert holders.fault(str(tmp_path / "none" / "none"), {0}) is None


def test_the_owner_of_the_state_directory_is_the_daemon_where_root_gave_it(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    os.chown(state, STRANGER, -1)
    assert holders.with_owner_of(str(state), frozenset({0})) == {0, STRANGER}
    os.chown(tmp_path, STRANGER, -1)
    assert holders.with_owner_of(str(state), frozenset({0})) == {0}
    assert holders.with_owner_of(str(tmp_path / "none"), frozenset({0})) == {0}
