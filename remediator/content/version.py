"""One SHA-256 over everything that decides: the same version means the same behaviour. Comments do not count.

The programs of the actions count. A step that is built in its turn can become nothing else, and the hash of its plan
binds them by this version. The settings of the integrations count, since commands are built from them. Their secrets
are in it as references, never as values.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import remediator
from remediator.config import Config
from remediator.content.entries import Entries
from remediator.model.content.actions import ActionSpec
from remediator.model.content.judging import AssessSpec


def version_of(
    entries: Entries,
    config: Config | None,
    actions: Mapping[str, ActionSpec],
    assessments: Mapping[str, AssessSpec],
) -> str:
    """Return the version as hex: of all content, of the config's changes to it, of programs, settings and fields."""
    body: dict[str, Any] = {
        "program": remediator.__version__,
        "checks": {name: entry.raw for name, entry in entries.checks.items()},
        "rules": {name: entry.raw for name, entry in entries.rules.items()},
        "runbooks": {name: entry.raw for name, entry in entries.runbooks.items()},
        "overrides": {name: item.model_dump(mode="json") for name, item in config.checks.items()} if config else {},
        "integrations": config.integrations.model_dump(mode="json", by_alias=True) if config else {},
        "hold": config.limits.hold.model_dump(mode="json") if config else {},
        "actions": {name: _may(action) for name, action in actions.items()},
        "fields": {
            name: {key: kind.value for key, kind in assess.fields.items()} for name, assess in assessments.items()
        },
    }
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _may(action: ActionSpec) -> dict[str, Any]:
    """Return what `action` may do: all that its commands are made of but the words that evidence gives."""
    return {
        "risk": action.risk.name,
        "needs": [[need.name, need.text] for need in action.needs],
        "effect": action.effect.value,
        "takes_away_healthy": action.takes_away_healthy,
        "scripts": [[script.name, script.text, *script.args] for script in action.scripts],
        "programs": [list(argv) for argv in action.programs],
        "privileges": list(action.privileges),
        "debt": action.debt.describe if action.debt is not None else None,
    }
