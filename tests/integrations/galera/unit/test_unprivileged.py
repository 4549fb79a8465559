"""What the account that collects may not read of a member is no proof that there is nothing: nothing acts on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from remediator.integrations.galera import manifest
from tests.unit.integrations import unprivileged

pytestmark = pytest.mark.unit


def remote() -> dict[str, Any]:
    return unprivileged.remote("galera", *manifest.REMOTE)


def test_a_process_that_is_hidden_from_us_may_be_a_server_that_bootstraps() -> None:
    with unprivileged.folder() as root:
        (root / "17").mkdir()
        (root / "17" / "cmdline").write_bytes(b"mariadbd\0--wsrep-new-cluster\0")
        processes = remote()["processes"]
        assert processes(str(root), "/nowhere")["process_bootstrap"] is True
        (root / "17" / "cmdline").chmod(0)
        with unprivileged.account(), pytest.raises(PermissionError):
            processes(str(root), "/nowhere")


def test_a_log_that_cannot_be_read_is_not_taken_for_none(tmp_path: Path) -> None:
    end = remote()["_end"]
    assert end(str(tmp_path / "none"), 100) is None
    with pytest.raises(IsADirectoryError):
        end(str(tmp_path), 100)
