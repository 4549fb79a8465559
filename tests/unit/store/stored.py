"""Rows of a store as an older release left them: recorded JSON, never made by the code of today."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[2] / "golden" / "stored" / "before-typed-values.json"


@functools.cache
def _recorded() -> dict[str, Any]:
    return dict(json.loads(FILE.read_text()))


def row(name: str) -> dict[str, Any]:
    """Return a copy of the recorded row `name`, its plan put back in its place."""
    recorded = _recorded()
    found: dict[str, Any] = json.loads(json.dumps(recorded["rows"][name]))
    if "plan" in found and found["plan"] is not None:
        found["plan"] = json.loads(json.dumps(recorded["plans"][found["plan"]]))
    return found
