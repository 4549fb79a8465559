"""What the lab promises without being up: its fault table, its usage errors, kolla's unit text, the config it
writes."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import pytest

from lab import cli, faults
from lab.cloud import config, service, services, topology
from lab.errors import UsageError
from tests.unit.lab.conftest import Be

pytestmark = pytest.mark.unit

PROMISED = {
    "crash-loop": "escalated",
    "engine-loop": "escalated",
    "crash-once-limit": "cured",
    "unhealthy": "cured",
    "oom": "escalated",
    "removed": "escalated",
    "operator-stop": "untouched",
    "host-off": "escalated",
    "host-hung": "escalated",
    "ssh-stopped": "escalated",
    "ssh-silent": "escalated",
    "disk-full": "escalated",
    "inode-full": "escalated",
    "clock-off": "escalated",
    "slow-restart": "cured",
    "partition": "escalated",
    "hostile-host": "escalated",
}


def test_the_promised_faults_are_there_with_their_outcomes(be: Be, capsys: pytest.CaptureFixture[str]) -> None:
    be("default")
    assert cli.main(["faults", "--format", "json"]) == 0
    listed = {f["name"]: f for f in json.loads(capsys.readouterr().out)}
    assert {name: listed[name]["expected"]["outcome"] for name in PROMISED} == PROMISED
    for fault in listed.values():
        assert {"name", "hosts", "params", "heals", "expected"} <= fault.keys()
        assert fault["expected"]["check"] in config.checks()
        assert fault["default_host"] in fault["hosts"]


@pytest.mark.parametrize(
    "line",
    [
        [],
        ["nonsense"],
        ["up", "--only", "ctl9"],
        ["up", "--only", ","],
        ["up", "ctl1"],
        ["down", "now"],
        ["status", "--format", "xml"],
        ["ssh"],
        ["ssh", "ctl9"],
        ["break"],
        ["break", "no-such-fault"],
        ["break", "unhealthy", "ctl9"],
        ["break", "unhealthy", "cmp1", "--container", "haproxy"],
        ["break", "unhealthy", "cmp1", "--colour", "red"],
        ["break", "unhealthy", "cmp1", "--container"],
        ["break", "crash-loop", "ctl1", "--life", "long"],
        ["break", "slow-restart", "ctl1", "--with", "glue"],
        ["heal", "no-such-fault"],
        ["heal", "ctl1", "ctl2"],
    ],
)
def test_bad_usage_is_64_and_one_line(line: list[str], be: Be, capsys: pytest.CaptureFixture[str]) -> None:
    be("default")
    assert cli.main(line) == 64
    said = capsys.readouterr().err
    assert re.fullmatch(r"lab: [^\n]+\n", said)


def test_parameters_get_their_defaults_and_switches() -> None:
    assert faults.find("slow-restart").accept({"seconds": "5"}) == {
        "container": "memcached",
        "seconds": "5",
        "with": "crash-once-limit",
    }
    with pytest.raises(UsageError, match="sticky"):
        faults.find("unhealthy").accept({"stickie": "yes"})


@pytest.mark.parametrize(("host", "needs"), [("ctl1", "docker.service"), ("cmp2", "network-online.target")])
def test_the_unit_is_kollas(host: str, needs: str) -> None:
    text = service.unit_text(services.find("memcached"), topology.host(host))
    engine = topology.host(host).engine
    for line in (
        f"After={needs}",
        f"Wants={needs}",
        "PartOf=kolla.target",
        "StartLimitInterval=120",
        "StartLimitBurst=10",
        f"ExecStart=/usr/bin/{engine} start -a memcached",
        f"ExecStop=/usr/bin/{engine} stop memcached -t 60",
        "Restart=always",
        "RestartSec=11",
        "SuccessExitStatus=143",
    ):
        assert line in text.splitlines()


@pytest.mark.parametrize("name", sorted(services.all_of_them()))
def test_a_container_is_created_as_kolla_does(name: str) -> None:
    argv = service.create(services.find(name), topology.host("ctl1"))
    assert argv[:5] == ["docker", "create", "--name", name, "--network"]
    assert f"kolla_version={topology.KOLLA_VERSION}" in argv
    assert f"KOLLA_SERVICE_NAME={services.find(name).dashed}" in argv
    assert not any(a.startswith("--restart") for a in argv)


def test_the_config_is_private_and_limited_to_its_hosts(be: Be, tmp_path: Path) -> None:
    be("addresses")
    written = config.write(tmp_path / "s", hosts=["cmp1"], http_port=8099)
    text = written.config.read_text()
    for private in (written.config, written.token_file):
        assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert "cmp1:" in text
    assert "ctl1:" not in text
    assert 'bind: "127.0.0.1:8099"' in text
    assert config.write(tmp_path / "t", hosts=["ctl1"]).token_file.read_text() != written.token_file.read_text()
