"""A real Nagios 4 in a directory of its own: start it, hand it results, read what it thinks and what it sent.

with RealNagios(tmp_path, f"http://{address}/hooks/nagios", token_file, [Service(host="ctl2", name="memcached")]) as
site:
    site.submit_passive("ctl2", "memcached", "CRITICAL", "memcached is not running")
    site.wait_for(lambda: site.sent("PROBLEM"))
"""

from __future__ import annotations

import grp
import json
import os
import pwd
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from tests.service.nagios import objects, obtain, send_hint
from tests.service.nagios.objects import Service

STATES: Final = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
START_S: Final = 20.0
STOP_S: Final = 10.0
T = TypeVar("T")

__all__ = ["RealNagios", "Service"]


class RealNagios:
    """A context manager. Raise NoNagios (obtain.py) when there is none to be had, with the reason to skip for."""

    def __init__(
        self, directory: Path, hook_url: str, token_file: Path, services: Sequence[Service], *, form: bool = False
    ) -> None:
        """`token_file` holds the hook's token; `form` sends forms in place of JSON."""
        self.directory = directory
        self._executable = obtain.nagios4()
        self._services = tuple(services)
        self._process: subprocess.Popen[bytes] | None = None
        self._sent = token_file.with_name("sent.log")
        for name in ("tmp", "results"):
            (directory / name).mkdir(parents=True, exist_ok=True)
        sender = [sys.executable, str(send_hint.__file__), hook_url, str(token_file), "form" if form else "json"]
        self._script(directory / "send.sh", f'{objects.script(sender).rstrip()} "$@"\n')
        for service in self._services:
            if service.command is not None:
                self._script(objects.script_of(directory, service), objects.script(service.command))
        user, group = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name
        (directory / "nagios.cfg").write_text(objects.main_file(directory, user, group), "utf-8")
        (directory / "objects.cfg").write_text(objects.objects_file(directory, self._services), "utf-8")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Run it in the foreground of a session of its own, and return when it takes commands. Raise AssertionError."""
        with (self.directory / "stdout.log").open("wb") as out:
            self._process = subprocess.Popen(
                [str(self._executable), str(self.directory / "nagios.cfg")],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self.wait_for(self._ready, START_S)
        except AssertionError:
            self.stop()
            raise AssertionError(f"nagios did not start: {self._tail('stdout.log')}") from None

    def _ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"nagios ended: {self._tail('stdout.log')}"
        return (self.directory / "nagios.cmd").exists() and (self.directory / "status.dat").exists()

    def stop(self) -> None:
        """End it and everything it started. Idempotent."""
        if self._process is None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, number)
                self._process.wait(STOP_S)
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue
        self._process.wait(STOP_S)
        self._process = None

    # what it is told ----------------------------------------------------------------------------------------------

    def command(self, text: str) -> None:
        """Write one external command, without its time."""
        descriptor = os.open(self.directory / "nagios.cmd", os.O_WRONLY | os.O_NONBLOCK)
        with os.fdopen(descriptor, "w", encoding="utf-8") as pipe:
            pipe.write(f"[{int(time.time())}] {text}\n")

    def submit_passive(self, host: str, service: str, state: str, text: str) -> None:
        """Hand over a result: `state` is OK, WARNING, CRITICAL or UNKNOWN."""
        self.command(f"PROCESS_SERVICE_CHECK_RESULT;{host};{service};{STATES.index(state)};{text}")

    def submit_host(self, host: str, state: str, text: str) -> None:
        """Hand over a host's result: `state` is UP or DOWN."""
        self.command(f"PROCESS_HOST_CHECK_RESULT;{host};{('UP', 'DOWN').index(state)};{text}")

    def acknowledge(self, host: str, service: str, comment: str, *, author: str = "operator") -> None:
        self.command(f"ACKNOWLEDGE_SVC_PROBLEM;{host};{service};2;1;0;{author};{comment}")

    def schedule_downtime(
        self, host: str, service: str | None, seconds: int, comment: str, *, author: str = "operator"
    ) -> None:
        """Schedule a fixed downtime from now; of the host when `service` is None."""
        now = int(time.time())
        about = f"SVC_DOWNTIME;{host};{service}" if service else f"HOST_DOWNTIME;{host}"
        self.command(f"SCHEDULE_{about};{now};{now + seconds};1;0;{seconds};{author};{comment}")

    # what it thinks and what it did ---------------------------------------------------------------------------------

    def state(self, host: str, service: str) -> str:
        """Return the state that Nagios shows for a service, ``PENDING`` before its first result."""
        fields = self._status(host, service)
        return STATES[int(fields["current_state"])] if fields.get("has_been_checked") == "1" else "PENDING"

    def downtime_depth(self, host: str, service: str) -> int:
        return int(self._status(host, service).get("scheduled_downtime_depth", "0"))

    def output(self, host: str, service: str) -> str:
        return self._status(host, service).get("plugin_output", "")

    def _status(self, host: str, service: str) -> dict[str, str]:
        text = (self.directory / "status.dat").read_text("utf-8", "replace")
        for block in re.findall(r"^servicestatus \{\n(.*?)^\s*\}", text, re.MULTILINE | re.DOTALL):
            lines = (line.strip().partition("=") for line in block.splitlines())
            fields = {name: value for name, _, value in lines}
            if (fields.get("host_name"), fields.get("service_description")) == (host, service):
                return fields
        return {}

    def sent(self, kind: str | None = None) -> list[dict[str, Any]]:
        """Return what was posted, each ``{"body", "answer"}``; only those of a notification type, or
        ``event_handler``."""
        try:
            lines = self._sent.read_text("utf-8").splitlines()
        except FileNotFoundError:
            return []
        found = [json.loads(line) for line in lines]
        return [each for each in found if kind in (None, each["body"].get("type"), each["body"].get("kind"))]

    def wait_for(self, ask: Callable[[], T], limit_s: float = 20.0) -> T:
        """Return the first answer of `ask` that is true. Raise AssertionError with Nagios' log after the limit."""
        deadline = time.monotonic() + limit_s
        while not (answer := ask()):
            assert time.monotonic() < deadline, f"waited {limit_s:g} s in vain; nagios: {self._tail('nagios.log')}"
            time.sleep(0.1)
        return answer

    def _tail(self, name: str) -> str:
        try:
            return (self.directory / name).read_text("utf-8", "replace")[-1500:]
        except FileNotFoundError:
            return "(nothing)"

    @staticmethod
    def _script(path: Path, text: str) -> None:
        path.write_text(text, "utf-8")
        path.chmod(0o755)
