"""The parts of the config that say how the daemon reaches hosts, services and people."""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from remediator.config import addresses
from remediator.config.secrets import Secret

NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$"
Name = Annotated[str, Field(pattern=NAME)]
AbsolutePath = Annotated[str, Field(pattern=r"^/")]
Table = Annotated[str, Field(pattern=r"^[a-z0-9_]+\.[a-z0-9_]+$")]
Port = Annotated[int, Field(ge=1, le=65535)]
Address = Annotated[str, AfterValidator(addresses.address)]
Account = Annotated[str, AfterValidator(addresses.account)]
EngineName = Literal["docker", "podman"]
_BIND = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:\[\]]+):(\d{1,5})")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*\.?")
_REFERENCE_FORM = "write ADDRESS:PORT, like 192.0.2.1:22, '[2001:db8::1]:443' or ntp.example.net:123"
MAX_REFERENCES = 16
"""Each is dialled again and again, whether or not anything is broken."""


class Section(BaseModel):
    """A part of the config: read-only, and an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


def default_section() -> Any:
    """Return the field of a section that may be left out. Its defaults are read with the config, not at import."""
    return Field(default_factory=dict, validate_default=True)


def reference(text: str) -> tuple[str, int]:
    """Return host (without brackets) and port of ``IPV4:PORT``, ``[IPV6]:PORT`` or ``NAME:PORT``. Raise ValueError with
    a sentence if `text` is none of them."""
    host, colon, port = text.rpartition(":")
    if not colon or not host or text.endswith("]"):
        raise ValueError(f"{text!r} has no port; {_REFERENCE_FORM}")
    if not re.fullmatch(r"[0-9]{1,5}", port) or not 1 <= int(port) <= 65535:
        raise ValueError(f"{text!r} has no port from 1 to 65535 at its end")
    if host.startswith("[") and host.endswith("]"):
        if not _is_address(host[1:-1], 6):
            raise ValueError(f"{host[1:-1]!r} is not an IPv6 address")
        return host[1:-1], int(port)
    if ":" in host:
        raise ValueError(f"{text!r}: an IPv6 address stands in brackets, like '[2001:db8::1]:443'")
    if re.fullmatch(r"[0-9.]+", host) and not _is_address(host, 4):
        raise ValueError(f"{host!r} is not an IPv4 address")
    if _HOST_NAME.fullmatch(host) is None:
        raise ValueError(f"{host!r} is neither an address nor the name of a host")
    return host, int(port)


def _is_address(text: str, version: int) -> bool:
    try:
        return ipaddress.ip_address(text).version == version
    except ValueError:
        return False


def _read_reference(value: object) -> object:
    try:
        if not isinstance(value, str):
            raise ValueError(f"{value!r} is not text; {_REFERENCE_FORM}")
        reference(value)
    except ValueError as error:
        raise PydanticCustomError("bad_vantage", "{why}", {"why": str(error)}) from None
    return value


Reference = Annotated[
    str, BeforeValidator(_read_reference), WithJsonSchema({"type": "string", "pattern": ":[0-9]{1,5}$"})
]
"""A place beyond the hosts, to which a TCP connection opens unless the daemon itself is cut off."""


class HostEntry(Section):
    """One host of an inline inventory. What Kolla-Ansible's inventory says of a host passes the same checks."""

    address: Address
    groups: tuple[Name, ...] = ()
    engine: EngineName = "docker"
    port: Port | None = None
    user: Account | None = None
    api_address: Address | None = None
    vars: dict[str, str] = Field(default_factory=dict)


class InventoryConfig(Section):
    """Where the hosts come from: kolla's own inventory, or written down here. `aliases` maps a name from outside (of
    Nagios, a DNS name, an address) to its host, where neither the inventory nor the hosts tell it."""

    kolla: AbsolutePath | None = None
    engine: EngineName | None = None
    """Of kolla's hosts whose inventory does not say it. It stands in for kolla's globals, which are not read then."""
    hosts: dict[Name, HostEntry] | None = None
    aliases: dict[Annotated[str, Field(min_length=1, max_length=255)], Name] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_source(self) -> InventoryConfig:
        if (self.kolla is None) == (self.hosts is None):
            raise ValueError("give exactly one of kolla, hosts")
        if self.hosts is not None and not self.hosts:
            raise ValueError("hosts names no host")
        if self.hosts is not None and self.engine is not None:
            raise ValueError("engine belongs to kolla; each of hosts has an engine of its own")
        return self


class SshConfig(Section):
    """How hosts are reached: `read` is the collector's key, `act` the one for actions."""

    user: Account = "remediator"
    read: AbsolutePath = "/etc/remediator/ssh/read"
    act: AbsolutePath = "/etc/remediator/ssh/act"
    known_hosts: AbsolutePath = "/etc/remediator/ssh/known_hosts"
    port: Port = 22
    jump: str | None = None
    sudo: bool = True

    @field_validator("jump")
    @classmethod
    def _one_host(cls, value: str | None) -> str | None:
        if value is not None:
            addresses.jump(value)
        return value


class IntegrationsConfig(Section):
    """What the integrations need beyond SSH: each that is named here is loaded. `models.with_sections` adds one key for
    each."""

    def without_secrets(self) -> dict[str, dict[str, Any]]:
        """Return the settings of each integration that is named, for its factory, secrets left out: enough to
        validate."""
        named: dict[str, dict[str, Any]] = {}
        for name in type(self).model_fields:
            part: Section | None = getattr(self, name)
            if part is not None:
                values = {field.alias or key: getattr(part, key) for key, field in type(part).model_fields.items()}
                named[name] = {key: value for key, value in values.items() if not isinstance(value, Secret)}
        return named


class TlsConfig(Section):
    cert: AbsolutePath
    key: AbsolutePath


class HttpConfig(Section):
    """The web server. Loopback is no boundary on a kolla host: every route but /healthz needs a token. On an address
    that others reach, tokens go over TLS, or `plaintext_ok` says that they may be read on the way."""

    bind: str = "127.0.0.1:8087"
    tls: TlsConfig | None = None
    trusted_proxies: tuple[str, ...] = ()
    plaintext_ok: bool = False

    @field_validator("bind")
    @classmethod
    def _address(cls, value: str) -> str:
        found = _BIND.fullmatch(value)
        if found is None or not 0 <= int(found.group(2)) <= 65535:
            raise ValueError(f"{value!r} is not ADDRESS:PORT, like 127.0.0.1:8087 or [::1]:8087")
        return value

    @model_validator(mode="after")
    def _no_token_in_the_clear(self) -> HttpConfig:
        if self.is_open and self.tls is None and not self.plaintext_ok:
            raise PydanticCustomError(
                "plaintext",
                "bind {bind} is open to others, and without tls their tokens can be read on the way: "
                "set http.tls, bind "
                "127.0.0.1 behind a proxy, or say http.plaintext_ok: true",
                {"bind": self.bind},
            )
        return self

    @property
    def address(self) -> tuple[str, int]:
        """Host (without brackets) and port; port 0 lets the system choose."""
        host, _, port = self.bind.rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def is_open(self) -> bool:
        """Whether the address can be reached from elsewhere: a name counts as open, but for ``localhost``."""
        host, _ = self.address
        try:
            found = ipaddress.ip_address(host)
        except ValueError:
            return host.lower().rstrip(".") != "localhost"
        mapped = getattr(found, "ipv4_mapped", None)
        return not (mapped or found).is_loopback


class TokenConfig(Section):
    """A bearer token and what it may do. `approve` is never the one who asked."""

    name: Name
    scopes: Annotated[tuple[Literal["ingest", "read", "operate", "approve"], ...], Field(min_length=1)]
    token: Secret


class WebhookNotifier(Section):
    name: Name
    type: Literal["webhook"]
    url: Annotated[str, Field(pattern=r"^https?://")]
    secret: Secret | None = None


class CommandNotifier(Section):
    """A program that gets the message as JSON on stdin; no shell."""

    name: Name
    type: Literal["command"]
    argv: Annotated[tuple[str, ...], Field(min_length=1)]

    @field_validator("argv")
    @classmethod
    def _absolute(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value[0].startswith("/"):
            raise ValueError(f"{value[0]!r} is not an absolute path; $PATH is not searched")
        return value


Notifier = Annotated[WebhookNotifier | CommandNotifier, Field(discriminator="type")]
