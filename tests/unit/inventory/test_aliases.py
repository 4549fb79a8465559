"""What the config declares about names must be about hosts that there are, and about one for each name."""

from __future__ import annotations

from pathlib import Path

import pytest

from remediator import inventory as inventories
from remediator.config import load_config
from remediator.content.validate import validate
from remediator.daemon.process import composition
from remediator.integrations import registry

pytestmark = pytest.mark.unit

HOSTS = "hosts: {ctl1: {address: 192.0.2.11}, ctl2: {address: 192.0.2.12}, old1: {address: 192.0.2.11}}"


def written(directory: Path, aliases: str) -> Path:
    path = directory / "config.yaml"
    path.write_text(f"cloud: x\ninventory:\n  {HOSTS}\n  aliases:\n    {aliases}\n")
    path.chmod(0o600)
    return path


@pytest.mark.parametrize(
    "aliases",
    ["mon-ctl1: ctl1", "{a: ctl1, A.: ctl1, b: ctl2}", "192.0.2.11: old1", "ctl1: ctl1", "'Control 1 (rack 3)': ctl1"],
)
def test_what_is_declared_reaches_the_inventory(tmp_path: Path, aliases: str) -> None:
    path = written(tmp_path, aliases)
    assert validate(str(path), {}) == []
    config = load_config(str(path), {}, registry.sections)
    assert inventories.load(config).aliases == config.inventory.aliases


@pytest.mark.parametrize(
    ("aliases", "code", "says", "hint"),
    [
        ("mon: clt1", "unknown_name", "no host clt1", "ctl1"),
        ("{mon.example.net: ctl1, MON.example.net.: ctl2}", "two_hosts", "as mon.example.net for ctl1", ""),
        ("{192.0.2.99: ctl1, '::ffff:192.0.2.99': ctl2}", "two_hosts", "a name means one host", ""),
        ("CTL2: ctl1", "two_hosts", "is the name or an address of ctl2", ""),
        ("192.0.2.12: ctl1", "two_hosts", "is the name or an address of ctl2", ""),
    ],
)
def test_a_name_for_no_host_or_for_two_is_a_mistake(
    tmp_path: Path, aliases: str, code: str, says: str, hint: str
) -> None:
    path = written(tmp_path, aliases)
    (mistake,) = validate(str(path), {})
    assert (mistake.code, mistake.hint) == (code, hint)
    assert says in mistake.message
    assert mistake.line == 5
    with pytest.raises(composition.ContentWrong, match=says.split()[0]):
        composition.load(load_config(str(path), {}, registry.sections))
