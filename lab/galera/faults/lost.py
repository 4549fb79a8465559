"""Faults of the Galera cluster in which members differ in what they hold: down at different positions, absent, or
ahead."""

from __future__ import annotations

from lab.cloud import hosts, keys
from lab.cloud.topology import Host
from lab.faults import unit
from lab.faults.model import Broken, Fault, Param
from lab.galera import disk, mariadb, recovery, steps
from lab.galera.faults import members
from lab.outer import engine
from lab.outer.proc import poll

_ROWS = 5
_AHEAD = 50
"""More transactions than the views of a bootstrap, two joiners and a restart add."""


def _staggered(broken: Broken) -> list[str]:
    last = broken.host
    for host in reversed(members.others(last)):
        members.stop_cleanly(host)
        mariadb.write(last, _ROWS)
    members.kill([last])
    if broken.params["view"] == "lost":
        disk.forget_view(last)
    order = ", ".join(h.name for h in reversed(members.others(last)))
    return [
        f"{order} were shut down cleanly one after the other, with {_ROWS} transactions after each; "
        f"then {last.name} was killed",
        "every unit is failed and the positions differ; Galera flagged the last one as safe to "
        "bootstrap while it was alone",
    ]


def _shut_down(broken: Broken) -> list[str]:
    """As before a planned power-off and after it: nobody's view is left, so that nobody finds a Primary component."""
    last = broken.host
    order = [*reversed(members.others(last)), last]
    for host in order:
        steps.stop(host)
        if host is not last:
            mariadb.write(last, _ROWS)
    mariadb.start(order)
    for host in order:
        poll(f"{host.name} to look for the others", lambda host=host: _looks(host), limit_s=60)  # type: ignore[misc]
    names = ", ".join(h.name for h in order)
    return [
        f"{names} were shut down cleanly one after the other, with {_ROWS} transactions after each but "
        f"the last, and all started again",
        "none has a last view: each looks for a Primary component for 30 s, gives up, and is started "
        "again by systemd 11 s later, for ever",
    ]


def _looks(host: Host) -> bool:
    """Say whether the newest view in the member's log is none of a Primary component, and is younger than its last
    start."""
    script = "tac /var/log/kolla/mariadb/mariadb.log | grep -m1 -E 'view_id\\(|mysqld_safe Starting'\n"
    return "NON_PRIM" in hosts.shell(host, script, check=False).out


def _member_lost(broken: Broken) -> list[str]:
    rest = members.others(broken.host)
    if broken.params["position"] == "ahead":
        for host in rest:
            members.stop_cleanly(host)
        mariadb.write(broken.host, _AHEAD)
        _power_off(broken.host)
        return [
            f"{', '.join(h.name for h in rest)} were shut down cleanly, {_AHEAD} transactions were "
            f"committed on {broken.host.name} alone, "
            f"and {broken.host.name} lost its power: what is left is behind"
        ]
    _power_off(broken.host)
    poll(
        "the others to notice",
        lambda: all(mariadb.synced(h, 1, len(rest)) for h in rest),
        limit_s=40,
    )
    mariadb.write(rest[0], _ROWS)
    members.kill(rest)
    return [
        f"{broken.host.name} lost its power and stays off; {', '.join(h.name for h in rest)} went on "
        f"with {_ROWS} transactions and were then killed",
    ]


def _power_off(host: Host) -> None:
    engine.docker("kill", host.outer)
    poll(f"the end of {host.name}", lambda: hosts.state(host) == "exited", limit_s=30)


def _undo_member_lost(broken: Broken) -> None:
    if hosts.state(broken.host) == "exited":
        hosts.boot(broken.host)
    hosts.wait_booted(broken.host)
    keys.learn_hosts([broken.host])
    poll(f"ssh to {broken.host.name}", lambda: hosts.ssh_answers(broken.host), limit_s=90)
    hosts.wait_running(broken.host)
    members.undo(broken)


def _stale_ahead(broken: Broken) -> list[str]:
    stale, rest = broken.host, members.others(broken.host)
    for host in rest:
        members.stop_cleanly(host)
    mariadb.write(stale, _AHEAD)
    members.kill([stale])
    disk.flag(rest[0])
    steps.bootstrap(rest[0])
    for host in rest[1:]:
        steps.join(host)
    steps.end_bootstrap(rest[0])
    steps.join(rest[0])
    mariadb.wait_synced(rest)
    return [
        f"{stale.name} committed {_AHEAD} transactions alone and was killed; "
        f"{', '.join(h.name for h in rest)} were bootstrapped without them",
        f"the unit on {stale.name} is failed with the cause gone: if it starts, it is ahead of the "
        f"group and aborts, or its transactions are lost",
    ]


def _undo_stale_ahead(broken: Broken) -> None:
    """The member follows the others again: what it alone held goes, as whoever bootstrapped the others decided."""
    unit.drop_in(members.container(broken.host), None)
    recovery.recover(members.whole_but(broken))


FAULTS = (
    Fault(
        name="galera-staggered-kill",
        needs=members.TWO,
        summary="two members shut down cleanly with writes between, the host named killed last: three positions",
        hosts=members.MEMBERS,
        default="ctl2",
        check="galera-cluster",
        outcome="cured",
        heals="starts all members, or bootstraps from the most advanced one",
        start=_staggered,
        undo=members.undo,
        params={
            "view": Param(
                help="of the last member: its gvwstate.dat, with which it forms the component again alone",
                default="kept",
                choices=("kept", "lost"),
            )
        },
    ),
    Fault(
        name="galera-shut-down",
        needs=members.TWO,
        summary="all members shut down cleanly, the host named last, and started again: they look for a "
        "Primary for ever",
        hosts=members.MEMBERS,
        default="ctl2",
        check="galera-cluster",
        outcome="cured",
        heals="bootstraps from the most advanced one",
        start=_shut_down,
        undo=members.undo,
    ),
    Fault(
        name="galera-member-lost",
        needs=members.TWO,
        summary="the host named has no power, the other members are down",
        hosts=members.MEMBERS,
        default="ctl3",
        check="galera-cluster",
        outcome="escalated",
        heals="boots the host and brings the cluster back",
        start=_member_lost,
        undo=_undo_member_lost,
        rebooted=True,
        params={
            "position": Param(
                help="of the lost member, compared with the others", default="behind", choices=("behind", "ahead")
            )
        },
    ),
    Fault(
        name="galera-stale-ahead",
        needs=members.TWO,
        summary="the host named is down with transactions that the others, Primary without it, never had",
        hosts=members.MEMBERS,
        default="ctl3",
        check="galera-node",
        outcome="escalated",
        heals="lets the member take a whole copy from the others",
        start=_stale_ahead,
        undo=_undo_stale_ahead,
    ),
)
