"""Faults of a whole host as seen from outside: off, hung, its sshd gone or mute, its network cut."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping

from lab.cloud import hosts, keys, shapes, technologies, topology
from lab.cloud.topology import Host
from lab.errors import UsageError
from lab.faults.model import Broken, Fault, Param
from lab.outer import engine
from lab.outer.proc import poll

Start = Callable[[Broken], list[str]]
Undo = Callable[[Broken], None]
_NETWORKS = {"management": (topology.MANAGEMENT,), "service": (topology.SERVICE,), "all": topology.NETWORKS}
_CUT = {
    name: tuple(rule for n in networks for rule in (f"INPUT -s {n.gateway} -j DROP", f"OUTPUT -d {n.gateway} -j DROP"))
    for name, networks in _NETWORKS.items()
}
"""This machine is the gateway of each network, as the hosts see it."""
_MEMCACHED = 11211
_CLOSE_SSH = "systemctl stop ssh\npkill -KILL -x sshd || true\n"


def greeting(host: Host, wait_s: float = 3) -> str:
    """Return what port 22 of a host does: `banner`, `silent`, `refused` or `timeout`."""
    try:
        with socket.create_connection((shapes.current().address(host), 22), timeout=wait_s) as connection:
            connection.settimeout(wait_s)
            return "banner" if connection.recv(4) else "silent"
    except TimeoutError:
        return "silent" if _accepts(shapes.current().address(host), 22, wait_s) else "timeout"
    except OSError:
        return "refused"


def _accepts(address: str, port: int, wait_s: float = 3) -> bool:
    try:
        socket.create_connection((address, port), timeout=wait_s).close()
    except OSError:
        return False
    return True


def _see(host: Host, *wanted: str) -> None:
    poll(f"port 22 of {host.name} to be {' or '.join(wanted)}", lambda: greeting(host) in wanted, limit_s=60)


def _off(broken: Broken) -> list[str]:
    engine.docker("kill", broken.host.outer)
    poll(f"the end of {broken.host.name}", lambda: hosts.state(broken.host) == "exited", limit_s=30)
    _see(broken.host, "refused", "timeout")
    return [f"{broken.host.name} lost its power and stays off"]


def _boot(broken: Broken) -> None:
    hosts.boot(broken.host)
    hosts.wait_booted(broken.host)
    keys.learn_hosts([broken.host])
    _well(broken)


def _hang(broken: Broken) -> list[str]:
    engine.docker("pause", broken.host.outer)
    _see(broken.host, "silent", "timeout")
    return [f"{broken.host.name} is frozen with all its processes: its kernel accepts connections, nothing answers"]


def _thaw(broken: Broken) -> None:
    if hosts.state(broken.host) == "paused":
        engine.docker("unpause", broken.host.outer)
    _well(broken)


def _stop_ssh(broken: Broken) -> list[str]:
    hosts.shell(broken.host, _CLOSE_SSH)
    _see(broken.host, "refused")
    return [f"sshd of {broken.host.name} is stopped and its sessions are cut; all else runs"]


def _mute_ssh(broken: Broken) -> list[str]:
    hosts.shell(
        broken.host, _CLOSE_SSH + "systemd-run -q --collect --unit lab-ssh-silent /usr/local/sbin/lab-ssh-silent\n"
    )
    _see(broken.host, "silent")
    return [f"port 22 of {broken.host.name} accepts connections and never says a word"]


def _start_ssh(broken: Broken) -> None:
    hosts.shell(broken.host, "systemctl stop lab-ssh-silent 2>/dev/null || true\nsystemctl start ssh\n")
    _well(broken)


def _cut(broken: Broken) -> list[str]:
    host, network = broken.host, broken.params["network"]
    if network != "all" and not shapes.current().management:
        raise UsageError(f"the shape {shapes.current().name} has one network: partition takes no --network {network}")
    hosts.shell(host, "".join(f"iptables -C {rule} 2>/dev/null || iptables -I {rule}\n" for rule in _CUT[network]))
    if network == "service":
        poll(f"{host.name} not to answer on {host.address}", lambda: not _accepts(host.address, _MEMCACHED), limit_s=60)
        return [f"nothing passes between this machine and {host.name} on the service network; ssh goes on"]
    _see(host, "timeout")
    if network == "management":
        return [f"nothing passes between this machine and {host.name} on the management network; its services answer"]
    return [f"nothing passes between this machine and {host.name}; the hosts still reach each other"]


def _mend(broken: Broken) -> None:
    hosts.shell(broken.host, "".join(f"while iptables -D {rule} 2>/dev/null; do :; done\n" for rule in _CUT["all"]))
    _well(broken)


def _reboot(broken: Broken) -> list[str]:
    before = _boot_id(broken.host)
    hosts.execute(broken.host, ["systemctl", "reboot"], check=False)
    poll(f"a new boot of {broken.host.name}", lambda: _boot_id(broken.host) not in ("", before), limit_s=90)
    hosts.wait_booted(broken.host)
    return [f"{broken.host.name} was rebooted: it has a new boot id"]


def _boot_id(host: Host) -> str:
    script = "test -e /run/boot_id && systemctl is-active -q lab-boot-id && cat /proc/sys/kernel/random/boot_id"
    return hosts.execute(host, ["sh", "-c", script], timeout_s=10, check=False).out.strip()


def _well(broken: Broken) -> None:
    """Wait until the host answers by ssh, its services run, and every technology on it is well."""
    poll(f"ssh to {broken.host.name}", lambda: hosts.ssh_answers(broken.host), limit_s=90)
    hosts.wait_running(broken.host)
    for technology in technologies.on(broken.host):
        technology.heal(broken)


def _fault(
    name: str,
    summary: str,
    heals: str,
    start: Start,
    undo: Undo,
    *,
    default: str,
    rebooted: bool = False,
    params: Mapping[str, Param] | None = None,
) -> Fault:
    return Fault(
        name=name, summary=summary, hosts=topology.NAMES, default=default, check="host-reachable", outcome="escalated",
        heals=heals, start=start, undo=undo, rebooted=rebooted, params=params or {},
    )  # fmt: skip


FAULTS = (
    _fault("host-off", "power lost, stays off", "boots it", _off, _boot, default="cmp1", rebooted=True),
    _fault("host-hung", "frozen: connects, never answers", "thaws it", _hang, _thaw, default="cmp1"),
    _fault("ssh-stopped", "sshd stopped, sessions cut", "starts sshd", _stop_ssh, _start_ssh, default="cmp1"),
    _fault(
        "ssh-silent", "port 22 accepts and never answers", "starts sshd again", _mute_ssh, _start_ssh, default="cmp1"
    ),
    _fault(
        "partition",
        "cut off from this machine only",
        "removes the cut",
        _cut,
        _mend,
        default="cmp1",
        params={
            "network": Param(help="which network is cut, where there are two", default="all", choices=tuple(_NETWORKS))
        },
    ),
    _fault(
        "host-reboot",
        "rebooted, comes back by itself",
        "waits until all is well",
        _reboot,
        _well,
        default="cmp1",
        rebooted=True,
    ),
)
