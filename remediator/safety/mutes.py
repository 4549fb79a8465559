"""Did somebody say "not now": pause and downtime. These fail closed: what cannot be read is a mute."""

from __future__ import annotations

from remediator.model.values import Unknown
from remediator.model.verdicts import Verdict
from remediator.safety.case import Case, Downtime
from remediator.safety.guard import Guard, allow, refuse


def pause(case: Case) -> Verdict:
    """There is no pause: neither the file (present or unreadable is one) nor a stored reason."""
    if isinstance(case.pauses, Unknown):
        return refuse("pause", f"paused: whether there is a pause cannot be read ({case.pauses.reason})")
    if case.pauses:
        return refuse("pause", f"paused: {'; '.join(case.pauses)}", reasons=list(case.pauses))
    return allow("pause")


def _mutes(downtime: Downtime, case: Case) -> bool:
    if downtime.depth <= 0 or downtime.until <= case.now.wall or downtime.host not in case.plan.touches:
        return False
    if downtime.service is None:
        return True
    units = {unit.rsplit("/", 1)[1] for unit in case.units}
    return downtime.service in {case.plan.target.name, case.plan.target.text, case.plan.check, *units}


def downtime(case: Case) -> Verdict:
    """No downtime covers the target or one of its hosts. Nagios' event handlers ignore downtime; we do not."""
    for known in case.downtimes:
        if _mutes(known, case):
            what = f"{known.host}/{known.service}" if known.service else known.host
            return refuse(
                "downtime",
                f"{what} is in a scheduled downtime of {known.source} (depth {known.depth})",
                until=known.until,
                host=known.host,
                service=known.service,
                depth=known.depth,
            )
    return allow("downtime")


GUARDS = (
    Guard(
        id="pause",
        question="Has somebody paused us?",
        default="asked before every step",
        floor="cannot be switched off; an unreadable pause file is a pause",
        ask=pause,
        every_step=True,
    ),
    Guard(
        id="downtime",
        question="Is the target or a host of it in a downtime?",
        default="Nagios' downtime depth is honoured",
        floor="cannot be switched off",
        ask=downtime,
        every_step=True,
    ),
)
