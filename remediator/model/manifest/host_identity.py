"""What a host tells of itself: who it is, and since when it and its engine run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ActFile:
    """One file that says what `remediator-act` takes on the host."""

    name: str
    sha256: str | None
    """Of its text; None where it lists nothing: others than root may write it, or it cannot be read."""
    release: str
    """By which it was printed, as the file has it; empty where it does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """As one reply shows it; None: the host does not say."""

    machine_id: str | None
    """A digest of it."""
    names: tuple[str, ...] | None
    """By which the host calls itself, hostname first."""
    booted_age_s: float | None
    """Since it booted, in seconds before the reply was asked for."""
    engine_age_s: float | None
    """Since its engine started, in seconds before the reply was asked for."""
    act_files: tuple[ActFile, ...] | None = None
    """Those of `remediator-act`; None: neither it nor a file of it is there, or the host does not say."""
