"""What the config says of Open vSwitch, below `integrations.ovs`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from remediator.config.connections import Name, Section


class Settings(Section):
    """Which hosts have Open vSwitch; on each of them it is looked for first."""

    group: Annotated[Name, Field(description="the inventory group of the hosts with Open vSwitch")] = "openvswitch"
