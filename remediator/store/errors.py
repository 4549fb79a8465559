"""What can go wrong with the store; every one of them stops all acting until it is gone."""

from __future__ import annotations


class StoreError(Exception):
    """Root of the package's errors."""


class StoreUnavailable(StoreError):
    """The database cannot be opened, read or written."""

    def __init__(self, where: str, why: str) -> None:
        self.where = where
        self.why = why
        super().__init__(
            f"the store {where} cannot be used: {why}; nothing is done until it can: check that its directory is writable and not full"
        )


class StateLocked(StoreError):
    """Another process holds the state directory."""

    def __init__(self, state_dir: str, pid: str) -> None:
        self.pid = pid
        super().__init__(
            f"{state_dir} is in use by the daemon with pid {pid}: one process acts; stop it first or use its control socket"
        )


class KeyUnusable(StoreError):
    """The audit key cannot be read or made."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(
            f"the audit key {path} cannot be used: {why}; without it no checkpoint can be signed, so nothing is done"
        )
