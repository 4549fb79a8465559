"""What an action says in place of commands: no, not yet, or only after a person's yes (`consent.Ask`).

Invariant: these are values and never exceptions. An exception that comes out of an action is a bug, and whoever asked
says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Declined:
    """Why there are no commands; `reason` is what people read, and `because` what two reasons are compared by."""

    reason: str
    code: tuple[str, ...] = field(default=(), kw_only=True)
    """What is in the way, for a sentence with figures that go on while it is; empty: the sentence has none."""

    @property
    def because(self) -> tuple[str, ...]:
        return self.code or (self.reason,)


class Refused(Declined):
    """It may not be done: a plan is refused, and a run that has begun ends."""

    __slots__ = ()


class Wait(Declined):
    """Nothing is wrong with its run, and its time has not come: the run is held, and the action is asked again."""

    __slots__ = ()
