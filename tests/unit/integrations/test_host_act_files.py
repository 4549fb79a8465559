"""What the collector reads of the files of `remediator-act`, and what the daemon believes of it."""

from __future__ import annotations

import hashlib
import json
import os
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from remediator.cli.admin import act_files as act_file_writer
from remediator.cli.admin import actions, daemon
from remediator.daemon.observe import act_files
from remediator.integrations.host import facts
from remediator.model.values import Unknown
from tests.unit.integrations import section as make

REMOTE: dict[str, Any] = {"__name__": "remote"}
exec(resources.files("remediator.integrations.host").joinpath("remote.py").read_text("utf-8"), REMOTE)
TEXT = json.dumps({"version": 1, "release": "1.2.3", "integration": "lamp"}).encode()
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only what root owns is believed")


def read(directory: Path, *places: Path) -> Any:
    return REMOTE["_act_files"](str(directory), tuple(str(place) for place in places))


def lay(directory: Path, name: str, text: bytes = TEXT, mode: int = 0o644) -> Path:
    path = directory / name
    path.write_bytes(text)
    path.chmod(mode)
    return path


@needs_root
def test_a_file_is_told_with_its_digest_and_its_release(tmp_path: Path) -> None:
    lay(tmp_path, "lamp.json")
    lay(tmp_path, ".lamp.json.part")
    lay(tmp_path, "README")
    assert read(tmp_path) == [{"file": "lamp.json", "sha256": hashlib.sha256(TEXT).hexdigest(), "release": "1.2.3"}]


@needs_root
@pytest.mark.parametrize("mode", [0o664, 0o646])
def test_one_that_others_may_write_has_no_digest(tmp_path: Path, mode: int) -> None:
    lay(tmp_path, "lamp.json", mode=mode)
    assert read(tmp_path) == [{"file": "lamp.json", "sha256": None, "release": None}]


@pytest.mark.parametrize("text", [b"{", b"[]", b"{}", b"\xff", b"[" * 100_000, b" " * (1 << 20) + TEXT])
def test_what_is_no_such_file_has_no_digest_and_ends_nothing(tmp_path: Path, text: bytes) -> None:
    lay(tmp_path, "lamp.json", text)
    assert [each["sha256"] for each in read(tmp_path)] == [None]


def test_a_link_a_pipe_and_a_directory_have_no_digest_and_nobody_waits_for_them(tmp_path: Path) -> None:
    (tmp_path / "a.json").symlink_to(lay(tmp_path, "true"))
    os.mkfifo(tmp_path / "b.json")
    (tmp_path / "c.json").mkdir()
    assert [each["sha256"] for each in read(tmp_path)] == [None, None, None]


def test_where_there_is_no_directory_the_program_tells_whether_one_is_missing(tmp_path: Path) -> None:
    missing = tmp_path / "act.d"
    assert read(missing, tmp_path) is None
    lay(tmp_path, "remediator-act", mode=0o755)
    assert read(missing, tmp_path) == []


def test_the_number_of_files_is_bounded(tmp_path: Path) -> None:
    for number in range(200):
        lay(tmp_path, f"f{number:03}.json")
    assert len(read(tmp_path)) == REMOTE["MOST_ACT_FILES"]


def machine_with(files: Any) -> Any:
    found = facts.machine(make.reply(host=make.host(act_files=files)))
    assert not isinstance(found, Unknown)
    return found.act_files


def test_what_a_host_says_is_believed_only_where_it_has_the_form() -> None:
    good = {"file": "lamp.json", "sha256": "a" * 64, "release": "1.2.3"}
    (told,) = machine_with([good])
    assert (told.name, told.sha256, told.release) == ("lamp.json", "a" * 64, "1.2.3")
    (odd,) = machine_with([good | {"sha256": 7, "release": "x\ny"}])
    assert (odd.sha256, odd.release) == (None, "")
    odd_ones: tuple[Any, ...] = (
        None,
        "x",
        7,
        {},
        [7],
        [{}],
        [good | {"file": "../x.json"}],
        [good | {"file": "a\nb.json"}],
    )
    for wrong in odd_ones:
        assert machine_with(wrong) is None
    assert len(machine_with([good] * 10_000)) == facts.MOST_SAID


@needs_root
def test_what_this_release_writes_is_what_its_daemon_looks_for(tmp_path: Path) -> None:
    wanted = daemon.act_files()
    act_file_writer.write(tmp_path, actions.files_of_act())
    assert "remediator.json" in wanted
    assert act_files.sentence(machine_with(read(tmp_path)), wanted) == ""
    (tmp_path / "remediator.json").write_text(json.dumps({"release": "0.0.1"}), "ascii")
    assert "remediator.json is of 0.0.1" in act_files.sentence(machine_with(read(tmp_path)), wanted)
