"""`POST /hooks/nagios`: read, normalise, hand to the loop, and answer 202 only when the loop has committed.

Invariant: what got a 202 is stored. Every other end (queue full, store refused, no answer in time) is a 503 with
Retry-After. The key makes a repetition harmless, so the sender may always try again.
"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import Future
from typing import Final

from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from remediator.model.messages.hooks import CannotStore, CannotTake, EnginePort, Hint, NotTaken, QueueFull, Taken
from remediator.web import doorkeeper, problems, tokens
from remediator.web.errors import Refusal
from remediator.web.hooks import bodies, hints

COMMIT_TIMEOUT_S: Final = 5.0
RETRY_AFTER_S: Final = 5
MAX_KEY: Final = 255


class NagiosHook:
    """An ASGI application of one route. Plain ASGI: at thousands of posts a second the framework's share is half."""

    def __init__(self, port: EnginePort) -> None:
        self._port = port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            content_type, given_key = _head(scope["headers"])
            body = bodies.parse(await bodies.read(receive), content_type)
            sender: tokens.Token = scope[doorkeeper.TOKEN]
            hint = hints.from_nagios(body, sender=sender.name, now_s=time.time(), given_key=given_key)
            taken = await _committed(_submitted(self._port, hint))
        except Refusal as refusal:
            await problems.response(refusal, close=refusal.status in (408, 413))(scope, receive, send)
            return
        duplicate = "true" if taken.duplicate else "false"
        answer = Response(f'{{"event":"{taken.event}","duplicate":{duplicate}}}', 202, media_type="application/json")
        await answer(scope, receive, send)


def route(port: EnginePort) -> Route:
    """Return the hook's route over the loop behind `port`."""
    return Route("/hooks/nagios", NagiosHook(port), methods=["POST"])


def _head(headers: list[tuple[bytes, bytes]]) -> tuple[str, str]:
    """Return Content-Type and Idempotency-Key, empty when not sent. Raise Refusal 400 if the key is too long."""
    content_type = given_key = ""
    for name, value in headers:
        if name == b"content-type":
            content_type = value.decode("latin-1")
        elif name == b"idempotency-key":
            given_key = value.decode("latin-1").strip()
    if len(given_key) > MAX_KEY:
        raise Refusal(400, f"the Idempotency-Key header has {len(given_key)} characters; at most {MAX_KEY}")
    return content_type, given_key


def _submitted(port: EnginePort, hint: Hint) -> Future[Taken]:
    try:
        return port.submit(hint)
    except QueueFull:
        raise Refusal(503, "too many hints wait to be stored; nothing was taken", retry_after_s=RETRY_AFTER_S) from None
    except CannotStore:
        raise Refusal(503, "the store refuses writes; nothing was taken", retry_after_s=RETRY_AFTER_S) from None


async def _committed(promised: Future[Taken]) -> Taken:
    """Wait for the commit. The loop's future is never cancelled: it belongs to the loop, which will still resolve
    it."""
    waiting = asyncio.wrap_future(promised)
    done, _ = await asyncio.wait((waiting,), timeout=COMMIT_TIMEOUT_S)
    if not done:
        waiting.add_done_callback(_nobody_waits)
        raise Refusal(
            503,
            f"not stored within {COMMIT_TIMEOUT_S:.0f} s; sending it again is harmless",
            retry_after_s=RETRY_AFTER_S,
        )
    try:
        return waiting.result()
    except CannotTake as error:
        raise Refusal(400, f"nothing was taken: {error}") from None
    except NotTaken as error:
        raise Refusal(503, f"nothing was taken: {error}", retry_after_s=RETRY_AFTER_S) from None
    except CannotStore:
        raise Refusal(503, "the store refuses writes; nothing was taken", retry_after_s=RETRY_AFTER_S) from None


def _nobody_waits(late: asyncio.Future[Taken]) -> None:
    """Take the outcome of a commit that came too late for its sender, so that an error in it is not reported twice."""
    if not late.cancelled():
        late.exception()
