"""Working hours as operators write them, ``Mon-Fri 09-17 Europe/Zurich``, read once when the config is."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from remediator.model.content import hours
from remediator.model.content.hours import BadHours, Hours


def _read(value: Any) -> Hours:
    if not isinstance(value, str):
        why = "{value} is not working hours; write days, a span and a time zone, like {example}"
        raise PydanticCustomError("bad_hours", why, {"value": repr(value), "example": hours.EXAMPLE})
    try:
        return hours.parse(value)
    except BadHours as error:
        raise PydanticCustomError("bad_hours", "{why}", {"why": error.why, "hint": error.hint}) from None


WorkingHours = Annotated[
    Hours,
    PlainValidator(_read),
    PlainSerializer(lambda value: value.text, return_type=str),
    WithJsonSchema({"type": "string", "examples": [hours.EXAMPLE]}),
]
"""A pydantic field of type `Hours`, written as text."""
