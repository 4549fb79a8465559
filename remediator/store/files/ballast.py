"""A file that is only there to be removed: room to write why the daemon stopped when the disk is full."""

from __future__ import annotations

import os
from pathlib import Path

from remediator.store.files import custody

SIZE = 8 * 2**20
ROOM = 3 * SIZE
"""What must be free before it is laid again: laying it must not fill the disk that it was given up for."""


def lay(state_dir: Path) -> bool:
    """Make sure the ballast lies there, really allocated; return whether it does."""
    path = state_dir / "ballast"
    try:
        descriptor = custody.opened(path, os.O_WRONLY)
        try:
            if os.fstat(descriptor).st_size < SIZE:
                os.posix_fallocate(descriptor, 0, SIZE)
        except OSError:
            path.unlink(missing_ok=True)
            raise
        finally:
            os.close(descriptor)
    except OSError:
        return False
    return True


def release(state_dir: Path) -> bool:
    """Remove the ballast; return whether that made room."""
    try:
        (state_dir / "ballast").unlink()
    except OSError:
        return False
    return True


def lay_again(state_dir: Path, free: int = ROOM) -> bool:
    """Lay the ballast when it is gone and the disk has `free` bytes; return whether it was laid now."""
    try:
        if (state_dir / "ballast").exists():
            return False
        room = os.statvfs(state_dir)
    except OSError:
        return False
    return room.f_bavail * room.f_frsize >= free and lay(state_dir)
