"""Texts for people, in sandboxed Jinja2. They never decide anything and never become part of a command.

Invariants. Rendering never raises, and an UNKNOWN value is shown as ``UNKNOWN(reason)`` and nothing else. No control
character and no ``|`` passes (that sign separates performance data in Nagios), so foreign text cannot start a new line.
In a command that people paste each value goes through the filter `shell`: it is one word there, and the shell runs
nothing of it.
"""

from __future__ import annotations

import functools
import re
import shlex
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NoReturn

import jinja2
from jinja2 import nodes

from remediator.model.manifest.integration import Remedy
from remediator.model.values import Data, FieldType, Unknown
from remediator.rules import sandbox
from remediator.rules.errors import BadText

MAX_CHARS = 4000
MAX_VALUE_CHARS = 1000
MAX_ITEMS = 200
MAX_RENDERED_CHARS = 8000
AROUND = frozenset({"target", "host", "name"})
"""Names that a text about a target may use besides the data."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_CONTROL_BUT_NEWLINE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


_SAMPLES: Mapping[FieldType, Any] = {
    FieldType.STRING: "x" * 100,
    FieldType.INT: 3,
    FieldType.FLOAT: 0.5,
    FieldType.BOOL: True,
    FieldType.STRINGS: ("x" * 100,) * MAX_ITEMS,
}


class _Lines(str):
    """Text that may span lines: made by the filter `lines`, each line cleaned."""

    __slots__ = ()


class _Word(str):
    """One word of a command: made by the filter `shell`, quoted as a shell reads it. It is never cut or changed
    afterwards."""

    __slots__ = ()


class _ShownUnknown:
    """An UNKNOWN value inside a template: it can be printed, and nothing else can be done with it."""

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def __str__(self) -> str:
        return f"UNKNOWN({self.reason})"

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError(str(self))

    __bool__ = __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = __contains__ = _refuse
    __hash__ = None  # type: ignore[assignment]

    def _same(self, *_: object) -> _ShownUnknown:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __round__ = _same


class PeopleText:
    """A compiled text (see `model.content.judging.Text`). Its code is made when it is first shown: most texts never
    are."""

    def __init__(self, source: str, fields: tuple[str, ...]) -> None:
        self.source = source
        self._fields = fields

    @functools.cached_property
    def _template(self) -> jinja2.Template:
        return sandbox.compiled(self.source, _environment())

    def render(self, data: Data, around: Mapping[str, str] = MappingProxyType({})) -> str:
        """Return the text for `data`. Where the template cannot be computed: the values that it names.

        `around`: values of the names that a text about a target may use besides data (`AROUND`).
        """
        shown = {name: _shown(data.get(name, Unknown("not_given"))) for name in self._fields}
        try:
            text = sandbox.written(self._template, {"data": shown, **around}, MAX_RENDERED_CHARS)
        except Exception:  # noqa: BLE001 - whatever a template does with a value, or asks for, a text must not end the loop
            text = ", ".join(f"{name} {_print(value)}" for name, value in shown.items())
        return _CONTROL_BUT_NEWLINE.sub(" ", text).strip()[:MAX_RENDERED_CHARS]


def compile_text(
    source: str, fields: Mapping[str, FieldType] | None, around: frozenset[str] = frozenset(), *, bars: bool = True
) -> PeopleText:
    """Return `source` as a text. Raise BadText for a bad template, or for one that reads a name outside of `fields`.

    `fields` None lets every field pass (for a text that was checked at load). `around`: the other names that the text
    may use. Without `bars` its author may not write ``|`` either, as in the output of a check.
    """
    if len(source) > MAX_CHARS:
        raise BadText(f"{len(source)} characters long, {MAX_CHARS} is the limit")
    parsed = tree(source)
    _refuse_unknown(parsed, around)
    if not bars and any("|" in piece.data for piece in parsed.find_all(nodes.TemplateData)):
        raise BadText("| is not allowed here: Nagios takes what follows it for performance data")
    read: list[str] = []
    for attribute in parsed.find_all(nodes.Getattr):
        if isinstance(attribute.node, nodes.Name) and attribute.node.name == "data":
            if fields is not None and attribute.attr not in fields:
                raise BadText(f"there is no field {attribute.attr}", line=attribute.lineno, name=attribute.attr)
            read.append(attribute.attr)
    if fields is not None and sandbox.is_heavy(parsed):
        _try(source, fields, around)
    return PeopleText(source, tuple(dict.fromkeys(read)))


def _refuse_unknown(tree: nodes.Template, around: frozenset[str]) -> None:
    """Raise BadText for what would only be found when the text is shown: names, filters, tests and statements."""
    for name in tree.find_all(nodes.Name):
        if name.ctx == "load" and name.name not in _locals(tree) | around:
            raise BadText(f"there is no {name.name}; values are written data.FIELD", line=name.lineno)
    for used in tree.find_all(nodes.Filter):
        if used.name not in _environment().filters:
            raise BadText(f"there is no filter {used.name}; there are {', '.join(filters())}", line=used.lineno)
    for test in tree.find_all(nodes.Test):
        if test.name not in _environment().tests:
            raise BadText(f"there is no test {test.name}", line=test.lineno)


def _try(source: str, fields: Mapping[str, FieldType], around: frozenset[str]) -> None:
    """Write the text once, with the longest lists that it can meet. Raise BadText when it asks for too much."""
    data = {name: _SAMPLES[kind] for name, kind in fields.items()}
    try:
        template = sandbox.compiled(source, _environment())
        sandbox.written(template, {"data": data, **dict.fromkeys(around, "name")}, MAX_RENDERED_CHARS * 1000)
    except sandbox.TooMuch as error:
        raise BadText(f"asks for too much: {error}") from None
    except Exception:  # noqa: BLE001 - what goes wrong with values that nobody has measured proves nothing
        return


def tree(source: str) -> nodes.Template:
    """Return the tree of the text `source`. Raise BadText."""
    return sandbox.parse(source, _environment())


def filters() -> tuple[str, ...]:
    """Return the names of the filters a text may use."""
    return tuple(sorted(name for name in _environment().filters if " " not in name))


@functools.cache
def _environment() -> sandbox.BoundedEnvironment:
    from remediator.integrations import registry  # a text without filters is written before they are found

    made = sandbox.environment({"lines": _lines, "size": _size, "shell": _shell}, _print)
    for one in registry.load({}).installed.values():
        for name, remedy in one.remedies.items():
            made.filters.setdefault(name, functools.partial(_remedy, remedy))
    return made


def _locals(tree: nodes.Template) -> frozenset[str]:
    return frozenset({"data", *(name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"), "loop"})


def _shown(value: Any) -> Any:
    if isinstance(value, Unknown):
        return _ShownUnknown(value.reason)
    if isinstance(value, str):
        return value[: sandbox.MOST_CHARS]
    return value[:MAX_ITEMS] if isinstance(value, (list, tuple)) else value


def _print(value: Any) -> str:
    """Return `value` as one clean piece of text."""
    if isinstance(value, (_Lines, _Word)):
        return value
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, (list, tuple)):
        return _clean(", ".join(_print(item) for item in value[:MAX_ITEMS])) or "none"
    return _clean(str(value))


def _clean(text: str) -> str:
    cut = text if len(text) <= MAX_VALUE_CHARS else text[: MAX_VALUE_CHARS - 3] + "..."
    return _CONTROL.sub(" ", cut).replace("|", "/").strip()


def _lines(value: Any) -> _Lines:
    """Filter: a list, or text with line ends, one item a line."""
    if isinstance(value, _ShownUnknown) or value is None:
        return _Lines(_print(value))
    items = value.splitlines() if isinstance(value, str) else list(value)
    return _Lines("\n".join(_print(item) for item in items[:MAX_ITEMS]))


def _size(value: Any) -> str:
    """Filter: bytes for people."""
    if isinstance(value, _ShownUnknown) or value is None:
        return _print(value)
    amount = float(value)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if abs(amount) < 1024:
            return f"{amount:.4g} {unit}"
        amount /= 1024
    return f"{amount:.4g} TiB"


def _shell(value: Any) -> _Word:
    """Filter: the value as one word of a command that people paste, whatever the host has called it."""
    return _Word(shlex.quote(_print(value)))


def _remedy(remedy: Remedy, value: Any, release: Any = None) -> str:
    """Filter of an integration: its word for the value, in the release given; for all releases without one."""
    return _clean(remedy(_print(value), release if isinstance(release, str) else None))
