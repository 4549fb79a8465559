"""`/healthz`: does the loop live? `/readyz`: could it act? Neither touches the store: the loop tells what it knows."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import JSONResponse

from remediator.model.messages.hooks import EnginePort

OLDEST_TICK_S: Final = 30.0
NEEDED: Final = ("database", "lease", "audit")


def router(port: EnginePort) -> APIRouter:
    routes = APIRouter()

    @routes.get("/healthz", summary="200 while the loop ticks; the only route without a token")
    async def healthz() -> JSONResponse:
        age_s = port.loop_age_s()
        return JSONResponse({"loop_age_s": round(age_s, 3)}, 200 if age_s <= OLDEST_TICK_S else 503)

    @routes.get("/readyz", summary="200 when store, lease and audit are whole; a pause is shown and does not count")
    async def readyz() -> JSONResponse:
        ready = {name: bool(value) for name, value in port.ready().items()}
        return JSONResponse(ready, 200 if all(ready.get(name, False) for name in NEEDED) else 503)

    return routes
