"""What good content becomes: overrides by name, settings from the config, limits, versions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from remediator.config import Config, load_config
from remediator.config.documents import mistakes
from remediator.content import load_content
from remediator.integrations import registry
from remediator.model.content.actions import ActionSpec, AtPlan, Effect, Risk
from remediator.model.content.commands import Script
from remediator.model.content.specs import FromStep
from tests.unit.content.toy import GOOD, TOY, load, loaded, put

pytestmark = pytest.mark.unit

MINIMAL = "cloud: lab\ninventory: {hosts: {ctl1: {address: 10.77.0.11}}}\n"


def config_of(folder: Path, more: str) -> Config:
    path = put(folder, {"config.yaml": MINIMAL + more}) / "config.yaml"
    return load_config(str(path), {}, registry.sections)


def test_records_say_where_they_come_from(tmp_path: Path) -> None:
    content = loaded(put(tmp_path, GOOD))
    assert content.checks["toy-state"].source == f"{tmp_path}/checks/toy.yaml:2"
    assert content.rules["toy-down"].source == f"{tmp_path}/rules/toy.yaml:2"
    assert content.runbooks["toy-start"].source == f"{tmp_path}/runbooks/toy.yaml:2"


def test_defaults(tmp_path: Path) -> None:
    content = loaded(put(tmp_path, GOOD))
    check = content.checks["toy-state"]
    assert (check.every_s, check.retry_s, check.attempts, check.group, check.enabled) == (10, 10, 3, None, True)
    runbook = content.runbooks["toy-start"]
    assert (runbook.steps[0].timeout_s, runbook.on_failure) == (120, ("notify.operators",))
    assert content.rules["toy-down"].states == ("critical",)


def test_later_directories_override_by_name(tmp_path: Path) -> None:
    first = put(tmp_path / "a", GOOD)
    check = GOOD["checks/toy.yaml"].replace("10s", "1m")
    second = put(tmp_path / "b", {"checks/mine.yaml": check})
    content = loaded(first, second)
    assert content.checks["toy-state"].every_s == 60
    assert content.checks["toy-state"].source == f"{second}/checks/mine.yaml:2"
    assert "toy-down" in content.rules


def test_a_broken_override_does_not_leave_the_old_one_in_force(tmp_path: Path) -> None:
    second = put(tmp_path / "b", {"checks/mine.yaml": GOOD["checks/toy.yaml"].replace("10s", "soon")})
    content, found = load(put(tmp_path / "a", GOOD), second)
    assert content is None
    assert [mistake.path for mistake in found] == ["checks.0.every"]


def test_the_config_changes_checks(tmp_path: Path) -> None:
    config = config_of(tmp_path, "checks: {toy-state: {every: 5s, attempts: 7, off: true}}\n")
    with_rule_off = {name: text for name, text in GOOD.items() if name.startswith("checks")}
    check = loaded(put(tmp_path / "c", with_rule_off), config=config).checks["toy-state"]
    assert (check.every_s, check.retry_s, check.attempts, check.enabled) == (5, 5, 7, False)


@pytest.mark.parametrize(("hold", "seconds"), [("", 60), (", hold: 5s", 60), (", hold: 5m", 300)])
def test_hold_only_lengthens_the_limit(tmp_path: Path, hold: str, seconds: float) -> None:
    text = GOOD["runbooks/toy.yaml"].replace("within: 1m", f"within: 1m{hold}")
    assert loaded(put(tmp_path, {**GOOD, "runbooks/toy.yaml": text})).runbooks["toy-start"].verify.quiet_s == seconds


def test_references_between_steps_are_records(tmp_path: Path) -> None:
    steps = (
        "{id: read, do: toy.read}\n      - {id: every, do: toy.read_all}"
        "\n      - {id: wipe, do: toy.wipe, with: {all: {from: every}, pos: {from: read}}}"
    )
    text = GOOD["runbooks/toy.yaml"].replace("{id: start, do: toy.start}", steps).replace("R1", "R3")
    runbook = loaded(put(tmp_path, {**GOOD, "runbooks/toy.yaml": text})).runbooks["toy-start"]
    assert runbook.risk is Risk.R3
    assert runbook.steps[2].params == {"all": FromStep("every"), "pos": FromStep("read")}


def test_the_version_is_of_what_decides(tmp_path: Path) -> None:
    version = loaded(put(tmp_path / "a", GOOD)).version
    assert len(version) == 64
    commented = {name: f"# a comment\n{text}" for name, text in GOOD.items()}
    assert loaded(put(tmp_path / "b", commented)).version == version
    changed = {**GOOD, "rules/toy.yaml": GOOD["rules/toy.yaml"].replace("> 1", "> 2")}
    assert loaded(put(tmp_path / "c", changed)).version != version
    slower = config_of(tmp_path, "checks: {toy-state: {every: 5s}}\n")
    assert loaded(tmp_path / "a", config=slower).version != version


OTHER_PROGRAM = Script(name="toy", text="systemctl stop -- $1", args=("[a-z]+",))


@pytest.mark.parametrize(
    "changes",
    [
        {"scripts": (OTHER_PROGRAM,)},
        {"scripts": (replace(OTHER_PROGRAM, args=(".*",)),)},
        {"programs": (("/usr/local/bin/snapshot",),)},
        {"privileges": ("systemctl start -- NAME",)},
        {"takes_away_healthy": True},
        {"risk": Risk.R2},
        {"effect": Effect.IDEMPOTENT},
    ],
)
def test_the_version_is_of_what_a_step_may_become_that_is_built_in_its_turn(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    folder = put(tmp_path, GOOD)

    def version(action: ActionSpec) -> str:
        content, found = load_content(
            [folder], registry.beside({"toy": replace(TOY, actions=(*TOY.actions, action))}), None
        )
        assert content is not None, found
        return content.version

    action = replace(TOY.actions[3], name="toy.other", scripts=(Script(name="toy", text="true", args=("[a-z]+",)),))
    assert version(action) == version(replace(action, when=AtPlan(commands=lambda _: ())))
    assert version(replace(action, **changes)) != version(action)


def test_the_version_is_of_the_settings_that_commands_are_built_from_and_of_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memcache: None
) -> None:
    def version(more: str) -> str:
        return loaded(tmp_path / "a", config=config_of(tmp_path, f"integrations: {{memcache: {{{more}}}}}\n")).version

    put(tmp_path / "a", GOOD)
    monkeypatch.setenv("PASSWORD", "first")
    plain = version("word: {env: PASSWORD}")
    settings = ("group: caches", "port: 11212")
    versions = [version(f"word: {{env: PASSWORD}}, {each}") for each in settings]
    assert len({plain, *versions}) == len(settings) + 1
    assert version("word: {env: OTHER}") != plain
    monkeypatch.setenv("PASSWORD", "second")
    assert version("word: {env: PASSWORD}") == plain


SETTINGS = {
    "checks: {toy-sate: {every: 5s}}": "config.yaml:3:10: checks.toy-sate: there is no check toy-sate (did you mean toy-state?)",  # noqa: E501
    "autonomy: {rules: {toy-dwon: auto}}": (
        "config.yaml:3:20: autonomy.rules.toy-dwon: there is no rule toy-dwon (did you mean toy-down?)"
    ),
    "i_accept_unattended_r3: [toy]": "config.yaml:3:26: i_accept_unattended_r3.0: there is no rule toy",
}


@pytest.mark.parametrize("text", SETTINGS)
def test_what_the_config_names_must_be_there(tmp_path: Path, text: str) -> None:
    config = config_of(tmp_path, text + "\n")
    _, found = load(put(tmp_path, GOOD), config=config)
    assert [mistakes.to_text(mistake).replace(f"{tmp_path}/", "") for mistake in found] == [SETTINGS[text]]


def test_r3_is_never_unattended_without_its_name(tmp_path: Path) -> None:
    text = GOOD["runbooks/toy.yaml"].replace("risk: R1", "risk: R3")
    put(tmp_path, {**GOOD, "runbooks/toy.yaml": text})
    _, found = load(tmp_path, config=config_of(tmp_path, "autonomy: {rules: {toy-down: auto}}\n"))
    assert [mistake.message for mistake in found] == [
        "toy-down runs an R3 runbook: auto needs its name in i_accept_unattended_r3 as well"
    ]
    named = config_of(tmp_path, "autonomy: {rules: {toy-down: auto}}\ni_accept_unattended_r3: [toy-down]\n")
    assert load(tmp_path, config=named)[1] == []


def test_a_cure_that_nobody_would_see_is_a_mistake(tmp_path: Path) -> None:
    other = GOOD["checks/toy.yaml"].replace("toy-state", "toy-proof")
    runbook = GOOD["runbooks/toy.yaml"].replace("check: toy-state", "check: toy-proof")
    put(tmp_path, {**GOOD, "checks/proof.yaml": other, "runbooks/toy.yaml": runbook})
    _, found = load(tmp_path, config=config_of(tmp_path, "checks: {toy-proof: {off: true}}\n"))
    assert [mistake.code for mistake in found] == ["needed"]


def test_content_of_what_is_not_loaded_is_checked_and_off(tmp_path: Path) -> None:
    check = """\
checks:
  - {name: disk, assess: host.disk, hosts: {group: control}, every: 5s, critical: data.used_percent > 95.0, output: x}
"""
    folder = put(tmp_path, {"checks/host.yaml": check})
    content, found = load_content([folder], registry.beside({"toy": TOY}), None)
    assert content is not None, found
    assert content.checks["disk"].enabled is False
    put(tmp_path, {"checks/host.yaml": check.replace("data.used_percent", "data.used_percnt")})
    _, found = load_content([folder], registry.beside({"toy": TOY}), None)
    assert [(mistake.code, mistake.hint) for mistake in found] == [("condition", "used_percent")]
