"""Faults of one container: it crashes, loops, is unhealthy, runs out of memory, is gone, or was stopped by a person."""

from __future__ import annotations

import shlex

from lab.cloud import hosts, services, technologies, topology
from lab.cloud.service import create
from lab.errors import UsageError
from lab.faults import unit
from lab.faults.model import Broken, Fault, Param
from lab.outer.proc import poll

CONTAINER = Param(help="which container", default="memcached")
_FLAGS = ("crash", "oom", "unhealthy", "unhealthy-sticky", "slow")
_OOM_LIMIT_MB = 24


def _crash_once_limit(broken: Broken) -> list[str]:
    path = unit.drop_in(broken, unit.QUICK)
    unit.flag(broken, "crash", "0")
    unit.kill(broken)
    unit.wait_given_up(broken)
    unit.flag(broken, "crash", None)
    unit.drop_in(broken, None)
    return [
        f"{broken.container} on {broken.host.name} crashed until systemd gave up (failed, start limit "
        f"of 10 hit); its cause is gone",
        f"for that time {path} said RestartSec=1s; it is removed",
    ]


def _crash_loop(broken: Broken) -> list[str]:
    life = broken.params["life"]
    where = f"{broken.container} on {broken.host.name}"
    unit.flag(broken, "crash", life)
    if life == "0":
        path = unit.drop_in(broken, unit.QUICK)
        unit.kill(broken)
        unit.wait_given_up(broken)
        return [
            f"{where} dies at once at each start and systemd has given up; the cause stays",
            f"{path} says RestartSec=1s until heal",
        ]
    unit.kill(broken)
    poll(f"a restart of {where}", lambda: unit.properties(broken).get("NRestarts", "0") != "0", limit_s=40, every_s=0.5)
    return [f"{where} dies {life} s after each start and systemd starts it again for ever; the cause stays"]


def _undo_crash_loop(broken: Broken) -> None:
    unit.flag(broken, "crash", None)
    if unit.properties(broken).get("ActiveState") == "active":  # the run that lives now would still die in its time
        hosts.shell(broken.host, f"systemctl restart {broken.unit}\n", timeout_s=100)
    _undo(broken)


def _engine_loop(broken: Broken) -> list[str]:
    where, engine, name = f"{broken.container} on {broken.host.name}", broken.host.engine, broken.container
    unit.flag(broken, "crash", broken.params["life"])
    script = (
        f"systemctl stop {broken.unit}\n"
        f"mv /etc/systemd/system/{broken.unit} {_aside(broken)}\nsystemctl daemon-reload\n"
        f"{engine} update --restart unless-stopped {name}\n{engine} start {name}\n"
    )
    hosts.shell(broken.host, script, timeout_s=150)
    poll(f"a restart of {where}", lambda: unit.inspect(broken, "{{.RestartCount}}") not in ("", "0"), limit_s=90)
    return [
        f"{where} has no unit and the restart policy unless-stopped, as kolla made it before 2023.1; it dies "
        f"{broken.params['life']} s after each start, and its engine starts it again for ever; the cause stays",
        f"its unit file is at {_aside(broken)} until heal",
    ]


def _undo_engine_loop(broken: Broken) -> None:
    engine, name, aside = broken.host.engine, broken.container, _aside(broken)
    unit.flag(broken, "crash", None)
    script = (
        f"{engine} update --restart no {name}\n{engine} stop -t 20 {name} || true\n"
        f"if [ -e {aside} ]; then mv {aside} /etc/systemd/system/{broken.unit}; fi\nsystemctl daemon-reload\n"
    )
    hosts.shell(broken.host, script, timeout_s=100)
    _undo(broken)


def _aside(broken: Broken) -> str:
    return f"/run/lab/{broken.unit}"


def _unhealthy(broken: Broken) -> list[str]:
    _needs_health(broken)
    sticky = bool(broken.params.get("sticky"))
    unit.flag(broken, "unhealthy-sticky" if sticky else "unhealthy", "")
    what = f"{broken.container} unhealthy on {broken.host.name}"
    poll(what, lambda: unit.inspect(broken, unit.HEALTH) == "unhealthy", limit_s=60, every_s=0.7)
    until = "for as long as the fault is there" if sticky else "until it is started again"
    return [f"{broken.container} on {broken.host.name} runs and fails its health check {until}"]


def _needs_health(broken: Broken) -> None:
    if services.find(broken.container).health is None:
        raise UsageError(f"{broken.container} has no health check")


def _oom(broken: Broken) -> list[str]:
    limit = f"ExecStartPost=-/usr/local/sbin/lab-limit-memory {broken.host.engine} {broken.container} {_OOM_LIMIT_MB}\n"
    path = unit.drop_in(broken, unit.QUICK + limit)
    unit.flag(broken, "oom", "400")
    unit.kill(broken)
    unit.wait_given_up(broken)
    killed = unit.inspect(broken, "{{.State.OOMKilled}}")
    return [
        f"{broken.container} on {broken.host.name} has {_OOM_LIMIT_MB} MB, takes more, and is killed by "
        f"the kernel at each start "
        f"(exit 137, OOMKilled={killed}); systemd has given up; the cause stays",
        f"{path} sets the limit and says RestartSec=1s until heal",
    ]


def _removed(broken: Broken) -> list[str]:
    unit.fail(broken)
    hosts.execute(broken.host, [broken.host.engine, "rm", "-f", broken.container])
    return [f"{broken.container} on {broken.host.name} was removed after it failed; its unit file and /etc/kolla stay"]


def _undo_removed(broken: Broken) -> None:
    argv = shlex.join(create(services.find(broken.container), broken.host))
    hosts.shell(broken.host, f"{broken.host.engine} container inspect {broken.container} >/dev/null 2>&1 || {argv}\n")
    _undo(broken)


def _operator_stop(broken: Broken) -> list[str]:
    hosts.shell(broken.host, f"systemctl stop {broken.unit}\n", timeout_s=100)
    unit.wait(broken, limit_s=30, ActiveState="inactive")
    return [f"systemctl stop {broken.unit} was run on {broken.host.name}"]


def _slow_restart(broken: Broken) -> list[str]:
    seconds = int(broken.params["seconds"])
    before = {"crash-once-limit": _crash_once_limit, "unhealthy": _unhealthy}.get(broken.params["with"])
    lines = before(broken) if before else []
    slow = f"[Service]\nExecStartPre=/bin/sleep {seconds}\nTimeoutStartSec={seconds + 60}\n"
    path = unit.drop_in(broken, slow, unit.SLOW)
    return [
        *lines,
        f"each start of {broken.unit} on {broken.host.name} takes {seconds} s longer: {path} says "
        f"ExecStartPre=/bin/sleep {seconds}",
    ]


def _undo(broken: Broken) -> None:
    for kind in _FLAGS:
        unit.flag(broken, kind, None)
    unit.drop_in(broken, None, unit.SLOW)
    unit.drop_in(broken, None)
    hosts.shell(broken.host, "rm -f /oom\n")  # where Debian's conmon notes an OOM; its podman looks elsewhere
    unit.make_well(broken)
    owner = technologies.owner(broken.container)
    if owner is not None:
        owner.heal(broken)


_IN = {"container": CONTAINER}

FAULTS = (
    Fault(
        name="crash-loop",
        summary="crashes at each start and goes on doing so",
        hosts=topology.NAMES,
        default="ctl2",
        check="container-state",
        outcome="escalated",
        heals="removes the cause and starts the unit",
        start=_crash_loop,
        undo=_undo_crash_loop,
        params={
            **_IN,
            "life": Param(
                help="seconds from start to crash; 0 ends in the start limit, 15 loops for ever",
                default="0",
                number=True,
            ),
        },
    ),
    Fault(
        name="engine-loop",
        summary="crashes at each start, and Docker starts it again: kolla before 2023.1, without a unit",
        hosts=tuple(host.name for host in topology.HOSTS if host.engine == "docker"),
        default="cmp1",
        check="container-state",
        outcome="escalated",
        heals="removes the cause, puts the unit back and starts it",
        start=_engine_loop,
        undo=_undo_engine_loop,
        params={**_IN, "life": Param(help="seconds from start to crash", default="0", number=True)},
    ),
    Fault(
        name="crash-once-limit",
        summary="crashes until start-limit-hit, then the cause goes: a start would cure it",
        hosts=topology.NAMES,
        default="ctl2",
        check="container-state",
        outcome="cured",
        heals="resets the failed unit and starts it",
        start=_crash_once_limit,
        undo=_undo,
        params=_IN,
    ),
    Fault(
        name="unhealthy",
        summary="runs, but its health check fails until it is started again",
        hosts=topology.NAMES,
        default="cmp1",
        check="container-health",
        outcome="cured",
        heals="removes the flag and restarts the unit if it is still unhealthy",
        start=_unhealthy,
        undo=_undo,
        params={**_IN, "sticky": Param(help="a restart does not help", switch=True)},
    ),
    Fault(
        name="oom",
        summary="the kernel kills it for want of memory at each start",
        hosts=topology.NAMES,
        default="cmp1",
        check="container-state",
        outcome="escalated",
        heals="removes the limit and starts the unit",
        start=_oom,
        undo=_undo,
        params=_IN,
    ),
    Fault(
        name="removed",
        summary="the container is gone, its unit is failed",
        hosts=topology.NAMES,
        default="cmp1",
        check="container-state",
        outcome="escalated",
        heals="creates the container anew and starts the unit",
        start=_removed,
        undo=_undo_removed,
        params=_IN,
        rebooted=True,
    ),
    Fault(
        name="operator-stop",
        summary="a person stopped the unit",
        hosts=topology.NAMES,
        default="cmp2",
        check="container-state",
        outcome="untouched",
        heals="starts the unit",
        start=_operator_stop,
        undo=_undo,
        params=_IN,
    ),
    Fault(
        name="slow-restart",
        summary="each start of the unit takes N seconds longer, beside a fault that a start cures",
        hosts=topology.NAMES,
        default="ctl1",
        check="container-state",
        outcome="cured",
        heals="removes the delay and makes the unit well",
        start=_slow_restart,
        undo=_undo,
        params={
            **_IN,
            "seconds": Param(help="how much longer", default="30", number=True),
            "with": Param(
                help="which fault", default="crash-once-limit", choices=("crash-once-limit", "unhealthy", "none")
            ),
        },
    ),
)
