"""What the config says below `integrations.memcache`."""

from __future__ import annotations

from remediator.config.connections import Name, Port, Section
from remediator.config.secrets import Secret


class Settings(Section):
    """Where memcached listens, and with which word it lets us ask."""

    group: Name = "control"
    port: Port = 11211
    word: Secret | None = None
