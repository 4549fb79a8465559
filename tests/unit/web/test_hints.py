"""From bodies to hints: every name a macro arrives under, every value that must not be mistaken for good news."""

from __future__ import annotations

from typing import Any

import pytest

from remediator.model.messages.hooks import Hint
from remediator.web.errors import Refusal
from remediator.web.hooks import hints, macros

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
            "HOSTNAME": "ctl2",
            "SERVICEDESC": "memcached",
            "SERVICESTATE": "CRITICAL",
            "SERVICESTATETYPE": "HARD",
            "NOTIFICATIONTYPE": "PROBLEM",
            "HOSTSTATE": "UP",
            "HOSTSTATETYPE": "HARD",
        },
        {
            "NAGIOS_HOSTNAME": "ctl2",
            "NAGIOS_SERVICEDESC": "memcached",
            "NAGIOS_SERVICESTATE": "CRITICAL",
            "NAGIOS_SERVICESTATETYPE": "HARD",
            "NAGIOS_NOTIFICATIONTYPE": "PROBLEM",
        },
        {
            "host_name": "ctl2",
            "service_description": "memcached",
            "state": "2",
            "state_type": "hard",
            "notification_type": "problem",
            "host_state": "UP",
        },
        {
            "hostname": "ctl2",
            "servicedesc": "memcached",
            "servicestateid": 2,
            "servicestatetype": "HARD",
            "type": "PROBLEM",
        },
        {
            "$HOSTNAME$": "ctl2",
            "$SERVICEDESC$": "memcached",
            "$SERVICESTATE$": "CRITICAL",
            "$NOTIFICATIONTYPE$": "PROBLEM",
        },
    ],
)
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
        ({"downtime_depth": 1.0}, 1),
        ({"downtime_depth": "2.0"}, 2),
        ({"downtime_depth": True}, 1),
        ({"downtime_depth": "yes"}, 1),
        ({"in_downtime": False}, 0),
        ({"service.downtime_depth": "$service.downtime_depth$"}, None),
        ({"service.downtime_depth": "1"}, 1),
        ({"scheduled_downtime_depth": 2}, 2),
        ({"downtime_depth": 0, "in_downtime": True}, 1),
        ({"downtime_depth": None}, None),
        ({"SERVICEDOWNTIME": "0", "HOSTDOWNTIME": "1"}, 0),
        ({"HOSTDOWNTIME": "1"}, None),
        ({"downtime_depth": "3", "HOSTDOWNTIME": "1"}, 3),
        ({"type": "DOWNTIMESTART", "downtime_depth": "0"}, 1),
        ({"type": "DOWNTIMESTART"}, 1),
        ({"type": "DOWNTIMEEND", "downtime_depth": "0"}, 0),
    ],
)
def test_downtime_depth_is_known_or_not_said(fields: dict[str, Any], depth: int | None) -> None:
    assert hint({**SERVICE, **fields}).downtime_depth == depth


@pytest.mark.parametrize(
    ("fields", "depths"),
    [
        ({}, (None, None)),
        ({"HOSTDOWNTIME": "1"}, (None, 1)),
        ({"downtime_depth": "0", "host_downtime": "2"}, (0, 2)),
        ({"downtime_depth": "0", "host_in_downtime": True}, (0, 1)),
        ({"type": "DOWNTIMESTART", "HOSTDOWNTIME": "0"}, (1, 0)),
        ({"service": "", "state": "UP", "downtime_depth": "1"}, (1, 1)),
        ({"service": "", "state": "UP", "HOSTDOWNTIME": "1", "SERVICEDOWNTIME": "5"}, (1, 1)),
        ({"service": "", "state": "UP", "type": "DOWNTIMESTART", "HOSTDOWNTIME": "0"}, (1, 1)),
    ],
)
def test_a_hosts_depth_is_the_hosts_and_not_its_services(
    fields: dict[str, Any], depths: tuple[int | None, int | None]
) -> None:
    found = hint({**SERVICE, **fields})
    assert (found.downtime_depth, found.host_downtime_depth) == depths


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (  # Icinga 2, event stream
            {
                "type": "StateChange",
                "host": "ctl2",
                "service": "memcached",
                "state": 2.0,
                "state_type": 1.0,
                "check_result": {"state": 2.0, "vars_after": {"attempt": 1.0}},
                "downtime_depth": 0.0,
                "acknowledgement": False,
                "timestamp": 1458668870.328537941,
            },
            ("EVENTHANDLER", "CRITICAL", "HARD", None, 0),
        ),
        (  # Icinga 2, attributes of its API
            {
                "host_name": "ctl2",
                "name": "memcached",
                "service_name": "memcached",
                "state": 1.0,
                "state_type": 0.0,
                "check_attempt": 2.0,
                "downtime_depth": 2.0,
                "notification_type": "FlappingEnd",
            },
            ("FLAPPINGEND", "WARNING", "SOFT", 2, 2),
        ),
        (  # Icinga 2, runtime macros as the names
            {
                "notification.type": "DowntimeRemoved",
                "host.name": "ctl2",
                "service.name": "memcached",
                "service.state": "OK",
                "service.state_type": "HARD",
                "service.check_attempt": "1",
                "service.downtime_depth": "0",
                "icinga.timet": "1",
            },
            ("DOWNTIMEREMOVED", "OK", "HARD", 1, 0),
        ),
        (  # Icinga 1
            {
                "ICINGA_NOTIFICATIONTYPE": "PROBLEM",
                "ICINGA_HOSTNAME": "ctl2",
                "ICINGA_SERVICENAME": "memcached",
                "ICINGA_SERVICESTATE": "CRITICAL",
            },
            ("PROBLEM", "CRITICAL", "HARD", None, None),
        ),
        (  # Checkmk
            {
                "NOTIFY_WHAT": "SERVICE",
                "NOTIFY_HOSTNAME": "ctl2",
                "NOTIFY_SERVICEDESC": "memcached",
                "NOTIFY_SERVICESTATE": "CRITICAL",
                "NOTIFY_NOTIFICATIONTYPE": "PROBLEM",
                "NOTIFY_SERVICEATTEMPT": "3",
            },
            ("PROBLEM", "CRITICAL", "HARD", 3, None),
        ),
        (  # Livestatus, Thruk
            {
                "host_name": "ctl2",
                "description": "x",
                "service_description": "memcached",
                "state": 2,
                "state_type": 1,
                "scheduled_downtime_depth": 1,
                "host_scheduled_downtime_depth": 0,
            },
            ("EVENTHANDLER", "CRITICAL", "HARD", None, 1),
        ),
        (  # Keep
            {
                "host_name": "ctl2",
                "service_description": "memcached",
                "state": "CRITICAL",
                "state_type": "HARD",
                "plugin_output": "down",
                "notification_type": "PROBLEM",
                "current_attempt": "3",
                "max_attempts": "3",
                "downtime_depth": "$SERVICEDOWNTIMEDEPTH$",
                "timestamp": "1700000000",
            },
            ("PROBLEM", "CRITICAL", "HARD", 3, None),
        ),
        (  # Squadcast
            {
                "hostname": "ctl2",
                "servicedesc": "memcached",
                "service_state": "CRITICAL",
                "service_output": "down",
                "hostaddress": "192.0.2.1",
                "alert_source": "SERVICE",
            },
            ("EVENTHANDLER", "CRITICAL", "", None, None),
        ),
    ],
    ids=["icinga-stream", "icinga-api", "icinga-macros", "icinga-1", "checkmk", "livestatus", "keep", "squadcast"],
)
def test_what_monitoring_systems_send_is_understood(body: dict[str, Any], expected: tuple[Any, ...]) -> None:
    found = hint(body)
    assert (found.host, found.service) == ("ctl2", "memcached")
    told = (found.notification_type, found.state, found.state_type, found.attempt, found.downtime_depth)
    assert told == expected


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"version": "4", "status": "firing", "receiver": "r", "alerts": [{"labels": {}}]}, "webhook of Alertmanager"),
        ({"results": [{"attrs": {"host_name": "ctl2"}}]}, "no host in the body"),
        ({"type": "DowntimeStarted", "downtime": {"host_name": "ctl2"}}, "'downtime'"),
        ({"trigger": "nagios", "payload": {"host": "ctl2", "state": "OK"}}, "what stands inside 'payload' is not read"),
        ({"cmd": "submitcheck", "json": "{}"}, "no host in the body"),
        ({"host": "ctl2", "service": {"name": "memcached"}, "state": 2}, "service is an object"),
        ({"host": {"name": "ctl2"}, "state": 2}, "host is an object"),
    ],
    ids=["alertmanager", "icinga-query", "icinga-downtime", "stackstorm", "nrdp", "nested-service", "nested-host"],
)
def test_what_nobody_here_reads_is_refused_with_its_reason(body: dict[str, Any], words: str) -> None:
    with pytest.raises(Refusal) as refused:
        hint(body)
    assert refused.value.status == 400
    assert words in refused.value.detail


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"host": ""}, "no host"),
        ({"host": "$HOSTNAME$"}, "no host"),
        ({"host": ["a"]}, "host is a list"),
        ({"service": ["a"]}, "service is a list"),
        ({"state": [2]}, "state is a list"),
        ({"state": True}, "state is true or false"),
        ({"type": {"name": "DOWNTIMESTART"}}, "type is an object"),
        ({"downtime_depth": [1]}, "downtime_depth is a list"),
        ({"downtime_depth": {"depth": 1}}, "downtime_depth is an object"),
        ({"downtime_depth": 1e300}, "downtime_depth is"),
        ({"state_type": 2}, "'2' is no state type"),
        ({"state": 4.0}, "'4' is no state"),
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
        ({"HOSTDOWNTIME": "x" * 500}, "HOSTDOWNTIME is"),
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
