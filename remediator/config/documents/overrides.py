"""``REMEDIATOR__SECTION__KEY=value`` from the environment, laid over what the file says.

A list or a mapping is written as YAML (``[a, b]``); everything else is taken as text and read by the type of its key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from remediator.config.documents import documents, mistakes, shape
from remediator.config.documents.documents import Loc
from remediator.model.content.specs import Mistake

PREFIX = "REMEDIATOR__"


def apply(data: dict[str, Any], env: Mapping[str, str], root: type[BaseModel]) -> tuple[dict[Loc, str], list[Mistake]]:
    """Change `data` by the variables in `env`. Return the path of each with its variable, and the mistakes."""
    applied: dict[Loc, str] = {}
    wrong: list[Mistake] = []
    for variable in sorted(env):
        if not variable.startswith(PREFIX):
            continue
        words = variable.removeprefix(PREFIX).split("__")
        loc, problem = _locate(words, data, root)
        if loc is None:
            wrong.append(_mistake(variable, "unknown_key", *problem))
            continue
        value, bad = _value(env[variable], variable)
        wrong.extend(bad)
        if not bad and _put(data, loc, value):
            applied[loc] = variable
        elif not bad:
            wrong.append(_mistake(variable, "not_a_mapping", f"{documents.dotted(loc)} lies inside a value", ""))
    return applied, wrong


def _locate(words: list[str], data: Any, root: type[BaseModel]) -> tuple[Loc | None, tuple[str, str]]:
    annotation: Any = root
    loc: list[str | int] = []
    here = data
    for word in words:
        known = [key for model in shape.models_in(annotation) for key in shape.key_fields(model)]
        names = known or (list(here) if isinstance(here, dict) else [])
        matches = [name for name in names if _folded(name) == _folded(word)]
        if not matches and known:
            return None, (f"unknown key {word.lower()}", mistakes.nearest(word, known))
        name = matches[0] if matches else word.lower().replace("_", "-")
        annotation = shape.step_into(annotation, name)
        if annotation is None:
            return None, (f"{'.'.join([*map(str, loc), name])} is no place for a value", "")
        loc.append(name)
        here = here.get(name) if isinstance(here, dict) else None
    return tuple(loc), ("", "")


def _folded(name: str) -> str:
    return name.casefold().replace("-", "_").replace(".", "_")


def _value(text: str, variable: str) -> tuple[Any, list[Mistake]]:
    if not text.lstrip().startswith(("[", "{")):
        return text, []
    document = documents.parse(text, f"${variable}")
    return document.data, list(document.mistakes)


def _put(data: dict[str, Any], loc: Loc, value: Any) -> bool:
    """Set `value` at `loc`, making the mappings on the way. False if something else stands there."""
    here: Any = data
    for part in loc[:-1]:
        if here.get(part) is None:
            here[part] = {}
        here = here[part]
        if not isinstance(here, dict):
            return False
    here[loc[-1]] = value
    return True


def _mistake(variable: str, code: str, message: str, hint: str) -> Mistake:
    return Mistake(file=f"${variable}", line=1, col=1, path="", code=code, message=message, hint=hint)
