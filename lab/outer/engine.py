"""The outer engine: one containerd and one dockerd of the lab's own, which run the hosts and nothing else.

Socket, data root, pid files, state and containerd namespace are the lab's; the machine's docker, if it has one, is
never asked. `--bridge` names an idle bridge because an engine without one deletes docker0, and `--iptables=false`
because the hosts' network has no way out.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from lab import paths
from lab.cloud import topology
from lab.errors import LabError
from lab.outer import mark, network
from lab.outer.proc import Finished, poll, run

CONTAINERD = paths.RUNTIME / "containerd.sock"
CLIENT = ("/usr/bin/docker", "-H", f"unix://{paths.SOCKET}")
RUNTIME_WRAPPER = paths.RUNTIME / "runc-lab"
PROGRAMS = ("dockerd", "containerd", "containerd-shim-runc-v2")
_ENV = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "DOCKER_BUILDKIT": "0",
    "HOME": "/root",
    "LC_ALL": "C.UTF-8",
}
_CONTAINERD_TOML = f"""version = 2
[plugins."io.containerd.internal.v1.opt"]
path = "{paths.RUNTIME}/opt"
"""
"""Without a place of its own containerd makes /opt/containerd, as dockerd makes /etc/docker/key.json."""


def docker(*args: str, timeout_s: float = 60, stdin: str | bytes | None = None, check: bool = True) -> Finished:
    """Run the docker client against the outer engine."""
    return run(
        [*CLIENT, *args],
        timeout_s=timeout_s,
        stdin=stdin,
        check=check,
        env=_ENV,
    )


def alive() -> bool:
    return paths.SOCKET.exists() and docker("version", "--format", "{{.Server.Version}}", timeout_s=10, check=False).ok


def start() -> None:
    """Start the outer engine, or find it running. Raise LabError with its last words when it does not come."""
    if alive():
        return
    stop()
    paths.RUNTIME.mkdir(parents=True, exist_ok=True, mode=0o700)
    paths.LOGS.mkdir(parents=True, exist_ok=True)
    paths.OUTER.mkdir(parents=True, exist_ok=True)
    network.prepare()
    shutil.copy(paths.IMAGE / "host/root/usr/local/sbin/runc-lab", RUNTIME_WRAPPER)
    RUNTIME_WRAPPER.chmod(0o755)
    (paths.RUNTIME / "daemon.json").write_text(json.dumps({"deprecated-key-path": f"{paths.RUNTIME}/key.json"}) + "\n")
    (paths.RUNTIME / "containerd.toml").write_text(_CONTAINERD_TOML)
    _spawn("containerd", [
        "containerd", "--config", f"{paths.RUNTIME}/containerd.toml", "--address", str(CONTAINERD),
        "--root", f"{paths.OUTER}/containerd", "--state", f"{paths.RUNTIME}/containerd",
    ])  # fmt: skip
    _wait("containerd", CONTAINERD.exists)
    _spawn(
        "dockerd",
        [
            "dockerd",
            "--config-file",
            f"{paths.RUNTIME}/daemon.json",
            "--host",
            f"unix://{paths.SOCKET}",
            "--data-root",
            str(paths.OUTER),
            "--exec-root",
            f"{paths.RUNTIME}/exec",
            "--pidfile",
            f"{paths.RUNTIME}/docker.pid",
            "--containerd",
            str(CONTAINERD),
            "--containerd-namespace",
            "remediator-lab",
            "--containerd-plugins-namespace",
            "remediator-lab-plugins",
            "--bridge",
            topology.IDLE_BRIDGE,
            "--iptables=false",
            "--ip6tables=false",
            "--ip-forward=false",
            "--ip-masq=false",
            "--userland-proxy=false",
            "--add-runtime",
            f"lab={RUNTIME_WRAPPER}",
            "--default-runtime",
            "lab",
            "--storage-driver",
            "overlay2",
            "--cgroup-parent",
            f"/{paths.CGROUP}",
        ],
    )
    _wait("dockerd", alive)


def stop() -> None:
    """End the outer engine and whatever of it is left, by the pids that name the lab's own runtime directory."""
    for what in ("dockerd", "containerd"):
        for pid in processes(what):
            _signal(pid, signal.SIGTERM)
        try:
            poll(f"the end of {what}", lambda what=what: not processes(what), limit_s=20)  # type: ignore[misc]
        except LabError:
            for pid in processes(what):
                _signal(pid, signal.SIGKILL)
    for pid in processes(""):
        _signal(pid, signal.SIGKILL)
    poll("the end of the outer engine", lambda: not processes(""), limit_s=20)


def processes(program: str) -> list[int]:
    """Return the pids of the lab's outer engine (its daemons and shims), found by the runtime directory in their
    arguments."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            argv = (entry / "cmdline").read_bytes().split(b"\0")
            same_namespace = (entry / "ns/mnt").readlink() == Path("/proc/self/ns/mnt").readlink()
        except OSError:
            continue
        name = os.path.basename(argv[0]).decode(errors="replace")
        ours = any(str(paths.RUNTIME).encode() + b"/" in a for a in argv[1:])
        if ours and same_namespace and name in ([program] if program else PROGRAMS):
            found.append(int(entry.name))
    return found


def _spawn(name: str, argv: Sequence[str]) -> None:
    with open(paths.LOGS / f"{name}.log", "ab") as log:
        subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            env=mark.environment(_ENV),
            cwd="/",
        )


def _wait(name: str, ready: object) -> None:
    try:
        poll(name, ready, limit_s=60)  # type: ignore[arg-type]
    except LabError:
        last = (paths.LOGS / f"{name}.log").read_text(errors="replace").strip().splitlines()[-1:]
        raise LabError(f"no container engine can run here: {name} did not start: {' '.join(last)[-400:]}") from None


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
