"""The fixed programs that commands run on hosts: told by their name, and obeyed by the technology that they are of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from remediator.sim.cloud.cloud import SimCloud
    from remediator.sim.cloud.hosts import SimHost

Ended = tuple[int, str]
"""Exit code and output."""
MOMENT_S = 0.5


@dataclass(frozen=True, kw_only=True)
class Script:
    """`obey` does on a host what its text does there, given the words behind its name, and has its exit codes and
    refusals."""

    obey: Callable[[SimCloud, SimHost, tuple[str, ...]], Ended]
    service: str
    """The service that it acts on."""
    takes_s: float = MOMENT_S
    only_reads: bool = False
    """The script changes nothing, and may run as often as it is needed."""
    asks_only: bool = False
    """The script is R0: nothing is claimed for it."""
    goes_before: bool = False
    """The script stands before the program of a step, and is not the effect that the step's INTENT is for."""


def name_of(argv: Sequence[str]) -> str | None:
    """Return the script that `argv` runs, None when it runs none."""
    return argv[3] if len(argv) > 3 and tuple(argv[:2]) == ("sh", "-c") else None
