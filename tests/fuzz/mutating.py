"""Turns a right value, text or line of bytes into a wrong one, by a seeded source of chance. What comes out repeats
with the seed."""

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any

NUMBERS = (
    0,
    -1,
    1,
    0.5,
    -0.0,
    1e300,
    -1e300,
    1e12,
    2**31,
    2**63,
    2**64,
    -(2**63),
    10**30,
    253402300799,
    1e17,
    1e-300,
    62135596800,
)
TEXTS = (
    "",
    " ",
    "-",
    "--",
    "-t",
    "*",
    "/",
    "a/b",
    "..",
    "../x",
    "\x00",
    "\n",
    "\x1b[2J",
    "|",
    "a b",
    "$(id)",
    "'",
    '"',
    "\u202e",
    "\u2028",
    "e\u0301",
    "\ud800",
    "x\udfffy",
    "é" * 300,
    "x" * 300,
    "x" * 5000,
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00Z",
    "1970-01-01T00:00:00Z",
    "2026-13-45T99:99:99Z",
    "2999-01-01T00:00:00+23:59",
    "nan",
    "1e999",
    "NaN",
    "none",
    "null",
    "true",
    "mariadb",
    "{{ data.x }}",
    "${x}",
    "host/ctl1",
    "container/ctl1/memcached",
    "remediator_galera_bootstrap",
    "kolla-x$(curl evil)-container.service",
)
NONSENSE: tuple[Any, ...] = (None, True, False, [], {}, [[]], {"": ""}, [None], {"a": {"b": {"c": {}}}})
MOST_NEW = 200


def value(chance: Random) -> Any:
    """Return one value that nobody would send who means well."""
    kind = chance.randrange(7)
    if kind < 2:
        return chance.choice(NUMBERS)
    if kind < 4:
        return chance.choice(TEXTS)
    if kind == 4:
        return [chance.choice(TEXTS) for _ in range(chance.randrange(MOST_NEW))]
    if kind == 5:
        return nested(chance.choice((3, 30, 200)), chance.random() < 0.5)
    return copy.deepcopy(chance.choice(NONSENSE))


def nested(depth: int, lists: bool) -> Any:
    """Return an empty value below `depth` others."""
    found: Any = []
    for _ in range(depth):
        found = [found] if lists else {"a": found}
    return found


def mutated(right: Any, chance: Random) -> Any:
    """Return a copy of the JSON value `right` with one to four places made wrong."""
    found = copy.deepcopy(right)
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        found = _once(found, chance)
    return found


def _once(found: Any, chance: Random) -> Any:
    places = list(_places(found))
    if not places:
        return value(chance)
    holder, key = chance.choice(places)
    what = chance.randrange(8)
    if what < 4:
        holder[key] = _near(holder[key], chance) if what else value(chance)
    elif what == 4:
        del holder[key]
    elif what == 5 and isinstance(holder, dict):
        holder[str(chance.choice(TEXTS))] = holder.pop(key)
    elif what == 6 and isinstance(holder, dict):
        holder.update(
            {f"{chance.choice(TEXTS)}{n}": copy.deepcopy(holder[key]) for n in range(chance.randrange(MOST_NEW))}
        )
    else:
        other, place = chance.choice(places)
        if not _holds(other.get(place) if isinstance(other, dict) else _item(other, place), holder):
            holder[key] = copy.deepcopy(other.get(place) if isinstance(other, dict) else _item(other, place))
    return found


def _item(items: list[Any], at: Any) -> Any:
    return items[at] if at < len(items) else None


def _holds(value: Any, holder: Any) -> bool:
    return value is holder


def _near(old: Any, chance: Random) -> Any:
    """Return a value that looks like `old`."""
    if isinstance(old, bool) or old is None:
        return not old if chance.random() < 0.5 else chance.choice(TEXTS)
    if chance.random() < 0.6:
        return (
            chance.choice(TEXTS)
            if isinstance(old, str)
            else chance.choice(NUMBERS)
            if isinstance(old, int | float)
            else value(chance)
        )
    if isinstance(old, (int, float)):
        return chance.choice((-old, old + 1, old * 1e9, str(old), float("inf"), float("nan")))
    if isinstance(old, str):
        at = chance.randrange(len(old) + 1)
        return old[:at] + chance.choice(TEXTS) + old[at + chance.randrange(3) :]
    if isinstance(old, list):
        return [*old, chance.choice(TEXTS), *(chance.choice(TEXTS) for _ in range(chance.randrange(3)))]
    return {**old, str(chance.choice(TEXTS)): next(iter(old.values()), None)}


def _places(found: Any) -> list[tuple[Any, Any]]:
    """Return (holder, key) of everything in `found`."""
    places: list[tuple[Any, Any]] = []
    left = [found]
    while left:
        holder = left.pop()
        keys: Any = list(holder) if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ()
        for key in keys:
            places.append((holder, key))
            left.append(holder[key])
    return places


def as_bytes(found: Any, chance: Random) -> bytes:
    """Return `found` as a line of JSON, now and then cut, doubled or with bytes that are none of it."""
    line = json.dumps(found).encode()
    what = chance.randrange(20)
    at = chance.randrange(len(line) + 1)
    if what == 0:
        return line[:at]
    if what == 1:
        return line[:at] + bytes(chance.randrange(256) for _ in range(chance.randrange(1, 9))) + line[at:]
    if what == 2:
        return line + line
    if what == 3:
        return b"[" * chance.choice((100, 5000, 60_000))
    return line


def as_text(right: str, chance: Random) -> str:
    """Return the text `right` with some of its lines or words made wrong."""
    lines = right.splitlines(keepends=True)
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(len(lines)) if lines else 0
        what = chance.randrange(8)
        if not lines:
            return chance.choice(TEXTS)
        if what == 0:
            del lines[at]
        elif what == 1:
            lines[at:at] = lines[at : at + chance.randrange(1, 6)] * chance.choice((1, 1, 2, 50))
        elif what == 2:
            lines[at] = " " * chance.randrange(5) + lines[at]
        elif what == 3:
            lines[at] = lines[at].lstrip()
        else:
            words = lines[at].split(" ")
            place = chance.randrange(len(words))
            words[place] = (
                json.dumps(value(chance))
                if what == 4
                else words[place] + str(chance.choice(TEXTS))
                if what < 6
                else _bent(words[place], chance)
            )
            lines[at] = " ".join(words) + ("" if words[-1].endswith("\n") else "\n")
    return "".join(lines)


def _bent(word: str, chance: Random) -> str:
    sign = chance.choice(
        (
            "(",
            ")",
            "{{ ",
            " }}",
            "[",
            "]",
            "{",
            "}",
            ":",
            "&a ",
            "*a",
            "!x ",
            '"',
            "'",
            "|",
            ">",
            "#",
            "%",
            "-" * 40,
            "(" * 300,
            "9" * 400,
        )
    )
    at = chance.randrange(len(word) + 1)
    return word[:at] + sign + word[at:]
