"""The systemd unit as systemd itself reads it: no mistake, and no looser than it was."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.service
PACKAGING = Path(__file__).parents[2] / "packaging"
UNIT = PACKAGING / "remediator.service"
LOOSEST = 2.0


def analyze(*arguments: str) -> str:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("no systemd-analyze here: install systemd to check the unit")
    done = subprocess.run([tool, *arguments], capture_output=True, text=True, timeout=60, check=False)
    return done.stdout + done.stderr


def test_systemd_finds_no_mistake(tmp_path: Path) -> None:
    copy = tmp_path / UNIT.name
    copy.write_text(
        re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", UNIT.read_text("utf-8"), flags=re.MULTILINE), "utf-8"
    )
    assert analyze("verify", str(copy)) == ""


def test_it_is_as_tight_as_we_say() -> None:
    found = re.search(
        r"exposure level for \S+: ([0-9.]+)", analyze("security", "--offline=true", "--no-pager", str(UNIT))
    )
    assert found is not None, "systemd-analyze says no exposure level"
    assert float(found.group(1)) <= LOOSEST


@pytest.mark.parametrize(
    "setting",
    [
        "Type=notify",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "MemoryMax=512M",
        "LimitNOFILE=65536",
        "TasksMax=8192",
        "WatchdogSec=60s",
        "User=remediator",
        "CapabilityBoundingSet=",
        "RestartPreventExitStatus=64 78",
    ],
)
def test_the_settings_that_the_docs_promise(setting: str) -> None:
    assert setting in UNIT.read_text("utf-8").splitlines()
