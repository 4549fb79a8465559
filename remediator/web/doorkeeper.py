"""The one place that every HTTP request passes: who are you, may you, not too fast, not too big. Then the route.

Invariant: every path but `/healthz` needs a token, on loopback too (on a kolla host all containers share the host's
network). A path without an entry in the table below needs the scope `read`, so a new route is closed until somebody
opens it. All of it is decided from the head of the request: a refused body is never read.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from remediator.web import problems, tokens
from remediator.web.errors import Refusal
from remediator.web.rate import Limiter, Rate

MAX_BODY: Final = 1024 * 1024
"""Bytes; a larger body is answered 413."""

ONCE: Final = frozenset(
    {
        b"authorization",
        b"content-length",
        b"content-type",
        b"content-encoding",
        b"host",
        b"idempotency-key",
        b"transfer-encoding",
    }
)
"""Headers that decide something here: each may be sent once."""

OPEN: Final = frozenset({"/healthz"})
SCOPES: Final[Mapping[str, tokens.Scope]] = {"/hooks/nagios": tokens.Scope.INGEST}
TOKEN: Final = "remediator.token"
"""Where the route finds the `Token` in the ASGI scope."""


class Doorkeeper:
    """ASGI middleware. Given the known tokens and a rate, let a request pass or answer 401, 403, 429 or 413."""

    def __init__(self, app: ASGIApp, *, known: tokens.Ring, rate: Rate) -> None:
        self._app = app
        self._known = known
        self._limiter = Limiter(rate)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        try:
            self._admit(scope)
        except Refusal as refusal:
            await problems.response(refusal, close=True)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _admit(self, scope: Scope) -> None:
        path = scope["path"]
        authorization, length = _head(scope["headers"])
        if path not in OPEN:
            scope[TOKEN] = self._authenticate(path, authorization)
        if length is not None and length > MAX_BODY:
            raise Refusal(413, f"the body has {length} bytes; at most {MAX_BODY} are read")

    def _authenticate(self, path: str, authorization: str) -> tokens.Token:
        token = tokens.identify(self._known.tokens, authorization)
        if token is None:
            raise Refusal(401, "a known token is needed: send it as `Authorization: Bearer TOKEN`")
        wanted = SCOPES.get(path, tokens.Scope.READ)
        if wanted not in token.scopes:
            raise Refusal(403, f"the token {token.name!r} has no scope {wanted.value!r}, which {path} needs")
        wait_s = self._limiter.take(token.name, time.monotonic())
        if wait_s:
            raise Refusal(
                429, f"the token {token.name!r} sends too fast; try again in {wait_s} s", retry_after_s=wait_s
            )
        return token


def _head(headers: list[tuple[bytes, bytes]]) -> tuple[str, int | None]:
    """Return the Authorization header (empty without one) and the announced length of the body, None if not announced.

    Raise Refusal 400 for a head that can be read in two ways: which of two a proxy before us took is not known here.
    """
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in ONCE and name in found:
            raise Refusal(400, f"the head has {name.decode()} twice: send it once")
        found[name] = value
    announced = found.get(b"content-length")
    if announced is not None and b"transfer-encoding" in found:
        raise Refusal(400, "the head has both content-length and transfer-encoding: send one of them")
    length = None
    if announced is not None:
        length = int(announced) if announced.isdigit() and len(announced) < 19 else MAX_BODY + 1
    return found.get(b"authorization", b"").decode("latin-1"), length
