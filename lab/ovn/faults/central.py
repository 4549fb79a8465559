"""Faults of OVN's control plane: members of a raft, and northd."""

from __future__ import annotations

from functools import partial

from lab.cloud import hosts, topology
from lab.cloud.topology import Host
from lab.faults import unit
from lab.faults.model import Broken, Fault, Needs, Param
from lab.outer.proc import poll
from lab.ovn import databases, meter
from lab.ovn.databases import BOTH, Database
from lab.ovn.faults.daemons import of, signal

THREE = Needs(hosts=3, called="members of the raft")
NORTHD = "ovn_northd"
_DATABASE = {"database": Param(help="which database", default="sb", choices=tuple(d.short for d in BOTH))}


def database(broken: Broken) -> Database:
    return next(d for d in BOTH if d.short == broken.params["database"])


def _member_failed(broken: Broken) -> list[str]:
    which = database(broken)
    host = broken.host
    if broken.params["role"] == "leader":
        host = databases.leader_of(which) or host
    unit.fail(of(host, which.container))
    poll(f"the other members of {which.schema} to agree", lambda: _leads_without(which, host), limit_s=60)
    return [f"{which.container} on {host.name} was killed and its unit is failed; the others have a leader"]


def _leads_without(which: Database, out: Host) -> bool:
    leader = databases.leader_of(which)
    return leader is not None and leader != out


def _no_quorum(broken: Broken) -> list[str]:
    which = database(broken)
    down = [h for h in databases.members() if h != broken.host]
    for host in down:
        unit.fail(of(host, which.container))
    poll(f"{which.schema} without a leader", lambda: databases.leader_of(which) is None, limit_s=60)
    names = ", ".join(h.name for h in down)
    return [f"{which.container} was killed on {names}, the units are failed: {broken.host.name} is alone"]


def _member_wedged(broken: Broken) -> list[str]:
    which = database(broken)
    signal(broken.host, which.container, "STOP")
    poll(f"the other members of {which.schema} to agree", lambda: _leads_without(which, broken.host), limit_s=60)
    return [f"{which.container} on {broken.host.name} is stopped (SIGSTOP): it runs and answers nothing"]


def _cut(broken: Broken) -> list[str]:
    which = database(broken)
    hosts.shell(broken.host, "".join(f"iptables -A {rule}\n" for rule in _rules(which)))
    poll(f"{broken.host.name} alone in {which.schema}", lambda: _alone(which, broken.host), limit_s=60)
    return [f"{broken.host.name} drops TCP {which.raft}: its member of {which.schema} is cut off from the others"]


def _rules(which: Database) -> list[str]:
    return [f"{c} -p tcp --{end} {which.raft} -j DROP" for c in ("INPUT", "OUTPUT") for end in ("dport", "sport")]


def _alone(which: Database, host: Host) -> bool:
    said = databases.status(which, host)
    return ("Role: leader" not in said and "disconnected" in said) or "Role: candidate" in said


def states() -> dict[str, str]:
    """Return what northd says of itself on each controller: active, standby, paused; nothing where it is silent."""
    return {h.name: _northd(h, "status").removeprefix("Status: ") for h in databases.members()}


def _northd(host: Host, *words: str) -> str:
    said = databases.execute(host, NORTHD, "ovn-appctl", "-T", "3", "-t", "/run/ovn/ovn-northd.ctl", *words)
    return said.out.strip() if said.ok else ""


def _northd_stopped(broken: Broken) -> list[str]:
    how = broken.params["which"]
    seen = states()
    down = list(seen) if how == "all" else [name for name, state in seen.items() if state == "active"]
    for name in down:
        unit.fail(of(topology.host(name), NORTHD))
    if how == "active":
        poll("another northd to be active", lambda: "active" in states().values(), limit_s=60)
    return [f"ovn_northd was killed on {', '.join(down)}, the units are failed"]


def _northd_paused(broken: Broken) -> list[str]:
    for host in databases.members():
        _northd(host, "pause")
    return ["every northd was paused by hand: nothing of the Northbound database reaches the Southbound one"]


def undo(broken: Broken) -> None:
    """Let everything through, start what does not run, let go on what is stopped or paused."""
    for host in databases.members():
        for which in BOTH:
            for rule in _rules(which):
                hosts.shell(host, f"while iptables -D {rule} 2>/dev/null; do :; done\n")
        for name in (*(d.container for d in BOTH), NORTHD):
            if unit.properties(of(host, name)).get("ActiveState") == "active":
                signal(host, name, "CONT")
            else:
                unit.make_well(of(host, name))
    for which in BOTH:
        for host in databases.members():
            poll(f"{which.container} on {host.name}", partial(databases.is_member, which, host), limit_s=90)
    for host in databases.members():
        _northd(host, "resume")
    poll("an active northd", lambda: "active" in states().values(), limit_s=60)
    meter.wait_flowing(90.0)


FAULTS = (
    Fault(
        name="ovn-member-failed",
        needs=THREE,
        summary="one member of a raft is killed and its unit failed; the others have a leader",
        hosts=topology.CONTROL,
        default="ctl3",
        check="ovn-sb-member",
        outcome="cured",
        heals="starts it and waits until it is a member again",
        start=_member_failed,
        undo=undo,
        params={
            **_DATABASE,
            "role": Param(help="the host's own, or the leader's", default="own", choices=("own", "leader")),
        },
    ),
    Fault(
        name="ovn-member-wedged",
        needs=THREE,
        summary="one member of a raft runs and answers nothing (SIGSTOP)",
        hosts=topology.CONTROL,
        default="ctl3",
        check="ovn-sb-member",
        outcome="cured",
        heals="lets it go on",
        start=_member_wedged,
        undo=undo,
        params=_DATABASE,
    ),
    Fault(
        name="ovn-member-cut",
        needs=THREE,
        summary="one member of a raft is cut off from the others (its raft port dropped)",
        hosts=topology.CONTROL,
        default="ctl3",
        check="ovn-sb-member",
        outcome="escalated",
        heals="removes the rules",
        start=_cut,
        undo=undo,
        params=_DATABASE,
    ),
    Fault(
        name="ovn-no-quorum",
        needs=THREE,
        summary="all members of a raft but the named host's are killed and their units failed: no leader",
        hosts=topology.CONTROL,
        default="ctl1",
        check="ovn-sb-cluster",
        outcome="cured",
        heals="starts the members unchanged",
        start=_no_quorum,
        undo=undo,
        params=_DATABASE,
    ),
    Fault(
        name="ovn-northd-stopped",
        summary="the active northd is killed, or all of them (the host named does not matter)",
        hosts=topology.CONTROL,
        default="ctl1",
        check="ovn-northd",
        outcome="cured",
        heals="starts them",
        start=_northd_stopped,
        undo=undo,
        params={"which": Param(help="the active one, or all", default="all", choices=("active", "all"))},
    ),
    Fault(
        name="ovn-northd-paused",
        summary="every northd was paused by hand (the host named does not matter)",
        hosts=topology.CONTROL,
        default="ctl1",
        check="ovn-northd",
        outcome="escalated",
        heals="resumes them",
        start=_northd_paused,
        undo=undo,
    ),
)
