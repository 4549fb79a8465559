"""For all rings: a test belongs to the ring whose directory it lies in, and none is left out for want of a mark; tests marked ``on(host)`` can
be run host by host, so that hosts of the lab are worked on side by side.

`REMEDIATOR_ON` names a host: everything that is not marked for it is left to another process.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(item.path.relative_to(HERE).parts[0])
    host = os.environ.get("REMEDIATOR_ON")
    if not host:
        return
    chosen: list[pytest.Item] = []
    left: list[pytest.Item] = []
    for item in items:
        mark = item.get_closest_marker("on")
        (chosen if mark is not None and mark.args == (host,) else left).append(item)
    config.hook.pytest_deselected(items=left)
    items[:] = chosen
