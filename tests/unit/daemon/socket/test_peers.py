"""A login uid counts only where the process stands in the slice of that login; a name is never the engine's."""

from __future__ import annotations

from pathlib import Path

import pytest

from remediator.daemon.socket import peers

pytestmark = pytest.mark.unit
SESSION = "0::/user.slice/user-1000.slice/session-3.scope\n"


def login(folder: Path, loginuid: str, cgroup: str) -> int | None:
    (folder / "loginuid").write_text(loginuid)
    (folder / "cgroup").write_text(cgroup)
    return peers.login_of(folder)


@pytest.mark.parametrize(
    "cgroup",
    [
        SESSION,
        "0::/user.slice/user-1000.slice/user@1000.service/app.slice/run-u1.service\n",
        "12:cpu:/user.slice\n1:name=systemd:/user.slice/user-1000.slice/session-3.scope\n0::/user.slice\n",
        "0::/user.slice/user-1000.slice\n",
    ],
)
def test_a_login_uid_in_the_slice_of_that_login_is_believed(tmp_path: Path, cgroup: str) -> None:
    assert login(tmp_path, "1000", cgroup) == 1000


@pytest.mark.parametrize(
    ("loginuid", "cgroup"),
    [
        ("1000", "0::/\n"),
        ("0", "0::/system.slice/cron.service\n"),
        ("1001", SESSION),
        ("4294967295", SESSION),
        ("1001", "0::/user.slice/user-1000.slice/user@1000.service/user.slice/user-1001.slice/x\n"),
        ("1001", "0::/user.slice/user-1000.slice/user@1000.service/user-1001.slice\n"),
        ("1001", "3:cpu:/user.slice/user-1001.slice\n0::/system.slice/a.service\n"),
        ("1000", "1:name=systemd:/user.slice/user-1000.slice\n0::/user.slice/user-1001.slice\n"),
        ("", SESSION),
        ("1000", ""),
    ],
)
def test_one_that_its_process_may_have_set_itself_is_not(tmp_path: Path, loginuid: str, cgroup: str) -> None:
    assert login(tmp_path, loginuid, cgroup) is None


def test_a_process_that_is_gone_has_no_login(tmp_path: Path) -> None:
    assert peers.login_of(tmp_path / "gone") is None


def test_root_is_called_by_its_login_and_another_account_by_itself() -> None:
    assert peers.name(0, 64999) == "uid 64999"
    assert peers.name(64998, 64999) == "uid 64998 (login uid 64999)"
    assert peers.name(64998, 64998) == peers.name(64998, None) == "uid 64998"
    assert peers.name(0, None) == "root"
