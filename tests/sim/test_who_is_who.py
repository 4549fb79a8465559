"""A name from outside means one of our hosts or none; a machine that the inventory has twice is left alone until it is
mended."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from remediator.cli.explain import command
from remediator.daemon.observe.hints import foreigners
from remediator.daemon.state.wire import Reloaded
from remediator.daemon.state.world import World
from remediator.integrations.galera.sim.part import galera_of
from remediator.model.messages.hooks import Hint, Taken
from remediator.sim.cloud.shapes import DEFAULT
from remediator.sim.config import CONFIG, parts_of
from remediator.sim.happenings.people import OTHER, ROOT
from remediator.sim.simulation import Simulation
from remediator.store import tables
from remediator.store.reader import Reader

pytestmark = [pytest.mark.sim, pytest.mark.timeout(600)]

DAY_S = 86400.0
MINUTE_S = 60.0
DIGEST = "from outside: no host of ours is meant"
TWICE_COMPUTE = CONFIG.replace(
    "    cmp2:", f"    CMP1: {{address: {DEFAULT.ways['cmp1']}, groups: [compute]}}\n    cmp2:"
)
TWICE_CONTROL = CONFIG.replace(
    "    cmp1:", f"    CTL1: {{address: {DEFAULT.ways['ctl1']}, groups: [control, mariadb]}}\n    cmp1:"
)
ZONES = CONFIG.replace("    cmp1: {", "    cmp1.az1.example.net: {").replace(
    "    cmp2: {", "    cmp1.az2.example.net: {"
)
"""Two hosts with one first label."""


class Story:
    """A simulation, what Nagios posts into it, and what can be looked up in it."""

    def __init__(self, directory: Path, config: str = CONFIG) -> None:
        self.told = Simulation(directory, config)
        self._keys = itertools.count()

    def began(self) -> Story:
        self.told.start()
        self.told.run(2 * MINUTE_S)
        return self

    def away(self, seconds: float) -> None:
        """Let the daemon be away for so long, and come back."""
        self.told.kill("for a while")
        self.told.run(seconds)
        self.began()

    @property
    def world(self) -> World:
        assert self.told.daemon is not None
        return self.told.daemon.world

    def nagios(self, host: str, kind: str = "PROBLEM", service: str | None = None, **changes: Any) -> Taken:
        state = ("UP" if service is None else "OK") if kind.startswith("DOWNTIME") else "CRITICAL"
        given: dict[str, Any] = {"state": state, "downtime_depth": 0, "raw": {}, **changes}
        hint = Hint(
            source="nagios", key=f"k{next(self._keys)}", host=host, service=service, state_type="HARD", attempt=3,
            notification_type=kind, output="", problem_id="1", **given,
        )  # fmt: skip
        taken = self.told.hint(hint)
        assert taken is not None
        return taken

    def rows(self, table: sa.Table) -> list[Any]:
        assert self.told.daemon is not None
        with self.told.daemon.database.transaction() as connection:
            return list(connection.execute(sa.select(table)))

    def pages(self, word: str = "") -> list[dict[str, Any]]:
        found = [{"key": row.key, **json.loads(row.body)} for row in self.rows(tables.outbox)]
        return [page for page in found if word in page["subject"] + page["text"]]

    def downtimes(self) -> list[tuple[str, str]]:
        assert [(row.host, row.service) for row in self.rows(tables.downtimes)] == sorted(self.world.durable.downtimes)
        return sorted(self.world.durable.downtimes)

    def refusals(self, target: str) -> dict[str, str]:
        """Return guard to its sentence, of all that refuse plans for `target` now."""
        found: dict[str, str] = {}
        for decision in self.world.durable.decisions.values():
            if decision.plan is not None and decision.plan.target.text == target:
                found |= {each.guard: each.reason for each in decision.verdicts if not each.allow}
        return found

    def orders(self, host: str) -> int:
        return len(self.told.cloud.hosts[host].orders)


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    made = Story(tmp_path)
    yield made.began()
    made.told.close()


# downtimes ----------------------------------------------------------------------------------------------------------

FOREIGN = ("cmp9", "router7.example.net", "192.168.7.9", "192.0.2.210", "192", "cmp", "cmp11", "localhost", "127.0.0.1")
OURS = ("cmp1", "CMP1", "cmp1.", "192.0.2.21", "::ffff:192.0.2.21")


def test_a_foreign_downtime_neither_begins_nor_ends_one_of_ours(story: Story) -> None:
    for name in FOREIGN:
        story.nagios(name, "DOWNTIMESTART")
        assert story.downtimes() == []
    story.nagios("cmp1", "DOWNTIMESTART")
    for name, kind in itertools.product(FOREIGN, ("DOWNTIMEEND", "DOWNTIMECANCELLED", "PROBLEM")):
        story.nagios(name, kind)
        assert story.downtimes() == [("cmp1", "")]


def test_a_downtime_begins_and_ends_by_every_name_of_a_host(story: Story) -> None:
    for begins, ends in itertools.product(OURS, OURS):
        story.nagios(begins, "DOWNTIMESTART")
        assert story.downtimes() == [("cmp1", "")]
        story.nagios(ends, "DOWNTIMEEND")
        assert story.downtimes() == []


def test_a_name_that_is_guessed_ends_no_downtime_that_was_told_by_another(story: Story) -> None:
    """Nothing is known of domains here: it is the only Nagios there is, or one that watches another cloud as well."""
    for name in OURS:
        story.nagios(name, "DOWNTIMESTART")
        for kind in ("DOWNTIMESTART", "DOWNTIMEEND", "PROBLEM"):
            story.nagios("cmp1.cloud-b.example.net", kind)
            assert story.downtimes() == [("cmp1", "")]
        story.nagios(name, "DOWNTIMEEND")
    now_s = story.told.clock.now().wall.timestamp()
    story.nagios("cmp1.cloud-b.example.net", raw={"TIMET": str(now_s - 10)})
    story.nagios("cmp1", "DOWNTIMESTART", raw={"TIMET": str(now_s - 20)})
    assert story.downtimes() == [("cmp1", "")], "its newer word shuts out no older one of ours"
    story.nagios("cmp1", "DOWNTIMEEND", raw={"TIMET": str(now_s - 5)})
    story.nagios("cmp1.cloud-b.example.net", "DOWNTIMESTART")
    assert story.downtimes() == [("cmp1", "")], "a mute can only hold back"
    story.nagios("CMP1.cloud-b.example.net.", "DOWNTIMEEND")
    assert story.downtimes() == []


@pytest.mark.parametrize("word", ["DOWNTIMESTART", "DOWNTIMEEND"])
def test_an_ambiguous_name_begins_and_ends_nothing_and_says_which_hosts_it_could_be(tmp_path: Path, word: str) -> None:
    story = Story(tmp_path, ZONES)
    story.told.cloud.also = {"cmp1.az1.example.net": "cmp1", "cmp1.az2.example.net": "cmp2"}
    story.began()
    story.nagios("cmp1.az2.example.net", "DOWNTIMESTART")
    assert story.downtimes() == [("cmp1.az2.example.net", "")]
    story.nagios("cmp1", word)
    story.nagios("CMP1", word)
    story.nagios("cmp1.other.example.org", word)
    assert story.downtimes() == [("cmp1.az2.example.net", "")]
    (page,) = story.pages("several hosts are called")
    assert "could be cmp1.az1.example.net or cmp1.az2.example.net" in page["text"]
    assert "inventory.aliases" in page["text"]
    assert "once from nagios" in page["text"]
    story.told.close()


def test_what_a_host_says_of_itself_tells_it_from_another_domain_also_after_a_restart(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.told.cloud.hosts["cmp1"].fqdns = ["cmp1.cloud-a.example.net"]
    story.began()
    story.told.kill()
    story.told.cloud.hosts["cmp1"].turn_off()
    story.began()
    story.nagios("cmp1.cloud-b.example.net", "DOWNTIMESTART")
    assert story.downtimes() == []
    story.nagios("cmp1.cloud-a.example.net", "DOWNTIMESTART")
    story.nagios("cmp1.cloud-b.example.net", "DOWNTIMEEND")
    assert story.downtimes() == [("cmp1", "")]
    assert [row.host for row in story.rows(tables.said_names)] == sorted(DEFAULT.ways)
    story.told.close()


def test_a_declared_name_is_heard(tmp_path: Path) -> None:
    story = Story(tmp_path, CONFIG.replace("inventory:\n", "inventory:\n  aliases: {Compute 1 (rack 3): cmp1}\n"))
    story.began()
    story.nagios("compute 1 (RACK 3)", "DOWNTIMESTART")
    assert story.downtimes() == [("cmp1", "")]
    story.told.close()


def test_a_downtime_by_an_alias_holds_a_cure_and_a_foreign_end_does_not_let_it_go(story: Story) -> None:
    service = story.told.cloud.service("cmp1", "neutron_agent")
    story.nagios("192.0.2.21", "DOWNTIMESTART")
    service.crash()
    story.nagios("cmp1.cloud-b.example.net.invalid", "PROBLEM")
    story.told.run(2 * MINUTE_S)
    story.nagios("cmp9", "DOWNTIMEEND")
    story.told.run(3 * MINUTE_S)
    assert story.orders("cmp1") == 0
    story.nagios("CMP1", "DOWNTIMEEND")
    story.told.run(5 * MINUTE_S)
    assert service.running
    assert story.orders("cmp1") == 1


WORDS = st.tuples(
    st.sampled_from(FOREIGN),
    st.sampled_from(["DOWNTIMESTART", "DOWNTIMEEND", "PROBLEM", "RECOVERY"]),
    st.sampled_from([None, "memcached"]),
    st.sampled_from([None, 0, 1]),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(WORDS, min_size=1, max_size=4))
def test_foreign_names_change_no_state_of_ours(story: Story, words: list[Any]) -> None:
    """One story for all examples: none of them may leave anything behind."""
    if not story.world.durable.downtimes:
        story.nagios("cmp2", "DOWNTIMESTART")
    world = story.world
    before = (dict(world.durable.downtimes), dict(world.durable.incidents), dict(world.durable.runs))
    told = sum(each.times for each in world.durable.foreign.values())
    for name, kind, service, depth in words:
        story.nagios(name, kind, service, downtime_depth=depth, state="OK" if service else "UP")
    assert (world.durable.downtimes, world.durable.incidents, world.durable.runs) == before
    assert sum(each.times for each in world.durable.foreign.values()) == told + len(words)


# the table of foreign names -----------------------------------------------------------------------------------------


def test_foreign_names_are_told_in_one_page_a_day(story: Story) -> None:
    for n in range(5):
        story.nagios("router7", service=f"svc{n}")
    story.told.run(2 * MINUTE_S)
    (first,) = story.pages(DIGEST)
    assert "router7: 5 times from nagios, last PROBLEM CRITICAL of svc4; no host has this name" in first["text"]
    assert "no downtime begins or ends" in first["text"]
    for n in range(30):
        story.nagios(f"switch{n}")
    story.away(0.9 * DAY_S)
    assert len(story.pages(DIGEST)) == 1
    story.away(0.1 * DAY_S)
    assert [page["subject"] for page in story.pages(DIGEST)] == [f"A name {DIGEST}", f"30 names {DIGEST}"]
    story.away(1.5 * DAY_S)
    assert len(story.pages(DIGEST)) == 2, "nothing was said of them since"


def test_the_table_is_bounded_survives_a_restart_and_forgets_after_a_week(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foreigners, "MOST", 5)
    for n in range(8):
        story.nagios(f"router{n}")
    assert list(story.world.durable.foreign) == [f"router{n}" for n in range(3, 8)]
    story.nagios("ROUTER3.")
    story.away(6.9 * DAY_S)
    assert list(story.world.durable.foreign) == [f"router{n}" for n in (4, 5, 6, 7, 3)]
    assert story.world.durable.foreign["router3"].times == 2
    story.away(0.1 * DAY_S)
    assert story.world.durable.foreign == {}
    assert story.rows(tables.foreign_names) == []


def test_an_event_of_a_foreign_name_explains_itself(story: Story) -> None:
    taken = story.nagios("router7", "DOWNTIMESTART")
    reader = Reader(story.told.config)
    found = reader.explain(taken.event)
    reader.close()
    assert found is not None
    assert "router7 means no host of ours: no host has this name or address; nothing follows" in command.text(found)


# what people name ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["CMP1.", "::ffff:192.0.2.21"])
def test_people_name_a_host_in_each_of_its_ways(story: Story, name: str) -> None:
    told = story.told
    for op, wanted in (
        ("downtime-add", {"target": f"host/{name}", "for_s": 60}),
        ("wrap-begin", {"scope": f"host/{name}", "command": "x", "pid": 1}),
        ("silence-add", {"matchers": [f'host="{name}"'], "for_s": 60}),
        ("silence-add", {"matchers": [f'target="container/{name}/neutron_agent"'], "for_s": 60}),
        ("baseline-accept", {"scope": f"host/{name}"}),
    ):
        told.alive.add(1)
        answer = told.ask(op, ROOT if op != "baseline-accept" else OTHER, **wanted)
        assert answer is not None
        assert answer.exit in (0, 4), (op, answer.error)
        if op == "wrap-begin":
            assert [each.scope for each in story.world.durable.wraps.values()] == ["host/cmp1"]
            told.alive.clear()
    assert [each.target for each in story.world.durable.own_downtimes.values()] == ["host/cmp1"]
    texts = {matcher.text for each in story.world.durable.silences.values() for matcher in each.matchers}
    assert texts == {'host="cmp1"', 'target="container/cmp1/neutron_agent"'}
    for op, args in (
        ("results", {"names": [], "target": f"host/{name}"}),
        ("check", {"names": [], "target": f"host/{name}"}),
    ):
        answer = told.ask(op, ROOT, **args)
        assert answer is not None
        assert {each["target"] for each in answer.data["results"]} == {"host/cmp1"}
    planned = told.ask("plan", ROOT, runbook="container-start", target=f"container/{name}/neutron_agent")
    assert planned is not None
    assert "knows no target" not in planned.error


@pytest.mark.parametrize(
    ("op", "args"),
    [
        ("downtime-add", {"target": "host/cmp9", "for_s": 60}),
        ("wrap-begin", {"scope": "host/cmp9", "command": "x", "pid": 1}),
        ("silence-add", {"matchers": ['host="cmp9"'], "for_s": 60}),
        ("silence-add", {"matchers": ['host=~"cmp9|router.*"'], "for_s": 60}),
        ("baseline-accept", {"scope": "host/cmp9"}),
        ("plan", {"runbook": "container-start", "target": "container/cmp9/neutron_agent"}),
    ],
)
def test_a_name_of_no_host_is_refused_to_people(story: Story, op: str, args: dict[str, Any]) -> None:
    answer = story.told.ask(op, OTHER, **args)
    assert answer is not None
    assert answer.exit == 64
    assert "cmp9" in answer.error


def test_a_misspelt_target_of_a_plan_is_told_the_nearest_one(story: Story) -> None:
    wrong = "container/cmp1/neutron_agnt"
    answer = story.told.ask("plan", OTHER, runbook="container-start", target=wrong)
    assert answer is not None
    assert f"knows no target '{wrong}' (did you mean container/cmp1/neutron_agent?); `remediator check`" in answer.error
    of_no_runbook = story.told.ask("plan", OTHER, runbook="container-sart", target=wrong)
    assert of_no_runbook is not None
    assert "did you mean container/" not in of_no_runbook.error


def test_a_name_of_several_hosts_is_refused_to_people_with_all_of_them(tmp_path: Path) -> None:
    story = Story(tmp_path, ZONES)
    story.told.cloud.also = {"cmp1.az1.example.net": "cmp1", "cmp1.az2.example.net": "cmp2"}
    story.began()
    for op, args in (
        ("downtime-add", {"target": "host/cmp1", "for_s": 60}),
        ("silence-add", {"matchers": ['host="cmp1"'], "for_s": 60}),
        ("wrap-begin", {"scope": "host/cmp1", "command": "x", "pid": 1}),
    ):
        answer = story.told.ask(op, ROOT, **args)
        assert answer is not None
        assert answer.exit == 64
        assert "could be cmp1.az1.example.net or cmp1.az2.example.net" in answer.error
    story.told.close()


@pytest.mark.parametrize("jump", ["ops@CTL3.:22", "[::ffff:192.0.2.13]"])
def test_the_jump_host_is_ours_by_whatever_name(tmp_path: Path, jump: str) -> None:
    story = Story(tmp_path, f"{CONFIG}ssh: {{jump: '{jump}'}}\n").began()
    story.told.cloud.service("ctl3", "mariadb").crash()
    story.told.run(MINUTE_S)
    answer = story.told.ask("plan", ROOT, runbook="galera-start-member", target="galera/ctl3")
    assert answer is not None
    (verdict,) = [each for each in answer.data["verdicts"] if each["guard"] == "ourselves"]
    assert verdict["allow"] is False
    story.told.close()


# one machine, named twice -------------------------------------------------------------------------------------------

SENTENCE = "CMP1 and cmp1 are one machine (one boot id, one machine id): name it once in the inventory"


def twice(directory: Path, config: str = TWICE_COMPUTE) -> Story:
    story = Story(directory, config)
    story.told.cloud.also = {"CMP1": "cmp1", "CTL1": "ctl1"}
    return story.began()


def test_a_machine_named_twice_is_left_alone_until_the_inventory_is_mended(tmp_path: Path) -> None:
    story = twice(tmp_path)
    told = story.told
    ours = told.cloud.service("cmp1", "neutron_agent")
    ours.crash()
    told.run(6 * MINUTE_S)
    assert story.orders("cmp1") == 0
    assert not ours.running
    assert story.refusals("container/cmp1/neutron_agent")["target"] == SENTENCE
    results = {
        target: result for (check, target), result in story.world.samples.results.items() if check == "host-identity"
    }
    assert {target: (result.state.name, SENTENCE in result.output) for target, result in results.items()} == {
        "host/CMP1": ("CRITICAL", True), "host/cmp1": ("WARNING", True), "host/cmp2": ("OK", False),
        "host/ctl1": ("OK", False), "host/ctl2": ("OK", False), "host/ctl3": ("OK", False),
    }  # fmt: skip
    (page,) = story.pages(f"{SENTENCE}.")
    assert page["target"] == "host/CMP1"
    assert story.world.health.storms == {}, "nothing broke: it is a mistake in the inventory"
    assert told.stop()
    told.take(CONFIG)
    story.began()
    told.run(4 * MINUTE_S)
    assert ours.running
    assert story.orders("cmp1") == 1
    assert len(story.pages(f"{SENTENCE}.")) == 1


def test_what_is_not_that_machine_goes_on(tmp_path: Path) -> None:
    story = twice(tmp_path)
    story.told.cloud.service("cmp2", "neutron_agent").crash()
    story.told.run(3 * MINUTE_S)
    assert story.world.durable.one_machine == {("CMP1", "cmp1")}
    assert story.orders("cmp2") == 1
    story.told.close()


def test_a_group_that_holds_a_machine_named_twice_is_left_alone(tmp_path: Path) -> None:
    story = twice(tmp_path, TWICE_CONTROL)
    galera_of(story.told.cloud).members["ctl3"].service.crash()
    story.told.run(6 * MINUTE_S)
    assert [story.orders(host) for host in ("ctl1", "ctl2", "ctl3")] == [0, 0, 0]
    answer = story.told.ask("plan", ROOT, runbook="galera-start-member", target="galera/ctl3")
    assert answer is not None
    if answer.data:
        (verdict,) = [each for each in answer.data["verdicts"] if each["guard"] == "target"]
        assert "CTL1 and ctl1 are one machine" in verdict["reason"]
    story.told.close()


def test_it_stands_over_a_restart_while_one_of_the_names_is_silent(tmp_path: Path) -> None:
    story = twice(tmp_path)
    story.told.kill()
    story.told.cloud.hosts["second"] = replace(story.told.cloud.hosts["cmp2"], name="second", power=False)
    story.told.cloud.also["CMP1"] = "second"
    story.told.cloud.service("cmp1", "neutron_agent").crash()
    story.began()
    story.told.run(3 * MINUTE_S)
    assert story.world.samples.facts.machines.names("cmp1") == ("CMP1", "cmp1")
    assert story.orders("cmp1") == 0
    story.told.cloud.hosts["second"].power = True
    story.told.run(6 * MINUTE_S)
    assert story.world.samples.facts.machines.twice == frozenset(), "it is another machine after all"
    assert story.orders("cmp1") == 1
    story.told.close()


def test_a_reload_with_a_mended_inventory_lets_it_go_on(tmp_path: Path) -> None:
    story = twice(tmp_path)
    told = story.told
    told.cloud.service("cmp1", "neutron_agent").crash()
    told.run(3 * MINUTE_S)
    assert story.orders("cmp1") == 0
    assert told.daemon is not None
    parts = parts_of(CONFIG)
    told.daemon.engine.step(
        [Reloaded(config=told.config, content=parts.content, inventory=parts.inventory)], told.clock.now()
    )
    assert story.world.durable.one_machine == frozenset()
    assert "CMP1" not in story.world.durable.said
    told.run(4 * MINUTE_S)
    assert story.orders("cmp1") == 1
    told.close()


@pytest.mark.parametrize(
    ("boot", "machine"), [("another", None), (None, "b" * 32)], ids=["one machine id", "one boot id"]
)
def test_one_id_alone_is_nothing(tmp_path: Path, boot: str | None, machine: str | None) -> None:
    """A cloned machine keeps the machine id of its image; containers share the boot id of their kernel."""
    story = Story(tmp_path)
    one, other = story.told.cloud.hosts["cmp1"], story.told.cloud.hosts["cmp2"]
    other.ids = (boot or one.boot_id, machine or one.machine_id)
    story.began()
    assert story.world.samples.facts.machines.twice == frozenset()
    story.told.cloud.service("cmp1", "neutron_agent").crash()
    story.told.run(3 * MINUTE_S)
    assert story.orders("cmp1") == 1
    story.told.close()


def test_each_simulated_host_has_ids_and_names_of_its_own(story: Story) -> None:
    hosts = story.told.cloud.hosts.values()
    assert len({(host.boot_id, host.machine_id) for host in hosts}) == len(hosts)
    assert story.world.durable.said == {host.name: (host.name,) for host in hosts}
    assert timedelta(days=7) == foreigners.WEEK
