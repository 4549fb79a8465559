"""`python -m tests.fuzz replies|hints|control|content [--minutes N | --count N] [--seed S]`.

Ends with one line; before it, a line for each kind of fault with the seed that shows it alone. Exit code 1 when there
is one.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Sequence

from tests.fuzz import counting, engine, loader

KINDS: dict[str, counting.Round] = {
    "replies": engine.replies, "hints": engine.hint, "control": engine.control, "content": loader.content,
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description="Wrong input into the real engine, doors and loader."
    )
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--minutes", type=float, help="how long (1 when no count is given)")
    parser.add_argument("--count", type=int, help="how many inputs at least")
    parser.add_argument(
        "--seed", type=int, default=1, help="of the first round; the next ones have the numbers behind it"
    )
    chosen = parser.parse_args(arguments)
    seconds = 60.0 * chosen.minutes if chosen.minutes is not None else 60.0 if chosen.count is None else float("inf")
    for number in (signal.SIGINT, signal.SIGTERM):  # also where a shell has it ignored, as in the background
        signal.signal(number, signal.default_int_handler)
    began = time.monotonic()
    found = counting.run(chosen.kind, KINDS[chosen.kind], seed=chosen.seed, count=chosen.count, seconds=seconds)
    for line in found.told():
        print(line)
    print(found.line(chosen.seed, time.monotonic() - began))
    return 0 if found.well else 1


if __name__ == "__main__":
    sys.exit(main())
