"""A root of its own over this machine's: real accounts and groups, the shipped packaging, and nothing of it left
behind.

A mount namespace with an overlay of `/`, its own `/run`, and the files of accounts in it. It needs root and mounts.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Self

PACKAGING = Path(__file__).parents[2] / "packaging"
REMEDIATOR = str(Path(sys.executable).with_name("remediator"))
TOOLS = ("unshare", "nsenter", "setpriv", "chroot", "systemd-sysusers", "systemd-tmpfiles")
PEOPLE = {"ann": 64011, "ben": 64012, "nagios": 64013, "cat": 64014}
"""ann and ben may approve, nagios is a member of the group remediator, cat is nobody."""
GROUPS = {"remediator": "ann,ben,nagios", "remediator-approve": "ann,ben"}
_SETUP = """set -e
mount -t tmpfs -o mode=755 tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
mount --rbind /proc "$1/root/proc"
mount --rbind /dev "$1/root/dev"
mount -t tmpfs -o mode=755 tmpfs "$1/root/run"
mount -t tmpfs -o mode=755 tmpfs "$1/root/var/lib"
chmod 755 "$1/root/root"
echo ready
exec sleep 900
"""


class ThrowawayRoot:
    """Use it as a block. Raise OSError with the reason where this machine cannot make one."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="throwaway-root-"))
        self.root = self._folder / "root"
        self._holder: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        if missing := [tool for tool in TOOLS if shutil.which(tool) is None]:
            raise OSError(f"{missing[0]} is not installed")
        script = ["unshare", "--mount", "--propagation", "private", "sh", "-c", _SETUP, "sh", str(self._folder)]
        self._holder = subprocess.Popen(script, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert self._holder.stdout is not None
        if (said := self._holder.stdout.readline().strip()) != "ready":
            raise OSError(f"a root of its own cannot be mounted here: {said}")
        return self

    def __exit__(self, *_: object) -> None:
        if self._holder is not None:
            self._holder.kill()
            self._holder.wait(timeout=10)
            if self._holder.stdout is not None:
                self._holder.stdout.close()
        self._folder.rmdir()

    def install(self) -> None:
        """Make the accounts by the shipped file, and people beside them; then the directories."""
        self.must("systemd-sysusers", str(PACKAGING / "remediator.sysusers"))
        for name, uid in PEOPLE.items():
            self.must(
                "sh", "-c", f"echo {name}:x:{uid}:{uid}::/:/bin/sh >>/etc/passwd; echo {name}:x:{uid}: >>/etc/group"
            )
        for group, members in GROUPS.items():
            self.must("sed", "-i", f"s/^{group}:.*/&{members}/", "/etc/group")
        self.place()

    def place(self) -> None:
        """Do what an installation or an upgrade does with the shipped directories and modes."""
        self.must("systemd-tmpfiles", "--create", str(PACKAGING / "remediator.tmpfiles"))

    def command(self, argv: Sequence[str], user: str = "root", group: str = "", groups: str = "") -> list[str]:
        """Return the argv that runs `argv` in here as `user`, with its own groups unless others are given."""
        assert self._holder is not None
        inside = ["nsenter", "-t", str(self._holder.pid), "-m", "chroot", str(self.root)]
        if user == "root":
            return [*inside, *argv]
        with_groups = [f"--groups={groups}"] if groups else ["--init-groups"]
        return [*inside, "setpriv", f"--reuid={user}", f"--regid={group or user}", *with_groups, *argv]

    def run(self, user: str, *argv: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(argv, user), capture_output=True, text=True, timeout=120, check=False, cwd="/"
        )

    def must(self, *argv: str) -> str:
        done = self.run("root", *argv)
        assert done.returncode == 0, f"{argv}: {done.stdout}{done.stderr}"
        return done.stdout
