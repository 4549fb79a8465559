"""The lab's names on this machine, in a mount namespace of the test's own: they resolve, they go, and what others wrote
stays."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.service

STORY = """
import pathlib, socket
from lab import paths
from lab.outer import names
hosts = names.HOSTS_FILE
before = hosts.read_text()
paths.RUNTIME.mkdir()
names.resolve([("ctl1", "10.77.1.11")])
names.resolve([("ctl1", "10.77.1.12"), ("lab-cmp1", "10.77.1.21")])
assert names.mounted()
assert socket.gethostbyname("ctl1") == "10.77.1.12"
assert socket.gethostbyname("lab-cmp1") == "10.77.1.21"
with hosts.open("a") as file:
    file.write("192.0.2.9 written-meanwhile\\n")
names.forget()
names.forget()
assert not names.mounted()
assert hosts.read_text() == before + "192.0.2.9 written-meanwhile\\n"
print("told to the end")
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="mounts need root")
def test_names_resolve_until_they_are_forgotten(tmp_path: Path) -> None:
    own = tmp_path / "hosts"
    own.write_text("127.0.0.1 localhost\n")
    script = f"mount --bind {own} /etc/hosts && exec {sys.executable} -c '{STORY}'"
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script],
        env={**os.environ, "REMEDIATOR_LAB_RUNTIME": str(tmp_path / "remediator-lab-test")},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "lab: what was written into /etc/hosts while the lab was up is carried over",
        "told to the end",
    ]
    assert own.read_text() == "127.0.0.1 localhost\n192.0.2.9 written-meanwhile\n"
