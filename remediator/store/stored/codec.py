"""Records to stored JSON and back, derived from the types of their own fields: a new field is typed once, in its
record.

A record is an object of its fields by name, tuples and sets are lists. An `Instant` is ``[epoch seconds, boot seconds,
boot id]``, a moment is RFC 3339. An enum is its value where that is text, else its name. What a record has as `Any` is
JSON in which ``{"unknown": reason}`` is UNKNOWN; what is `Json` is JSON alone. A field that takes no part in
comparisons is not stored.

Invariant: what was written is read back as an equal record, or not at all. A missing field takes the default that its
record declares. An unknown field is an error, for to drop it would lose what another release knew.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import json
import types
import typing
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic_core import CoreSchema, PydanticSerializationError, SchemaSerializer, SchemaValidator, ValidationError
from pydantic_core import core_schema as core

from remediator.model import times
from remediator.model.times import Instant
from remediator.model.values import Json, Unknown
from remediator.store import errors

Record = TypeVar("Record")

UNKNOWN = "unknown"
"""The one key of the object that stands for an `Unknown`."""
PLAIN = {
    bool: core.bool_schema(strict=True),
    int: core.int_schema(strict=True),
    float: core.float_schema(strict=True),
    str: core.str_schema(strict=True),
}
_text = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True).encode
"""Keys stand as the record declares them: sorting them would cost time with every write, and nothing reads them by
their order."""
_CODECS: dict[Any, Codec[Any]] = {}


class Codec(Generic[Record]):
    """Writes and reads one kind of record."""

    def __init__(self, kind: type[Record]) -> None:
        self.kind = kind
        hint: Any = kind
        schema = _schema(hint)
        self._validator, self._serializer = SchemaValidator(schema), SchemaSerializer(schema)

    def write(self, record: Record) -> str:
        """Return the stored form. Raise TypeError when a field has a value that its type does not allow, for it could
        not be read back."""
        try:
            return _text(self._serializer.to_python(record, warnings="error"))
        except PydanticSerializationError as error:
            raise TypeError(f"a {self.kind.__name__} cannot be stored: {error}") from error

    def read(self, text: str, row: str) -> Record:
        """Reverse `write` for the row that `row` names. Raise RecordUnreadable."""
        try:
            body = json.loads(text)
        except (ValueError, TypeError, RecursionError) as error:
            raise errors.RecordUnreadable(row, f"it is no JSON ({error})") from None
        try:
            found: Record = self._validator.validate_python(body)
        except ValidationError as error:
            raise errors.RecordUnreadable(_named(row, body), *_first(error)) from None
        except (ArithmeticError, OSError, RecursionError) as error:  # a time that no clock has, data nested too deep
            raise errors.RecordUnreadable(_named(row, body), f"{type(error).__name__}: {error}") from None
        return found


def of(kind: type[Record]) -> Codec[Record]:
    """Return the codec of a kind of record, made once. Raise TypeError when one of its fields has a type that has no
    stored form."""
    found: Codec[Record] | None = _CODECS.get(kind)
    if found is None:
        found = _CODECS[kind] = Codec(kind)
    return found


def fields_of(kind: type) -> Mapping[str, Any]:
    """Return the stored fields of a record: their names and types."""
    hints = typing.get_type_hints(kind)
    return {each.name: hints[each.name] for each in dataclasses.fields(kind) if each.init and each.compare}


@functools.cache
def _schema(hint: Any) -> CoreSchema:
    """Return how values of the type `hint` are read and written."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint in PLAIN:
        return PLAIN[hint]
    if hint is Json:
        return _by(lambda value: value, _to_json)
    if hint is Any:
        return _by(_from_any, _to_any)
    if hint is Instant:
        return _by(_to_instant, lambda value: [value.wall.timestamp(), value.boot_s, value.boot_id])
    if hint is datetime:
        return _by(_to_moment, lambda value: value.isoformat().replace("+00:00", "Z"))
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return _enum(hint)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _record(hint)
    if origin in (types.UnionType, typing.Union) and len(arguments) == 2 and arguments[1] is type(None):
        return core.nullable_schema(_schema(arguments[0]))
    if (origin is tuple and arguments[1:] == (...,)) or origin is Sequence:
        return core.tuple_variable_schema(_schema(arguments[0]))
    if origin is frozenset:
        items = _schema(arguments[0])
        one = SchemaSerializer(items)
        written = core.plain_serializer_function_ser_schema(
            lambda value: [one.to_python(each) for each in sorted(value)]
        )
        return core.frozenset_schema(items, serialization=written)
    if origin is Mapping and arguments[0] is str:
        return _mapping(_schema(arguments[1]))
    raise TypeError(f"{hint} has no stored form: say in store/stored/codec.py how it is written and read")


def _record(kind: type) -> CoreSchema:
    hints = fields_of(kind)
    declared = [each for each in dataclasses.fields(kind) if each.name in hints]
    fields = [core.dataclass_field(each.name, _with_default(each, _schema(hints[each.name]))) for each in declared]
    return core.dataclass_schema(
        kind,
        core.dataclass_args_schema(kind.__name__, fields),
        list(hints),
        post_init=hasattr(kind, "__post_init__"),
        config=core.CoreConfig(extra_fields_behavior="forbid"),
        slots="__slots__" in vars(kind),
        frozen=True,
    )


def _with_default(field: dataclasses.Field[Any], schema: CoreSchema) -> CoreSchema:
    if field.default is not dataclasses.MISSING:
        return core.with_default_schema(schema, default=field.default)
    if field.default_factory is not dataclasses.MISSING:
        return core.with_default_schema(schema, default_factory=field.default_factory)
    return schema


def _mapping(values: CoreSchema) -> CoreSchema:
    """Return the form of a mapping of names, of whatever class (`model.fields.Fields`); read, it is a dict."""
    items = core.dict_schema(PLAIN[str], values)
    one = SchemaSerializer(items)
    written = core.plain_serializer_function_ser_schema(
        lambda value: one.to_python(value if isinstance(value, dict) else dict(value))
    )
    return core.dict_schema(PLAIN[str], values, serialization=written)


def _enum(kind: type[enum.Enum]) -> CoreSchema:
    stored = {member: member.value if isinstance(member.value, str) else member.name for member in kind}
    members = {text: member for member, text in stored.items()}

    def read(value: Any) -> enum.Enum:
        if not isinstance(value, str) or value not in members:
            raise ValueError(f"{value!r} is no {kind.__name__} that this release knows")
        return members[value]

    return _by(read, stored.__getitem__)


def _by(read: typing.Callable[[Any], Any], write: typing.Callable[[Any], Any]) -> CoreSchema:
    written = core.plain_serializer_function_ser_schema(write)
    return core.no_info_plain_validator_function(read, serialization=written)


def _to_instant(value: Any) -> Instant:
    match value:
        case [float() | int() as wall_s, float() | int() as boot_s, str() as boot_id]:
            return Instant(times.from_epoch(wall_s), float(boot_s), boot_id)
    raise ValueError("it is no [epoch seconds, boot seconds, boot id]")


def _to_moment(value: Any) -> datetime:
    if not isinstance(value, str):
        raise ValueError("it is no time")
    return times.parse_rfc3339(value)


def _to_json(value: Any) -> Any:
    """Return JSON as it is. Raise TypeError for a record in it, an UNKNOWN too: it would be read back as another
    thing."""
    _text(value)
    return value


def _to_any(value: Any) -> Any:
    """Return free data as JSON. An object that would be taken for an UNKNOWN stands in another one of the same key."""
    if isinstance(value, Unknown):
        return {UNKNOWN: value.reason}
    if isinstance(value, Mapping):
        made = {str(key): _to_any(item) for key, item in value.items()}
        return {UNKNOWN: made} if made.keys() == {UNKNOWN} else made
    if isinstance(value, (set, frozenset)):
        return [_to_any(item) for item in sorted(value)]
    if isinstance(value, (list, tuple)):
        return [_to_any(item) for item in value]
    return value.value if isinstance(value, enum.Enum) else value


def _from_any(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() != {UNKNOWN}:
            return {key: _from_any(item) for key, item in value.items()}
        reason = value[UNKNOWN]
        escaped = isinstance(reason, dict) and reason.keys() == {UNKNOWN}
        return {UNKNOWN: _from_any(reason[UNKNOWN])} if escaped else Unknown(str(reason))
    return [_from_any(item) for item in value] if isinstance(value, list) else value


def _named(row: str, body: Any) -> str:
    """Return the name of a row with the id that its record has."""
    own = body.get("id") if isinstance(body, dict) else None
    return f"{row} ({own})" if isinstance(own, str) and own not in row else row


def _first(error: ValidationError) -> tuple[str, bool]:
    """Return what is wrong first, with its place, and whether it is a field of another release."""
    wrong = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(map(str, wrong["loc"]))
    newer = wrong["type"] == "unexpected_keyword_argument"
    return (f"it has a field {place} that this release does not know" if newer else f"{place}: {wrong['msg']}"), newer
