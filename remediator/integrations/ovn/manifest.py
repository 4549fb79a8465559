"""The manifest of OVN under kolla."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remediator.integrations.ovn.settings import Settings
from remediator.model.manifest.integration import Integration


def build(config: Mapping[str, Any]) -> Integration:
    """Return the integration."""
    if config:
        raise ValueError(f"integrations.ovn: unknown setting {sorted(config)[0]!r}")
    return Integration(name="ovn", sections=(), remote_source="", assessments=(), actions=(), settings=Settings)
