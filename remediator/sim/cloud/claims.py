"""The file of claims on a host in memory, and the program that writes it (runs/claims.py)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from remediator.runs import claims

DAY_S = 86400.0
MOST = 200


@dataclass
class ClaimsFile:
    """`lines`: start, store, cloud, epoch, and the host's seconds since its boot. `torn`: it cannot be read as it
    is."""

    lines: list[tuple[str, str, str, str, float]] = field(default_factory=list)
    torn: bool = False

    def boot(self) -> None:
        """What is below /run does not outlive a boot."""
        self.lines, self.torn = [], False

    def lay(self, words: Sequence[str], up_s: float) -> tuple[int, str]:
        """Do what the program does with its `words`, and return how it ends."""
        start, store, cloud, epoch, nonce = words
        kept = [line for line in self.lines if line[0] != start and 0 <= up_s - line[4] < DAY_S][-MOST:]
        self.lines = [*kept, (start, store, cloud, epoch, up_s)]
        shown = ["a line that was cut"] if self.torn else [f"{' '.join(line[:4])} {line[4]:.2f}" for line in kept]
        return 0, "\n".join((f"{claims.NAME} {nonce} {up_s:.2f}", *shown, f"{claims.NAME} {nonce} end"))
