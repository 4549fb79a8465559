"""Who is at the other end of a socket, by the kernel's word.

The uid of SO_PEERCRED cannot be chosen. A login uid can: where no login has set it, every process may set its own. So
it counts
only where systemd has put the process into the slice of that login, which an unprivileged process cannot leave.
"""

from __future__ import annotations

import grp
import pwd
import re
import socket
import struct
from pathlib import Path
from typing import Final

from remediator.model.messages.control import Actor

APPROVERS: Final = "remediator-approve"
"""Who may approve, beside root."""
RESERVED: Final = ("remediator", "janitor")
"""Names of the engine itself in the audit log: an account that is called so is not the engine."""
NO_LOGIN: Final = 0xFFFFFFFF
_SLICE: Final = re.compile(r"^(?:0:|\d+:name=systemd):/user\.slice/user-(\d+)\.slice(?:/|$)", re.MULTILINE)
"""Only at the top: below its own slice a user may make a directory of any name."""


def actor_of(connection: socket.socket) -> Actor:
    """Return who is at the other end of a UNIX socket."""
    pid, uid = peer_of(connection)
    return actor(uid, Path(f"/proc/{pid}"))


def peer_of(connection: socket.socket) -> tuple[int, int]:
    """Return pid and uid of who is at the other end, as the kernel noted them when it connected."""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    pid, uid, _gid = struct.unpack("3i", credentials)
    return int(pid), int(uid)


def actor(uid: int, process: Path) -> Actor:
    """Return the actor whose uid is `uid` and whose directory below /proc is `process`."""
    login_uid = login_of(process)
    return Actor(name=name(uid, login_uid), uid=uid, login_uid=login_uid, may_approve=in_group(uid, APPROVERS))


def login_of(process: Path) -> int | None:
    """Return the login uid of a process if a login has set it; None if not, or if that cannot be told."""
    try:
        login = int((process / "loginuid").read_text("ascii"))
        slices = _SLICE.findall((process / "cgroup").read_text("utf-8", "replace"))
    except (OSError, ValueError):
        return None
    return login if login != NO_LOGIN and slices and set(slices) == {str(login)} else None


def name(uid: int, login_uid: int | None) -> str:
    """Return what to call the asker: root by its login, another account by its own name and by that of its login."""
    if login_uid is None or login_uid == uid:
        return _account(uid)
    return _account(login_uid) if uid == 0 else f"{_account(uid)} (login {_account(login_uid)})"


def in_group(uid: int, group: str) -> bool:
    """Return whether the account of `uid` is in `group`; False when either does not exist."""
    try:
        account, wanted = pwd.getpwuid(uid), grp.getgrnam(group)
    except KeyError:
        return False
    return account.pw_gid == wanted.gr_gid or account.pw_name in wanted.gr_mem


def _account(uid: int) -> str:
    try:
        found = pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"
    return f"account {found}" if found in RESERVED else found
