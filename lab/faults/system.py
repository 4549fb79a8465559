"""Faults inside a host: its log file system full, its clock off, its engine or a mount hung, a person's ansible at
work."""

from __future__ import annotations

import time

from lab.cloud import hosts, topology
from lab.faults.container import CONTAINER
from lab.faults.model import Broken, Fault, Param
from lab.outer.proc import poll, run

LOGS = "/var/log/kolla"
_FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
_SUDOERS = "/etc/sudoers.d/lab-clock"
_DEAD = "/mnt/dead"
_DOCKER_HOSTS = tuple(h.name for h in topology.HOSTS if h.engine == "docker")


def _disk_full(broken: Broken) -> list[str]:
    hosts.shell(broken.host, f"head -c 1G /dev/zero > {LOGS}/lab-fill 2>/dev/null || true\n")
    poll(f"{LOGS} full on {broken.host.name}", lambda: _used(broken, "pcent") >= 99, limit_s=20)
    return [f"{LOGS} on {broken.host.name}, a file system of its own, is full"]


def _inode_full(broken: Broken) -> list[str]:
    hosts.shell(
        broken.host,
        f"mkdir -p {LOGS}/lab-inodes\ncd {LOGS}/lab-inodes\nseq 1 100000 | xargs touch 2>/dev/null || true\n",
    )
    poll(f"no inode left on {broken.host.name}", lambda: _used(broken, "ipcent") >= 99, limit_s=20)
    return [f"{LOGS} on {broken.host.name}, a file system of its own, has no inode left, but space"]


def _used(broken: Broken, field: str) -> int:
    answer = hosts.execute(broken.host, ["df", f"--output={field}", LOGS], timeout_s=20, check=False).out.split()
    return int(answer[-1].rstrip("%")) if answer and answer[-1].rstrip("%").isdigit() else 0


def _empty(broken: Broken) -> None:
    hosts.shell(broken.host, f"rm -rf {LOGS}/lab-fill {LOGS}/lab-inodes\n")


def _clock_off(broken: Broken) -> list[str]:
    seconds = int(broken.params["seconds"])
    lines = f"LD_PRELOAD={_FAKETIME}\nFAKETIME={seconds:+d}s\nFAKETIME_DONT_FAKE_MONOTONIC=1\nDONT_FAKE_MONOTONIC=1\n"
    script = f"grep -q FAKETIME /etc/environment || printf '%s' '{lines}' >> /etc/environment\n"
    script += (
        f"echo 'Defaults env_file=/etc/environment' > {_SUDOERS}.part\nchmod 0440 {_SUDOERS}.part\nmv "
        f"{_SUDOERS}.part {_SUDOERS}\n"
    )
    hosts.shell(broken.host, script)
    poll(f"a wrong clock on {broken.host.name}", lambda: abs(_clock_gap(broken) - seconds) < 30, limit_s=20)
    return [
        f"programs that come in by ssh on {broken.host.name} see a clock that is off by {seconds:+d} s",
        "it is libfaketime, preloaded through /etc/environment and sudo's env_file (the machine's "
        "clock is untouched); its services are not affected",
    ]


def _clock_gap(broken: Broken) -> float:
    argv = hosts.ssh_argv(broken.host, ["sudo", "-n", "python3", "-c", "'import time; print(time.time())'"])
    answer = run(argv, timeout_s=20, check=False).out.strip()
    return float(answer) - time.time() if answer else 0.0


def _undo_clock(broken: Broken) -> None:
    hosts.shell(broken.host, f"sed -i '/FAKETIME/d; /LD_PRELOAD/d; /DONT_FAKE/d' /etc/environment\nrm -f {_SUDOERS}\n")
    poll(f"the right clock on {broken.host.name}", lambda: abs(_clock_gap(broken)) < 5, limit_s=20)


def _engine_hung(broken: Broken) -> list[str]:
    hosts.shell(broken.host, "systemctl kill -s STOP --kill-who=main docker.service\n")
    answers = ["timeout", "2", "docker", "version"]
    poll(
        f"no answer of docker on {broken.host.name}",
        lambda: not hosts.execute(broken.host, answers, check=False).ok,
        limit_s=20,
    )
    return [f"dockerd of {broken.host.name} is stopped in its tracks (SIGSTOP): its socket accepts and never answers"]


def _engine_well(broken: Broken) -> None:
    hosts.shell(broken.host, "systemctl kill -s CONT --kill-who=main docker.service\n")
    hosts.wait_running(broken.host)


def _dead_mount(broken: Broken) -> list[str]:
    hosts.shell(broken.host, f"systemd-run -q --collect --unit lab-dead-mount /usr/local/sbin/lab-dead-mount {_DEAD}\n")
    hangs = ["timeout", "-s", "KILL", "2", "stat", "-f", _DEAD]
    poll(
        f"a dead mount on {broken.host.name}",
        lambda: hosts.execute(broken.host, hangs, check=False).code == 137,
        limit_s=20,
    )
    return [f"{_DEAD} on {broken.host.name} is a mount that never answers: df hangs there"]


def _undo_dead_mount(broken: Broken) -> None:
    hosts.shell(
        broken.host,
        f"systemctl stop lab-dead-mount 2>/dev/null || true\numount -l {_DEAD} 2>/dev/null || true\nrmdir {_DEAD}\n",
    )


def _ansible(broken: Broken) -> list[str]:
    line = "python3 /home/remediator/.ansible/tmp/ansible-tmp-1790000000.1-1-1/AnsiballZ_kolla_container.py"
    script = f"systemd-run -q --collect --unit lab-ansible bash -c 'exec -a \"{line}\" sleep 86400'\n"
    script += (
        "logger -t python3 'ansible-kolla_container Invoked with action=recreate_or_restart_container "
        "common_options={}'\n"
    )
    hosts.shell(broken.host, script)
    return [
        f"a process on {broken.host.name} looks like an ansible module of kolla, and the journal says "
        f"that it was invoked"
    ]


def _undo_ansible(broken: Broken) -> None:
    hosts.shell(broken.host, "systemctl stop lab-ansible 2>/dev/null || true\n")


def _touched(broken: Broken) -> list[str]:
    path = f"/etc/kolla/{broken.container.replace('_', '-')}/config.json"
    hosts.shell(broken.host, f"cp -p {path} /run/lab/{broken.container}.config\nprintf '\\n' >> {path}\n")
    return [f"{path} on {broken.host.name} has changed (by an empty line)"]


def _undo_touched(broken: Broken) -> None:
    path = f"/etc/kolla/{broken.container.replace('_', '-')}/config.json"
    hosts.shell(
        broken.host, f"test ! -e /run/lab/{broken.container}.config || mv /run/lab/{broken.container}.config {path}\n"
    )


FAULTS = (
    Fault(
        name="disk-full",
        summary=f"{LOGS} is full",
        hosts=topology.NAMES,
        default="cmp1",
        check="host-disk",
        outcome="escalated",
        heals="removes what fills it",
        start=_disk_full,
        undo=_empty,
    ),
    Fault(
        name="inode-full",
        summary=f"{LOGS} has no inode left",
        hosts=topology.NAMES,
        default="cmp1",
        check="host-disk",
        outcome="escalated",
        heals="removes what fills it",
        start=_inode_full,
        undo=_empty,
    ),
    Fault(
        name="clock-off",
        summary="programs that come in by ssh see a wrong clock",
        hosts=topology.NAMES,
        default="cmp1",
        check="host-clock",
        outcome="escalated",
        heals="takes libfaketime away",
        start=_clock_off,
        undo=_undo_clock,
        params={"seconds": Param(help="how far off; negative is behind", default="600", number=True)},
    ),
    Fault(
        name="engine-hung",
        summary="dockerd accepts and never answers",
        hosts=_DOCKER_HOSTS,
        default="cmp1",
        check="host-engine",
        outcome="escalated",
        heals="lets it go on",
        start=_engine_hung,
        undo=_engine_well,
    ),
    Fault(
        name="dead-mount",
        summary=f"a mount at {_DEAD} that never answers",
        hosts=topology.NAMES,
        default="cmp1",
        check="host-disk",
        outcome="escalated",
        heals="takes the mount away",
        start=_dead_mount,
        undo=_undo_dead_mount,
    ),
    Fault(
        name="ansible-run",
        summary="a process that looks like kolla's ansible",
        hosts=topology.NAMES,
        default="cmp1",
        check="container-state",
        outcome="untouched",
        heals="ends the process",
        start=_ansible,
        undo=_undo_ansible,
    ),
    Fault(
        name="kolla-config-touched",
        summary="a config.json under /etc/kolla changes",
        hosts=topology.NAMES,
        default="cmp1",
        check="container-state",
        outcome="untouched",
        heals="puts the file back",
        start=_touched,
        undo=_undo_touched,
        params={"container": CONTAINER},
    ),
)
