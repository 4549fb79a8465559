"""The manifest of OVN under kolla. See `fields.py` for what conditions may use."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import Any

from remediator.integrations.ovn.facts import host, southbound
from remediator.integrations.ovn.settings import Settings
from remediator.integrations.ovs import manifest as ovs
from remediator.model.manifest.integration import Integration, SectionSpec

GROUPS = frozenset({"ovn-controller", "ovn-northd", "ovn-nb-db", "ovn-sb-db", "ovn-sb-db-relay"})
"""The groups of kolla's inventory whose hosts have a daemon of OVN (ussuri, 2020, to 2026.1)."""
SOMETIMES = 4
"""At every how many collections the chassis are read from the southbound database."""


def build(config: Mapping[str, Any]) -> Integration:
    """Return the integration. Raise ValueError with the setting and the remedy."""
    unknown = sorted(set(config) - set(Settings.model_fields))
    if unknown:
        raise ValueError(f"integrations.ovn: unknown setting {unknown[0]!r}; known: {', '.join(Settings.model_fields)}")
    own = resources.files(__package__).joinpath("remote.py").read_text("utf-8")
    return Integration(
        name="ovn",
        sections=(
            SectionSpec(kind=host.OVN, timeout_s=10.0, memory_mb=128),
            SectionSpec(kind=southbound.SOUTHBOUND, timeout_s=8.0, memory_mb=256, every=SOMETIMES),
        ),
        remote_source=f"{ovs.text_of('remote_rpc.py')}\n\n{own}",
        assessments=(),
        actions=(),
        applies=lambda host: not GROUPS.isdisjoint(host.groups),
        needs=("ovs",),
        settings=Settings,
    )
