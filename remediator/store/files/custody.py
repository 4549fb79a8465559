"""Whose the state is: the directories and files of the daemon, its own account's alone (0700, 0600).

Invariant: a file of the state is opened as itself and never through a link, so that nobody makes the daemon write
elsewhere. What an older release left open is closed if this account owns it. Otherwise it is refused with the command
to type.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from remediator.config.ownership import holders
from remediator.store import errors

DIRECTORY: Final = 0o700
FILE: Final = 0o600
NAMES: Final = ("remediator.db", "remediator.db-wal", "remediator.db-shm", "lock", "ballast")


def prepare(directory: Path) -> None:
    """Make `directory` this account's alone, and create it where it is missing. Raise StoreUnavailable when others have
    a say in it."""
    known = {0, os.geteuid()}
    text = str(directory)
    if (wrong := holders.above(text, known | holders.trusted())) is not None:
        raise errors.StoreUnavailable(text, wrong.text, remedy="")
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=DIRECTORY)
        status = os.stat(directory)
    except OSError as error:
        raise errors.StoreUnavailable(text, error.strerror or str(error)) from None
    if os.geteuid() == 0:
        known |= holders.trusted()  # root, for the account that the daemon usually has
    if (wrong := holders.itself(text, known)) is not None:
        raise errors.StoreUnavailable(text, wrong.text, remedy="")
    if status.st_uid == os.geteuid() and stat.S_IMODE(status.st_mode) != DIRECTORY:
        os.chmod(directory, DIRECTORY)


def opened(path: Path, flags: int) -> int:
    """Return a descriptor of the file `path` of this account, created (0600) where it is missing. Raise OSError: also
    for a link."""
    try:
        descriptor = os.open(path, flags | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, FILE)
    except OSError as error:
        raise _a_link(path) if error.errno == errno.ELOOP else error from None
    mend([path])
    return descriptor


def lay(path: Path) -> None:
    """Create `path` as an empty file of this account (0600) where it is missing. Raise OSError for a link.

    A file that is there is not opened: to close a database file takes the locks away that this process has on it.
    """
    try:
        if stat.S_ISLNK(os.lstat(path).st_mode):
            raise _a_link(path)
    except FileNotFoundError:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE))
    mend([path])


def _a_link(path: Path) -> OSError:
    return OSError(errno.ELOOP, f"{path} is a link: remove it, or put the file itself in its place")


def mend(paths: Iterable[Path]) -> None:
    """Take the rights of others from those of `paths` that exist and are this account's, in directories of this
    account. Links are left alone."""
    for path in paths:
        with contextlib.suppress(OSError):
            status = os.lstat(path)
            if stat.S_ISLNK(status.st_mode) or status.st_uid != os.geteuid():
                continue
            if stat.S_IMODE(status.st_mode) & 0o077:
                os.chmod(path, DIRECTORY if stat.S_ISDIR(status.st_mode) else FILE)


def of_state(state_dir: Path) -> list[Path]:
    """Return the files of a state directory whose modes an older release left open."""
    return [*(state_dir / name for name in NAMES), *_inside(state_dir / "blobs")]


def _inside(folder: Path) -> list[Path]:
    """Return a folder of ours and what is in it, where the folder is still open to others."""
    try:
        open_to_others = stat.S_IMODE(os.lstat(folder).st_mode) & 0o077
        return [*(Path(each.path) for each in os.scandir(folder)), folder] if open_to_others else []
    except OSError:
        return []
