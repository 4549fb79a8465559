"""Galera under kolla: each member over SQL, from its unit and its files, and the cluster; and the recovery of a lost
cluster.

Package `judgement` has the judgement, `facts`, `logs` and `watermark` its evidence, `actions` and `steps` its
procedures. See `fields.py` for what conditions read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any

from remediator.integrations.galera import assess, cluster
from remediator.integrations.galera.actions import pc_bootstrap, recover, start, start_lone, upgrade
from remediator.integrations.galera.facts import leavings
from remediator.integrations.galera.facts.answer import SQL
from remediator.integrations.galera.facts.canaries import CANARIES
from remediator.integrations.galera.facts.host import GALERA
from remediator.integrations.galera.settings import Settings
from remediator.integrations.galera.steps import scripts
from remediator.integrations.galera.watermark import marks
from remediator.model.hosts import Host
from remediator.model.manifest.integration import DirectSpec, Integration, MarkSpec, SectionSpec
from remediator.model.messages.replies import HostReply
from remediator.model.values import Unknown

SETTINGS = ("group", "port", "user", "password", "volume", "canaries", "copy", "snapshot")
COPIES = ("files", "datadir")
REMOTE = ("remote.py", "remote_who.py", "remote_users.py")
NO_WAY = ("sql_unreachable", "sql_timeout")
"""No answer that may be the network's fault: then the inventory's address is a second way, and its answer counts where
it gives one."""


def build(config: Mapping[str, Any]) -> Integration:
    """Return the integration. Every setting is optional: ``group`` (mariadb), ``port`` (3306), ``user`` (monitor).
    ``password`` is a resolved secret: text, or an object with ``get_secret_value``; without a password SQL is UNKNOWN.
    ``volume`` is the data directory on the host. ``canaries`` are tables ``schema.table`` whose rows are counted before
    and after a bootstrap. ``copy`` is ``files``, or ``datadir`` for a whole copy before a bootstrap. ``snapshot`` is an
    argv that runs on the chosen member before a bootstrap. Raise ValueError with the setting and the remedy."""
    unknown = sorted(set(config) - set(SETTINGS))
    if unknown:
        raise ValueError(f"integrations.galera: unknown setting {unknown[0]!r}; known: {', '.join(SETTINGS)}")
    group, port = str(config.get("group", cluster.MARIADB)), int(config.get("port", 3306))
    user, password = str(config.get("user", "monitor")), config.get("password")
    if config.get("copy", "files") not in COPIES:
        raise ValueError(f"integrations.galera.copy is one of {', '.join(COPIES)}, not {config.get('copy')!r}")
    volume = config.get("volume")
    volume = volume.rstrip("/") if isinstance(volume, str) else volume
    if volume is not None and re.fullmatch(scripts.PATH, str(volume)) is None:
        raise ValueError(f"integrations.galera.volume is an absolute path of plain characters, not {volume!r}")
    tables = _texts(config, "canaries")
    _texts(config, "snapshot")
    word = (
        None
        if password is None
        else password.get_secret_value()
        if hasattr(password, "get_secret_value")
        else str(password)
    )

    def status(host: Host) -> Mapping[str, str] | Unknown:
        if word is None:
            return Unknown("sql_not_configured")
        from remediator.integrations.galera import (
            sql,  # loaded while the hosts answer: a check has other things to do first
        )

        return by_two_ways(host, lambda address: sql.wsrep_status(address, port, user, word))

    def rows(host: Host) -> Mapping[str, int | Unknown]:
        from remediator.reach import mysql

        return mysql.canary_counts(host.api_address or host.address, port, user, str(word), tables)

    direct = [DirectSpec(kind=SQL, fetch=status)]
    if tables and word is not None:
        direct.append(DirectSpec(kind=CANARIES, fetch=rows))
    return Integration(
        name="galera",
        sections=(SectionSpec(kind=GALERA, timeout_s=5.0, memory_mb=128),),
        remote_source=remote_source(),
        assessments=assess.ASSESSMENTS,
        actions=(
            *start.ACTIONS,
            *recover.actions(config),
            *start_lone.ACTIONS,
            *pc_bootstrap.ACTIONS,
            *upgrade.ACTIONS,
        ),
        direct=direct,
        dials=dials,
        request={"galera_volume": volume},
        applies=lambda host: group in host.groups,
        left=leavings.on_host,
        marks={
            "galera.cluster": MarkSpec(fold=marks.fold, accept=marks.accepted),
            "galera.node": upgrade.NOTHING_KEPT,
        },
        settings=Settings,
        kinds=(cluster.KIND,),
        domains=(cluster.DOMAIN,),
        services=(cluster.DATABASE,),
        containers=(cluster.CONTAINER,),
        watched=cluster.WATCHED,
        simulation=simulation,
    )


def simulation() -> object:
    """Return what plays Galera in the cloud in memory."""
    from remediator.integrations.galera.sim.technology import TECHNOLOGY  # loaded by a simulator alone

    return TECHNOLOGY


def by_two_ways(host: Host, ask: Callable[[str], Mapping[str, str] | Unknown]) -> Mapping[str, str] | Unknown:
    """Return the member's answer at the address where it says that it listens; where nothing leads there, its answer at
    the inventory's address. A port that refuses there proves nothing of the member, so only an answer counts from the
    second way."""
    answer = ask(host.api_address or host.address)
    if not isinstance(answer, Unknown) or answer.reason not in NO_WAY or host.api_address in (None, host.address):
        return answer
    second = ask(host.address)
    return answer if isinstance(second, Unknown) else second


def dials(reply: HostReply) -> str | None:
    """Return the one address at which MariaDB on the host of `reply` takes clients (``bind-address``), if that address
    is the host's own. None: MariaDB takes clients at all addresses, or nobody knows."""
    told = reply.facts(GALERA)
    found = told if isinstance(told, Unknown) else told.who
    if isinstance(found, Unknown) or isinstance(found.addresses, Unknown):
        return None
    return found.binds if found.binds in found.addresses else None


def remote_source() -> str:
    """Return what runs on a host: its files in one text."""
    return "\n\n".join(resources.files(__package__).joinpath(name).read_text("utf-8") for name in REMOTE)


def _texts(config: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = config.get(name) or ()
    if isinstance(value, str) or not all(isinstance(one, str) for one in value):
        raise ValueError(f"integrations.galera.{name} is a list of texts, not {value!r}")
    return tuple(value)
