"""`make prove`: the whole proof. Crash points and stories, every mutant, and kills under full ingest; the last line is
its sum.

What `MINUTES` leaves after the kills and the mutants goes to the stories. Exit 1 on a violation, a mutant that lives,
or a loss.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

from remediator.sim.invariants.watch import INVARIANTS
from remediator.sim.proof import prove

ROUNDS = 100
LEAST_S = 120.0
"""The stories' share at least, whatever the rest took."""
LIMIT_S = 1800.0


def _child(module: str, *words: str) -> tuple[int, dict[str, Any]]:
    """Run a part in a process of its own, and return its exit code and the JSON of its last line."""
    done = subprocess.run(
        [sys.executable, "-m", module, *words], stdout=subprocess.PIPE, text=True, check=False, timeout=LIMIT_S
    )
    lines = done.stdout.strip().splitlines()
    try:
        found = json.loads(lines[-1])
    except (IndexError, ValueError):
        print(f"{module} ended with {done.returncode} and no result: {lines[-3:]}", flush=True)
        return done.returncode or 1, {}
    print(f"{module}: {lines[-1]}", flush=True)
    return done.returncode, found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make prove", description="prove what docs/proof.md says")
    parser.add_argument("--seed", type=int, default=int(time.time()) % 1_000_000)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of kill -9 under full ingest")
    chosen = parser.parse_args(arguments)
    print(f"seed {chosen.seed}: make prove SEED={chosen.seed} begins with the same stories", flush=True)
    ends = time.monotonic() + 60.0 * chosen.minutes
    kills, burst = _child("tests.service.burst", "--rounds", str(chosen.rounds), "--seed", str(chosen.seed))
    lives, mutants = _child("tests.mutants", "--json")
    left_s = max(LEAST_S, ends - time.monotonic())
    proof = prove.prove(chosen.seed, seconds=left_s, twice=True, say=lambda line: print(line, flush=True))
    prove.report(proof)
    sound = not proof.violations and kills == 0 and lives == 0 and bool(burst) and bool(mutants)
    total = {"caught": mutants.get("caught", 0), "total": mutants.get("total", 0)}
    print(f"{len(INVARIANTS)} invariants: {'all held' if sound else 'NOT PROVED'}", flush=True)
    print(json.dumps({**proof.to_json(), "mutants": total}), flush=True)
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
