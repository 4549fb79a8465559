"""One at a time: locks on hosts and failure-domain groups. A lock has no expiry; it ends with its run."""

from __future__ import annotations

from remediator.model.verdicts import Verdict
from remediator.safety.case import Case
from remediator.safety.guard import Guard, allow, refuse


def lock(case: Case) -> Verdict:
    """No other run holds a host or a group that this plan touches."""
    for scope, run in sorted(case.locks.items()):
        if run != case.own_run:
            return refuse("lock", f"{scope} is locked by run {run}", scope=scope, run=run)
    return allow("lock")


GUARDS = (
    Guard(
        id="lock",
        question="Is every host and group of the plan free of other runs?",
        default="host:<h> for each host touched, group:<g> for each failure-domain group",
        floor="cannot be switched off; a lock has no expiry",
        ask=lock,
        every_step=True,
    ),
)
