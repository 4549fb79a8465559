"""`make demo`: real incidents of each technology, cured before your eyes, from a bare machine to nothing left.

Where no container engine can run, or with `--simulated`, the same story is told on a cloud in memory (`lab.simulated`),
and every line says so. Everything shown is done through the command line that an operator has. The last line says how
the demo went, and takes nothing for granted. Incidents and cures are counted from the daemon's own records. What is
left is counted on the machine itself (`lab.outer.trace`).
"""

from __future__ import annotations

import importlib
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lab import down, paths, up
from lab.cloud import shapes, technologies
from lab.errors import LabError, UsageError
from lab.outer import machine
from lab.stage import LOG, REMEDIATOR, Break, DemoFailed, Stage, Story, as_json, environment, remediator, say, settings

LIMITS_S = {"socket": 30.0, "baseline": 120.0, "cure": 240.0}


def main(argv: Sequence[str]) -> int:
    """Run the demo. `--keep` leaves the lab up afterwards, for looking around; `--simulated` uses the cloud in
    memory."""
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
    line = (
        f"incidents={counts['incidents']} cured={counts['cured']} refused={counts['refused']} "
        f"audit={counts['audit']} left={len(left)} seconds={seconds}"
    )
    if left or counts["audit"] != "intact" or counts["cured"] < wanted():
        print(f"demo: FAILED {line} {', '.join(left)}".rstrip(), flush=True)
        return 1
    print(f"demo: ok {line}", flush=True)
    return 0


def stories() -> list[Story]:
    """Return what the technologies of the lab show."""
    return [each.demo for each in technologies.in_use() if each.demo is not None]


def breaks() -> list[Break]:
    """Return what is broken first, in the order of the technologies."""
    return [each for story in stories() for each in story.breaks]


def wanted() -> int:
    """Return how many cures the whole demo ends with."""
    return len(breaks()) + sum(story.cures for story in stories())


def _cannot() -> str | None:
    """Return why no container engine can run here; None when one can."""
    try:
        machine.check()
    except LabError as error:
        return str(error)
    return None


def _play() -> dict[str, Any]:
    say(f"The cloud in a box: {', '.join(story.shows for story in stories())}.")
    up.up(shape=shapes.DEFAULT)
    say(
        "Settings of this demo: the limits stand at their floors, so that a cure takes minutes and not "
        "the best part of an hour."
    )
    for line in remediator("validate").stdout.splitlines():
        print(f"  {line}")
    for line in settings(Path(paths.CONFIG).read_text()):
        print(f"  {line}")
    with (paths.LOGS / LOG).open("wb") as log:
        daemon = subprocess.Popen(
            [REMEDIATOR, "--config", str(paths.CONFIG), "daemon"],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            env=environment(),
        )
        try:
            return _watch(Stage(daemon))
        finally:
            _end(daemon)


def _watch(stage: Stage) -> dict[str, Any]:
    stage.wait(
        "the daemon's control socket",
        lambda: (paths.RUN / "state" / "control.sock").exists(),
        LIMITS_S["socket"],
    )
    say(
        "The lab was made just now, which looks like maintenance. Somebody with the right says that it "
        "is whole as it stands:"
    )
    print("  $ remediator baseline accept all --reason 'the lab was made just now'", flush=True)
    accepted = lambda: remediator("baseline", "accept", "all", "--reason", "the lab was made just now").returncode == 0  # noqa: E731
    stage.wait("the baseline to be accepted", accepted, LIMITS_S["baseline"], every_s=2.0)
    targets = [each.target for each in breaks()]
    for each in breaks():
        say(f"break {each.fault} {each.host}")
        stage.break_fault(each.fault, each.host)
    say("Now nobody does anything but remediator.")
    cured: dict[str, str] = {}

    def all_cured() -> bool:
        for incident in as_json("incidents", "list"):
            if incident["state"] == "resolved" and incident["target"] not in cured and incident["target"] in targets:
                cured[incident["target"]] = incident["id"]
                print(f"  {incident['target']}: resolved ({incident['id']})", flush=True)
            elif incident["state"] == "escalated":
                raise DemoFailed(f"{incident['target']} was escalated: {incident['output']}")
        return len(cured) == len(targets)

    stage.wait("every incident to be cured", all_cured, LIMITS_S["cure"], every_s=2.0)
    for incident in cured.values():
        stage.show(incident)
    for story in stories():
        if story.act is not None:
            story.act(stage)
    return _counts()


def _counts() -> dict[str, Any]:
    say("What the audit says:")
    verified = remediator("audit", "verify")
    print(f"  $ remediator audit verify   (exit {verified.returncode})")
    print(f"  {verified.stdout.strip()}", flush=True)
    incidents = [as_json("incidents", "show", each["id"]) for each in as_json("incidents", "list")]
    runs = as_json("runs", "list")
    succeeded = {run["incident"] for run in runs if run["state"] == "succeeded"}
    refused = sum(
        1
        for incident in incidents
        for decision in as_json("explain", incident["id"])["decisions"]
        if decision["outcome"] == "refused"
    )
    return {
        "incidents": len(incidents),
        "cured": sum(1 for incident in incidents if incident["state"] == "resolved" and incident["id"] in succeeded),
        "refused": refused,
        "audit": {0: "intact", 2: "tampered"}.get(verified.returncode, "unknown"),
    }


def _take_down() -> list[str]:
    say("Taking the lab down.")
    left = down.take_down()
    print(f"  left behind: {', '.join(left) or 'nothing'}", flush=True)
    return left


def _quietly_down() -> None:
    try:
        down.down()
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)


def _end(daemon: subprocess.Popen[bytes]) -> None:
    if daemon.poll() is None:
        daemon.send_signal(signal.SIGTERM)
        try:
            daemon.wait(timeout=35)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait(timeout=10)
