"""Where a member is asked: at the address at which it says that it listens, and a refusal elsewhere proves nothing of
it."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from remediator.integrations.galera import manifest
from remediator.model.hosts import Host
from remediator.model.messages.replies import Reach
from remediator.model.values import Unknown
from tests.integrations.galera.unit import world
from tests.unit.integrations import section as make

pytestmark = pytest.mark.unit

CTL1 = Host(name="ctl1", address="ctl1.mgmt", groups=())


@pytest.mark.parametrize(
    ("configured", "expected"),
    [
        ({"bind_address": ["192.0.2.11"]}, "192.0.2.11"),
        ({"bind_address": ["FD00:0::11"]}, "fd00::11"),
        ({"bind_address": ["192.0.2.12"]}, None),
        ({"bind_address": ["0.0.0.0"]}, None),
        ({"bind_address": ["*"]}, None),
        ({"bind_address": ["127.0.0.1"]}, None),
        ({"bind_address": ["192.0.2.11", "127.0.0.1"]}, None),
        ({"wsrep_node_address": ["192.0.2.11"]}, None),
        (None, None),
    ],
)
def test_mariadb_listens_where_its_configuration_binds_it_at_an_address_of_its_own_host(
    configured: Any, expected: str | None
) -> None:
    who = world.who("ctl1", configured=configured, addresses=["192.0.2.11", "fd00::11"])
    assert manifest.dials(world.stopped("ctl1", who=who)) == expected
    assert manifest.dials(world.stopped("ctl1", who={**who, "addresses": None})) is None
    assert manifest.dials(make.reply("ctl1", reach=Reach.UNREACHABLE)) is None


@pytest.mark.parametrize(
    ("first", "second", "expected", "asked"),
    [
        ({"a": "1"}, None, {"a": "1"}, ["fd00::11"]),
        (Unknown("sql_refused"), None, Unknown("sql_refused"), ["fd00::11"]),
        (Unknown("sql_denied"), None, Unknown("sql_denied"), ["fd00::11"]),
        (Unknown("sql_unreachable"), {"a": "2"}, {"a": "2"}, ["fd00::11", "ctl1.mgmt"]),
        (Unknown("sql_timeout"), Unknown("sql_refused"), Unknown("sql_timeout"), ["fd00::11", "ctl1.mgmt"]),
    ],
)
def test_a_refusal_on_another_network_is_never_taken_for_the_members(
    first: Any, second: Any, expected: Any, asked: list[str]
) -> None:
    """A stopped member is proven by a refused port (GB-2): that of the address at which it listens, and of no other
    one."""
    answers, seen = {"fd00::11": first, "ctl1.mgmt": second}, []

    def ask(address: str) -> Any:
        seen.append(address)
        return answers[address]

    assert manifest.by_two_ways(dataclasses.replace(CTL1, api_address="fd00::11"), ask) == expected
    assert seen == asked
    assert manifest.by_two_ways(CTL1, lambda address: Unknown("sql_timeout")) == Unknown("sql_timeout")
