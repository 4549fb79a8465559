"""What the script behind the act key knows of Galera: where its data may lie, and which of its programs take a path."""

from __future__ import annotations

from typing import Any

import pytest

from remediator.integrations.galera.actions import undo
from remediator.integrations.galera.steps import scripts
from tests.unit.packaging import wrapper

pytestmark = pytest.mark.unit
ACT: Any = wrapper.load()
WITH_A_PATH = [script for script in wrapper.scripts() if scripts.PATH in script.args]


def test_the_programs_that_take_a_path_are_known() -> None:
    assert {script.name for script in WITH_A_PATH} == {
        "galera-alone",
        "galera-save",
        "galera-copy",
        "galera-bootstrap",
        "galera-join",
    }
    assert ACT.DIRECTORY == scripts.PATH


def test_the_product_asks_for_no_directory_that_its_wrapper_does_not_know() -> None:
    assert set(undo.VOLUMES.values()) <= set(ACT.DATA)
