"""`python -m bench.hostile [--play NAME] [--minutes N]`: one of eleven hosts lies; what does a turn cost, and how much
memory?

The real engine over the simulated cloud, in CPU time. For each play: the longest turn beside the longest of an honest
cloud, and the
peak of resident memory. Budget: no turn of 2 s or more, no peak of 300 MB or more.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import structlog

from remediator.sim.cloud.crowd import Crowd
from remediator.sim.cloud.hostile_plays import PLAYS
from remediator.sim.simulation import Simulation

LIAR = "ctl3"
LONGEST_S, PEAK_MB = 2.0, 300.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.hostile", description=__doc__)
    parser.add_argument("--play", choices=sorted(PLAYS), action="append", default=[])
    parser.add_argument("--minutes", type=float, default=5.0, help="of virtual time")
    chosen = parser.parse_args()
    honest = _apart("", chosen.minutes)
    met = True
    for name in chosen.play or sorted(PLAYS):
        told = _apart(name, chosen.minutes)
        told["times_honest"] = round(told["longest_turn_s"] / honest["longest_turn_s"], 2)
        met &= told["longest_turn_s"] < LONGEST_S and told["peak_mb"] < PEAK_MB
        print(json.dumps(told), flush=True)
    return 0 if met else 1


def _apart(play: str, minutes: float) -> dict[str, Any]:
    """Measure in a process of its own: a peak of memory never falls."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (play, minutes))


def _measured(play: str, minutes: float) -> dict[str, Any]:
    def drop(_logger: Any, _level: str, _event: Any) -> Any:
        raise structlog.DropEvent

    structlog.configure(processors=[drop])
    with tempfile.TemporaryDirectory() as directory:
        simulation = Simulation(Path(directory), crowd=Crowd(hosts=6))
        simulation.start()
        simulation.run(60.0)
        simulation.cloud.hosts[LIAR].plays = play
        longest_s, until_s = 0.0, simulation.clock.elapsed_s + 60.0 * minutes
        while simulation.clock.elapsed_s < until_s:
            began_s = time.process_time()
            simulation.run(2.5)
            longest_s = max(longest_s, time.process_time() - began_s)
        simulation.close()
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"play": play or "honest", "longest_turn_s": round(longest_s, 3), "peak_mb": round(peak_mb, 1)}


if __name__ == "__main__":
    sys.exit(main())
