"""Every command and every wait of the lab: each command has a timeout, each wait is a poll with a limit."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from lab.errors import CommandFailed, LabError
from lab.outer import mark

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Finished:
    """A command that ended; `code` is None when it was ended for taking too long."""

    code: int | None
    out: str
    err: str

    @property
    def ok(self) -> bool:
        return self.code == 0


def run(
    argv: Sequence[str],
    *,
    timeout_s: float = 60,
    stdin: str | bytes | None = None,
    check: bool = True,
    env: dict[str, str] | None = None,
) -> Finished:
    """Run `argv`, marked as the lab's, and return what it said. Raise CommandFailed when `check` and it did not exit 0
    in time."""
    data = stdin.encode() if isinstance(stdin, str) else stdin
    source = {"stdin": subprocess.DEVNULL} if data is None else {}
    code: int | None
    try:
        done = subprocess.run(
            list(argv), input=data, capture_output=True, timeout=timeout_s, env=mark.environment(env), **source
        )  # type: ignore[call-overload]
        code, out, err = done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired as late:
        code, out, err = None, late.stdout or b"", late.stderr or b""
    except OSError as error:
        code, out, err = 127, b"", str(error).encode()
    finished = Finished(code=code, out=out.decode(errors="replace"), err=err.decode(errors="replace"))
    if check and not finished.ok:
        raise CommandFailed(list(argv), code, finished.err or finished.out)
    return finished


def poll(what: str, probe: Callable[[], T | None], *, limit_s: float, every_s: float = 0.3) -> T:
    """Call `probe` until it gives something true, and return that. Raise LabError after `limit_s`."""
    end_s = time.monotonic() + limit_s
    while True:
        found = probe()
        if found:
            return found
        if time.monotonic() > end_s:
            raise LabError(f"{what}: not seen within {limit_s:g} s")
        time.sleep(every_s)
