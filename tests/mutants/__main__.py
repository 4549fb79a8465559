"""`python -m tests.mutants [NAME...] [--json] [--table]`: apply each mistake to a copy, and see that the proof catches it.

Exit code 0 when all are caught; 1 when one lives, is out of date or shows nothing, or when the unpatched tree fails itself.
"""

from __future__ import annotations

import argparse
import difflib
import json
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.mutants import table
from tests.mutants.rows import BY_NAME, MUTANTS, ROOT, Mutant
from tests.mutants.trying import SCENARIOS, Ended, Tried, try_one, unpatched

AT_ONCE = 2


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
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description="show that the proof catches mistakes")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these; all when none is named")
    parser.add_argument("--json", action="store_true", help="one line of JSON in place of a line for each")
    parser.add_argument(
        "--table", action="store_true", help=f"write {table.PLACE}; all must have been tried and caught"
    )
    parser.add_argument("--scenarios", type=int, default=SCENARIOS, help="stories by chance after the directed ones")
    chosen = parser.parse_args(arguments)
    mutants = _chosen(parser, chosen.names)
    if chosen.table and chosen.names:
        parser.error("--table needs every mutant: name none")
    began = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        tests = tuple(sorted({each.tests for each in mutants if each.tests}))
        first = pool.submit(unpatched, tests, chosen.scenarios)
        waiting = [pool.submit(try_one, each, chosen.scenarios) for each in mutants]
        tried = []
        try:
            for each in waiting:
                tried.append(each.result())
                if not chosen.json:
                    print(_line(tried[-1]), flush=True)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        whole = first.result()
    green = whole.ended is Ended.LIVES
    caught = sum(each.ended is Ended.CAUGHT for each in tried)
    if chosen.json:
        rows = [{"name": each.name, "ended": each.ended.value, "by": each.by, "said": each.said, "seconds": round(each.seconds, 1)} for each in tried]  # fmt: skip
        print(json.dumps({"unpatched_holds": green, "caught": caught, "total": len(tried), "mutants": rows}))
    else:
        if not green:
            print(f"the unpatched tree fails itself, so nothing is shown: {whole.ended.value} {whole.by} {whole.said}")
        print(f"mutants: {caught} of {len(tried)} caught in {time.monotonic() - began:.0f} s")
    good = green and caught == len(tried)
    if chosen.table and good:
        table.write(ROOT / table.PLACE, {each.name: each.by for each in tried})
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
