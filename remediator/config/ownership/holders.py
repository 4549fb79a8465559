"""Who may change what lies at a path: the file or directory itself, each directory above it, each link on the way.

The rule is sshd's: the owner is root or the account of the daemon, and neither group nor others may write. A directory
with the sticky bit (/tmp) on the way may be written by all. What lies in such a directory is its owner's, and the rule
is asked for that owner.

A POSIX ACL needs no look of its own. Its mask bounds what named accounts may do, and the mode shows the mask as the
right of the group.

Invariant: a path passes only when nobody else can put a file of his own there. Nothing is said about a path that cannot
be looked at; whoever opens it learns more.
"""

from __future__ import annotations

import contextlib
import errno
import os
import pwd
import shlex
import stat
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

ACCOUNT: Final = "remediator"
"""The account that the packaged unit gives the daemon."""
OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH
OTHERS_READ: Final = stat.S_IRGRP | stat.S_IROTH
MOST_LINKS: Final = 40
"""As the kernel: a path with more links than that cannot be opened."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why others have a say in it. `code` is that of a mistake; `text` is a sentence with its remedy; `place` is what
    is wrong."""

    code: str
    text: str
    place: str = ""


def trusted() -> frozenset[int]:
    """Return the uids that may own what makes remediator act: root, this process, the daemon's account, and this
    program's owner.

    Whoever owns the program can already make it do anything, so a checkout may belong to another user than the one who
    runs it.
    """
    found = {0, os.geteuid(), os.stat(__file__).st_uid}
    with contextlib.suppress(KeyError):
        found.add(pwd.getpwnam(ACCOUNT).pw_uid)
    return frozenset(found)


def with_owner_of(state_dir: str, known: frozenset[int]) -> frozenset[int]:
    """Return `known` and the owner of `state_dir`, where only those known could have given the directory to that
    account."""
    try:
        owner = os.lstat(state_dir).st_uid
    except OSError:
        return known
    return known if above(state_dir, known) is not None else known | {owner}


def account(uid: int) -> str:
    """Return the name of an account, or its number."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


def fault(path: str, known: Collection[int], *, secret: bool = False) -> Fault | None:
    """Return why others may change `path`, or with `secret` also read it; None: they may not, or it cannot be looked
    at."""
    return above(path, known) or itself(path, known, secret=secret)


def itself(path: str, known: Collection[int], *, secret: bool = False) -> Fault | None:
    """As `fault`, of the file or directory alone (links followed)."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    mode, quoted = stat.S_IMODE(status.st_mode), shlex.quote(path)
    if mode & OTHERS_WRITE:
        remedy = f"chmod 600 {quoted}" if secret else f"chmod go-w {quoted}"
        return Fault("writable_by_others", f"may be written by others (mode {mode:04o}): {remedy}", path)
    if status.st_uid not in known:
        owner = account(status.st_uid)
        return Fault("owned_by_others", f"belongs to {owner}, who may change it: {_chown(quoted, known)}", path)
    if secret and mode & OTHERS_READ:
        return Fault("readable_by_others", f"can be read by others (mode {mode:04o}): chmod 600 {quoted}", path)
    return None


def is_closed(path: str) -> bool:
    """Return whether a directory above `path` lets nobody else through, so that its mode alone opens it to nobody."""
    place = os.path.realpath(path)
    while place != "/":
        place = os.path.dirname(place)
        try:
            if not os.stat(place).st_mode & (stat.S_IXGRP | stat.S_IXOTH):
                return True
        except OSError:
            return False
    return False


def above(path: str, known: Collection[int]) -> Fault | None:
    """Return why others may put another thing in the place of `path`: a directory above it, or a link on the way, is
    theirs."""
    left = [part for part in os.path.abspath(path).split("/") if part]
    at, links = "/", 0
    while True:
        try:
            wrong = _directory(at, known)
            if wrong is not None or not left:
                return wrong
            part = left.pop(0)
            if part == "..":
                at = os.path.dirname(at)
                continue
            place = os.path.join(at, part)
            status = os.lstat(place)
        except OSError as error:
            return None if error.errno != errno.ELOOP else Fault("too_many_links", "has too many links", path)
        if stat.S_ISLNK(status.st_mode):
            links += 1
            if links > MOST_LINKS:
                return Fault("too_many_links", f"has more than {MOST_LINKS} links on the way", path)
            if status.st_uid not in known:
                owner = account(status.st_uid)
                return Fault(
                    "owned_by_others", f"is reached through the link {place} of {owner}: name it directly", place
                )
            target = os.readlink(place)
            at = "/" if target.startswith("/") else at
            left = [*(each for each in target.split("/") if each not in ("", ".")), *left]
        elif left:
            at = place
        else:
            return None


def _directory(place: str, known: Collection[int]) -> Fault | None:
    status = os.stat(place)
    mode, quoted = stat.S_IMODE(status.st_mode), shlex.quote(place)
    if mode & OTHERS_WRITE and not _sticky(status):
        why = f"lies in {place}, which may be written by others (mode {mode:04o}): chmod go-w {quoted}"
        return Fault("writable_by_others", why, place)
    if status.st_uid not in known:
        why = f"lies in {place}, which belongs to {account(status.st_uid)}: {_chown(quoted, known)}"
        return Fault("owned_by_others", why, place)
    return None


def _sticky(status: os.stat_result) -> bool:
    return stat.S_ISDIR(status.st_mode) and bool(status.st_mode & stat.S_ISVTX)


def _chown(quoted: str, known: Collection[int]) -> str:
    return f"chown root {quoted}" if 0 in known else f"chown {account(min(known))} {quoted}"
