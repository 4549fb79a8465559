"""What a start of one stopped member asks of the check's data, and how much each action of a recovery may do."""

from __future__ import annotations

from typing import Any

import pytest

from remediator.integrations import registry
from remediator.integrations.galera.steps import scripts
from remediator.model import targets
from remediator.model.content.actions import Effect, PlanInput, Risk
from remediator.model.content.declined import Refused
from remediator.model.hosts import Host
from remediator.model.values import Unknown
from tests.builders.declined import built, declines
from tests.integrations.galera.unit.world import ACTIONS

pytestmark = pytest.mark.unit


def started(**data: Any) -> list[tuple[str, ...]]:
    """Return what the start of the member of ctl1 runs, asked with the data of its check alone."""
    host = Host(name="ctl1", address="a", groups=(), engine="docker")
    order = PlanInput(target=targets.member("galera", "ctl1"), host=host, data=data)
    return [command.argv for command in built(ACTIONS["galera.start_member"].when.commands(order))]


FAILED: dict[str, Any] = {
    "has_unit": True,
    "unit_state": "failed",
    "stopped": True,
    "operator_stopped": False,
    "cause": None,
    "disk_full": False,
    "abs_clock_offset_s": 0.1,
    "quorum_without_me": True,
    "any_donor_or_joiner": False,
    "bootstrap_left_over": False,
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"stopped": False}, "not proven"),
        ({"stopped": Unknown("engine_hung")}, "not proven"),
        ({"operator_stopped": True}, "left alone"),
        ({"operator_stopped": Unknown("x")}, "left alone"),
        ({"missing": True}, "no container mariadb"),
        ({"cause": "innodb_corruption"}, "innodb_corruption"),
        ({"cause": Unknown("no_log")}, r"UNKNOWN \(no_log\)"),
        ({"disk_full": True}, "make room first"),
        ({"disk_full": Unknown("timeout:disk")}, "make room first"),
        ({"abs_clock_offset_s": 2.5}, "clock of ctl1"),
        ({"abs_clock_offset_s": Unknown("round_trip_too_long")}, "clock of ctl1"),
        ({"quorum_without_me": False}, "Primary majority"),
        ({"quorum_without_me": Unknown("sql_timeout")}, "Primary majority"),
        ({"any_donor_or_joiner": True}, "state transfer"),
        ({"any_donor_or_joiner": Unknown("sql_refused")}, "state transfer"),
        ({"bootstrap_left_over": True}, "second cluster"),
        ({"bootstrap_left_over": Unknown("timeout:engine")}, "second cluster"),
        ({"named_twice": "ctl1 and CTL1 are one machine: keep one"}, "keep one"),
        ({"group_size": 1, "quorum_without_me": False}, "galera-start-lone"),
    ],
)
def test_a_member_that_is_not_proven_to_have_failed_is_not_started(change: dict[str, Any], words: str) -> None:
    with declines(Refused, match=words):
        started(**{**FAILED, **change})


@pytest.mark.parametrize("name", sorted(set(FAILED) - {"unit_state", "has_unit"}))
def test_what_was_not_told_refuses_the_start_of_a_member(name: str) -> None:
    data = {key: value for key, value in FAILED.items() if key != name}
    with declines(Refused, match="ctl1"):
        started(**data)


@pytest.mark.parametrize("action", ["container.start", "container.restart"])
@pytest.mark.parametrize("name", [scripts.BOOTSTRAP_CONTAINER, scripts.RECOVER_CONTAINER])
def test_a_container_that_a_recovery_has_made_is_nobody_elses_to_start(action: str, name: str) -> None:
    (found,) = [each for each in registry.load({})["container"].actions if each.name == action]
    host = Host(name="ctl1", address="a", groups=(), engine="docker")
    order = PlanInput(target=targets.container("ctl1", name), host=host, data={"has_unit": False})
    with declines(Refused, match="a helper of a recovery of ours"):
        built(found.with_plan(order))


def test_risk_and_effect_are_what_the_safety_rules_say() -> None:
    found = {name: (one.risk, one.effect, one.takes_away_healthy) for name, one in ACTIONS.items()}
    assert found == {
        "galera.start_member": (Risk.R2, Effect.ONCE, False),
        "galera.read_member": (Risk.R2, Effect.OBSERVE, False),
        "galera.read_saved": (Risk.R2, Effect.OBSERVE, False),
        "galera.hold": (Risk.R2, Effect.IDEMPOTENT, False),
        "galera.stop": (Risk.R3, Effect.IDEMPOTENT, True),
        "galera.save": (Risk.R1, Effect.IDEMPOTENT, False),
        "galera.read_position": (Risk.R2, Effect.OBSERVE, False),
        "galera.decide": (Risk.R0, Effect.OBSERVE, False),
        "galera.copy": (Risk.R1, Effect.IDEMPOTENT, False),
        "galera.bootstrap": (Risk.R3, Effect.ONCE, False),
        "galera.join": (Risk.R2, Effect.IDEMPOTENT, False),
        "galera.finish": (Risk.R2, Effect.IDEMPOTENT, False),
        "galera.start_stopped": (Risk.R2, Effect.IDEMPOTENT, False),
        "galera.read_lone": (Risk.R2, Effect.OBSERVE, False),
        "galera.start_lone": (Risk.R2, Effect.IDEMPOTENT, False),
        "galera.decide_live": (Risk.R0, Effect.OBSERVE, False),
        "galera.pc_bootstrap": (Risk.R3, Effect.ONCE, False),
        "galera.login": (Risk.R0, Effect.OBSERVE, False),
        "galera.upgrade_tables": (Risk.R2, Effect.IDEMPOTENT, False),
        "galera.restart_left_out": (Risk.R2, Effect.ONCE, True),
    }
