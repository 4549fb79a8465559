"""`make demo`: two real incidents and the loss of a whole database cluster, cured before your eyes, from a bare machine to nothing left.

Where no container engine can run, or with `--simulated`, the same story is told on a cloud in memory (`lab.simulated`), and every
line says so. Everything shown is done through the command line that an operator has. The last line says how it went; nothing of it is
taken for granted: incidents and cures are counted from the daemon's own records, what is left from the machine itself (`lab.trace`).
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from lab import api, down, machine, mark, paths, shapes, up
from lab.errors import LabError, UsageError

REMEDIATOR = str(Path(sys.executable).with_name("remediator"))
FAULTS = (("crash-once-limit", "ctl2", "container/ctl2/memcached"), ("galera-member-failed", "ctl3", "galera/ctl3"))
SHOWN = (
    "limits", "  persistence", "  cooldown", "  rate", "  runs_per", "  hold", "  maintenance", "  host_boot", "  baseline",
    "autonomy",
)  # fmt: skip
"""How the lines of the config begin that the demo prints."""
LOST = ("galera-staggered-kill", "ctl2", "cluster/galera")
"""The last act: every member down, each at another position, and none that remembers the last view."""
LIMITS_S = {"socket": 30.0, "baseline": 120.0, "cure": 240.0, "asks": 150.0, "recovery": 300.0}


class DemoFailed(Exception):
    """The demo did not come to its end; the text is what its last line says."""


def main(argv: Sequence[str]) -> int:
    """Run the demo. `--keep` leaves the lab up afterwards, for looking around; `--simulated` uses the cloud in memory."""
    unknown = [word for word in argv if word not in ("--keep", "--simulated")]
    if unknown:
        raise UsageError(f"demo takes --keep or --simulated, not {unknown[0]!r}")
    why = "--simulated was asked for" if "--simulated" in argv else _cannot()
    if why is not None:
        simulated = importlib.import_module("lab.simulated")
        code: int = simulated.main(why)
        return code
    started = time.monotonic()
    keep = "--keep" in argv
    try:
        shapes.choose(shapes.DEFAULT)
    except LabError as error:  # somebody works in a lab of another shape: it is left alone
        print(f"demo: FAILED {error}", flush=True)
        return 1
    try:
        counts = _play()
        left = [] if keep else _take_down()
    except (DemoFailed, LabError) as error:
        print(f"demo: FAILED {error}", flush=True)
        if not keep:
            _quietly_down()
        return 1
    seconds = round(time.monotonic() - started)
    line = f"incidents={counts['incidents']} cured={counts['cured']} refused={counts['refused']} audit={counts['audit']} left={len(left)} seconds={seconds}"
    if left or counts["audit"] != "intact" or counts["cured"] < len(FAULTS) + 1:
        print(f"demo: FAILED {line} {', '.join(left)}".rstrip(), flush=True)
        return 1
    print(f"demo: ok {line}", flush=True)
    return 0


def settings(text: str) -> list[str]:
    """Return the lines of a config that say how the demo is set."""
    return [line.strip() for line in text.splitlines() if line.startswith(SHOWN)]


def _cannot() -> str | None:
    """Return why no container engine can run here; None when one can."""
    try:
        machine.check()
    except LabError as error:
        return str(error)
    return None


def _play() -> dict[str, Any]:
    _say("The cloud in a box: real systemd, sshd, container engines, MariaDB with Galera.")
    up.up(shape=shapes.DEFAULT)
    _say(
        "Settings of this demo: the limits stand at their floors, so that a cure takes minutes and not the best part of an hour."
    )
    for line in _remediator("validate").stdout.splitlines():
        print(f"  {line}")
    for line in settings(Path(paths.CONFIG).read_text()):
        print(f"  {line}")
    with (paths.LOGS / "demo-daemon.log").open("wb") as log:
        daemon = subprocess.Popen(
            [REMEDIATOR, "--config", str(paths.CONFIG), "daemon"],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            env=_environment(),
        )
        try:
            return _watch(daemon)
        finally:
            _end(daemon)


def _watch(daemon: subprocess.Popen[bytes]) -> dict[str, Any]:
    _wait(
        daemon,
        "the daemon's control socket",
        lambda: (paths.RUN / "state" / "control.sock").exists(),
        LIMITS_S["socket"],
    )
    _say(
        "The lab was made just now, which looks like maintenance. Somebody with the right says that it is whole as it stands:"
    )
    print("  $ remediator baseline accept all --reason 'the lab was made just now'", flush=True)
    accepted = lambda: _remediator("baseline", "accept", "all", "--reason", "the lab was made just now").returncode == 0  # noqa: E731
    _wait(daemon, "the baseline to be accepted", accepted, LIMITS_S["baseline"], every_s=2.0)
    for fault, host, _ in FAULTS:
        _say(f"break {fault} {host}")
        for line in api.break_fault(fault, host):
            print(f"  {line}", flush=True)
    _say("Now nobody does anything but remediator.")
    cured: dict[str, str] = {}

    def all_cured() -> bool:
        for incident in _json("incidents", "list"):
            if (
                incident["state"] == "resolved"
                and incident["target"] not in cured
                and any(incident["target"] == t for _, _, t in FAULTS)
            ):
                cured[incident["target"]] = incident["id"]
                print(f"  {incident['target']}: resolved ({incident['id']})", flush=True)
            elif incident["state"] == "escalated":
                raise DemoFailed(f"{incident['target']} was escalated: {incident['output']}")
        return len(cured) == len(FAULTS)

    _wait(daemon, "both incidents to be cured", all_cured, LIMITS_S["cure"], every_s=2.0)
    for incident in cured.values():
        print(flush=True)
        print(_remediator("incidents", "show", incident).stdout, flush=True)
    _lose_the_cluster(daemon)
    return _counts()


def _lose_the_cluster(daemon: subprocess.Popen[bytes]) -> None:
    """Lose every Galera member, show what is proposed and on what evidence, approve it, and watch it come back."""
    fault, host, target = LOST
    _wait(daemon, "every member to be Synced", lambda: _state("galera-cluster") == "OK", LIMITS_S["cure"], every_s=2.0)
    _say(f"break {fault} {host} --view lost: the whole database cluster goes down")
    for line in api.break_fault(fault, host, view="lost"):
        print(f"  {line}", flush=True)
    _say("A bootstrap can lose data (R3): it is proposed with its evidence, and a person decides.")
    waits: dict[str, str] = {}

    def asks() -> bool:
        waits.update({run["state"]: run["id"] for run in _json("runs", "list") if run["target"] == target})
        return "waiting_approval" in waits

    _wait(daemon, "the plan to be proposed", asks, LIMITS_S["asks"], every_s=2.0)
    run = waits["waiting_approval"]
    _say("This demo is now the approver of a plan that the engine itself proposed. On your cloud that is a person.")
    words = ("approve", run, "--yes", "--reason", "the demo has read the evidence")
    print(f"  $ remediator {' '.join(words[:-1])} '{words[-1]}'", flush=True)
    said = _remediator(*words)
    print("\n".join(f"  {line}" for line in said.stdout.splitlines()), flush=True)
    if said.returncode != 0:
        raise DemoFailed(f"the approval was refused: {said.stderr.strip()}")
    shown = ""

    def back() -> bool:
        nonlocal shown
        rows = [row for row in _json("status")["curing"] if row["run"] == run]
        if rows and rows[0]["reason"] != shown:
            shown = rows[0]["reason"]
            print(f"  {run}: {shown}", flush=True)
        states = {each["id"]: each["state"] for each in _json("runs", "list")}
        if states[run] in ("failed", "refused", "held", "in_doubt"):
            raise DemoFailed(f"{run} is {states[run]}: {_json('runs', 'show', run)['reason']}")
        return bool(states[run] == "succeeded")

    _wait(daemon, "the cluster to be whole again", back, LIMITS_S["recovery"], every_s=1.0)
    incident = next(each["id"] for each in _json("incidents", "list") if each["target"] == target)
    print(flush=True)
    print(_remediator("incidents", "show", incident).stdout, flush=True)


def _state(check: str) -> str:
    """Return the state of the one result of a check of a whole cluster."""
    results = _json("check", check, "--cached")["results"]
    return str(results[0]["state"]) if results else "NONE"


def _counts() -> dict[str, Any]:
    _say("What the audit says:")
    verified = _remediator("audit", "verify")
    print(f"  $ remediator audit verify   (exit {verified.returncode})")
    print(f"  {verified.stdout.strip()}", flush=True)
    incidents = [_json("incidents", "show", each["id"]) for each in _json("incidents", "list")]
    runs = _json("runs", "list")
    succeeded = {run["incident"] for run in runs if run["state"] == "succeeded"}
    refused = sum(
        1
        for incident in incidents
        for decision in _json("explain", incident["id"])["decisions"]
        if decision["outcome"] == "refused"
    )
    return {
        "incidents": len(incidents),
        "cured": sum(1 for incident in incidents if incident["state"] == "resolved" and incident["id"] in succeeded),
        "refused": refused,
        "audit": {0: "intact", 2: "tampered"}.get(verified.returncode, "unknown"),
    }


def _take_down() -> list[str]:
    _say("Taking the lab down.")
    left = down.take_down()
    print(f"  left behind: {', '.join(left) or 'nothing'}", flush=True)
    return left


def _quietly_down() -> None:
    try:
        down.down()
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)


def _say(text: str) -> None:
    print(f"\n== {text}", flush=True)


def _environment() -> dict[str, str]:
    return mark.environment({name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"})


def _remediator(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [REMEDIATOR, "--config", str(paths.CONFIG), *words],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
        env=_environment(),
    )


def _json(*words: str) -> Any:
    done = _remediator(*words, "--format", "json")
    try:
        return json.loads(done.stdout)
    except ValueError:
        raise DemoFailed(f"remediator {' '.join(words)}: exit {done.returncode}: {done.stderr.strip()}") from None


def _wait(
    daemon: subprocess.Popen[bytes], what: str, ready: Callable[[], bool], limit_s: float, every_s: float = 0.5
) -> None:
    give_up = time.monotonic() + limit_s
    while not ready():
        if daemon.poll() is not None:
            raise DemoFailed(f"the daemon ended with {daemon.returncode}: {_last_log()}")
        if time.monotonic() > give_up:
            raise DemoFailed(f"{what}: not within {limit_s:.0f} s: {_last_log()}")
        time.sleep(every_s)


def _last_log() -> str:
    lines = (paths.LOGS / "demo-daemon.log").read_text(errors="replace").splitlines()
    return lines[-1][:300] if lines else "it logged nothing"


def _end(daemon: subprocess.Popen[bytes]) -> None:
    if daemon.poll() is None:
        daemon.send_signal(signal.SIGTERM)
        try:
            daemon.wait(timeout=35)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait(timeout=10)
