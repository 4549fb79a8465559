"""The script behind the act key as sshd starts it: a process of its own, the request in SSH_ORIGINAL_COMMAND.

The programs it starts are stand-ins that write down how they were called; the script itself is the one that is
installed.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from remediator import __version__
from remediator.integrations.galera.steps import scripts
from remediator.model.content.commands import Command
from tests.service import host_side
from tests.service.host_side import REFUSED, SCRIPT, Ended, HostSide, assert_refused

pytestmark = [
    pytest.mark.service,
    pytest.mark.skipif(os.geteuid() != 0, reason="the script believes no file but root's, and only root makes those"),
]
UNIT = "kolla-memcached-container.service"
START = f"systemctl start -- {UNIT}"
EMPTY = {"version": 1, "tokens": {}, "ran": []}


@pytest.fixture
def host() -> Iterator[HostSide]:
    with host_side.made() as host:
        yield host


def test_what_the_product_sends_is_run_word_by_word(host: HostSide) -> None:
    command = Command(
        host="ctl1",
        argv=("systemctl", "start", "--", UNIT),
        timeout_s=60,
        first=("systemctl", "reset-failed", "--", UNIT),
    )
    ended = host.ask(command.line(sudo=True))
    assert ended == Ended(
        code=0,
        out="systemctl says reset-failed\nsystemctl warns\nsystemctl says start\nsystemctl warns\n",
        err="",
    )
    assert host.calls == [
        f"sudo <-n> <--> <systemctl> <reset-failed> <--> <{UNIT}>",
        f"systemctl <reset-failed> <--> <{UNIT}>",
        f"sudo <-n> <--> <systemctl> <start> <--> <{UNIT}>",
        f"systemctl <start> <--> <{UNIT}>",
    ]
    assert len(host.seen()["ran"]) == 1
    first, last = host.logged()
    assert f"runs sudo -n -- systemctl reset-failed -- {UNIT} && " in first
    assert "exit 0 of " in last
    assert first.startswith("<85>")


def test_a_script_is_run_by_a_shell_with_its_arguments_and_counts_once(host: HostSide) -> None:
    argv = scripts.START.argv()
    ended = host.ask(Command(host="ctl1", argv=argv, timeout_s=60).line(sudo=True))
    unit = scripts.UNIT
    assert (ended.code, ended.err) == (0, "")
    quoted = " ".join(f"<{word}>" for word in argv)
    assert host.calls == [
        f"sudo <-n> <--> {quoted}",
        f"systemctl <reset-failed> <{unit}>",
        f"systemctl <start> <{unit}>",
    ]
    assert len(host.seen()["ran"]) == 1
    assert all(line.endswith("sudo -n -- sh -c '...' galera-start") for line in host.logged())


def test_the_script_of_another_version_is_refused_with_the_remedy(host: HostSide) -> None:
    line = Command(host="ctl1", argv=scripts.START.argv(), timeout_s=60).line(sudo=True)
    assert_refused(
        host,
        host.ask(line.replace("; systemctl", " ; systemctl", 1)),
        f"galera-start is not as in {host.lists}/galera.json (release {__version__}): restart the "
        f"daemon if it is older, "
        "else install what it prints (remediator actions --format act --directory DIR)",
    )
    assert host.calls == []


def test_the_first_that_fails_ends_it_and_gives_its_code(host: HostSide) -> None:
    host.when("reset-failed", "exit 5")
    assert host.ask(f"systemctl reset-failed -- {UNIT} && {START}").code == 5
    assert host.calls == [f"systemctl <reset-failed> <--> <{UNIT}>"]


def test_a_killed_command_and_a_missing_one_end_as_in_a_shell(host: HostSide) -> None:
    host.when("restart", "kill -9 $$")
    assert host.ask(f"systemctl restart -- {UNIT}").code == 137
    missing = host.ask("podman start -- memcached", "--path", f"{host.here}/bin")
    assert (missing.code, missing.err) == (127, "remediator-act: podman cannot be started: No such file or directory\n")


@pytest.mark.parametrize(
    "line",
    [
        "{START}; touch {canary}",
        "{START}\ntouch {canary}",
        "{START} && touch {canary}",
        "{START} & touch {canary}",
        "{START} || touch {canary}",
        "{START} | tee {canary}",
        "{START} > {canary}",
        "$(touch {canary})",
        "`touch {canary}`",
        "systemctl start -- $(touch {canary})",
        "docker start -- '; touch {canary}'",
        'docker start -- "$(touch {canary})"',
        "docker start -- a\\;touch",
        "docker start -- ../../bin/sh",
        "docker start -- a/../b",
        "systemctl start -- kolla-../../x-container.service",
        "systemctl start -- {UNIT} sshd.service",
        "docker start -- a b",
        "docker start -- -ai a",
        "docker run -v /:/host a",
        "docker restart -t 60 -- mariadb",
        "systemctl restart -- kolla-mariadb-container.service",
        "systemctl stop -- {UNIT}",
        "sudo -n -- sh -c 'touch {canary}'",
        "sudo -n -- sudo -n -- docker start -- a",
        "sh",
        "{SCRIPT}",
        "internal-sftp",
        "PATH={bin} docker start -- a",
        "LD_PRELOAD=x docker start -- a",
        "docker start -- a #",
        "!!",
        "docker start -- \x1b[2Ja",
    ],
)
def test_nothing_of_a_refused_request_is_run(host: HostSide, line: str) -> None:
    canary = host.here / "canary"
    request = line.format(START=START, UNIT=UNIT, SCRIPT=SCRIPT, canary=canary, bin=host.here / "bin")
    ended = host.ask(request, cwd=host.here)
    assert_refused(host, ended)
    assert host.calls == []
    assert not canary.exists()
    assert not host.state.exists()
    (logged,) = host.logged()
    assert logged.startswith("<84>")
    assert "refused: " in logged
    assert logged.isprintable()


@pytest.mark.parametrize(
    "line", [None, "", b"docker start -- \xff\xfe", b"docker start -- caf\xc3\xa9", "docker start -- " + "a" * 100_000]
)
def test_no_request_foreign_bytes_and_a_flood_are_refused(host: HostSide, line: str | bytes | None) -> None:
    assert_refused(host, host.ask(line))
    assert host.calls == []
    assert all(len(logged) < 2000 for logged in host.logged())


def test_the_caller_decides_nothing_by_its_environment_or_directory(host: HostSide) -> None:
    evil = host.here / "evil"
    evil.mkdir()
    for name in ("json.py", "argparse.py", "sitecustomize.py", "usercustomize.py"):
        (evil / name).write_text(f"open({str(host.here / 'canary')!r}, 'w')\n")
    for name in ("systemctl", "sudo"):
        (evil / name).write_text(f"#!/bin/sh\ntouch {host.here}/canary\n")
        (evil / name).chmod(0o755)
    host.when("start", f"env > {host.here}/environment; pwd > {host.here}/directory; cat > {host.here}/stdin")
    hostile = {
        "PATH": str(evil),
        "PYTHONPATH": str(evil),
        "PYTHONHOME": str(evil),
        "PYTHONSTARTUP": str(evil / "json.py"),
        "LC_ALL": "xx_XX",
        "DOCKER_HOST": "tcp://10.0.0.1",
        "SYSTEMCTL_FORCE": "1",
    }
    assert host.ask(f"sudo -n -- {START}", environment=hostile, cwd=evil).code == 0
    assert not (host.here / "canary").exists()
    names = {line.split("=")[0] for line in (host.here / "environment").read_text().splitlines()}
    assert names - {"PWD", "OLDPWD", "_", "SHLVL"} == {"PATH", "LANG", "HOME"}
    assert (host.here / "directory").read_text() == "/\n"
    assert (host.here / "stdin").read_text() == ""


def test_the_hour_ends_at_its_cap(host: HostSide) -> None:
    codes = [host.ask(START, "--per-hour", "3").code for _ in range(5)]
    assert codes == [0, 0, 0, REFUSED, REFUSED]
    assert len(host.calls) == 3
    assert_refused(host, host.ask(START, "--per-hour", "3"), "3 of 3 changes an hour")


def test_a_request_that_is_refused_uses_nothing_up(host: HostSide) -> None:
    for _ in range(3):
        assert_refused(host, host.ask("systemctl stop -- x", "--per-hour", "1"))
    assert host.ask(START, "--per-hour", "1").code == 0


def test_a_command_that_fails_counts(host: HostSide) -> None:
    host.when("start", "exit 1")
    assert host.ask(START, "--per-hour", "1").code == 1
    assert_refused(host, host.ask(START, "--per-hour", "1"))


def test_it_is_counted_before_it_is_run(host: HostSide) -> None:
    host.when("start", "kill -9 $PPID")
    assert host.ask(START, "--per-hour", "1").code == -9
    assert len(host.seen()["ran"]) == 1
    assert_refused(host, host.ask(START, "--per-hour", "1"), "1 of 1")


def test_requests_at_the_same_moment_share_one_count(host: HostSide) -> None:
    with ThreadPoolExecutor(12) as pool:
        ended = list(pool.map(lambda _: host.ask(START, "--per-hour", "5"), range(12)))
    assert sorted(each.code for each in ended) == [0] * 5 + [REFUSED] * 7
    assert len(host.calls) == 5
    assert len(host.seen()["ran"]) == 5


def test_a_lock_that_is_never_free_refuses(host: HostSide) -> None:
    with open(f"{host.state}.lock", "w") as lock:
        os.fchmod(lock.fileno(), 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        started_s = time.monotonic()
        assert_refused(host, host.ask(START), "was not free for 5 s")
        assert time.monotonic() - started_s < 20
    assert host.calls == []
    assert host.ask(START).code == 0


def test_a_command_under_way_does_not_hold_up_the_next(host: HostSide) -> None:
    host.when("restart", f"while [ ! -e {host.here}/go ]; do sleep 0.02; done")
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(host.ask, f"systemctl restart -- {UNIT}")
        try:
            give_up = time.monotonic() + 30
            while not host.calls:
                assert time.monotonic() < give_up, "the slow command was never called"
                time.sleep(0.02)
            assert host.ask(START).code == 0
        finally:
            (host.here / "go").touch()
        assert slow.result().code == 0


RAN = {"boot_id": "x", "up_s": 1.0, "wall_s": 1.0}


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"null", b"[]", b"7", b"\xff\xfe", b"{}", b"[" * 100_000,
        json.dumps({**EMPTY, "version": 2}).encode(),
        json.dumps({**EMPTY, "more": 1}).encode(),
        json.dumps({**EMPTY, "tokens": []}).encode(),
        json.dumps({**EMPTY, "tokens": {"lab": "7"}}).encode(),
        json.dumps({**EMPTY, "tokens": {"lab": True}}).encode(),
        json.dumps({**EMPTY, "tokens": {"a b": 1}}).encode(),
        json.dumps({**EMPTY, "ran": {}}).encode(),
        json.dumps({**EMPTY, "ran": [1]}).encode(),
        json.dumps({**EMPTY, "ran": [{**RAN, "up_s": float("nan")}]}).encode(),
        json.dumps({**EMPTY, "ran": [{**RAN, "wall_s": "1"}]}).encode(),
        json.dumps({**EMPTY, "ran": [{**RAN, "boot_id": None}]}).encode(),
        json.dumps({**EMPTY, "ran": [{"up_s": 1.0, "wall_s": 1.0}]}).encode(),
        b" " * ((1 << 20) + 1),
    ],
)  # fmt: skip
def test_a_damaged_state_refuses_and_is_left_for_people(host: HostSide, content: bytes) -> None:
    host.state.write_bytes(content)
    host.state.chmod(0o600)
    assert_refused(host, host.ask(START), f"the state {host.state} is damaged: find out why, then remove it")
    assert host.state.read_bytes() == content
    assert host.calls == []
    host.state.unlink()
    assert host.ask(START).code == 0


def test_a_state_that_others_may_write_refuses(host: HostSide) -> None:
    host.state.write_text(json.dumps(EMPTY))
    host.state.chmod(0o660)
    assert_refused(host, host.ask(START), "can be written by others")
    host.state.chmod(0o600)
    host.state.parent.chmod(0o777)
    assert_refused(host, host.ask(START), "can be written by others")
    assert host.calls == []


def test_a_state_that_is_no_file_refuses(host: HostSide) -> None:
    elsewhere = host.here / "elsewhere"
    elsewhere.write_text(json.dumps(EMPTY))
    host.state.symlink_to(elsewhere)
    assert_refused(host, host.ask(START), "cannot be read")
    host.state.unlink()
    os.mkfifo(host.state, 0o600)
    assert_refused(host, host.ask(START), "damaged")
    host.state.unlink()
    host.state.mkdir(0o700)
    assert_refused(host, host.ask(START))
    assert host.calls == []


def test_a_state_that_cannot_be_written_refuses(host: HostSide) -> None:
    (host.here / "run" / "act.json.part").mkdir()
    assert_refused(host, host.ask(START), "cannot be written")
    shutil.rmtree(host.state.parent)
    assert_refused(host, host.ask(START), "cannot be opened")
    assert host.calls == []


def test_an_older_daemon_is_out_once_a_newer_one_was_heard(host: HostSide) -> None:
    assert host.ask(f"REMEDIATOR_TOKEN=lab:7 {START}").code == 0
    assert host.ask(f"REMEDIATOR_TOKEN=lab:8 sudo -n -- {START}").code == 0
    calls = len(host.calls)
    assert_refused(host, host.ask(f"REMEDIATOR_TOKEN=lab:7 {START}"), "token 7 of cloud lab is older than 8")
    assert len(host.calls) == calls
    assert host.ask(f"REMEDIATOR_TOKEN=lab:8 {START}").code == 0
    assert host.ask(f"REMEDIATOR_TOKEN=other:1 {START}").code == 0
    assert host.seen()["tokens"] == {"lab": 8, "other": 1}


def test_a_missing_token_is_refused_where_the_host_asks_for_one(host: HostSide) -> None:
    assert_refused(host, host.ask(START, "--require-token"), "carries no token")
    assert host.calls == []
    assert host.ask(f"REMEDIATOR_TOKEN=lab:1 {START}", "--require-token").code == 0
    assert host.ask(START).code == 0


@pytest.mark.parametrize("arguments", [("--per-hour", "0"), ("--per-hour", "many"), ("--what",), ("--per-hour",)])
def test_a_mistake_in_authorized_keys_refuses(host: HostSide, arguments: tuple[str, ...]) -> None:
    assert_refused(host, host.ask(START, *arguments), "the arguments in authorized_keys are wrong")
    assert host.calls == []


def test_without_a_log_it_works_all_the_same(host: HostSide) -> None:
    host.log.close()
    assert host.ask(START).code == 0
    assert_refused(host, host.ask("sh"))


# data directories ----------------------------------------------------------------------------------------------------


def copies(path: str) -> str:
    """Return the request for a whole copy of data directory `path`."""
    return Command(host="ctl1", argv=scripts.COPY.argv(path, "run-7"), timeout_s=60.0).line(sudo=True)


def taken(host: HostSide, path: str, *arguments: str) -> bool:
    """Return whether the script gets as far as to run the copy; no directory of these tests has a member in it."""
    before = len(host.calls)
    ended = host.ask(copies(path), *arguments)
    ran = len(host.calls) > before
    assert ran is (ended.code != REFUSED)
    if not ran:
        assert_refused(
            host, ended, f"{path} is not where kolla keeps the data of galera: name it by --data if it is right"
        )
    return ran


@pytest.mark.parametrize(
    "name",
    ["mysql", "mariadb", "volumes/mariadb/_data", "docker/volumes/mariadb/_data", "var/lib/mysql", "mariadb/mysql"],
)
def test_a_directory_is_not_taken_for_its_name(host: HostSide, name: str) -> None:
    directory = host.here / name
    directory.mkdir(parents=True)
    (directory / "grastate.dat").write_text("seqno: 1\n")
    assert not taken(host, str(directory))
    assert list(directory.parent.glob("remediator-*")) == []


@pytest.mark.parametrize(
    "path",
    ["/var/lib/mysql", "/var/lib/docker/volumes/mariadb/_data", "/var/lib/containers/storage/volumes/mariadb/_data"],
)
def test_what_kolla_itself_uses_is_taken(host: HostSide, path: str) -> None:
    assert not Path(path, "grastate.dat").exists(), "this machine has a member of its own"
    assert taken(host, path)
    assert not taken(host, f"{path}/mysql")


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("daemon.json", '{"data-root": "HERE/moved", "live-restore": true}'),
        ("storage.conf", '# graphroot = "/tmp/other"\n[storage]\ndriver = "overlay"\ngraphroot = "HERE/moved"\n'),
    ],
)
def test_where_an_engine_was_moved_to_is_read_from_its_settings(host: HostSide, file: str, text: str) -> None:
    moved = f"{host.here}/moved/volumes/mariadb/_data"
    assert not taken(host, moved)
    (host.here / file).write_text(text.replace("HERE", str(host.here)))
    assert taken(host, moved)
    assert not taken(host, f"{host.here}/moved/volumes/nova_compute/_data")
    assert not taken(host, "/tmp/other/volumes/mariadb/_data")
    (host.here / file).chmod(0o666)
    assert not taken(host, moved), "others may write it"
    (host.here / file).chmod(0o644)
    os.chown(host.here / file, 12345, 0)
    assert not taken(host, moved), "it is another one's"
    os.chown(host.here / file, 0, 0)
    shared = host.here / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    (host.here / file).rename(shared / file)
    option = "--docker" if file == "daemon.json" else "--podman"
    assert not taken(host, moved, option, str(shared / file)), "others may put another one there"
    shared.chmod(0o755)
    assert taken(host, moved, option, str(shared / file))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"data-root": 5}',
        '{"data-root": "../x"}',
        '{"data-root": "/a/../b"}',
        '{"data-root": "/a b"}',
        "[" * 60000,
        '{"data-root": "/a"}' + " " * 70000,
    ],
)
def test_settings_that_say_nothing_name_nothing(host: HostSide, text: str) -> None:
    (host.here / "daemon.json").write_text(text)
    (host.here / "storage.conf").write_text(text)
    assert not taken(host, "/a/volumes/mariadb/_data")
    assert taken(host, "/var/lib/mysql")


def test_a_directory_that_the_line_of_the_key_names_is_taken(host: HostSide) -> None:
    assert taken(host, "/srv/db-1", "--data", "/srv/db-1")
    assert not taken(host, "/srv/db-2", "--data", "/srv/db-1")
