"""The daemon as shipped, on a host with systemd.

The files of packaging/ are used: the account, the wrapper and the sudoers of the hosts.

The daemon watches the computes alone, one with Docker and one with Podman. A hardened unit cannot use sudo on its own
machine, so the machine of the daemon is none of its hosts here.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lab import api, paths
from lab.cloud import keys, shapes
from remediator.model.content.commands import Command
from remediator.runs import claims
from tests.lab.inside import folder
from tests.lab.scenario import REMEDIATOR

pytestmark = [
    pytest.mark.lab,
    pytest.mark.alone,
    pytest.mark.part("shipped"),
    pytest.mark.timeout(900),
    pytest.mark.full("it installs the daemon on a host of the lab, and needs the shape whose daemon is on one"),
]
PACKAGING = paths.CHECKOUT / "packaging"
WATCHED = ("cmp1", "cmp2")
PORT = 8187
TOKEN = "/etc/remediator/lab.token"
"""A file of the account: systemd in a container does not hand out credentials to any account but root."""
OPEN_TMP = "PrivateTmp=no\nReadWritePaths=/tmp /var/tmp"
HIDDEN = {"/home": "ProtectHome=no", "/root": "ProtectHome=no", "/tmp": OPEN_TMP, "/var/tmp": OPEN_TMP}
"""Of the places that the unit hides: what shows each again."""
NEEDED = (paths.CHECKOUT, Path(sys.base_prefix))
SHOWN = "\n".join({line for place, line in HIDDEN.items() if any(each.is_relative_to(place) for each in NEEDED)})
"""The program is not installed: it and its Python may lie in a place that the unit hides."""
DROP_IN = f"""[Service]
ExecStart=
ExecStart={REMEDIATOR} --config /etc/remediator/config.yaml daemon
{SHOWN}
"""
DRIP = """#!/bin/bash
/usr/bin/python3.real "$@" | while IFS= read -r -n 1 letter || [ -n "$letter" ]; do printf %s "$letter"; sleep 0.5; done
"""
"""A python3 whose every answer takes hours, a letter at a time."""


HEALTHZ = f"import urllib.request as r; r.urlopen('http://127.0.0.1:{PORT}/healthz', timeout=5)"


@pytest.fixture(scope="module")
def host(lab_status: dict[str, Any]) -> Iterator[str]:
    """The daemon, installed and started on the host of the shape; taken away again afterwards."""
    name = shapes.current().daemon_on
    if name is None:
        pytest.skip("the daemon of this shape is on no host: make lab-full PART=shipped")
    put = {
        "/etc/sysusers.d/remediator.conf": (PACKAGING / "remediator.sysusers").read_text(),
        "/etc/tmpfiles.d/remediator.conf": (PACKAGING / "remediator.tmpfiles").read_text(),
        "/etc/systemd/system/remediator.service": (PACKAGING / "remediator.service").read_text(),
        "/etc/systemd/system/remediator.service.d/lab.conf": DROP_IN,
        **_config(),
    }
    try:
        # as an installation of the release before had it: open to the group, for the upgrade to mend
        api.host_shell(
            name,
            "mkdir -p -m 0750 /etc/remediator/ssh /etc/remediator/secrets /etc/systemd/system/remediator.service.d",
        )
        for path, text in put.items():
            mode = "0644" if "/kolla/" in path else "0640"
            api.host_exec(name, ["install", "-D", "-m", mode, "/dev/stdin", path], stdin=text, check=True)
        api.host_shell(name, "systemd-sysusers && useradd -G remediator member && useradd stranger")
        api.host_shell(
            name, f"systemd-tmpfiles --create remediator.conf && chown remediator {TOKEN} && chmod 0400 {TOKEN}"
        )
        _sudoers(*WATCHED)
        _act_files(*WATCHED)
        # the way to the program is root's alone where its Python lies in root's home; here that is the lab's own /root
        _passable(name, "o+x")
        api.host_shell(name, "systemctl daemon-reload && systemctl start remediator", timeout=120)
        _until("the daemon answers", lambda: root(name, "status").code in (0, 1, 2), 60)
        _until(
            "the baseline is accepted",
            lambda: root(name, "baseline", "accept", "all", "--reason", "new").code == 0,
            300,
        )
        yield name
    finally:
        gone = " ".join(
            [*put, "/var/lib/remediator", "/var/lib/remediator-audit", "/etc/remediator", "/run/remediator-control"]
        )
        api.host_shell(
            name,
            "systemctl stop remediator || true; journalctl -u remediator --no-pager | tail -n 60; "
            f"rm -rf {gone}; userdel member; userdel stranger; systemctl daemon-reload",
            timeout=120,
        )
        _passable(name, "o-x")
        for each in WATCHED:
            api.host_exec(each, ["rm", "-f", "/etc/sudoers.d/remediator-shipped"])


def _passable(host: str, mode: str) -> None:
    """Let every account pass through root's home on `host`, or nobody, when the program's Python lies there."""
    if any(each.is_relative_to("/root") for each in NEEDED):
        api.host_exec(host, ["chmod", mode, "/root"], check=True)


def _config() -> dict[str, str]:
    """Return the files of the config: the lab's own, with everything where a package puts it."""
    written = api.write_config(folder(), hosts=WATCHED, http_port=PORT)
    text = written.config.read_text()
    kolla = re.search(r"(?m)^  kolla: (\S+)$", text)
    assert kolla is not None, text
    inventory = Path(kolla[1])
    for old, new in (
        (str(inventory), "/etc/remediator/kolla/multinode"),
        (str(written.state_dir), "/var/lib/remediator"),
        (str(written.pause_file), "/etc/remediator/PAUSE"),
        (str(written.checkpoints), "/var/lib/remediator-audit/checkpoints.jsonl"),
        (str(written.audit_key), "/var/lib/remediator-audit/key"),
        (str(written.token_file), TOKEN),
        (str(paths.READ_KEY), "/etc/remediator/ssh/read"),
        (str(paths.ACT_KEY), "/etc/remediator/ssh/act"),
        (str(paths.KNOWN_HOSTS), "/etc/remediator/ssh/known_hosts"),
    ):
        text = text.replace(old, new)
    return {
        "/etc/remediator/config.yaml": text,
        "/etc/remediator/kolla/multinode": inventory.read_text(),
        "/etc/remediator/kolla/globals.yml": inventory.with_name("globals.yml").read_text(),
        "/etc/remediator/ssh/read": paths.READ_KEY.read_text(),
        "/etc/remediator/ssh/act": paths.ACT_KEY.read_text(),
        "/etc/remediator/ssh/known_hosts": paths.KNOWN_HOSTS.read_text(),
        TOKEN: written.token_file.read_text(),
    }


def _sudoers(*hosts: str) -> None:
    """Let the account do on `hosts` what the generated file says and no more: the lab's own line is everything."""
    main = [str(Path(sys.executable).with_name("remediator")), "actions", "--format", "sudoers"]
    text = subprocess.run(main, capture_output=True, text=True, timeout=60, check=True).stdout
    for each in hosts:
        # sudo takes the last line that fits: first nothing, then what the file allows
        narrow = "remediator ALL=(ALL) !ALL\n" + text
        path = "/etc/sudoers.d/remediator-shipped"
        api.host_exec(each, ["install", "-m", "0440", "/dev/stdin", path], stdin=narrow, check=True)
        api.host_exec(each, ["visudo", "-c", "-s", "-f", path], check=True)


def _act_files(*hosts: str) -> None:
    """Install on `hosts` the files of remediator-act that this release prints, as the operator does after an
    upgrade."""
    main = [str(Path(sys.executable).with_name("remediator")), "actions", "--format", "act", "--directory"]
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run([*main, directory], capture_output=True, timeout=60, check=True)
        for path in sorted(Path(directory).glob("*.json")):
            for each in hosts:
                argv = ["install", "-D", "-m", "0644", "/dev/stdin", f"{keys.ACT_FILES}/{path.name}"]
                api.host_exec(each, argv, stdin=path.read_text(), check=True)


def _until(what: str, ready: Callable[[], bool], limit_s: float) -> None:
    give_up = time.monotonic() + limit_s
    while not ready():
        assert time.monotonic() < give_up, f"waited {limit_s:.0f} s in vain: {what}"
        time.sleep(1.0)


def root(host: str, *words: str) -> Any:
    return api.host_exec(host, [REMEDIATOR, *words])


def as_user(host: str, user: str, *argv: str) -> Any:
    return api.host_exec(host, ["runuser", "-u", user, "--", *argv])


def incident(host: str, target: str) -> dict[str, Any]:
    found = json.loads(root(host, "incidents", "list", "--format", "json").out)
    return next((each for each in found if each["target"] == target), {})


def test_it_runs_as_its_account_in_a_group_of_nobody_else(host: str) -> None:
    pid = api.host_shell(host, "systemctl show -p MainPID --value remediator").strip()
    ids = api.host_shell(host, f"stat -c '%U %G' /proc/{pid}").split()
    assert ids == ["remediator", "remediator-daemon"]
    assert api.host_shell(host, "getent group remediator-daemon").strip().endswith(":")
    modes = api.host_shell(
        host, "stat -c '%a %U' /etc/remediator/ssh/read /var/lib/remediator /var/lib/remediator/remediator.db"
    )
    assert modes.splitlines() == ["600 remediator", "700 remediator", "600 remediator"]
    assert root(host, "validate").code == 0


def test_a_member_reads_and_pauses_and_opens_no_file(host: str) -> None:
    for words in (["status"], ["incidents", "list"], ["audit", "verify"], ["check", "--cached"]):
        done = as_user(host, "member", REMEDIATOR, *words)
        assert done.code in (0, 1, 2), f"{words}: {done.err}"
    assert as_user(host, "member", REMEDIATOR, "pause", "--reason", "tried").code == 0
    assert as_user(host, "member", REMEDIATOR, "resume", "--reason", "tried").code == 0
    for path in ("/etc/remediator/ssh/read", "/etc/remediator/ssh/act", "/var/lib/remediator/remediator.db"):
        assert as_user(host, "member", "cat", path).code != 0
    assert "member of the group" in as_user(host, "stranger", REMEDIATOR, "status").err


@pytest.mark.parametrize("watched", WATCHED)
def test_a_crash_is_cured_through_the_wrapper_and_the_sudoers_and_a_reload_in_the_middle_changes_nothing(
    host: str, watched: str
) -> None:
    broken = api.break_fault("slow-restart", watched, seconds=30)
    named = re.search(r"kolla-([a-z_]+)-container", " ".join(broken))
    assert named is not None, broken
    target = f"container/{watched}/{named[1]}"
    try:
        _until("a run is under way", lambda: incident(host, target).get("state") == "curing", 120)
        assert api.host_exec(host, ["systemctl", "reload", "remediator"]).code == 0
        _until("it is cured", lambda: incident(host, target).get("state") == "resolved", 240)
    finally:
        api.heal("slow-restart", watched)
    runs = json.loads(root(host, "runs", "list", "--format", "json").out)
    assert [run["state"] for run in runs if run["target"] == target][:1] == ["succeeded"]
    assert json.loads(root(host, "audit", "list", "--kind", "reloaded", "--format", "json").out)
    assert "remediator-act" in api.host_shell(watched, "journalctl -t remediator-act --no-pager | tail -n 20")


CLAIM = claims.SCRIPT.argv("0123456789abcdef", "0123456789abcdef", "lab", "1", "shipped-claim-1")


def refused(host: str) -> str:
    """Return how `host` refuses the claim as the act key would send it; fail when it is taken."""
    line = Command(host=host, argv=CLAIM, timeout_s=10.0).line(sudo=True)
    done = as_user(host, "remediator", "env", f"SSH_ORIGINAL_COMMAND={line}", keys.ACT)
    assert done.code == 126, f"{done.out}{done.err}"
    return str(done.err)


def compared(host: str) -> dict[str, tuple[str, str]]:
    """Return what `actions --compare` says of each host: its state and its sentences."""
    rows = json.loads(root(host, "actions", "--compare", "--format", "json").out)
    return {row["host"]: (row["state"], "; ".join(row["sentences"])) for row in rows}


def test_a_host_whose_files_are_of_another_release_takes_nothing_of_them_and_is_known_before_it_is_needed(
    host: str,
) -> None:
    stale, current = WATCHED
    file = f"{keys.ACT_FILES}/remediator.json"
    assert compared(host) == dict.fromkeys(WATCHED, ("same", ""))
    try:
        api.host_shell(stale, f'sed -i \'s/exit 5/exit 55/; s/"release": "/&0./\' {file}')
        assert f"remediator-claim is not as in {file} (release 0." in refused(stale)
        state, said = compared(host)[stale]
        assert (state, compared(host)[current]) == ("other", ("same", ""))
        assert "remediator.json is of 0." in said
        assert "install it anew" in said
        api.host_shell(stale, f"chmod 0666 {file}")
        assert f"{file} can be written by others than root" in refused(stale)
        api.host_exec(stale, ["rm", file], check=True)
        assert "not among the allowed scripts: remediator-claim" in refused(stale)
        assert compared(host)[stale] == ("other", "remediator.json lists nothing: install it")
        api.host_shell(stale, f"mv {keys.ACT_FILES} {keys.ACT_FILES}.moved")
        assert f"there is no {keys.ACT_FILES}: remediator actions --format act" in refused(stale)
    finally:
        api.host_shell(stale, f"[ ! -e {keys.ACT_FILES}.moved ] || mv {keys.ACT_FILES}.moved {keys.ACT_FILES}")
        _act_files(stale)
    assert compared(host) == dict.fromkeys(WATCHED, ("same", ""))


def test_a_host_whose_replies_drip_is_unknown_and_costs_nobody_else_anything(host: str) -> None:
    dripping, honest = WATCHED
    api.host_shell(dripping, "mv /usr/bin/python3 /usr/bin/python3.real")
    api.host_exec(dripping, ["install", "-m", "0755", "/dev/stdin", "/usr/bin/python3"], stdin=DRIP, check=True)

    def reachable(name: str) -> str:
        done = root(host, "check", "--cached", "--format", "json", "--target", f"host/{name}")
        return next((r["state"] for r in json.loads(done.out)["results"] if r["check"] == "host-reachable"), "")

    try:
        _until("it is not believed any more", lambda: reachable(dripping) not in ("OK", ""), 120)
        for _ in range(10):
            assert reachable(honest) == "OK"
            began = time.monotonic()
            assert api.host_exec(host, ["python3", "-c", HEALTHZ]).code == 0
            assert time.monotonic() - began < 2.0 + 1.0  # the engine's exec takes some of it
            time.sleep(2.0)
    finally:
        api.host_shell(dripping, "mv -f /usr/bin/python3.real /usr/bin/python3")
    _until("it answers again", lambda: reachable(dripping) == "OK", 120)
