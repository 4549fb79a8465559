"""For all rings: a test belongs to the ring whose directory it lies in, and a run takes those that it wants
(`tests/rings/selection.py`)."""

from __future__ import annotations

import os

import pytest

from tests.rings import selection


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    selection.select(config, items, os.environ)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    selection.record(report, os.environ)
