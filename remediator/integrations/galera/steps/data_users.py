"""The question before each program that starts or reads a stopped member: is there nobody else on its data? Pure.

Invariant: the question is asked on the host itself, in the same step and right before the program, whatever the
evidence said a moment ago. Two servers on one data directory are the worst that can be done to it.
"""

from __future__ import annotations

from remediator.integrations.galera.actions.undo import data_directory
from remediator.integrations.galera.steps import scripts
from remediator.model.content.actions import StepInput
from remediator.model.content.commands import Command
from remediator.model.content.declined import Refused

ALONE_S = 30.0


def before(order: StepInput, *commands: Command, engine: str | None = None) -> tuple[Command, ...] | Refused:
    """Return `commands` for one member behind the question that ends with 0 only if nobody else uses its data."""
    host = commands[0].host
    where = data_directory(order, host)
    if isinstance(where, Refused):
        return where
    argv = scripts.ALONE.argv(where, order.mark_on(host), engine or order.host.engine)
    return (Command(host=host, argv=argv, timeout_s=ALONE_S), *commands)
