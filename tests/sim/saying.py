"""What hosts say in place of the truth: a change of a section of each of their next replies."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.sim.walked import Walked

Change = Callable[[Any], object]


def says(cloud: Walked, host: str, section: str, change: Change) -> None:
    """Let `host` say what `change` makes of the data of `section`, or returns in its place; every other host speaks the
    truth."""
    says_also(cloud, {(host, section): change})


def says_also(cloud: Walked, changes: dict[tuple[str, str], Change]) -> None:
    """As `says`, of several hosts or sections at once."""

    def rewrite(host: str, body: bytes) -> bytes:
        reply = json.loads(body)
        for (_, section), change in ((key, each) for key, each in changes.items() if key[0] == host):
            said = reply["sections"][section]
            replaced = change(said["data"])
            if replaced is not None:
                said["data"] = replaced
        return json.dumps(reply).encode()

    cloud.simulation.luck.rewrite = rewrite
