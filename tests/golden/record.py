"""Record what the tools on a lab host print about one container, in the order in which the collector asks them.

    python -m tests.golden.record HOST ENGINE CONTAINER CASE

writes ``tests/golden/container/CASE.json``: provenance (tool versions, commands), and each command's whole answer.
What the parsers must make of it stands in ``tests/unit/integrations/test_container_golden.py``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "container"


def on_host(host: str, argv: Sequence[str]) -> tuple[int, str, str]:
    """Run `argv` as root on lab host `host`."""
    done = subprocess.run(
        [sys.executable, "-m", "lab", "ssh", host, "sudo", "env", "LC_ALL=C", "TZ=UTC", *argv],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr[-500:]


def record(host: str, engine: str, container: str) -> dict[str, Any]:
    """Return the recording of `container` on `host`."""
    answers: list[dict[str, Any]] = []

    def run(argv: Sequence[str], timeout_s: float, limit: int = 0) -> tuple[int, str, str]:
        narrowed = [*argv, "--filter", f"name=^{container}$"] if list(argv[1:2]) == ["ps"] else list(argv)
        code, out, err = on_host(host, narrowed)
        if argv[0] == "dmesg":  # the machine's whole kernel log is nobody's business
            out = "".join(line + "\n" for line in out.splitlines() if "oom-kill:" in line)
        answers.append({"argv": list(argv), "code": code, "out": out, "err": err})
        return code, out, err

    space: dict[str, Any] = {"__name__": "remote"}
    exec(resources.files("remediator.integrations.container").joinpath("remote.py").read_text("utf-8"), space)
    _, _, found, _ = space["_containers"](engine, run)
    monotonic_s = time.clock_gettime(time.CLOCK_MONOTONIC)  # the lab shares it with us
    space["_add_oom"](found or {}, {}, monotonic_s, run)
    units, _ = space["_units"]([f"kolla-{container}-container.service"], run)
    space["_logs"](engine, found or {}, units or {}, run)
    versions = {tool: on_host(host, [tool, "--version"])[1].splitlines()[0] for tool in (engine, "systemctl")}
    clock = float(on_host(host, ["date", "+%s.%N"])[1])
    return {
        "provenance": {
            "kind": "recorded",
            "on": datetime.now(UTC).date().isoformat(),
            "from": f"lab host {host}",
            "versions": versions,
            "command": f"python -m tests.golden.record {host} {engine} {container} CASE",
        },
        "engine": engine,
        "container": container,
        "host_clock_s": clock,
        "monotonic_s": monotonic_s,
        "answers": answers,
    }


def main(host: str, engine: str, container: str, case: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    text = json.dumps(record(host, engine, container), indent=1, sort_keys=True)
    (FOLDER / f"{case}.json").write_text(text + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:5])
