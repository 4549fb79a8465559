"""Outputs, kept outside the chain by their hash: the chain stays whole when they are purged."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from remediator.model import outputs
from remediator.store.files import custody


def keep(directory: Path, text: str, at_s: float) -> str | None:
    """Write `text` under its hash (0600) and return the hash; it is as old as the last time it was kept (epoch
    seconds).

    Raise OSError when it cannot be written.
    """
    name = outputs.digest(text)
    if name is None:
        return None
    directory.mkdir(exist_ok=True, mode=custody.DIRECTORY)
    path = directory / name
    if not path.exists():
        descriptor = custody.opened(path, os.O_WRONLY | os.O_TRUNC)
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode())
    os.utime(path, (at_s, at_s))
    return name


def purge(directory: Path, before_s: float, most: int) -> int:
    """Remove at most `most` outputs that were kept last before `before_s` (epoch seconds); return how many went."""
    gone = 0
    with contextlib.suppress(FileNotFoundError), os.scandir(directory) as found:
        for each in found:
            if gone < most and each.stat().st_mtime < before_s:
                os.unlink(each.path)
                gone += 1
    return gone
