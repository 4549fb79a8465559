"""The few keys that reading and pausing need, out of a config with a mistake elsewhere; and what is never guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from remediator.config import essentials
from tests.unit.config.writing import MINIMAL, written

pytestmark = pytest.mark.unit

WHERE = "state_dir: /s\npause_file: /p\naudit: {checkpoints: /a/c.jsonl}\n"


def read(folder: Path, text: str, mode: int = 0o600, **env: str) -> essentials.Essentials:
    found = essentials.read(written(folder, text, mode), env)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "broken",
    [
        "autonomy: {R1: atuo}\n",
        "clod: x\n",
        "inventory: 3\n",
        "ssh: {port: high}\nchecks: [\n",
        "http: {bind: '0.0.0.0:1'\n",
        "\tlog: x\n",
        "state_dir: /other\n",
    ],
)
def test_a_mistake_elsewhere_hides_nothing(tmp_path: Path, broken: str) -> None:
    found = read(tmp_path, MINIMAL + WHERE + broken)
    assert (found.cloud, found.pause_file, found.audit.checkpoints) == ("lab", "/p", "/a/c.jsonl")
    assert found.mistakes
    assert found.config is None
    assert found.trusted
    if "state_dir" in broken and "state_dir" in found.spoilt:
        return
    assert found.state_dir == "/s"
    assert found.spoilt == frozenset()


def test_a_whole_config_is_kept_and_has_no_mistake(tmp_path: Path) -> None:
    found = read(tmp_path, MINIMAL + WHERE)
    assert found.config is not None
    assert (found.mistakes, found.hosts, found.state_dir) == ((), ("ctl1",), "/s")


@pytest.mark.parametrize(
    ("text", "spoilt"),
    [
        ("state_dir: var\n", {"state_dir"}),
        ("pause_file: [a]\n", {"pause_file"}),
        ("database: {url: mysql://x}\n", {"database"}),
        ("audit:\n  checkpoints: /a\n  x: [\n", {"audit"}),
        ("pause_file: /a\npause_file: /b\nx: [\n", {"pause_file"}),
        ("database:\n  url: {env: X}\nx: [\n", {"database"}),
    ],
)
def test_a_key_that_cannot_be_read_is_named_and_not_guessed(tmp_path: Path, text: str, spoilt: set[str]) -> None:
    assert read(tmp_path, MINIMAL + text).spoilt == spoilt


def test_a_file_that_others_may_write_is_read_and_not_trusted(tmp_path: Path) -> None:
    found = read(tmp_path, MINIMAL + WHERE, 0o664)
    assert (found.state_dir, found.trusted) == ("/s", False)
    assert found.mistakes[0].code == "writable_by_others"


def test_the_environment_goes_before_the_file_here_too(tmp_path: Path) -> None:
    found = read(tmp_path, MINIMAL + WHERE + "clod: x\n", REMEDIATOR__STATE_DIR="/e")
    assert found.state_dir == "/e"


def test_no_file_is_nothing_to_be_lenient_about(tmp_path: Path) -> None:
    assert essentials.read(str(tmp_path / "none.yaml"), {}) is None
    assert essentials.read(str(Path(written(tmp_path, MINIMAL)) / "below-a-file.yaml"), {}) is None


def test_a_file_that_cannot_be_read_leaves_the_defaults_and_says_that_they_are_assumed(tmp_path: Path) -> None:
    (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")
    found = essentials.read(str(tmp_path / "loop.yaml"), {})
    assert found is not None
    assert (found.assumed, found.state_dir) == (True, "/var/lib/remediator")
    assert found.mistakes


def test_the_defaults_are_those_of_the_config(tmp_path: Path) -> None:
    whole, few = read(tmp_path, MINIMAL), read(tmp_path, MINIMAL + "clod: x\n")
    for name in ("state_dir", "pause_file", "database", "audit"):
        assert getattr(whole, name) == getattr(few, name)
