"""How a human hears of it: one notifier a file. Each sends one notification, or says in one sentence why it did not.

Invariant: a notifier is called in a pool thread, is bounded in time, keeps nothing, and puts no secret of its config
into an error. Sending each notification once, and again after a failure, is the outbox's part (store, daemon).
"""

from remediator.notify.building import build
from remediator.notify.errors import NotifyFailed
from remediator.notify.interface import Notifier

__all__ = ["Notifier", "NotifyFailed", "build"]
