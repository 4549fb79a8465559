"""Names that strangers send are remembered only while they are few and short: foreign text cannot fill the memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from remediator.web.hooks import macros, redaction

pytestmark = pytest.mark.unit

LONG = 100_000


def _body(mark: str) -> dict[str, str]:
    return {f"{mark}{number}" + "x" * LONG: "1" for number in range(3)}


@pytest.mark.parametrize(
    ("read", "kept"),
    [
        (macros.canonical, lambda: macros._plain.cache_info().currsize),
        (redaction.cut, lambda: redaction._named_secret.cache_info().currsize),
    ],
)
def test_a_long_name_is_not_remembered(read: Callable[[Mapping[str, Any]], Any], kept: Callable[[], int]) -> None:
    before = kept()
    read(_body("long"))
    assert kept() == before
    read({"a-new-short-name-" + read.__name__: "1"})
    assert kept() == before + 1


def test_a_long_name_is_redacted_like_a_short_one() -> None:
    name = "x" * LONG + "_password"
    assert redaction._value(name, "it is open") == redaction._value("password", "it is open") != "it is open"


def test_a_long_name_is_no_macro() -> None:
    assert macros.canonical({" " * LONG + "host": "ctl1", "HOSTNAME": "ctl2"}) == {"host": "ctl2"}
