"""What a check judges and a runbook acts on. Every target names its hosts; an empty list is not a target."""

from __future__ import annotations

from dataclasses import dataclass

HOST = "host"
CONTAINER = "container"
CLUSTER = "cluster"
"""The kinds that the core itself knows: ``host/H``, ``container/H/NAME``, ``cluster/NAME``. Integrations declare others
(model.manifest.kinds): ``KIND/H``."""


class BadTarget(ValueError):
    """The text does not name a target."""

    def __init__(self, text: str, why: str) -> None:
        self.text = text
        super().__init__(f"not a target: {text!r}: {why}")


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """A target by its text form and the hosts it stands on (at least one, sorted)."""

    text: str
    hosts: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.hosts:
            raise BadTarget(self.text, "it names no host")
        parts = self.text.split("/")
        wanted = 3 if parts[0] == CONTAINER else 2
        if not parts[0].isidentifier() or len(parts) != wanted or not all(parts):
            raise BadTarget(self.text, "expected KIND/NAME, or container/HOST/NAME")

    def __str__(self) -> str:
        return self.text

    @property
    def kind(self) -> str:
        return kind_of(self.text)

    @property
    def name(self) -> str:
        """The last part: the container of ``container/H/NAME``, the host of ``host/H``, the name of
        ``cluster/NAME``."""
        return self.text.rsplit("/", 1)[1]

    @property
    def host(self) -> str:
        """The host of a target that stands on exactly one. Raise BadTarget otherwise."""
        if len(self.hosts) != 1:
            raise BadTarget(self.text, "it stands on more than one host")
        return self.hosts[0]


def kind_of(text: str) -> str:
    """Return the kind of the target that `text` names."""
    return text.partition("/")[0]


def on_host(host: str) -> Target:
    return Target(f"host/{host}", (host,))


def container(host: str, name: str) -> Target:
    return Target(f"container/{host}/{name}", (host,))


def member(kind: str, host: str) -> Target:
    """Return the target ``KIND/HOST`` of a kind that an integration declares."""
    return Target(f"{kind}/{host}", (host,))


def cluster(name: str, hosts: tuple[str, ...]) -> Target:
    return Target(f"cluster/{name}", tuple(sorted(hosts)))
