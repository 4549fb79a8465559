"""Installs a package from `tests/thirdparty` as an operator would, with pip and without a network, and takes it away
again."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

THIRD_PARTY = Path(__file__).parents[1] / "thirdparty"


def install(name: str, into: Path) -> Path:
    """Install the project `name` into the directory `into`, and return that."""
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index")
    said = subprocess.run(
        [*pip, "--disable-pip-version-check", "--target", str(into), str(THIRD_PARTY / name)],
        capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    return into


def described(into: Path, name: str, version: str, points: str) -> Path:
    """Lay what pip lays beside an installed package: its metadata and its entry `points`."""
    folder = into / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", "utf-8")
    (folder / "entry_points.txt").write_text(f"[remediator.integrations]\n{points}\n", "utf-8")
    return into


@contextmanager
def importable(directory: Path) -> Iterator[None]:
    """Let what is installed in `directory` be found, and nothing of it remain afterwards."""
    sys.path.insert(0, str(directory))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(directory))
        for module in [
            name for name, each in sys.modules.items() if str(directory) in str(getattr(each, "__file__", ""))
        ]:
            del sys.modules[module]
        importlib.invalidate_caches()


@contextmanager
def example(directory: Path) -> Iterator[None]:
    """Lay the integration of `tests/thirdparty/memcache` into `directory`, as pip would, and let it be found."""
    shutil.copytree(THIRD_PARTY / "memcache" / "remediator_memcache", directory / "remediator_memcache")
    described(directory, "remediator-memcache", "1.2", "memcache = remediator_memcache")
    with importable(directory):
        yield
