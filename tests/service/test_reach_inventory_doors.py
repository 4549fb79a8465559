"""An account that may not read all of an inventory: what `validate` says to it, before Ansible would pass over what is
closed."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

NOBODY = "65534"
AS_NOBODY = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--")


def _runs_as_nobody() -> bool:
    """Whether an account that owns nothing can run this Python: it may lie in root's home."""
    try:
        done = subprocess.run([*AS_NOBODY, sys.executable, "-c", ""], capture_output=True, timeout=30, cwd="/")
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


pytestmark = [
    pytest.mark.service,
    pytest.mark.skipif(not _runs_as_nobody(), reason="no other account can run this Python"),
]

INVENTORY = "[control]\nctl1 ansible_host=192.0.2.11\nctl2\n[mariadb:children]\ncontrol\n"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A directory that every account may enter, as pytest's own is not."""
    path = Path(tempfile.mkdtemp(prefix="inventory-doors-"))
    path.chmod(0o755)
    (path / "etc").mkdir()
    (path / "etc/multinode").write_text(INVENTORY)
    (path / "config.yaml").write_text(f"cloud: t\ninventory: {{kolla: {path}/etc/multinode}}\n")
    (path / "config.yaml").chmod(0o644)
    yield path
    shutil.rmtree(path)


def validated(folder: Path) -> tuple[int, list[dict[str, str]], str]:
    """Return exit code, what is no note, and stderr of `validate` as an account that owns nothing."""
    tmp = folder / "tmp"
    tmp.mkdir(exist_ok=True)
    tmp.chmod(0o1777)
    program = "import sys; from remediator.cli.main import main; sys.exit(main(sys.argv[1:]))"
    words = ["--config", str(folder / "config.yaml"), "validate", "--format", "json"]
    argv = [*AS_NOBODY, sys.executable, "-c", program, *words]
    given = {"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(tmp), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, cwd="/", env=given)
    found = json.loads(done.stdout) if done.stdout else []
    assert list(tmp.iterdir()) == []
    return done.returncode, [one for one in found if one["code"] != "note"], done.stderr


@contextlib.contextmanager
def closed(path: Path, mode: int = 0o700) -> Iterator[None]:
    before = path.stat().st_mode
    path.chmod(mode)
    try:
        yield
    finally:
        path.chmod(before)


@pytest.mark.parametrize(
    ("door", "mode", "words"),
    [
        ("etc", 0o700, "the account nobody may not enter {folder}/etc"),
        ("etc/multinode", 0o600, "the account nobody may not read {folder}/etc/multinode"),
        ("etc/host_vars", 0o700, "the account nobody may not enter {folder}/etc/host_vars"),
        ("etc/group_vars/control", 0o700, "the account nobody may not enter {folder}/etc/group_vars/control"),
    ],
)
def test_a_closed_door_is_one_mistake_with_its_place_and_never_passed_over(
    folder: Path, door: str, mode: int, words: str
) -> None:
    (folder / "etc/host_vars").mkdir()
    (folder / "etc/host_vars/ctl2.yml").write_text("ansible_host: 192.0.2.12\n")
    (folder / "etc/group_vars/control").mkdir(parents=True)
    with closed(folder / door, mode):
        code, found, _ = validated(folder)
    assert (code, [one["path"] for one in found]) == (1, ["inventory.kolla"])
    assert words.format(folder=folder) in found[0]["message"]


@pytest.mark.parametrize("door", ["etc/globals.yml", "etc/globals.d", "etc/globals.d/engine.yml"])
def test_globals_that_cannot_be_read_are_a_mistake_that_names_them_and_the_way_around(folder: Path, door: str) -> None:
    (folder / "etc/globals.d").mkdir()
    (folder / "etc/globals.yml").write_text("kolla_base_distro: debian\n")
    (folder / "etc/globals.d/engine.yml").write_text("kolla_container_engine: podman\n")
    with closed(folder / door):
        code, found, _ = validated(folder)
    assert (code, len(found)) == (1, 1)
    assert (
        f"{folder}/{door}, which may name the container engine, cannot be read: Permission denied"
        in found[0]["message"]
    )
    assert "say which engine it is: inventory.engine in our config" in found[0]["message"]


def test_content_behind_a_closed_door_is_a_mistake_with_its_place_too(folder: Path) -> None:
    (folder / "etc/more/rules").mkdir(parents=True)
    config = folder / "config.yaml"
    config.write_text(f"cloud: t\ninventory: {{hosts: {{a: {{address: b}}}}}}\ncontent: [{folder}/etc/more]\n")
    with closed(folder / "etc"):
        code, found, error = validated(folder)
    assert (code, error) == (1, "")
    assert [(one["code"], one["message"]) for one in found] == [
        ("unreadable", "cannot be entered: Permission denied; let our account in")
    ]
