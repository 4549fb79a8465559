"""`remediator validate`: mistakes, then notes; only mistakes change the exit code, and JSON tells them apart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from remediator.cli.main import main
from tests.unit.config.writing import MINIMAL, written

pytestmark = pytest.mark.unit

NOTE = "notify: nobody is told: notify names no notifier, so an escalation reaches only the log and the page"


def test_notes_are_printed_and_are_no_mistakes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, MINIMAL)
    assert main(["--config", path, "validate"]) == 0
    assert capsys.readouterr().out.splitlines() == [f"note: {path}:1:1: {NOTE}", "no mistake"]


def test_a_mistake_stands_before_the_notes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, MINIMAL + "checks: {nothing: {off: true}}\n")
    assert main(["--config", path, "validate"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.startswith("note: ") for line in lines] == [False, True, True, False]
    assert lines[-1] == "1 mistake"


def test_json_tells_a_note_by_its_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, MINIMAL)
    assert main(["--config", path, "validate", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {
            "file": path,
            "line": 1,
            "col": 1,
            "path": "notify",
            "code": "note",
            "message": NOTE.partition(": ")[2],
            "hint": "",
        }
    ]
