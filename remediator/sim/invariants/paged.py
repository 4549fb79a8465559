"""Which page a story means: by what it is about, and by its words only where nothing else tells it from others."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import ClassVar

from pydantic import ConfigDict

from remediator.model.records.pager_keys import PageKey, PageKind


@dataclass(frozen=True, slots=True)
class Paged:
    """`about`: how what its key has behind the kind begins. `target`: whom it is about. `says`: a name or a figure that
    its text has."""

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")
    kind: PageKind | None = None
    about: str = ""
    target: str = ""
    says: str = ""

    def is_one(self, key: str, body: str) -> bool:
        """Return whether the page that the outbox has as `key` and `body` is such a one."""
        if self.says not in body:
            return False
        read = PageKey.read(key)
        if self.kind is not None and read.kind is not self.kind:
            return False
        if self.about and not ":".join(read.parts).startswith(self.about):
            return False
        return not self.target or json.loads(body)["target"] == self.target

    def __str__(self) -> str:
        told = (
            self.kind.value if self.kind is not None else "",
            self.about,
            self.target,
            repr(self.says) if self.says else "",
        )
        return " ".join(word for word in told if word)


CALLS = (Paged(PageKind.RULE), Paged(PageKind.EARLY), Paged(PageKind.ASKS))
"""The pages that call a person: an incident is handed over, a run ended early, a held run asks."""
