"""`remediator validate`: mistakes, then notes; only mistakes change the exit code, and JSON tells them apart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from remediator.cli.main import main
from remediator.config import files, load_config
from tests.unit.config.writing import MINIMAL, written

pytestmark = pytest.mark.unit

NOTE = "notify: nobody is told: notify names no notifier, so an escalation reaches only the log and the page"


def config(folder: Path, more: str = "") -> str:
    """Return the path of a config whose SSH files are all there."""
    for name in ("read", "act", "known_hosts"):
        (folder / name).write_text("x\n", "utf-8")
        (folder / name).chmod(0o600)
    ssh = ", ".join(f"{name}: {folder}/{name}" for name in ("read", "act", "known_hosts"))
    return written(folder, f"{MINIMAL}ssh: {{{ssh}}}\n{more}")


def told(path: str, capsys: pytest.CaptureFixture[str], code: int = 0) -> list[str]:
    assert main(["--config", path, "validate"]) == code
    return [line.replace(f"{path}:", "") for line in capsys.readouterr().out.splitlines()]


def test_notes_are_printed_and_are_no_mistakes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(config(tmp_path), capsys) == [f"note: 1:1: {NOTE}", "no mistake, 1 note"]


def test_a_mistake_stands_before_the_notes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(config(tmp_path, "checks: {nothing: {off: true}}\n"), capsys, 1)
    assert [line.startswith("note: ") for line in lines] == [False, True, True, False]
    assert lines[-1] == "1 mistake, 2 notes"


def test_json_tells_a_note_by_its_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = config(tmp_path)
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


def test_files_that_are_not_there_or_open_to_others_are_notes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "page").write_text("#!/bin/sh\n", "utf-8")
    (tmp_path / "page").chmod(0o644)
    (tmp_path / "token").write_text("x\n", "utf-8")
    (tmp_path / "token").chmod(0o640)
    more = (
        f"http: {{tls: {{cert: {tmp_path}/no.pem, key: {tmp_path}/no.key}}}}\n"
        f"tokens: [{{name: a, scopes: [read], token: {{file: {tmp_path}/token}}}}]\n"
        f"notify:\n"
        f"- {{name: pager, type: command, argv: [{tmp_path}/page]}}\n"
        f"- {{name: gone, type: command, argv: [{tmp_path}/none]}}\n"
        f"- {{name: chat, type: webhook, url: 'https://x', secret: {{file: {tmp_path}/none}}}}\n"
    )
    path = config(tmp_path, more)
    (tmp_path / "act").chmod(0o644)
    (tmp_path / "known_hosts").unlink()
    here = [line.replace(f"{tmp_path}/", "") for line in told(path, capsys)]
    assert [line.split(": ", 2)[2] for line in here[:-1]] == [
        "ssh.act: act can be read by others (mode 0644): chmod 600 act",
        "ssh.known_hosts: known_hosts does not exist on this machine: a host whose key is not in it is not asked",
        "http.tls.cert: no.pem does not exist on this machine: the daemon does not start without it",
        "http.tls.key: no.key does not exist on this machine: the daemon does not start without it",
        "notify.0.argv.0: page cannot be executed: pager tells nobody",
        "notify.1.argv.0: none does not exist on this machine: gone tells nobody",
        "notify.2.secret: none does not exist on this machine: chat tells nobody",
        "tokens.0.token: token can be read by others (mode 0640): chmod 600 token",
    ]
    assert here[-1] == "no mistake, 8 notes"
    assert all(line.startswith("note: ") for line in here[:-1])


def test_an_inventory_and_a_notifier_that_others_may_change_are_notes(tmp_path: Path) -> None:
    (tmp_path / "page").write_text("#!/bin/sh\n", "utf-8")
    (tmp_path / "page").chmod(0o775)
    (tmp_path / "multinode").write_text("[control]\nctl1 ansible_host=192.0.2.1\n", "utf-8")
    (tmp_path / "multinode").chmod(0o666)
    path = config(tmp_path, f"notify: [{{name: pager, type: command, argv: [{tmp_path}/page]}}]\n")
    text = (
        Path(path)
        .read_text("utf-8")
        .replace("inventory: {hosts: {ctl1: {address: 10.77.0.11}}}", f"inventory: {{kolla: {tmp_path}/multinode}}")
    )
    Path(path).write_text(text, "utf-8")
    said = [note.message.replace(f"{tmp_path}/", "") for note in files.notes(load_config(path, {}))]
    assert said == [
        "page can be changed by its group (mode 0775): chmod go-w page",
        "multinode can be changed by anybody on this machine (mode 0666): chmod go-w multinode",
    ]


def test_an_open_address_in_the_clear_is_noted(tmp_path: Path) -> None:
    path = config(tmp_path, "http: {bind: '0.0.0.0:8087', plaintext_ok: true}\n")
    (note,) = files.notes(load_config(path, {}))
    assert (note.path, note.line) == ("http.plaintext_ok", 4)
    assert "tokens can be read on the way" in note.message
