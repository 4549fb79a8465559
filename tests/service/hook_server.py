"""The HTTP door on loopback over a loop in memory, and a client that says exactly what goes over the wire."""

from __future__ import annotations

import contextlib
import http.client
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from remediator.web import app, rate, server, settings, tokens
from tests.service.loop_port import MemoryLoop

INGEST = "ingest-only-for-tests"
READ = "read-only-for-tests"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

PROBLEM: Mapping[str, str] = {
    "type": "PROBLEM", "host": "cmp1", "service": "nova-compute", "state": "CRITICAL", "state_type": "HARD",
    "attempt": "3/3", "output": "CRITICAL - not running", "problem_id": "1", "event_id": "1", "downtime_depth": "0",
    "notification_id": "1", "last_change": "1795410491",
}  # fmt: skip


@dataclass
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Door:
    """A running server: `loop` is what stands behind it."""

    loop: MemoryLoop
    address: str

    def ask(self, method: str, path: str, body: Any = None, token: str | None = INGEST, **headers: str) -> Answer:
        """Send one request on a connection of its own. Header names are given with `_` for `-`."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        connection = http.client.HTTPConnection(self.address, timeout=15)
        try:
            connection.request(method, path, body=body, headers=sent)
            reply = connection.getresponse()
            return Answer(reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read())
        finally:
            connection.close()

    def post(self, body: Any, token: str | None = INGEST, content_type: str = JSON, **headers: str) -> Answer:
        raw = body if isinstance(body, (bytes, str)) else json.dumps(body)
        return self.ask("POST", "/hooks/nagios", raw, token, Content_Type=content_type, **headers)


@contextlib.contextmanager
def door(limit: rate.Rate | None = None, **loop: Any) -> Iterator[Door]:
    """Serve on a free port of loopback for the time of the block."""
    behind = MemoryLoop(**loop)
    wanted = settings.WebSettings(
        bind="127.0.0.1:0",
        tokens=(tokens.known("nagios", INGEST, ["ingest"]), tokens.known("scraper", READ, ["read"])),
        rate=limit or rate.Rate(),
    )
    running = server.WebServer(app.create_app(behind, wanted), wanted)
    running.start()
    try:
        yield Door(behind, running.address)
    finally:
        running.stop(5.0)
        behind.close()
