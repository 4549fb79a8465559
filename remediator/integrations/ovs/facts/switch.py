"""From the section `ovs` of one reply to frozen facts about the host's own switch: its database, settings,
bridges, and the interfaces that have errors. Pure.

Invariant: a host without Open vSwitch has `present` False, and nothing else is asked. What the database did not say is
UNKNOWN with how it answered. Nothing here was waited for: the database answers without ovs-vswitchd. Sources:
ovs-vswitchd.conf.db(5) for tables and columns; RFC 7047 for values; kolla-ansible roles/openvswitch for containers and
sockets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remediator.integrations import typed
from remediator.integrations.ovs.facts import answering, settings, values
from remediator.integrations.ovs.facts.answering import Answering, Reached
from remediator.integrations.ovs.facts.settings import Settings
from remediator.model.kleene import Truth
from remediator.model.manifest.sections import SectionKind
from remediator.model.messages.replies import HostReply
from remediator.model.values import Unknown

INTEGRATION_BRIDGE = "br-int"
MOST_BRIDGES = 256
MOST_ERRORS = 64
MOST_NAME = 64
MOST_ERROR = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceError:
    """An interface that the switch could not make, in its own words (``could not open network device tap1 (No such
    device)``)."""

    name: str
    error: str
    port_id: str | None
    """``external_ids:iface-id``: the Neutron port; None: it is nobody's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """One reply's section `ovs`."""

    present: bool
    """Open vSwitch is on this host, by its run directory or its configuration below /etc/kolla."""
    database: Reached
    """The local ovsdb-server."""
    vswitchd: Reached
    """Its way for commands; nothing else here waits for it."""
    settings: Settings | Unknown
    version: str | Unknown | None
    """Of Open vSwitch, as ovs-vswitchd wrote it at its start (``ovs_version``); None: it never did."""
    applied: Truth
    """ovs-vswitchd has applied all that was asked of it: ``cur_cfg`` is ``next_cfg``. False for a moment is normal."""
    bridges: tuple[str, ...] | Unknown
    errors: tuple[InterfaceError, ...] | Unknown
    """The first 64 by name; `errors_in_all` counts."""
    errors_in_all: int | Unknown

    @property
    def has_br_int(self) -> Truth:
        return self.bridges if isinstance(self.bridges, Unknown) else INTEGRATION_BRIDGE in self.bridges


def parse(data: Any) -> Switch | Unknown:
    """Return the facts in section `ovs`, or `Unknown` with its reason."""
    return typed.read(data, "ovs", _parsed)


def _parsed(data: Mapping[str, Any]) -> Switch:
    if not typed.flag(data, "present"):
        return ABSENT
    database = answering.parse(typed.table(data, "database"))
    why = database.unknown if not database.answers else _why(data)
    return Switch(
        present=True,
        database=database,
        vswitchd=answering.parse(typed.table(data, "vswitchd")),
        **_of_row(_row(data, why)),
        bridges=_bridges(data, why),
        errors=_errors(data, why),
        errors_in_all=why if data["errors"] is None else typed.whole(data, "errors_in_all"),
    )


def _why(data: Mapping[str, Any]) -> Unknown:
    """Return why a table is not there, by the database's own word."""
    told = typed.text_or_none(data, "why", MOST_ERROR)
    return Unknown(f"ovsdb: {told}" if told else "ovsdb: no such rows")


def _row(data: Mapping[str, Any], why: Unknown) -> Mapping[str, Any] | Unknown:
    """Return the one row of Open_vSwitch; UNKNOWN where there is none, or more than one."""
    if data["switch"] is None:
        return why
    rows = typed.items(data, "switch", 2)
    return typed.table({"row": rows[0]}, "row") if len(rows) == 1 else Unknown(f"ovsdb: {len(rows)} rows of the switch")


def _of_row(row: Mapping[str, Any] | Unknown) -> dict[str, Any]:
    if isinstance(row, Unknown):
        return {"settings": row, "version": row, "applied": row}
    ids = values.mapping(row.get("external_ids"), settings.MOST_KEYS)
    asked, done = values.scalar(row.get("next_cfg"), int), values.scalar(row.get("cur_cfg"), int)
    known = isinstance(asked, int) and isinstance(done, int)
    return {
        "settings": ids if isinstance(ids, Unknown) else settings.parse(ids),
        "version": values.scalar(row.get("ovs_version"), str),
        "applied": asked == done if known else Unknown("cur_cfg"),
    }


def _bridges(data: Mapping[str, Any], why: Unknown) -> tuple[str, ...] | Unknown:
    if data["bridges"] is None:
        return why
    rows = (typed.table({"bridge": one}, "bridge") for one in typed.items(data, "bridges", MOST_BRIDGES))
    return tuple(sorted(typed.text(row, "name", MOST_NAME) for row in rows))


def _errors(data: Mapping[str, Any], why: Unknown) -> tuple[InterfaceError, ...] | Unknown:
    if data["errors"] is None:
        return why
    rows = (typed.table({"error": one}, "error") for one in typed.items(data, "errors", MOST_ERRORS))
    return tuple(
        InterfaceError(
            name=typed.text(row, "name", MOST_NAME),
            error=typed.text(row, "error", typed.MOST_CHARS)[:MOST_ERROR],
            port_id=typed.text_or_none(row, "port", MOST_NAME),
        )
        for row in rows
    )


_NOT_HERE = Unknown("no_open_vswitch")
ABSENT = Switch(
    present=False,
    database=Reached(answering=Answering.STOPPED, way=None, reason="", processes=()),
    vswitchd=Reached(answering=Answering.STOPPED, way=None, reason="", processes=()),
    settings=_NOT_HERE,
    version=_NOT_HERE,
    applied=_NOT_HERE,
    bridges=_NOT_HERE,
    errors=_NOT_HERE,
    errors_in_all=_NOT_HERE,
)
"""What a host without Open vSwitch says."""


OVS = SectionKind(name="ovs", facts=Switch, parse=parse)


def of(reply: HostReply) -> Switch | Unknown:
    """Return the facts in section `ovs` of `reply`."""
    return reply.facts(OVS)
