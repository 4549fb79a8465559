"""The errors of this room: each builds its own sentence and says what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from remediator.config.documents import mistakes
from remediator.model.content.specs import Mistake


class ConfigError(Exception):
    """The config or content cannot be used. `mistakes` are all mistakes that were found, at least one."""

    def __init__(self, found: Sequence[Mistake]) -> None:
        self.mistakes = tuple(found)
        more = f" (and {len(found) - 1} more: remediator validate)" if len(found) > 1 else ""
        super().__init__(mistakes.to_text(found[0]).splitlines()[0] + more if found else "no config")


class SecretError(Exception):
    """A secret cannot be read. The message names where it should come from, never its value."""

    def __init__(self, name: str, why: str) -> None:
        self.name = name
        super().__init__(f"secret {name}: {why}")
