"""`python -m bench.galera [--rounds N]`: how long remediator and a bare script take for a lost Galera cluster.

The two take turns on the lab, and lose the same cluster in the same way. The script has perfect knowledge: the bench
tells it the most advanced member. It asks nothing, checks nothing, and does MariaDB's own steps (lab/galera/bare.py).
The time of remediator runs from the gate's ALLOW until all members are Synced in their own units. The time before ALLOW
(detection, waits, approval) is printed beside it. Budget: at most 1.5 times that of the script. Needs the lab up with
its three members (`python -m lab up --only ctl1,ctl2,ctl3`).
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from lab import api
from lab.galera import bare, mariadb
from tests.integrations.galera.lab import recovering
from tests.lab.scenario import Scenario

BUDGET = 1.5
FAULT, LAST = "galera-staggered-kill", "ctl2"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.galera", description=__doc__)
    parser.add_argument("--rounds", type=int, default=2, help="of each of the two (default 2)")
    rounds = parser.parse_args().rounds
    bares, ours = [], []
    for number in range(rounds):
        bares.append(_bare())
        print(f"round {number + 1}: bare script {bares[-1]:.1f} s", flush=True)
        ours.append(_ours(number))
        print(f"round {number + 1}: remediator {json.dumps(ours[-1])}", flush=True)
    script, run = statistics.median(bares), statistics.median(each["allow_to_synced_s"] for each in ours)
    ratio = run / script
    told = {"bare_s": round(script, 1), "remediator_s": round(run, 1), "ratio": round(ratio, 2), "budget": BUDGET}
    print(json.dumps(told))
    return 0 if ratio <= BUDGET else 1


def _lose() -> None:
    """All members down at three positions, and nothing that could bring them back by itself."""
    mariadb.wait_synced(mariadb.HOSTS)
    api.break_fault(FAULT, LAST, view="lost")


def _bare() -> float:
    _lose()
    try:
        began = time.monotonic()
        bare.recover(LAST)
        return time.monotonic() - began
    finally:
        api.heal(FAULT, LAST)


def _ours(number: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, Scenario(Path(folder) / str(number), recovering.MEMBERS) as running:
        running.environment = {"REMEDIATOR__AUTONOMY__R3": "approve"}
        running.start()
        running.settle()
        mariadb.wait_synced(mariadb.HOSTS)
        running.break_(FAULT, LAST, view="lost")
        lost = time.monotonic()
        run = recovering.wait_run(running, "galera-bootstrap", ["waiting_approval"], 180)
        asked_s = time.monotonic() - lost
        recovering.approve(running, run["id"])
        approved_s = time.monotonic() - lost
        run = recovering.wait_run(running, "galera-bootstrap", ["verifying", "succeeded", "failed"], 300)
        if run["state"] == "failed":
            raise SystemExit(f"the run failed: {recovering.told(run)}")
        recovering.whole_again()
        settled = {entry["body"]["step"]: entry["at"] for entry in _audit(running, run["id"], "settled")}
        allow = _audit(running, run["id"], "gated")[0]["at"]
        steps = {step["id"]: _between(allow, settled.get(step["id"]) or step["outcome_at"]) for step in run["steps"]}
        return {
            "allow_to_synced_s": steps["finish"],
            "asked_after_s": round(asked_s, 1),
            "approved_after_s": round(approved_s, 1),
            "steps": steps,
        }


def _audit(running: Scenario, run: str, kind: str) -> list[dict[str, Any]]:
    done = running.run("audit", "export")
    entries = [json.loads(line) for line in done.stdout.splitlines() if line.strip()]
    return [entry for entry in entries if entry["kind"] == kind and entry["run"] == run]


def _between(first: str, last: str) -> float:
    return round((datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds(), 1)


if __name__ == "__main__":
    sys.exit(main())
