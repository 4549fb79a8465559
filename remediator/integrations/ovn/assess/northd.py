"""Judgement-free results about ovn-northd, of which one is active in the whole cloud. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from remediator.integrations.ovn import cluster
from remediator.integrations.ovn.facts import host as ovn_facts
from remediator.integrations.ovn.facts.northd import Activity, Northd
from remediator.integrations.ovs.facts.answering import Answering
from remediator.model import targets
from remediator.model.content.judging import Assessed, Evidence
from remediator.model.kleene import Truth
from remediator.model.values import Data, Unknown


def judge(evidence: Evidence) -> Sequence[Assessed]:
    """Return `ovn.northd`, one result for all hosts of the evidence; none where nobody has one."""
    known = {name: _of(evidence, name) for name in evidence.hosts}
    if all(one is None for one in known.values()):
        return []
    return [Assessed(target=targets.cluster(cluster.NORTHD, evidence.hosts), data=_whole(known))]


def _of(evidence: Evidence, name: str) -> Northd | Unknown | None:
    reply = evidence.reply(name)
    if reply is None:
        return Unknown("not_asked")
    told = ovn_facts.of(reply)
    return told if isinstance(told, Unknown) else told.northd


def _whole(known: dict[str, Northd | Unknown | None]) -> Data:
    told = {name: one for name, one in known.items() if isinstance(one, Northd)}
    active = _doing(told, Activity.ACTIVE)
    stopped = [name for name, one in told.items() if one.control.stopped is True]
    unknown = [
        name
        for name, one in known.items()
        if isinstance(one, Unknown) or (isinstance(one, Northd) and isinstance(one.activity, Unknown))
        if name not in stopped
    ]
    return {
        "hosts": len(known),
        "active": active,
        "standby": _doing(told, Activity.STANDBY),
        "paused": _doing(told, Activity.PAUSED),
        "stopped": stopped,
        "wedged": [name for name, one in told.items() if one.control.answering is Answering.WEDGED],
        "unknown": unknown,
        "none_active": _none_active(active, unknown),
        "several_active": True if len(active) > 1 else Unknown("some are not known") if active and unknown else False,
        "disconnected": [
            name for name, one in told.items() if one.north_connected is False or one.south_connected is False
        ],
        "table": "\n".join(_line(name, one) for name, one in known.items()),
    }


def _doing(told: dict[str, Northd], activity: Activity) -> list[str]:
    return [name for name, one in told.items() if one.activity is activity]


def _none_active(active: Sequence[str], unknown: Sequence[str]) -> Truth:
    if active:
        return False
    return Unknown(f"nobody knows what northd does on {', '.join(unknown[:3])}") if unknown else True


def _line(name: str, one: Northd | Unknown | None) -> str:
    if one is None:
        return f"{name}: has none"
    if isinstance(one, Unknown):
        return f"{name}: not known ({one.reason[:80]})"
    if isinstance(one.activity, Unknown):
        return f"{name}: {one.control.answering.value}"
    north, south = _connected(one.north_connected), _connected(one.south_connected)
    return f"{name}: {one.activity.value}, northbound {north}, southbound {south}"


def _connected(value: Truth) -> str:
    return "not known" if isinstance(value, Unknown) else "connected" if value else "not connected"
