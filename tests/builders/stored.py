"""A record as the store gives it back."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from remediator.store.stored import codec

Record = TypeVar("Record")


def again(record: Record) -> Record:
    """Return `record` as it is read once it was written."""
    found = codec.of(type(record))
    return found.read(found.write(record), "record of a test")


def body_of(record: object) -> dict[str, Any]:
    """Return the stored form of `record`."""
    return dict(json.loads(codec.of(type(record)).write(record)))


def record_of(kind: type[Record], body: dict[str, Any]) -> Record:
    """Return what is read from a stored form."""
    return codec.of(kind).read(json.dumps(body), "record of a test")
