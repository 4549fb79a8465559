"""The HTTP door's part of the config, as one frozen record: the rest of this room never sees the config itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from remediator.config import Config, SecretError
from remediator.web.errors import BadAddress
from remediator.web.rate import Rate
from remediator.web.tokens import Token, known


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """Paths of a certificate chain and its key."""

    certificate: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """`bind` is HOST:PORT (port 0: any free one). `trusted_proxies` may set X-Forwarded-For and -Proto."""

    bind: str = "127.0.0.1:8087"
    tokens: tuple[Token, ...] = ()
    tls: Tls | None = None
    trusted_proxies: tuple[str, ...] = ()
    rate: Rate = field(default_factory=Rate)


def split_address(text: str) -> tuple[str, int]:
    """Return host and port of ``HOST:PORT`` or ``[V6]:PORT``. Raise BadAddress."""
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isdigit() or int(port) > 65535:
        raise BadAddress(text)
    return host, int(port)


def readable(config: Config) -> tuple[tuple[Token, ...], dict[str, str]]:
    """Return the tokens of `config` that can be read now, and for each of the others, by its name, why it cannot."""
    found, unreadable = [], {}
    for entry in config.tokens:
        try:
            found.append(known(entry.name, entry.token.resolve().get_secret_value(), entry.scopes))
        except (SecretError, ValueError) as error:
            unreadable[entry.name] = str(error)
    return tuple(found), unreadable


def from_config(config: Config) -> WebSettings:
    """Return the settings in `config`, with the tokens' digests. Raise SecretError if a token cannot be read."""
    return WebSettings(
        bind=config.http.bind,
        tokens=tuple(
            known(entry.name, entry.token.resolve().get_secret_value(), entry.scopes) for entry in config.tokens
        ),
        tls=Tls(certificate=config.http.tls.cert, key=config.http.tls.key) if config.http.tls else None,
        trusted_proxies=config.http.trusted_proxies,
    )
