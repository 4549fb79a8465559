"""`python -m bench.silent [--hosts N] [--silent K] [--seconds S]`: are others asked while hosts are silent?

The real daemon runs in real time, with its threads and its store. A host answers after `--latency`. A silent host
blocks its call for 5 s and is then left alone for a while, as over SSH. The ratio is the longest time in which an
answering host was not asked, in intervals of 15 s. Budget: at most 3, and no answering host called lost.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog

from bench import crowd
from remediator.daemon.assembly import Daemon, real_ground
from remediator.daemon.process import clock

BUDGET = 3.0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.silent", description=__doc__)
    parser.add_argument("--hosts", type=int, default=1000)
    parser.add_argument("--silent", type=int, default=500)
    parser.add_argument("--latency", type=float, default=0.16, help="seconds")
    parser.add_argument("--warm", type=float, default=18.0, help="seconds before they fall silent")
    parser.add_argument("--seconds", type=float, default=65.0, help="after it")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return _measure(Path(folder), chosen)


def _measure(directory: Path, chosen: argparse.Namespace) -> int:
    lost: set[str] = set()

    def tally(_logger: Any, _level: str, event: Mapping[str, Any]) -> Any:
        if event["event"] == "collection_lost":
            lost.add(event["host"])
        raise structlog.DropEvent

    structlog.configure(processors=[tally], cache_logger_on_first_use=False)
    reach = crowd.CrowdReach(clock.SystemClock(), chosen.latency)
    parts = crowd.parts(directory, chosen.hosts)
    daemon = Daemon(None, parts, dataclasses.replace(real_ground(), reach_of=lambda _config: reach))
    names = sorted(parts.inventory.hosts)
    silent, answering = set(names[len(names) - chosen.silent :]), names[: len(names) - chosen.silent]
    fell_s = 0.0

    def fall() -> None:
        nonlocal fell_s
        time.sleep(chosen.warm)
        reach.silent |= silent
        fell_s = time.monotonic()
        time.sleep(chosen.seconds)
        daemon.loop.stop()

    threading.Thread(target=fall, daemon=True).start()
    daemon.loop.run()
    ended_s = time.monotonic()
    gaps = sorted(_longest_s(reach.asked[name], fell_s, ended_s) for name in answering)
    bad = [name for name in answering if not _is_ok(daemon, name)]
    daemon.close()
    told = {
        "hosts": chosen.hosts,
        "silent": len(silent),
        "longest_gap_s": {"median": round(gaps[len(gaps) // 2], 1), "worst": round(gaps[-1], 1)},
        "called_lost": len(lost - silent),
        "answering_not_ok": len(bad),
        "threads": threading.active_count(),
        "load": round(os.getloadavg()[0], 1),
        "ratio": round(gaps[-1] / crowd.EVERY_S, 2),
        "budget": BUDGET,
    }
    print(json.dumps(told))
    return 0 if told["ratio"] <= BUDGET and not lost - silent and not bad else 1


def _longest_s(asked: list[float], since_s: float, until_s: float) -> float:
    """Return the longest time between two questions that ended after `since_s`, or until now."""
    at = [each for each in asked if each > since_s]
    before = [each for each in asked if each <= since_s][-1:] or [since_s]
    return max(after - last for last, after in zip([*before, *at], [*at, until_s], strict=True))


def _is_ok(daemon: Daemon, host: str) -> bool:
    result = daemon.world.samples.results.get(("host-reachable", f"host/{host}"))
    return result is None or result.state.name == "OK"


if __name__ == "__main__":
    sys.exit(main())
