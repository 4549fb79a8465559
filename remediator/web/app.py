"""The HTTP application put together: routes over the loop, behind the doorkeeper, every error a problem document."""

from __future__ import annotations

import http

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

import remediator
from remediator.model.messages.hooks import EnginePort
from remediator.web import health, metrics, problems
from remediator.web.doorkeeper import Doorkeeper
from remediator.web.errors import Refusal
from remediator.web.hooks import nagios
from remediator.web.settings import WebSettings
from remediator.web.tokens import Ring


def create_app(port: EnginePort, settings: WebSettings, ring: Ring | None = None) -> FastAPI:
    """Return the application over the loop behind `port`. Its only state is the rate limiter's and `ring`.

    `ring`: the tokens that open the door; those of `settings` unless given.
    """
    app = FastAPI(
        title="remediator", version=remediator.__version__, docs_url=None, redoc_url=None, redirect_slashes=False
    )
    app.router.routes.append(nagios.route(port))
    app.include_router(health.router(port))
    app.include_router(metrics.router(port))
    app.add_middleware(Doorkeeper, known=ring or Ring(settings.tokens), rate=settings.rate)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(Exception, _failed)
    return app


async def _refused(request: Request, error: Exception) -> Response:
    """A path or method we do not have."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    answer = problems.response(
        Refusal(status, f"{request.method} {request.url.path}: {http.HTTPStatus(status).phrase}")
    )
    if isinstance(error, HTTPException) and error.headers:
        answer.headers.update(error.headers)
    return answer


async def _failed(request: Request, _: Exception) -> Response:
    """A mistake of ours: the log has it (uvicorn writes the traceback), the sender learns that nothing was taken."""
    return problems.response(Refusal(500, "an error of remediator itself; its log has the details"))
