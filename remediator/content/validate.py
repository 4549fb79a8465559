"""Every mistake in every file at once: the config, all content, and how they fit the inventory.

It changes nothing, reaches no host, and needs no secret: it may run on another machine than the daemon.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from remediator import inventory as inventories
from remediator.config import Config, loading
from remediator.config.documents import documents, mistakes
from remediator.config.documents.documents import Loc
from remediator.content import quoting
from remediator.content.loading import load_content
from remediator.content.places import ContentDir, content_dirs
from remediator.integrations import registry
from remediator.inventory import InventoryError
from remediator.model.content.specs import Content, Mistake
from remediator.model.hosts import Inventory
from remediator.model.manifest.together import Manifests


@dataclass(frozen=True, slots=True, kw_only=True)
class Validated:
    """The result: `mistakes` (an empty list: all is well), and `notes`, which are worth a line and are no mistakes.

    A note has the place and the form of a mistake, and the code ``note``.
    """

    mistakes: list[Mistake]
    notes: tuple[Mistake, ...] = ()
    config: Config | None = None
    content: Content | None = None


def validate(config_path: str | None, env: Mapping[str, str] | None = None) -> list[Mistake]:
    """Return every mistake in the config and in all content it names."""
    return examine(config_path, env).mistakes


def examine(config_path: str | None, env: Mapping[str, str] | None = None) -> Validated:
    """Return every mistake, and the notes. A broken config does not hide the mistakes of the content."""
    variables = os.environ if env is None else env
    config, found = loading.read_config(config_path, variables, registry.sections)
    where = loading.find(config_path, variables)
    inventory = _inventory(config, found) if config is not None else None
    integrations = _integrations(config, where, found)
    dirs = (*content_dirs(config, integrations), *(_dirs_of_broken(where) if config is None else ()))
    content, of_content = load_content(dirs, integrations, config, inventory)
    everything = mistakes.in_order([*found, *of_content])
    notes = (*_notes(config, integrations, inventory), *quoting.notes(dirs)) if config is not None else ()
    return Validated(mistakes=everything, notes=notes, config=config, content=content)


def _dirs_of_broken(where: Path) -> tuple[ContentDir, ...]:
    """Return the directories that a config with mistakes names, as far as it can be read."""
    data: Any = documents.read(where).data
    named = data.get("content") if isinstance(data, dict) else None
    usable = (
        [path for path in named if isinstance(path, str) and path.startswith("/")] if isinstance(named, list) else []
    )
    return tuple(ContentDir(Path(path)) for path in usable)


def _inventory(config: Config, found: list[Mistake]) -> Inventory | None:
    try:
        return inventories.load(config)
    except InventoryError as error:
        found += [config.origin.document.mistake(_source(config), "inventory", text) for text in error.sentences]
        return None


def _source(config: Config) -> Loc:
    """Return the place of what names the hosts."""
    return ("inventory", "kolla" if config.inventory.kolla is not None else "hosts")


def _integrations(config: Config | None, where: Path, found: list[Mistake]) -> Manifests:
    settings = config.integrations.without_secrets() if config is not None else {}
    document = config.origin.document if config is not None else documents.Document(file=str(where))
    try:
        loaded = registry.load(settings)
    except ValueError as error:
        found.append(document.mistake(("integrations",), "integration", str(error)))
        return registry.load({})
    for name, why in loaded.broken.items():
        loc = ("integrations", name) if name in settings else ("integrations",)
        found.append(document.mistake(loc, "integration", why))
    return loaded


def _notes(config: Config, integrations: Manifests, inventory: Inventory | None) -> tuple[Mistake, ...]:
    notes: list[tuple[Loc, str]] = [(("limits",), config.limits.resolved.note)]
    if inventory is not None:
        notes += [(_source(config), note) for note in inventory.notes]
    notes += [(("integrations",), text) for text in _unwatched(integrations, inventory)]
    if not config.notify:
        text = "nobody is told: notify names no notifier, so an escalation reaches only the log and the page"
        notes.append((("notify",), text))
    off = sorted(name for name, override in config.checks.items() if override.off)
    if off:
        notes.append((("checks",), f"switched off by the config: {', '.join(off)}"))
    return tuple(config.origin.document.mistake(loc, mistakes.NOTE, text) for loc, text in notes if text)


def _unwatched(integrations: Manifests, inventory: Inventory | None) -> list[str]:
    """Return a sentence for each technology that the inventory has and that the config does not name."""
    told = []
    for name, one in integrations.installed.items():
        if name in integrations or inventory is None or one.watched is None or not inventory.group(one.watched.group):
            continue
        told.append(
            f"{one.watched.title} is not watched: the group {one.watched.group} has hosts, but "
            f"integrations.{name} is not set"
        )
    return told
