"""Runbooks of more than one step, which the shipped ones for containers do not have, and a directory of content for a
config to name."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

TWICE = """
runbooks:
  - name: container-start
    summary: Start it, then see to it that it was started
    target: container
    risk: R1
    steps:
      - {id: start, do: container.start, timeout: 2m}
      - {id: again, do: container.start, timeout: 2m}
    verify: {check: container-state, within: 2m}
    held_at_most: 10m
"""
THRICE = """
runbooks:
  - name: container-start
    summary: Start it, then see to it twice that it was started
    target: container
    risk: R1
    steps:
      - {id: start, do: container.start, timeout: 2m}
      - {id: again, do: container.start, timeout: 2m}
      - {id: last, do: container.start, timeout: 2m}
    verify: {check: container-state, within: 2m}
    held_at_most: 20m
"""


def in_place(runbooks: str) -> str:
    """Return the line of a config by which `runbooks` stand in place of those of the same names."""
    return f"content: [{_directory(runbooks)}]\n"


@functools.cache
def _directory(runbooks: str) -> Path:
    """Return a directory of content with `runbooks`, the same one each time, so that a config that names it is loaded
    once."""
    made = Path(tempfile.mkdtemp(prefix="content-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    (made / "runbooks").mkdir()
    (made / "runbooks" / "container.yaml").write_text(runbooks)
    return made
