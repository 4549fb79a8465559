"""The processes that a run starts, each in a session of its own and with a limit.

Invariant: none of them outlives an interrupted run. A thread that waits for a process wraps the wait in
`ended_on_error`. An interrupt then ends all processes, those of other threads too, and nothing is started any more.
SIGTERM and SIGHUP are an interrupt like Ctrl-C (`as_interrupts`), which reaches only us: a child that was told once can
end in its own way.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType

IDLE = ("chrt", "--idle", "0")
"""Run only when nobody else wants the core."""
GRACE_S = 90.0
"""For a pytest to heal what its test broke."""

_lock = threading.Lock()
_live: set[subprocess.Popen[str]] = set()
_idle: set[subprocess.Popen[str]] = set()
_ending = threading.Event()


class Ending(Exception):
    """Nothing is started any more: the run was interrupted."""


def run(
    argv: Sequence[str], *, limit_s: float, keep: bool, environment: Mapping[str, str] | None = None, idle: bool = False
) -> tuple[int | None, str]:
    """Run `argv` to its end; return its exit code (None: it was ended at its limit) and, with `keep`, what it printed.

    `idle`: only on cores that nobody else wants. Raise Ending once the run was interrupted.
    """
    with _lock:
        if _ending.is_set():
            raise Ending
        child = subprocess.Popen(
            [*(IDLE if idle else ()), *argv],
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if keep else None,
            stderr=subprocess.STDOUT if keep else None,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        _live.add(child)
        if idle:
            _idle.add(child)
    try:
        if idle:
            _weigh_the_session(child.pid, "19")
        printed, _ = child.communicate(timeout=limit_s)
        return child.returncode, printed or ""
    except subprocess.TimeoutExpired:
        _signal(child, signal.SIGKILL)
        printed, _ = child.communicate()
        return None, printed or ""
    finally:
        with _lock:
            if child.poll() is not None:
                _live.discard(child)
                _idle.discard(child)


@contextlib.contextmanager
def ended_on_error() -> Iterator[None]:
    """On whatever is raised inside, end all processes of the run."""
    try:
        yield
    except BaseException:
        end_all()
        raise


def end_all() -> None:
    """End what runs, first by SIGINT, and refuse to start more until `again`."""
    with _lock:
        _ending.set()
        ending = list(_live)
    for child in ending:
        _signal(child, signal.SIGINT)
    for child in ending:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(timeout=GRACE_S)
        _signal(child, signal.SIGKILL)


def again() -> None:
    """Let processes be started after `end_all`: what was interrupted has to be taken down."""
    _ending.clear()


def no_longer_idle() -> None:
    """Let those that ran on idle cores only run as anybody else from now on: whoever needed the cores has ended."""
    with _lock:
        waking = list(_idle)
        _idle.clear()
    for child in waking:
        _weigh_the_session(child.pid, "0")
        for pid in _session(child.pid):
            with contextlib.suppress(OSError):
                os.sched_setscheduler(pid, os.SCHED_OTHER, os.sched_param(0))


def _session(leader: int) -> list[int]:
    """Return the processes of the session of `leader`; one that begins meanwhile has what its parent has by then."""
    found = []
    for pid in (int(name) for name in os.listdir("/proc") if name.isdigit()):
        with contextlib.suppress(ProcessLookupError):
            if os.getsid(pid) == leader:
                found.append(pid)
    return found


@contextlib.contextmanager
def as_interrupts() -> Iterator[None]:
    """Inside, SIGTERM, SIGHUP and SIGINT raise KeyboardInterrupt in the main thread, also where a shell had SIGINT
    ignored."""

    def interrupt(number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt(signal.Signals(number).name)

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _signal(child: subprocess.Popen[str], number: int) -> None:
    """Signal the whole session of a child: what it started and did not put into a session of its own goes with it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, number)


def _weigh_the_session(pid: int, nice: str) -> None:
    """Where the kernel shares cores among sessions (sched_autogroup), a session is as heavy as any other until it is
    told not to be."""
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/autogroup").write_text(nice)
