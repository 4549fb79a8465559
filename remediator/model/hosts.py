"""The inventory as a value: hosts, addresses, groups, one snapshot at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One host; `address` is what SSH dials, `engine` is ``docker`` or ``podman``, `api_address` where its services listen."""

    name: str
    address: str
    groups: tuple[str, ...]
    engine: str = "docker"
    port: int | None = None
    user: str | None = None
    api_address: str | None = None
    vars: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """A versioned snapshot; `version` is the SHA-256 of its canonical form, `source` says where it came from."""

    hosts: Mapping[str, Host]
    version: str
    source: str

    def group(self, name: str) -> tuple[str, ...]:
        """Return the hosts of group `name`, sorted; empty if there is no such group."""
        return tuple(sorted(host.name for host in self.hosts.values() if name in host.groups))

    @property
    def groups(self) -> tuple[str, ...]:
        return tuple(sorted({group for host in self.hosts.values() for group in host.groups}))
