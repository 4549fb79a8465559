"""Hosts as containers of the outer engine: created with their own disk, seeded with files, booted, asked, removed."""

from __future__ import annotations

import io
import shlex
import sys
import tarfile
import uuid
from collections.abc import Sequence
from pathlib import Path

from lab import paths
from lab.cloud import keys, services, shapes, technologies, topology
from lab.cloud.service import create as create_container
from lab.cloud.service import unit_text
from lab.cloud.topology import Host
from lab.errors import CommandFailed
from lab.outer import engine, images
from lab.outer.proc import Finished, poll, run
from remediator.cli.admin import actions


def state(host: Host) -> str:
    """Return what the outer engine says of a host: `running`, `paused`, `exited`, or `absent`."""
    answer = engine.docker("inspect", "--type", "container", "--format", "{{.State.Status}}", host.outer, check=False)
    return answer.out.strip() if answer.ok else "absent"


def marker(host: Host) -> Path:
    """Return the file that is written last when a host is made."""
    return paths.HOSTS / host.name / "whole"


def made(host: Host) -> bool:
    """Say whether a host was made to the end and is still there, whatever state it is in."""
    return marker(host).exists() and state(host) != "absent"


def execute(
    host: Host, argv: Sequence[str], *, timeout_s: float = 60, stdin: str | None = None, check: bool = True
) -> Finished:
    """Run `argv` as root in a host through the outer engine: works while its network and its sshd do not."""
    interactive = ["-i"] if stdin is not None else []
    return engine.docker("exec", *interactive, host.outer, *argv, timeout_s=timeout_s, stdin=stdin, check=check)


def argv(host: Host, command: Sequence[str]) -> list[str]:
    """Return the command line with which this machine runs `command` as root in a host."""
    return [*engine.CLIENT, "exec", host.outer, *command]


def shell(host: Host, script: str, *, timeout_s: float = 60, check: bool = True) -> Finished:
    """Run a shell script as root in a host; the first command that fails ends it."""
    try:
        return execute(host, ["bash", "-se"], timeout_s=timeout_s, stdin=script, check=check)
    except CommandFailed as failed:
        raise CommandFailed(
            [f"script on {host.name}:", script.strip().splitlines()[0]], failed.code, failed.output
        ) from None


def create(host: Host) -> None:
    """Make the host's container and disk, and put its files into it; it is not started yet."""
    disk = paths.HOSTS / host.name / host.engine
    images.clone(host.engine, disk)
    names = [
        arg
        for other in shapes.hosts()
        if other != host  # the engine writes a host's own line, which has its full name
        for called in (f"{other.name}.{topology.DOMAIN}", other.name)
        for arg in ("--add-host", f"{called}:{other.address}")
    ]
    engine.docker(
        "create",
        "--name",
        host.outer,
        "--hostname",
        host.name,
        "--domainname",
        topology.DOMAIN,
        "--network",
        topology.SERVICE.name,
        "--ip",
        host.address,
        "--privileged",
        "--restart",
        "always",
        "--cgroupns",
        "private",
        "--tmpfs",
        "/run",
        "--tmpfs",
        "/run/lock",
        "--tmpfs",
        "/tmp",
        "--label",
        "remediator-lab=host",
        "-v",
        f"{disk}:{images.DATA_ROOT[host.engine]}",
        *names,
        *_workplace(host),
        images.host_image(host.engine),
    )
    if shapes.current().management:
        engine.docker("network", "connect", "--ip", host.management, topology.MANAGEMENT.name, host.outer)
    for added in technologies.networks_in_use():
        engine.docker("network", "connect", "--ip", added.address(host), added.name, host.outer)
    engine.docker("cp", "-", f"{host.outer}:/", stdin=_seed(host))


def _workplace(host: Host) -> list[str]:
    """Return what the host on which the daemon runs sees of this machine: the program with its Python, and the lab's
    run directory."""
    if host.name != shapes.current().daemon_on:
        return []
    seen = [(str(paths.CHECKOUT), ":ro"), (str(paths.RUN), "")]
    for folder in (sys.base_prefix, *sys.path):  # an environment may lie, or lead, outside of the checkout
        if (
            folder
            and Path(folder).is_dir()
            and not f"{folder}/".startswith(("/usr/", *(f"{known}/" for known, _ in seen)))
        ):
            seen.append((folder, ":ro"))
    return [word for folder, how in seen for word in ("-v", f"{folder}:{folder}{how}")]


def boot(host: Host) -> None:
    engine.docker("start", host.outer)


def wait_booted(host: Host) -> None:
    """Wait until systemd, sshd and the engine of a host answer."""
    probe = "test -e /etc/ssh/ssh_host_ed25519_key && systemctl is-active -q ssh && test -d /run/lab"
    probe += " && docker version >/dev/null" if host.engine == "docker" else " && podman version >/dev/null"
    poll(
        f"the boot of {host.name}",
        lambda: execute(host, ["sh", "-c", probe], timeout_s=20, check=False).ok,
        limit_s=90,
        every_s=0.7,
    )


def remove(host: Host) -> None:
    """Take a host and its disk away; harmless when it is not there."""
    if engine.alive() and state(host) != "absent":
        engine.docker("rm", "-f", "-v", host.outer, timeout_s=60)
    disk = paths.HOSTS / host.name
    if disk.exists():
        run(["rm", "-rf", "--one-file-system", str(disk)], timeout_s=120)


def ssh_argv(host: Host, command: Sequence[str] = (), *, key: Path = paths.READ_KEY) -> list[str]:
    """Return the ssh command line into a host: strict host keys, no other identity, no waiting for a password."""
    options = [
        f"UserKnownHostsFile={paths.KNOWN_HOSTS}", "GlobalKnownHostsFile=/dev/null", "StrictHostKeyChecking=yes",
        "IdentitiesOnly=yes", "BatchMode=yes", "ConnectTimeout=10", "LogLevel=ERROR",
    ]  # fmt: skip
    argv = ["ssh", "-F", "/dev/null", "-i", str(key)]
    for option in options:
        argv += ["-o", option]
    return [*argv, f"{topology.SSH_USER}@{shapes.current().address(host)}", *command]


def ssh_answers(host: Host) -> bool:
    return run(ssh_argv(host, ["true"], key=paths.READ_KEY), timeout_s=20, check=False).ok


def _seed(host: Host) -> bytes:
    """Return a tar of the files that make the image this host."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for user, number, authorized in (
            (topology.SSH_USER, 1000, keys.authorized()),
            (topology.DEPLOY_USER, 1001, keys.authorized_to_deploy()),
        ):
            _directory(tar, f"/home/{user}/.ssh", 0o700, number)
            _file(tar, f"/home/{user}/.ssh/authorized_keys", authorized, 0o600, number)
        if shapes.current().management:
            _file(tar, "/etc/ssh/sshd_config.d/network.conf", f"ListenAddress {host.management}\n")
        packaging = paths.CHECKOUT / "packaging"
        _file(tar, keys.ACT, (packaging / "remediator-act").read_text(), 0o755)
        _file(tar, "/etc/tmpfiles.d/remediator-act.conf", (packaging / "remediator-act.tmpfiles").read_text())
        _directory(tar, keys.ACT_FILES, 0o755, 0)
        for name, text in actions.files_of_act().items():
            _file(tar, f"{keys.ACT_FILES}/{name}", text)
        _file(tar, "/etc/machine-id", uuid.uuid4().hex + "\n")
        for path, text in services.config_files(host).items():
            _file(tar, path, text)
        for service in services.of(host):
            _file(tar, f"/etc/systemd/system/{topology.unit(service.name)}", unit_text(service, host))
    return out.getvalue()


def _file(tar: tarfile.TarFile, path: str, text: str, mode: int = 0o644, owner: int = 0) -> None:
    entry = tarfile.TarInfo(path.lstrip("/"))
    data = text.encode()
    entry.size, entry.mode, entry.uid, entry.gid = len(data), mode, owner, owner
    tar.addfile(entry, io.BytesIO(data))


def _directory(tar: tarfile.TarFile, path: str, mode: int, owner: int) -> None:
    entry = tarfile.TarInfo(path.lstrip("/"))
    entry.type, entry.mode, entry.uid, entry.gid = tarfile.DIRTYPE, mode, owner, owner
    tar.addfile(entry)


def provision(host: Host) -> None:
    """Create the containers of a host as kolla would and start their units, all but the clustered ones, which their
    technology starts."""
    logs = "type=none", "o=bind", "device=/var/log/kolla"
    lines = [
        f"{host.engine} volume inspect kolla_logs >/dev/null 2>&1 || "
        + shlex.join(_volume(host.engine, "kolla_logs", logs))
    ]
    for service in services.of(host):
        lines.append(
            f"{host.engine} container inspect {service.name} >/dev/null 2>&1 || "
            f"{shlex.join(create_container(service, host))} >/dev/null"
        )
    units = " ".join(topology.unit(s.name) for s in services.of(host))
    start = " ".join(topology.unit(s.name) for s in services.of(host) if not s.clustered)
    lines += [
        "systemctl daemon-reload",
        f"systemctl enable -q {units}",
        "systemctl start kolla.target",
        f"systemctl start {start}",
    ]
    shell(host, "\n".join(lines) + "\n", timeout_s=120)


def _volume(kind: str, name: str, options: Sequence[str]) -> list[str]:
    argv = [kind, "volume", "create", "--label", "kolla_managed=true"]
    for option in options:
        argv += ["--opt", option]
    return [*argv, name]


def wait_running(host: Host) -> None:
    """Wait until every unit of a host that is not clustered is active, and every health check passes."""
    units = " ".join(topology.unit(s.name) for s in services.of(host) if not s.clustered)
    checked = [s.name for s in services.of(host) if s.health]
    probe = f"systemctl is-active -q {units}"
    for name in checked:
        probe += f" && test \"$({host.engine} container inspect -f '{{{{.State.Health.Status}}}}' {name})\" = healthy"
    poll(
        f"the services of {host.name}",
        lambda: execute(host, ["sh", "-c", probe], timeout_s=20, check=False).ok,
        limit_s=90,
        every_s=0.7,
    )
