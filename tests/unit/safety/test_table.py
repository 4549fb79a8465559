"""The docs show the guards as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from remediator.safety import table

pytestmark = pytest.mark.unit


def test_the_docs_have_the_table_of_the_code() -> None:
    text = (Path(__file__).parents[3] / "docs" / "safety.md").read_text()
    assert table.into(text) == text


def test_a_text_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="no <!-- guards"):
        table.into("nothing here")
