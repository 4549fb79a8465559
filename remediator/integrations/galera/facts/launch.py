"""How a member is started, whom it talks to, and what a recovery has on its host. Pure.

Invariant: "no" is only what somebody looked for and did not find. `leftover` is False when the container, the process
and the configuration were all read and none of them bootstraps (GB-11). What could not be read is UNKNOWN.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.integrations import typed
from remediator.integrations.galera.membership import addresses
from remediator.model.kleene import Truth, any_of
from remediator.model.values import Unknown

BOOTSTRAP_HELPER, RECOVER_HELPER = "remediator_galera_bootstrap", "remediator_galera_recover"
"""The names of the two containers that a recovery runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Helper:
    """A container that a recovery made."""

    running: bool
    status: str
    exit_code: int | None
    started_at: str | None
    """As the engine says it."""
    run: str | None
    """The run that it belongs to: its label ``remediator.run``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inhibitor:
    """The drop-in with which a recovery keeps the unit from starting; `line` is its first line, the run and step."""

    exists: bool
    line: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """Each part is UNKNOWN where what it is read from gave no answer."""

    env_names: frozenset[str] | Unknown | None
    """Of container `mariadb`; None: there is no such container."""
    env_bootstrap: Truth
    """BOOTSTRAP_ARGS of the container asks for a new cluster."""
    args_bootstrap: Truth
    """The container's command asks for a new cluster."""
    process_bootstrap: Truth
    """A server that runs now was told to start a new cluster."""
    config_bootstrap: Truth
    """galera.cnf holds pc.bootstrap=yes; False also where there is no such file."""
    addresses: tuple[str, ...] | Unknown | None
    """The hosts of wsrep_cluster_address in galera.cnf; None: not set there."""
    helpers: Mapping[str, Helper | None] | Unknown
    """By name; None: there is no such container."""
    listening: Truth
    """Something on the host listens at the group's port."""
    peers: tuple[str, ...] | Unknown
    """Addresses with an established connection at the group's port, at most 64."""
    inhibitor: Inhibitor | Unknown
    users: tuple[str, ...] | Unknown
    """What uses the data directory besides the member's own container: containers, and servers in none, each in
    words."""
    signs: tuple[str, ...] | Unknown | None
    """Lines since the server's last start that `causes.signs` names; None: it has no log."""

    @property
    def leftover(self) -> Truth:
        """Something would make the member bootstrap at its next start, or did at its last (GB-11)."""
        return any_of((self.env_bootstrap, self.args_bootstrap, self.process_bootstrap, self.config_bootstrap))

    @property
    def listed(self) -> tuple[str, ...] | Unknown | None:
        """The members that galera.cnf names. The address of nobody (``0.0.0.0``) is as good as none (gcomm's
        start_prim)."""
        found = self.addresses
        if found is None or isinstance(found, Unknown):
            return found
        return () if found and addresses.is_any(found[0]) else found

    @property
    def names_nobody(self) -> Truth:
        """The member's list of members is empty: the member makes itself a Primary component at each start."""
        return self.listed if isinstance(self.listed, Unknown) else self.listed == ()


def parse(data: Any) -> Launch | Unknown:
    """Return what section `galera` says about it. A section that lacks a part leaves that part UNKNOWN."""
    return typed.read(data, "galera", _launch)


def _launch(data: Mapping[str, Any]) -> Launch:
    item = _container(data)
    config = data.get("config", _missing("config"))
    port = data.get("group_port", _missing("group_port"))
    if port is None:
        port = Unknown("too_many_connections")
    return Launch(
        env_names=_env_names(item),
        env_bootstrap=_asks(item, "env_bootstrap"),
        args_bootstrap=_asks(item, "args_bootstrap"),
        process_bootstrap=truth(data, "process_bootstrap", "too_many_processes"),
        config_bootstrap=config if isinstance(config, Unknown) else bool(config and typed.flag(config, "bootstrap")),
        addresses=config if isinstance(config, Unknown) else _addresses(config),
        helpers=item if isinstance(item, Unknown) else _helpers(data),
        listening=port if isinstance(port, Unknown) else typed.flag(port, "listening"),
        peers=port if isinstance(port, Unknown) else typed.texts(port, "peers"),
        inhibitor=_inhibitor(data.get("hold", _missing("hold"))),
        users=_users(data),
        signs=_signs(data),
    )


def truth(data: Mapping[str, Any], key: str, why: str) -> Truth:
    """Return the flag at `key`; UNKNOWN when it is null (for `why`) or not there."""
    if key not in data:
        return _missing(key)
    return Unknown(why) if data[key] is None else typed.flag(data, key)


def _missing(key: str) -> Unknown:
    return Unknown(f"not_collected:galera.{key}")


def _container(data: Mapping[str, Any]) -> Mapping[str, Any] | Unknown | None:
    """Return what is known of container `mariadb`; None: there is none; UNKNOWN: the engine did not say."""
    if "engine_reason" not in data:
        return _missing("container")
    if data["engine_reason"] is not None:
        return Unknown(typed.text(data, "engine_reason"))
    return None if data["container"] is None else typed.table(data, "container")


def _env_names(item: Mapping[str, Any] | Unknown | None) -> frozenset[str] | Unknown | None:
    if item is None or isinstance(item, Unknown):
        return item
    return frozenset(typed.texts(item, "env_names"))


def _asks(item: Mapping[str, Any] | Unknown | None, key: str) -> Truth:
    if isinstance(item, Unknown):
        return item
    return item is not None and typed.flag(item, key)


def _helpers(data: Mapping[str, Any]) -> dict[str, Helper | None]:
    return {name: _helper(one) for name, one in typed.table(data, "helpers").items()}


def _addresses(config: Mapping[str, Any] | None) -> tuple[str, ...] | None:
    return None if config is None or config["addresses"] is None else typed.texts(config, "addresses")


def _helper(item: Any) -> Helper | None:
    if item is None:
        return None
    return Helper(
        running=typed.flag(item, "running"),
        status=typed.text(item, "status"),
        exit_code=typed.whole_or_none(item, "exit_code"),
        started_at=typed.text_or_none(item, "started_at"),
        run=typed.text_or_none(item, "run"),
    )


def _inhibitor(item: Any) -> Inhibitor | Unknown:
    if isinstance(item, Unknown):
        return item
    return Inhibitor(exists=typed.flag(item, "exists"), line=typed.text_or_none(item, "line"))


def _users(data: Mapping[str, Any]) -> tuple[str, ...] | Unknown:
    if "users" not in data:
        return _missing("users")
    return Unknown("users_of_data") if data["users"] is None else typed.texts(data, "users")


def _signs(data: Mapping[str, Any]) -> tuple[str, ...] | Unknown | None:
    if "signs" not in data:
        return _missing("signs")
    return None if data["signs"] is None else typed.texts(data, "signs")
