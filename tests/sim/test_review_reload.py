"""A reload that says yes must be true: what a running daemon cannot change has to be refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from remediator.config import load_config
from remediator.daemon.process import composing
from remediator.integrations import registry
from tests.sim.cloud import CONFIG

pytestmark = pytest.mark.sim


@pytest.mark.parametrize(
    "change",
    ["pause_file: {d}/OTHER", "pause_file: {d}/PAUSE\nnotify: [{{type: command, name: x, argv: [/bin/true]}}]"],
)
def test_a_reload_refuses_what_it_does_not_carry_out(tmp_path: Path, change: str) -> None:
    path = tmp_path / "config.yaml"

    def write(extra: str) -> None:
        path.write_text(
            f"{CONFIG}\nstate_dir: {tmp_path}/state\naudit: {{checkpoints: {tmp_path}/a/c.jsonl}}\n{extra}\n"
        )
        path.chmod(0o600)

    write(f"pause_file: {tmp_path}/PAUSE")
    before = load_config(str(path), {}, registry.sections)
    write(change.format(d=tmp_path))
    answer = composing.reloaded(str(path), before)
    assert answer.config is None
    assert "restart" in answer.error


def test_a_dangling_pause_link_is_a_pause(tmp_path: Path) -> None:
    from remediator.daemon.inhibit.refraining import Refrain

    (tmp_path / "PAUSE").symlink_to(tmp_path / "gone")
    assert Refrain(tmp_path / "PAUSE", tmp_path)()
