"""A second lab beside the first, in namespaces of its own, so that two clouds can be broken at once.

Its namespaces are those of network, mounts and processes.

Invariant: its life hangs on a pipe that this process holds. When the pipe closes, also because we were killed, the
first process of the namespaces ends. The kernel then ends every process in them, with their bridges, routes, rules,
mounts and the hosts' names. What is then left are files and empty control groups. `close` removes the files. The first
lab's `down`, which must come after it, removes the groups.

The images are not built twice: its cache is the first lab's, by a link. The cache must be full when the second lab
comes up, since nothing in these namespaces reaches the network. Its home lies in the first one's, as hard links into
the cache need the same mount.
"""

from __future__ import annotations

import fcntl
import os
import select
import shutil
import subprocess
from pathlib import Path

from lab import paths
from lab.errors import LabError
from lab.outer import machine
from tests.rings.labs import Lab

HOME = paths.HOME / "second"
RUNTIME = paths.RUNTIME.with_name(f"{paths.RUNTIME.name}-second")
INIT = "ip link set lo up && echo made && cat >/dev/null; exit $?"
"""Waits for the end of its input; a shell that waits also reaps what others left to it."""
SPACES = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
MADE_S = 20.0


class NotMade(Exception):
    """There can be no second lab here; the text says why, in one line."""


class SecondLab:
    """The namespaces, and the lab that can be brought up in them. Make it before the first lab has mounts: they would
    be copied."""

    def __init__(self) -> None:
        """Make the namespaces. Raise NotMade when the machine has none for us, or another run has its second lab
        here."""
        try:
            machine.check()
            machine.prepare()  # on a bare machine there is no `ip` yet
        except LabError as why:
            raise NotMade(str(why)) from None
        paths.HOME.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(paths.HOME, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self._init = self._make()
        except BaseException:
            os.close(self._lock)
            raise
        spaces = f"/proc/{self._init.pid}/ns"
        self.lab = Lab(
            name="second lab",
            enter=(
                "nsenter", f"--net={spaces}/net", f"--mount={spaces}/mnt", f"--pid={spaces}/pid_for_children",
                f"--wdns={Path.cwd()}", "--",
            ),
            environment={"REMEDIATOR_LAB_HOME": str(HOME), "REMEDIATOR_LAB_RUNTIME": str(RUNTIME)},
        )  # fmt: skip

    def close(self) -> None:
        """Take the lab down, end the namespaces with whatever is still in them, and remove its files."""
        try:
            self.lab.down()
        finally:
            _end(self._init)
            _forget()
            os.close(self._lock)

    def _make(self) -> subprocess.Popen[bytes]:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise NotMade(f"another run has its second lab in {HOME}") from None
        _forget()  # what a run that was killed has left
        try:
            init = subprocess.Popen(
                [*SPACES, "sh", "-c", INIT],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise NotMade(str(error)) from None
        try:
            said = _first_line(init)
            if said != "made":
                raise NotMade(f"no namespaces: {said}")
            HOME.mkdir()
            (HOME / "cache").symlink_to(paths.CACHE)
        except BaseException:
            _end(init)
            _forget()
            raise
        return init


def _first_line(init: subprocess.Popen[bytes]) -> str:
    assert init.stdout is not None
    ready, _, _ = select.select([init.stdout], [], [], MADE_S)
    if not ready:
        return f"not within {MADE_S:.0f} s"
    return init.stdout.readline().decode(errors="replace").strip() or "unshare said nothing"


def _end(init: subprocess.Popen[bytes]) -> None:
    """Close the pipe and wait until the namespaces have ended."""
    assert init.stdin is not None
    assert init.stdout is not None
    init.stdin.close()
    try:
        init.wait(timeout=MADE_S)
    except subprocess.TimeoutExpired:
        init.kill()  # --kill-child takes the first process with it
        init.wait(timeout=MADE_S)
    init.stdout.close()


def _forget() -> None:
    """Remove the files of a second lab; layers that they share with the cache stay there."""
    for directory in (HOME, RUNTIME):
        if directory.exists():
            shutil.rmtree(directory)
