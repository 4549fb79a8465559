"""The manifest of Open vSwitch under kolla."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import Any

from remediator.integrations.ovs import assess
from remediator.integrations.ovs.facts import platform, switch
from remediator.integrations.ovs.settings import Settings
from remediator.model.manifest.integration import Integration, SectionSpec

REMOTE = ("remote_rpc.py", "remote.py")
SLOW = 10
"""At every how many collections the kernel below the switch is looked at."""


def build(config: Mapping[str, Any]) -> Integration:
    """Return the integration. Config: ``group``, the inventory group of its hosts (openvswitch)."""
    unknown = sorted(set(config) - {"group"})
    if unknown:
        raise ValueError(f"integrations.ovs: unknown setting {unknown[0]!r}: it has `group`")
    group = str(config.get("group", "openvswitch"))
    return Integration(
        name="ovs",
        sections=(
            SectionSpec(kind=switch.OVS, timeout_s=6.0, memory_mb=128),
            SectionSpec(kind=platform.PLATFORM, timeout_s=5.0, memory_mb=128, every=SLOW),
        ),
        remote_source=text_of(*REMOTE),
        assessments=assess.ASSESSMENTS,
        actions=(),
        applies=lambda host: group in host.groups,
        settings=Settings,
        kinds=(assess.KIND,),
    )


def text_of(*names: str) -> str:
    """Return what runs on a host: files of this package in one text."""
    return "\n\n".join(resources.files(__package__).joinpath(name).read_text("utf-8") for name in names)
