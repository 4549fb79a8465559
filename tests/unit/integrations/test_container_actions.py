"""Which commands start or restart a container, what is refused, and what a later reply proves about them."""

from __future__ import annotations

from typing import Any

import pytest

from remediator.integrations import registry
from remediator.integrations.container import start_commands
from remediator.model import targets
from remediator.model.content.actions import ActionSpec, Effect, PlanInput, Probe, Risk
from remediator.model.content.declined import Refused
from remediator.model.hosts import Host
from remediator.model.messages.replies import Reach
from remediator.model.values import Unknown
from tests.builders.declined import built, declines
from tests.unit.integrations import section as make

pytestmark = pytest.mark.unit

ACTIONS = {action.name: action for action in registry.load({})["container"].actions}
UNIT = "kolla-memcached-container.service"


def argvs(action: str, name: str = "memcached", engine: str = "docker", **data: Any) -> list[tuple[str, ...]]:
    host = Host(name="ctl1", address="a", groups=(), engine=engine)
    order = PlanInput(target=targets.container("ctl1", name), host=host, data=data)
    commands = built(ACTIONS[action].when.commands(order))
    assert all(command.privileged and command.host == "ctl1" and 0 < command.timeout_s <= 300 for command in commands)
    return [argv for command in commands for argv in (command.first, command.argv) if argv]


def test_a_failed_unit_is_reset_and_then_started() -> None:
    found = argvs("container.start", has_unit=True, unit_state="failed")
    assert found == [("systemctl", "reset-failed", "--", UNIT), ("systemctl", "start", "--", UNIT)]


def test_the_reset_and_the_start_leave_as_one_command() -> None:
    """A reset-failed alone leaves what looks like an operator's stop, and that is never cured."""
    host = Host(name="ctl1", address="a", groups=(), engine="docker")
    order = PlanInput(
        target=targets.container("ctl1", "memcached"), host=host, data={"has_unit": True, "unit_state": "failed"}
    )
    (command,) = built(ACTIONS["container.start"].when.commands(order))
    assert command.line(sudo=True) == (
        f"sudo -n -- systemctl reset-failed -- {UNIT} && sudo -n -- systemctl start -- {UNIT}"
    )


def test_a_unit_that_is_not_failed_is_not_reset_because_it_may_not_be_loaded() -> None:
    assert argvs("container.start", has_unit=True, unit_state="inactive") == [("systemctl", "start", "--", UNIT)]
    assert argvs("container.restart", has_unit=True, unit_state="active") == [("systemctl", "restart", "--", UNIT)]


def test_without_a_unit_the_engine_does_it() -> None:
    assert argvs("container.start", engine="podman", has_unit=False) == [("podman", "start", "--", "memcached")]
    assert argvs("container.restart", has_unit=False) == [("docker", "restart", "-t", "60", "--", "memcached")]


@pytest.mark.parametrize("action", ["container.start", "container.restart"])
@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("mariadb", {"has_unit": True, "unit_state": "failed"}, "KR-5"),
        ("remediator_relay_begin", {"has_unit": False}, "a helper of a recovery of ours"),
        *(
            (name, {"has_unit": False}, "can be the name of no container")
            for name in ("-t", "--all", "--signal=KILL", "*", "mariadb ", "a;b", "a\nb", "..")
        ),
        ("memcached", {"has_unit": Unknown("host_unreachable")}, "UNKNOWN (host_unreachable)"),
        ("memcached", {}, "UNKNOWN (no_data)"),
        ("memcached", {"has_unit": True, "unit_state": Unknown("timeout:systemctl")}, "timeout:systemctl"),
        ("memcached", {"has_unit": True, "unit_state": "failed", "missing": True}, "deploy it with kolla-ansible"),
        ("memcached", {"has_unit": True, "unit_state": "active", "short_lived": True}, "BOOTSTRAP or UPGRADE"),
    ],
)
def test_what_is_not_known_or_not_ours_is_refused_with_a_sentence(
    action: str, name: str, data: dict[str, Any], words: str
) -> None:
    with declines(Refused, match=r"^.+$") as refused:
        built(argvs(action, name, **data))
    assert words in str(refused.value)


def test_risk_and_effect_are_what_the_safety_rules_say() -> None:
    found = {name: (one.risk, one.effect, one.takes_away_healthy) for name, one in ACTIONS.items()}
    assert found == {
        "container.start": (Risk.R1, Effect.ONCE, False),
        "container.restart": (Risk.R1, Effect.ONCE, True),
    }


BEFORE = {"boot_id": "boot-1", "container_id": "c0ffee", "started_at": make.stamp(70), "invocation_id": "i-1"}
FAILED = make.START_LIMIT


def probed(item: dict[str, Any] | None, unit: dict[str, str] | None, before: dict[str, str] | None = None) -> Probe:
    data = make.containers(item, units={} if unit is None else {"memcached": unit})
    action: ActionSpec = ACTIONS["container.start"]
    return action.probe(before or BEFORE, make.reply(containers=data), targets.container("ctl1", "memcached"))


def test_the_same_start_and_invocation_with_nobody_at_work_prove_that_nothing_was_done() -> None:
    assert probed(make.down(), FAILED) is Probe.NOT_APPLIED


def test_a_unit_that_reset_failed_let_systemd_forget_was_not_started() -> None:
    assert probed(make.down(), make.unit(ActiveState="inactive", InvocationID="")) is Probe.NOT_APPLIED


@pytest.mark.parametrize(
    ("item", "unit"),
    [
        (make.container(started_at=make.stamp(2)), make.unit(InvocationID="i-2")),
        (make.down(), make.unit(ActiveState="failed", InvocationID="i-2")),
        (make.down(started_at=make.stamp(5)), FAILED),
        (make.down(), make.unit(ActiveState="failed", Job="9")),
        (make.down(), make.unit(ActiveState="deactivating")),
    ],
)
def test_another_invocation_another_start_or_a_job_prove_that_it_was_done(
    item: dict[str, Any], unit: dict[str, str]
) -> None:
    assert probed(item, unit) is Probe.APPLIED


@pytest.mark.parametrize("key", sorted(BEFORE))
def test_what_was_not_recorded_proves_nothing(key: str) -> None:
    before = {name: value for name, value in BEFORE.items() if name != key}
    assert probed(make.down(), FAILED, before) is Probe.UNKNOWN


def test_after_another_boot_nothing_is_proven() -> None:
    assert probed(make.container(), make.unit(InvocationID="i-9"), {**BEFORE, "boot_id": "boot-0"}) is Probe.UNKNOWN


def test_a_container_that_is_gone_or_was_made_anew_proves_nothing() -> None:
    assert probed(None, FAILED) is Probe.UNKNOWN
    assert probed(make.container(id="other"), make.unit()) is Probe.UNKNOWN


def test_no_answer_proves_nothing() -> None:
    for data in (Unknown("timeout:containers"), make.containers(engine_state="hung", units={"memcached": FAILED})):
        assert start_commands.probe(BEFORE, make.reply(containers=data), "memcached") is Probe.UNKNOWN
    assert start_commands.probe(BEFORE, make.reply(reach=Reach.UNREACHABLE), "memcached") is Probe.UNKNOWN
    unanswered = make.containers(make.down(), units={"memcached": FAILED}) | {"units": None, "units_reason": "x"}
    assert start_commands.probe(BEFORE, make.reply(containers=unanswered), "memcached") is Probe.UNKNOWN


@pytest.mark.parametrize(
    ("age_s", "intent_s", "answer"),
    [(70, None, Probe.UNKNOWN), (70, 10.0, Probe.UNKNOWN), (70, 120.0, Probe.NOT_APPLIED), (3, None, Probe.APPLIED)],
)
def test_an_engine_that_may_still_be_at_it_is_not_taken_for_one_that_did_nothing(
    age_s: float, intent_s: float | None, answer: Probe
) -> None:
    before = {key: value for key, value in BEFORE.items() if key != "invocation_id"}
    if intent_s is not None:
        before["intent_at"] = make.stamp(intent_s)
    item = make.container(started_at=make.stamp(age_s))
    assert probed(item, None, before) is answer
