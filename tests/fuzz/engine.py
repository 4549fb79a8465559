"""The simulator's real daemon under wrong replies, wrong hints and wrong requests, on virtual time.

In each round honest hosts break as well, so that incidents and runs are under way while the wrong ones speak.
"""

from __future__ import annotations

import contextlib
import io
import json
import socket
import sys
import tempfile
import time
import traceback
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

import structlog

from remediator.daemon.socket.control import ControlSocket
from remediator.model.messages.control import OPS
from remediator.model.messages.hooks import QueueFull
from remediator.model.messages.replies import Reach
from remediator.sim import simulation as simulating
from remediator.sim.cloud.crowd import NOBODY, Crowd
from remediator.sim.simulation import Simulation
from remediator.web.errors import Refusal
from remediator.web.hooks import bodies, hints
from tests.fuzz import mutating
from tests.fuzz.counting import STILL_S, Count
from tests.fuzz.parsers import parsers

FAILURES = ("turn_failed", "input_failed", "control_failed", "handling_failed", "reply_unjudgeable")
"""What must not be in the log. That a host says more than is judged of one is no fault of ours; that it cannot be
judged is."""
STEPS = 24
"""Of a round."""
STEP_S = 10.0
"""Of virtual time."""
AT_ONCE = 24
"""Hints a step: more than are told one by one."""
RIGHT_HINT: Mapping[str, Any] = {
    "NOTIFICATIONTYPE": "PROBLEM",
    "HOSTNAME": "ctl1",
    "SERVICEDESC": "memcached",
    "SERVICESTATE": "CRITICAL",
    "SERVICESTATETYPE": "HARD",
    "SERVICEATTEMPT": "3",
    "SERVICEOUTPUT": "down",
    "HOSTSTATE": "UP",
    "SERVICEDOWNTIME": "0",
    "HOSTDOWNTIME": "0",
    "TIMET": "1795410491",
    "SERVICEEVENTID": "12",
    "SERVICEPROBLEMID": "7",
    "LASTSERVICESTATECHANGE": "1795410490",
}
ARGS: Mapping[str, Any] = {
    "reason": "fuzz",
    "names": ["container-state"],
    "target": "container/ctl1/memcached",
    "runbook": "container-start",
    "run": "run-1",
    "incident": "inc-1",
    "scope": "all",
    "plan": None,
    "matchers": ["check=container-state"],
    "for_s": 600.0,
    "id": "silence-1",
    "wrap": "wrap-1",
    "exit": 0,
    "command": "true",
    "pid": 4,
    "pid_started": "5",
    "brake": "storm",
    "outcome": "applied",
}


SELDOM = simulating.CONFIG + "notify: [{type: command, name: pager, argv: [/bin/true]}]\n"
"""Hosts are asked as seldom as the shipped checks ask them: it is the request that is wrong."""
REQUESTS, REQUEST_S = 240, 0.5
"""Requests of a round, and how much virtual time passes while one waits."""
OFTEN = (
    simulating.CONFIG.replace("every: 15s", "every: 5s") + "notify: [{type: command, name: pager, argv: [/bin/true]}]\n"
)
"""Hosts are asked often, and pages are written: what goes wrong in their texts is seen as well."""
CROWD = 20
"""Hosts beside the five of the story, in half of the rounds with replies: a turn then takes many at once."""


def _place(raised: BaseException | None) -> str:
    """Return where `raised` comes from, in our own files."""
    ours = [
        frame
        for frame in traceback.extract_tb(raised.__traceback__ if raised else None)
        if "/remediator/" in frame.filename
    ]
    return f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "?"


@contextlib.contextmanager
def simulated(count: Count, config: str = OFTEN, crowd: Crowd = NOBODY) -> Iterator[Simulation]:
    """Give a daemon that has seen its cloud well; what it logs of a failed turn is counted."""

    def capture(_logger: Any, _level: str, event: Any) -> Any:
        if event["event"] in FAILURES and event.get("kind") != Reach.TOO_LARGE.value:
            raised = sys.exc_info()[1] if event.get("exc_info") is True else event.get("exc_info")
            why = event.get("reason") or f"{type(raised).__name__}: {raised}"
            count.fault(f"{event['event']} {event.get('kind', '')}: {why}, at {_place(raised)}"[:300])
        raise structlog.DropEvent

    structlog.configure(
        processors=[capture],
        logger_factory=structlog.PrintLoggerFactory(io.StringIO()),
        cache_logger_on_first_use=False,
    )
    shared = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as directory:
        made = Simulation(Path(directory), config, crowd=crowd)
        try:
            made.start()
            made.run(60.0)
            yield made
        finally:
            made.luck.rewrite = None
            made.close()
            structlog.reset_defaults()


def trouble(simulation: Simulation, chance: Random) -> None:
    """Now and then a service of an honest host dies."""
    if chance.random() < 0.3:
        host = simulation.cloud.hosts[chance.choice(sorted(simulation.cloud.hosts))]
        names = sorted(name for name in host.services if name != "mariadb")
        if names:
            host.services[chance.choice(names)].crash()


def replies(chance: Random, count: Count) -> None:
    """One host, or all but one, say what they like; the others are honest, and one of their services crashes now and
    then.

    Before that, the parser of each section is given such values by itself.
    """
    parsers(count)
    crowd = chance.choice((NOBODY, Crowd(hosts=CROWD)))
    with simulated(count, crowd=crowd) as simulation:
        names = sorted(simulation.cloud.hosts)
        hostile = frozenset(chance.sample(names, 1 if chance.random() < 0.1 else len(names) - 1))

        def rewrite(host: str, body: bytes) -> bytes:
            if host not in hostile or chance.random() < 0.1:
                return body
            count.done += 1
            return mutating.as_bytes(mutating.mutated(json.loads(body), chance), chance)

        simulation.luck.rewrite = rewrite
        for _ in range(STEPS):
            trouble(simulation, chance)
            with count.timed("a step under wrong replies"):
                simulation.run(STEP_S)


def hinted(chance: Random) -> tuple[bytes, str]:
    """Return a body and its Content-Type."""
    fields = mutating.mutated(RIGHT_HINT, chance)
    if chance.random() < 0.2 and isinstance(fields, dict):
        flat = {
            str(key).encode("utf-8", "replace"): str(value).encode("utf-8", "replace") for key, value in fields.items()
        }
        return urllib.parse.urlencode(flat).encode(), bodies.FORM
    return mutating.as_bytes(fields, chance), "application/json"


def hint(chance: Random, count: Count) -> None:
    """Bodies as any sender of a token may post them, read by the door's own code and handed to the engine."""
    with simulated(count, SELDOM) as simulation:
        for _ in range(STEPS):
            trouble(simulation, chance)
            assert simulation.daemon is not None
            waiting = []
            for _ in range(AT_ONCE):
                body, kind = hinted(chance)
                count.done += 1
                try:
                    now_s = simulation.clock.now().wall.timestamp()
                    found = hints.from_nagios(bodies.parse(body, kind), sender="nagios", now_s=now_s)
                    waiting.append(simulation.daemon.loop.submit(found))
                except (Refusal, QueueFull):
                    continue
                except Exception as error:  # noqa: BLE001 - whatever it is, it is a fault of the door
                    count.fault(f"the door raised {type(error).__name__}: {error}"[:300])
            with count.timed("a step under wrong hints"):
                simulation.run(STEP_S)
            for taken in waiting:
                if not taken.done():
                    count.hang("a hint has no answer after a step")
                elif taken.exception() is not None:
                    count.fault(f"a hint ended with {type(taken.exception()).__name__}: {taken.exception()}"[:300])


def requested(chance: Random) -> bytes:
    """Return one request of the control socket."""
    args = {name: ARGS[name] for name in chance.sample(sorted(ARGS), chance.randint(0, 6))}
    request = {"op": chance.choice(OPS), "args": args}
    return mutating.as_bytes(mutating.mutated(request, chance) if chance.random() < 0.9 else request, chance) + b"\n"


def control(chance: Random, count: Count) -> None:
    """Requests over a real control socket, each answered while the daemon turns."""
    with simulated(count, SELDOM) as simulation:
        assert simulation.daemon is not None
        path = simulation.directory / "fuzz.sock"
        door = ControlSocket(path, simulation.daemon.loop.ask)
        door.start()
        try:
            for number in range(REQUESTS):
                if number % 10 == 0:
                    trouble(simulation, chance)
                count.done += 1
                _ask(path, requested(chance), count, lambda: _pass(simulation))
                if simulation.paused_by_file:
                    simulation.pause_file.unlink(missing_ok=True)
        finally:
            door.stop()


def _pass(simulation: Simulation) -> None:
    simulation.run(REQUEST_S, stride=REQUEST_S)


def _ask(path: Path, request: bytes, count: Count, turn: Callable[[], None]) -> None:
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect(str(path))
        peer.settimeout(5.0)
        with contextlib.suppress(OSError):
            peer.sendall(request)
            peer.shutdown(socket.SHUT_WR)
        received, ends_s = b"", time.monotonic() + STILL_S
        peer.settimeout(0.005)
        while not received.endswith(b"\n"):
            if time.monotonic() > ends_s:
                count.hang(f"no answer to {request[:80]!r}")
                return
            try:
                piece = peer.recv(1 << 20)
            except TimeoutError:
                turn()
                continue
            except OSError as error:
                count.fault(f"the control socket broke: {error}")
                return
            if not piece:
                count.fault(f"the control socket closed without an answer to {request[:80]!r}")
                return
            received += piece
    try:
        answer = json.loads(received)
        said = str(answer["error"])
        if "cannot be handled" in said or not isinstance(answer["exit"], int):
            count.fault(f"{said[:160]}, asked {request[:120]!r}")
    except (ValueError, KeyError, TypeError) as error:
        count.fault(f"no answer that can be read: {error}")
