"""The judgement of all ovn-northds by OVN-4: which one a cure may start or restart, or why none. Pure.

Invariants. The active one is never touched. Where none is active nothing is done before both databases have a leader,
and nothing while one that was not read may be active. A paused one, or two that are active, hold everything.
"""

from __future__ import annotations

from remediator.integrations.ovn.facts.northd import Activity
from remediator.integrations.ovn.judgement import decision
from remediator.integrations.ovn.judgement.decision import Decision, Procedure
from remediator.integrations.ovn.judgement.picture import NorthdPicture, NorthdsPicture, Process
from remediator.model.values import Unknown

RULE = "OVN-4"


def decide(picture: NorthdsPicture) -> Decision:
    """Return the one thing to do in `picture`."""
    answering = [one for one in picture.northds if one.process is Process.ANSWERS]
    by = {kind: [one.host for one in answering if one.activity is kind] for kind in Activity}
    active = by[Activity.ACTIVE]
    if by[Activity.PAUSED]:
        return decision.refuse(RULE, f"{', '.join(by[Activity.PAUSED])} is paused: whoever paused it wants that")
    if len(active) > 1:
        return decision.refuse(RULE, f"{', '.join(active)} are active at once: the lock in the database does not hold")
    if not active and (why := _not_proven_idle(picture)) is not None:
        return decision.refuse(RULE, why)
    stopped, wedged = _with(picture, Process.STOPPED), _with(picture, Process.WEDGED)
    if stopped:
        return _act(Procedure.START, stopped[0], "it is stopped")
    if wedged:
        return _act(Procedure.RESTART, wedged[0], "it is wedged")
    if active:
        return decision.nothing(RULE, f"{active[0]} is active")
    if by[Activity.STANDBY]:
        return _act(Procedure.RESTART, by[Activity.STANDBY][0], "all stand by, and none takes the lock")
    return decision.refuse(RULE, "none is active, and an operator stopped all of them")


def _not_proven_idle(picture: NorthdsPicture) -> str | None:
    """Return why it is not proven that none is active while both databases could let one be; None: it is."""
    for one in picture.northds:
        if (why := _unread(one)) is not None:
            return f"none is known to be active, and {one.host} may be: it is not known ({why.reason})"
    if isinstance(picture.led, Unknown):
        return f"none is active, and whether both databases have a leader is not known ({picture.led.reason})"
    return None if picture.led else "none is active, and a database has no leader: that one comes first"


def _unread(one: NorthdPicture) -> Unknown | None:
    if isinstance(one.process, Unknown):
        return one.process
    return one.activity if one.process is Process.ANSWERS and isinstance(one.activity, Unknown) else None


def _with(picture: NorthdsPicture, process: Process) -> list[str]:
    return [one.host for one in picture.northds if one.process is process]


def _act(procedure: Procedure, host: str, why: str) -> Decision:
    return Decision(procedure=procedure, rule=RULE, why=f"{host}: {why}", hosts=(host,))
