"""What the config says of OVN, below `integrations.ovn`."""

from __future__ import annotations

from remediator.config.connections import Section


class Settings(Section):
    """How OVN is told apart from what kolla's inventory says by itself."""
