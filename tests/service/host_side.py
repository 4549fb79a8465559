"""A directory that stands for a host behind the act key: its programs, its state, its log, and what the script takes
there.

The programs are stand-ins that write down how they were called; the script itself is the one that is installed.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from remediator.cli.admin import act_files, actions

SCRIPT = Path(__file__).parents[2] / "packaging" / "remediator-act"
REFUSED = 126

STAND_IN = """#!/bin/sh
{{ printf '%s' "${{0##*/}}"; for word; do printf ' <%s>' "$word"; done; echo; }} >> {here}/calls
echo "${{0##*/}} says $1"
echo "${{0##*/}} warns" >&2
[ -e {here}/do-$1 ] && . {here}/do-$1
exit 0
"""
SUDO = """#!/bin/sh
{{ printf 'sudo'; for word; do printf ' <%s>' "$word"; done; echo; }} >> {here}/calls
shift 2
exec "$@"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How one request ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSide:
    """A directory that stands for a host: its programs, its state, its log."""

    here: Path
    log: socket.socket

    @property
    def lists(self) -> Path:
        return self.here / "lists"

    @property
    def state(self) -> Path:
        return self.here / "run" / "act.json"

    @property
    def calls(self) -> list[str]:
        """How the programs were called, in order."""
        written = self.here / "calls"
        return written.read_text().splitlines() if written.exists() else []

    def logged(self) -> list[str]:
        """Return the lines that reached the log so far."""
        lines = []
        while True:
            try:
                lines.append(self.log.recv(4096).decode("ascii"))
            except BlockingIOError:
                return lines

    def when(self, verb: str, script: str) -> None:
        """Let the programs run `script` when they are called with `verb`."""
        (self.here / f"do-{verb}").write_text(script + "\n")

    def seen(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.state.read_text())
        return found

    def ask(
        self,
        line: str | bytes | None,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        account: int | None = None,
    ) -> Ended:
        """Send one request, as sshd would; `account` is the uid that it runs as, ours without one."""
        paths = (
            "--state",
            str(self.state),
            "--path",
            f"{self.here}/bin:/usr/bin:/bin",
            "--log",
            f"{self.here}/log",
            "--kolla",
            f"{self.here}/kolla",
            "--lists",
            str(self.lists),
            "--docker",
            f"{self.here}/daemon.json",
            "--podman",
            f"{self.here}/storage.conf",
        )
        passed = {os.fsencode(k): os.fsencode(v) for k, v in {"PATH": "/usr/bin:/bin", **(environment or {})}.items()}
        if line is not None:
            passed[b"SSH_ORIGINAL_COMMAND"] = os.fsencode(line)
        done = subprocess.run(
            [str(SCRIPT), *paths, *arguments],
            env=passed,
            cwd=cwd,
            capture_output=True,
            timeout=60,
            check=False,
            user=account,
        )
        return Ended(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())


@contextlib.contextmanager
def made() -> Iterator[HostSide]:
    """Make a host with stand-ins for its programs, a log, and the files of the product that say what the script
    takes."""
    with tempfile.TemporaryDirectory(prefix="act-", dir="/tmp") as directory:  # a socket's path must be short
        here = Path(directory)
        (here / "run").mkdir(mode=0o700)
        (here / "bin").mkdir()
        (here / "kolla" / "memcached").mkdir(parents=True)
        act_files.write(here / "lists", actions.files_of_act())
        for name, text in (("systemctl", STAND_IN), ("docker", STAND_IN), ("sudo", SUDO)):
            program = here / "bin" / name
            program.write_text(text.format(here=here))
            program.chmod(0o755)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
            log.bind(f"{here}/log")
            log.setblocking(False)
            yield HostSide(here=here, log=log)


def assert_refused(host: HostSide, ended: Ended, words: str = "") -> None:
    assert ended.code == REFUSED
    assert ended.out == ""
    assert ended.err.startswith("remediator-act: refused: ")
    assert ended.err.count("\n") == 1
    assert words in ended.err
