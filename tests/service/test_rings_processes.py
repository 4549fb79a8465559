"""A run of the rings that is interrupted takes its processes with it, whoever waits for them and wherever they run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.service

RUN = """
import sys, time
from concurrent.futures import ThreadPoolExecutor
from tests.rings import processes

def sleeper(name):
    return processes.run(["sh", "-c", f"echo $$ > {sys.argv[1]}/{name}; sleep 300; true"], limit_s=300, keep=True)

with processes.as_interrupts():
    try:
        with ThreadPoolExecutor(2) as pool, processes.ended_on_error():
            for found in pool.map(sleeper, ("one", "two")):
                pass
    except KeyboardInterrupt as interrupt:
        print(f"interrupted by {interrupt}")
    try:
        processes.run(["true"], limit_s=10, keep=True)
    except processes.Ending:
        print("nothing is started")
    processes.again()
    print(processes.run(["echo", "taken down"], limit_s=10, keep=True))
"""


def wait(what: str, ready: Callable[[], bool], limit_s: float = 60.0) -> None:
    give_up = time.monotonic() + limit_s
    while not ready():
        assert time.monotonic() < give_up, f"{what}: not within {limit_s:.0f} s"
        time.sleep(0.05)


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")")[-1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def sleeps(told: Path) -> bool:
    """Return whether the shell that told its pid waits for its `sleep`. Until then it may lose a SIGINT: dash drops
    those that
    come between its vfork and the exec of the child.
    """
    if not (told.exists() and (pid := told.read_text().strip())):
        return False
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [Path(f"/proc/{child}/comm").read_text().strip() for child in children] == ["sleep"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_an_interrupt_ends_what_other_threads_wait_for(tmp_path: Path, number: int) -> None:
    pids = [tmp_path / name for name in ("one", "two")]
    with subprocess.Popen([sys.executable, "-c", RUN, str(tmp_path)], stdout=subprocess.PIPE, text=True) as run:
        try:
            wait("both to sleep", lambda: all(sleeps(pid) for pid in pids))
            os.kill(run.pid, number)
            said, _ = run.communicate(timeout=60)
        finally:
            run.kill()
    assert said.splitlines() == [
        f"interrupted by {signal.Signals(number).name}",
        "nothing is started",
        "(0, 'taken down\\n')",
    ]
    assert not [pid for pid in pids if lives(int(pid.read_text()))]


WAKE = """
import os, subprocess, sys, threading
from tests.rings import processes

child = threading.Thread(target=lambda: processes.run(["sh", "-c", f"sleep 300 & echo $! $$ > {sys.argv[1]}; wait"], limit_s=60, keep=True, idle=True))
child.start()
sys.stdin.readline()
processes.no_longer_idle()
print("woken", flush=True)
sys.stdin.readline()
processes.end_all()
child.join()
"""  # noqa: E501


def test_what_ran_on_idle_cores_only_runs_as_all_others_once_it_may(tmp_path: Path) -> None:
    told = tmp_path / "pids"
    with subprocess.Popen(
        [sys.executable, "-c", WAKE, str(told)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdin is not None
        assert run.stdout is not None
        try:
            wait("it to run", lambda: told.exists() and len(told.read_text().split()) == 2)
            pids = [int(pid) for pid in told.read_text().split()]
            assert [os.sched_getscheduler(pid) for pid in pids] == [os.SCHED_IDLE] * 2
            print(file=run.stdin, flush=True)
            assert run.stdout.readline() == "woken\n"
            assert [os.sched_getscheduler(pid) for pid in pids] == [os.SCHED_OTHER] * 2
            print(file=run.stdin, flush=True)
            run.wait(timeout=60)
            wait("their end", lambda: not any(lives(pid) for pid in pids))
        finally:
            run.kill()
