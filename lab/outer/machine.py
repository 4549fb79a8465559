"""The machine under the lab: installs what `up` needs without starting anything, and reads its apt configuration.

Touches: packages (docker.io, mmdebstrap), /usr/sbin/policy-rc.d for as long as apt runs. It would break if a service
of the machine were started or stopped here.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab import paths
from lab.errors import CommandFailed, LabError
from lab.outer.proc import run

PACKAGES = {
    "runc": "runc",
    "dockerd": "docker.io",
    "mmdebstrap": "mmdebstrap",
    "iptables": "iptables",
    "ip": "iproute2",
    "ssh": "openssh-client",
}
POLICY = Path("/usr/sbin/policy-rc.d")
POLICY_BEFORE = POLICY.with_name("policy-rc.d.before-remediator-lab")
NOTHING_STARTS = (
    "#!/bin/sh\n# Written by remediator's lab while it installs packages: no service of them is started.\nexit 101\n"
)
NEEDED_BYTES = 6 << 30
SUITE = "bookworm"
ENV = {
    "DEBIAN_FRONTEND": "noninteractive",
    "LC_ALL": "C.UTF-8",
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
}


def check() -> None:
    """Raise LabError, in one line, when no lab can run on this machine."""
    if sys.platform != "linux":
        raise LabError("the lab needs Linux")
    if os.geteuid() != 0:
        raise LabError("the lab needs root: it starts privileged containers and a bridge")
    if _capability(21) is False:
        raise LabError("the lab needs CAP_SYS_ADMIN, which root does not have here: no container engine can run")
    if not Path("/sys/fs/cgroup").is_mount():
        raise LabError("the lab needs a mounted /sys/fs/cgroup: no container engine can run")
    place = next(p for p in (paths.HOME, *paths.HOME.parents) if p.exists())
    if shutil.disk_usage(place).free < NEEDED_BYTES:
        raise LabError(
            f"the lab needs {NEEDED_BYTES >> 30} GiB free in {place}; REMEDIATOR_LAB_HOME names another place"
        )
    if not shutil.which("apt-get"):
        raise LabError("the lab installs its engine with apt-get, which is not here")


def prepare() -> None:
    """Install the packages that are missing; none of their services is started."""
    missing = [package for program, package in PACKAGES.items() if not shutil.which(program, path=ENV["PATH"])]
    if not missing:
        return
    print(f"lab: installing {', '.join(missing)}", flush=True)
    with _nothing_starts():
        try:
            _install(missing)
        except CommandFailed:
            run(["apt-get", "update", "-q"], timeout_s=300, env=ENV)
            _install(missing)


def sources() -> list[str]:
    """Return one-line apt sources of the Debian archive, as this machine is configured; third-party ones are left out.

    Raise LabError when the machine has no source of the wanted Debian suite.
    """
    found = _targets()
    if not found:
        run(["apt-get", "update", "-q"], timeout_s=300, env=ENV)
        found = _targets()
    if not found:
        raise LabError(f"apt knows no Debian {SUITE} source on this machine: add one to /etc/apt/sources.list")
    return found


def _targets() -> list[str]:
    form = "$(ORIGIN)|$(CODENAME)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)"
    listed = run(["apt-get", "indextargets", "Created-By: Packages", "--format", form], env=ENV).out
    lines: list[str] = []
    for row in listed.splitlines():
        origin, codename, uri, release, component = row.split("|")
        line = f"deb {uri} {release} {component}"
        if origin == "Debian" and codename.split("-")[0] == SUITE and line not in lines:
            lines.append(line)
    return lines


def _install(packages: list[str]) -> None:
    run(["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages], timeout_s=420, env=ENV)


@contextmanager
def _nothing_starts() -> Iterator[None]:
    """While apt runs, policy-rc.d forbids it to start services; afterwards the file is as it was."""
    services_may_start()
    if POLICY.exists():
        POLICY.rename(POLICY_BEFORE)
    POLICY.write_text(NOTHING_STARTS)
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        services_may_start()


def services_may_start() -> None:
    """Put policy-rc.d back as it was before us, also after an `up` that was killed while apt ran."""
    if POLICY.exists() and POLICY.read_text(errors="replace") == NOTHING_STARTS:
        POLICY.unlink()
    if POLICY_BEFORE.exists() and not POLICY.exists():
        POLICY_BEFORE.rename(POLICY)


def _capability(bit: int) -> bool | None:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapEff:"):
            return bool(int(line.split()[1], 16) >> bit & 1)
    return None
