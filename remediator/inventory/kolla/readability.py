"""Whether our account can read an inventory, before Ansible is asked: Ansible skips what it may not enter without a
word.

Invariant: what cannot be read is named with its place, whatever the system says about it.
"""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from remediator.inventory.errors import InventoryUnreadable

BESIDE = ("group_vars", "host_vars")
"""What Ansible reads beside an inventory, or inside of one that is a directory."""


def check(path: Path) -> None:
    """Return if the inventory `path` and the variables beside it can be read. Raise InventoryUnreadable."""
    source = str(path)
    try:
        os.stat(path)
    except FileNotFoundError:
        raise InventoryUnreadable(source, "there is no such file", "see inventory.kolla in the config") from None
    except OSError as error:
        raise _refused(source, closed(path) or source, error) from None
    folder = path if os.path.isdir(path) else path.parent
    try:
        if folder == path:
            _walk(path)
        else:
            with open(path, "rb"):
                pass
        for name in BESIDE:
            if os.path.lexists(folder / name):
                _walk(folder / name)
    except OSError as error:
        place = str(error.filename or source)
        raise _refused(source, closed(Path(place)) or place, error) from None


def account() -> str:
    """Return the name of the account that we run as, or its number."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return f"with the number {os.geteuid()}"


def closed(path: Path) -> str | None:
    """Return the first directory on the way to `path` that our account may not enter; None: the way is free."""
    for folder, inner in zip(reversed(path.parents), [*list(reversed(path.parents))[1:], path], strict=True):
        try:
            os.lstat(inner)
        except PermissionError:
            return str(folder)
        except OSError:
            return None
    return None


def _walk(folder: Path) -> None:
    def failed(error: OSError) -> None:
        raise error

    for place, folders, _ in os.walk(folder, onerror=failed):
        folders[:] = [name for name in folders if not name.startswith(".")]  # Ansible passes over them on purpose
        for name in folders:
            os.scandir(os.path.join(place, name)).close()


def _refused(source: str, place: str, error: OSError) -> InventoryUnreadable:
    if not isinstance(error, PermissionError):
        return InventoryUnreadable(source, f"{place} cannot be read: {error.strerror}", "look at it, or move it")
    verb = "enter" if os.path.isdir(place) else "read"
    why = f"the account {account()} may not {verb} {place}"
    return InventoryUnreadable(source, why, "let it, or put the inventory where that account can read it")
