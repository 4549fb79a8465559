"""More of what a cloud has: hosts that only stand there and answer, and the containers that kolla puts beside those of
a story.

Invariant: nothing in a story names them; whoever made the crowd does what happens to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ON_EACH = (
    "fluentd",
    "kolla_toolbox",
    "haproxy",
    "keepalived",
    "proxysql",
    "rabbitmq",
    "keystone_ssh",
    "keystone_fernet",
    "glance_api",
    "nova_api",
    "nova_scheduler",
    "nova_conductor",
    "nova_novncproxy",
    "nova_libvirt",
    "nova_compute",
    "neutron_server",
    "ovn_controller",
    "ovn_nb_db",
    "ovn_sb_db",
    "openvswitch_db",
    "openvswitch_vswitchd",
    "placement_api",
)
"""With the three of a controller they are 25 containers, as many as a real controller has."""
_LAST = "    cmp2: {address: 192.0.2.22, groups: [compute], engine: podman}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """`hosts` beside the five of every story, and `containers` on all of them."""

    hosts: int = 0
    containers: tuple[str, ...] = ()

    @property
    def addresses(self) -> Mapping[str, str]:
        return {f"more{n:03}": f"198.51.{100 + n // 250}.{1 + n % 250}" for n in range(self.hosts)}

    def joined(self, config: str) -> str:
        """Return `config` with the hosts of this crowd in its inventory."""
        lines = [f"    {name}: {{address: {at}, groups: [compute]}}\n" for name, at in self.addresses.items()]
        return config.replace(_LAST, _LAST + "".join(lines))


NOBODY = Crowd()
