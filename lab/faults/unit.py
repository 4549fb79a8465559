"""What the container faults do to a unit: kill its container, wait for a state, drop-ins, flags, and making it well
again."""

from __future__ import annotations

import shlex

from lab.cloud import hosts, services
from lab.errors import LabError
from lab.faults.model import Broken
from lab.outer.proc import poll

HEALTH = "{{.State.Health.Status}}"
SLOW = "lab-slow"
STAY_DOWN = "[Service]\nRestart=no\n"
QUICK = "[Service]\nRestartSec=1s\n"


def properties(broken: Broken) -> dict[str, str]:
    """Return the unit's ActiveState, SubState, Result and NRestarts."""
    wanted = "ActiveState,SubState,Result,NRestarts,InvocationID"
    answer = hosts.execute(broken.host, ["systemctl", "show", broken.unit, "-p", wanted], timeout_s=30, check=False)
    return dict(line.split("=", 1) for line in answer.out.splitlines() if "=" in line)


def inspect(broken: Broken, form: str) -> str:
    """Return one value of the container's inspect data, or nothing when there is no such container."""
    answer = hosts.execute(
        broken.host,
        [broken.host.engine, "container", "inspect", "-f", form, broken.container],
        timeout_s=30,
        check=False,
    )
    return answer.out.strip() if answer.ok else ""


def kill(broken: Broken) -> None:
    """Let the container die as by a crash: SIGKILL to its first process, which no engine and no systemd asked for."""
    pid = inspect(broken, "{{.State.Pid}}")
    if not pid.isdigit() or pid == "0":
        raise LabError(f"{broken.container} on {broken.host.name} does not run, so it cannot crash: python -m lab heal")
    hosts.execute(broken.host, ["kill", "-KILL", pid])


def fail(broken: Broken) -> str:
    """Kill the container so that its unit stays `failed` with the cause gone; return the drop-in that was used and
    removed."""
    path = drop_in(broken, STAY_DOWN)
    kill(broken)
    wait(broken, limit_s=30, ActiveState="failed")
    drop_in(broken, None)
    return path


def flag(broken: Broken, kind: str, value: str | None) -> None:
    """Write a flag that the container's entrypoint or health check reads, or take it away."""
    path = f"/run/lab/{broken.container}.{kind}"
    script = f"rm -f {path}\n" if value is None else f"printf %s {shlex.quote(value)} > {path}\n"
    hosts.shell(broken.host, script)


def drop_in(broken: Broken, text: str | None, name: str = "lab-fault") -> str:
    """Write a drop-in for the unit, or take it away, and reload systemd; return its path."""
    folder = f"/etc/systemd/system/{broken.unit}.d"
    path = f"{folder}/{name}.conf"
    if text is None:
        script = (
            f"if [ -e {path} ]; then rm -f {path}; rmdir --ignore-fail-on-non-empty {folder}; systemctl "
            f"daemon-reload; fi\n"
        )
    else:
        script = f"mkdir -p {folder}\nprintf %s {shlex.quote(text)} > {path}\nsystemctl daemon-reload\n"
    hosts.shell(broken.host, script)
    return path


def wait(broken: Broken, *, limit_s: float, **wanted: str) -> None:
    """Wait until the unit's properties are the wanted ones."""
    words = " ".join(f"{k}={v}" for k, v in wanted.items())
    poll(
        f"{broken.unit} on {broken.host.name} with {words}",
        lambda: wanted.items() <= properties(broken).items(),
        limit_s=limit_s,
        every_s=0.5,
    )


def wait_given_up(broken: Broken) -> None:
    """Wait until systemd gives the unit up: `failed` under Restart=always, after the burst of 10.

    Its Result stays `exit-code`: systemd 252 sets `start-limit-hit` only where no failure stands there already.
    """

    def given_up() -> bool:
        seen = properties(broken)
        return seen.get("ActiveState") == "failed" and int(seen.get("NRestarts") or 0) >= 10

    poll(f"{broken.unit} on {broken.host.name} given up by systemd", given_up, limit_s=100, every_s=0.5)


def make_well(broken: Broken) -> None:
    """Start the unit if it does not run, or restart it if it is unhealthy, and wait until it runs and is healthy."""
    checked = services.find(broken.container).health is not None
    state = properties(broken)
    if state.get("ActiveState") != "active":
        hosts.shell(
            broken.host, f"systemctl reset-failed {broken.unit} || true\nsystemctl start {broken.unit}\n", timeout_s=200
        )
    elif checked and inspect(broken, HEALTH) == "unhealthy":
        hosts.shell(broken.host, f"systemctl restart {broken.unit}\n", timeout_s=200)
    wait(broken, limit_s=60, ActiveState="active", SubState="running")
    if checked:
        what = f"health of {broken.container} on {broken.host.name}"
        poll(what, lambda: inspect(broken, HEALTH) == "healthy", limit_s=60, every_s=0.7)
    else:
        poll(
            f"{broken.container} on {broken.host.name}",
            lambda: inspect(broken, "{{.State.Running}}") == "true",
            limit_s=60,
        )
