"""A lab as the rings see it: how a command gets into it, how it comes up, and how it goes down."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.rings import processes

LIMIT_S = 1800.0


@dataclass(frozen=True, kw_only=True)
class Lab:
    """`enter` goes before each command that is to run in this lab, `environment` with it."""

    name: str
    enter: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    def up(self, shape: str | None = None, technologies: Sequence[str] = ()) -> str | None:
        """Bring it up, in its own shape or in another one; return None, or in one line why it did not come.

        `technologies`: those of its optional ones that it comes up with.
        """
        chosen = () if shape is None else ("--shape", shape)
        return self._do("up", *chosen, *(("--with", ",".join(technologies)) if technologies else ()))

    def down(self) -> str | None:
        """Take it down, harmless when it is not up; return None, or in one line what went wrong."""
        return self._do("down")

    def _do(self, verb: str, *options: str) -> str | None:
        started = time.monotonic()
        argv = [*self.enter, sys.executable, "-m", "lab", verb, *options]
        code, said = processes.run(argv, limit_s=LIMIT_S, keep=True, environment=self.environment)
        took = time.monotonic() - started
        print(f"{said}{self.name}: lab {verb}: exit {code}, {took:.0f} s\n", end="", flush=True)
        return None if code == 0 else (said.strip().splitlines() or [f"exit {code}"])[-1]


FIRST = Lab(name="first lab")
"""The ordinary one, of this machine."""
