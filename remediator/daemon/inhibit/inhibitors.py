"""Reasons not to act that lie outside the store: the pause file, the room left, an unwritable checkpoint file, the end
of the daemon.

Invariant: this fails closed. A pause file that is present, or about which nothing can be learnt, is a pause.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from remediator.daemon.state.asides import Asides
from remediator.model.values import Unknown

MIN_FREE_BYTES = 200 * 2**20
MIN_FREE_SHARE = 0.05


class Trouble(str):
    """A reason not to act that no person gave, so that people must hear of it. `kind` stays the same while the words
    change.

    `brakes` is False for what people must hear of as well and the gate asks nothing about.
    """

    kind: str
    brakes: bool

    def __new__(cls, kind: str, text: str, *, brakes: bool = True) -> Trouble:
        made = super().__new__(cls, text)
        made.kind, made.brakes = kind, brakes
        return made


RELOAD_REFUSED = "reload_refused"


class AndReload:
    """The reasons of `outside`, and a reload that was refused: who wrote that config may have wanted less than the old
    one does."""

    def __init__(self, outside: Callable[[], tuple[str, ...] | Unknown]) -> None:
        self._outside = outside
        self.refused: str | None = None

    def __call__(self) -> tuple[str, ...] | Unknown:
        found = self._outside()
        if self.refused is None or isinstance(found, Unknown):
            return found
        why = f"a reload was refused, and what it wanted is not in force: mend it and reload again ({self.refused})"
        return (*found, Trouble(RELOAD_REFUSED, why))


class AndAsides:
    """The reasons of `outside`, and the parts of the turn that the gate rests on and that cannot be handled now."""

    def __init__(self, outside: Callable[[], tuple[str, ...] | Unknown], asides: Asides) -> None:
        self._outside = outside
        self._asides = asides

    def __call__(self) -> tuple[str, ...] | Unknown:
        found = self._outside()
        if isinstance(found, Unknown):
            return found
        return (*found, *(Trouble(f"turn_part_{each.about.name}", each.text) for each in self._asides.vital))


def troubles(reasons: tuple[str, ...] | Unknown) -> list[Trouble]:
    """Return those of `reasons` that people must hear of; not to know whether there is a pause is one of them."""
    if isinstance(reasons, Unknown):
        return [Trouble("pause_unknown", f"it cannot be told whether there is a pause: {reasons.reason}")]
    return [reason for reason in reasons if isinstance(reason, Trouble)]


class Refrain:
    """Called by the loop whenever a case is built; every call looks anew."""

    def __init__(self, pause_file: Path, state_dir: Path) -> None:
        self._pause_file = pause_file
        self._state_dir = state_dir
        self.checkpoint_error: str | None = None
        self.ending = False

    def end(self) -> None:
        """The daemon ends: nothing new begins."""
        self.ending = True

    def checkpoint_failed(self, why: str | None) -> None:
        """Say why the checkpoint file cannot be written, or with None that it can."""
        self.checkpoint_error = why

    def __call__(self) -> tuple[str, ...] | Unknown:
        """Return the reasons, or UNKNOWN when the pause file or the state directory cannot be looked at."""
        reasons: list[str] = []
        try:
            os.lstat(self._pause_file)
        except FileNotFoundError:
            pass
        except OSError as error:
            return Unknown(f"{self._pause_file}: {error.strerror}")
        else:
            reasons.append(f"{self._pause_file} is there{_first_line(self._pause_file)}")
        try:
            room = os.statvfs(self._state_dir)
        except OSError as error:
            return Unknown(f"{self._state_dir}: {error.strerror}")
        free = room.f_bavail * room.f_frsize
        if free < MIN_FREE_BYTES or room.f_bavail < MIN_FREE_SHARE * room.f_blocks:
            reasons.append(Trouble("disk_nearly_full", f"{self._state_dir} has only {free // 2**20} MiB free"))
        if self.checkpoint_error is not None:
            reasons.append(Trouble("checkpoint_unwritable", self.checkpoint_error))
        if self.ending:
            reasons.append("the daemon is ending")
        return tuple(reasons)


def _first_line(path: Path) -> str:
    """Return the reason written in the pause file, if it can be read."""
    try:
        with path.open(errors="replace") as file:
            line = file.readline(200).strip()
    except OSError:
        return " (it cannot be read)"
    return f": {line}" if line else ""
