"""What is in the second lab's namespaces ends with the run that made them, also when that is killed; what it leaves,
the next removes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.service

RUN = """
import os, subprocess, sys
from tests.rings import second_lab

try:
    second = second_lab.SecondLab()
except second_lab.NotMade as why:
    print(f"not made: {why}", flush=True)
    sys.exit(3)
inside = ["sh", "-c", f"ip link add here type bridge; sh -c 'sleep 300; true' {sys.argv[1]} & ip -o link; ls $REMEDIATOR_LAB_HOME"]
subprocess.run([*second.lab.enter, *inside], env={**os.environ, **second.lab.environment}, timeout=60)
print("made", flush=True)
sys.stdin.read()
second.close()
"""  # noqa: E501


class Run:
    """A run that has a second lab, and a process in it that would live for long."""

    def __init__(self, home: Path) -> None:
        self.word = f"in-{uuid.uuid4().hex}"
        places = {"REMEDIATOR_LAB_HOME": str(home), "REMEDIATOR_LAB_RUNTIME": str(home / "runtime")}
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUN, self.word],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **places},
        )
        self.said: list[str] = []

    def until_made(self) -> str:
        """Return what is said until the lab is made, or why it is not."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if line.startswith(("made", "not made")):
                break
        return "".join(self.said)

    def inside(self) -> list[str]:
        """Return the pids of the processes in its lab."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                argv = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if argv[0] == b"sh" and self.word.encode() in argv:
                found.append(entry.name)
        return found


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Run]]:
    if os.geteuid() != 0:
        pytest.skip("namespaces need root")
    if subprocess.run(["unshare", "--net", "--mount", "--pid", "--fork", "true"], timeout=30, check=False).returncode:
        pytest.skip("no namespaces can be made here")
    made: list[Run] = []

    def begin() -> Run:
        made.append(Run(tmp_path))
        return made[-1]

    yield begin
    for run in made:
        run.process.kill()
        run.process.communicate(timeout=30)


def gone(run: Run, limit_s: float = 30.0) -> None:
    give_up = time.monotonic() + limit_s
    while run.inside():
        assert time.monotonic() < give_up, f"still there: {run.inside()}"
        time.sleep(0.05)


def alone(run: Run, limit_s: float = 30.0) -> None:
    """Wait until one process is in the lab of `run`. A shell in the background is there before it has its own name."""
    give_up = time.monotonic() + limit_s
    while len(inside := run.inside()) != 1:
        assert time.monotonic() < give_up, f"not one process in the lab: {inside}"
        time.sleep(0.05)


def links() -> str:
    return subprocess.run(["ip", "-o", "link"], capture_output=True, text=True, timeout=30, check=True).stdout


def test_it_ends_with_its_run_and_leaves_no_files(start: Callable[[], Run], tmp_path: Path) -> None:
    run = start()
    said = run.until_made()
    assert ": here:" in said, "it must have links of its own"
    assert "LOOPBACK,UP" in said
    assert "cache" in said
    assert ": here:" not in links()
    alone(run)
    other = start()
    assert "another run has its second lab" in other.until_made()
    alone(run)
    run.process.communicate("", timeout=120)
    assert run.process.returncode == 0
    assert run.inside() == []
    assert not (tmp_path / "second").exists()


def test_it_ends_with_a_run_that_was_killed_and_the_next_can_begin(start: Callable[[], Run], tmp_path: Path) -> None:
    run = start()
    run.until_made()
    (tmp_path / "second" / "left").touch()
    alone(run)
    run.process.kill()
    run.process.wait(timeout=30)
    gone(run)
    after = start()
    assert after.until_made().endswith("made\n")
    assert not (tmp_path / "second" / "left").exists()
