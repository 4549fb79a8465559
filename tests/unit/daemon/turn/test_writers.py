"""Each record of the state has one writer, and no function needs more than three of them: read off the code by its
syntax.

What the daemon mirrors of the store changes together with its rows, in a few files of `turn/`, so that the two cannot
part.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import pytest

from remediator.daemon.state.world import World
from remediator.store.journal import Journal

DAEMON = Path(__file__).parents[4] / "remediator" / "daemon"
WRITERS: Mapping[str, tuple[str, ...]] = {
    "durable": ("state/durable.py", "turn/turn.py", "turn/mutes.py", "turn/meta_values.py", "turn/sightings.py"),
    "samples": ("state/samples.py", "observe/"),
    "others": ("state/others.py", "observe/"),
    "pending": ("state/pending.py",),
    "waits": ("state/waits.py",),
    "health": ("state/self_health.py",),
}
"""Record to the files and rooms that change its fields; everybody else calls a method."""
CLASSES = {f"{each.type}": each.name for each in fields(World)}
"""Class of a record to the record, for one that a function is given."""
TAKE_OVER = {"adopt", "noted"}
"""Methods of `durable` that change it to what its rows are."""
READERS = ("state/world.py",)
"""Who has read the store anew, beside those who write it."""
NOT_MIRRORED = {
    "audit", "timeline",
    "hint", "notify", "notification_postponed", "notification_folded", "notification_sent", "notification_failed",
}  # fmt: skip
"""Methods of the journal whose rows nobody mirrors: the log, the story of an incident, hints, the outbox."""
READ_OR_COUNTED = {
    "connection", "next_number", "next_pause", "hint_event", "stored_run", "downtime_told", "target_of",
    "was_told", "due_notifications", "waits_before", "waiting_notifications", "newest_sent", "tries",
}  # fmt: skip
"""Methods of the journal that read, or count."""
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
        self.worlds = {"world", "_world"}
        self.known: dict[str, Place] = {}
        for given in (node for node in self.nodes if isinstance(node, ast.arg) and node.annotation is not None):
            kind = ast.unparse(given.annotation or given)
            if kind == World.__name__:
                self.worlds.add(given.arg)
            elif CLASSES.get(kind) in WRITERS:
                self.known[given.arg] = Place(CLASSES[kind])
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
        elif isinstance(target, ast.Name) and _name(value) in self.worlds:
            self.worlds.add(target.id)

    def place(self, node: ast.expr) -> Place | None:
        """Return what of a record `node` is: through `world`, or through a name that was given to it."""
        if isinstance(node, ast.Name):
            return self.known.get(node.id)
        if not isinstance(node, ast.Attribute):
            return None
        if node.attr in WRITERS and _name(node.value) in self.worlds:
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

    def calls(self, owner: str) -> Iterator[str]:
        """Yield the methods that are called of what has the name `owner`, or is the record of that name."""
        for node in self.nodes:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                of = node.func.value
                if _name(of) in (owner, f"_{owner}") or self.place(of) == Place(owner):
                    yield node.func.attr

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
    """Yield each function of `source`, and what no function has."""
    module = ast.parse(source)
    yield "the module", Reader(module)
    for node in ast.walk(module):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, Reader(node)


def read(line: str, given: str = "turn, world") -> Reader:
    """Return the reader of a function that is given `given` and does `line`."""
    [_, (_, found)] = functions(f"def function({given}): {line}")
    return found


def is_writer(file: str, record: str) -> bool:
    return any(file == each or (each.endswith("/") and file.startswith(each)) for each in WRITERS[record])


def mirrored() -> set[str]:
    """Return the methods of the journal that write rows which `durable` mirrors."""
    return {name for name in vars(Journal) if not name.startswith("_")} - NOT_MIRRORED - READ_OR_COUNTED


SOURCES = {path.relative_to(DAEMON).as_posix(): path.read_text() for path in sorted(DAEMON.rglob("*.py"))}


@pytest.mark.parametrize("file", SOURCES)
def test_a_record_is_changed_by_its_writer_alone(file: str) -> None:
    wrong = [
        f"{function} changes {place.record}.{place.field}"
        for function, read in functions(SOURCES[file])
        for place in read.changed()
        if not is_writer(file, place.record)
    ]
    assert wrong == [], f"in {file}: call a method of the record; `durable` is changed in daemon/turn alone"


@pytest.mark.parametrize("file", SOURCES)
def test_rows_that_are_mirrored_are_written_by_who_changes_the_mirror(file: str) -> None:
    wrong = [
        f"{function} calls journal.{method}"
        for function, read in functions(SOURCES[file])
        for method in read.calls("journal")
        if method in mirrored() and not is_writer(file, "durable")
    ]
    assert wrong == [], f"in {file}: go through daemon/turn, where row and mirror change together"


@pytest.mark.parametrize("file", SOURCES)
def test_the_mirror_takes_over_what_is_stored_where_it_is_stored_or_read(file: str) -> None:
    wrong = [
        f"{function} calls durable.{method}"
        for function, read in functions(SOURCES[file])
        for method in read.calls("durable")
        if method in TAKE_OVER and not is_writer(file, "durable") and file not in READERS
    ]
    assert wrong == [], f"in {file}: go through daemon/turn, where row and mirror change together"


def test_every_method_of_the_journal_is_known_here() -> None:
    assert vars(Journal).keys() >= NOT_MIRRORED | READ_OR_COUNTED
    assert [
        name for name in mirrored() - {"forget_wrap"} if "_db.execute" not in inspect.getsource(vars(Journal)[name])
    ] == []


@pytest.mark.parametrize("file", SOURCES)
def test_no_function_needs_more_than_three_records(file: str) -> None:
    wide = {
        name: sorted(read.touched()) for name, read in functions(SOURCES[file]) if len(read.touched()) > MOST_RECORDS
    }
    assert wide == {}, f"in {file}: pass values, or split the function"


def test_every_record_of_the_world_has_a_writer() -> None:
    state = {each.name for each in fields(World)} - {"setup", "loaded", "_names"}
    assert state == set(WRITERS)


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
        ("state = turn.world; state.pending.forced.discard(host)", "pending.forced"),
        ("waits, now = turn.world.waits, turn.now; waits.reminded_at = now", "waits.reminded_at"),
        ("world.pending.came_back(host)", ""),
        ("return world.durable.runs.get(run)", ""),
    ],
)
def test_the_reader_sees_each_kind_of_change(line: str, expected: str) -> None:
    assert " ".join(dict.fromkeys(f"{place.record}.{place.field}" for place in read(line).changed())) == expected


@pytest.mark.parametrize(
    ("given", "line"),
    [("kept: Durable", "kept.signs[key] = 1"), ("state: World", "del state.durable.signs[key]")],
)
def test_the_reader_knows_a_record_that_a_function_is_given(given: str, line: str) -> None:
    assert list(read(line, given).changed()) == [Place("durable", "signs")]


@pytest.mark.parametrize(
    ("owner", "line"),
    [
        ("journal", "turn.journal.pause(record)"),
        ("journal", "self._journal.pause(record)"),
        ("journal", "Journal(connection, now).pause(record); journal.pause(record)"),
        ("durable", "turn.world.durable.pause(record)"),
        ("durable", "kept = world.durable; kept.pause(record)"),
    ],
)
def test_the_reader_sees_who_is_called(owner: str, line: str) -> None:
    assert "pause" in read(line).calls(owner)


def test_the_reader_counts_records_under_other_names_too() -> None:
    lines = "waits = turn.world.waits; return waits.claims, self._world.health.asides, world.durable.runs, world.names"
    assert read(lines).touched() == {"waits", "health", "durable"}
