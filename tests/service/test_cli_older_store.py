"""Commands over a store of another release, and the upgrade as an installed package does it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.golden.record_stores import PLACE
from tests.service.test_cli_control import Site, site

pytestmark = pytest.mark.service
__all__ = ["site"]
RECORDED = PLACE / "2026-11" / "verifying.sql"
ROOT = Path(__file__).parents[2]
OLDER = "was written by an older release (revision 0000, this release reads 0002): start the daemon"
NEWER = "a newer release wrote it (revision 0009, this release knows 0002)"


def put(site: Site, *statements: str) -> None:
    store = sqlite3.connect(site.directory / "state" / "remediator.db")
    store.executescript(RECORDED.read_text("utf-8"))
    for statement in statements:
        store.execute(statement)
    store.commit()
    store.close()


def test_what_reads_records_says_that_the_store_is_older(site: Site) -> None:
    put(site)
    status = site.run("status")
    assert status.returncode == 5
    assert f"remediator: warning: the store sqlite:///{site.directory}/state/remediator.db {OLDER}" in status.stderr
    listed = site.run("runs", "list")
    assert listed.returncode == 1
    assert OLDER in listed.stderr
    said = [line for line in site.run("validate").stdout.splitlines() if OLDER in line]
    assert len(said) == 1
    assert said[0].startswith(f"note: {site.config}:3:")


def test_its_log_is_read_and_verified_before_it_is_upgraded(site: Site) -> None:
    put(site)
    listed = site.run("audit", "list")
    assert listed.returncode == 0, listed.stderr
    assert "planned" in listed.stdout


def test_a_newer_store_is_refused_by_commands_too(site: Site) -> None:
    put(site, "CREATE TABLE alembic_version (version_num TEXT)", "INSERT INTO alembic_version VALUES ('0009')")
    for line in (["status"], ["runs", "list"], ["audit", "list"], ["validate"]):
        done = site.run(*line)
        assert NEWER in done.stderr + done.stdout


UPGRADE = """
import sys
from pathlib import Path
import remediator
from remediator.store.database import Database, url_of
assert Path(remediator.__file__).is_relative_to(sys.argv[1]), remediator.__file__
Database(url_of(Path(sys.argv[2]), None)).open()
"""


def test_an_installed_package_upgrades_by_itself(site: Site, tmp_path: Path) -> None:
    """The revisions are in the wheel, and nothing beside it is needed."""
    built = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")]
    done = subprocess.run(built, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    put(site)
    os.chmod(site.directory / "state", 0o700)
    where = [str(tmp_path / "installed"), str(site.directory / "state")]
    ran = subprocess.run(
        [sys.executable, "-c", UPGRADE, *where],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": where[0]},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert site.run("runs", "list").returncode == 0
