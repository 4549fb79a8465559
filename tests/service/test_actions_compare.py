"""`remediator actions --compare` over real SSH: the script as installed answers, and a host of another release is told
with the remedy."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from remediator import __version__
from tests.service import host_side
from tests.service.host_side import SCRIPT, HostSide
from tests.service.ssh_server import SshServer, new_key, serving

pytestmark = [
    pytest.mark.service,
    pytest.mark.skipif(os.geteuid() != 0, reason="the script believes no file but root's, and only root makes those"),
]
REMEDIATOR = str(Path(sys.executable).with_name("remediator"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A config with the hosts `good` and `gone`, and what stands behind the act key of `good`."""

    config: Path
    host: HostSide
    server: SshServer

    def compared(self) -> tuple[int, dict[str, Any]]:
        """Return the exit code, and state and sentences of each host."""
        done = subprocess.run(
            [REMEDIATOR, "--config", str(self.config), "actions", "--compare", "--format", "json"],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.stderr == ""
        return done.returncode, {row["host"]: (row["state"], row["sentences"]) for row in json.loads(done.stdout)}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    keys = {name: new_key(tmp_path / name) for name in ("host", "read", "act")}
    with contextlib.ExitStack() as opened:
        server = opened.enter_context(serving(keys["host"], [keys["act"]]))
        host = opened.enter_context(host_side.made())
        forced = [str(SCRIPT), "--state", str(host.state), "--lists", str(host.lists), "--log", f"{host.here}/log"]
        # what sshd does with `command=` in authorized_keys
        shim = host.here / "bin" / "remediator-act"
        shim.write_text(f'#!/bin/sh\nSSH_ORIGINAL_COMMAND="${{0##*/}} $*" exec {shlex.join(forced)}\n')
        shim.chmod(0o755)
        monkeypatch.setenv("PATH", f"{host.here}/bin:/usr/bin:/bin")
        known, config = tmp_path / "known_hosts", tmp_path / "config.yaml"
        known.write_text(server.known_hosts_line())
        config.write_text(
            "cloud: lab\n"
            "inventory: {hosts: {"
            f"good: {{address: 127.0.0.1, port: {server.port}}}, gone: {{address: 127.0.0.1, port: 1}}}}}}\n"
            f"ssh: {{user: remediator, read: {keys['read']}, act: {keys['act']}, known_hosts: {known}}}\n"
            f"state_dir: {tmp_path}/state\npause_file: {tmp_path}/PAUSE\n"
            f"audit: {{checkpoints: {tmp_path}/audit/checkpoints.jsonl}}\n"
        )
        config.chmod(0o644)
        yield Site(config=config, host=host, server=server)


def test_a_host_is_asked_over_the_act_key_and_told_apart_by_its_files(site: Site) -> None:
    code, found = site.compared()
    assert found["good"] == ("same", [])
    assert found["gone"][0] == "unknown"
    assert code == 1, "a host that is not known is not well"
    assert site.server.executed == ["remediator-act status"]
    assert not site.host.state.exists()

    galera = site.host.lists / "galera.json"
    galera.write_text(galera.read_text().replace(f'"release": "{__version__}"', '"release": "0.0.1"'))
    (site.host.lists / "container.json").chmod(0o666)
    _, found = site.compared()
    state, (container, older) = found["good"]
    assert state == "other"
    assert "container.json can be written by others than root" in container
    assert older == f"galera.json is of 0.0.1, older than this {__version__}: install it anew"


def test_a_host_without_the_script_is_none_of_its_business(site: Site) -> None:
    (site.host.here / "bin" / "remediator-act").unlink()
    _, found = site.compared()
    assert found["good"] == ("none", ["no remediator-act stands behind the act key"])
