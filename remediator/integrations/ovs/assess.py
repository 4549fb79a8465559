"""Judgement-free results about a host's switch: `ovs.switch` and `ovs.platform`. Pure.

Invariant: a host without Open vSwitch gives no result. A module that is not loaded is missed only where the kernel's
own datapath is in use.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from remediator.integrations.ovs import fields
from remediator.integrations.ovs.facts import platform, settings, switch
from remediator.integrations.ovs.facts.platform import Platform
from remediator.integrations.ovs.facts.switch import Switch
from remediator.model import targets
from remediator.model.content.judging import Assessed, AssessSpec, Evidence, Scope
from remediator.model.kleene import Truth
from remediator.model.manifest.kinds import Kind
from remediator.model.messages.replies import HostReply
from remediator.model.values import Data, Unknown

SWITCH = "ovs"
KIND = Kind(name=SWITCH)
MOST = 20
T = TypeVar("T", Switch, Platform)


def switches(evidence: Evidence) -> Sequence[Assessed]:
    """Return `ovs.switch` of each host that has one, or of which nobody can tell."""
    return _of_each(evidence, switch.of, _switch)


def platforms(evidence: Evidence) -> Sequence[Assessed]:
    """Return `ovs.platform` of each host that has a switch, or of which nobody can tell."""
    return _of_each(evidence, platform.of, _platform)


def _of_each(
    evidence: Evidence, read: Callable[[HostReply], T | Unknown], data: Callable[[T | Unknown], Data]
) -> Sequence[Assessed]:
    found = []
    for host in evidence.hosts:
        reply = evidence.reply(host)
        told = read(reply) if reply is not None else None
        if told is not None and (isinstance(told, Unknown) or told.present):
            found.append(Assessed(target=targets.member(SWITCH, host), data=data(told)))
    return found


def _switch(told: Switch | Unknown) -> Data:
    if isinstance(told, Unknown):
        return dict.fromkeys(fields.SWITCH, told)
    reasons = [each.reason for each in (told.database, told.vswitchd) if not each.answers and each.reason]
    return {
        "database": told.database.answering.value,
        "vswitchd": told.vswitchd.answering.value,
        "reason": "; ".join(dict.fromkeys(reasons)) or None,
        "ovn": told.settings if isinstance(told.settings, Unknown) else told.settings.of(settings.REMOTE) is not None,
        "br_int": told.has_br_int,
        "bridges": told.bridges if isinstance(told.bridges, Unknown) else list(told.bridges),
        "errors": told.errors
        if isinstance(told.errors, Unknown)
        else [f"{each.name}: {each.error}" for each in told.errors[:MOST]],
        "errors_in_all": told.errors_in_all,
        "applied": told.applied,
        "version": told.version,
    }


def _platform(told: Platform | Unknown) -> Data:
    if isinstance(told, Unknown):
        return dict.fromkeys(fields.PLATFORM, told)
    return {
        "kernel": told.release,
        "nat": told.nat,
        "datapath": told.datapath,
        "geneve": _geneve(told),
        "conntrack_used": told.conntrack_used,
        "conntrack": told.conntrack,
        "conntrack_max": told.conntrack_max,
        "denials": told.denials
        if isinstance(told.denials, Unknown)
        else [f"{each.profile}: {each.what}" for each in told.denials],
    }


def _geneve(told: Platform) -> Truth | None:
    if told.datapath is False:
        return None
    return told.datapath if isinstance(told.datapath, Unknown) else told.geneve


ASSESSMENTS = (
    AssessSpec(
        name="ovs.switch",
        scope=Scope.HOST,
        sections=("ovs",),
        fields=fields.SWITCH,
        judge=switches,
        target_kind=SWITCH,
        summary="the local switch: its database, its daemon, its bridges, and interfaces with errors",
    ),
    AssessSpec(
        name="ovs.platform",
        scope=Scope.HOST,
        sections=("ovs_platform",),
        fields=fields.PLATFORM,
        judge=platforms,
        target_kind=SWITCH,
        summary="the kernel below the switch: modules, conntrack's table, and mounts that AppArmor denied",
    ),
)
