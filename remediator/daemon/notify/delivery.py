"""Hands a notification to every configured notifier; when there is none the log is the last resort."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import structlog

log = structlog.get_logger("remediator")


class Notifying(Protocol):
    def send(self, notification: Mapping[str, Any]) -> None: ...


class SomeFailed(Exception):
    """At least one notifier did not take the notification; it will be offered to all again."""


class Delivery:
    """Called in a pool thread. A notifier that has already taken a notification gets it again only if another
    failed."""

    def __init__(self, notifiers: Sequence[Notifying]) -> None:
        self._notifiers = tuple(notifiers)

    def __call__(self, notification: Mapping[str, Any]) -> None:
        """Raise SomeFailed with one sentence per notifier that failed."""
        if not self._notifiers:
            log.error("nobody_notified", subject=notification.get("subject"), reason="notify: names no notifier")
            return
        failed = []
        for notifier in self._notifiers:
            try:
                notifier.send(notification)
            except Exception as error:  # noqa: BLE001 - one broken notifier must not keep the others from hearing
                failed.append(str(error))
        if failed:
            raise SomeFailed("; ".join(failed))
