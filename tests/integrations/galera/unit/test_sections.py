"""Each of Galera's sections is facts by itself, and what they say together is told of those facts."""

from __future__ import annotations

from typing import Any

import pytest

from remediator.integrations.galera.facts import canaries, host
from remediator.integrations.galera.facts.answer import SQL
from remediator.integrations.galera.facts.datadir import Files
from remediator.integrations.galera.facts.host import GALERA, MOST_PATH, OnHost
from remediator.integrations.galera.facts.launch import Launch
from remediator.integrations.galera.facts.member import member
from remediator.integrations.galera.membership.identity import Who
from remediator.integrations.galera.watermark import marks
from remediator.model.messages.replies import Reach
from remediator.model.values import Unknown
from tests.integrations.galera.unit import world
from tests.unit.integrations import section as make

pytestmark = pytest.mark.unit


def parsed(**changes: Any) -> OnHost:
    found = host.parse(world.files(who=world.who("ctl1"), **changes))
    assert isinstance(found, OnHost)
    return found


@pytest.mark.parametrize(
    ("change", "lost"),
    [({"sst_in_progress": "no"}, "files"), ({"hold": {"exists": 7}}, "launch"), ({"who": []}, "who")],
    ids=["files", "launch", "who"],
)
def test_a_part_that_is_not_what_it_should_be_costs_that_part(change: dict[str, Any], lost: str) -> None:
    found = host.parse({**world.files(who=world.who("ctl1")), **change})
    assert isinstance(found, OnHost)
    whole = {"files": Files, "launch": Launch, "who": Who}
    assert {name: type(getattr(found, name)) for name in whole} == {**whole, lost: Unknown}


@pytest.mark.parametrize("odd", [[], "text", 7, None])
def test_a_section_that_is_no_object_is_unknown_as_a_whole_with_one_reason(odd: Any) -> None:
    found = member("ctl1", make.reply("ctl1", galera=odd))
    assert isinstance(found.files, Unknown)
    assert found.files.reason.startswith("error:galera: TypeError")
    assert found.files == found.launch == found.who


@pytest.mark.parametrize(
    ("said", "volume"),
    [
        ("/srv/mariadb/_data", "/srv/mariadb/_data"),
        ("/srv/mariadb/_data" + "/" * 300, "/srv/mariadb/_data"),
        ("/", ""),
        ("", None),
        (7, None),
        (None, None),
    ],
)
def test_where_the_data_directory_is_said_to_be(said: Any, volume: str | None) -> None:
    assert parsed(volume=said).volume == volume


@pytest.mark.parametrize("said", ["/" + "a" * 5000, "/a" + "/" * 300 + "b"])
def test_a_path_that_is_too_long_stays_too_long_and_costs_no_more_than_that(said: str) -> None:
    volume = parsed(volume=said).volume
    assert volume is not None
    assert len(volume) == MOST_PATH + 1


def test_what_came_over_sql_counts_also_when_the_host_itself_was_not_reached() -> None:
    reply = make.reply("ctl1", reach=Reach.UNREACHABLE, galera_sql=world.sql(), galera_canaries={"nova.instances": 7})
    assert (member("ctl1", reply).sql, canaries.of(reply)) == ("answered", {"nova.instances": 7})
    assert (marks.pc_recovery(reply), reply.facts(GALERA)) == (True, Unknown("host_unreachable"))


def test_an_answer_that_is_cut_says_nothing_of_its_options_either() -> None:
    reply = make.reply("ctl1", galera_sql={"wsrep_provider_options_pc": "pc.recovery = true"})
    assert reply.beside(SQL) == Unknown("sql_error:KeyError")
    assert marks.pc_recovery(reply) == Unknown("pc_recovery")


@pytest.mark.parametrize("rows", [None, -1, True, 2**63, "7", 0.5])
def test_a_count_that_is_none_is_unknown_and_hides_no_other(rows: Any) -> None:
    reply = make.reply("ctl1", galera_canaries={"a.b": rows, "c.d": 7, "e.f": Unknown("sql_timeout")})
    assert canaries.of(reply) == {"a.b": Unknown("sql_error:count"), "c.d": 7, "e.f": Unknown("sql_timeout")}


@pytest.mark.parametrize("odd", [[], "text", 7, None, Unknown("sql_timeout")])
def test_without_a_table_of_counts_there_are_none(odd: Any) -> None:
    assert canaries.of(make.reply("ctl1", galera_canaries=odd)) == {}
