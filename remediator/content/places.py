"""Where content comes from: shipped with the program, brought by the packages of integrations, then the directories of
the config.

Each place adds to the ones before, or overrides them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import remediator
from remediator.config import Config
from remediator.model.manifest.together import Manifests

KINDS = ("checks", "rules", "runbooks")
"""The folders of a content directory; each file in them has the folder's name as its one key."""
MAX_FILES = 1000
MAX_ENTRIES = 2000
"""Most checks, rules or runbooks, of each."""
MAX_BYTES = 4 * 1024 * 1024
"""Most bytes of all content together: `validate` and the daemon's start read that in seconds."""


@dataclass(frozen=True, slots=True)
class ContentDir:
    """One directory with the folders checks/, rules/ and runbooks/. Content that comes with a program is as trusted as
    that program.
    """

    path: Path
    shipped: bool = False
    brought_by: str = ""
    """The integration whose package has the directory. Such content adds to the shipped content and overrides nothing.
    """


def shipped() -> ContentDir:
    """Return the directory that comes with the program: in the wheel, or beside the package in a checkout."""
    package = Path(remediator.__file__).parent
    inside = package / "shipped"
    return ContentDir(inside if inside.is_dir() else package.parent, shipped=True)


def content_dirs(config: Config | None, integrations: Manifests) -> tuple[ContentDir, ...]:
    """Return all directories in the order in which they override each other, the weakest first."""
    named = tuple(ContentDir(Path(path)) for path in config.content) if config is not None else ()
    return (shipped(), *brought(integrations), *named)


def brought(integrations: Manifests) -> tuple[ContentDir, ...]:
    """Return the directories that came with the packages of integrations."""
    return tuple(
        ContentDir(one.content, shipped=True, brought_by=name)
        for name, one in sorted(integrations.installed.items())
        if one.content is not None
    )
