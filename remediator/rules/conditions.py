"""CEL conditions over the data of an assessment, three-valued. The only file that imports cel_expr_python.

Invariant: `evaluate` gives True or False only when that is certain whatever the UNKNOWN values are. Everything else is
`Unknown` with its reason. CEL computes Kleene's logic: ``true || unknown`` is true, ``true && unknown`` is not known.

Two environments do two jobs. The first checks types against wrapper types (an int that may be null). It refuses a
misspelt field, or a text compared with a number, at load. The second compiles the expression that runs, with untyped
variables, because cel-expr-python 0.1 cannot bind null to a typed one. The types of the values are checked here
instead.

Absent values are null, and null is a value. For an absent x, ``data.x == null`` and ``data.x != 'a'`` are true, and
``data.x == 'a'`` is false. Anything else that needs the value (``<``, ``!data.x``, ``data.x.contains()``) is
``absent_field:x``. A list is never compared with null.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cel_expr_python import cel

from remediator.model.values import Data, FieldType, Unknown
from remediator.rules import words
from remediator.rules.errors import BadCondition

MAX_CHARS = 2000
MAX_ITEMS = 10_000
"""Most items of a list, so that one evaluation stays bounded; the rest is cut off."""

_CHECKED = {
    FieldType.STRING: cel.Type("google.protobuf.StringValue"),
    FieldType.INT: cel.Type("google.protobuf.Int64Value"),
    FieldType.FLOAT: cel.Type("google.protobuf.DoubleValue"),
    FieldType.BOOL: cel.Type("google.protobuf.BoolValue"),
    FieldType.STRINGS: cel.Type.List(cel.Type.STRING),
}
_AT = re.compile(r"<input>:(\d+):(\d+): (.*)")
_UNDECLARED = re.compile(r"undeclared reference to '([\w.]+)'")
_WRAPPER = re.compile(r"wrapper\((\w+)\)")
_WORDY = re.compile(r"input '(?:and|or|not)'")
_UNBOUND = re.compile(r'No value with name "data\.(\w+)"')
"""What CEL says and has no type for, read in cel-expr-python 0.1.3: `_UNBOUND` names the field that a condition lacks,
the others only reword."""
_INT64 = range(-(2**63), 2**63)


class Environment:
    """The fields of one assessment, ready to compile conditions against."""

    def __init__(self, fields: Mapping[str, FieldType]) -> None:
        self.fields = dict(fields)
        self._checked = cel.NewEnv(variables={f"data.{name}": _CHECKED[kind] for name, kind in fields.items()})
        self._running = cel.NewEnv(variables={f"data.{name}": cel.Type.DYN for name in fields})

    def compile(self, text: str) -> CelCondition:
        """Return `text` as a condition. Raise BadCondition, with place and reason, if it does not compile."""
        if len(text) > MAX_CHARS:
            raise BadCondition(f"{len(text)} characters long, {MAX_CHARS} is the limit")
        refused = words.refused(text)
        if refused is not None:
            line, col = words.position(text, refused.offset)
            raise BadCondition(refused.why, line=line, col=col)
        try:
            kind = self._checked.compile(text).return_type()
        except RuntimeError as error:
            raise _bad(str(error)) from None
        if kind.name() not in ("BOOL", "bool_wrapper", "wrapper(bool)"):
            raise BadCondition(f"gives {kind.name().lower()}, not true or false")
        read = words.fields(text)
        if not read:
            raise BadCondition("reads no field of data, so it is always the same")
        return CelCondition(text, self._running.compile(text), {name: self.fields[name] for name in read})


class CelCondition:
    """A compiled condition (see `model.content.judging.Condition`). Safe to share between threads."""

    __slots__ = ("_expression", "_read", "_text")

    def __init__(self, text: str, expression: Any, read: Mapping[str, FieldType]) -> None:
        self._text = text
        self._expression = expression
        self._read = tuple((name, f"data.{name}", kind) for name, kind in read.items())

    @property
    def text(self) -> str:
        return self._text

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that the condition reads."""
        return tuple(name for name, _, _ in self._read)

    def evaluate(self, data: Data) -> bool | Unknown:
        bound: dict[str, Any] = {}
        for name, variable, kind in self._read:
            value = data.get(name, _MISSING)
            if value.__class__ is not Unknown and _fits(value, kind):
                bound[variable] = _cut(value) if kind is FieldType.STRINGS else value
        try:
            result = self._expression.eval(data=bound).value()
        except Exception as error:  # noqa: BLE001 - whatever the library does, a condition must not end the loop
            return Unknown(f"condition_error:{type(error).__name__}")
        if result is True or result is False:
            return bool(result)
        return self._why(result, data)

    def _why(self, result: Any, data: Data) -> Unknown:
        unbound = _UNBOUND.search(result) if isinstance(result, str) else None
        if unbound is not None:
            return Unknown(f"unknown_field:{unbound.group(1)}", unbound.group(1))
        for name, _, _ in self._read:
            if name in data and data[name] is None:
                return Unknown(f"absent_field:{name}")
        return Unknown("condition_error:" + " ".join(str(result).split())[:100])


_MISSING = Unknown("missing")
"""Stands for a field that the assessment did not give: as UNKNOWN as any."""


def _fits(value: Any, kind: FieldType) -> bool:
    """Whether `value` is what the field was declared to be; anything else is as good as UNKNOWN."""
    if value is None:
        return True
    if kind is FieldType.STRING:
        return isinstance(value, str)
    if kind is FieldType.BOOL:
        return isinstance(value, bool)
    if kind is FieldType.INT:
        return isinstance(value, int) and not isinstance(value, bool) and value in _INT64
    if kind is FieldType.FLOAT:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and value == value
    return isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value[:MAX_ITEMS])


def _cut(value: Any) -> Any:
    return None if value is None else list(value[:MAX_ITEMS])


def _bad(report: str) -> BadCondition:
    """Return CEL's report as an error with a place: its first message, in our words where they are clearer."""
    report = report.replace("INVALID_ARGUMENT: ", "").replace(" [INVALID_ARGUMENT]", "").strip()
    caret = "\n".join(line for line in report.splitlines() if line.startswith(" | "))
    found = _AT.search(report)
    if found is None:
        return BadCondition(" ".join(report.split()), caret=caret)
    line, col, said = int(found.group(1)), int(found.group(2)), found.group(3).strip()
    undeclared = _UNDECLARED.search(said)
    if undeclared is not None:
        return _undeclared(undeclared.group(1), line, col, caret)
    said = _WRAPPER.sub(r"\1", said).split(" expecting {")[0]
    if "(list(string), null_type)" in said:
        said += "; a list is never null, ask for its size()"
    if said.startswith("Syntax error") and _WORDY.search(said):
        said += "; write && for and, || for or, ! for not"
    if "double" in said and "int)" in said:
        said += "; write a number with its fraction to compare it with one: 1.0"
    return BadCondition(said, line=line, col=col, caret=caret)


def _undeclared(name: str, line: int, col: int, caret: str) -> BadCondition:
    if name.startswith("data."):
        field = name.removeprefix("data.")
        # CEL points at the dot; the field's name is what is wrong.
        return BadCondition(f"there is no field {field}", line=line, col=col + 1, name=field, caret=caret)
    if name == "data":
        return BadCondition("write data.FIELD; data alone is no value", line=line, col=col, caret=caret)
    return BadCondition(f"there is no {name}; fields are written data.FIELD", line=line, col=col, caret=caret)
