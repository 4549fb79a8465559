"""The names under which Nagios' macros arrive, and the one name we use for each.

Sources: the macro names are those of nagioscore common/macros.c in any case (`SERVICEDESC`, `servicedesc`,
`NAGIOS_SERVICEDESC`, `$SERVICEDESC$`); the others are what senders in the wild call them (Keep, Icinga, alertmachine).
A macro that Nagios did not expand (`$SERVICEDOWNTIME$` as text) and an empty one count as not sent: never as a value.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any, Final

ALIASES: Final[Mapping[str, tuple[str, ...]]] = {
    "host": ("host", "hostname", "host_name"),
    "service": ("service", "servicedesc", "service_description", "service_desc", "service_name"),
    "state": ("state",),
    "service_state": ("servicestate", "service_state"),
    "service_state_id": ("servicestateid", "service_state_id"),
    "host_state": ("hoststate", "host_state"),
    "host_state_id": ("hoststateid", "host_state_id"),
    "state_id": ("state_id", "stateid"),
    "state_type": ("state_type", "statetype"),
    "service_state_type": ("servicestatetype", "service_state_type"),
    "host_state_type": ("hoststatetype", "host_state_type"),
    "attempt": ("attempt", "current_attempt"),
    "service_attempt": ("serviceattempt", "service_attempt"),
    "host_attempt": ("hostattempt", "host_attempt"),
    "notification_type": ("notification_type", "notificationtype", "type"),
    "notification_id": ("notification_id", "notificationid", "servicenotificationid", "hostnotificationid"),
    "notification_number": ("notification_number", "notificationnumber"),
    "kind": ("kind",),
    "downtime_depth": ("downtime_depth", "downtime"),
    "service_downtime": ("servicedowntime", "service_downtime"),
    "host_downtime": ("hostdowntime", "host_downtime"),
    "output": ("output", "plugin_output", "check_output"),
    "service_output": ("serviceoutput", "service_output"),
    "host_output": ("hostoutput", "host_output"),
    "long_output": ("long_output", "long_plugin_output", "longserviceoutput", "longhostoutput"),
    "event_id": ("event_id", "eventid"),
    "service_event_id": ("serviceeventid", "service_event_id"),
    "host_event_id": ("hosteventid", "host_event_id"),
    "problem_id": ("problem_id", "problemid"),
    "service_problem_id": ("serviceproblemid", "service_problem_id"),
    "host_problem_id": ("hostproblemid", "host_problem_id"),
    "last_problem_id": ("last_problem_id", "lastproblemid", "lastserviceproblemid", "lasthostproblemid"),
    "last_change": ("last_change", "lastservicestatechange", "lasthoststatechange"),
    "timet": ("timet", "timestamp"),
}
"""Our name to the lower-cased names it arrives under, the first that is sent wins."""

_OURS: Final[Mapping[str, tuple[str, int]]] = {
    alias: (name, rank) for name, aliases in ALIASES.items() for rank, alias in enumerate(aliases)
}
LONGEST_NAME: Final = 64
"""Characters: a longer name is none of ours, and none that is remembered; the cache is of few and short words."""
_UNEXPANDED: Final = re.compile(r"\$[A-Z0-9_:]*\$")


def canonical(body: Mapping[str, Any]) -> dict[str, str]:
    """Given a parsed body, return its known macros by our names, as stripped text; what was not sent is not in it."""
    found: dict[str, str] = {}
    ranks: dict[str, int] = {}
    for sent, value in body.items():
        ours = _OURS.get(_plain(sent)) if len(sent) <= LONGEST_NAME else None
        if ours is None:
            continue
        text = _text(value)
        if not text:
            continue
        name, rank = ours
        if rank < ranks.get(name, len(ALIASES)):
            found[name], ranks[name] = text, rank
    return found


@functools.lru_cache(maxsize=2048)
def _plain(name: str) -> str:
    return name.strip("$ ").lower().removeprefix("nagios_")


def _text(value: Any) -> str:
    """Return a scalar as text; empty for what is not a scalar, not sent, or a macro that nobody expanded."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    text = str(value).strip()
    return "" if text.startswith("$") and _UNEXPANDED.fullmatch(text) else text
