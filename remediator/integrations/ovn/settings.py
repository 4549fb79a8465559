"""What the config says of OVN, below `integrations.ovn`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from remediator.config.connections import Name, Section

GATEWAYS = "ovn-controller-network"
"""The group of kolla's inventory whose hosts are gateway chassis."""


class Settings(Section):
    """What kolla leaves on no host's disk: without it, those settings of a chassis have no proof, and none is set."""

    tunnel_interface: Annotated[
        str | None, Field(min_length=1, max_length=32, description="kolla's variable of that name, the same everywhere")
    ] = None
    bridge_mappings: Annotated[
        str | None, Field(min_length=3, max_length=1024, description="physnet1:br-ex, as chassis with a bridge have it")
    ] = None
    mapped_groups: Annotated[
        list[Name], Field(description="the groups whose hosts have these mappings", default_factory=lambda: [GATEWAYS])
    ]
