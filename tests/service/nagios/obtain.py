"""Where a Nagios 4 comes from: the installed one, else Debian's package, unpacked into a cache directory and not
installed.

Run as ``python -m tests.service.nagios.obtain`` it prints the path, or the reason why there is none, and exits 0 or 1.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

PACKAGE: Final = "nagios4-core"
TIMEOUT_S: Final = 60


class NoNagios(Exception):
    """There is no Nagios 4 here, and none could be obtained; the message says why."""


def nagios4() -> Path:
    """Return the path of a Nagios 4 executable. Raise NoNagios."""
    installed = shutil.which("nagios4", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if installed:
        return Path(installed)
    unpacked = cache() / "usr/sbin/nagios4"
    if not unpacked.exists():
        _unpack()
    if not unpacked.exists():
        raise NoNagios(f"{PACKAGE} holds no {unpacked.name}")
    return unpacked


def cache() -> Path:
    """Return the directory the package is unpacked into, outside the checkout."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "remediator-tests" / "nagios4"


def _unpack() -> None:
    for tool in ("apt-get", "dpkg-deb"):
        if shutil.which(tool) is None:
            raise NoNagios(f"no nagios4 in PATH and no {tool} to obtain it (Debian or Ubuntu is needed)")
    with tempfile.TemporaryDirectory() as name:
        where = Path(name)
        where.chmod(0o755)
        if not _downloaded(where) and os.geteuid() == 0:
            _run(["apt-get", "update", "-qq"], where)
            _downloaded(where)
        packages = list(where.glob(f"{PACKAGE}_*.deb"))
        if not packages:
            raise NoNagios(
                f"no nagios4 in PATH, and `apt-get download {PACKAGE}` failed: no network, or no package lists"
            )
        cache().parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=cache().parent))
        if _run(["dpkg-deb", "-x", str(packages[0]), str(fresh)], where) != 0:
            raise NoNagios(f"{packages[0].name} cannot be unpacked")
        try:
            fresh.rename(cache())
        except OSError:  # another test process was first
            shutil.rmtree(fresh, ignore_errors=True)


def _downloaded(where: Path) -> bool:
    return _run(["apt-get", "download", "-qq", PACKAGE], where) == 0


def _run(argv: list[str], where: Path) -> int:
    try:
        return subprocess.run(argv, cwd=where, capture_output=True, timeout=TIMEOUT_S, check=False).returncode
    except subprocess.TimeoutExpired:
        raise NoNagios(f"`{' '.join(argv)}` did not end within {TIMEOUT_S} s") from None


if __name__ == "__main__":
    try:
        print(nagios4())
    except NoNagios as reason:
        print(f"no Nagios 4: {reason}", file=sys.stderr)
        sys.exit(1)
