"""What `make setup` says: one line when all goes well, and the whole error with its exit code when a tool fails."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

MAKEFILE = Path(__file__).parents[3] / "Makefile"
PYTHON = """#!/bin/sh
# Stands in for python3 and for the one of the new environment.
case "$*" in
  *"-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
  *"-m pip install"*requirements.lock*)
    echo "WARNING: Location 'file:///mirror/idna/' is ignored"
    echo "WARNING: Running pip as the 'root' user" >&2
    [ ! -e broken ] || { echo "ERROR: no matching distribution found for idna==3.7" >&2; exit 3; } ;;
esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    shutil.copy(MAKEFILE, tmp_path)
    for name in ("pyproject.toml", "requirements.lock"):
        (tmp_path / name).touch()
    (tmp_path / "python3").write_text(PYTHON)
    (tmp_path / "python3").chmod(0o755)
    return tmp_path


def setup(checkout: Path) -> subprocess.CompletedProcess[str]:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", "setup", f"PYTHON={checkout}/python3"],
        cwd=checkout, env={**outside, "LC_ALL": "C"}, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip


def test_what_pip_says_that_is_no_news_is_not_printed(checkout: Path) -> None:
    done = setup(checkout)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "setup: installing what requirements.lock names into .venv\n"
    assert (checkout / ".venv/.installed").exists()


def test_an_error_of_pip_is_shown_whole_with_its_exit_code(checkout: Path) -> None:
    (checkout / "broken").touch()
    done = setup(checkout)
    assert done.returncode == 2
    assert "WARNING: Location" in done.stderr
    assert "ERROR: no matching distribution found for idna==3.7\n" in done.stderr
    assert (
        "-m pip install --disable-pip-version-check --require-hashes -r requirements.lock' ended with 3\n"
        in done.stderr
    )
    assert not (checkout / ".venv/.installed").exists()
