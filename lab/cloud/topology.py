"""The hosts and networks of the cloud: their names, addresses, and what the hosts are for."""

from __future__ import annotations

from dataclasses import dataclass

from lab.errors import UsageError

BLACKHOLE = "10.77.0.0/16"
IDLE_BRIDGE = "br-lab0"  # an engine without a bridge of its own would delete the machine's docker0
IDLE_ADDRESS = "10.77.255.1/30"
DOMAIN = "lab.test"
SSH_USER = "remediator"
DEPLOY_USER = "deploy"
KOLLA_VERSION = "20.0.0"
TAG = "2025.1-debian-bookworm"


@dataclass(frozen=True, kw_only=True)
class Network:
    """A network of the outer engine; `gateway` is the machine itself, as the hosts see it. Hosts have the same last
    number in each."""

    name: str
    bridge: str
    subnet: str
    gateway: str

    def address(self, host: Host) -> str:
        """Return the address of a host on this network."""
        return f"{self.gateway.rpartition('.')[0]}.{host.address.rpartition('.')[2]}"


SERVICE = Network(name="lab", bridge="br-lab", subnet="10.77.0.0/24", gateway="10.77.0.1")
MANAGEMENT = Network(name="lab-management", bridge="br-lab1", subnet="10.77.1.0/24", gateway="10.77.1.1")
NETWORKS = (SERVICE, MANAGEMENT)
"""The lab's own; technologies may bring others (`technologies.networks`)."""
SERVICE_DEVICE = "eth0"
"""A host's device on the service network: an engine gives the network that a container was made with the first
number."""


@dataclass(frozen=True, kw_only=True)
class Host:
    """One host of the cloud: a container of the outer engine that boots systemd. Its services listen on `address`."""

    name: str
    address: str
    role: str
    engine: str
    groups: tuple[str, ...]

    @property
    def outer(self) -> str:
        """The name of the host's container in the outer engine."""
        return f"lab-{self.name}"

    @property
    def management(self) -> str:
        """The host's address on the management network, where the shape has one."""
        return MANAGEMENT.address(self)


_CONTROL = ("control", "memcached", "loadbalancer")
_COMPUTE = ("compute", "memcached")

HOSTS: tuple[Host, ...] = (
    Host(name="ctl1", address="10.77.0.11", role="control", engine="docker", groups=_CONTROL),
    Host(name="ctl2", address="10.77.0.12", role="control", engine="docker", groups=_CONTROL),
    Host(name="ctl3", address="10.77.0.13", role="control", engine="docker", groups=_CONTROL),
    Host(name="cmp1", address="10.77.0.21", role="compute", engine="docker", groups=_COMPUTE),
    Host(name="cmp2", address="10.77.0.22", role="compute", engine="podman", groups=_COMPUTE),
)
NAMES: tuple[str, ...] = tuple(h.name for h in HOSTS)
CONTROL: tuple[str, ...] = tuple(h.name for h in HOSTS if h.role == "control")
COMPUTE: tuple[str, ...] = tuple(h.name for h in HOSTS if h.role == "compute")


def host(name: str) -> Host:
    """Return the host called `name`. Raise UsageError if there is none."""
    for known in HOSTS:
        if known.name == name:
            return known
    raise UsageError(f"unknown host {name!r}; hosts are {', '.join(NAMES)}")


def unit(container: str) -> str:
    """Return the name of the systemd unit that supervises a container, as kolla names it."""
    return f"kolla-{container}-container.service"
