"""The question before each program that starts or reads a stopped member: is there nobody else on its data? Pure.

Invariant: it is asked on the host itself, in the same step and right before, whatever the evidence said a moment ago: two servers on one data
directory are the worst that can be done to it.
"""

from __future__ import annotations

from remediator.integrations.galera import scripts
from remediator.integrations.galera.undoing import data_directory
from remediator.model.content import ActionInput, Command

ALONE_S = 30.0


def command(order: ActionInput, host: str | None = None, engine: str | None = None) -> Command:
    """Return the command that ends with 0 only if nobody else uses the data of the member on `host` (the order's own)."""
    name = order.host.name if host is None else host
    argv = scripts.ALONE.argv(data_directory(order, name), order.mark_on(name), engine or order.host.engine)
    return Command(host=name, argv=argv, timeout_s=ALONE_S)
