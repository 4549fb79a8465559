"""The notifier `command`: run a program with the notification as JSON on its stdin. No shell, nothing in its argv.

Invariants. The program runs in a process group of its own, and at the end, in time or not, the whole group is killed.
Its environment is small and has no secrets of the daemon's. Its output is read to a bound and never blocks it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any, Final

from remediator.model import redaction
from remediator.notify import interface
from remediator.notify.errors import NotifyFailed

TIMEOUT_S: Final = 30.0
KEPT: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "USER", "LOGNAME")
SHOWN: Final = 200


class Command:
    """Runs `argv` for each notification; exit code 0 means that the program took it."""

    def __init__(self, name: str, argv: Sequence[str], *, timeout_s: float = TIMEOUT_S) -> None:
        self.name = name
        self._argv = tuple(argv)
        self._timeout_s = timeout_s

    def send(self, notification: Mapping[str, Any]) -> None:
        """Run the program and wait for it. Raise NotifyFailed when it cannot start, fails or takes too long."""
        # Files, not pipes: neither a program that does not read nor one that writes without end can hold us up.
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as said:
            given.write(interface.encoded(notification))
            given.seek(0)
            code = self._run(given.fileno(), said.fileno())
            if code != 0:
                said.seek(0)
                raise NotifyFailed(self.name, f"{self._program} {_end(code)}{_shown(said.read(SHOWN * 4))}")

    @property
    def _program(self) -> str:
        return os.path.basename(self._argv[0])

    def _run(self, stdin: int, stderr: int) -> int:
        environment = {name: os.environ[name] for name in KEPT if name in os.environ}
        try:
            process = subprocess.Popen(
                self._argv,
                stdin=stdin,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                env=environment,
                start_new_session=True,
            )
        except OSError as error:
            raise NotifyFailed(self.name, f"cannot start {self._argv[0]}: {error.strerror}") from None
        try:
            return process.wait(self._timeout_s)
        except subprocess.TimeoutExpired:
            raise NotifyFailed(self.name, f"{self._program} did not end within {self._timeout_s:g} s") from None
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(5)


def _end(code: int) -> str:
    return f"ended with signal {-code}" if code < 0 else f"ended with exit code {code}"


def _shown(said: bytes) -> str:
    text = " ".join(redaction.text(said.decode("utf-8", "replace")).split())
    return f": {text[:SHOWN]}" if text else ""
