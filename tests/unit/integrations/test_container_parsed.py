"""The parsed form of a reply lives exactly as long as the reply: a small cloud stays small however long it is
watched."""

from __future__ import annotations

import gc
from collections.abc import Iterable

import pytest

from remediator.collect.facts import FactStore
from remediator.integrations import registry
from remediator.integrations.container import assess, facts, maintenance_signs
from remediator.model.messages.replies import HostReply
from tests.unit.integrations import section as make

pytestmark = pytest.mark.unit

HOSTS = ("ctl1", "ctl2", "ctl3")
CYCLES = 20


def _alive() -> int:
    gc.collect()
    return sum(1 for each in gc.get_objects() if type(each) is facts.HostContainers)


def _replies(cycle: int) -> Iterable[HostReply]:
    for host in HOSTS:
        yield make.reply(host, asked_s=15.0 * cycle, containers=make.containers(make.container(id=f"{host}-{cycle}")))


def test_as_many_parsed_forms_are_kept_as_there_are_hosts() -> None:
    store, before = FactStore(registry.load({})), _alive()
    spec = next(
        spec for one in registry.load({}).values() for spec in one.assessments if spec.name == "container.state"
    )
    for cycle in range(CYCLES):
        for reply in _replies(cycle):
            store.take(reply)
            maintenance_signs.signs(reply)
            inventory = make.evidence(reply, hosts=HOSTS).inventory
            assert assess.state(store.evidence(spec, (reply.host,), inventory, make.at(15.0 * cycle)))
    del reply
    assert _alive() - before == len(HOSTS)
    store.forget(HOSTS)
    assert _alive() == before


def test_all_that_read_one_reply_read_one_parsed_form() -> None:
    reply = next(iter(_replies(0)))
    assert facts.of(reply) is facts.of(reply)
    assert facts.of(reply) == facts.parse(make.containers(make.container(id="ctl1-0")))
