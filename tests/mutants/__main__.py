"""`python -m tests.mutants [NAME...] [--named] [--json] [--table]`: apply each mistake to a copy, and see that the
proof catches it.

Exit code 0 when all are caught; 1 when one lives, is out of date or shows nothing, or when the unpatched tree fails
itself.
"""

from __future__ import annotations

import argparse
import difflib
import json
import sys
import time
from collections.abc import Sequence

from tests.mutants import table, trials
from tests.mutants.rows import BY_NAME, MUTANTS, ROOT, Mutant
from tests.mutants.trials import Baseline
from tests.mutants.trying import WHOLE, Ended, Extent, Tried


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description="show that the proof catches mistakes")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these; all when none is named")
    parser.add_argument("--json", action="store_true", help="one line of JSON in place of a line for each")
    parser.add_argument(
        "--table",
        action="store_true",
        help=f"write what caught these, or that they live, into {table.PLACE}; the other rows stay",
    )
    parser.add_argument(
        "--named",
        action="store_true",
        help="run only the story or the tests that a mutant names, patched and unpatched",
    )
    parser.add_argument(
        "--skip-unpatched", action="store_true", help="the unpatched tree is known to hold: do not try it (no --table)"
    )
    parser.add_argument(
        "--scenarios", type=int, default=WHOLE.scenarios, help="stories by chance after the directed ones"
    )
    parser.add_argument(
        "--limit", type=float, default=WHOLE.limit_s, metavar="S", help="seconds that one proof may take"
    )
    parser.add_argument("--at-once", type=int, default=2, metavar="N", help="proofs side by side")
    return parser


def _chosen(parser: argparse.ArgumentParser, names: Sequence[str]) -> list[Mutant]:
    for name in names:
        if name not in BY_NAME:
            near = difflib.get_close_matches(name, list(BY_NAME), n=1)
            parser.error(f"there is no mutant {name!r}{f' (did you mean {near[0]}?)' if near else ''}")
    return [BY_NAME[name] for name in names] if names else list(MUTANTS)


def _line(tried: Tried) -> str:
    why = tried.by if tried.ended is Ended.CAUGHT else tried.said
    return f"{tried.ended.value:11} {tried.name:32} {tried.seconds:5.1f} s  {why}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = _parser()
    chosen = parser.parse_args(arguments)
    mutants = _chosen(parser, chosen.names)
    if chosen.table and chosen.skip_unpatched:
        parser.error("--table needs the unpatched tree: leave --skip-unpatched out")
    extent = Extent(scenarios=chosen.scenarios, limit_s=chosen.limit, named_alone=chosen.named)
    baseline = Baseline.SKIPPED if chosen.skip_unpatched else Baseline.TRIED
    began = time.monotonic()

    def say(line: str) -> None:
        if not chosen.json:
            print(line, flush=True)

    ended = trials.run(mutants, extent, baseline, chosen.at_once, lambda tried: say(_line(tried)))
    caught = sum(each.ended is Ended.CAUGHT for each in ended.tried)
    for each in ended.red:
        say(
            f"the unpatched tree fails itself, so nothing is shown: {each.name} {each.ended.value} "
            f"{each.by} {each.said}"
        )
    if chosen.json:
        rows = [
            {
                "name": each.name,
                "ended": each.ended.value,
                "by": each.by,
                "said": each.said,
                "seconds": round(each.seconds, 1),
            }
            for each in ended.tried
        ]
        print(
            json.dumps(
                {"unpatched_holds": ended.unpatched_holds, "caught": caught, "total": len(rows), "mutants": rows}
            )
        )
    unknown = "" if ended.unpatched_holds is not None else "; the unpatched tree was not tried"
    say(f"mutants: {caught} of {len(ended.tried)} caught in {time.monotonic() - began:.0f} s{unknown}")
    if chosen.table and ended.unpatched_holds:
        shown = (each for each in ended.tried if each.ended in (Ended.CAUGHT, Ended.LIVES))
        table.write(ROOT / table.PLACE, {each.name: each.by or each.ended.value for each in shown})
    return 0 if not ended.red and caught == len(ended.tried) else 1


if __name__ == "__main__":
    sys.exit(main())
