"""The body that a sender posted, as one flat mapping: JSON or a form. A body that cannot be read is refused, with the
byte.

Shell commands paste Nagios' macros into hand-made JSON, so raw control characters inside strings are tolerated (they
are cleaned later). Everything else that is not JSON is refused, and never guessed at. So is text that cannot be stored.
"""

from __future__ import annotations

import asyncio
import urllib.parse
from collections.abc import Mapping
from typing import Any, Final

from starlette.types import Receive

from remediator.model import json_text, names
from remediator.web.doorkeeper import MAX_BODY
from remediator.web.errors import Refusal
from remediator.web.hooks import macros

READ_TIMEOUT_S: Final = 10.0
"""A body that takes longer than this to arrive is given up with 408."""
MAX_FIELDS: Final = 500
FORM: Final = "application/x-www-form-urlencoded"


async def read(receive: Receive) -> bytes:
    """Return the whole body. Raise Refusal 413 beyond MAX_BODY, 408 when it comes too slowly, 400 when it was cut."""
    parts = bytearray()
    try:
        async with asyncio.timeout(READ_TIMEOUT_S):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Refusal(400, "the connection ended before the body did", byte=len(parts))
                parts += message.get("body", b"")
                if len(parts) > MAX_BODY:
                    raise Refusal(413, f"the body is larger than {MAX_BODY} bytes")
                if not message.get("more_body", False):
                    return bytes(parts)
    except TimeoutError:
        raise Refusal(408, f"the body did not arrive within {READ_TIMEOUT_S:.0f} s") from None


def parse(body: bytes, content_type: str) -> Mapping[str, Any]:
    """Given a body and its Content-Type, return its fields. Raise Refusal 400 with the byte, or 415.

    `curl -d '{...}'` announces a form when told nothing else, so a form that starts like an object is read as JSON.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind == FORM and not body.lstrip().startswith(b"{"):
        return _form(body)
    if kind and kind != FORM and "json" not in kind and kind != "text/plain":
        raise Refusal(415, f"cannot read {kind[:80]!r}; send application/json or {FORM}")
    return _json(body)


def _json(body: bytes) -> Mapping[str, Any]:
    try:
        value = json_text.decode(body)
    except json_text.BadJson as error:
        raise Refusal(400, f"not JSON that can be read, at byte {error.byte}: {error.why}", byte=error.byte) from None
    if not isinstance(value, dict):
        raise Refusal(400, "not a JSON object at byte 0: expected {...} with the macros as its members", byte=0)
    return value


def _form(body: bytes) -> Mapping[str, Any]:
    try:
        pairs = urllib.parse.parse_qsl(
            body.decode(),
            keep_blank_values=True,
            strict_parsing=True,
            max_num_fields=MAX_FIELDS,
            errors="surrogateescape",
        )
    except UnicodeDecodeError as error:
        raise Refusal(400, f"not UTF-8 at byte {error.start}: {error.reason}", byte=error.start) from None
    except ValueError as error:
        raise Refusal(400, f"not a form that can be read: {str(error)[:120]}", byte=0) from None
    found: dict[str, str] = {}
    for number, (name, value) in enumerate(pairs):
        name, text = _storable(body, number, name), _storable(body, number, value, of=name)
        if found.setdefault(name, text) != text and macros.decides(name):
            byte = _begins(body, number)
            why = f"{name[: macros.LONGEST_NAME]} stands twice, with two values, the second in the field at byte {byte}"
            raise Refusal(400, f"{why}: encode each value (curl --data-urlencode)", byte=byte)
    return found


def _begins(body: bytes, number: int) -> int:
    """Return the byte at which field `number` of a form begins."""
    return sum(len(field) + 1 for field in body.split(b"&")[:number])


def _storable(body: bytes, number: int, text: str, of: str | None = None) -> str:
    """Return a name or a value of field `number` of the form. Bytes that are not UTF-8 are replaced in what is only
    shown to people (the
    plugins of old systems write Latin-1). Raise Refusal 400 for them, with the byte at which the field begins, in what
    decides."""
    if names.unstorable_at(text) is None:
        return text
    if of is None or macros.decides(of):
        byte = _begins(body, number)
        what = "the name of a field" if of is None else of[: macros.LONGEST_NAME]
        raise Refusal(400, f"{what} is not UTF-8, in the field at byte {byte}", byte=byte)
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
