"""The sudoers file as the sudo of a real host reads it: taken by visudo, and it allows what it says and nothing beside
it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab import api
from remediator.collect.assembly import BOOTSTRAP
from remediator.integrations.galera.steps import scripts

pytestmark = [pytest.mark.lab, pytest.mark.part("host"), pytest.mark.timeout(120), pytest.mark.on("cmp1")]
LASTS_S = 60

HOST = "cmp1"
USER = "nobody"
FILE = "/etc/sudoers.d/generated"
ALLOWED = [
    "systemctl start -- kolla-memcached-container.service",
    "docker restart -t 60 -- memcached",
]
REFUSED = [
    "systemctl reset-failed -- kolla-mariadb-container.service",
    "systemctl start -- kolla-mariadb-container.service",
    "systemctl restart -- kolla-mariadb-container.service",
    "systemctl start -- kolla-rabbitmq-container.service",
    "systemctl start -- kolla-a sshd.service kolla-b-container.service",
    "systemctl stop -- kolla-memcached-container.service",
    "systemctl start -- sshd.service",
    "docker restart -t 60 -- ovn_nb_db",
    "docker exec memcached sh",
    "podman start -- memcached --privileged",
    "python3 -c pass",
]


@pytest.fixture(scope="module")
def installed(lab_status: dict[str, Any]) -> Iterator[str]:
    """The generated file, as a host of its own account has it; removed afterwards. It is the text of the file."""
    if HOST not in {row["name"] for row in lab_status["hosts"] if row["state"] == "running"}:
        pytest.skip(f"{HOST} is not running in the lab")
    main = [str(Path(sys.executable).with_name("remediator")), "actions", "--format", "sudoers", "--user", USER]
    text = subprocess.run(main, capture_output=True, text=True, timeout=60, check=True).stdout
    try:
        api.host_exec(HOST, ["install", "-m", "0440", "/dev/stdin", FILE], stdin=text, check=True)
        yield text
    finally:
        api.host_exec(HOST, ["rm", "-f", FILE], check=True)


def allowed(program: str, *arguments: str) -> bool:
    done = api.host_exec(HOST, ["sudo", "-l", "-U", USER, "--", f"/usr/bin/{program}", *arguments])
    return done.code == 0 and program in done.out


@pytest.fixture(autouse=True, scope="module")
def programs(installed: str) -> Iterator[None]:
    """sudo lists a command only when its program is there: the other engine's is a file of ours for this test."""
    made = api.host_shell(
        HOST,
        "for each in docker podman; do [ -e /usr/bin/$each ] || { cp /bin/true /usr/bin/$each; echo "
        "/usr/bin/$each; }; done",
    ).split()
    yield
    if made:
        api.host_exec(HOST, ["rm", "-f", *made], check=True)


def test_visudo_takes_the_generated_file(installed: str) -> None:
    done = api.host_exec(HOST, ["visudo", "-c", "-s", "-f", FILE])
    assert (done.code, done.err) == (0, "")
    assert f"{FILE}: parsed OK" in done.out


@pytest.mark.parametrize("command", ALLOWED)
def test_sudo_allows(installed: str, command: str) -> None:
    assert allowed(*command.split())


@pytest.mark.parametrize("command", REFUSED)
def test_sudo_refuses(installed: str, command: str) -> None:
    assert not allowed(*command.split())


HOLD = scripts.HOLD.argv("run-7", "docker", "running")
ALONE = scripts.ALONE.argv("/var/lib/docker/volumes/mariadb/_data", "run-7", "docker")
START = scripts.START.argv()
JOIN = scripts.JOIN.argv("run-7", "/var/lib/docker/volumes/mariadb/_data", "sst", "docker")


@pytest.mark.parametrize("argv", [HOLD, ALONE, START, JOIN], ids=["hold", "alone", "start", "join"])
def test_sudo_allows_a_script_as_it_is(installed: str, argv: tuple[str, ...]) -> None:
    assert allowed(*argv)


@pytest.mark.parametrize(
    "argv",
    [
        (*HOLD[:4], "run-x", "docker", "stopped"),
        (*HOLD[:4], "run-7", "nerdctl", "stopped"),
        (*HOLD[:4], "run-7", "docker", "searching"),
        (*HOLD[:4], "run-7", "docker"),
        (*HOLD, "more"),
        (*HOLD[:3], "galera-release", *HOLD[4:]),
        (*HOLD[:2], HOLD[2].replace("exit 4", "exit 0"), *HOLD[3:]),
        (*HOLD[:2], HOLD[2] + "; id", *HOLD[3:]),
        (*JOIN[:5], "relative/path", "sst", "docker"),
        (*JOIN[:5], "/a b", "sst", "docker"),
        (*JOIN[:6], "rsync", "docker"),
        (*JOIN[:7], "nerdctl"),
        ("sh", "-c", "id"),
    ],
)
def test_sudo_refuses_a_script_with_a_wrong_word(installed: str, argv: tuple[str, ...]) -> None:
    assert not allowed(*argv)


def test_sudo_allows_the_collector_and_no_other_text(installed: str) -> None:
    assert allowed("python3", "-S", "-E", "-c", BOOTSTRAP)
    assert not allowed("python3", "-S", "-E", "-c", BOOTSTRAP + ";pass")
    assert not allowed("python3", "-S", "-E", "-c", BOOTSTRAP, "more")
