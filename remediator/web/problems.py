"""Errors over HTTP as RFC 9457 `application/problem+json`: `type, title, status, detail`, and `byte` for bad JSON."""

from __future__ import annotations

import http
import json
from typing import Any

from starlette.responses import Response

from remediator.web.errors import Refusal

MEDIA_TYPE = "application/problem+json"


def response(refusal: Refusal, *, close: bool = False) -> Response:
    """Return the answer to a refused request. `close` ends the connection, for bodies that were not read to their
    end."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": http.HTTPStatus(refusal.status).phrase,
        "status": refusal.status,
        "detail": refusal.detail,
    }
    if refusal.byte is not None:
        body["byte"] = refusal.byte
    headers = {}
    if refusal.retry_after_s is not None:
        headers["retry-after"] = str(refusal.retry_after_s)
    if refusal.status == http.HTTPStatus.UNAUTHORIZED:
        headers["www-authenticate"] = 'Bearer realm="remediator"'
    if close:
        headers["connection"] = "close"
    return Response(json.dumps(body), status_code=refusal.status, headers=headers, media_type=MEDIA_TYPE)
