"""The state is its account's alone: made so, mended where an older release left it open, refused where it is not ours
to mend."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from remediator.store import errors
from remediator.store.audit import blobs
from remediator.store.database import Database, url_of
from remediator.store.files import ballast, custody
from remediator.store.files.lock import StateLock

pytestmark = pytest.mark.unit
STRANGER = 64321
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to other accounts: run it as root")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_all_of_a_new_state_is_its_accounts_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        state = tmp_path / "state"
        lock = StateLock(state)
        lock.take()
        assert ballast.lay(state)
        kept = blobs.keep(state / "blobs", "output", 0.0)
        database = Database(url_of(state, None))
        database.open()
        found = {each.relative_to(state).as_posix(): mode(each) for each in (state, *state.rglob("*"))}
        database.close()
        lock.release()
    finally:
        os.umask(before)
    files = {f"blobs/{kept}", "ballast", "lock", "remediator.db", "remediator.db-shm", "remediator.db-wal"}
    assert found == {".": 0o700, "blobs": 0o700, **dict.fromkeys(files, 0o600)}


def test_what_an_older_release_left_open_is_mended(tmp_path: Path) -> None:
    state = tmp_path / "state"
    (state / "blobs").mkdir(parents=True)
    (state / "blobs" / "ab12").write_text("x")
    for name in custody.NAMES:
        (state / name).write_text("")
        (state / name).chmod(0o640)
    (state / "blobs").chmod(0o750)
    state.chmod(0o750)
    custody.prepare(state)
    custody.mend(custody.of_state(state))
    assert mode(state) == mode(state / "blobs") == 0o700
    assert {mode(each) for each in state.rglob("*") if each.is_file()} == {0o600}


@pytest.mark.parametrize("open_mode", [0o777, 0o770, 0o757, 0o1777])
def test_a_state_directory_that_others_may_write_is_refused_with_the_chmod(tmp_path: Path, open_mode: int) -> None:
    state = tmp_path / "state"
    state.mkdir()
    state.chmod(open_mode)
    with pytest.raises(
        errors.StoreUnavailable, match=f"may be written by others .mode {open_mode:04o}.: chmod go-w {state}"
    ):
        StateLock(state).take()
    assert mode(state) == open_mode


@as_root
def test_a_state_directory_of_another_account_is_refused(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    os.chown(state, STRANGER, -1)
    with pytest.raises(errors.StoreUnavailable, match=f"belongs to uid {STRANGER}"):
        StateLock(state).take()
    os.chown(state, 0, -1)
    os.chown(tmp_path, STRANGER, -1)
    with pytest.raises(errors.StoreUnavailable, match=f"lies in {tmp_path}, which belongs to uid {STRANGER}"):
        StateLock(state).take()


@pytest.mark.parametrize("name", ["lock", "ballast", "remediator.db"])
def test_a_link_in_the_place_of_a_file_of_ours_is_not_followed(tmp_path: Path, name: str) -> None:
    state, victim = tmp_path / "state", tmp_path / "victim"
    state.mkdir(mode=0o700)
    victim.write_text("precious")
    (state / name).symlink_to(victim)
    if name == "ballast":
        assert ballast.lay(state) is False
    elif name == "lock":
        with pytest.raises(errors.StoreUnavailable, match="lock is a link: remove it"):
            StateLock(state).take()
    else:
        with pytest.raises(errors.StoreUnavailable, match="is a link"):
            Database(url_of(state, None)).open()
    assert victim.read_text() == "precious"


def test_a_link_is_not_mended_through(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("")
    victim.chmod(0o644)
    (tmp_path / "ballast").symlink_to(victim)
    custody.mend([tmp_path / "ballast", tmp_path / "none"])
    assert mode(victim) == 0o644
