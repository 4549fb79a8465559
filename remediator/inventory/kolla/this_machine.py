"""Whether kolla runs on this very machine: only then can ``localhost`` of an inventory be meant by it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

UNITS = Path("/etc/systemd/system")
CONFIG = Path("/etc/kolla")
EVERYWHERE = ("kolla-toolbox", "cron", "fluentd")
"""Services that kolla puts on every host, with a directory each in /etc/kolla (releases without units have these
alone)."""


def runs_kolla(units: Path = UNITS, config: Path = CONFIG) -> bool | str:
    """Return whether it does, by its units or the directories of its services; or why that cannot be told."""
    try:
        if any(name.startswith("kolla-") and name.endswith("-container.service") for name in _names(units)):
            return True
        return any(name in EVERYWHERE for name in _names(config))
    except OSError as error:
        return f"whether kolla runs on this machine is not known: {error.filename} cannot be read: {error.strerror}"


def known_as(names: Iterable[str], hostname: str) -> str | None:
    """Return the one of `names` that this machine has by its own `hostname`, domain and case apart; None: none of them.
    Pure."""
    short = hostname.split(".", 1)[0].lower()
    return next((name for name in names if short and name.split(".", 1)[0].lower() == short), None)


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []
