"""How a request or the HTTP server fails, one sentence a class. Nothing here carries a token or a body."""

from __future__ import annotations


class WebError(Exception):
    """Base of this room's errors."""


class CannotListen(WebError):
    """The configured address cannot be bound."""

    def __init__(self, address: str, why: str) -> None:
        self.address = address
        super().__init__(f"cannot listen on {address}: {why}; change http.bind or stop what holds the port")


class TlsUnusable(WebError):
    """The certificate or the key of `http.tls` cannot be used."""

    def __init__(self, key: str, path: str, why: str) -> None:
        self.path = path
        super().__init__(f"{key}: {path} {why}")


class NotStarted(WebError):
    """The server thread did not come up in time."""

    def __init__(self, address: str, waited_s: float) -> None:
        self.address = address
        super().__init__(
            f"the HTTP server on {address} did not start within {waited_s:.0f} s; see the log for the cause"
        )


class BadAddress(WebError):
    """`http.bind` is not HOST:PORT."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"http.bind: {text!r} is not HOST:PORT, for example 127.0.0.1:8087 or [::1]:8087")


class Refusal(WebError):
    """A request that is answered with an error; it becomes one `application/problem+json` body.

    `byte` is the offset in the body where reading failed; `retry_after_s` becomes the Retry-After header.
    """

    def __init__(self, status: int, detail: str, *, byte: int | None = None, retry_after_s: int | None = None) -> None:
        self.status = status
        self.detail = detail
        self.byte = byte
        self.retry_after_s = retry_after_s
        super().__init__(detail)
