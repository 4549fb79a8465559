"""The inventory as a value: hosts, addresses, groups, one snapshot at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

LOCAL = "local"
"""The address by which an inventory means this very machine, which is reached without SSH."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One host; `address` is what SSH dials (``local``: this very machine), `engine` is ``docker`` or ``podman``.

    `api_address` is where its services listen; None: the inventory does not say it, and only the host knows.
    """

    name: str
    address: str
    groups: tuple[str, ...]
    engine: str = "docker"
    port: int | None = None
    user: str | None = None
    api_address: str | None = None
    vars: Mapping[str, str] = field(default_factory=dict)


MOST_NAMES = 5


def one_machine(names: Sequence[str]) -> str:
    """Return the sentence about a machine that the inventory has under several `names`."""
    shown = [*names[:MOST_NAMES], *([f"{len(names) - MOST_NAMES} more"] if len(names) > MOST_NAMES else [])]
    return (
        f"{', '.join(shown[:-1])} and {shown[-1]} are one machine (one boot id, one machine id): name it "
        f"once in the inventory"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """A versioned snapshot; `version` is the SHA-256 of its canonical form, `source` says where it came from.

    `notes` are sentences about what is no mistake and yet worth a line: who is left out, which value was not used.
    """

    hosts: Mapping[str, Host]
    notes: tuple[str, ...] = ()
    version: str
    source: str
    aliases: Mapping[str, str] = field(default_factory=dict)
    """What the config declares: a name from outside to the host that it means (``inventory.aliases``)."""

    def group(self, name: str) -> tuple[str, ...]:
        """Return the hosts of group `name`, sorted; empty if there is no such group."""
        return tuple(sorted(host.name for host in self.hosts.values() if name in host.groups))

    @property
    def groups(self) -> tuple[str, ...]:
        return tuple(sorted({group for host in self.hosts.values() for group in host.groups}))
