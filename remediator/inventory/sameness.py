"""Two hosts of an inventory that are one machine by their address. Pure; what only the hosts know is seen at the first
sample."""

from __future__ import annotations

from collections import defaultdict

from remediator.config import addresses
from remediator.model.hosts import LOCAL, Inventory


def notes(inventory: Inventory, port: int) -> tuple[str, ...]:
    """Return a sentence for each address that several hosts have; `port` is the one of hosts that name none."""
    dialled: dict[str, list[str]] = defaultdict(list)
    served: dict[str, list[str]] = defaultdict(list)
    for host in inventory.hosts.values():
        place = addresses.canonical(host.address)
        dialled[place if place == LOCAL else f"{place} port {host.port or port}"].append(host.name)
        if host.api_address is not None:
            served[addresses.canonical(host.api_address)].append(host.name)
    return (
        *(_one(place, names) for place, names in sorted(dialled.items()) if len(names) > 1),
        *(
            f"{_listed(names)} have one address for their services, {place}: give each its own"
            for place, names in sorted(served.items())
            if len(names) > 1 and not any(set(names) <= set(others) for others in dialled.values())
        ),
    )


def _one(place: str, names: list[str]) -> str:
    return f"{_listed(names)} have one address, {place}: one machine would count as {len(names)}; take all but one out"


def _listed(names: list[str]) -> str:
    return " and ".join((", ".join(sorted(names)[:-1]), sorted(names)[-1]))
