"""Silences and downtimes: what they cover, what they do not, and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from remediator.model.messages.matchers import Matcher
from remediator.model.records.mutes import OwnDowntime, Silence
from remediator.model.targets import cluster, member
from remediator.model.values import Unknown
from tests.unit.safety.cases import START, a_group, a_plan, ask

pytestmark = pytest.mark.unit


def matcher(label: str, operator: str, value: str) -> Matcher:
    return Matcher(label=label, operator=operator, value=value)


CHECK = matcher("check", "=", "container-state")


def a_silence(*matchers: Matcher, hours: float = 1, name: str = "sil-1") -> Silence:
    return Silence(
        id=name,
        matchers=matchers or (CHECK,),
        author="day-shift",
        reason="new disks",
        created_at=START - timedelta(hours=1),
        until=START + timedelta(hours=hours),
    )


SILENCES: list[tuple[tuple[Silence, ...], bool]] = [
    ((), True),
    ((a_silence(),), False),
    ((a_silence(hours=0),), True),
    ((a_silence(hours=-1),), True),
    ((a_silence(CHECK, matcher("host", "=", "ctl1")),), True),
    ((a_silence(CHECK, matcher("host", "=~", "ctl[12]")),), False),
    ((a_silence(matcher("host", "!=", "ctl9")),), False),
    ((a_silence(matcher("check", "!~", "container-.*")),), True),
    ((a_silence(matcher("check", "=~", "container")),), True),
    ((a_silence(matcher("check", "=", "other")), a_silence()), False),
]


@pytest.mark.parametrize(("silences", "allowed"), SILENCES)
def test_a_silence_holds_what_all_its_matchers_fit(silences: tuple[Silence, ...], allowed: bool) -> None:
    assert ask("silence", silences=silences).allow is allowed


def test_the_refusal_lasts_as_long_as_the_last_silence() -> None:
    verdict = ask("silence", silences=(a_silence(hours=1), a_silence(hours=3, name="sil-2"), a_silence(hours=2)))
    assert verdict.until == START + timedelta(hours=3)
    assert verdict.inputs["silence"] == "sil-2"


def test_matchers_must_fit_one_host_of_the_plan_and_not_two_halves_of_two() -> None:
    labels = ({"host": "ctl1", "service": "a"}, {"host": "ctl2", "service": "b"})
    both = a_silence(matcher("host", "=", "ctl1"), matcher("service", "=", "b"))
    assert ask("silence", silences=(both,), labels=labels).allow
    assert not ask("silence", silences=(a_silence(matcher("host", "=", "ctl2")),), labels=labels).allow


def test_without_labels_nobody_can_say_that_a_silence_does_not_fit() -> None:
    assert not ask("silence", silences=(a_silence(),), labels=()).allow
    assert ask("silence", silences=(), labels=()).allow


def own(target: str, hours: float = 1) -> OwnDowntime:
    return OwnDowntime(
        id="dt-1",
        target=target,
        author="day-shift",
        reason="new disks",
        created_at=START - timedelta(hours=1),
        until=START + timedelta(hours=hours),
    )


RELAY: dict[str, Any] = {
    "plan": a_plan(member("relay", "ctl2"), action="relay.start_member"),
    "units": {"container/ctl2/relayd": {"running": False}},
    "group": a_group(),
}
CLUSTER: dict[str, Any] = RELAY | {"plan": a_plan(cluster("relay", ("ctl1", "ctl2", "ctl3")))}

DOWNTIMES: list[tuple[dict[str, Any], OwnDowntime, bool]] = [
    ({}, own("host/ctl2"), False),
    ({}, own("host/ctl2", hours=0), True),
    ({}, own("host/ctl1"), True),
    ({}, own("container/ctl2/memcached"), False),
    ({}, own("container/ctl2/haproxy"), True),
    ({}, own("container/ctl1/memcached"), True),
    ({}, own("relay/ctl2"), True),
    ({}, own("cluster/relay"), True),
    ({}, own("odd/ctl2"), False),
    ({}, own("odd/ctl1"), True),
    (RELAY, own("relay/ctl2"), False),
    (RELAY, own("relay/ctl1"), True),
    (RELAY, own("container/ctl2/relayd"), False),
    (RELAY, own("cluster/relay"), False),
    (RELAY, own("group/relay"), False),
    (RELAY, own("group/rabbitmq"), True),
    (RELAY | {"group": Unknown("x")}, own("group/rabbitmq"), False),
    (RELAY | {"group": Unknown("x")}, own("group/rabbitmq", hours=0), True),
    (CLUSTER, own("cluster/relay"), False),
    (CLUSTER, own("host/ctl3"), False),
    (CLUSTER, own("compute/ctl3"), True),
    ({"plan": a_plan(), "units": {"container/ctl2/relayd": {}}}, own("relay/ctl2"), False),
]


@pytest.mark.parametrize(("changes", "downtime", "allowed"), DOWNTIMES)
def test_what_a_downtime_covers(changes: dict[str, Any], downtime: OwnDowntime, allowed: bool) -> None:
    assert ask("downtime", **changes, own_downtimes=(downtime,)).allow is allowed


def test_a_downtime_says_whose_it_is_and_until_when() -> None:
    later = replace(own("host/ctl2", hours=2), id="dt-2")
    verdict = ask("downtime", own_downtimes=(own("host/ctl2"), later))
    assert verdict.reason == "host/ctl2 is in a downtime of day-shift (dt-2): new disks"
    assert verdict.until == START + timedelta(hours=2)
