"""Galera under kolla: each member over SQL, from its unit and its files, and the cluster. See `fields.py`."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import Any

from remediator.integrations.galera import actions, assess
from remediator.integrations.galera.facts import SQL
from remediator.model.content import Integration, SectionSpec
from remediator.model.hosts import Host
from remediator.model.values import Unknown

SETTINGS = ("group", "port", "user", "password", "volume")


def build(config: Mapping[str, Any]) -> Integration:
    """Return the integration. Config, all optional: ``group`` (mariadb), ``port`` (3306), ``user`` (monitor), ``password``
    (a resolved secret: text, or an object with ``get_secret_value``; without one SQL is UNKNOWN), ``volume`` (the data
    directory on the host)."""
    unknown = sorted(set(config) - set(SETTINGS))
    if unknown:
        raise ValueError(f"integrations.galera: unknown setting {unknown[0]!r}; known: {', '.join(SETTINGS)}")
    group, port = str(config.get("group", "mariadb")), int(config.get("port", 3306))
    user, password = str(config.get("user", "monitor")), config.get("password")

    def sql(host: Host) -> Mapping[str, str] | Unknown:
        if password is None:
            return Unknown("sql_not_configured")
        from remediator.reach import mysql  # loaded while the hosts answer: a check has other things to do first

        word = password.get_secret_value() if hasattr(password, "get_secret_value") else str(password)
        return mysql.wsrep_status(host.api_address or host.address, port, user, word)

    return Integration(
        name="galera",
        sections=(SectionSpec(name="galera", timeout_s=5.0, memory_mb=128),),
        remote_source=resources.files(__name__).joinpath("remote.py").read_text("utf-8"),
        assessments=assess.ASSESSMENTS,
        actions=actions.ACTIONS,
        direct={SQL: sql},
        request={"galera_volume": config.get("volume")},
        applies=lambda host: group in host.groups,
    )
