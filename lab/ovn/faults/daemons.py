"""Faults of the daemons that every host of a network has: its controller and its switch."""

from __future__ import annotations

from lab.cloud import hosts, topology
from lab.cloud.topology import Host
from lab.faults import unit
from lab.faults.model import Broken, Fault
from lab.outer.proc import poll
from lab.ovn import meter, switch

CONTROLLER = "ovn_controller"


def of(host: Host, container: str) -> Broken:
    """Return a container of a host as the faults of containers take it."""
    return Broken(host=host, params={"container": container})


def signal(host: Host, container: str, name: str) -> None:
    """Send a signal to the daemon in a container: to the processes below its init, which would not pass on a STOP."""
    pid = unit.inspect(of(host, container), "{{.State.Pid}}")
    hosts.shell(host, f"for pid in {pid} $(pgrep -P {pid}); do kill -{name} $pid; done\n", check=False)


def _controller_failed(broken: Broken) -> list[str]:
    unit.fail(of(broken.host, CONTROLLER))
    return [f"ovn_controller on {broken.host.name} was killed and its unit is failed; the cause is gone; flows stay"]


def _controller_wedged(broken: Broken) -> list[str]:
    signal(broken.host, CONTROLLER, "STOP")
    poll("the controller not to answer", lambda: not switch.connected(broken.host), limit_s=30)
    return [f"ovn-controller on {broken.host.name} is stopped (SIGSTOP): its container runs, its socket is silent"]


def _switch_wedged(broken: Broken) -> list[str]:
    signal(broken.host, switch.CONTAINER, "STOP")
    return [f"ovs-vswitchd on {broken.host.name} is stopped (SIGSTOP): nothing forwards there"]


def _bridge_gone(broken: Broken) -> list[str]:
    switch.vsctl(broken.host, "del-br", "br-int")
    return [f"br-int of {broken.host.name} was deleted; its controller makes it anew, without the ports of guests"]


def undo(broken: Broken) -> None:
    """Let every daemon of the host go on, start what does not run, put bridge and guests back."""
    for name in (switch.CONTAINER, CONTROLLER):
        if unit.properties(of(broken.host, name)).get("ActiveState") == "active":
            signal(broken.host, name, "CONT")
        else:
            unit.make_well(of(broken.host, name))
    switch.configure(broken.host)
    poll(f"the controller of {broken.host.name}", lambda: switch.connected(broken.host), limit_s=60)
    meter.wait_flowing(90.0)


FAULTS = (
    Fault(
        name="ovn-controller-failed",
        summary="ovn_controller's unit is failed, the cause is gone; flows stay as they were",
        hosts=topology.NAMES,
        default="cmp1",
        check="ovn-controller",
        outcome="cured",
        heals="starts it and waits until it is connected",
        start=_controller_failed,
        undo=undo,
    ),
    Fault(
        name="ovn-controller-wedged",
        summary="ovn-controller runs and answers nothing (SIGSTOP)",
        hosts=topology.NAMES,
        default="cmp1",
        check="ovn-controller",
        outcome="cured",
        heals="lets it go on and waits until it is connected",
        start=_controller_wedged,
        undo=undo,
    ),
    Fault(
        name="ovs-vswitchd-wedged",
        summary="ovs-vswitchd runs and answers nothing (SIGSTOP): no guest of the host is reached",
        hosts=topology.NAMES,
        default="cmp1",
        check="ovs-switch",
        outcome="escalated",
        heals="lets it go on",
        start=_switch_wedged,
        undo=undo,
    ),
    Fault(
        name="ovs-bridge-gone",
        summary="br-int was deleted: it comes back by itself, the ports of guests do not",
        hosts=topology.COMPUTE,
        default="cmp1",
        check="ovs-switch",
        outcome="escalated",
        heals="makes bridge and ports anew",
        start=_bridge_gone,
        undo=undo,
    ),
)
