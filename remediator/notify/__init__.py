"""How a human hears of it: one notifier a file, each sends one notification or says in one sentence why it did not.

Invariant: a notifier is called in a pool thread, is bounded in time, keeps nothing, and no secret of its config is in an error.
Each notification once, and again when it failed: that is the outbox's part (store, daemon), not this room's.
"""

from remediator.notify.building import build
from remediator.notify.errors import NotifyFailed
from remediator.notify.interface import Notifier

__all__ = ["Notifier", "NotifyFailed", "build"]
