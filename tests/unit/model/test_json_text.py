"""JSON from outside is read strictly, and what is refused is named with its byte."""

from __future__ import annotations

import contextlib
import json
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from remediator.model import json_text, names

pytestmark = pytest.mark.unit

HALF = "half of a character"


@pytest.mark.parametrize(
    ("body", "byte", "why"),
    [
        (rb'{"host":"zz\ud800"}', 11, HALF),
        (rb'{"host":"zz\uDFFF"}', 11, HALF),
        (rb'{"\udc00":1}', 2, HALF),
        (rb'{"a":{"b":["\ud800\ud800\udc00"]}}', 12, HALF),
        (rb'{"a":"\udc00\ud800"}', 6, HALF),
        (b'{"\xc3\xa9":"\\ud83d"}', 7, HALF),
        (b'{"a":"\xed\xa0\x80"}', 6, "not UTF-8"),
        (b'{"a":1e999}', 5, "larger than any number"),
        (b'{"a":-1e999}', 5, "larger than any number"),
        (b'{"a":NaN}', 5, "NaN is not JSON"),
        (b'{"a":}', 5, "Expecting value"),
        (b'{"a":' + b"[" * 40 + b"]" * 40 + b"}", 36, "nested more than 32 deep"),
        (b"[" * 100_000, 32, "nested more than 32 deep"),
        (b'{"a":"[[[","b":' + b'[{"c":' * 20_000, 106, "nested more than 32 deep"),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_what_cannot_be_read_is_named_with_its_byte(body: bytes, byte: int, why: str) -> None:
    with pytest.raises(json_text.BadJson, match=why) as refused:
        json_text.decode(body)
    assert refused.value.byte == byte


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (rb'"\ud83d\ude00"', "\U0001f600"),
        (rb'"\\ud800 is how it is written"', r"\ud800 is how it is written"),
        (rb'"\\\\ud800"', r"\\ud800"),
        (b'"a\tb\nc"', "a\tb\nc"),
        (b'{"a":[[{"b":1e300}]]}', {"a": [[{"b": 1e300}]]}),
        (b'["' + b"[" * 100 + b'"]', ["[" * 100]),
        (b"[" + b",".join([b"[]"] * 5000) + b"]", [[]] * 5000),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_what_can_be_read_is_read_as_it_is(body: bytes, value: Any) -> None:
    assert json_text.decode(body) == value


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.characters(categories=["Cs"]), st.lists, max_leaves=5
    )
)
def test_whatever_is_read_can_be_written_again(value: Any) -> None:
    for ascii_only in (True, False):
        body = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
        if "\\ud" in json.dumps(value):
            with contextlib.suppress(json_text.BadJson):
                json.dumps(json_text.decode(body), ensure_ascii=False).encode()
        else:
            assert json_text.decode(body) == value


def test_a_long_text_takes_time_as_it_is_long() -> None:
    def cpu_s(times: int) -> float:
        body = json.dumps(["\U0001f600" * times, [[]] * times]).encode()
        began = time.process_time()
        json_text.decode(body)
        return time.process_time() - began

    small, large = min(cpu_s(5_000) for _ in range(3)), min(cpu_s(40_000) for _ in range(3))
    assert large < 8 * 5 * small + 0.02


@pytest.mark.parametrize(
    ("text", "at"), [("", None), ("abc", None), ("zz\ud800", 2), ("\U0001f600ä", None), ("\udfff", 0)]
)
def test_the_first_place_that_cannot_be_stored(text: str, at: int | None) -> None:
    assert names.unstorable_at(text) == at
