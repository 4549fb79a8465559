"""The container engine that kolla's globals name: ``globals.yml``, then ``globals.d/`` by name, the last one wins.

Kolla hands them to Ansible as extra variables, so they go before every variable of the inventory
(kolla_ansible/ansible.py,
2023.1 to 2025.1). A key that stands twice counts as Ansible counts it: the last one. Invariant: a file that is there
and
cannot be read is a failure, since it may name the engine.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from remediator.inventory.errors import InventoryUnreadable

KEY = "kolla_container_engine"
ENGINES = ("docker", "podman")
STANDARD = Path("/etc/kolla")
SUFFIXES = (".yml", ".yaml", ".json")
MOST_BYTES = 4 << 20
SAY_IT = "or say which engine it is: inventory.engine in our config"
_MERGE = "tag:yaml.org,2002:merge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Globals:
    """What was found. `folder` None: there are no globals; `engine` None: they do not name one; `file` is the one that
    does."""

    folder: str | None = None
    engine: str | None = None
    file: str = ""


NONE = Globals()


def read(inventory: Path, standard: Path = STANDARD) -> Globals:
    """Return the globals beside `inventory`, else those in `standard`. Raise InventoryUnreadable with the file."""
    source = str(inventory)
    for folder in (inventory.parent, standard):
        files = list(_files(source, folder))
        if not files:
            continue
        found = [(engine, str(file)) for file in files if (engine := _engine(source, file)) is not None]
        if not found:
            return Globals(folder=str(folder))
        return Globals(folder=str(folder), engine=found[-1][0], file=found[-1][1])
    return NONE


def _files(source: str, folder: Path) -> Iterator[Path]:
    """Yield the globals in `folder`, in the order in which kolla hands them over."""
    first, more = folder / "globals.yml", folder / "globals.d"
    if _is_there(source, first):
        yield first
    if not _is_there(source, more):
        return
    try:
        names = sorted(name for name in os.listdir(more) if name.endswith(SUFFIXES))
    except OSError as error:
        raise _unreadable(source, more, error) from None
    yield from (more / name for name in names if not (more / name).is_dir())


def _is_there(source: str, path: Path) -> bool:
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise _unreadable(source, path, error) from None
    return True


def _unreadable(source: str, path: Path, error: OSError) -> InventoryUnreadable:
    why = f"{path}, which may name the container engine, cannot be read: {error.strerror}"
    return InventoryUnreadable(source, why, f"let our account read it, {SAY_IT}")


def _engine(source: str, file: Path) -> str | None:
    """Return the engine that `file` names; None: it names none. Raise InventoryUnreadable."""

    def wrong(why: str, line: int | None = None) -> InventoryUnreadable:
        place = str(file) if line is None else f"{file}:{line}"
        return InventoryUnreadable(source, f"{place}: {why}", f"mend it, {SAY_IT}")

    try:
        with open(file, "rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise _unreadable(source, file, error) from None
    if len(raw) > MOST_BYTES:
        raise wrong(f"larger than {MOST_BYTES >> 20} MiB")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise wrong(f"not UTF-8 text (byte {error.start})") from None
    if text.startswith("$ANSIBLE_VAULT"):
        raise wrong(f"vaulted as a whole, so that {KEY} cannot be read")
    try:
        top = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise wrong(f"not YAML: {error.problem}", line) from None
    except (YAMLError, RecursionError) as error:
        raise wrong(f"not YAML: {' '.join(str(error).split())[:160]}") from None
    if top is None or (isinstance(top, ScalarNode) and not top.value):
        return None  # every line of the file that kolla ships is a comment
    if not isinstance(top, MappingNode):
        raise wrong("should be a mapping (key: value)")
    found = _last(top)
    if found is None:
        return None
    key, node = found
    line = key.start_mark.line + 1
    if not isinstance(node, ScalarNode):
        raise wrong(f"{KEY} is no text", line)
    if str(node.tag) == "!vault":
        raise wrong(f"{KEY} is vaulted", line)
    if "{{" in node.value and str(node.tag) != "!unsafe":
        raise wrong(f"{KEY} is a template ({node.value[:80]}), which only a playbook can fill in", line)
    if node.value not in ENGINES:
        raise wrong(f"{KEY} is {node.value[:80]!r}, and not one of {', '.join(ENGINES)}", line)
    return str(node.value)


def _last(mapping: Any) -> Any:
    """Return (key, value) of the last key that is ours; what ``<<`` merges in counts when the mapping has none
    itself."""
    own = [(key, value) for key, value in mapping.value if str(key.tag) != _MERGE and key.value == KEY]
    if own:
        return own[-1]
    merged = [value for key, value in mapping.value if str(key.tag) == _MERGE]
    parts = [part for value in merged for part in (value.value if isinstance(value, SequenceNode) else [value])]
    return next((found for part in parts if isinstance(part, MappingNode) if (found := _last(part)) is not None), None)
