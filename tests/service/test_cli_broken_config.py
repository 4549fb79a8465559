"""Commands as a real process while the config has a mistake.

What reads or pauses goes on and warns. A pause always takes effect or says that it does not.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time

import pytest

from tests.service.control_server import ControlServer, answers
from tests.service.test_cli_control import CHECK, REMEDIATOR, STATUS, Site, site

pytestmark = pytest.mark.service
__all__ = ["site"]


def broken(site: Site, more: str = "autonomy: {R1: atuo}\n") -> None:
    site.config.write_text(site.config.read_text("utf-8") + more, "utf-8")


@pytest.mark.parametrize("more", ["autonomy: {R1: atuo}\n", "checks: [\n", "inventori: {}\n"])
def test_what_reads_goes_on_with_one_warning(site: Site, more: str) -> None:
    broken(site, more)
    reply = answers(
        status={"data": STATUS}, results={"data": CHECK}, silence_list={"data": {"silences": []}}, ack={}, deny={}
    )
    lines = (
        ["status"],
        ["check", "--cached"],
        ["brakes", "list"],
        ["silence", "list"],
        ["incidents", "ack", "inc-1", "--reason", "x"],
        ["deny", "run-1", "--reason", "x"],
    )
    with ControlServer(site.directory / "state", reply):
        for line in lines:
            done = site.run(*line)
            assert done.returncode == (2 if line[0] == "check" else 0), done.stderr
            assert done.stderr.startswith(f"remediator: warning: {site.config}:")
            assert done.stderr.endswith(f"; going on with state_dir {site.directory}/state\n")
            assert done.stderr.count("\n") == 1
        assert json.loads(site.run("status", "--format", "json").stdout) == STATUS


def test_a_plugin_over_a_broken_config_still_has_the_results_of_the_daemon(site: Site) -> None:
    broken(site)
    with ControlServer(site.directory / "state", answers(results={"data": CHECK})):
        done = site.run("check", "--format", "nagios")
    assert (done.returncode, done.stdout.split(":")[0]) == (2, "REMEDIATOR CRITICAL")
    alone = site.run("check", "--format", "nagios")
    assert alone.returncode == 3
    assert alone.stdout.startswith("REMEDIATOR UNKNOWN: ")
    assert "autonomy.R1" in alone.stdout


def test_a_plugin_that_is_ended_from_outside_says_so(site: Site) -> None:
    ended = threading.Event()

    def silence(_op: str, _args: object) -> bytes:
        ended.wait(60)
        return b""

    with ControlServer(site.directory / "state", silence) as control:
        words = [REMEDIATOR, "--config", str(site.config), "check", "--format", "nagios"]
        plugin = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        give_up = time.monotonic() + 30
        while not control.asked and time.monotonic() < give_up:
            time.sleep(0.05)
        plugin.send_signal(signal.SIGTERM)
        out, err = plugin.communicate(timeout=20)
        ended.set()
    assert (plugin.returncode, out, err) == (
        3,
        "REMEDIATOR UNKNOWN: ended before it had an answer (SIGTERM: out of time?)\n",
        "",
    )


@pytest.mark.parametrize("more", ["autonomy: {R1: atuo}\n", "checks: [\n"])
def test_a_pause_and_its_end_need_no_more_than_their_file(site: Site, more: str) -> None:
    broken(site, more)
    done = site.run("pause", "--reason", "x")
    assert (done.returncode, site.pause_file.exists()) == (0, True)
    assert done.stdout == f"paused by the file {site.pause_file}; no daemon is reachable\n"
    assert site.run("resume").returncode == 0
    assert not site.pause_file.exists()
    wrapped = site.run("pause", "--wrap", "--", "cat", str(site.pause_file))
    assert (wrapped.returncode, "while this runs: cat" in wrapped.stdout) == (0, True)


def test_a_pause_through_the_daemon_needs_no_more_than_its_directory(site: Site) -> None:
    broken(site)
    with ControlServer(site.directory / "state", answers(pause={"data": {}})) as control:
        assert site.run("pause", "--reason", "x").returncode == 0
    assert control.asked[0][0] == "pause"
    assert not site.pause_file.exists()


def test_a_pause_whose_file_is_not_known_names_the_touch(site: Site) -> None:
    broken(site, "pause_file: /twice\nx: [\n")
    done = site.run("pause", "--reason", "x")
    last = done.stderr.splitlines()[-1]
    assert done.returncode == 1
    assert last.startswith("remediator: NOT PAUSED: no daemon is reachable, and the pause_file of ")
    assert "as root: touch it (the default is /etc/remediator/PAUSE)" in last
    nowhere = site.run("--config", str(site.directory / "none"), "pause")
    assert nowhere.returncode == 78
    assert "NOT PAUSED" in nowhere.stderr
    assert "touch its pause_file (/etc/remediator/PAUSE)" in nowhere.stderr


def test_the_pause_file_is_written_where_only_the_directory_of_the_daemon_is_not_known(site: Site) -> None:
    site.config.write_text(site.config.read_text("utf-8").replace("state_dir: /", "state_dir: x/"), "utf-8")
    done = site.run("pause", "--reason", "x")
    assert done.stdout == f"paused by the file {site.pause_file}; where the daemon is cannot be read\n"
    assert site.run("status").returncode == 78


def test_what_others_may_write_names_no_file_that_is_written_or_removed(site: Site) -> None:
    site.config.chmod(0o664)
    done = site.run("pause", "--reason", "x")
    assert done.returncode == 1
    assert f"as root: touch {site.pause_file}" in done.stderr
    assert not site.pause_file.exists()
    site.pause_file.write_text("x\n", "utf-8")
    done = site.run("resume")
    assert done.returncode == 1
    assert f"as root: rm {site.pause_file}" in done.stderr
    assert site.pause_file.exists()
    with ControlServer(site.directory / "state", answers(status={"data": STATUS}, pause={"data": {}})):
        assert site.run("status").returncode == 0
        assert site.run("pause", "--reason", "x").returncode == 0


def test_a_daemon_whose_certificate_is_not_there_ends_at_once_with_a_sentence(site: Site) -> None:
    broken(site, "http: {bind: '127.0.0.1:0', tls: {cert: /none/cert.pem, key: /none/key.pem}}\n")
    began = time.monotonic()
    done = site.run("daemon")
    assert done.returncode == 78
    last = done.stderr.splitlines()[-1]
    assert last == "remediator: http.tls.cert: /none/cert.pem cannot be read: No such file or directory"
    assert "Traceback" not in done.stderr
    assert time.monotonic() - began < 30


def test_an_open_address_without_tls_is_refused_by_validate_and_by_the_daemon(site: Site) -> None:
    broken(site, "http: {bind: '0.0.0.0:0'}\n")
    assert "http.plaintext_ok: true" in site.run("validate").stdout
    done = site.run("daemon")
    assert (done.returncode, "http.plaintext_ok: true" in done.stderr) == (78, True)


def test_what_is_in_the_store_is_read_without_the_rest_of_the_config(site: Site) -> None:
    from remediator.store.database import Database, url_of

    database = Database(url_of(site.directory / "state", None))
    database.open()
    database.close()
    broken(site)
    for line in (["incidents", "list"], ["runs", "list"], ["audit", "list"], ["explain", "ctl2"]):
        done = site.run(*line)
        assert done.returncode in (0, 64), done.stderr
        assert "warning: " in done.stderr
    assert os.path.exists(site.directory / "state" / "remediator.db")
    broken(site, "database: {url: mysql://x}\n")
    spoilt = site.run("runs", "list")
    assert spoilt.returncode == 78
    assert "database cannot be read" in spoilt.stderr
