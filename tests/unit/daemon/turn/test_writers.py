"""Each record of the state has one writer, and no function needs more than three of them: read off the code by its syntax."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import pytest

from remediator.daemon.turn.world import World

DAEMON = Path(__file__).parents[4] / "remediator" / "daemon"
WRITERS: Mapping[str, tuple[str, ...]] = {
    "durable": ("turn/durable.py", "turn/turn.py", "turn/keeping.py", "turn/notes.py"),
    "samples": ("turn/samples.py", "observe/"),
    "others": ("turn/others.py", "observe/"),
    "pending": ("turn/pending.py",),
    "waits": ("turn/waits.py",),
    "health": ("turn/self_health.py",),
}
"""Record to the files and rooms that change its fields; everybody else calls a method."""
OF_PEOPLE = {
    "durable": {
        "inhibit/muting.py": {"acked_at", "own_downtimes", "pauses", "silences", "unacked", "wraps"},
        "requests/accepting.py": {"accepted"},
    }
}
"""What people say is still written beside its row by these files. Each line goes once `Turn` has a method for it."""
MOST_RECORDS = 3
CHANGES = {
    "add", "append", "clear", "difference_update", "discard", "extend", "insert", "intersection_update", "keep_only",
    "pop", "popitem", "remove", "setdefault", "sort", "symmetric_difference_update", "undo", "update",
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A record, or a field of one."""

    record: str
    field: str = ""


class Reader:
    """Reads one function, or the rest of a module: what it touches, and what it changes."""

    def __init__(self, body: ast.AST) -> None:
        self.nodes = list(_own(body))
        self.known: dict[str, Place] = {}
        for node in self.nodes:
            if isinstance(node, ast.Assign) and len(node.targets) == 1:
                self._learn(node.targets[0], node.value)
            elif isinstance(node, (ast.NamedExpr, ast.AnnAssign)) and node.value is not None:
                self._learn(node.target, node.value)

    def _learn(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            for one, its in zip(target.elts, value.elts, strict=True):
                self._learn(one, its)
        elif isinstance(target, ast.Name) and (place := self.place(value)) is not None:
            self.known[target.id] = place

    def place(self, node: ast.expr) -> Place | None:
        """Return what of a record `node` is: through `world`, or through a name that was given to it."""
        if isinstance(node, ast.Name):
            return self.known.get(node.id)
        if not isinstance(node, ast.Attribute):
            return None
        if node.attr in WRITERS and _name(node.value) in ("world", "_world"):
            return Place(node.attr)
        found = self.place(node.value)
        return Place(found.record, node.attr) if found is not None and not found.field else None

    def touched(self) -> set[str]:
        places = (self.place(node) for node in self.nodes if isinstance(node, (ast.Attribute, ast.Name)))
        return {place.record for place in places if place is not None}

    def changed(self) -> Iterator[Place]:
        """Yield the fields that are assigned, deleted, or changed in place."""
        for node in self.nodes:
            place = None
            if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load):
                place = self.place(node)
            elif isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
                place = self._held_in(node.value)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGES:
                place = self._held_in(node.func.value)
            if place is not None and place.field:
                yield place

    def _held_in(self, node: ast.expr) -> Place | None:
        """Return the field that `node` is, or is an item of."""
        if isinstance(node, ast.Subscript):
            return self._held_in(node.value)
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("get", "setdefault")
        ):
            return self._held_in(node.func.value)
        return self.place(node)


def _own(body: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a function, in their order, without those of the functions in it."""
    for child in ast.iter_child_nodes(body):
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield child
            yield from _own(child)


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def functions(source: str) -> Iterator[tuple[str, Reader]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, Reader(node)


SOURCES = {path.relative_to(DAEMON).as_posix(): path.read_text() for path in sorted(DAEMON.rglob("*.py"))}


@pytest.mark.parametrize("file", SOURCES)
def test_a_record_is_changed_by_its_writer_alone(file: str) -> None:
    wrong = [
        f"{function} changes {place.record}.{place.field}"
        for function, read in functions(SOURCES[file])
        for place in read.changed()
        if not any(
            file == writer or (writer.endswith("/") and file.startswith(writer)) for writer in WRITERS[place.record]
        )
        and place.field not in OF_PEOPLE.get(place.record, {}).get(file, ())
    ]
    assert wrong == [], f"in {file}: call a method of the record; `durable` is changed by methods of Turn alone"


@pytest.mark.parametrize("file", SOURCES)
def test_no_function_needs_more_than_three_records(file: str) -> None:
    wide = {
        name: sorted(read.touched()) for name, read in functions(SOURCES[file]) if len(read.touched()) > MOST_RECORDS
    }
    assert wide == {}, f"in {file}: pass values, or split the function"


def test_every_record_of_the_world_has_a_writer() -> None:
    state = {each.name for each in fields(World)} - {"setup", "loaded", "_names"}
    assert state == set(WRITERS)


def test_what_is_still_written_elsewhere_is_really_written_there() -> None:
    for record, files in OF_PEOPLE.items():
        for file, names in files.items():
            written = {
                place.field
                for _, read in functions(SOURCES[file])
                for place in read.changed()
                if place.record == record
            }
            assert written == names, f"{file} writes {sorted(written)} of {record}"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("turn.world.durable.restored = 1", "durable.restored"),
        ("self._world.pending.due_at[host] = 1", "pending.due_at"),
        ("del world.waits.freed_at[one]", "waits.freed_at"),
        ("world.health.counters['a']['b'] += 1", "health.counters"),
        ("world.samples.series.pop(key, None)", "samples.series"),
        ("world.waits.considered.setdefault(one, {})[rule] = 1", "waits.considered"),
        ("world.durable.rival, world.durable.rival_closed_at = None, now", "durable.rival durable.rival_closed_at"),
        ("kept = turn.world.durable.foreign; kept.clear()", "durable.foreign"),
        ("waits, now = turn.world.waits, turn.now; waits.reminded_at = now", "waits.reminded_at"),
        ("world.pending.came_back(host)", ""),
        ("return world.durable.runs.get(run)", ""),
    ],
)
def test_the_reader_sees_each_kind_of_change(line: str, expected: str) -> None:
    [(_, read)] = functions(f"def function(turn, world): {line}")
    assert " ".join(dict.fromkeys(f"{place.record}.{place.field}" for place in read.changed())) == expected


def test_the_reader_counts_records_under_other_names_too() -> None:
    lines = "waits = turn.world.waits; return waits.claims, self._world.health.asides, world.durable.runs, world.names"
    [(_, read)] = functions(f"def function(turn, world): {lines}")
    assert read.touched() == {"waits", "health", "durable"}
