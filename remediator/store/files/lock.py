"""One process acts: an flock on the state directory, kept for as long as the process lives."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from remediator.store import errors
from remediator.store.files import custody


class StateLock:
    """Taken at start, gone with the process. The file has the pid of the process that locked it, for whoever is
    refused."""

    def __init__(self, state_dir: Path) -> None:
        self._state_dir = state_dir
        self._descriptor: int | None = None

    def take(self) -> None:
        """Lock at once. Raise StateLocked when another process has it, StoreUnavailable when the directory cannot be
        used."""
        path = self._state_dir / "lock"
        try:
            custody.prepare(self._state_dir)
            descriptor = custody.opened(path, os.O_RDWR)
        except OSError as error:
            raise errors.StoreUnavailable(str(self._state_dir), error.strerror or str(error)) from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = os.read(descriptor, 32).decode(errors="replace").strip() or "unknown"
            os.close(descriptor)
            raise errors.StateLocked(str(self._state_dir), pid) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._descriptor = descriptor

    @classmethod
    def free(cls, state_dir: Path) -> None:
        """Return if nobody has it now. Raise as `take` does: for who has a long way to go before that."""
        probe = cls(state_dir)
        probe.take()
        probe.release()

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
