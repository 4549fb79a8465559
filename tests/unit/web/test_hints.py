"""From bodies to hints: every name a macro arrives under, every value that must not be mistaken for good news."""

from __future__ import annotations

from typing import Any

import pytest

from remediator.model.hooks import Hint
from remediator.web import hints, macros
from remediator.web.errors import Refusal

pytestmark = pytest.mark.unit
SERVICE = {"host": "ctl2", "service": "memcached", "state": "CRITICAL", "state_type": "HARD", "type": "PROBLEM"}


def hint(body: dict[str, Any], **given: Any) -> Hint:
    return hints.from_nagios(body, **{"sender": "nagios", "now_s": 0.0, **given})


@pytest.mark.parametrize(
    "body",
    [
        SERVICE,
        {name.upper(): value for name, value in SERVICE.items()},
        {
            "HOSTNAME": "ctl2", "SERVICEDESC": "memcached", "SERVICESTATE": "CRITICAL", "SERVICESTATETYPE": "HARD",
            "NOTIFICATIONTYPE": "PROBLEM", "HOSTSTATE": "UP", "HOSTSTATETYPE": "HARD",
        },
        {
            "NAGIOS_HOSTNAME": "ctl2", "NAGIOS_SERVICEDESC": "memcached", "NAGIOS_SERVICESTATE": "CRITICAL",
            "NAGIOS_SERVICESTATETYPE": "HARD", "NAGIOS_NOTIFICATIONTYPE": "PROBLEM",
        },
        {
            "host_name": "ctl2", "service_description": "memcached", "state": "2", "state_type": "hard",
            "notification_type": "problem", "host_state": "UP",
        },
        {"hostname": "ctl2", "servicedesc": "memcached", "servicestateid": 2, "servicestatetype": "HARD", "type": "PROBLEM"},
        {"$HOSTNAME$": "ctl2", "$SERVICEDESC$": "memcached", "$SERVICESTATE$": "CRITICAL", "$NOTIFICATIONTYPE$": "PROBLEM"},
    ],
)  # fmt: skip
def test_every_spelling_says_the_same(body: dict[str, Any]) -> None:
    found = hint(body)
    assert (found.host, found.service, found.state, found.state_type) == ("ctl2", "memcached", "CRITICAL", "HARD")
    assert found.notification_type == "PROBLEM"


@pytest.mark.parametrize(
    ("body", "state"),
    [
        ({"HOSTNAME": "a", "HOSTSTATE": "DOWN"}, "DOWN"),
        ({"HOSTNAME": "a", "HOSTSTATEID": "2"}, "UNREACHABLE"),
        ({"HOSTNAME": "a", "SERVICEDESC": "", "HOSTSTATE": "UP"}, "UP"),
        ({"HOSTNAME": "a", "SERVICEDESC": "$SERVICEDESC$", "HOSTSTATE": "UP"}, "UP"),
        ({"HOSTNAME": "a", "SERVICEDESC": "s", "SERVICESTATE": "UNKNOWN", "HOSTSTATE": "DOWN"}, "UNKNOWN"),
    ],
)
def test_states_are_those_of_what_it_is_about(body: dict[str, Any], state: str) -> None:
    assert hint(body).state == state


@pytest.mark.parametrize(
    ("fields", "depth"),
    [
        ({}, None),
        ({"downtime_depth": ""}, None),
        ({"downtime_depth": "$SERVICEDOWNTIME$"}, None),
        ({"downtime_depth": "0"}, 0),
        ({"downtime_depth": 2}, 2),
        ({"SERVICEDOWNTIME": "0", "HOSTDOWNTIME": "1"}, 1),
        ({"downtime_depth": "3", "HOSTDOWNTIME": "1"}, 3),
        ({"type": "DOWNTIMESTART", "downtime_depth": "0"}, 1),
        ({"type": "DOWNTIMESTART"}, 1),
        ({"type": "DOWNTIMEEND", "downtime_depth": "0"}, 0),
    ],
)
def test_downtime_depth_is_known_or_not_said(fields: dict[str, Any], depth: int | None) -> None:
    assert hint({**SERVICE, **fields}).downtime_depth == depth


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"host": ""}, "no host"),
        ({"host": "$HOSTNAME$"}, "no host"),
        ({"host": ["a"]}, "no host"),
        ({"state": ""}, "no state of a service"),
        ({"state": "UP"}, "'UP' is no state of a service"),
        ({"state": "4"}, "'4' is no state"),
        ({"state": "²"}, "is no state"),
        ({"service": "", "state": "CRITICAL"}, "is no state of a host"),
        ({"state_type": "MEDIUM"}, "is no state type"),
        ({"type": "PANIC"}, "is no notification type"),
        ({"downtime_depth": "soon"}, "downtime_depth is 'soon'"),
        ({"downtime_depth": "-1"}, "downtime_depth is '-1'"),
        ({"downtime_depth": 1.5}, "downtime_depth is '1.5'"),
        ({"HOSTDOWNTIME": "x" * 500}, "host_downtime is"),
        ({"attempt": "x/3"}, "attempt is 'x/3'"),
        ({"attempt": "9" * 400}, "attempt is"),
    ],
)
def test_what_cannot_be_read_is_refused_and_short(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(Refusal, match=r"^(?s:.{1,250})$") as refused:
        hint({**SERVICE, **fields})
    assert refused.value.status == 400
    assert words in refused.value.detail


@pytest.mark.parametrize(("attempt", "number"), [("3/3", 3), ("3", 3), (3, 3), ("", None), ("$SERVICEATTEMPT$", None)])
def test_attempts(attempt: Any, number: int | None) -> None:
    assert hint({**SERVICE, "attempt": attempt}).attempt == number


def test_without_a_notification_type_it_is_an_event_handler_and_may_be_soft() -> None:
    body = {"HOSTNAME": "a", "SERVICEDESC": "s", "SERVICESTATE": "WARNING"}
    assert (hint(body).notification_type, hint(body).state_type) == ("EVENTHANDLER", "")
    assert hint({**SERVICE, "kind": "event_handler", "state_type": "SOFT"}).state_type == "SOFT"


def test_a_notification_is_hard_when_it_does_not_say() -> None:
    assert hint({**SERVICE, "state_type": ""}).state_type == "HARD"


def test_text_from_outside_is_cleaned_and_cut() -> None:
    found = hint({**SERVICE, "output": "a\x1b[31mb\\nsecond", "long_output": "third\x00\x85", "host": "ctl2\n\x07"})
    assert found.output == "a [31mb\nsecond\nthird"
    assert found.host == "ctl2"
    assert len(hint({**SERVICE, "output": "x" * 9999}).output) == hints.MAX_OUTPUT
    assert len(hint({**SERVICE, "host": "h" * 9999}).host) == hints.MAX_NAME


def test_secrets_are_not_kept() -> None:
    body = {
        **SERVICE, "NOTIFY_PASSWORD": "one", "output": "mysql://root:two@db failed, password=three",
        "SERVICECHECKCOMMAND": "check_http!--header=Authorization: Bearer four", "_HOSTSNMP_COMMUNITY": "five",
    }  # fmt: skip
    found = hint(body)
    kept = f"{dict(found.raw)}{found.output}"
    for secret in ("one", "two", "three", "four", "five"):
        assert f"'{secret}'" not in kept
        assert f"={secret}" not in kept
        assert f":{secret}" not in kept
        assert f" {secret}'" not in kept


def test_the_kept_body_is_bounded() -> None:
    found = hint({**SERVICE, **{f"MACRO{number}": "x" * 5000 for number in range(100)}})
    assert len(str(dict(found.raw))) < 20_000
    assert found.raw["_cut"] is True
    assert found.raw["host"] == "ctl2"


def test_every_alias_is_lower_case_and_means_one_thing() -> None:
    aliases = [alias for names in macros.ALIASES.values() for alias in names]
    assert aliases == [alias.lower() for alias in aliases]
    assert len(aliases) == len(set(aliases))
