"""The Open vSwitch of a host: what kolla writes into it, its bridges, and what is read from it."""

from __future__ import annotations

from lab.cloud import hosts, topology
from lab.cloud.topology import Host
from lab.ovn import network
from lab.ovn.databases import SOUTH

CONTAINER = "openvswitch_vswitchd"
FOLDER = "/etc/lab-ovn"


def external_ids(host: Host) -> dict[str, str]:
    """Return what kolla sets in the local database: the role ovn-controller, and openvswitch for the names."""
    found = {
        "system-id": host.name,
        "hostname": f"{host.name}.{topology.DOMAIN}",
        "ovn-encap-ip": network.TUNNEL.address(host),
        "ovn-encap-type": "geneve",
        "ovn-remote": SOUTH.connection(),
        "ovn-remote-probe-interval": "60000",
        "ovn-openflow-probe-interval": "60",
        "ovn-monitor-all": "false",
        "ovn-bridge-datapath-type": "netdev",
    }
    if host.name in topology.CONTROL:
        found |= {
            "ovn-bridge-mappings": f"{network.PHYSNET}:{network.PROVIDER}",
            "ovn-cms-options": "enable-chassis-as-gw",
        }
    return found


def configure(host: Host) -> None:
    """Write the external ids, make the bridges, and put the guests of the host into them."""
    words = [f"external-ids:{key}={quoted(value)}" for key, value in external_ids(host).items()]
    vsctl(host, "set", "Open_vSwitch", ".", *words)
    vsctl(
        host, "--may-exist", "add-br", "br-int", "--", "set", "bridge", "br-int", "datapath_type=netdev",
        "fail_mode=secure",
    )  # fmt: skip
    if host.name in topology.CONTROL:
        vsctl(
            host, "--may-exist", "add-br", network.PROVIDER, "--",
            "set", "bridge", network.PROVIDER, "datapath_type=netdev",
        )  # fmt: skip
    guests = [each.line() for each in network.GUESTS if host.name in each.on]
    pings = [each.line() for each in network.PINGS if each.host == host]
    files = {"tunnel": [f"{network.TUNNEL.address(host)}/24"], "guests": guests, "pings": pings}
    lines = [f"mkdir -p {FOLDER}"]
    for name, text in files.items():
        if text:
            lines.append(f"cat >{FOLDER}/{name} <<'END'\n" + "\n".join(text) + "\nEND")
    lines += ["systemctl enable -q lab-ovn-network.service", "systemctl restart lab-ovn-network.service"]
    hosts.shell(host, "\n".join(lines) + "\n", timeout_s=120)


def quoted(value: str) -> str:
    """Return a value as ovs-vsctl reads it whole: commas and colons would part it."""
    return f'"{value}"'


def vsctl(host: Host, *words: str) -> str:
    """Run ovs-vsctl on the host's own database."""
    argv = [host.engine, "exec", CONTAINER, "ovs-vsctl", "--timeout=10", *words]
    return hosts.execute(host, argv, timeout_s=40).out


def connected(host: Host) -> bool:
    """Say whether the controller of a host is connected to the Southbound database."""
    argv = [host.engine, "exec", "ovn_controller", "ovn-appctl", "-T", "3", "-t", "ovn-controller", "connection-status"]
    said = hosts.execute(host, argv, timeout_s=20, check=False)
    return said.ok and said.out.strip() == "connected"
