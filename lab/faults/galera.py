"""Faults of the Galera cluster: one member failed, one cut off, all killed."""

from __future__ import annotations

from lab import galera, hosts, topology
from lab.faults import records, unit
from lab.faults.model import Broken, Fault
from lab.proc import poll
from lab.topology import Host

MEMBERS = tuple(h.name for h in topology.GALERA)
_RULES = tuple(f"{chain} -p tcp --{end} 4567 -j DROP" for chain in ("INPUT", "OUTPUT") for end in ("dport", "sport"))


def _mariadb(host: Host) -> Broken:
    return Broken(host=host, params={"container": "mariadb"})


def present() -> list[Host]:
    """Return the members whose hosts were made."""
    return [h for h in topology.GALERA if hosts.state(h) != "absent"]


def whole_but(broken: Broken) -> list[Host]:
    """Return the members that should be well once this fault is undone: those that no other active fault holds."""
    held = {
        r.host
        for r in records.active()
        if r.host != broken.host.name and r.params.get("container", "mariadb") == "mariadb"
    }
    return [h for h in present() if h.name not in held]


def _member_failed(broken: Broken) -> list[str]:
    path = unit.fail(_mariadb(broken.host))
    others = [h for h in present() if h.name != broken.host.name]
    poll("the others to notice", lambda: all(galera.synced(h, 1, len(others)) for h in others), limit_s=30)
    return [
        f"mariadb on {broken.host.name} was killed (SIGKILL) and its unit is failed; the cause is gone, the other {len(others)} are Primary",
        f"for that moment {path} said Restart=no; it is removed",
    ]


def _partition(broken: Broken) -> list[str]:
    hosts.shell(broken.host, "".join(f"iptables -C {rule} 2>/dev/null || iptables -A {rule}\n" for rule in _RULES))
    poll(
        f"{broken.host.name} without Primary",
        lambda: galera.status(broken.host).get("wsrep_cluster_status") not in (None, "Primary"),
        limit_s=40,
    )
    return [f"{broken.host.name} drops TCP 4567, so its Galera member is non-Primary; the others go on"]


def _undo_partition(broken: Broken) -> None:
    hosts.shell(broken.host, "".join(f"while iptables -D {rule} 2>/dev/null; do :; done\n" for rule in _RULES))
    galera.recover(whole_but(broken))


def _all_killed(broken: Broken) -> list[str]:
    members = present()
    for host in members:
        unit.drop_in(_mariadb(host), unit.STAY_DOWN)
    for host in members:
        unit.kill(_mariadb(host))
    for host in members:
        unit.wait(_mariadb(host), limit_s=30, ActiveState="failed")
        unit.drop_in(_mariadb(host), None)
    names = ", ".join(h.name for h in members)
    return [
        f"mariadb was killed (SIGKILL) on {names}: every unit is failed and there is no Primary",
        "for that moment a drop-in lab-fault.conf said Restart=no on each; it is removed",
    ]


def _undo(broken: Broken) -> None:
    for host in present():
        unit.drop_in(_mariadb(host), None)
    galera.recover(whole_but(broken))


FAULTS = (
    Fault(
        name="galera-member-failed",
        summary="one member's unit is failed, the cause is gone, the rest is Primary",
        hosts=MEMBERS,
        default="ctl3",
        check="galera-node",
        outcome="cured",
        heals="starts the member and waits until all are Synced",
        start=_member_failed,
        undo=_undo,
    ),
    Fault(
        name="galera-partition",
        summary="one member is cut off from the others (4567 dropped) and non-Primary",
        hosts=MEMBERS,
        default="ctl3",
        check="galera-node",
        outcome="escalated",
        heals="removes the rules and waits until all are Synced",
        start=_partition,
        undo=_undo_partition,
    ),
    Fault(
        name="galera-all-killed",
        summary="all members are killed and stay down: no Primary (the host named does not matter)",
        hosts=MEMBERS,
        default="ctl1",
        check="galera-cluster",
        outcome="escalated",
        heals="starts all members, or bootstraps from the most advanced one",
        start=_all_killed,
        undo=_undo,
    ),
)
