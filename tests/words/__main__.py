"""Print where docstrings have long sentences: `python -m tests.words` counts by room, with ROOM... it lists them."""

from __future__ import annotations

import sys

from tests.words import docstrings, sentences


def main(wanted: list[str]) -> int:
    """Print the long sentences of the rooms `wanted` (all below each), or one line a room where none is named."""
    total = 0
    for room, files in docstrings.rooms().items():
        if wanted and not any(room == one or room.startswith(f"{one}/") for one in wanted):
            continue
        read = [docstring for path in files for docstring in docstrings.of_file(path)]
        long = [each for docstring in read for each in docstrings.too_long(docstring)]
        total += len(long)
        if wanted:
            print(*long, sep="\n") if long else None
        else:
            count = sum(1 for docstring in read for _ in sentences.sentences(docstring.text))
            print(f"{len(long):5d} of {count:5d} sentences above {sentences.LIMIT} words  {room}")
    print(f"{total:5d} in all")
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
