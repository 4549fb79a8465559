"""The files that a config names, as they lie on this machine: are they there, and whom do they belong to?

What is not there is a note: `validate` may run on another machine, and by another account, than the daemon. What others
may change, and a secret that others may read, is a mistake: it could make the daemon act, or act in its name. Nothing
is opened.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from remediator.config.connections import CommandNotifier, WebhookNotifier
from remediator.config.documents import mistakes
from remediator.config.documents.documents import Loc
from remediator.config.models import Config
from remediator.config.ownership import holders
from remediator.config.secrets import Secret
from remediator.model.content.specs import Mistake


def notes(config: Config) -> tuple[Mistake, ...]:
    """Return a note for each file that is missing, TLS key that others may read, and token sent in the clear."""
    found = [*_ssh(config), *_http(config), *_notifiers(config), *_secrets(config)]
    return tuple(config.origin.document.mistake(loc, mistakes.NOTE, text) for loc, text in found)


def refused(config: Config) -> list[Mistake]:
    """Return a mistake for each file or directory that others may change, and for each secret that others may read."""
    known = holders.with_owner_of(config.state_dir, holders.trusted())
    document = config.origin.document
    found = []
    for loc, path in _keys(config):
        found.append((loc, path, holders.fault(path, known, secret=True)))
    for loc, path in _secret_paths(config):
        found.append((loc, path, holders.fault(path, known, secret=not holders.is_closed(path))))
    for loc, path in _shown_paths(config):
        found.append((loc, path, holders.fault(path, known)))
    found.append((("pause_file",), config.pause_file, holders.above(config.pause_file, known)))
    return [document.mistake(loc, wrong.code, f"{path} {wrong.text}") for loc, path, wrong in found if wrong]


def _keys(config: Config) -> Iterator[tuple[Loc, str]]:
    """Yield what only its owner may read, wherever it lies: OpenSSH takes no other key either."""
    yield ("ssh", "read"), config.ssh.read
    yield ("ssh", "act"), config.ssh.act


def _secret_paths(config: Config) -> Iterator[tuple[Loc, str]]:
    """Yield what nobody else may be able to read. In a directory that is closed to others an open mode is a note."""
    for loc, secret in secrets(config):
        if secret.file is not None:
            yield loc, secret.file


def _shown_paths(config: Config) -> Iterator[tuple[Loc, str]]:
    """Yield what others may read and may not change."""
    yield ("ssh", "known_hosts"), config.ssh.known_hosts
    yield ("state_dir",), config.state_dir
    yield ("audit", "checkpoints"), str(Path(config.audit.checkpoints).parent)
    for index, folder in enumerate(config.content):
        yield ("content", index), folder
    if config.http.tls is not None:
        yield ("http", "tls", "cert"), config.http.tls.cert
        yield ("http", "tls", "key"), config.http.tls.key
    for index, entry in enumerate(config.notify):
        if isinstance(entry, CommandNotifier):
            yield ("notify", index, "argv", 0), entry.argv[0]
    if config.inventory.kolla is not None:
        for path in _of_inventory(config.inventory.kolla):
            yield ("inventory", "kolla"), path


def _of_inventory(path: str) -> Iterator[str]:
    """Yield the inventory and the variables beside it: the folders alone, whoever may write a file in them may write
    there."""
    yield path
    folder = path if os.path.isdir(path) else os.path.dirname(path)
    for name in ("group_vars", "host_vars", "globals.yml", "globals.d"):
        if os.path.lexists(os.path.join(folder, name)):
            yield os.path.join(folder, name)


def secrets(config: Config) -> Iterator[tuple[Loc, Secret]]:
    """Yield every secret that the config names, with its place."""
    for index, entry in enumerate(config.notify):
        if isinstance(entry, WebhookNotifier) and entry.secret is not None:
            yield ("notify", index, "secret"), entry.secret
    for index, token in enumerate(config.tokens):
        yield ("tokens", index, "token"), token.token
    for name in type(config.integrations).model_fields:
        part = getattr(config.integrations, name)
        for field in type(part).model_fields if part is not None else ():
            value = getattr(part, field)
            if isinstance(value, Secret):
                yield ("integrations", name, field), value
    if isinstance(config.database.url, Secret):
        yield ("database", "url"), config.database.url


def _ssh(config: Config) -> Iterator[tuple[Loc, str]]:
    yield from _there(("ssh", "read"), config.ssh.read, "no host can be asked without it")
    yield from _there(("ssh", "act"), config.ssh.act, "nothing can be done on a host without it")
    yield from _there(("ssh", "known_hosts"), config.ssh.known_hosts, "a host whose key is not in it is not asked")


def _http(config: Config) -> Iterator[tuple[Loc, str]]:
    if config.http.tls is not None:
        yield from _there(("http", "tls", "cert"), config.http.tls.cert, "the daemon does not start without it")
        yield from _there(("http", "tls", "key"), config.http.tls.key, "the daemon does not start without it")
        yield from _readable(("http", "tls", "key"), config.http.tls.key)
    elif config.http.is_open:
        yield ("http", "plaintext_ok"), f"{config.http.bind} is open to others, and tokens can be read on the way"


def _notifiers(config: Config) -> Iterator[tuple[Loc, str]]:
    for index, entry in enumerate(config.notify):
        if isinstance(entry, CommandNotifier):
            path, loc = entry.argv[0], ("notify", index, "argv", 0)
            missing = list(_there(loc, path, f"{entry.name} tells nobody"))
            yield from missing
            if not missing and not os.access(path, os.X_OK):
                yield loc, f"{path} cannot be executed: {entry.name} tells nobody"


def _secrets(config: Config) -> Iterator[tuple[Loc, str]]:
    for loc, secret in secrets(config):
        if secret.file is not None:
            yield from _there(loc, secret.file, _without(config, loc))
            yield from _readable(loc, secret.file)


def _without(config: Config, loc: Loc) -> str:
    """Return what cannot be done without the secret at `loc`."""
    if loc[0] == "notify":
        return f"{config.notify[int(loc[1])].name} tells nobody"
    return (
        f"{loc[1]} cannot be asked without it" if loc[0] == "integrations" else "the daemon does not start without it"
    )


def _readable(loc: Loc, path: str) -> Iterator[tuple[Loc, str]]:
    """Yield a note where others may read a secret and that is no mistake: a TLS key often has a group (`ssl-cert`), and
    what lies in a directory that is closed to others is read by nobody."""
    found = holders.itself(path, holders.trusted(), secret=True)
    if found is not None and found.code == "readable_by_others":
        yield loc, f"{path} {found.text}"


def _there(loc: Loc, path: str, without: str) -> Iterator[tuple[Loc, str]]:
    try:
        os.stat(path)
    except FileNotFoundError:
        yield loc, f"{path} does not exist on this machine: {without}"
    except NotADirectoryError:
        yield loc, f"{path} lies below a file: {without}"
    except OSError as error:
        yield loc, f"{path} cannot be looked at from this account: {os.strerror(error.errno or 0)}"
