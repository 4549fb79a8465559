"""What is no request is refused at the socket, with the reason; nothing of it reaches the loop."""

from __future__ import annotations

import pytest

from remediator.daemon.asked import NoRequest, parse

pytestmark = pytest.mark.unit


def test_a_request_is_its_op_and_its_args() -> None:
    assert parse(b'{"op": "pause", "args": {"reason": "\xc3\xbc"}}\n') == ("pause", {"reason": "ü"})
    assert parse(b'{"op": "status"}') == ("status", {})


@pytest.mark.parametrize(
    ("received", "said"),
    [
        (b'{"op": "pause", "args": {"reason": "\\ud800"}}', "half of a character"),
        (b'{"op": "pause", "args": {"\\udfff": 1}}', "half of a character"),
        (b"[" * 60_000, "nested too deeply"),
        (b'{"op": "x", "args": {"a": ' + b"[" * 60_000, "nested too deeply"),
        (b'{"op": "silence-add", "args": {"for_s": 1e999}}', "1e999 is no number"),
        (b'{"op": "silence-add", "args": {"for_s": NaN}}', "NaN is no number"),
        (b'{"op": "silence-add", "args": {"for_s": ' + b"9" * 400 + b"}}", "a number of 400 digits"),
        (b'{"op": "pause", "args": [1]}', "one JSON object"),
        (b'{"op": "pause", "args": 7}', "one JSON object"),
        (b"[]", "one JSON object"),
        (b"\xff\xfe", "one JSON object"),
        (b"", "one JSON object"),
    ],
)
def test_what_is_no_request_is_told_why(received: bytes, said: str) -> None:
    with pytest.raises(NoRequest, match=said):
        parse(received)
