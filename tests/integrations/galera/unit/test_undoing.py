"""What a recovery owes back: the exact commands, and whether what is set now is still what this run set."""

from __future__ import annotations

from typing import Any

import pytest

from remediator.integrations.galera.actions import undo
from remediator.integrations.galera.steps import scripts
from remediator.model.messages.replies import HostReply, Reach
from remediator.model.values import Unknown
from tests.integrations.galera.unit import world
from tests.integrations.galera.unit.world import MARK as LEFT
from tests.integrations.galera.unit.world import TARGET, order
from tests.unit.integrations import section as make

pytestmark = pytest.mark.unit
MARK = {"run": LEFT, "step": "hold_ctl1"}


def test_what_takes_it_back_is_known_before_it_is_set() -> None:
    bare = order("ctl1", engine="podman")
    (release,) = undo.HOLD_DEBT.undo(bare)
    (finish,) = undo.BOOTSTRAP_DEBT.undo(bare)
    assert (release.host, release.argv) == ("ctl1", scripts.RELEASE.argv(LEFT))
    assert (finish.host, finish.argv) == ("ctl1", scripts.FINISH.argv(LEFT, "podman"))
    assert finish.timeout_s > 120


@pytest.mark.parametrize(
    ("reply", "ours"),
    [
        (world.stopped("ctl1", hold=world.held()), True),
        (world.stopped("ctl1"), False),
        (world.stopped("ctl1", hold=world.held(f"{LEFT}0")), False),
        (world.stopped("ctl1", hold={"exists": True, "line": None}), False),
        (world.stopped("ctl1", hold={"exists": True, "line": "# an operator"}), False),
        (make.reply("ctl1", galera=Unknown("timeout:galera")), Unknown("timeout:galera")),
        (make.reply("ctl1", reach=Reach.UNREACHABLE), None),
    ],
)
def test_a_hold_is_ours_only_while_its_first_line_names_the_run(reply: HostReply, ours: Any) -> None:
    found = undo.HOLD_DEBT.still_ours(MARK, reply, TARGET)
    assert found == ours if ours is not None else isinstance(found, Unknown)


def boot(answer: Any, **changes: Any) -> HostReply:
    base = world.stopped("ctl2", unit=make.STOPPED, **{"helpers": world.helper(), **changes})
    return make.reply("ctl2", **{**{name: one.data for name, one in base.sections.items()}, "galera_sql": answer})


@pytest.mark.parametrize(
    ("reply", "ours"),
    [
        (boot(world.sql(size=2)), True),
        (boot(world.sql(size=3)), True),
        (boot(world.sql(size=1)), "is the only Primary member"),
        (boot(Unknown("sql_timeout")), "its SQL says nothing (timeout)"),
        (boot(Unknown("sql_refused"), helpers=world.helper(running=False)), True),
        (boot(Unknown("sql_refused"), helpers=world.helper(f"{LEFT}3")), False),
        (boot(Unknown("sql_refused"), helpers={"remediator_galera_bootstrap": None}), False),
        (boot(world.sql(size=3), helpers=None, container=None, engine_reason="timeout:engine"), "timeout:engine"),
        (make.reply("ctl2", galera=Unknown("timeout:galera")), "timeout:galera"),
    ],
)
def test_the_bootstrap_container_is_taken_back_only_while_it_is_ours_and_not_the_last(
    reply: HostReply, ours: Any
) -> None:
    found = undo.BOOTSTRAP_DEBT.still_ours(MARK, reply, TARGET)
    if isinstance(ours, bool):
        assert found is ours
    else:
        assert isinstance(found, Unknown)
        assert ours in found.reason
