"""Read the files of all content directories into entries by kind and name; later directories override earlier ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from remediator.checks.schema import CheckEntry
from remediator.config.connections import Section
from remediator.config.documents import documents, mistakes, problems
from remediator.config.documents.documents import Document, Loc
from remediator.content.places import KINDS, MAX_BYTES, MAX_ENTRIES, MAX_FILES, ContentDir
from remediator.model.content.specs import Mistake
from remediator.rules.schema import RuleEntry
from remediator.runs.plans.schema import RunbookEntry

E = TypeVar("E", bound=Section, covariant=True)
SCHEMAS: dict[str, type[Section]] = {"checks": CheckEntry, "rules": RuleEntry, "runbooks": RunbookEntry}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Generic[E]):
    """One well-formed entry of a file, with the place it came from."""

    name: str
    body: E
    raw: Any
    document: Document
    loc: Loc

    @property
    def source(self) -> str:
        """``file:line``"""
        return f"{self.document.file}:{self.document.place(self.loc).line}"

    def mistake(self, loc: Loc, code: str, message: str, hint: str = "", *, key: bool = False) -> Mistake:
        """Return a mistake at `loc` inside this entry."""
        return self.document.mistake((*self.loc, *loc), code, message, hint, key=key)


@dataclass(slots=True, kw_only=True)
class Entries:
    """All entries by name. `broken`: names whose entry is malformed. A reference to one of them is not reported as
    well.
    """

    checks: dict[str, Entry[CheckEntry]] = field(default_factory=dict)
    rules: dict[str, Entry[RuleEntry]] = field(default_factory=dict)
    runbooks: dict[str, Entry[RunbookEntry]] = field(default_factory=dict)
    broken: dict[str, set[str]] = field(default_factory=lambda: {kind: set() for kind in KINDS})

    def of(self, kind: str) -> dict[str, Entry[Any]]:
        """Return the entries of `kind` by name."""
        by_kind: dict[str, dict[str, Any]] = {"checks": self.checks, "rules": self.rules, "runbooks": self.runbooks}
        return by_kind[kind]


def read_entries(dirs: Sequence[ContentDir]) -> tuple[Entries, list[Mistake]]:
    """Return the entries of `dirs` and every mistake in their files."""
    entries = Entries()
    found: list[Mistake] = []
    left = MAX_BYTES
    for directory in dirs:
        here: dict[tuple[str, str], Entry[Any]] = {}
        files, wrong = _files(directory)
        found.extend(wrong)
        for kind, path in files:
            left -= _size(path)
            if left < 0:
                found.append(
                    _at(
                        path,
                        "too_big",
                        f"all content together is larger than {MAX_BYTES // 1024 // 1024} MiB; the rest is not read",
                    )
                )
                return entries, found
            _read_file(kind, documents.read(path, trusted=directory.shipped), here, entries, found)
        for (kind, name), entry in here.items():
            if directory.brought_by and name in entries.of(kind):
                why = (
                    f"{name} is already defined in {entries.of(kind)[name].source}, and the package of "
                    f"{directory.brought_by} overrides nothing"
                )
                found.append(entry.mistake(("name",), "duplicate_name", why))
                continue
            entries.of(kind)[name] = entry
            entries.broken[kind].discard(name)
    return entries, found


def _files(directory: ContentDir) -> tuple[list[tuple[str, Path]], list[Mistake]]:
    """Return the YAML files of `directory`, sorted. A folder that is not there is no mistake; none at all is one."""
    try:
        folders = [(kind, directory.path / kind) for kind in KINDS if (directory.path / kind).is_dir()]
    except OSError as error:
        return [], [_at(directory.path, "unreadable", f"cannot be entered: {error.strerror}; let our account in")]
    if not folders:
        return [], [_at(directory.path, "no_content", f"has none of the folders {', '.join(KINDS)}")]
    files: list[tuple[str, Path]] = []
    wrong: list[Mistake] = []
    for kind, folder in folders:
        try:
            inside = sorted(folder.iterdir())
        except OSError as error:
            wrong.append(_at(folder, "unreadable", f"cannot be listed: {error.strerror}"))
            continue
        files.extend((kind, path) for path in inside if path.suffix == ".yaml" and not path.name.startswith("."))
        wrong.extend(_at(path, "ignored", "is not read; name it .yaml") for path in inside if path.suffix == ".yml")
    if len(files) > MAX_FILES:
        wrong.append(_at(directory.path, "too_many", f"holds more than {MAX_FILES} files"))
    return files[:MAX_FILES], wrong


def _read_file(
    kind: str, document: Document, here: dict[tuple[str, str], Entry[Any]], entries: Entries, found: list[Mistake]
) -> None:
    found.extend(document.mistakes)
    if document.data is None:
        return
    if not isinstance(document.data, dict):
        found.append(document.mistake((), "not_a_mapping", f"should be a mapping with the key {kind}"))
        return
    for key in document.data:
        if key != kind:
            hint = mistakes.nearest(key, [kind])
            found.append(
                document.mistake((key,), "unknown_key", f"unknown key {key}; here is only {kind}", hint, key=True)
            )
    listed = document.data.get(kind)
    if not isinstance(listed, list):
        if kind in document.data:
            found.append(document.mistake((kind,), "not_a_list", "should be a list"))
        return
    room = MAX_ENTRIES - len(entries.of(kind)) - sum(1 for known, _ in here if known == kind)
    if len(listed) > room:
        found.append(
            document.mistake((kind, max(0, room)), "too_many", f"more than {MAX_ENTRIES} {kind}; the rest is not read")
        )
    for index, raw in enumerate(listed[: max(0, room)]):
        _read_entry(kind, document, (kind, index), raw, here, entries, found)


def _read_entry(
    kind: str,
    document: Document,
    loc: Loc,
    raw: Any,
    here: dict[tuple[str, str], Entry[Any]],
    entries: Entries,
    found: list[Mistake],
) -> None:
    body, wrong = problems.check(SCHEMAS[kind], document, loc, raw)
    found.extend(wrong)
    name = str(raw["name"]) if isinstance(raw, dict) and isinstance(raw.get("name"), str) else ""
    if name and (kind, name) in here:
        first = here[kind, name].source
        found.append(document.mistake((*loc, "name"), "duplicate_name", f"{name} is already defined in {first}"))
        return
    if body is None:
        entries.of(kind).pop(name, None)
        entries.broken[kind].add(name)
        return
    here[kind, name] = Entry(name=name, body=body, raw=raw, document=document, loc=loc)


def _size(path: Path) -> int:
    """Return the bytes of a file; none where nobody can tell, for it is not read then."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _at(path: Path, code: str, message: str) -> Mistake:
    return Mistake(file=str(path), line=1, col=1, path="", code=code, message=message)
