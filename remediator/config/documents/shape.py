"""What keys a model knows at a path, for suggestions and for overrides from the environment."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel


def models_in(annotation: Any) -> list[type[BaseModel]]:
    """Return the models that a value of this type may be (through Optional, Union, Annotated)."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return models_in(typing.get_args(annotation)[0])
    if origin in (typing.Union, types.UnionType):
        return [model for part in typing.get_args(annotation) for model in models_in(part)]
    return []


def item_of(annotation: Any) -> Any:
    """Return the type of the items of a list or mapping type, else None."""
    origin = typing.get_origin(annotation)
    args = typing.get_args(annotation)
    if origin is typing.Annotated:
        return item_of(args[0])
    if origin in (typing.Union, types.UnionType):
        return next((found for found in map(item_of, args) if found is not None), None)
    if origin in (tuple, list) and args:
        return args[0]
    if origin in (dict, Mapping, typing.get_origin(Mapping[str, str])) and len(args) == 2:
        return args[1]
    return None


def step_into(annotation: Any, part: str | int) -> Any:
    """Return the type found at key or index `part` of a value of type `annotation`; None if there is none."""
    for model in models_in(annotation):
        field = key_fields(model).get(str(part))
        if field is not None:
            return field
    return item_of(annotation)


def key_fields(model: type[BaseModel]) -> dict[str, Any]:
    """Return the keys of `model` as they stand in YAML (the alias where there is one) with their types."""
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def models_at(root: type[BaseModel], loc: tuple[str | int, ...]) -> list[type[BaseModel]]:
    """Return the models that the value at `loc` may be."""
    annotation: Any = root
    for part in loc:
        annotation = step_into(annotation, part)
    return models_in(annotation)


def keys_at(root: type[BaseModel], loc: tuple[str | int, ...]) -> list[str]:
    """Return the keys that may stand at `loc`; empty if that is no place for fixed keys."""
    return [key for model in models_at(root, loc) for key in key_fields(model)]


def never_key(root: type[BaseModel], loc: tuple[str | int, ...]) -> str | None:
    """Return why the key at `loc` is deliberately not one, if its model says so (`never_keys`)."""
    for model in models_at(root, loc[:-1]):
        reasons: Mapping[str, str] = getattr(model, "never_keys", {})
        if loc[-1] in reasons:
            return reasons[str(loc[-1])]
    return None
