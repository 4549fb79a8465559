"""What Open vSwitch and OVN declare to the lab; it comes up with `up --with ovn`."""

from __future__ import annotations

from collections.abc import Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lab.cloud import hosts, topology
from lab.cloud.service import Service, image
from lab.cloud.shapes import Shape
from lab.cloud.technology import Technology
from lab.cloud.topology import Host
from lab.faults.model import Broken
from lab.outer.proc import poll
from lab.ovn import databases, meter, network, switch
from lab.ovn.faults import FAULTS

_RUN = ("/run/openvswitch:/run/openvswitch",)
_OVN = ("/run/ovn:/run/ovn",)
_LOGS = "/var/log/kolla/openvswitch"


def _northd(host: Host) -> str:
    return (
        f"/usr/bin/ovn-northd -vconsole:emer -vsyslog:err -vfile:info --ovnnb-db={databases.NORTH.connection()} "
        f"--ovnsb-db={databases.SOUTH.connection()} --log-file={_LOGS}/ovn-northd.log "
        f"--pidfile=/run/ovn/ovn-northd.pid --unixctl=/run/ovn/ovn-northd.ctl"
    )


OVSDB = Service(
    name="openvswitch_db",
    image="openvswitch-db-server",
    directory="openvswitch-db-server",
    on=topology.NAMES,
    command=lambda host: "start-ovsdb-server 127.0.0.1",
    health="ovsdb-client list-dbs",
    volumes=(*_RUN, "openvswitch_db:/var/lib/openvswitch/"),
)
VSWITCHD = Service(
    name=switch.CONTAINER,
    image="openvswitch-vswitchd",
    on=topology.NAMES,
    command=lambda host: "start-ovs",
    health="ovs-appctl version",
    volumes=_RUN,
    options=("--privileged", "--pid", "host"),
)
CONTROLLER = Service(
    name="ovn_controller",
    image="ovn-controller",
    on=topology.NAMES,
    command=lambda host: (
        f"/usr/bin/ovn-controller --pidfile=/run/ovn/ovn-controller.pid --log-file={_LOGS}/ovn-controller.log "
        f"tcp:127.0.0.1:6640"
    ),
    volumes=(*_OVN, *_RUN),
)
NORTHD = Service(
    name="ovn_northd", image="ovn-northd", on=topology.CONTROL, command=_northd, volumes=_OVN, clustered=True
)
DATABASES = tuple(
    Service(
        name=each.container,
        image=f"ovn-{each.short}-db-server",
        on=topology.CONTROL,
        command=each.command,
        volumes=(*_OVN, f"{each.container}:/var/lib/openvswitch/ovn-{each.short}/"),
        clustered=True,
    )
    for each in databases.BOTH
)


def fits(shape: Shape) -> bool:
    """The guests need both computes, the gateways two controllers."""
    return set(network.GATEWAYS) | {"cmp1", "cmp2"} <= set(shape.hosts)


def settings(watched: Sequence[Host]) -> str:
    """Return what a daemon is told that lies on no host's disk: kolla's tunnel_interface, and who has the bridge."""
    return (
        f"  ovn: {{tunnel_interface: {network.TUNNEL_BRIDGE}, "
        f'bridge_mappings: "{network.PHYSNET}:{network.PROVIDER}", mapped_groups: [control]}}\n'
    )


def up(fresh: Sequence[Host], broken: Set[str]) -> None:
    """Form both clusters, configure the switch of each new host, make the logical network, and wait for the pings."""
    if not fresh:
        return
    databases.form(fresh, image(DATABASES[0]))
    with ThreadPoolExecutor(len(topology.HOSTS)) as pool:
        list(pool.map(_configure, fresh))
    leader = poll("a leader of the Northbound database", lambda: databases.leader_of(databases.NORTH), limit_s=60)
    for words in network.northbound():
        _northbound(leader, words)
    if {"cmp1", "cmp2"} <= {h.name for h in topology.HOSTS if hosts.state(h) == "running"}:
        meter.wait_flowing()


def _configure(host: Host) -> None:
    hosts.wait_running(host)
    switch.configure(host)
    if host.name in topology.CONTROL:
        hosts.shell(host, f"systemctl start {topology.unit(NORTHD.name)}\n", timeout_s=100)
    poll(f"the controller of {host.name}", lambda: switch.connected(host), limit_s=60)


def _northbound(leader: Host, words: Sequence[str]) -> None:
    if words[0] == "ha-chassis-group-add" and "gateways" in _groups(leader):
        return
    if "ha_chassis_group=@GROUP" in words:
        words = [*words[:-1], f"ha_chassis_group={_groups(leader)['gateways']}"]
    databases.control(leader, "ovn-nbctl", *words)


def _groups(leader: Host) -> dict[str, str]:
    """Return the HA chassis groups, by name their uuid."""
    said = databases.control(
        leader, "ovn-nbctl", "--format=csv", "--no-headings", "--data=bare", "--columns=name,_uuid", "list",
        "ha_chassis_group",
    ).out  # fmt: skip
    return dict(line.split(",", 1) for line in said.split() if "," in line)


def heal(broken: Broken) -> None:
    """Wait until every ping is answered again."""
    meter.wait_flowing(90.0)


TECHNOLOGY = Technology(
    name="ovn",
    optional=True,
    fits=fits,
    networks=(network.TUNNEL,),
    services=(OVSDB, VSWITCHD, *DATABASES, NORTHD, CONTROLLER),
    groups={
        "openvswitch": ("control", "compute"),
        "ovn-controller": ("control", "compute"),
        "ovn-controller-compute": ("compute",),
        "ovn-controller-network": ("control",),
        "ovn-database": ("control",),
        "ovn-nb-db": ("control",),
        "ovn-sb-db": ("control",),
        "ovn-northd": ("control",),
    },
    checks=(
        "ovn-settings",
        "ovn-controller",
        "ovn-nb-member",
        "ovn-sb-member",
        "ovn-nb-cluster",
        "ovn-sb-cluster",
        "ovn-northd",
        "ovn-chassis",
        "ovs-switch",
    ),
    settings=settings,
    image=Path(__file__).with_name("image"),
    made_from=repr((network.northbound(), network.GUESTS)),
    faults=FAULTS,
    up=up,
    heal=heal,
)
