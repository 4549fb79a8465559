"""The manifest of Open vSwitch under kolla."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remediator.integrations.ovs.settings import Settings
from remediator.model.manifest.integration import Integration


def build(config: Mapping[str, Any]) -> Integration:
    """Return the integration. Config: ``group``, the inventory group of its hosts (openvswitch)."""
    unknown = sorted(set(config) - {"group"})
    if unknown:
        raise ValueError(f"integrations.ovs: unknown setting {unknown[0]!r}: it has `group`")
    return Integration(name="ovs", sections=(), remote_source="", assessments=(), actions=(), settings=Settings)
