"""The shipped accounts and modes with real processes of real accounts: who reads what, who reaches whom, who is told
apart."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.lab.scenario import free_port
from tests.service.throwaway_root import REMEDIATOR, ThrowawayRoot

pytestmark = [pytest.mark.service, pytest.mark.timeout(300)]
CONFIG = """cloud: accounts
inventory: {{hosts: {{h1: {{address: 127.0.0.1, port: 1, groups: [control]}}}}}}
http: {{bind: "127.0.0.1:{port}"}}
"""
OLD = """mkdir -p /etc/remediator/ssh /var/lib/remediator/blobs /var/lib/remediator-audit
cd /etc/remediator/ssh && for key in read act; do echo key > $key; chown root:remediator $key; chmod 0640 $key; done
echo > known_hosts; chmod 0644 known_hosts; chown root:remediator . && chmod 0750 .
cd /var/lib && chown -R remediator:remediator remediator remediator-audit && chmod 0750 remediator remediator-audit
echo out > remediator/blobs/ab; chmod 0640 remediator/blobs/ab; chown -R remediator:remediator remediator
"""
"""What the release before left: keys and state open to the group of all members."""


@pytest.fixture(scope="module")
def place() -> Iterator[ThrowawayRoot]:
    if os.geteuid() != 0:
        pytest.skip("NOT TESTED: accounts need root to become others; run it as root")
    made = ThrowawayRoot()
    try:
        made.__enter__()
    except OSError as error:
        made.__exit__()
        pytest.skip(f"NOT TESTED: real accounts need a root of their own: {error}")
    try:
        made.install()
        made.must("sh", "-ec", OLD)
        config = CONFIG.format(port=free_port())
        made.must(
            "sh",
            "-c",
            f"cat > /etc/remediator/config.yaml <<'END'\n{config}END\nchmod 0640 /etc/remediator/config.yaml",
        )
        made.place()
        yield made
    finally:
        made.__exit__()


@pytest.fixture(scope="module")
def daemon(place: ThrowawayRoot) -> Iterator[ThrowawayRoot]:
    argv = place.command([REMEDIATOR, "daemon"], "remediator", "remediator-daemon", "remediator")
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd="/")
    give_up = time.monotonic() + 90
    while place.run("root", REMEDIATOR, "status").returncode != 0:
        assert process.poll() is None, process.communicate(timeout=5)
        assert time.monotonic() < give_up
        time.sleep(0.5)
    yield place
    process.terminate()
    process.communicate(timeout=40)


def modes(place: ThrowawayRoot, *paths: str) -> list[str]:
    return place.must("stat", "-c", "%a %U:%G %n", *paths).splitlines()


def test_an_upgrade_mends_what_the_release_before_left_open(daemon: ThrowawayRoot) -> None:
    assert modes(daemon, "/etc/remediator/ssh/read", "/etc/remediator/ssh/act", "/var/lib/remediator-audit") == [
        "600 remediator:remediator-daemon /etc/remediator/ssh/read",
        "600 remediator:remediator-daemon /etc/remediator/ssh/act",
        "700 remediator:remediator-daemon /var/lib/remediator-audit",
    ]
    # the unit forbids chown, so what is made in it has to belong to the group by itself
    assert modes(daemon, "/run/remediator-control") == ["2750 remediator:remediator /run/remediator-control"]
    state = daemon.must("find", "/var/lib/remediator", "/var/lib/remediator-audit", "-perm", "/077", "!", "-type", "s")
    assert state == ""
    assert daemon.run("root", REMEDIATOR, "validate").returncode == 0


@pytest.mark.parametrize(
    "path",
    [
        "/etc/remediator/ssh/read", "/etc/remediator/ssh/act", "/var/lib/remediator/remediator.db",
        "/var/lib/remediator/blobs/ab", "/var/lib/remediator-audit/checkpoints.jsonl",
    ],
)  # fmt: skip
@pytest.mark.parametrize("user", ["ann", "nagios", "cat"])
def test_no_member_reads_a_key_or_the_store(daemon: ThrowawayRoot, user: str, path: str) -> None:
    assert daemon.run("root", "cat", path).returncode == 0
    refused = daemon.run(user, "cat", path)
    assert (refused.returncode, "Permission denied" in refused.stderr) == (1, True)


@pytest.mark.parametrize(
    "words",
    [
        "status",
        "incidents list",
        "runs list",
        "audit list",
        "audit show 1",
        "audit key",
        "brakes list",
        "baseline show",
        "silence list",
        "downtime list",
        "explain h1",
    ],
)
def test_a_member_reads_what_root_reads(daemon: ThrowawayRoot, words: str) -> None:
    line = [REMEDIATOR, *words.split()]
    member, root = daemon.run("nagios", *line), daemon.run("root", *line)
    assert (member.returncode, member.stderr) == (root.returncode, root.stderr) == (0, root.stderr), member.stderr
    if words.startswith(("audit", "runs")) and words != "audit list":
        assert member.stdout == root.stdout


def test_a_member_verifies_and_exports_the_log_in_a_process_of_its_own(daemon: ThrowawayRoot) -> None:
    made = daemon.run("ann", REMEDIATOR, "silence", "add", "host=h1", "--reason", "rows beside the log")
    assert made.returncode == 0, made.stderr
    verified = daemon.run("nagios", REMEDIATOR, "audit", "verify", "--format", "json")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert json.loads(verified.stdout)["entries"] > 0
    mine = daemon.run("nagios", REMEDIATOR, "audit", "export").stdout.splitlines()
    roots = daemon.run("root", REMEDIATOR, "audit", "export").stdout.splitlines()
    assert mine == roots[: len(mine)]
    assert len(mine) >= json.loads(verified.stdout)["entries"]


def test_who_is_no_member_reaches_nothing(daemon: ThrowawayRoot) -> None:
    for words in ("status", "incidents list", "audit verify", "resume --reason x"):
        refused = daemon.run("cat", REMEDIATOR, *words.split())
        assert refused.returncode != 0
        assert "as root or as a member of the group remediator" in refused.stderr + refused.stdout, words


def test_the_audit_names_the_account_whatever_its_process_says_of_its_login(daemon: ThrowawayRoot) -> None:
    forging = (
        f"echo 64012 > /proc/self/loginuid; USER=ben SUDO_USER=ben exec {REMEDIATOR} silence add host=h1 "
        f"--reason forged"
    )
    done = daemon.run("ann", "sh", "-c", forging)
    assert done.returncode == 0, done.stderr
    (entry, *_) = json.loads(
        daemon.run("root", REMEDIATOR, "audit", "list", "--kind", "silence", "--format", "json").stdout
    )
    assert entry["actor"] == "ann"


def test_without_a_daemon_reading_needs_root_and_says_so(place: ThrowawayRoot) -> None:
    # last in the file's order or not: the state directory below belongs to no daemon
    config = "/etc/remediator/alone.yaml"
    place.must(
        "sh",
        "-ec",
        f"echo 'cloud: alone\ninventory: {{hosts: {{h1: {{address: 127.0.0.1}}}}}}\n"
        f"state_dir: /var/lib/alone\naudit: {{checkpoints: /var/lib/alone-audit/c.jsonl}}' > {config}; "
        f"mkdir -p -m 0700 /var/lib/alone",
    )
    for words in ("incidents list", "audit list", "status"):
        refused = place.run("nagios", REMEDIATOR, "--config", config, *words.split())
        assert refused.returncode == 5, refused.stdout + refused.stderr
        assert "without a daemon only root reads" in refused.stderr, refused.stderr


@pytest.mark.parametrize("what", ["/etc/remediator/ssh", "/etc/remediator", "/etc/remediator/config.yaml"])
def test_what_another_account_owns_is_named_by_validate(place: ThrowawayRoot, what: str) -> None:
    before = place.must("stat", "-c", "%U:%G", what).strip()
    place.must("chown", "cat", what)
    said = place.run("root", REMEDIATOR, "validate")
    place.must("chown", before, what)
    assert said.returncode == 1
    assert "belongs to cat" in said.stdout
    assert "chown root " in said.stdout
