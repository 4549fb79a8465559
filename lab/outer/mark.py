"""The mark of this lab's processes: a variable of their environment that names the lab's home.

Whatever the lab starts has it, and children inherit it. The processes inside the hosts do not: they are in the lab's
control group.
A name of a program (`dockerd`, `remediator`) is no mark: others run programs of the same name on the same machine.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from lab import paths

NAME = "REMEDIATOR_LAB_OF"


def environment(base: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment with the mark, made from `base` or from ours."""
    return {**(os.environ if base is None else base), NAME: str(paths.HOME)}
