"""The members' way to the daemon: a socket in a directory of its own, since the state directory is closed to them.

The directory belongs to the daemon's account and the group `remediator` (2750; packaging/remediator.tmpfiles). A daemon
that is
root makes it. Each socket has places of its own: what members do to theirs does not keep root out.
"""

from __future__ import annotations

import contextlib
import grp
import os
import stat
from pathlib import Path

import structlog

from remediator.daemon.socket.control import GROUP
from remediator.model.messages import control

log = structlog.get_logger("remediator")


def members(state_dir: str) -> Path | None:
    """Return where to listen for members of the group; None, and a line in the log, where there is no place for it."""
    folder = Path(control.DOORS)
    try:
        group = grp.getgrnam(GROUP).gr_gid
    except KeyError:
        return None
    if os.geteuid() == 0:
        with contextlib.suppress(FileExistsError, OSError):
            folder.mkdir(mode=0o750)
            os.chown(folder, 0, group)
    if (why := _unusable(folder)) is not None:
        remedy = "install packaging/remediator.tmpfiles and run systemd-tmpfiles --create"
        log.warning("no_members_door", reason=f"{folder} {why}: members of the group {GROUP} reach nobody; {remedy}")
        return None
    return Path(control.door(state_dir))


def _unusable(folder: Path) -> str | None:
    try:
        status = os.lstat(folder)
    except OSError as error:
        return error.strerror or str(error)
    if not stat.S_ISDIR(status.st_mode):
        return "is no directory"
    if status.st_uid not in (0, os.geteuid()) or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return "is of another account, or others may write to it"
    return None if os.access(folder, os.W_OK | os.X_OK) else "may not be written by the daemon"
