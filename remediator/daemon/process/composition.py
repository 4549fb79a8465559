"""From a config to the parts that a daemon, or a command without one, is made of. Loads, connects nothing, decides
nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from remediator import inventory as inventories
from remediator.config import Config, load_config
from remediator.config.documents import mistakes as mistakes_of
from remediator.content import load_content, places
from remediator.daemon.state.wire import Reloaded
from remediator.integrations import registry
from remediator.model.content.specs import Content, Mistake
from remediator.model.hosts import Inventory
from remediator.model.manifest.integration import Integration
from remediator.model.manifest.together import Manifests


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything that comes from the config alone."""

    config: Config
    inventory: Inventory
    integrations: Manifests
    content: Content
    broken: Mapping[str, str] = field(default_factory=dict)
    """Integrations of others that cannot be used, with a sentence why."""


class ContentWrong(Exception):
    """The content has mistakes; nothing was loaded."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(mistakes_of.to_text(each) for each in mistakes))


class NeedsRestart(Exception):
    """A part of the config changed that a running daemon cannot change."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} changed: that needs a restart of the daemon; the old config stays")


def load(config: Config) -> Parts:
    """Return the parts of `config`; what is broken of integrations of others goes to the log. Raise ContentWrong,
    InventoryError or SecretError: one sentence each."""
    inventory = inventories.load(config)
    integrations = registry.load(config)
    content, spoilt = content_of(config, inventory, integrations)
    broken = {**integrations.broken, **spoilt}
    if broken:
        import structlog  # takes its time, and hardly ever is there anything to say

        for why in broken.values():
            structlog.get_logger("remediator").error("integration_broken", cloud=config.cloud, reason=why)
    return Parts(config=config, inventory=inventory, integrations=integrations, content=content, broken=broken)


def content_of(config: Config, inventory: Inventory, integrations: Manifests) -> tuple[Content, dict[str, str]]:
    """Return all content, without that of a package whose own has mistakes, and a sentence for each of those.

    Raise ContentWrong with every mistake of the others.
    """
    content, mistakes = load_content(None, integrations, config, inventory)
    spoilt: dict[str, str] = {}
    dirs = places.content_dirs(config, integrations)
    for directory in dirs if content is None else ():
        wrong = [each for each in mistakes if Path(each.file).is_relative_to(directory.path)]
        if directory.brought_by and wrong:
            spoilt[directory.brought_by] = f"integration {directory.brought_by}: {mistakes_of.to_text(wrong[0])}"
    if spoilt:
        left = [each for each in dirs if each.brought_by not in spoilt]
        content, mistakes = load_content(left, integrations, config, inventory)
    if content is None:
        raise ContentWrong(mistakes)
    return content, spoilt


RenewTokens = Callable[[Config], tuple[Mapping[str, str], ...]]
RenewSecrets = Callable[[Mapping[str, Integration]], None]


def reloaded(
    path: str | None,
    before: Config,
    renew_tokens: RenewTokens = lambda _: (),
    renew_secrets: RenewSecrets = lambda _: None,
) -> Reloaded:
    """Load everything anew. What is not valid, or cannot be changed in a running daemon, leaves the old config in
    place.

    The tokens are read anew in any case, by the config that is in force afterwards: what was withdrawn stops working at
    once.
    """
    try:
        config = load_config(path, os.environ, registry.sections)
        for name in (
            "cloud",
            "state_dir",
            "pause_file",
            "audit",
            "database",
            "ssh",
            "http",
            "notify",
            "log",
            "integrations",
        ):
            if getattr(config, name) != getattr(before, name):
                raise NeedsRestart(name)
        parts = load(config)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the new config, the old one must stay and say why
        return Reloaded(config=None, content=None, inventory=None, error=str(error), tokens=renew_tokens(before))
    renew_secrets(parts.integrations)
    tokens = renew_tokens(config)
    return Reloaded(
        config=parts.config, content=parts.content, inventory=parts.inventory, broken=parts.broken, tokens=tokens
    )
