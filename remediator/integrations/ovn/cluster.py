"""What OVN is to the rest of the cloud: two raft clusters with a quorum each, and the chassis."""

from __future__ import annotations

from dataclasses import dataclass

from remediator.integrations.ovn.facts import database
from remediator.model.manifest.containers import OwnContainer
from remediator.model.manifest.domains import Domain
from remediator.model.manifest.kinds import Kind
from remediator.model.values import Data, Unknown

CHASSIS = "chassis"
"""A host by its ovn-controller: ``chassis/H``."""
CONTROLLER, NORTHD = "ovn_controller", "ovn_northd"
"""Containers, as kolla calls them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Raft:
    """One of both databases."""

    kind: str
    """Of its members, and the name of the cluster: ``ovn_sb/H``, ``cluster/ovn_sb``."""
    container: str
    group: str
    database: str
    check: str
    """Which tells how a member is."""


NORTH = Raft(
    kind="ovn_nb", container="ovn_nb_db", group="ovn-nb-db", database=database.NORTHBOUND, check="ovn-nb-member"
)
SOUTH = Raft(
    kind="ovn_sb", container="ovn_sb_db", group="ovn-sb-db", database=database.SOUTHBOUND, check="ovn-sb-member"
)


def joining(data: Data) -> bool | Unknown:
    """Return whether a member is on its way in, by the data of its check."""
    standing = data.get("standing")
    return standing if isinstance(standing, Unknown) else standing == "joining cluster"


KINDS = (
    Kind(name=CHASSIS, member=CONTROLLER),
    Kind(name=NORTH.kind, member=NORTH.container),
    Kind(name=SOUTH.kind, member=SOUTH.container),
    Kind(name=NORTHD, member=NORTHD),
)
DOMAINS = (
    *(
        Domain(
            name=each.kind,
            containers=frozenset({each.container}),
            settle_s=60.0,
            own_kind=each.kind,
            own_check=each.check,
            joining=joining,
        )
        for each in (NORTH, SOUTH)
    ),
    Domain(name="gateway", containers=frozenset({CONTROLLER}), settle_s=60.0, only_in="network"),
)
"""An election and what follows it take less than a minute. Every compute host has an ovn_controller, and
only those of the group `network` are gateways."""
CONTAINERS = tuple(OwnContainer(name=name) for name in (NORTH.container, SOUTH.container, CONTROLLER))
"""An ovn_northd keeps nothing: one that crashed is started like any container."""
