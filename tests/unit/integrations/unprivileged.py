"""Do something as an account that owns nothing, in a directory that it may enter."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

NOBODY = 65534


def remote(integration: str, *files: str) -> dict[str, Any]:
    """Return what the remote `files` of one of our integrations define; without any named, its `remote.py`."""
    found: dict[str, Any] = {"__name__": "remote"}
    for file in files or ("remote.py",):
        exec(resources.files(f"remediator.integrations.{integration}").joinpath(file).read_text("utf-8"), found)
    return found


@contextlib.contextmanager
def account() -> Iterator[None]:
    """Have no rights inside the block: root becomes nobody, everybody else has none anyway over files of mode 0."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A directory that every account may enter, as pytest's own is not."""
    path = Path(tempfile.mkdtemp(prefix="unprivileged-"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path)
