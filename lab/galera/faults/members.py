"""Faults of the Galera cluster that leave every member's data whole: one failed, one or all cut off, all killed."""

from __future__ import annotations

from lab.cloud import hosts
from lab.cloud.topology import Host
from lab.faults import records, unit
from lab.faults.model import Broken, Fault, Needs, Param
from lab.galera import mariadb, recovery
from lab.outer.proc import poll

MEMBERS = tuple(h.name for h in mariadb.HOSTS)
TWO = Needs(hosts=2, called="Galera members")
_KEEPS_DOWN = ("galera-partition", "galera-all-non-primary", "galera-member-lost")
"""Faults that hold a member down by more than its data and its unit."""
_RULES = tuple(f"{chain} -p tcp --{end} 4567 -j DROP" for chain in ("INPUT", "OUTPUT") for end in ("dport", "sport"))


def container(host: Host) -> Broken:
    """Return the member's container as the container faults take it."""
    return Broken(host=host, params={"container": "mariadb"})


def present() -> list[Host]:
    """Return the members whose hosts were made."""
    return [h for h in mariadb.HOSTS if hosts.state(h) != "absent"]


def others(host: Host) -> list[Host]:
    return [h for h in present() if h.name != host.name]


def whole_but(broken: Broken) -> list[Host]:
    """Return the members that should be well once this fault is undone: those that no other active fault holds."""
    held = {
        r.host
        for r in records.active()
        if r.host != broken.host.name and r.params.get("container", "mariadb") == "mariadb"
    }
    return [h for h in present() if h.name not in held]


def kill(members: list[Host]) -> None:
    """Kill members at once (SIGKILL) so that their units stay `failed` with the cause gone."""
    for host in members:
        unit.drop_in(container(host), unit.STAY_DOWN)
    for host in members:
        unit.kill(container(host))
    for host in members:
        unit.wait(container(host), limit_s=30, ActiveState="failed")
        unit.drop_in(container(host), None)


def stop_cleanly(host: Host) -> None:
    """Let a member shut down cleanly, then let its unit fail without touching its data: down, but no person stopped
    it."""
    target = container(host)
    hosts.shell(host, f"systemctl stop {mariadb.UNIT}\n", timeout_s=100)
    unit.drop_in(target, unit.STAY_DOWN)
    unit.flag(target, "crash", "0")
    hosts.shell(host, f"systemctl start {mariadb.UNIT}\n")
    unit.wait(target, limit_s=30, ActiveState="failed")
    unit.flag(target, "crash", None)
    unit.drop_in(target, None)


def undo(broken: Broken) -> None:
    """Take away what any fault of this family left on any member, and bring the cluster back."""
    for host in present():
        if hosts.state(host) == "running":
            let_through(host)
            unit.flag(container(host), "crash", None)
            unit.drop_in(container(host), None)
    members = whole_but(broken)
    if not any(
        mariadb.primary(h) for h in members
    ):  # two faults that each took the cluster down: one heal brings back all that can
        members = [h for h in present() if h in members or (hosts.state(h) == "running" and h.name in _held_by_data())]
    recovery.recover(members)


def _held_by_data() -> set[str]:
    return {r.host for r in records.active() if r.fault.startswith("galera-") and r.fault not in _KEEPS_DOWN}


def _cut(host: Host) -> None:
    hosts.shell(host, "".join(f"iptables -C {rule} 2>/dev/null || iptables -A {rule}\n" for rule in _RULES))


def let_through(host: Host) -> None:
    hosts.shell(host, "".join(f"while iptables -D {rule} 2>/dev/null; do :; done\n" for rule in _RULES))


def _wait_not_primary(host: Host) -> None:
    poll(
        f"{host.name} without Primary",
        lambda: mariadb.status(host).get("wsrep_cluster_status") not in (None, "Primary"),
        limit_s=40,
    )


def _member_failed(broken: Broken) -> list[str]:
    path = unit.fail(container(broken.host))
    rest = others(broken.host)
    poll("the others to notice", lambda: all(mariadb.synced(h, 1, len(rest)) for h in rest), limit_s=30)
    return [
        f"mariadb on {broken.host.name} was killed (SIGKILL) and its unit is failed; the cause is gone"
        + (f", the other {len(rest)} are Primary" if rest else ""),
        f"for that moment {path} said Restart=no; it is removed",
    ]


def _partition(broken: Broken) -> list[str]:
    _cut(broken.host)
    _wait_not_primary(broken.host)
    return [f"{broken.host.name} drops TCP 4567, so its Galera member is non-Primary; the others go on"]


def _undo_partition(broken: Broken) -> None:
    let_through(broken.host)
    recovery.recover(whole_but(broken))


def _all_killed(broken: Broken) -> list[str]:
    members = present()
    kill(members)
    names = ", ".join(h.name for h in members)
    return [
        f"mariadb was killed (SIGKILL) on {names}: every unit is failed and there is no Primary",
        "for that moment a drop-in lab-fault.conf said Restart=no on each; it is removed",
    ]


def _all_non_primary(broken: Broken) -> list[str]:
    members = present()
    for host in members:
        _cut(host)
    for host in members:
        _wait_not_primary(host)
    if broken.params["network"] == "cut":
        return ["every member drops TCP 4567: each runs, answers, and is alone and non-Primary; the rules stay"]
    kill([broken.host])
    rest = others(broken.host)
    for host in members:
        let_through(host)
    poll(
        "the members that live to see each other",
        lambda: all(int(mariadb.status(h).get("wsrep_cluster_size", 0)) == len(rest) for h in rest),
        limit_s=60,
    )
    for host in rest:
        _wait_not_primary(host)
    return [
        f"4567 was dropped everywhere, mariadb on {broken.host.name} was killed meanwhile (its unit is "
        f"failed), and the network is back",
        f"{', '.join(h.name for h in rest)} run, see each other, and stay non-Primary: only all of the "
        f"last Primary would merge by themselves",
    ]


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
        undo=undo,
    ),
    Fault(
        name="galera-partition",
        needs=TWO,
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
        outcome="cured",
        heals="starts all members, or bootstraps from the most advanced one",
        start=_all_killed,
        undo=undo,
    ),
    Fault(
        name="galera-all-non-primary",
        needs=TWO,
        summary="all members run and none is Primary: 4567 dropped on all, or back with the host named killed",
        hosts=MEMBERS,
        default="ctl3",
        check="galera-cluster",
        outcome="escalated",
        heals="removes the rules and brings the cluster back",
        start=_all_non_primary,
        undo=undo,
        params={
            "network": Param(
                help="cut: the rules stay; back: they go, and the host named stays down",
                default="cut",
                choices=("cut", "back"),
            )
        },
    ),
)
