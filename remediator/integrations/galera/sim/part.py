"""A Galera cluster as a part of a cloud in memory: its member hosts, what they show, and what people do to all of
it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from remediator.integrations.galera.cluster import GALERA, MARIADB
from remediator.integrations.galera.sim import ledger, view
from remediator.integrations.galera.sim.cluster import Galera
from remediator.integrations.galera.steps import scripts
from remediator.sim.cloud.cloud import SimCloud
from remediator.sim.part import Part, Wrong


class GaleraPart(Part):
    """The members are the controllers of the shape: no member where there is no controller."""

    def __init__(self, cloud: SimCloud) -> None:
        hosts = {name: cloud.hosts[name] for name in cloud.shape.controllers}
        self.galera = Galera(
            cloud.timeline,
            {name: host.services[MARIADB] for name, host in hosts.items()},
            {name: host.service_address for name, host in hosts.items()},
        )
        for host in cloud.hosts.values():
            host.more[GALERA] = partial(view.section, self.galera, host)
        for host in hosts.values():
            host.parts.append(self)

    def mend(self, host: str) -> None:
        self.galera.mend(host)

    def engine_stops(self, host: str) -> None:
        self.galera.engine_stops(host)

    def listed(self, host: str) -> Mapping[str, Mapping[str, Any]]:
        return view.listed(self.galera.members[host])

    def see_again(self) -> None:
        self.galera.see_again()

    def bring_back(self) -> None:
        self.galera.bootstrap()

    def relabel(self, label: Callable[[str], str]) -> None:
        for member in self.galera.members.values():
            if member.hold is not None:
                member.hold = f"{scripts.HELD} {label(member.hold)}"
            if member.helper is not None:
                member.helper.run = label(member.helper.run)

    @property
    def whole(self) -> bool:
        members = self.galera.members.values()
        return all(one.state == "synced" and one.process == "unit" for one in members)

    def wrongs(self) -> Sequence[Wrong]:
        return [("bootstrap", "; ".join(self.galera.wrongs))] if self.galera.wrongs else ()

    def leftovers(self) -> Mapping[str, str]:
        return ledger.leftovers(self.galera)


def galera_of(cloud: SimCloud) -> Galera:
    """Return the Galera cluster of `cloud`, which may have no member. Raise TypeError where nothing plays one."""
    part = cloud.parts.get(GALERA)
    if not isinstance(part, GaleraPart):
        raise TypeError(f"nothing plays {GALERA} in this cloud: its parts are {', '.join(cloud.parts) or 'none'}")
    return part.galera
