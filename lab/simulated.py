"""The demo where no container engine can run: the same story on a cloud in memory, and every line says that it is
simulated.

The only file of the lab that imports remediator: the daemon it shows is in this process, and so is what renders its
records.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from lab.stage import settings
from remediator.cli.look import audit
from remediator.cli.render import timeline
from remediator.config.documents import mistakes
from remediator.content.validate import validate
from remediator.sim.invariants.watch import Violation
from remediator.sim.proof.breaks import Break
from remediator.sim.proof.demo import ACCEPTS, BREAKS, DemoFailed, Play
from remediator.sim.stories import stories
from remediator.store import errors
from remediator.store.audit import verify


def main(why: str) -> int:
    """Run the simulated demo and return its exit code; `why` is the sentence that says why it is not the real one."""
    return show(Play(Path(tempfile.mkdtemp(prefix="demo-", dir=stories.in_memory()))), why)


def show(play: Play, why: str) -> int:
    """Show `play`, clear it away, and print how it went: 0 both incidents cured, 1 not."""
    started = time.monotonic()
    say(f"This is a simulation: {why}")
    say("The cloud is state machines in memory; the daemon, its content, its store and its audit are the real ones.")
    say("Times and durations are virtual: they are those of the simulated cloud, whose time does not wait for ours.")
    counts: dict[str, Any] = {}
    failed = ""
    try:
        counts = _play(play)
        took = time.monotonic() - started
        _head(f"{play.virtual_s:.0f} s of virtual time passed in {took:.1f} s.")
    except (DemoFailed, Violation, errors.StoreError, OSError) as error:
        failed = str(error)
    except BaseException:
        play.clear()
        raise
    left = play.clear()
    say(f"left behind: {', '.join(left) or 'nothing'}")
    if not failed:
        seconds = round(time.monotonic() - started)
        line = (
            f"incidents={counts['incidents']} cured={counts['cured']} refused={counts['refused']} "
            f"audit={counts['audit']} left={len(left)} seconds={seconds}"
        )
        if not left and counts["audit"] == "intact" and counts["cured"] >= len(BREAKS):
            print(f"demo: (simulated) ok {line}", flush=True)
            return 0
        failed = f"{line} {', '.join(left)}".rstrip()
    print(f"demo: (simulated) FAILED {failed}", flush=True)
    return 1


def say(text: str = "") -> None:
    """Print `text`, and in each of its lines that this is a simulation."""
    for line in text.splitlines() or [""]:
        print(f"(simulated) {line}".rstrip(), flush=True)


def _head(text: str) -> None:
    say()
    say(f"== {text}")


def _play(play: Play) -> dict[str, Any]:
    _head(
        "Settings of this demo: the limits stand near their floors, so that a cure takes minutes and "
        "not the best part of an hour."
    )
    for line in [*_mistakes(play), *settings(play.settings)]:
        say(f"  {line}")
    _head(
        "The cloud was made just now, which looks like maintenance. Somebody with the right says that "
        "it is whole as it stands:"
    )
    play.begin()
    say(f"  $ remediator baseline accept all --reason '{ACCEPTS}'")
    for one in BREAKS:
        _head(f"break {one.fault} {one.host}")
        play.break_one(one)
        say(f"  {one.said}")
    _head("Now nobody does anything but remediator.")
    cured = play.watch(_resolved)
    play.end()
    for incident in cured.values():
        found = play.reader.incident(incident)
        if found is None:
            raise DemoFailed(f"the store does not know {incident}")
        say()
        say(f"  $ remediator incidents show {incident}")
        say(timeline.incident(found))
    return _counts(play)


def _resolved(one: Break, incident: str) -> None:
    say(f"  {one.target}: resolved ({incident})")


def _mistakes(play: Play) -> list[str]:
    """Return what `remediator validate` says about the config of the demo."""
    path = play.directory / "demo.yaml"
    path.write_text(play.settings)
    found = validate(str(path))
    return [*map(mistakes.to_text, found), "no mistake" if not found else f"{len(found)} mistakes"]


def _counts(play: Play) -> dict[str, Any]:
    """Return how many incidents, cures and refused decisions the store has, and what the audit says."""
    _head("What the audit says:")
    code, body = verify.verify(play.config)
    say(f"  $ remediator audit verify   (exit {code})")
    say(f"  {audit.verdict(body)}")
    reader = play.reader
    incidents = reader.incidents(None, 1000)
    succeeded = {run["incident"] for run in reader.runs(None, 1000) if run["state"] == "succeeded"}
    decisions = [each for one in incidents for each in (reader.explain(one["id"]) or {}).get("decisions", [])]
    return {
        "incidents": len(incidents),
        "cured": sum(1 for each in incidents if each["state"] == "resolved" and each["id"] in succeeded),
        "refused": sum(1 for each in decisions if each["outcome"] == "refused"),
        "audit": {0: "intact", 2: "tampered"}.get(code, "unknown"),
    }
