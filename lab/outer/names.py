"""The hosts' names on the deploy host, which is this machine: they resolve here while the lab is up, and /etc/hosts is
not written to.

A copy of /etc/hosts with the lab's lines before the others is mounted over it, in this mount namespace. So any shell
resolves the names, a
second lab in its own namespace has its own, and a reboot leaves nothing. What somebody else wrote meanwhile went into
the copy: it is carried
over into the real file when the mount goes.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from pathlib import Path

from lab import paths
from lab.errors import LabError
from lab.outer.proc import run

HOSTS_FILE = Path("/etc/hosts")
BEGIN, END = "# remediator's lab: begin", "# remediator's lab: end, gone with `python -m lab down`"


def resolve(addresses: Sequence[tuple[str, str]]) -> None:
    """Let each name resolve to its address. Raise LabError when the machine does not look into /etc/hosts."""
    forget()
    if not addresses:
        return
    if not HOSTS_FILE.exists():
        raise LabError(f"the lab's names need {HOSTS_FILE}, which is not here: make an empty one")
    before = HOSTS_FILE.read_text()
    paths.HOSTS_BEFORE.write_text(before)
    paths.HOSTS_MOUNTED.write_text(with_names(before, addresses))
    paths.HOSTS_MOUNTED.chmod(0o644)
    run(["mount", "--bind", str(paths.HOSTS_MOUNTED), str(HOSTS_FILE)])
    for name, address in addresses:
        if (found := _resolved(name)) != {address}:
            raise LabError(
                f"{name} resolves to {', '.join(sorted(found)) or 'nothing'}, not to {address}: see "
                f"`hosts:` in /etc/nsswitch.conf"
            )


def forget() -> None:
    """Take the names away; harmless when they are not there."""
    while mounted():
        now = HOSTS_FILE.read_text()
        run(["umount", "-l", str(HOSTS_FILE)])  # whoever reads it now reads on in the copy
        if paths.HOSTS_BEFORE.exists() and without_names(now) != paths.HOSTS_BEFORE.read_text():
            HOSTS_FILE.write_text(without_names(now))
            print(f"lab: what was written into {HOSTS_FILE} while the lab was up is carried over", flush=True)


def mounted(mountinfo: str | None = None) -> bool:
    """Say whether the last mount over /etc/hosts is this lab's copy: known by where it lies, also when the file is
    deleted."""
    text = Path("/proc/self/mountinfo").read_text() if mountinfo is None else mountinfo
    where = str(HOSTS_FILE.resolve())
    roots = [words[3] for words in (line.split() for line in text.splitlines()) if words[4] == where]
    ours = f"/{paths.RUNTIME.name}/{paths.HOSTS_MOUNTED.name}"
    return bool(roots) and roots[-1].removesuffix("//deleted").endswith(ours)


def with_names(before: str, addresses: Sequence[tuple[str, str]]) -> str:
    """Return a hosts file with our lines first: of two lines for a name the first one holds."""
    return "\n".join([BEGIN, *(f"{address} {name}" for name, address in addresses), END, before])


def without_names(text: str) -> str:
    """Return a hosts file without our lines."""
    head, begin, rest = text.partition(f"{BEGIN}\n")
    return head + rest.partition(f"{END}\n")[2] if begin else text


def _resolved(name: str) -> set[str]:
    try:
        return {str(found[4][0]) for found in socket.getaddrinfo(name, 22, type=socket.SOCK_STREAM)}
    except OSError:
        return set()
