"""What a command needs that reads, pauses or asks the daemon: where the state, the pause file and the log are, and no
more.

Invariant: a mistake elsewhere in the config takes no command away. What cannot be read of these few keys is named in
`spoilt`, and nothing is guessed in its place. A config that cannot be read at all gives the defaults, and `assumed`
says so.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from remediator.config import loading
from remediator.config.connections import AbsolutePath, Name, default_section
from remediator.config.documents import documents, overrides
from remediator.config.models import AuditConfig, Config, DatabaseConfig, Sections, no_sections
from remediator.model.content.specs import Mistake

KEYS: Final = ("cloud", "state_dir", "pause_file", "database", "audit")
OWNED_BY_OTHERS: Final = ("writable_by_others", "owned_by_others", "too_many_links")
_TOP: Final = re.compile(rf"(?m)^({'|'.join(KEYS)})[ \t]*:.*$")


class _Keys(BaseModel):
    """The few keys, each with its default; what else there is in the file is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    cloud: Name = "(no name)"
    state_dir: AbsolutePath = "/var/lib/remediator"
    pause_file: AbsolutePath = "/etc/remediator/PAUSE"
    database: DatabaseConfig = default_section()
    audit: AuditConfig = default_section()


@dataclass(frozen=True, slots=True, kw_only=True)
class Essentials:
    """The few keys as far as they can be read, and every mistake that was found on the way.

    `trusted` is False where others may write the file: what it names may be read, and is neither written nor removed.
    """

    file: str
    cloud: str
    state_dir: str
    pause_file: str
    database: DatabaseConfig
    audit: AuditConfig
    hosts: tuple[str, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    spoilt: frozenset[str] = frozenset()
    assumed: bool = False
    trusted: bool = True
    config: Config | None = None
    """The whole config, where it has no mistake."""


def read(path: str | None, env: Mapping[str, str] | None = None, sections: Sections = no_sections) -> Essentials | None:
    """Return the essentials of the config at `path`, or of the default place; None when there is no such file."""
    variables = os.environ if env is None else env
    where = loading.find(path, variables)
    config, mistakes = loading.read_config(path, variables, sections)
    if config is not None:
        inline = config.inventory.hosts
        return Essentials(
            file=str(where), cloud=config.cloud, state_dir=config.state_dir, pause_file=config.pause_file,
            database=config.database, audit=config.audit, hosts=tuple(sorted(inline or ())), config=config,
        )  # fmt: skip
    if _absent(where):
        return None
    document = documents.read(where, trusted=True)
    trusted = not any(mistake.code in OWNED_BY_OTHERS and not mistake.path for mistake in mistakes)
    spoilt: set[str] = set()
    assumed = False
    if isinstance(document.data, dict):
        data = {name: value for name, value in document.data.items() if name in KEYS and value is not None}
    else:
        data, spoilt, assumed = _by_line(where)
    overrides.apply(data, variables, Config)
    keys, wrong = _checked({name: value for name, value in data.items() if name in KEYS})
    return Essentials(
        file=str(where), cloud=keys.cloud, state_dir=keys.state_dir, pause_file=keys.pause_file,
        database=keys.database, audit=keys.audit, mistakes=tuple(mistakes),
        spoilt=frozenset(spoilt | wrong), assumed=assumed, trusted=trusted,
    )  # fmt: skip


def _absent(where: Path) -> bool:
    """Return whether there is certainly no such file. One that we may not look at may be there."""
    try:
        os.lstat(where)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _by_line(where: os.PathLike[str]) -> tuple[dict[str, Any], set[str], bool]:
    """Return what single lines of a file that is not YAML as a whole say of the keys, those they spoil, and whether
    nothing could be read at all."""
    try:
        with open(where, encoding="utf-8", errors="replace") as file:
            text = file.read(documents.MAX_BYTES)
    except OSError:
        return {}, set(), True
    data: dict[str, Any] = {}
    spoilt: set[str] = set()
    for found in _TOP.finditer(text):
        read = documents.parse(found[0], str(where)).data
        value = read.get(found[1]) if isinstance(read, dict) else None
        if value is None or found[1] in data:
            spoilt.add(found[1])
        else:
            data[found[1]] = value
    return data, spoilt, False


def _checked(data: dict[str, Any]) -> tuple[_Keys, set[str]]:
    """Return the keys of `data`, the default in the place of each that is wrong, and the names of those."""
    try:
        return _Keys.model_validate(data), set()
    except ValidationError as error:
        wrong = {str(each["loc"][0]) for each in error.errors(include_url=False)}
        return _Keys.model_validate({name: value for name, value in data.items() if name not in wrong}), wrong
