"""Judgement-free results about OVN: chassis, databases, northd."""

from __future__ import annotations

from collections.abc import Sequence

from remediator.integrations.ovn import cluster, fields
from remediator.integrations.ovn.assess import chassis, northd, raft, southbound
from remediator.integrations.ovn.implied import Named
from remediator.model.content.judging import AssessSpec, Scope

SECTIONS = ("containers", "ovn")
OF_CHASSIS = ("containers", "ovn", "ovs")


def assessments(named: Named) -> Sequence[AssessSpec]:
    """Return all of them, with what our own config says of a chassis' settings."""
    return (
        AssessSpec(
            name="ovn.settings",
            scope=Scope.HOST,
            sections=("ovn", "ovs"),
            fields=fields.SETTINGS,
            judge=chassis.settings(named),
            target_kind=cluster.CHASSIS,
            summary="a chassis' own settings beside what kolla's files, the inventory and the config prove of them",
        ),
        AssessSpec(
            name="ovn.controller",
            scope=Scope.HOST,
            sections=OF_CHASSIS,
            fields=fields.CONTROLLER,
            judge=chassis.controllers,
            target_kind=cluster.CHASSIS,
            summary="ovn-controller: whether it answers, whether it is connected, and where it looks for its database",
        ),
        *(spec for each in (cluster.NORTH, cluster.SOUTH) for spec in _of_raft(each)),
        AssessSpec(
            name="ovn.northd",
            scope=Scope.GROUP,
            sections=("ovn",),
            fields=fields.NORTHD,
            judge=northd.judge,
            target_kind="cluster",
            summary="ovn-northd: which one is active, and which ones stand by",
        ),
        AssessSpec(
            name="ovn.chassis",
            scope=Scope.GROUP,
            sections=("ovn_chassis",),
            fields=fields.SOUTHBOUND,
            judge=southbound.judge,
            target_kind="cluster",
            summary="the chassis as the southbound database has them: alive, dead, left over, twice there",
        ),
    )


def _of_raft(each: cluster.Raft) -> tuple[AssessSpec, AssessSpec]:
    word = "north" if each is cluster.NORTH else "south"
    return (
        AssessSpec(
            name=f"ovn.{word}_member",
            scope=Scope.GROUP,
            sections=SECTIONS,
            fields=fields.MEMBER,
            judge=raft.members(each),
            target_kind=each.kind,
            summary=f"each {word}bound database server: what it says of its cluster, and what the others prove",
        ),
        AssessSpec(
            name=f"ovn.{word}",
            scope=Scope.GROUP,
            sections=SECTIONS,
            fields=fields.CLUSTER,
            judge=raft.whole(each),
            target_kind="cluster",
            summary=f"the {word}bound cluster as a whole: its leader, its quorum, and who is not part of it",
        ),
    )
