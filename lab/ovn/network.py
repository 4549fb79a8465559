"""The logical network of the lab: two guests on one switch, a router, and an end outside behind the gateway chassis.

The outside has no wire: each gateway chassis has an end of its own on its provider bridge. Both have one address and
one MAC, so that whichever chassis is the gateway finds it.
"""

from __future__ import annotations

from dataclasses import dataclass

from lab.cloud.topology import Host, Network, host

TUNNEL = Network(name="lab-tunnel", bridge="br-lab2", subnet="10.77.2.0/24", gateway="10.77.2.1")
"""The network of Geneve alone: SSH, services and the connections to the databases never go over it."""
GATEWAYS = ("ctl1", "ctl2")
"""The chassis of the HA group, the one with the highest priority first."""
TUNNEL_BRIDGE = "br-phy"
PROVIDER = "br-ex"
PHYSNET = "physnet1"


@dataclass(frozen=True, kw_only=True)
class Guest:
    """A namespace with one port, called as its namespace."""

    port: str
    on: tuple[str, ...]
    bridge: str
    mac: str
    cidr: str
    gateway: str = ""

    @property
    def address(self) -> str:
        return self.cidr.partition("/")[0]

    def line(self) -> str:
        return " ".join((self.port, self.bridge, self.mac, self.cidr, self.gateway)).rstrip()


EAST = Guest(
    port="vif1", on=("cmp1",), bridge="br-int", mac="02:77:00:00:00:01", cidr="192.168.77.11/24", gateway="192.168.77.1"
)
WEST = Guest(
    port="vif2", on=("cmp2",), bridge="br-int", mac="02:77:00:00:00:02", cidr="192.168.77.12/24", gateway="192.168.77.1"
)
OUTSIDE = Guest(
    port="outside", on=GATEWAYS, bridge=PROVIDER, mac="02:77:00:00:00:fe", cidr="10.78.0.1/24", gateway="10.78.0.2"
)
GUESTS = (EAST, WEST, OUTSIDE)


@dataclass(frozen=True, kw_only=True)
class Ping:
    """One packet each tenth of a second, from a guest to an address, for as long as the lab is up."""

    name: str
    source: Guest
    target: str

    @property
    def host(self) -> Host:
        return host(self.source.on[0])

    def line(self) -> str:
        return f"{self.name} {self.source.port} {self.target}"


TUNNELLED = Ping(name="tunnel", source=EAST, target=WEST.address)
ROUTED = Ping(name="gateway", source=WEST, target=OUTSIDE.address)
PINGS = (TUNNELLED, ROUTED)


def northbound() -> list[list[str]]:
    """Return the commands of ovn-nbctl that make the logical network; done again they change nothing."""
    vifs = [
        [
            "--may-exist", "lsp-add", "inside", each.port, "--",
            "lsp-set-addresses", each.port, f"{each.mac} {each.address}",
        ]
        for each in (EAST, WEST)
    ]  # fmt: skip
    chassis = [["ha-chassis-group-add-chassis", "gateways", name, str(20 - 10 * n)] for n, name in enumerate(GATEWAYS)]
    return [
        ["--may-exist", "ls-add", "inside"],
        *vifs,
        ["--may-exist", "ls-add", "provider"],
        ["--may-exist", "lsp-add", "provider", "provider-wire", "--", "lsp-set-type", "provider-wire", "localnet",
         "--", "lsp-set-addresses", "provider-wire", "unknown",
         "--", "lsp-set-options", "provider-wire", f"network_name={PHYSNET}"],
        ["--may-exist", "lr-add", "router"],
        ["--may-exist", "lrp-add", "router", "router-inside", "02:77:00:00:01:01", "192.168.77.1/24"],
        ["--may-exist", "lrp-add", "router", "router-outside", "02:77:00:00:01:02", "10.78.0.2/24"],
        _joined("inside", "router-inside"),
        _joined("provider", "router-outside"),
        ["ha-chassis-group-add", "gateways"],
        *chassis,
        ["set", "logical_router_port", "router-outside", "ha_chassis_group=@GROUP"],
    ]  # fmt: skip


def _joined(switch: str, port: str) -> list[str]:
    """Return the command that joins a switch to a port of the router."""
    return [
        "--may-exist", "lsp-add", switch, f"to-{port}", "--", "lsp-set-type", f"to-{port}", "router",
        "--", "lsp-set-addresses", f"to-{port}", "router",
        "--", "lsp-set-options", f"to-{port}", f"router-port={port}",
    ]  # fmt: skip
