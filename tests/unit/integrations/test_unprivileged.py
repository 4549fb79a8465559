"""What the account that collects may not read is no proof that there is nothing: the section is UNKNOWN, and nothing acts on it."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from remediator.integrations.galera import manifest as galera
from tests.unit.integrations import unprivileged

pytestmark = pytest.mark.unit


def remote(integration: str) -> dict[str, Any]:
    """Return what the remote file of `integration` defines."""
    found: dict[str, Any] = {"__name__": "remote"}
    for file in galera.REMOTE if integration == "galera" else ("remote.py",):
        exec(resources.files(f"remediator.integrations.{integration}").joinpath(file).read_text("utf-8"), found)
    return found


def test_a_process_that_is_hidden_from_us_may_be_a_server_that_bootstraps() -> None:
    with unprivileged.folder() as root:
        (root / "17").mkdir()
        (root / "17" / "cmdline").write_bytes(b"mariadbd\0--wsrep-new-cluster\0")
        processes = remote("galera")["processes"]
        assert processes(str(root), "/nowhere")["process_bootstrap"] is True
        (root / "17" / "cmdline").chmod(0)
        with unprivileged.account(), pytest.raises(PermissionError):
            processes(str(root), "/nowhere")


def test_a_log_that_cannot_be_read_is_not_taken_for_none(tmp_path: Path) -> None:
    end = remote("galera")["_end"]
    assert end(str(tmp_path / "none"), 100) is None
    with pytest.raises(IsADirectoryError):
        end(str(tmp_path), 100)


def test_a_configuration_of_kolla_that_cannot_be_read_is_not_taken_for_none() -> None:
    host = remote("host")
    with unprivileged.folder() as root:
        host["KOLLA"] = str(root / "kolla")
        assert host["_etc_kolla"]() is None
        (root / "kolla" / "cron" / "inner").mkdir(parents=True)
        assert set(host["_etc_kolla"]()) == {"cron"}
        for door in (root / "kolla" / "cron" / "inner", root / "kolla"):
            door.chmod(0)
            with unprivileged.account(), pytest.raises(PermissionError):
                host["_etc_kolla"]()
            door.chmod(0o755)
