"""The notifier `webhook`: POST the notification as JSON, signed when there is a secret.

Invariants. It makes at most ATTEMPTS requests of TIMEOUT_S each. Redirects are not followed: a signed alarm goes where
the config says or nowhere. An error names host and status, never the path (chat services put their secret there), the
body or the secret.
"""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any, Final

import remediator
from remediator.notify import interface, signing
from remediator.notify.errors import NotifyFailed

TIMEOUT_S: Final = 5.0
ATTEMPTS: Final = 3
FIRST_WAIT_S: Final = 0.5
RETRIED: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
READ_LIMIT: Final = 4096


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class Webhook:
    """Posts to `url`. `secret` is asked for at each sending, so that a rotated secret needs no restart."""

    def __init__(self, name: str, url: str, secret: Callable[[], str] | None, *, timeout_s: float = TIMEOUT_S) -> None:
        self.name = name
        self._url = url
        self._secret = secret
        self._timeout_s = timeout_s
        # No proxy from the environment: an alarm takes the way the config says.
        self._opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))

    def send(self, notification: Mapping[str, Any]) -> None:
        """Post the notification, and again after a pause when the receiver was unreachable or not able. Raise
        NotifyFailed.
        """
        body = interface.encoded(notification)
        wait_s = FIRST_WAIT_S
        for attempt in range(1, ATTEMPTS + 1):
            failed = self._post(body)
            if failed is None:
                return
            why, again = failed
            if not again or attempt == ATTEMPTS:
                raise NotifyFailed(
                    self.name, f"{self._host}: {why}" + (f" ({attempt} attempts)" if attempt > 1 else "")
                )
            time.sleep(wait_s)
            wait_s *= 2

    @property
    def _host(self) -> str:
        return urllib.parse.urlsplit(self._url).hostname or "no host"

    def _post(self, body: bytes) -> tuple[str, bool] | None:
        """Return None when it was taken, else the reason and whether another attempt makes sense."""
        headers = {"Content-Type": "application/json", "User-Agent": f"remediator/{remediator.__version__}"}
        if self._secret is not None:
            headers[signing.HEADER] = signing.signature(self._secret(), body, int(time.time()))
        try:
            request = urllib.request.Request(self._url, data=body, headers=headers, method="POST")
            with self._opener.open(request, timeout=self._timeout_s) as answer:
                answer.read(READ_LIMIT)
        except urllib.error.HTTPError as error:
            with error:
                return f"answered {error.code}", error.code in RETRIED
        except TimeoutError:
            return f"no answer within {self._timeout_s:.0f} s", True
        except urllib.error.URLError as error:
            if isinstance(error.reason, TimeoutError):
                return f"no answer within {self._timeout_s:.0f} s", True
            return _said(error.reason), True
        except (OSError, http.client.HTTPException) as error:
            return _said(error), True
        except ValueError:
            return "the url cannot be used; see notify in the config", False
        return None


def _said(error: object) -> str:
    text = getattr(error, "strerror", None) or type(error).__name__
    return str(text)[:200]
