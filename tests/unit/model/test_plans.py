"""What the hash of a plan binds: whoever approved it said yes to exactly this."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
import rfc8785

from remediator.model.content.commands import Command
from remediator.model.content.plans import Plan
from tests.builders.stored import again
from tests.unit.safety.cases import a_plan

pytestmark = pytest.mark.unit


def with_command(**changes: Any) -> Plan:
    plan = a_plan()
    (step,) = plan.steps
    return replace(plan, steps=(replace(step, commands=(replace(step.commands[0], **changes),)),))


@pytest.mark.parametrize(
    "changes",
    [
        {"argv": ("systemctl", "stop", "kolla-memcached-container.service")},
        {"host": "ctl3"},
        {"first": ("systemctl", "reset-failed", "kolla-memcached-container.service")},
        {"privileged": False},
    ],
)
def test_another_command_is_another_plan(changes: dict[str, Any]) -> None:
    assert with_command(**changes).hash != a_plan().hash


def test_a_command_more_or_none_is_another_plan() -> None:
    plan = a_plan()
    (step,) = plan.steps
    for commands in ((), (*step.commands, *step.commands)):
        assert replace(plan, steps=(replace(step, commands=commands),)).hash != plan.hash


def test_the_hash_is_the_one_of_the_contract() -> None:
    said = json.loads(json.dumps(a_plan().to_json()))
    argv = ["systemctl", "start", "kolla-memcached-container.service"]
    step = {
        "id": "start",
        "action": "container.start",
        "params": {},
        "commands": [{"host": "ctl2", "argv": argv, "privileged": True}],
    }
    body: Any = {
        "runbook": said["runbook"],
        "target": said["target"],
        "steps": [step],
        "content_version": said["content_version"],
    }
    assert said["hash"] == hashlib.sha256(rfc8785.dumps(body)).hexdigest()
    assert again(a_plan()).hash == said["hash"]


def test_commands_of_a_step_that_is_built_in_its_turn_are_not_in_the_hash() -> None:
    plan = a_plan()
    late = replace(plan, steps=(replace(plan.steps[0], late=True, commands=()),))
    built = Command(host="ctl2", argv=("true",), timeout_s=1.0)
    assert replace(late, steps=(replace(late.steps[0], commands=(built,)),)).hash == late.hash
