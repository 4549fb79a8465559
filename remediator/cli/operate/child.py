"""Runs somebody's command as a child that cannot start before the daemon has agreed, and ends with the command's own
code.

The child exists first, and waits. The daemon is told its pid, so that it sees the end of the command even when this
process is killed. Should this process die before it says go, the child ends without having run anything. Invariants: a
terminal's Ctrl-C reaches the command once, by the terminal. What `kill` sends to this process is passed on. Whatever
ends the command, this process is still there to say so.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn

PASSED_ON: Final = (
    signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM,
)  # fmt: skip
WATCHED: Final = frozenset({*PASSED_ON, signal.SIGCHLD})
FROM_KERNEL: Final = 0x80
"""`si_code` of a signal that the terminal sent; it went to the command as well."""
CANNOT_RUN: Final = 126
NOT_FOUND: Final = 127
NEVER_TOLD: Final = 125


class Child:
    """A command that waits for `run`. Use it as a context: leaving it without `run` ends the child, which has run
    nothing."""

    def __init__(self, command: Sequence[str]) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._mask = signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
        gate, self._gate = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._gate)
            _become(command, gate, self._mask)
        os.close(gate)
        self._over = False

    @property
    def started(self) -> str:
        """When the child started, as the kernel counts it (field 22 of ``/proc/PID/stat``)."""
        stat = Path(f"/proc/{self.pid}/stat").read_text("utf-8", "surrogateescape")
        return stat.rpartition(")")[2].split()[19]

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._let_go(b"")
        if not self._over:
            os.waitpid(self.pid, 0)
        while signal.sigtimedwait(WATCHED, 0) is not None:
            pass
        signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)

    def run(self) -> int:
        """Let the command run. Return its exit code when it has ended; 128 and the signal's number when one killed
        it."""
        self._let_go(b"!")
        while True:
            seen = signal.sigwaitinfo(WATCHED)
            if seen.si_signo == signal.SIGCHLD:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
                if pid:
                    self._over = True
                    code = os.waitstatus_to_exitcode(status)
                    return code if code >= 0 else 128 - code
            elif seen.si_code != FROM_KERNEL:
                os.kill(self.pid, seen.si_signo)

    def _let_go(self, word: bytes) -> None:
        if self._gate >= 0:
            if word:
                os.write(self._gate, word)
            os.close(self._gate)
            self._gate = -1


def _become(command: Sequence[str], gate: int, mask: set[signal.Signals] | set[int]) -> NoReturn:
    """In the child: wait for the word, then become the command with the signals as a shell would hand them over."""
    try:
        for number in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
        told = _read(gate)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        if told:
            os.execvp(command[0], list(command))
    except OSError as error:
        os.write(2, f"remediator: cannot run {command[0]}: {error.strerror}\n".encode("utf-8", "replace"))
        os._exit(NOT_FOUND if isinstance(error, FileNotFoundError) else CANNOT_RUN)
    finally:
        os._exit(NEVER_TOLD)


def _read(gate: int) -> bytes:
    told = os.read(gate, 1)
    os.close(gate)
    return told
