"""What the judgement says of a group of daemons: one thing to do, on whom, by which rule, in one sentence. Frozen
records."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Procedure(enum.Enum):
    """What is done with a group."""

    NOTHING = "nothing"
    START = "start"
    """The stopped ones that are named are started unchanged."""
    RESTART = "restart"
    """The one that is named is restarted."""
    WAIT = "wait"
    """It may come right by itself, and is judged again."""
    REFUSE = "refuse"
    """Only a person goes on from here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`hosts` are those on which a daemon is started or restarted, in the order of the inventory."""

    procedure: Procedure
    rule: str
    why: str
    hosts: tuple[str, ...] = ()

    def of(self, host: str) -> Procedure:
        """Return what is done on `host` now: START or RESTART only where it is named."""
        acts = self.procedure in (Procedure.START, Procedure.RESTART)
        return Procedure.WAIT if acts and host not in self.hosts else self.procedure


def nothing(rule: str, why: str) -> Decision:
    return Decision(procedure=Procedure.NOTHING, rule=rule, why=why)


def wait(rule: str, why: str) -> Decision:
    return Decision(procedure=Procedure.WAIT, rule=rule, why=why)


def refuse(rule: str, why: str) -> Decision:
    return Decision(procedure=Procedure.REFUSE, rule=rule, why=why)
