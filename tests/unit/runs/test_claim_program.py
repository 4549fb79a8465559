"""The program that lays a claim, run for real by sh: /run in its text becomes a directory of the test; nothing else is
changed."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from remediator.model.messages.replies import CommandDone
from remediator.model.values import Unknown
from remediator.runs import claims

pytestmark = pytest.mark.unit
SHELLS = [path for path in (shutil.which(shell) for shell in ("dash", "bash")) if path is not None]
A, B, STORE, OTHER = "a" * 16, "b" * 16, "0" * 16, "1" * 16
NONCE = "run-7-claim-1"


class Host:
    """A directory that stands for /run of one host."""

    def __init__(self, run: Path, shell: str) -> None:
        self.run, self.shell = run, shell
        self.file = run / "remediator" / "claims"

    def claim(self, instance: str, store: str = STORE, nonce: str = NONCE) -> CommandDone:
        argv = claims.SCRIPT.argv(instance, store, "prod", "17", nonce)
        text = argv[2].replace("/run/remediator", f"{self.run}/remediator")
        done = subprocess.run(
            [self.shell, "-c", text, *argv[3:]], capture_output=True, text=True, timeout=30, cwd="/", check=False
        )
        return CommandDone(argv=argv, exit_code=done.returncode, output=done.stdout + done.stderr, took_s=0.1)

    def others(self, instance: str, store: str = STORE) -> list[tuple[str, str]]:
        found = claims.parsed(self.claim(instance, store), NONCE)
        assert not isinstance(found, Unknown), found
        return [(line.instance, line.store) for line in found]


@pytest.fixture(params=SHELLS)
def host(request: pytest.FixtureRequest, tmp_path: Path) -> Host:
    return Host(tmp_path, request.param)


def test_the_first_one_sees_nobody_and_the_second_one_sees_the_first(host: Host) -> None:
    assert host.others(A) == []
    assert host.others(B, OTHER) == [(A, STORE)]
    assert host.others(A) == [(B, OTHER)]
    assert len(host.file.read_text().split("\n")) == 3


def test_the_directory_is_made_and_the_file_is_for_its_owner_alone(host: Host) -> None:
    host.claim(A)
    assert stat.S_IMODE(host.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(host.file.parent.stat().st_mode) == 0o700
    assert sorted(path.name for path in host.run.iterdir()) == ["remediator"]


def test_of_many_at_once_exactly_one_sees_nobody_and_no_line_is_lost(host: Host) -> None:
    instances = [f"{number:016x}" for number in range(12)]
    with ThreadPoolExecutor(12) as pool:
        seen = list(pool.map(host.others, instances))
    assert sorted(len(each) for each in seen) == list(range(12))
    assert len(host.file.read_text().splitlines()) == 12


def test_lines_of_another_day_and_of_another_boot_are_dropped(host: Host) -> None:
    host.claim(A)
    up_s = float(Path("/proc/uptime").read_text().split()[0])
    lines = [f"{B} {OTHER} prod 3 {up_s + 5000:.2f}", "a line of something else"]
    if up_s > 86500:
        lines.append(f"{B} {OTHER} prod 3 {up_s - 86500:.2f}")
    host.file.write_text("\n".join(lines) + "\n")
    assert host.others(A) == []


def test_a_file_without_an_end_is_bounded(host: Host) -> None:
    host.claim(A)
    line = f"{B} {OTHER} prod 3 0.50\n"
    host.file.write_text(line * 200_000)
    host.claim(A)
    assert len(host.file.read_text()) < 40_000


@pytest.mark.parametrize("kind", ["symlink", "directory", "pipe"])
def test_what_is_no_file_of_ours_is_not_written_and_nothing_is_claimed(host: Host, kind: str) -> None:
    host.file.parent.mkdir()
    victim = host.run / "victim"
    victim.write_text("precious\n")
    if kind == "symlink":
        host.file.symlink_to(victim)
    elif kind == "directory":
        host.file.mkdir()
    else:
        os.mkfifo(host.file)
    found = claims.parsed(host.claim(A), NONCE)
    assert isinstance(found, Unknown)
    assert victim.read_text() == "precious\n"


def test_without_a_lock_or_a_place_nothing_is_claimed(host: Host) -> None:
    (host.run / "remediator").write_text("a file\n")
    found = host.claim(A)
    assert found.exit_code == 5
    assert f"{host.run}/remediator: no lock" in found.output


def test_it_is_one_line_and_does_nothing_by_another_name() -> None:
    assert re.fullmatch(r"[ -~]+", claims.SCRIPT.text)
    for argv in ([claims.NAME, "a"], ["other", "a", "b", "c", "d", "e"]):
        assert subprocess.run(["sh", "-c", claims.SCRIPT.text, *argv], timeout=10, check=False).returncode == 2
