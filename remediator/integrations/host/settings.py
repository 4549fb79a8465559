"""What the config says of the hosts themselves, below `integrations.host`."""

from __future__ import annotations

from pydantic import Field

from remediator.config.connections import AbsolutePath, Section


class Settings(Section):
    """`mounts` are watched beside the usual ones (/, /var, /var/log/kolla, the engine's own)."""

    mounts: list[AbsolutePath] = Field(default_factory=list)
