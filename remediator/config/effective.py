"""What the config comes to: every value with its source, secrets as ``***``; and its JSON schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from remediator.config.connections import Section
from remediator.config.documents.documents import Loc, dotted
from remediator.config.durations import form
from remediator.config.models import Config, with_sections
from remediator.config.secrets import Secret
from remediator.model.content.hours import Hours

HIDDEN = "***"


@dataclass(frozen=True, slots=True)
class Row:
    """One value in force, with its key and where it comes from (``default``, ``FILE:LINE``, ``env NAME``)."""

    key: str
    value: Any
    source: str


def effective(config: Config) -> list[Row]:
    """Return every value of `config` in the order of the documentation."""
    return [Row(dotted(loc), value, config.origin.source(loc)) for loc, value in _leaves(config, ())]


def json_schema(sections: Mapping[str, type[Section]]) -> dict[str, Any]:
    """Return the JSON schema of the config file, for editors, with the `sections` of the integrations."""
    return with_sections(sections).model_json_schema(mode="validation")


def _leaves(value: Any, loc: Loc) -> list[tuple[Loc, Any]]:
    if isinstance(value, Secret):
        return [(loc, HIDDEN)]
    if isinstance(value, Hours):
        return [(loc, value.text)]
    if isinstance(value, BaseModel):
        written = value.model_dump(mode="json")
        rows: list[tuple[Loc, Any]] = []
        for name, field in type(value).model_fields.items():
            inner = getattr(value, name)
            shown = form(inner) if _is_duration(inner, written[name]) else inner
            rows.extend(_leaves(shown, (*loc, field.alias or name)))
        return rows
    if isinstance(value, dict) and value:
        return [row for key, item in value.items() for row in _leaves(item, (*loc, key))]
    if isinstance(value, (list, tuple)) and any(isinstance(item, BaseModel) for item in value):
        return [row for index, item in enumerate(value) for row in _leaves(item, (*loc, index))]
    if loc[-1] == "url" and loc[0] in ("notify", "database") and isinstance(value, str):
        return [(loc, _without_credentials(value))]
    return [(loc, list(value) if isinstance(value, tuple) else value)]


def _is_duration(value: Any, written: Any) -> bool:
    return isinstance(value, float) and isinstance(written, str)


def _without_credentials(url: str) -> str:
    """Hide what may be a secret in a URL: its user part and its query."""
    scheme, _, rest = url.partition("://")
    before, at, host = rest.partition("@")
    shown = f"{HIDDEN}@{host}" if at else before
    path, query, _ = shown.partition("?")
    return f"{scheme}://{path}{'?' + HIDDEN if query else ''}"
