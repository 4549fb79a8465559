"""What the config says of Galera: its settings reach the commands, the version and the checks, and a wrong one is
said."""

from __future__ import annotations

from pathlib import Path

import pytest

from remediator.cli.explain import questions
from remediator.config import ConfigError, effective, load_config
from remediator.config.ownership import files
from remediator.daemon.process import composition
from remediator.integrations import registry
from remediator.model.content.declined import Refused
from remediator.model.hosts import Host
from remediator.model.targets import cluster
from tests.builders.asked import in_a_run
from tests.builders.declined import built, declines
from tests.builders.examined import examined
from tests.unit.config.writing import config_of
from tests.unit.content.toy import GOOD, loaded, put

pytestmark = pytest.mark.unit
MINIMAL = "cloud: lab\ninventory: {hosts: {ctl1: {address: 10.77.0.11, groups: [mariadb]}}}\n"


def test_the_version_is_of_the_settings_that_commands_are_built_from_and_of_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def version(more: str) -> str:
        return loaded(tmp_path / "a", config=config_of(tmp_path, f"integrations: {{galera: {{{more}}}}}\n")).version

    put(tmp_path / "a", GOOD)
    monkeypatch.setenv("PASSWORD", "first")
    plain = version("password: {env: PASSWORD}")
    settings = ("copy: datadir", "snapshot: [/usr/local/bin/snap]", "volume: /srv/mysql", "port: 3307", "user: root")
    versions = [version(f"password: {{env: PASSWORD}}, {each}") for each in settings]
    assert len({plain, *versions}) == len(settings) + 1
    assert version("password: {env: OTHER}") != plain
    monkeypatch.setenv("PASSWORD", "second")
    assert version("password: {env: PASSWORD}") == plain


def test_the_settings_for_validation_hold_no_secret(tmp_path: Path) -> None:
    config = config_of(
        tmp_path, "integrations: {galera: {port: 3307, password: {file: /p}}, host: {mounts: [/data]}}\n"
    )
    assert config.integrations.without_secrets() == {
        "galera": {
            "group": "mariadb",
            "port": 3307,
            "user": "monitor",
            "volume": None,
            "canaries": [],
            "copy": "files",
            "snapshot": [],
        },
        "host": {"mounts": ["/data"], "act_lists": None},
    }
    assert config_of(tmp_path).integrations.without_secrets() == {}


GALERA = "integrations: {galera: {canaries: [nova.instances], copy: datadir, snapshot: [/usr/bin/snap, -x]}}\n"


def test_what_a_bootstrap_does_beside_itself_reaches_the_integration(tmp_path: Path) -> None:
    config = config_of(tmp_path, GALERA)
    assert config.integrations.without_secrets()["galera"] | {"port": 0} == {
        "group": "mariadb", "port": 0, "user": "monitor", "password": None, "volume": None,
        "canaries": ["nova.instances"], "copy": "datadir", "snapshot": ["/usr/bin/snap", "-x"],
    }  # fmt: skip
    assert {row.key: row.value for row in effective.effective(config)}["integrations.galera.copy"] == "datadir"
    copies = [action for action in registry.load(config)["galera"].actions if action.name == "galera.copy"]
    order = in_a_run(
        cluster("galera", ("a",)), Host(name="a", address="b", groups=()),
        bound={"choice": {"host": "a", "uuid": "u", "seqno": 1, "lost": 0, "alone_why": ""}},
    )  # fmt: skip
    with declines(Refused, match="nothing is copied blindly"):
        built(copies[0].when.commands(order))


@pytest.mark.parametrize(
    "wrong", ["canaries: [instances]", "canaries: ['a.b; drop']", "copy: all", "snapshot: ['']", "snapshot: x"]
)
def test_what_a_bootstrap_cannot_do_is_a_mistake(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(ConfigError, match=r"integrations\.galera"):
        config_of(tmp_path, f"integrations: {{galera: {{{wrong}}}}}\n")


def test_an_empty_group_with_galera_configured(tmp_path: Path) -> None:
    text = MINIMAL.replace("[mariadb]", "[control]") + "integrations: {galera: {password: {env: NOT_NEEDED_HERE}}}\n"
    found, _ = examined(tmp_path, text)
    assert found == [
        "config.yaml:3:16: integrations.galera: the group mariadb has no host in the inventory; if that is right, set "
        "checks.galera-node.off: true, checks.galera-cluster.off: true, checks.galera-upgrade.off: true, "
        "checks.galera-mark.off: true"
    ]


def test_a_group_that_is_misspelt_in_the_settings_is_one_mistake_there(tmp_path: Path) -> None:
    found, _ = examined(tmp_path, MINIMAL + "integrations: {galera: {group: mariadbx}}\n")
    (said,) = found
    assert said.startswith(
        "config.yaml:3:32: integrations.galera.group: the group mariadbx has no host in the inventory; "
    )
    assert said.endswith("(did you mean mariadb?)")


def test_the_checks_of_an_integration_are_of_the_group_that_its_settings_name(tmp_path: Path) -> None:
    text = MINIMAL.replace("[mariadb]", "[database]") + "integrations: {galera: {group: database}}\n"
    found, _ = examined(tmp_path, text)
    assert found == []
    path = tmp_path / "config.yaml"
    content = composition.load(load_config(str(path), {}, registry.sections)).content
    assert {check.group for check in content.checks.values() if check.name.startswith("galera-")} == {"database"}


def test_every_setting_of_an_integration_reaches_it(tmp_path: Path) -> None:
    more = "integrations: {galera: {volume: /srv/mariadb}, host: {mounts: [/data]}}\n"
    found, _ = examined(tmp_path, MINIMAL + more)
    assert found == []


def test_a_group_that_nobody_watches_is_a_note(tmp_path: Path) -> None:
    told = "integrations: Galera is not watched: the group mariadb has hosts, but integrations.galera is not set"
    assert told in examined(tmp_path, MINIMAL)[1]
    assert told not in examined(tmp_path, MINIMAL + "integrations: {galera: {}}\n")[1]


def test_the_settings_of_the_lab_load(tmp_path: Path) -> None:
    config = config_of(
        tmp_path, "integrations: {galera: {group: mariadb, port: 3306, user: monitor, password: {file: /p}}}\n"
    )
    assert sorted(config.integrations.without_secrets()) == ["galera"]


def test_a_password_that_others_may_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "monitor").write_text("x\n", "utf-8")
    (tmp_path / "monitor").chmod(0o640)
    config = config_of(tmp_path, f"integrations: {{galera: {{password: {{file: {tmp_path}/monitor}}}}}}\n")
    (note,) = [each for each in files.notes(config) if each.path.startswith("integrations")]
    assert (note.path, note.message.replace(f"{tmp_path}/", "")) == (
        "integrations.galera.password",
        "monitor can be read by others (mode 0640): chmod 600 monitor",
    )


def test_people_may_call_a_member_by_the_name_of_its_container_or_of_the_cluster() -> None:
    same = registry.load({}).kinds.aliases()
    assert questions.fits(("ctl2", "galera"), "container/ctl2/mariadb", "container-state", (), same)
    assert questions.fits(("ctl2", "mariadb"), "cluster/galera", "galera-cluster", ("ctl1", "ctl2"), same)
    assert not questions.fits(("ctl3", "mariadb"), "cluster/galera", "galera-cluster", ("ctl1", "ctl2"), same)
