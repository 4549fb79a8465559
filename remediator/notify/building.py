"""From the config's `notify:` to notifiers. Secrets stay references until a notification leaves."""

from __future__ import annotations

from remediator.config import Config, SecretError
from remediator.config.connections import CommandNotifier, WebhookNotifier
from remediator.config.secrets import Secret
from remediator.notify.command import Command
from remediator.notify.errors import NotifyFailed
from remediator.notify.interface import Notifier
from remediator.notify.webhook import Webhook


def build(config: Config) -> list[Notifier]:
    """Return one notifier for each entry of `notify:`, in its order."""
    return [one(entry) for entry in config.notify]


def one(entry: WebhookNotifier | CommandNotifier) -> Notifier:
    """Return the notifier of one entry."""
    if isinstance(entry, CommandNotifier):
        return Command(entry.name, entry.argv)
    return Webhook(entry.name, entry.url, None if entry.secret is None else _Resolved(entry.name, entry.secret))


class _Resolved:
    """Reads a secret when it is needed; one that cannot be read is a notification that was not sent."""

    def __init__(self, notifier: str, secret: Secret) -> None:
        self._notifier = notifier
        self._secret = secret

    def __call__(self) -> str:
        try:
            return self._secret.resolve().get_secret_value()
        except SecretError as error:
            raise NotifyFailed(self._notifier, str(error)) from None
