"""The short form of the proof, run inside a copy of the tree.

The last line is JSON: what broke and by what, or `{}` when all held.

Invariant: what it proves is the copy given as its first argument, and nothing else that may be installed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path

import remediator
from remediator.sim.invariants.watch import Violation
from remediator.sim.proof import prove
from remediator.sim.stories import registry, stories


def directed(names: Iterable[str]) -> dict[str, str] | None:
    """Tell the directed stories `names` in their order; return what broke first, or None."""
    for name in names:
        told = stories.tell(registry.SCENARIOS[name].story)
        if told.violation is not None:
            return {"invariant": told.violation.invariant, "by": f"story “{name}”", "said": told.violation.text}
    return None


def then_all(scenarios: int) -> dict[str, str] | None:
    """Die at every crash point and tell stories by chance; return what broke first, or None."""
    try:
        proof = prove.prove(1, seconds=float("inf"), scenarios=scenarios, workers=1, until_first=True)
    except Violation as found:
        return {"invariant": found.invariant, "by": "a cure without any fault", "said": found.text}
    if not proof.violations:
        return None
    said = proof.violations[0]
    by = "a story by chance" if said.startswith("seed") else "a crash point"
    words = said.splitlines()[0].split(": ")
    return {"invariant": words[1] if len(words) > 1 else "", "by": by, "said": said.splitlines()[0]}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=Path)
    parser.add_argument("--first", default="", help="the directed story that is told before the others")
    parser.add_argument("--only", default="", metavar="STORY", help="this directed story and nothing else")
    parser.add_argument("--scenarios", type=int, default=0)
    chosen = parser.parse_args()
    origin = Path(remediator.__file__).resolve()
    if not origin.is_relative_to(chosen.root.resolve()):
        print(f"remediator was imported from {origin}, not from {chosen.root}", file=sys.stderr)
        return 3
    if chosen.only:
        found = directed([chosen.only])
    else:
        first = sorted(registry.SCENARIOS, key=lambda name: name != chosen.first)
        found = directed(first) or then_all(chosen.scenarios)
    print(json.dumps(found or {}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
