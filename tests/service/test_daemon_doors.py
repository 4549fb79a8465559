"""A real daemon behind a config that was broken after its start: every door goes on, and says with which config."""

from __future__ import annotations

import http.client
import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.scenario import free_port
from tests.service.test_daemon_signals import Running, start, until, write_config

pytestmark = [pytest.mark.service, pytest.mark.timeout(180)]
TOKEN = "read-only-for-tests"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    port = free_port()
    config = write_config(tmp_path, port)
    (tmp_path / "token").write_text(TOKEN)
    (tmp_path / "token").chmod(0o600)
    config.write_text(
        config.read_text() + f"tokens: [{{name: r, scopes: [read], token: {{file: {tmp_path}/token}}}}]\n"
    )
    made = Running(config=config, port=port, process=start(config, port))
    yield made
    if made.process.poll() is None:
        made.process.kill()
        made.process.wait(timeout=10)


def scraped(running: Running) -> dict[str, float]:
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=10)
    connection.request("GET", "/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    text = connection.getresponse().read().decode()
    connection.close()
    return {name: float(value) for name, value in re.findall(r"(?m)^([^#\s]+) (\S+)$", text)}


def test_the_first_scrape_has_what_is_so_now(running: Running) -> None:
    until(lambda: running.audited("started"))
    assert running.command("pause", "--reason", "x").returncode == 0
    before = running.audited("pause")[0]["seq"]
    numbers = scraped(running)
    assert numbers["remediator_paused"] == 1.0
    assert numbers["remediator_audit_seq"] >= before
    assert running.command("resume").returncode == 0
    assert scraped(running)["remediator_paused"] == 0.0


def test_a_typo_takes_no_door_away_and_each_says_which_config_is_in_force(running: Running) -> None:
    until(lambda: running.audited("started"))
    loaded = json.loads(running.command("status", "--format", "json").stdout)["config"]
    running.config.write_text(running.config.read_text() + "autonomy: {R1: atuo}\n")
    done = running.command("status", "--format", "json")
    assert (done.returncode, json.loads(done.stdout)["config"]) == (0, loaded)
    assert "autonomy.R1: 'atuo' is not one of" in done.stderr
    assert "has changed since and is not in force" in done.stderr
    assert running.command("pause", "--reason", "x").returncode == 0
    assert running.command("resume", "--reason", "x").returncode == 0
    for line in (["incidents", "list"], ["brakes", "list"], ["audit", "verify"], ["baseline", "show"]):
        again = running.command(*line)
        assert (again.returncode, "Traceback" in again.stderr) == (0, False), again.stderr
    plugin = running.command("check", "--format", "nagios")
    assert plugin.returncode in (2, 3)
    assert plugin.stdout.startswith("REMEDIATOR ")


def status_of(running: Running, token: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=10)
    connection.request("GET", "/metrics", headers={"Authorization": f"Bearer {token}"})
    found = connection.getresponse().status
    connection.close()
    return found


def test_a_token_that_was_withdrawn_stops_working_at_the_reload_and_the_audit_says_so(running: Running) -> None:
    file, good = running.config.parent / "token", running.config.read_text()
    until(lambda: running.audited("started"))
    assert status_of(running, TOKEN) == 200
    file.write_text("another-one")
    assert status_of(running, TOKEN) == 200
    running.process.send_signal(signal.SIGHUP)
    until(lambda: status_of(running, TOKEN) == 401)
    assert status_of(running, "another-one") == 200
    # a mistake elsewhere keeps the old config, and no token that its file has lost
    running.config.write_text(good + "autonomie: {}\n")
    file.unlink()
    running.process.send_signal(signal.SIGHUP)
    until(lambda: status_of(running, "another-one") == 401)
    # an entry that is taken out of the config
    file.write_text("a-third")
    file.chmod(0o600)
    running.config.write_text(good)
    running.process.send_signal(signal.SIGHUP)
    until(lambda: status_of(running, "a-third") == 200)
    running.config.write_text(good.replace(good.splitlines()[-1], "tokens: []"))
    running.process.send_signal(signal.SIGHUP)
    until(lambda: status_of(running, "a-third") == 401)
    until(lambda: len(running.audited("tokens")) == 4)
    changes = [change for entry in reversed(running.audited("tokens")) for change in entry["body"]["changes"]]
    assert [(change["token"], change["what"]) for change in changes] == [
        ("r", "changed"),
        ("r", "unreadable"),
        ("r", "added"),
        ("r", "withdrawn"),
    ]
