"""`remediator validate`: mistakes, then notes; only mistakes change the exit code, and JSON tells them apart."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from remediator.cli.main import main
from remediator.config import load_config, loading
from remediator.config.ownership import files
from remediator.integrations import registry
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


def test_files_that_are_not_there_are_notes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "page").write_text("#!/bin/sh\n", "utf-8")
    (tmp_path / "page").chmod(0o644)
    more = (
        f"http: {{tls: {{cert: {tmp_path}/no.pem, key: {tmp_path}/no.key}}}}\n"
        f"tokens: [{{name: a, scopes: [read], token: {{file: {tmp_path}/none}}}}]\n"
        f"notify:\n"
        f"- {{name: pager, type: command, argv: [{tmp_path}/page]}}\n"
        f"- {{name: gone, type: command, argv: [{tmp_path}/none]}}\n"
        f"- {{name: chat, type: webhook, url: 'https://x', secret: {{file: {tmp_path}/none}}}}\n"
    )
    path = config(tmp_path, more)
    (tmp_path / "known_hosts").unlink()
    here = [line.replace(f"{tmp_path}/", "") for line in told(path, capsys)]
    assert [line.split(": ", 2)[2] for line in here[:-1]] == [
        "ssh.known_hosts: known_hosts does not exist on this machine: a host whose key is not in it is not asked",
        "http.tls.cert: no.pem does not exist on this machine: the daemon does not start without it",
        "http.tls.key: no.key does not exist on this machine: the daemon does not start without it",
        "notify.0.argv.0: page cannot be executed: pager tells nobody",
        "notify.1.argv.0: none does not exist on this machine: gone tells nobody",
        "notify.2.secret: none does not exist on this machine: chat tells nobody",
        "tokens.0.token: none does not exist on this machine: the daemon does not start without it",
    ]
    assert here[-1] == "no mistake, 7 notes"
    assert all(line.startswith("note: ") for line in here[:-1])


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A directory that others may enter, as pytest's own are not."""
    with tempfile.TemporaryDirectory(prefix="reachable-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_a_secret_in_a_directory_that_is_closed_to_others_is_read_by_nobody_else(reachable: Path) -> None:
    closed = reachable / "closed"
    closed.mkdir(mode=0o700)
    (closed / "token").write_text("x\n", "utf-8")
    (closed / "token").chmod(0o644)
    path = config(reachable, f"tokens: [{{name: a, scopes: [read], token: {{file: {closed}/token}}}}]\n")
    (note,) = files.notes(load_config(path, {}, registry.sections))
    assert note.message == f"{closed}/token can be read by others (mode 0644): chmod 600 {closed}/token"
    (closed / "token").chmod(0o646)
    assert [each.code for each in loading.read_config(path, {}, registry.sections)[1]] == ["writable_by_others"]
    (closed / "token").chmod(0o644)
    closed.chmod(0o711)
    assert [each.code for each in loading.read_config(path, {}, registry.sections)[1]] == ["readable_by_others"]


def test_secrets_that_others_may_read_are_mistakes_with_the_chmod_to_type(
    reachable: Path, capsys: pytest.CaptureFixture[str], memcache: None
) -> None:
    for name in ("token", "page-secret", "monitor"):
        (reachable / name).write_text("x\n", "utf-8")
        (reachable / name).chmod(0o640)
    more = (
        f"tokens: [{{name: a, scopes: [read], token: {{file: {reachable}/token}}}}]\n"
        f"notify: [{{name: chat, type: webhook, url: 'https://x', secret: {{file: {reachable}/page-secret}}}}]\n"
        f"integrations: {{memcache: {{group: control, port: 11212, word: {{file: {reachable}/monitor}}}}}}\n"
    )
    path = config(reachable, more)
    (reachable / "act").chmod(0o644)
    (reachable / "read").chmod(0o666)
    (reachable / "known_hosts").chmod(0o666)
    here = [line.replace(f"{reachable}/", "") for line in told(path, capsys, 1)]
    assert sorted(line.split(": ", 1)[1] for line in here[:-1]) == [
        "integrations.memcache.word: monitor can be read by others (mode 0640): chmod 600 monitor",
        "notify.0.secret: page-secret can be read by others (mode 0640): chmod 600 page-secret",
        "ssh.act: act can be read by others (mode 0644): chmod 600 act",
        "ssh.known_hosts: known_hosts may be written by others (mode 0666): chmod go-w known_hosts",
        "ssh.read: read may be written by others (mode 0666): chmod 600 read",
        "tokens.0.token: token can be read by others (mode 0640): chmod 600 token",
    ]


def test_a_tls_key_that_a_group_may_read_is_a_note(tmp_path: Path) -> None:
    for name in ("cert", "key"):
        (tmp_path / name).write_text("x", "utf-8")
        (tmp_path / name).chmod(0o640)
    path = config(tmp_path, f"http: {{tls: {{cert: {tmp_path}/cert, key: {tmp_path}/key}}}}\n")
    (note,) = files.notes(load_config(path, {}, registry.sections))
    assert (note.path, note.message) == (
        "http.tls.key",
        f"{tmp_path}/key can be read by others (mode 0640): chmod 600 {tmp_path}/key",
    )


def test_what_others_may_change_is_a_mistake_in_every_place_that_can_make_us_act(tmp_path: Path) -> None:
    path = config(tmp_path)
    for name in ("page", "multinode"):
        (tmp_path / name).write_text("[control]\nctl1 ansible_host=192.0.2.1\n", "utf-8")
    (tmp_path / "page").chmod(0o775)
    (tmp_path / "multinode").chmod(0o666)
    for name, mode in (("content", 0o777), ("state", 0o777), ("group_vars", 0o775), ("stop", 0o773)):
        (tmp_path / name).mkdir()
        (tmp_path / name).chmod(mode)
    text = (
        Path(path)
        .read_text("utf-8")
        .replace("{hosts: {ctl1: {address: 10.77.0.11}}}", f"{{kolla: {tmp_path}/multinode}}")
    )
    more = (
        f"notify: [{{name: pager, type: command, argv: [{tmp_path}/page]}}]\ncontent: [{tmp_path}/content]\n"
        f"state_dir: {tmp_path}/state\npause_file: {tmp_path}/stop/PAUSE\n"
    )
    Path(path).write_text(text + more, "utf-8")
    _, found = loading.read_config(path, {}, registry.sections)
    assert [each.message.replace(f"{tmp_path}/", "") for each in found] == [
        "group_vars may be written by others (mode 0775): chmod go-w group_vars",
        "multinode may be written by others (mode 0666): chmod go-w multinode",
        "page may be written by others (mode 0775): chmod go-w page",
        "content may be written by others (mode 0777): chmod go-w content",
        "state may be written by others (mode 0777): chmod go-w state",
        "stop/PAUSE lies in stop, which may be written by others (mode 0773): chmod go-w stop",
    ]


def test_an_open_address_in_the_clear_is_noted(tmp_path: Path) -> None:
    path = config(tmp_path, "http: {bind: '0.0.0.0:8087', plaintext_ok: true}\n")
    (note,) = files.notes(load_config(path, {}, registry.sections))
    assert (note.path, note.line) == ("http.plaintext_ok", 4)
    assert "tokens can be read on the way" in note.message
