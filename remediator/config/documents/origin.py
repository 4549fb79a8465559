"""Where each value of a config comes from: the file, the environment, or the default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from remediator.config.documents.documents import Document, Loc, dotted


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Origin:
    """`document` is the file as read; `overrides` maps the path of a value to the variable that set it."""

    document: Document = field(default_factory=lambda: Document(file="<none>"))
    overrides: Mapping[Loc, str] = field(default_factory=dict)

    def source(self, loc: Loc) -> str:
        """Return ``env NAME``, ``FILE:LINE`` or ``default`` for the value at `loc`."""
        for size in range(len(loc), 0, -1):
            if loc[:size] in self.overrides:
                return f"env {self.overrides[loc[:size]]}"
        if loc in self.document.places:
            return f"{self.document.file}:{self.document.place(loc).line}"
        return "default"

    def __repr__(self) -> str:
        return f"Origin({self.document.file}, {[dotted(loc) for loc in self.overrides]})"
