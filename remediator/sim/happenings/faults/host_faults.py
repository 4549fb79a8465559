"""What happens to hosts, to the network between them, and to what they answer."""

from __future__ import annotations

from typing import Literal

from remediator.sim.cloud.reach import End
from remediator.sim.happenings.kinds import Repertoire, kind
from remediator.sim.happenings.stage import Stage


@kind
def power_off(stage: Stage, host: str) -> None:
    stage.simulation.cloud.hosts[host].turn_off()


@kind
def reboot(stage: Stage, host: str) -> None:
    stage.simulation.cloud.hosts[host].reboot()


@kind
def ssh_fails(stage: Stage, host: str, how: Literal["refused", "silent", "dropped"], seconds: int) -> None:
    found = stage.simulation.cloud.hosts[host]
    found.ssh = how
    stage.simulation.timeline.after(seconds, lambda: setattr(found, "ssh", "ok"))


@kind
def cut_off(stage: Stage, hosts: tuple[str, ...], seconds: int) -> None:
    """The daemon loses its way to some hosts, and they are as they were."""
    cloud = stage.simulation.cloud
    cloud.cut_off |= set(hosts)
    stage.simulation.timeline.after(seconds, lambda: cloud.cut_off.difference_update(hosts))


@kind
def replies_meet(stage: Stage, host: str, mangles: tuple[str, ...]) -> None:
    stage.simulation.luck.replies.setdefault(host, []).extend(mangles)


@kind
def host_lies(stage: Stage, host: str, lie: str, replies: int) -> None:
    """What it answers is whole, and not true."""
    stage.simulation.luck.replies.setdefault(host, []).extend([lie] * replies)


@kind
def commands_meet(stage: Stage, ends: tuple[End, ...]) -> None:
    stage.simulation.luck.commands.extend(ends)


@kind
def engine_fails(stage: Stage, host: str, how: Literal["hung", "down"], seconds: int) -> None:
    found = stage.simulation.cloud.hosts[host]
    found.engine_state = how
    stage.simulation.timeline.after(seconds, lambda: setattr(found, "engine_state", "ok"))


@kind
def engine_restarts(stage: Stage, host: str) -> None:
    stage.simulation.cloud.hosts[host].restart_engine()


@kind
def disk_fills(stage: Stage, host: str, percent: float, seconds: int) -> None:
    found = stage.simulation.cloud.hosts[host]
    found.used_percent = percent
    stage.simulation.timeline.after(seconds, lambda: setattr(found, "used_percent", 20.0))


@kind
def host_clock_off(stage: Stage, host: str, offset_s: float, seconds: int) -> None:
    found = stage.simulation.cloud.hosts[host]
    found.clock_offset_s = offset_s
    stage.simulation.timeline.after(seconds, lambda: setattr(found, "clock_offset_s", 0.0))


@kind
def ansible_works(stage: Stage, host: str, seconds: int) -> None:
    found = stage.simulation.cloud.hosts[host]
    found.ansible = [{"pid": 4000 + len(found.orders), "start": 1, "what": "ansible-playbook"}]
    stage.simulation.timeline.after(seconds, lambda: found.ansible.clear())


KINDS = Repertoire.of(
    power_off,
    reboot,
    ssh_fails,
    cut_off,
    replies_meet,
    host_lies,
    commands_meet,
    engine_fails,
    engine_restarts,
    disk_fills,
    host_clock_off,
    ansible_works,
)
