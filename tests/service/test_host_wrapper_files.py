"""The files that say what the script behind the act key takes: one that cannot be believed lists nothing, and the
refusal names it.

The script runs as a process of its own, as sshd starts it.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from remediator import __version__
from remediator.cli.admin import act_files, actions
from remediator.integrations.galera.steps import scripts
from remediator.model.content.commands import Command
from tests.service import host_side
from tests.service.host_side import REFUSED, HostSide, assert_refused

pytestmark = [
    pytest.mark.service,
    pytest.mark.skipif(os.geteuid() != 0, reason="the script believes no file but root's, and only root makes those"),
]
START = "systemctl start -- kolla-memcached-container.service"
HELD = Command(host="ctl1", argv=scripts.RELEASE.argv("run-7"), timeout_s=60).line()
PRINTS = "remediator actions --format act --directory DIR"
STRANGER = 54321


@pytest.fixture
def host() -> Iterator[HostSide]:
    with host_side.made() as host:
        yield host


def galera(host: HostSide) -> Path:
    return host.lists / "galera.json"


def changed(path: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    """Change the file as an editor of root's would."""
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def linked(host: HostSide) -> None:
    galera(host).rename(host.here / "elsewhere.json")
    galera(host).symlink_to(host.here / "elsewhere.json")


def piped(host: HostSide) -> None:
    galera(host).unlink()
    os.mkfifo(galera(host), 0o644)


def listening(host: HostSide) -> None:
    galera(host).unlink()
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(galera(host)))


def a_directory(host: HostSide) -> None:
    galera(host).unlink()
    galera(host).mkdir()


def a_gigabyte(host: HostSide) -> None:
    with open(galera(host), "ab") as file:
        file.truncate(1 << 30)


def hard_linked(host: HostSide) -> None:
    """A file that a stranger owns, put there by a second name."""
    stranger = host.here / "strangers"
    stranger.write_bytes(galera(host).read_bytes())
    os.chown(stranger, STRANGER, 0)
    galera(host).unlink()
    galera(host).hardlink_to(stranger)


OTHERS = "{galera} can be written by others than root: look who did, then chown root: and chmod 0644"
NOT_JSON = (
    "{galera} lists nothing: it is not the JSON of such a file; install the file that `remediator actions "
    "--format act` prints"
)
UNBELIEVED: dict[str, tuple[Callable[[HostSide], Any], str]] = {
    "writable by its group": (lambda host: galera(host).chmod(0o664), OTHERS),
    "writable by all": (lambda host: galera(host).chmod(0o646), OTHERS),
    "of another owner": (lambda host: os.chown(galera(host), STRANGER, 0), OTHERS),
    "a hard link to a stranger's": (hard_linked, OTHERS),
    "a link": (linked, "{galera} cannot be read (Too many levels of symbolic links)"),
    "a pipe": (piped, "{galera} is no regular file"),
    "a socket": (listening, "{galera} cannot be read (No such device or address)"),
    "a directory": (a_directory, "{galera} cannot be read (Is a directory)"),
    "1 GiB": (a_gigabyte, "{galera} has more than 262144 bytes"),
    "empty": (lambda host: galera(host).write_bytes(b""), NOT_JSON),
    "cut off": (lambda host: galera(host).write_bytes(galera(host).read_bytes()[:-20]), NOT_JSON),
    "deep": (lambda host: galera(host).write_bytes(b"[" * 200_000), NOT_JSON),
    "not ASCII": (lambda host: galera(host).write_bytes(b"\xef\xbb\xbf" + galera(host).read_bytes()), NOT_JSON),
    "a list": (lambda host: galera(host).write_bytes(b"[]"), NOT_JSON),
    "of a newer version": (
        lambda host: changed(galera(host), lambda content: content.update(version=2, more=[])),
        "{galera} has version 2, newer than the 1 of this remediator-act: install remediator-act anew",
    ),
    "of an older version": (
        lambda host: changed(galera(host), lambda content: content.update(version=0)),
        f"{{galera}} has version 0, older than the 1 of this remediator-act: install the file anew ({PRINTS})",
    ),
    "of no version": (
        lambda host: changed(galera(host), lambda content: content.update(version=True)),
        "{galera} lists nothing: its version is no whole number",
    ),
    "of another name": (
        lambda host: changed(galera(host), lambda content: content.update(integration="container")),
        "{galera} lists nothing: it has to be called like its integration",
    ),
    "with an argument of its own": (
        lambda host: changed(galera(host), lambda content: content["scripts"][0].update(arguments=[".*"])),
        "which this remediator-act does not know: install remediator-act anew",
    ),
    "with a command that is too wide": (
        lambda host: changed(galera(host), lambda content: content["commands"].append("systemctl stop -- *")),
        "{galera} lists nothing: 'systemctl stop -- *' stands for more than names of containers",
    ),
    "with a script of another one": (
        lambda host: changed(galera(host), lambda content: content["scripts"][0].update(name="remediator-claim")),
        "{galera} lists nothing: the script 'remediator-claim' does not begin with the name of its integration",
    ),
    "with a key twice": (
        lambda host: galera(host).write_text(galera(host).read_text().replace("{", '{"version": 1,', 1)),
        "{galera} lists nothing: a key stands twice in it",
    ),
}


@pytest.mark.parametrize("how", UNBELIEVED)
def test_a_file_that_cannot_be_believed_lists_nothing_and_is_named(host: HostSide, how: str) -> None:
    spoil, sentence = UNBELIEVED[how]
    spoil(host)
    began_s = time.monotonic()
    ended = host.ask(HELD)
    assert time.monotonic() - began_s < 30
    assert_refused(host, ended, "not among the allowed scripts: galera-release: ")
    assert sentence.format(galera=galera(host)) in ended.err
    assert host.calls == []
    assert not host.state.exists()


def test_one_that_is_spoilt_takes_no_script_of_another_with_it_but_what_stands_for_many_waits(host: HostSide) -> None:
    galera(host).chmod(0o666)
    claim = next(
        script
        for script in json.loads((host.lists / "remediator.json").read_text())["scripts"]
        if "claim" in script["name"]
    )
    words = ("0123456789abcdef", "0123456789abcdef", "prod", "7", "run-1-claim-1")
    line = Command(host="ctl1", argv=("sh", "-c", claim["text"], claim["name"], *words), timeout_s=9).line(sudo=True)
    host.when("-n", "exit 0")
    (host.here / "bin" / "sudo").write_text(f"#!/bin/sh\necho claimed >> {host.here}/calls\n")
    assert host.ask(line).code == 0
    assert host.calls == ["claimed"]
    assert_refused(host, host.ask(START), "which containers hold state is not known: systemctl start")


def test_a_hard_link_to_a_file_of_roots_is_that_file(host: HostSide) -> None:
    os.link(galera(host), host.here / "second-name")
    assert host.ask(HELD).code == 0


def gone(host: HostSide) -> None:
    host.lists.rename(host.here / "moved")


def emptied(host: HostSide) -> None:
    for path in host.lists.iterdir():
        path.rename(path.with_suffix(".json.rpmsave"))


def led_elsewhere(host: HostSide) -> None:
    gone(host)
    host.lists.symlink_to(host.here / "moved")


def below_a_strangers(host: HostSide) -> None:
    os.chown(host.here, STRANGER, 0)


WRITABLE = "can be written by others than root: look who did, then chown root: and chmod 0755"
NOWHERE: dict[str, tuple[Callable[[HostSide], Any], str]] = {
    "missing": (gone, f"there is no {{lists}}: {PRINTS} writes the files for it, install them as root"),
    "empty": (emptied, f"no file in {{lists}} says what is taken: {PRINTS} writes them, install them as root"),
    "a link": (led_elsewhere, "{lists} is no directory, and a link to one is not followed"),
    "writable by its group": (lambda host: host.lists.chmod(0o775), f"{{lists}} {WRITABLE}"),
    "writable by all, sticky": (lambda host: host.lists.chmod(0o1777), f"{{lists}} {WRITABLE}"),
    "of another owner": (lambda host: os.chown(host.lists, STRANGER, 0), f"{{lists}} {WRITABLE}"),
    "below one of another owner": (below_a_strangers, f"{{here}} {WRITABLE}"),
}


@pytest.mark.parametrize("how", NOWHERE)
def test_a_directory_that_cannot_be_believed_takes_nothing(host: HostSide, how: str) -> None:
    spoil, sentence = NOWHERE[how]
    spoil(host)
    for line in (HELD, START):
        assert_refused(host, host.ask(line), sentence.format(lists=host.lists, here=host.here))
    assert host.calls == []


def test_the_account_of_the_key_writes_itself_no_file_and_needs_the_right_to_read_them(host: HostSide) -> None:
    host.here.chmod(0o755)
    os.chown(host.state.parent, STRANGER, 0)
    (host.here / "calls").touch()
    (host.here / "calls").chmod(0o666)
    assert host.ask(HELD, account=STRANGER).code == 0
    galera(host).chmod(0o600)
    assert_refused(host, host.ask(HELD, account=STRANGER), "galera.json cannot be read (Permission denied)")
    os.chown(galera(host), STRANGER, 0)
    assert_refused(host, host.ask(HELD, account=STRANGER), OTHERS.format(galera=galera(host)))


def test_what_two_files_name_differently_is_taken_from_neither(host: HostSide) -> None:
    content = json.loads(galera(host).read_text())
    release = next(script for script in content["scripts"] if script["name"] == "galera-release")
    other = {**content, "integration": "galera-release", "commands": [], "scripts": [release]}
    second = host.lists / "galera-release.json"
    second.write_text(json.dumps({**other, "scripts": [{**release, "name": "galera-release-x"}]}))
    assert host.ask(HELD).code == 0
    second.unlink()
    (host.lists / "galera-a.json").write_text(
        json.dumps({**other, "integration": "galera-a", "scripts": [{**release, "name": "galera-a-b"}]})
    )
    (host.lists / "galera.json").write_text(
        json.dumps({**content, "scripts": [*content["scripts"], {**release, "name": "galera-a-b", "text": "id"}]})
    )
    for text in ("id", release["text"]):
        line = Command(host="ctl1", argv=("sh", "-c", text, "galera-a-b", "run-7"), timeout_s=9).line()
        sentence = f"{host.lists}/galera-a.json and {galera(host)} name galera-a-b differently: remove the wrong one"
        assert_refused(host, host.ask(line), sentence)


def test_other_files_beside_them_are_none_of_its_own(host: HostSide) -> None:
    for name in ("README", "galera.json~", "galera.json.dpkg-new", ".galera.json", "disabled"):
        (host.lists / name).write_text("anything")
    assert host.ask(HELD).code == 0
    (host.lists / "Galera copy.json").write_text("anything")
    assert_refused(host, host.ask(START), "the file 'Galera copy.json' in")


def test_a_container_that_a_file_says_holds_state_is_spared_and_none_is_taken_out_of_its_own_list(
    host: HostSide,
) -> None:
    (host.here / "kolla" / "mydb").mkdir()
    assert host.ask("docker restart -t 60 -- mydb").code == 0
    own = {
        "version": 1,
        "release": "7",
        "integration": "mydb",
        "commands": [],
        "scripts": [],
        "stateful": ["my(db|queue)"],
    }
    (host.lists / "mydb.json").write_text(json.dumps(own))
    assert_refused(host, host.ask("docker restart -t 60 -- mydb"), "not among the allowed commands")
    changed(host.lists / "container.json", lambda content: content.update(stateful=[]))
    assert_refused(host, host.ask("docker restart -t 60 -- mariadb"), "not among the allowed commands")
    assert host.ask(START).code == 0


def test_it_tells_what_it_takes_and_what_is_wrong_and_counts_nothing(host: HostSide) -> None:
    assert host.ask(START).code == 0
    ended = host.ask("REMEDIATOR_TOKEN=lab:1 remediator-act status", "--per-hour", "7")
    told = json.loads(ended.out)
    assert (ended.code, ended.err) == (0, "")
    assert [(file["file"], file["release"]) for file in told["files"]] == [
        (name, __version__) for name in actions.files_of_act()
    ]
    assert (told["version"], told["problems"], told["changes"]) == (1, [], {"used": 1, "per_hour": 7})
    galera(host).chmod(0o666)
    ended = host.ask("remediator-act status")
    assert (ended.code, json.loads(ended.out)["problems"]) == (1, [OTHERS.format(galera=galera(host))])
    assert host.seen()["tokens"] == {}
    for line in (
        "remediator-act",
        "remediator-act status x",
        "remediator-act  status",
        "sudo -n -- remediator-act status",
    ):
        assert host.ask(line).code == REFUSED


def test_a_file_that_is_put_in_place_anew_is_taken_at_the_next_request(host: HostSide) -> None:
    texts = actions.files_of_act()
    older = texts["galera.json"].replace("exit 7", "exit 8")
    act_files.write(host.lists, {"galera.json": older})
    assert_refused(host, host.ask(HELD), f"galera-release is not as in {galera(host)} (release {__version__}): restart")
    act_files.write(host.lists, texts)
    assert host.ask(HELD).code == 0
