"""What an action says in place of commands: no, not yet, or only after a person's yes (`consent.Ask`).

Invariant: these are values and never exceptions. An exception that comes out of an action is a bug, and whoever asked says so.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Declined:
    """Why there are no commands; `reason` is what people read."""

    reason: str


class Refused(Declined):
    """It may not be done: a plan is refused, and a run that has begun ends."""

    __slots__ = ()


class Wait(Declined):
    """Nothing is wrong with its run, and its time has not come: the run is held, and the action is asked again."""

    __slots__ = ()
