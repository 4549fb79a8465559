"""A host that lies: its collector is answered for by a play of `remediator/sim/cloud/hostile_plays.py`, which knows the
request's sentinel.

It stands before the real Python in sudo's path, and lets everything pass that is not the collector.
"""

from __future__ import annotations

import shlex
from pathlib import Path

from lab.cloud import hosts, topology
from lab.faults.model import Broken, Fault, Param
from lab.outer.proc import poll
from remediator.sim.cloud import hostile_plays

_STAND_IN = "/usr/local/sbin/python3"
_REAL = "/usr/bin/python3"
_PROGRAM = "/run/lab/hostile.py"
_MARK = "remediator-collector"
"""What the command line of every collector holds, and of nothing else."""
DEFAULT_PLAY = "containers-20000"


def program(play: str) -> str:
    """Return what runs in place of the collector: it lets the real one run, reads its sentinel, and plays."""
    return (
        Path(hostile_plays.__file__).read_text("utf-8")
        + f"""

def _main() -> None:
    import subprocess
    import sys

    asked = sys.stdin.buffer.readline()
    asked += sys.stdin.buffer.read(int(asked))
    request = sys.stdin.buffer.readline()
    real = subprocess.Popen([{_REAL!r}, *sys.argv[1:]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    real.stdin.write(asked + request)
    real.stdin.flush()  # and left open: a collector whose standard input ends takes its engine for gone
    printed = real.stdout.read()
    real.stdin.close()
    real.wait()

    def write(piece: bytes) -> None:
        sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()

    perform({play!r}, printed, json.loads(request.decode())["sentinel"], write)


_main()
"""
    )


def stand_in() -> str:
    """Return the script that stands before the real Python."""
    # as the lab's own
    return f'#!/bin/sh\ncase "$*" in *{_MARK}*) exec {_REAL} {_PROGRAM} "$@" ;; esac\nexec {_REAL} "$@"\n'


def _lie(broken: Broken) -> list[str]:
    play = broken.params["play"]
    script = f"printf '%s' {shlex.quote(program(play))} > {_PROGRAM}\n"
    script += (
        f"printf '%s' {shlex.quote(stand_in())} > {_STAND_IN}.part\nchmod 0755 {_STAND_IN}.part\nmv "
        f"{_STAND_IN}.part {_STAND_IN}\n"
    )
    hosts.shell(broken.host, script)
    found = ["sudo", "-n", "sh", "-c", "command -v python3"]
    poll(
        f"the liar on {broken.host.name}",
        lambda: hosts.execute(broken.host, found, check=False).out.strip() == _STAND_IN,
        limit_s=20,
    )
    return [f"{broken.host.name} answers its collector with the play {play}; what runs on it is well"]


def _tell_the_truth(broken: Broken) -> None:
    hosts.shell(broken.host, f"rm -f {_STAND_IN} {_STAND_IN}.part {_PROGRAM}\n")


FAULTS = (
    Fault(
        name="hostile-host", summary="its collector lies, in one of many ways", hosts=topology.NAMES, default="cmp1",
        check="host-reachable", outcome="escalated", heals="takes what lies away", start=_lie, undo=_tell_the_truth,
        params={
            "play": Param(help="what it answers", default=DEFAULT_PLAY, choices=tuple(hostile_plays.PLAYS)),
        },
    ),
)  # fmt: skip
