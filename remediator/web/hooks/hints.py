"""From a body to a `Hint`: pure, and strict about everything that could be mistaken for good news.

Invariants. A downtime depth that was sent but cannot be read is an error, never "no downtime". A depth that nobody sent
is None. Text from outside carries no control characters.

Facts about Nagios 4.4, seen on a real one. Notifications are HARD. Event handlers fire in a downtime too. DOWNTIMESTART
leaves before the depth is raised, so it says 0 and means 1 (common/downtime.c).

Facts about Icinga 2, from its documentation and the output of its API. It writes numbers as 1.0 and a state type as 0
or 1. It has FLAPPINGEND and DOWNTIMEREMOVED where Nagios has FLAPPINGSTOP and DOWNTIMECANCELLED.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from remediator.model.messages.hooks import Hint
from remediator.web.errors import Refusal
from remediator.web.hooks import keys, macros, redaction

SERVICE_STATES: Final = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
HOST_STATES: Final = ("UP", "DOWN", "UNREACHABLE")
EVENT_HANDLER: Final = "EVENTHANDLER"
"""The notification type of a call that is no notification."""
NOTIFICATION_TYPES: Final = (
    "PROBLEM", "RECOVERY", "ACKNOWLEDGEMENT", "FLAPPINGSTART", "FLAPPINGSTOP", "FLAPPINGDISABLED",
    "DOWNTIMESTART", "DOWNTIMEEND", "DOWNTIMECANCELLED", "CUSTOM", "FLAPPINGEND", "DOWNTIMEREMOVED",
)  # fmt: skip
"""Types of Nagios, then those that only Icinga has."""
EVENTS: Final = ("STATECHANGE", "CHECKRESULT")
"""Icinga's event stream names the state of an object by these. They are told to everybody and are no notification."""
STATE_TYPES: Final = ("SOFT", "HARD")
YES: Final = ("yes", "true", "on")
NO: Final = ("no", "false", "off")
MAX_NAME: Final = 255
MAX_OUTPUT: Final = 4096
MAX_ID: Final = 64

_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
_WHOLE: Final = re.compile(r"([0-9]{1,9})(?:\.0{1,9})?")


def from_nagios(body: Mapping[str, Any], *, sender: str, now_s: float, given_key: str = "") -> Hint:
    """Given the body of one call of `sender` at `now_s` (epoch seconds), return the hint. Raise Refusal 400 if it is
    none.

    `given_key`: the Idempotency-Key header; it wins over the key made from the macros.
    """
    sent = macros.canonical(body)
    host = _name(sent, "host")
    if not host:
        raise Refusal(
            400, f"no host in the body{_strange(body)}: send `host` or the macro HOSTNAME, expanded by Nagios"
        )
    service = _name(sent, "service") or None
    kind = _notification_type(sent)
    state = _state(sent, service)
    state_type = _state_type(sent, service, kind)
    attempt = _number(_own(sent, "attempt", service), "attempt")
    depth, host_depth = _downtime_depths(body, service, kind)
    if given_key:
        key = keys.given(sender, given_key)
    else:
        key = keys.made(
            sent, sender=sender, host=host, service=service, state=state, state_type=state_type, attempt=attempt,
            notification_type=kind, event_id=_own(sent, "event_id", service), problem_id=_problem_id(sent, service),
            now_s=now_s, depths=(depth, host_depth),
        )  # fmt: skip
    return Hint(
        source="nagios",
        sender=sender,
        key=key,
        host=host,
        service=service,
        state=state,
        state_type=state_type,
        attempt=attempt,
        notification_type=kind,
        downtime_depth=depth,
        host_downtime_depth=host_depth,
        output=_output(sent, service),
        problem_id=_problem_id(sent, service),
        raw=_raw(body, sent),
    )


def _raw(body: Mapping[str, Any], sent: Mapping[str, str]) -> dict[str, Any]:
    """Return the copy of `body` that is kept. When the sender made it is never what is cut off: it decides whether it
    is too old."""
    kept = redaction.cut(body)
    if "_cut" in kept and "timet" in sent:
        kept["timet"] = sent["timet"][:MAX_NAME]
    return kept


def _own(sent: Mapping[str, str], name: str, service: str | None) -> str:
    """Return the value of `name`, or of the macro that belongs to what the call is about: the service, else the
    host."""
    return sent.get(name) or sent.get(f"service_{name}" if service else f"host_{name}", "")


def _name(sent: Mapping[str, str], name: str) -> str:
    return _CONTROL.sub(" ", sent.get(name, "").replace("\n", " ")).strip()[:MAX_NAME]


def _notification_type(sent: Mapping[str, str]) -> str:
    kind = sent.get("kind", "").lower().replace("-", "_")
    text = sent.get("notification_type", "").upper()
    if kind in ("event_handler", "eventhandler") or not text or text in EVENTS:
        return EVENT_HANDLER
    if text not in NOTIFICATION_TYPES:
        raise Refusal(400, f"{_shown(text)} is no notification type; expected {', '.join(NOTIFICATION_TYPES)}")
    return text


def _state(sent: Mapping[str, str], service: str | None) -> str:
    states = SERVICE_STATES if service else HOST_STATES
    text = (_own(sent, "state", service) or _own(sent, "state_id", service)).upper()
    if text in states:
        return text
    if (number := _whole(text)) is not None and number < len(states):
        return states[number]
    of = "a service" if service else "a host"
    found = f"{_shown(text)} is no state of {of}" if text else f"no state of {of} in the body"
    raise Refusal(400, f"{found}; expected `state` as one of {', '.join(states)} or its number")


def _state_type(sent: Mapping[str, str], service: str | None, kind: str) -> str:
    text = _own(sent, "state_type", service).upper()
    if text in STATE_TYPES:
        return text
    if (number := _whole(text)) is not None and number < len(STATE_TYPES):
        return STATE_TYPES[number]
    if text:
        raise Refusal(400, f"{_shown(text)} is no state type; expected SOFT or HARD, or 0 or 1")
    return "" if kind == EVENT_HANDLER else "HARD"


def _downtime_depths(body: Mapping[str, Any], service: str | None, kind: str) -> tuple[int | None, int | None]:
    """Return the deepest downtime that was named of what the call is about, and of its host; they are one where it is
    the host.

    A host's downtime covers its services, but it is the host's: it ends when the host says so, whatever its services
    said.
    """
    own, host = [], []
    for whose, name, text in macros.downtimes(body):
        depth = _depth(text, name)
        if whose == "host" or (service is None and whose == ""):
            host.append(depth)
        elif service is not None:
            own.append(depth)
    if kind == "DOWNTIMESTART":
        (own if service is not None else host).append(1)
    host_depth = max(host, default=None)
    return (max(own, default=None) if service is not None else host_depth), host_depth


def _depth(text: str, name: str) -> int:
    """Return a downtime's depth that may be a number, or yes or no. Raise Refusal 400 for anything else: it is never no
    downtime."""
    word = text.lower()
    if word in YES or word in NO:
        return int(word in YES)
    number = _whole(text)
    if number is None:
        raise Refusal(400, f"{name[:64]} is {_shown(text)}; expected a whole number from 0, or yes or no")
    return number


def _number(text: str, name: str) -> int | None:
    """Return a count that may be text, or text like ``3/3`` (the first counts). None if not sent. Raise Refusal 400."""
    if not text:
        return None
    number = _whole(text.partition("/")[0].strip())
    if number is None:
        raise Refusal(400, f"{name} is {_shown(text)}; expected a whole number from 0")
    return number


def _whole(text: str) -> int | None:
    """Return the number that `text` is: at most nine digits, and ``.0`` behind them as Icinga writes; None for any
    other."""
    found = _WHOLE.fullmatch(text)
    return int(found.group(1)) if found else None


def _strange(body: Mapping[str, Any]) -> str:
    """Return what a body without a host seems to be: that of a webhook which nobody here reads."""
    if isinstance(body.get("alerts"), list):
        return " (it looks like a webhook of Alertmanager, which is not read here)"
    nested = [name for name, value in body.items() if isinstance(value, dict)]
    return f" (what stands inside {nested[0][:64]!r} is not read: send flat names)" if nested else ""


def _problem_id(sent: Mapping[str, str], service: str | None) -> str:
    """Return the id of the problem this is about; after a recovery has been counted Nagios moves it to
    LAST...PROBLEMID."""
    problem = _own(sent, "problem_id", service)
    found = problem if problem not in ("", "0") else _zero_to_empty(sent.get("last_problem_id", ""))
    return _CONTROL.sub(" ", found.replace("\n", " "))[:MAX_ID]


def _zero_to_empty(text: str) -> str:
    return "" if text == "0" else text


def _output(sent: Mapping[str, str], service: str | None) -> str:
    parts = (_own(sent, "output", service), sent.get("long_output", ""))
    text = "\n".join(part for part in parts if part).replace("\\n", "\n")
    return redaction.text(_CONTROL.sub(" ", text)).strip()[:MAX_OUTPUT]


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "...")
