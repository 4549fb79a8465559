"""The files that a config names, as they lie on this machine: are they there, and may others read or change them?

Notes, never mistakes: `validate` may run on another machine, and by another account, than the daemon. Nothing is opened.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from remediator.config import mistakes
from remediator.config.connections import CommandNotifier, WebhookNotifier
from remediator.config.documents import Loc
from remediator.config.models import Config
from remediator.config.secrets import Secret
from remediator.model.content import Mistake

_READ_BY_OTHERS = stat.S_IRGRP | stat.S_IROTH
_WRITTEN_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH


def notes(config: Config) -> tuple[Mistake, ...]:
    """Return a note for each file that is not there, or that others may read or write and should not."""
    found = [*_ssh(config), *_http(config), *_notifiers(config), *_secrets(config), *_inventory(config)]
    return tuple(config.origin.document.mistake(loc, mistakes.NOTE, text) for loc, text in found)


def _ssh(config: Config) -> Iterator[tuple[Loc, str]]:
    for name, what in (
        ("read", "no host can be asked without it"),
        ("act", "nothing can be done on a host without it"),
    ):
        yield from _private(("ssh", name), getattr(config.ssh, name), what)
    yield from _there(("ssh", "known_hosts"), config.ssh.known_hosts, "a host whose key is not in it is not asked")


def _http(config: Config) -> Iterator[tuple[Loc, str]]:
    if config.http.tls is not None:
        yield from _there(("http", "tls", "cert"), config.http.tls.cert, "the daemon does not start without it")
        yield from _private(("http", "tls", "key"), config.http.tls.key, "the daemon does not start without it")
    elif config.http.is_open:
        yield ("http", "plaintext_ok"), f"{config.http.bind} is open to others, and tokens can be read on the way"


def _notifiers(config: Config) -> Iterator[tuple[Loc, str]]:
    for index, entry in enumerate(config.notify):
        if isinstance(entry, CommandNotifier):
            path, loc = entry.argv[0], ("notify", index, "argv", 0)
            missing = list(_there(loc, path, f"{entry.name} tells nobody"))
            yield from missing
            if not missing and _mode(path) is not None and not os.access(path, os.X_OK):
                yield loc, f"{path} cannot be executed: {entry.name} tells nobody"
            elif not missing:
                yield from _unchanged(loc, path)
        elif isinstance(entry, WebhookNotifier) and entry.secret is not None:
            yield from _secret(("notify", index, "secret"), entry.secret, f"{entry.name} tells nobody")


def _secrets(config: Config) -> Iterator[tuple[Loc, str]]:
    for index, token in enumerate(config.tokens):
        yield from _secret(("tokens", index, "token"), token.token, "the daemon does not start without it")
    for name in type(config.integrations).model_fields:
        part = getattr(config.integrations, name)
        for field in type(part).model_fields if part is not None else ():
            value = getattr(part, field)
            if isinstance(value, Secret):
                yield from _secret(("integrations", name, field), value, f"{name} cannot be asked without it")
    if isinstance(config.database.url, Secret):
        yield from _secret(("database", "url"), config.database.url, "the daemon does not start without it")


def _inventory(config: Config) -> Iterator[tuple[Loc, str]]:
    if config.inventory.kolla is not None:
        yield from _unchanged(("inventory", "kolla"), config.inventory.kolla)


def _secret(loc: Loc, secret: Secret, without: str) -> Iterator[tuple[Loc, str]]:
    if secret.file is not None:
        yield from _private(loc, secret.file, without)


def _private(loc: Loc, path: str, without: str) -> Iterator[tuple[Loc, str]]:
    missing = list(_there(loc, path, without))
    yield from missing
    mode = None if missing else _mode(path)
    if mode is not None and mode & (_READ_BY_OTHERS | _WRITTEN_BY_OTHERS):
        yield loc, f"{path} can be read by others (mode {stat.S_IMODE(mode):04o}): chmod 600 {path}"


def _unchanged(loc: Loc, path: str) -> Iterator[tuple[Loc, str]]:
    mode = _mode(path)
    if mode is not None and mode & _WRITTEN_BY_OTHERS:
        who = "anybody on this machine" if mode & stat.S_IWOTH else "its group"
        yield loc, f"{path} can be changed by {who} (mode {stat.S_IMODE(mode):04o}): chmod go-w {path}"


def _there(loc: Loc, path: str, without: str) -> Iterator[tuple[Loc, str]]:
    try:
        os.stat(path)
    except FileNotFoundError:
        yield loc, f"{path} does not exist on this machine: {without}"
    except NotADirectoryError:
        yield loc, f"{path} lies below a file: {without}"
    except OSError as error:
        yield loc, f"{path} cannot be looked at from this account: {os.strerror(error.errno or 0)}"


def _mode(path: str) -> int | None:
    """Return the mode of a file; None for what cannot be looked at, and for a directory where a file is meant."""
    try:
        return Path(path).stat().st_mode
    except OSError:
        return None
