"""`validate`: the config and all content in one pass, also when the config is broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from remediator.config import load_config
from remediator.config.documents import mistakes
from remediator.content import validate
from remediator.daemon.process import composition
from remediator.integrations import registry
from tests.builders import installed
from tests.builders.examined import examined
from tests.unit.content.toy import put

pytestmark = pytest.mark.unit

MINIMAL = "cloud: lab\ninventory: {hosts: {ctl1: {address: 10.77.0.11, groups: [control]}}}\n"
BAD_RULE = """\
rules:
  - name: mine
    on: {check: container-state, state: critical}
    when: data.crashd
    run: [container-start]
"""


def test_a_good_config_has_no_mistakes_but_may_have_notes(tmp_path: Path) -> None:
    found, notes = examined(tmp_path, MINIMAL + "limits: {maintenance: 15m}\nchecks: {host-disk: {off: true}}\n")
    assert found == []
    assert notes == (
        "limits: 1 limits stand at their floor: maintenance",
        "notify: nobody is told: notify names no notifier, so an escalation reaches only the log and the page",
        "checks: switched off by the config: host-disk",
    )


PASTED = """\
rules:
  - name: mine
    on: {check: container-state, state: critical}
    notify: |
      {{ data.name }} is down. Look:
      systemctl status {{ data.unit }}
    evidence: "docker logs {{ name | shell }}"
"""


def test_a_value_in_a_command_that_is_not_quoted_is_a_note_with_its_place(tmp_path: Path) -> None:
    put(tmp_path, {"more/rules/mine.yaml": PASTED})
    path = put(tmp_path, {"config.yaml": MINIMAL + f"content: [{tmp_path}/more]\n"}) / "config.yaml"
    result = validate.examine(str(path), {})
    assert result.mistakes == []
    (note,) = [each for each in result.notes if each.path.startswith("rules")]
    assert (note.file, note.line, note.path) == (f"{tmp_path}/more/rules/mine.yaml", 4, "rules.0.notify")
    assert "(after: systemctl status); " in note.message
    put(tmp_path, {"more/rules/mine.yaml": PASTED.replace("data.unit", "data.unit | shell")})
    assert not [each for each in validate.examine(str(path), {}).notes if each.path.startswith("rules")]


def test_config_and_content_at_once(tmp_path: Path) -> None:
    put(tmp_path, {"more/rules/mine.yaml": BAD_RULE})
    text = MINIMAL + f"content: [{tmp_path}/more]\nlog: {{level: loud}}\n"
    found, notes = examined(tmp_path, text)
    assert [line.split("\n")[0] for line in found] == [
        "config.yaml:4:14: log.level: 'loud' is not one of debug, info, warning, error",
        "more/rules/mine.yaml:4:16: rules.0.when: there is no field crashd (did you mean crashed?)",
    ]
    assert notes == ()


def test_an_empty_group_with_its_integration_configured(tmp_path: Path, memcache: None) -> None:
    found, _ = examined(tmp_path, MINIMAL.replace("[control]", "[network]") + "integrations: {memcache: {}}\n")
    assert found == [
        "config.yaml:3:16: integrations.memcache: the group control has no host in the inventory; if "
        "that is right, set "
        "checks.memcache-answers.off: true"
    ]


def test_a_group_that_is_misspelt_in_the_settings_is_one_mistake_there(tmp_path: Path, memcache: None) -> None:
    (said,) = examined(tmp_path, MINIMAL + "integrations: {memcache: {group: controlx}}\n")[0]
    assert said.startswith(
        "config.yaml:3:34: integrations.memcache.group: the group controlx has no host in the inventory; "
    )
    assert said.endswith("(did you mean control?)")


def test_the_checks_of_an_integration_are_of_the_group_that_its_settings_name(tmp_path: Path, memcache: None) -> None:
    text = MINIMAL.replace("[control]", "[caches]") + "integrations: {memcache: {group: caches}}\n"
    assert examined(tmp_path, text)[0] == []
    content = composition.load(load_config(str(tmp_path / "config.yaml"), {}, registry.sections)).content
    assert {check.group for check in content.checks.values() if check.name.startswith("memcache-")} == {"caches"}


LAMP = """\
from remediator.model.manifest.integration import Integration
from remediator.model.manifest.unwatched import Watched


def build(settings):
    return Integration(
        name="lamp", sections=(), remote_source="", assessments=(), actions=(), watched=Watched(title="The lamp", group="control")
    )
"""  # noqa: E501


def test_a_group_that_nobody_watches_is_a_note(tmp_path: Path) -> None:
    put(tmp_path, {"lamp_of_ours/__init__.py": "", "lamp_of_ours/manifest.py": LAMP})
    installed.described(tmp_path, "lamp-of-ours", "1.0", "lamp = lamp_of_ours")
    told = "integrations: The lamp is not watched: the group control has hosts, but integrations.lamp is not set"
    with installed.importable(tmp_path):
        assert told in examined(tmp_path, MINIMAL)[1]
        assert told not in examined(tmp_path, MINIMAL + "integrations: {lamp: {}}\n")[1]
        assert told not in examined(tmp_path, MINIMAL.replace("[control]", "[network]"))[1]


def test_every_setting_of_an_integration_reaches_it(tmp_path: Path, memcache: None) -> None:
    more = "integrations: {memcache: {port: 11212}, host: {mounts: [/data]}}\n"
    found, _ = examined(tmp_path, MINIMAL + more)
    assert found == []


def test_an_inventory_that_is_not_there(tmp_path: Path) -> None:
    found, _ = examined(tmp_path, f"cloud: lab\ninventory: {{kolla: {tmp_path}/none}}\n")
    assert len(found) == 1
    assert found[0].startswith("config.yaml:2:20: inventory.kolla: inventory ")
    assert "there is no such file" in found[0]


def test_json_is_the_contract(tmp_path: Path) -> None:
    path = put(tmp_path, {"config.yaml": MINIMAL + "clod: x\n"}) / "config.yaml"
    assert mistakes.to_json(validate.validate(str(path), {})) == [
        {
            "file": str(path), "line": 3, "col": 1, "path": "clod", "code": "unknown_key",
            "message": "unknown key clod", "hint": "cloud",
        }
    ]  # fmt: skip


def test_two_hosts_of_one_address_are_said_with_their_place(tmp_path: Path) -> None:
    text = "cloud: lab\ninventory: {hosts: {a: {address: 10.0.0.1}, b: {address: '::ffff:10.0.0.1'}}}\n"
    found, notes = examined(tmp_path, text)
    assert found == []
    assert notes[0] == (
        "inventory.hosts: a and b have one address, 10.0.0.1 port 22: one machine would count as 2; "
        "take all but one out"
    )
