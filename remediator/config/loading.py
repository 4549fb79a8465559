"""Find, read and check the config: --config, $REMEDIATOR_CONFIG, /etc/remediator/config.yaml, in this order, no other
place.

`REMEDIATOR__SECTION__KEY` in the environment overrides any value; what is wrong there is a mistake like any other.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from remediator.config.documents import documents, mistakes, overrides, problems
from remediator.config.documents.origin import Origin
from remediator.config.errors import ConfigError
from remediator.config.models import Config, Sections, no_sections, with_sections
from remediator.config.ownership import files
from remediator.model.content.specs import Mistake

DEFAULT_PATH = "/etc/remediator/config.yaml"
VARIABLE = "REMEDIATOR_CONFIG"


def find(path: str | None, env: Mapping[str, str]) -> Path:
    """Return the path of the config: `path`, else $REMEDIATOR_CONFIG, else /etc/remediator/config.yaml."""
    return Path(path or env.get(VARIABLE) or DEFAULT_PATH)


def read_config(
    path: str | None, env: Mapping[str, str] | None = None, sections: Sections = no_sections
) -> tuple[Config | None, list[Mistake]]:
    """Return the config, or None and every mistake in it (file and environment).

    `sections` gives the models of the integrations' parts; without it nothing may stand below ``integrations``.
    """
    variables = os.environ if env is None else env
    where = find(path, variables)
    document = documents.read(where)
    if document.data is None and document.mistakes:
        return None, [_with_remedy(mistake, path, variables) for mistake in document.mistakes]
    if document.data is not None and not isinstance(document.data, dict):
        return None, [document.mistake((), "not_a_mapping", "the config should be a mapping (key: value)")]
    data: dict[str, Any] = copy.deepcopy(document.data) if document.data else {}
    model = with_sections(sections(_named(data, variables)))
    applied, wrong = overrides.apply(data, variables, model)
    config, found = problems.check(model, document, data=data)
    found = [_in_environment(mistake, applied) for mistake in found]
    everything = mistakes.in_order([*document.mistakes, *wrong, *found])
    if config is None or everything:
        return None, everything
    whole = config.comes_from(Origin(document=document, overrides=applied))
    refused = mistakes.in_order(_in_environment(mistake, applied) for mistake in files.refused(whole))
    return (None, refused) if refused else (whole, [])


def load_config(path: str | None, env: Mapping[str, str] | None = None, sections: Sections = no_sections) -> Config:
    """Return the config. Raise ConfigError with every mistake at once."""
    config, found = read_config(path, env, sections)
    if config is None:
        raise ConfigError(found)
    return config


def _named(data: Mapping[str, Any], env: Mapping[str, str]) -> set[str]:
    """Return the names below ``integrations``, in the file or in the environment."""
    inside = data.get("integrations")
    prefix = f"{overrides.PREFIX}INTEGRATIONS__"
    words = {name.removeprefix(prefix).split("__")[0].lower() for name in env if name.startswith(prefix)}
    return {*(str(name) for name in inside), *words} if isinstance(inside, dict) else words


def _with_remedy(mistake: Mistake, path: str | None, env: Mapping[str, str]) -> Mistake:
    if mistake.code != "unreadable" or path or env.get(VARIABLE):
        return mistake
    message = f"{mistake.message}; name a config with --config or ${VARIABLE}"
    return Mistake(file=mistake.file, line=mistake.line, col=mistake.col, path="", code=mistake.code, message=message)


def _in_environment(mistake: Mistake, applied: Mapping[documents.Loc, str]) -> Mistake:
    for loc, variable in applied.items():
        dotted = documents.dotted(loc)
        if mistake.path == dotted or mistake.path.startswith(dotted + "."):
            return Mistake(
                file=f"${variable}", line=1, col=1, path=mistake.path,
                code=mistake.code, message=mistake.message, hint=mistake.hint,
            )  # fmt: skip
    return mistake
