"""The inventory that a deployer would have written for this lab: Kolla-Ansible's INI form, groups of groups, with names
and no address.

Its `ansible_user` is the account that deploys, whose key the daemon does not have; beside it lies a globals.yml, as
kolla reads it.
"""

from __future__ import annotations

from collections.abc import Sequence

from lab.cloud import shapes, technologies, topology
from lab.cloud.topology import Host

CHILDREN = {
    "baremetal": ("control", "network", "compute", "storage", "monitoring"),
    "common": ("control", "network", "compute", "storage", "monitoring"),
    "cron": ("common",),
    "loadbalancer": ("network",),
    "memcached": ("control", "compute"),
}
"""Groups of groups, as kolla's own multinode inventory nests them; memcached is also on computes here."""

LOCAL = "localhost ansible_connection=local"
GLOBALS = """---
kolla_base_distro: debian
kolla_internal_vip_address: 10.77.0.10
network_interface: {interface}
api_interface: eth0
"""


def globals_yml() -> str:
    """Return kolla's globals: the network of the hosts is eth1 where they are managed over one of its own."""
    return GLOBALS.format(interface="eth1" if shapes.current().management else "eth0")


def text(hosts: Sequence[Host]) -> str:
    """Return the inventory of the given hosts."""
    control = [_line(h) for h in hosts if h.role == "control"]
    compute = [_line(h) for h in hosts if h.role == "compute"]
    top = {"control": control, "network": control, "compute": compute, "storage": [], "monitoring": []}
    lines = [
        "# The hosts resolve on the deploy host. Their services listen on api_interface, another "
        "network: see globals.yml."
    ]
    for group, members in top.items():
        lines += ["", f"[{group}]", *members]
    lines += ["", "[deployment]", LOCAL]
    for group, children in sorted({**CHILDREN, **_added()}.items()):
        lines += ["", f"[{group}:children]", *children]
    lines += ["", "[baremetal:vars]", f"ansible_user={topology.DEPLOY_USER}", "ansible_become=true", ""]
    return "\n".join(lines)


def groups(host: Host) -> list[str]:
    """Return the groups of a host, its role first, as they stand in a config that lists its hosts itself."""
    role, *others = host.groups
    return [role, *(group for group, children in _added().items() if role in children), *others]


def _added() -> dict[str, tuple[str, ...]]:
    """Return the groups that technologies add."""
    return {group: children for each in technologies.in_use() for group, children in each.groups.items()}


def _line(host: Host) -> str:
    if host.name == shapes.current().daemon_on:
        return LOCAL
    return host.name if host.engine == "docker" else f"{host.name} kolla_container_engine={host.engine}"
