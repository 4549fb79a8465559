"""A data directory that a lying host names reaches no command; the example of what a member says has something in each
part."""

from __future__ import annotations

import pytest

from remediator.integrations.galera.actions import undo
from remediator.integrations.galera.facts.host import GALERA
from remediator.integrations.galera.facts.member import member
from remediator.model.content.declined import Refused
from remediator.model.values import Unknown
from tests.builders.declined import built, declines
from tests.integrations.galera.unit import world
from tests.unit.integrations import hostile

pytestmark = pytest.mark.unit


def test_the_valid_reply_of_a_member_has_something_in_every_part() -> None:
    reply = hostile.reply(hostile.sections())
    on_host = reply.facts(GALERA)
    assert not isinstance(on_host, Unknown)
    assert not any(
        isinstance(part, (Unknown, type(None))) for part in (on_host.files, on_host.launch, on_host.who, on_host.volume)
    )
    assert member("ctl1", reply).sql == "answered"


@pytest.mark.parametrize(
    "said",
    ["/..", "/var/lib/../etc", "etc", "/a b", "/a;b", "/$(x)", "/a/./b", "/" + "a/" * 200, "/ä", "/.hidden/_data"],
)
@pytest.mark.parametrize("action", ["galera.save", "galera.read_position", "galera.start_stopped"])
def test_a_data_directory_that_can_be_none_reaches_no_command(action: str, said: str) -> None:
    asked = world.order("ctl1", world.stopped("ctl1", volume=said))
    with declines(Refused, match="which can be none"):
        built(undo.data_directory(asked, "ctl1"))
    with declines(Refused, match="which can be none"):
        built(world.ACTIONS[action].when.commands(asked))


def test_the_data_directory_that_a_host_names_is_that_of_its_commands() -> None:
    asked = world.order("ctl1", world.stopped("ctl1", volume="/srv/mariadb/_data/"))
    assert undo.data_directory(asked, "ctl1") == "/srv/mariadb/_data"
