"""Any value of a type, by nothing but the type: for properties that hold for everything that is stored."""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from remediator.model.targets import Target, container
from remediator.model.times import Instant
from remediator.model.values import Json, Unknown
from remediator.store.stored import codec

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=()), max_size=12)
MOMENTS = st.integers(946_684_800_000_000, 4_102_444_800_000_000).map(lambda us: EPOCH + timedelta(microseconds=us))
"""From 2000 to 2100, by the microsecond."""
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | NUMBERS | TEXT | st.builds(Unknown, TEXT),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT | st.just("unknown"), inner, max_size=3),
    max_leaves=5,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT | st.just("unknown"), inner, max_size=3),
    max_leaves=5,
)
PLAIN: Mapping[Any, st.SearchStrategy[Any]] = {
    bool: st.booleans(),
    int: st.integers(),
    float: NUMBERS,
    str: TEXT,
    Any: ANYTHING,
    Json: JSON,
    datetime: MOMENTS,
    Instant: st.builds(Instant, MOMENTS, NUMBERS, TEXT),
    Target: st.builds(container, st.sampled_from(["ctl1", "ctl2"]), st.sampled_from(["keystone", "nova_api"])),
}


def any_of(hint: Any) -> st.SearchStrategy[Any]:
    """Return values of a type, by nothing but the type."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint in PLAIN:
        return PLAIN[hint]
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return st.sampled_from(hint)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return st.builds(hint, **{name: any_of(each) for name, each in codec.fields_of(hint).items()})
    if origin in (types.UnionType, typing.Union):
        return st.one_of(*(st.none() if each is type(None) else any_of(each) for each in arguments))
    if origin in (tuple, Sequence):
        return st.lists(any_of(arguments[0]), max_size=3).map(tuple)
    if origin is frozenset:
        return st.frozensets(any_of(arguments[0]), max_size=3)
    if origin is Mapping:
        return st.dictionaries(any_of(arguments[0]), any_of(arguments[1]), max_size=3)
    raise AssertionError(f"say here which values {hint} has")
