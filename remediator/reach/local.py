"""Reach this very machine by subprocess: for tests, and for a host whose inventory says ``address: local``.

Invariant: no child outlives its deadline; it is killed with its process group.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from dataclasses import dataclass

from remediator.model.content.commands import SUDO, Command
from remediator.model.hosts import Host
from remediator.model.messages.replies import CommandDone, Reach
from remediator.reach.interface import OUTPUT_LIMIT, RawReply

STDERR_TAIL = 2048


class LocalReach:
    """`Reacher` by subprocess. `sudo`: privileged commands go through ``sudo -n``."""

    def __init__(self, *, sudo: bool = False) -> None:
        self._sudo = sudo and os.geteuid() != 0
        self.token = ""

    def exchange(
        self, host: Host, argv: tuple[str, ...], stdin: bytes, deadline_s: float, max_bytes: int, forced: bool = False
    ) -> RawReply:
        raw = _spawn(argv, stdin, deadline_s, max_bytes, host.name)
        if isinstance(raw, NotStarted):
            return RawReply(reach=Reach.GARBLED, reason=f"not started: {raw.why}", exit_code=None)
        return raw

    def run(self, host: Host, command: Command) -> CommandDone:
        argv = (*SUDO, *command.argv) if self._sudo and command.privileged else command.argv
        if command.first:
            argv = ("/bin/sh", "-c", command.line(sudo=self._sudo))
        started_s = time.monotonic()
        raw = _spawn(argv, b"", command.timeout_s, OUTPUT_LIMIT * 16, host.name)
        if isinstance(raw, NotStarted):
            return CommandDone.never_left(command.argv, raw.why, took_s=time.monotonic() - started_s)
        output = (raw.stdout + raw.stderr_tail.encode())[-OUTPUT_LIMIT:].decode("utf-8", "replace")
        took_s = time.monotonic() - started_s
        return CommandDone(argv=command.argv, exit_code=raw.exit_code, output=output, took_s=took_s, error=raw.reason)

    def close(self) -> None:
        """Do nothing: no connection is kept open."""


@dataclass(frozen=True, slots=True)
class NotStarted:
    """The program could not be started here."""

    why: str


def _spawn(argv: tuple[str, ...], stdin: bytes, deadline_s: float, max_bytes: int, name: str) -> RawReply | NotStarted:
    ends_s = time.monotonic() + deadline_s
    pipe = subprocess.PIPE
    try:
        child = subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True)
    except OSError as error:
        return NotStarted(why=f"{argv[0]} on {name}: {error.strerror or error}")
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stderr is not None
    out, err = bytearray(), bytearray()
    with contextlib.suppress(BrokenPipeError), contextlib.closing(selectors.DefaultSelector()) as selector:
        for stream, kept in ((child.stdout, out), (child.stderr, err)):
            os.set_blocking(stream.fileno(), False)
            selector.register(stream, selectors.EVENT_READ, kept)
        os.set_blocking(child.stdin.fileno(), False)
        selector.register(child.stdin, selectors.EVENT_WRITE)
        rest = memoryview(stdin)
        if not stdin:
            selector.unregister(child.stdin)
        readers = 2
        while readers and (left_s := ends_s - time.monotonic()) > 0 and len(out) <= max_bytes:
            for key, _ in selector.select(left_s):
                if key.data is None:
                    rest = rest[os.write(key.fd, rest[:65536]) :]
                    if not rest:
                        selector.unregister(key.fileobj)
                    continue
                piece = os.read(key.fd, 65536)
                key.data.extend(piece)
                del err[:-STDERR_TAIL]
                if not piece:
                    selector.unregister(key.fileobj)
                    readers -= 1
    return _ended(child, out, err, ends_s, max_bytes, name)


def _leave(child: subprocess.Popen[bytes]) -> None:
    """Close its standard input, which tells it that we are gone, and give it a moment to clean up after itself."""
    if child.stdin is not None:
        with contextlib.suppress(OSError):
            child.stdin.close()
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(0.5)


def _ended(
    child: subprocess.Popen[bytes], out: bytearray, err: bytearray, ends_s: float, max_bytes: int, name: str
) -> RawReply:
    reason, reach, code = "", Reach.OK, None
    if len(out) > max_bytes:
        reach, reason = Reach.TOO_LARGE, f"{name} sent more than {max_bytes} bytes and was cut off"
    else:
        try:
            code = child.wait(max(0.05, ends_s - time.monotonic()))
        except subprocess.TimeoutExpired:
            reach, reason = Reach.UNREACHABLE, f"{name} gave no whole answer in time"
            _leave(child)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait(5)
    for stream in (child.stdin, child.stdout, child.stderr):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
    tail = bytes(err[-STDERR_TAIL:]).decode("utf-8", "replace")
    return RawReply(reach=reach, reason=reason, stdout=bytes(out), stderr_tail=tail, exit_code=code)
