"""The names under which Nagios' macros arrive, and the one name that we use for each.

Sources: nagioscore common/macros.c in any case (`SERVICEDESC`, `servicedesc`, `NAGIOS_SERVICEDESC`, `$SERVICEDESC$`),
and Icinga 2 (`host.name`, `service.state_type`, its API's `check_attempt`). The other names are those of senders in the
wild (Keep, Checkmk, Livestatus, alertmachine).

A macro that was not expanded (`$SERVICEDOWNTIME$` as text), an empty one and JSON's null count as not sent: never as a
value. A list or an object under a name that decides something is an error: it was sent, and cannot be read.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any, Final

from remediator.model.messages import hooks
from remediator.web.errors import Refusal

ALIASES: Final[Mapping[str, tuple[str, ...]]] = {
    "host": ("host", "hostname", "host_name"),
    "service": ("service", "servicedesc", "service_description", "service_desc", "service_name", "servicename"),
    "state": ("state",),
    "service_state": ("servicestate", "service_state"),
    "service_state_id": ("servicestateid", "service_state_id"),
    "host_state": ("hoststate", "host_state"),
    "host_state_id": ("hoststateid", "host_state_id"),
    "state_id": ("state_id", "stateid"),
    "state_type": ("state_type", "statetype"),
    "service_state_type": ("servicestatetype", "service_state_type"),
    "host_state_type": ("hoststatetype", "host_state_type"),
    "attempt": ("attempt", "current_attempt", "check_attempt"),
    "service_attempt": ("serviceattempt", "service_attempt", "service_check_attempt"),
    "host_attempt": ("hostattempt", "host_attempt", "host_check_attempt"),
    "notification_type": ("notification_type", "notificationtype", "type"),
    "notification_id": ("notification_id", "notificationid", "servicenotificationid", "hostnotificationid"),
    "notification_number": ("notification_number", "notificationnumber"),
    "kind": ("kind",),
    "output": ("output", "plugin_output", "check_output"),
    "service_output": ("serviceoutput", "service_output"),
    "host_output": ("hostoutput", "host_output"),
    "long_output": (
        "long_output",
        "long_plugin_output",
        "longserviceoutput",
        "longhostoutput",
        "long_service_output",
        "long_host_output",
    ),
    "event_id": ("event_id", "eventid"),
    "service_event_id": ("serviceeventid", "service_event_id"),
    "host_event_id": ("hosteventid", "host_event_id"),
    "problem_id": ("problem_id", "problemid"),
    "service_problem_id": ("serviceproblemid", "service_problem_id"),
    "host_problem_id": ("hostproblemid", "host_problem_id"),
    "last_problem_id": ("last_problem_id", "lastproblemid", "lastserviceproblemid", "lasthostproblemid"),
    "last_change": ("last_change", "lastservicestatechange", "lasthoststatechange"),
    "timet": ("timet", "timestamp"),
    "said_at": ("longdatetime", "long_date_time", "shortdatetime", "short_date_time", "datetime", "date_time"),
}
"""Our name to the lower-cased names under which it arrives; the first one that is sent wins."""

DOWNTIMES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("downtime_depth", "downtime", "downtimedepth", "scheduled_downtime_depth", "in_downtime"), ""),
    **dict.fromkeys(
        ("servicedowntime", "service_downtime", "servicedowntimedepth", "service_downtime_depth"), "service"
    ),
    **dict.fromkeys(("service_scheduled_downtime_depth", "service_in_downtime"), "service"),
    **dict.fromkeys(("hostdowntime", "host_downtime", "hostdowntimedepth", "host_downtime_depth"), "host"),
    **dict.fromkeys(("host_scheduled_downtime_depth", "host_in_downtime"), "host"),
}
"""Each name under which a downtime, or its depth, arrives, to whose downtime it is. Empty: that of the call's own
subject.
"""

TEXTS: Final = ("output", "service_output", "host_output", "long_output")
"""Our names of texts that are only shown to people: one that cannot be read is left out."""

_OURS: Final[Mapping[str, tuple[str, int]]] = {
    alias: (name, rank) for name, aliases in ALIASES.items() for rank, alias in enumerate(aliases)
}
LONGEST_NAME: Final = 64
"""Most characters of a name. A longer one is no name of ours and is not remembered, so that the cache stays small."""
_UNEXPANDED: Final = re.compile(r"\$[A-Za-z0-9_.:]*\$")


def canonical(body: Mapping[str, Any]) -> dict[str, str]:
    """Given a parsed body, return its known macros by our names, as stripped text. A macro that was not sent is not in
    it.

    Raise Refusal 400 for a list or an object under a name that is more than text for people.
    """
    found: dict[str, str] = {}
    ranks: dict[str, int] = {}
    for sent, value in body.items():
        ours = _OURS.get(_plain(sent)) if len(sent) <= LONGEST_NAME else None
        if ours is None:
            continue
        name, rank = ours
        text = _text(sent, value, shown=name in TEXTS)
        if not text:
            continue
        if rank < ranks.get(name, len(ALIASES)):
            found[name], ranks[name] = text, rank
    return found


def downtimes(body: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return (whose, name as sent, text) of each statement about a downtime in `body`; `whose` is as in DOWNTIMES.

    JSON's true and false become ``1`` and ``0``. Raise Refusal 400 for a list or an object.
    """
    found = []
    for sent, value in body.items():
        whose = DOWNTIMES.get(_plain(sent)) if len(sent) <= LONGEST_NAME else None
        if whose is not None and (text := str(int(value)) if isinstance(value, bool) else _text(sent, value)):
            found.append((whose, sent, text))
    return found


def decides(sent: str) -> bool:
    """Return whether the field called `sent` decides something: whether it is more than text for people."""
    plain = _plain(sent) if len(sent) <= LONGEST_NAME else ""
    return plain in DOWNTIMES or (plain in _OURS and _OURS[plain][0] not in TEXTS)


@functools.lru_cache(maxsize=2048)
def _plain(name: str) -> str:
    return hooks.plain(name)


def _text(name: str, value: Any, *, shown: bool = False) -> str:
    """Return a scalar as text; empty for what is not sent, or a macro that nobody expanded. A whole number has no
    ``.0``."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        if shown:
            return ""
        what = "true or false" if isinstance(value, bool) else "a list" if isinstance(value, list) else "an object"
        raise Refusal(400, f"{name[:LONGEST_NAME]} is {what}; expected text or a number, as Nagios sends its macros")
    text = str(int(value) if isinstance(value, float) and value.is_integer() else value).strip()
    return "" if text.startswith("$") and _UNEXPANDED.fullmatch(text) else text
