"""YAML files with a place for every value, so that each mistake says where it is.

Invariant: reading never raises for what is in the file; what is wrong comes back as mistakes. A file that others may
write, own or replace is not read at all: whoever can change it could make remediator act.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from remediator.config.ownership import holders
from remediator.model.content.specs import Mistake

MAX_BYTES = 1024 * 1024
MAX_NODES = 200_000
"""Bounds what aliases can blow up."""
MAX_SEPARATORS = 60_000
"""Signs and line ends that can stand before a value: counted before the file is parsed, which takes seconds for so
many."""
MAX_DEPTH = 40

Loc = tuple[str | int, ...]
_PREFIX = "tag:yaml.org,2002:"
_SEPARATOR = re.compile(r"[,\n\[{]")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value starts, from 1. `key_line` and `key_col` are where its key starts; `style` is YAML's quote or block
    sign."""

    line: int
    col: int
    key_line: int
    key_col: int
    style: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file as plain values (dict, list, str, int, float, bool, None), the place of each, and the mistakes of
    reading."""

    file: str
    data: Any = None
    places: dict[Loc, Place] = field(default_factory=dict)
    mistakes: tuple[Mistake, ...] = ()
    sha256: str = ""
    """Of the text; empty for what could not be read."""

    def place(self, loc: Loc) -> Place:
        """Return the place of `loc`, or of the nearest part around it that is in the file."""
        for size in range(len(loc), -1, -1):
            found = self.places.get(loc[:size])
            if found is not None:
                return found
        return Place(1, 1, 1, 1)

    def mistake(self, loc: Loc, code: str, message: str, hint: str = "", *, key: bool = False) -> Mistake:
        """Return a mistake at `loc`: at its value, or with `key` at its key."""
        at = self.place(loc)
        return Mistake(
            file=self.file,
            line=at.key_line if key else at.line,
            col=at.key_col if key else at.col,
            path=dotted(loc),
            code=code,
            message=message,
            hint=hint,
        )


def dotted(loc: Loc) -> str:
    """Return `loc` as people write it: ``rules.0.when``."""
    return ".".join(str(part) for part in loc)


def read(path: Path, *, trusted: bool = False) -> Document:
    """Return the document at `path`. `trusted` files are part of the program and may be writable as the program is."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return _unreadable(path, "not_a_file", "is not a regular file")
        wrong = None if trusted else holders.fault(str(path), holders.trusted())
        if wrong is not None:
            return _unreadable(path, wrong.code, wrong.text)
        if status.st_size > MAX_BYTES:
            return _unreadable(path, "too_big", f"is larger than {MAX_BYTES // 1024 // 1024} MiB")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        return _unreadable(path, "unreadable", f"cannot be read: {os.strerror(error.errno or 0)}")
    except UnicodeDecodeError as error:
        return _unreadable(path, "not_utf8", f"is not UTF-8 text (byte {error.start})")
    return _parsed_once(text, str(path)) if trusted else parse(text, str(path))


def parse(text: str, file: str) -> Document:
    """Return the document that `text` is."""
    last = next(itertools.islice(_SEPARATOR.finditer(text), MAX_SEPARATORS, None), None)
    if last is not None:
        line, col = text.count("\n", 0, last.start()) + 1, last.start() - text.rfind("\n", 0, last.start())
        message = f"too large: more than {MAX_SEPARATORS} lines and values in one file; split it"
        return Document(
            file=file, mistakes=(Mistake(file=file, line=line, col=col, path="", code="too_big", message=message),)
        )
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, col = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        about = "; ".join(part.strip() for part in (error.context, error.problem) if part)
        return Document(file=file, mistakes=(_syntax(file, line, col, about),))
    except RecursionError:
        return Document(file=file, mistakes=(_syntax(file, 1, 1, f"nested deeper than {MAX_DEPTH} levels"),))
    except YAMLError as error:
        return Document(file=file, mistakes=(_syntax(file, 1, 1, " ".join(str(error).split())),))
    reader = _Reader(file)
    data = None if node is None else reader.value(node, (), Place(1, 1, 1, 1))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Document(file=file, data=data, places=reader.places, mistakes=tuple(reader.mistakes), sha256=digest)


@functools.lru_cache(maxsize=64)
def _parsed_once(text: str, file: str) -> Document:
    """Parse a file of the program: its text is the same at each load, as long as nobody upgrades it. Whoever reads it
    changes nothing in it."""
    return parse(text, file)


def walk(data: Any, loc: Loc = ()) -> Iterator[tuple[Loc, Any]]:
    """Yield every leaf of `data` with its path; empty lists and mappings are leaves."""
    if isinstance(data, dict) and data:
        for key, value in data.items():
            yield from walk(value, (*loc, key))
    elif isinstance(data, list) and data:
        for index, value in enumerate(data):
            yield from walk(value, (*loc, index))
    else:
        yield loc, data


class _Reader:
    """Turns YAML nodes into plain values, and notes their places and mistakes on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.places: dict[Loc, Place] = {}
        self.mistakes: list[Mistake] = []
        self._nodes = 0

    def value(self, node: Node, loc: Loc, place: Place) -> Any:
        self._nodes += 1
        self.places[loc] = place
        if self._nodes > MAX_NODES:
            if self._nodes == MAX_NODES + 1:
                self._wrong(
                    node, loc, "too_big", f"more than {MAX_NODES} values; aliases count each time they are used"
                )
            return None
        if len(loc) > MAX_DEPTH:
            self._wrong(node, loc[:3], "too_deep", f"nested deeper than {MAX_DEPTH} levels")
            return None
        if isinstance(node, MappingNode):
            return self._mapping(node, loc)
        if isinstance(node, SequenceNode):
            return [self.value(item, (*loc, index), _place(item, item)) for index, item in enumerate(node.value)]
        return self._scalar(node, loc)

    def _mapping(self, node: MappingNode, loc: Loc) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self._wrong(key_node, loc, "bad_key", "a key must be a word")
                continue
            key = str(key_node.value)
            if key in values:
                first = self.places[(*loc, key)].key_line
                self._wrong(key_node, (*loc, key), "duplicate_key", f"{key} is already set on line {first}")
                continue
            values[key] = None
            values[key] = self.value(value_node, (*loc, key), _place(key_node, value_node))
        return values

    def _scalar(self, node: Node, loc: Loc) -> Any:
        tag, text = str(node.tag), str(node.value)
        try:
            if tag == _PREFIX + "null":
                return None
            if tag == _PREFIX + "bool":
                return text.lower() == "true"
            if tag == _PREFIX + "int":
                return int(text.replace("_", ""), 0)
            if tag == _PREFIX + "float":
                return float(text.replace("_", "").replace(".inf", "inf").replace(".nan", "nan"))
        except ValueError:
            return text
        if tag not in (_PREFIX + "str", _PREFIX + "timestamp"):
            self._wrong(node, loc, "bad_tag", f"the tag {tag} is not supported")
        return text

    def _wrong(self, node: Node, loc: Loc, code: str, message: str) -> None:
        mark = node.start_mark
        self.mistakes.append(
            Mistake(
                file=self.file, line=mark.line + 1, col=mark.column + 1, path=dotted(loc), code=code, message=message
            )
        )


def _place(key: Node, value: Node) -> Place:
    return Place(
        line=value.start_mark.line + 1,
        col=value.start_mark.column + 1,
        key_line=key.start_mark.line + 1,
        key_col=key.start_mark.column + 1,
        style=str(getattr(value, "style", None) or ""),
    )


def _syntax(file: str, line: int, col: int, about: str) -> Mistake:
    return Mistake(file=file, line=line, col=col, path="", code="yaml", message=f"not YAML: {about}")


def _unreadable(path: Path, code: str, why: str) -> Document:
    mistake = Mistake(file=str(path), line=1, col=1, path="", code=code, message=f"the file {why}")
    return Document(file=str(path), mistakes=(mistake,))
