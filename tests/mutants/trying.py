"""Tries one mutant: a copy of the tree on a file system in memory, the patch, the proof in a process of its own.

Invariant: only an invariant that broke, or a unit test that failed, is a catch. A child that ends in any other way, or
not in
its time, has shown nothing.
"""

from __future__ import annotations

import ctypes
import enum
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.rows import ROOT, Mutant, OutOfDate

SHIPPED = ("remediator", "checks", "rules", "runbooks")
OF_TESTS = (
    "tests/__init__.py",
    "tests/conftest.py",
    "tests/builders",
    "tests/golden",
    "tests/integrations",
    "tests/unit",
    "tests/sim",
    "tests/rings",
)
FILES = ("pyproject.toml", "README.md", "LICENSE", "config.example.yaml")
PR_SET_PDEATHSIG = 1
CHILD = Path(__file__).with_name("child.py")
FAILED = re.compile(r"^FAILED (\S+)", re.M)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much is proved. `scenarios`: stories by chance after the directed ones. `limit_s`: of each child.

    `named_alone`: of the simulator only the story that a mutant names, so that one that lives costs no more than one
    that is caught.
    """

    scenarios: int = 24
    limit_s: float = 900.0
    named_alone: bool = False


WHOLE = Extent()


class Ended(enum.Enum):
    """How a try ended."""

    CAUGHT = "caught"
    LIVES = "LIVES"
    OUT_OF_DATE = "OUT OF DATE"
    BROKEN = "BROKEN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """`by`: what caught it. `said`: in which words, or why it shows nothing."""

    name: str
    ended: Ended
    by: str
    said: str
    seconds: float


@contextmanager
def copied(tests: bool) -> Iterator[Path]:
    """Make a copy of what is shipped, with the unit tests when `tests`, and take it away again."""
    shared = Path("/dev/shm")
    place = shared if shared.is_dir() and os.access(shared, os.W_OK) else None
    root = Path(tempfile.mkdtemp(prefix="mutant-", dir=place))
    try:
        for name in (*SHIPPED, *(OF_TESTS if tests else ()), *FILES):
            here, there = ROOT / name, root / name
            if here.is_dir():
                shutil.copytree(here, there, symlinks=True)
            elif here.is_file():
                there.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(here, there)
        yield root
    finally:
        shutil.rmtree(root, ignore_errors=True)


def try_one(mutant: Mutant, extent: Extent = WHOLE) -> Tried:
    """Apply `mutant` to a copy and run what shall catch it."""
    began = time.monotonic()
    with copied(tests=bool(mutant.tests)) as root:
        file = root / mutant.file
        try:
            file.write_text(mutant.patched(file.read_text()))
        except (OutOfDate, OSError) as error:
            return Tried(name=mutant.name, ended=Ended.OUT_OF_DATE, by="", said=str(error), seconds=0.0)
        ended, by, said = _by_what_it_names(root, extent, mutant)
    return Tried(name=mutant.name, ended=ended, by=by, said=said, seconds=time.monotonic() - began)


def unpatched_proof(mutant: Mutant, extent: Extent) -> Tried:
    """Run what shall catch `mutant` on a copy without any patch: it must hold."""
    began = time.monotonic()
    with copied(tests=bool(mutant.tests)) as root:
        ended, by, said = _by_what_it_names(root, extent, mutant)
    return Tried(name=mutant.proof, ended=ended, by=by, said=said, seconds=time.monotonic() - began)


def unpatched(tests: Sequence[str], extent: Extent = WHOLE) -> Tried:
    """Run the whole short form, and `tests`, on a copy without any patch: nothing may be caught."""
    began = time.monotonic()
    with copied(tests=True) as root:
        ended, by, said = _by_proof(root, extent, "")
        if ended is Ended.LIVES and tests:
            ended, by, said = _by_tests(root, extent, *tests)
    return Tried(name="(unpatched)", ended=ended, by=by, said=said, seconds=time.monotonic() - began)


def _by_what_it_names(root: Path, extent: Extent, mutant: Mutant) -> tuple[Ended, str, str]:
    return _by_tests(root, extent, mutant.tests) if mutant.tests else _by_proof(root, extent, mutant.story)


def _by_proof(root: Path, extent: Extent, story: str) -> tuple[Ended, str, str]:
    how = ["--only", story] if extent.named_alone else ["--first", story, "--scenarios", str(extent.scenarios)]
    command = [sys.executable, "-P", str(CHILD), str(root), *how]
    code, out, error = _child(command, root, extent.limit_s)
    try:
        found = json.loads(out.strip().splitlines()[-1]) if code == 0 else None
    except (ValueError, IndexError):
        found = None
    if found is None:
        return Ended.BROKEN, "", f"the proof ended with {code}: {_last(error) or _last(out)}"
    if not found:
        held = f"its story “{story}” held" if extent.named_alone else "every invariant held"
        return Ended.LIVES, "", held
    return Ended.CAUGHT, f"{found['invariant']}: {found['by']}", found["said"]


def _by_tests(root: Path, extent: Extent, *tests: str) -> tuple[Ended, str, str]:
    command = [sys.executable, "-P", "-m", "pytest", "-q", "-x", "-p", "no:randomly", "-p", "no:cacheprovider", *tests]
    code, out, error = _child(command, root, extent.limit_s)
    failed = FAILED.search(out)
    if code == 0:
        return Ended.LIVES, "", "every test passed"
    if code == 1 and failed is not None:
        return Ended.CAUGHT, f"test: {failed[1].split('[')[0]}", failed[1]
    return Ended.BROKEN, "", f"pytest ended with {code}: {_last(out) or _last(error)}"


def _end_with_parent() -> None:
    """Let the kernel end this child when who tries it is killed: it has a session of its own."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _child(command: list[str], root: Path, limit_s: float) -> tuple[int, str, str]:
    """Run `command` with the copy before everything else on its path; what it started goes with it."""
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONHASHSEED": "0"}
    child = subprocess.Popen(
        command, cwd=root, env=environment, text=True, start_new_session=True, preexec_fn=_end_with_parent,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        out, error = child.communicate(timeout=limit_s)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
        return -1, "", f"it did not end within {limit_s:.0f} s"
    except BaseException:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
        raise
    return child.returncode, out, error


def _last(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else ""
