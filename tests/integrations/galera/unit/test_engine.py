"""What the engine alone shows of a member: whether its container runs, and that one which nobody sees is not a stopped
one."""

from __future__ import annotations

from typing import Any

import pytest

from remediator.integrations import registry
from remediator.integrations.container import memory
from remediator.integrations.galera.facts.member import member
from remediator.model.values import Unknown
from tests.unit.integrations import section as make
from tests.unit.integrations.engine import Stuck, inspected

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(("status", "runs"), [("restarting", True), ("exited", False)])
def test_a_member_that_its_engine_starts_again_is_not_stopped(status: str, runs: bool) -> None:
    item = make.down("mariadb", status=status, restart_policy="unless-stopped")
    reply = make.reply(containers=make.containers(item, units={}))
    assert member("ctl1", reply).runs_own is runs


@pytest.mark.parametrize("stuck", ["cron", "mariadb"])
def test_a_member_that_is_there_and_cannot_be_inspected_is_never_a_stopped_one(
    monkeypatch: pytest.MonkeyPatch, stuck: str
) -> None:
    section = Stuck(inspected(), stuck=stuck).section(monkeypatch)
    section["configs"] = [*section["configs"], stuck]
    assert isinstance(member("ctl1", make.reply(containers=section)).stopped, Unknown)


@pytest.mark.parametrize(("age_s", "false_alarm"), [(30, True), (9000, False)])
def test_an_unhealthy_member_that_was_started_a_moment_ago_proves_nothing(age_s: float, false_alarm: bool) -> None:
    container = registry.load({})["container"]
    (health,) = [spec.judge for spec in container.assessments if spec.name == "container.health"]
    item: dict[str, Any] = make.container("mariadb", health="unhealthy", started_at=make.stamp(age_s))
    reply = make.reply(containers=make.containers(item))
    (found,) = health(make.evidence(reply, memories={"ctl1": memory.remember(None, reply)}))
    assert found.data["false_alarm"] is false_alarm
