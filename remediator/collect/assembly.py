"""Puts the collector together: one standard-library script for Python 3.6 and later, from the runner and each
remote.py.

Invariants. The script depends on nothing but the sources and the request, so the same cycle sends the same bytes. Each
integration's text has a name space of its own on the host, so that no two of them disturb each other.
"""

from __future__ import annotations

import functools
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from remediator.model.manifest.integration import Integration, SectionSpec

BOOTSTRAP = (
    "import sys,zlib;STDIN=sys.stdin.buffer;"
    "exec(compile(zlib.decompress(STDIN.read(int(STDIN.readline()))),'remediator-collector','exec'))"
)
"""Program that reads the length in its first line, then that many bytes of compressed script. The request is left on
stdin for the script.
"""

SECTION_BYTES = 3 << 19
"""Most bytes of one section's answer: 300 containers take half of it. The host cuts there, and the daemon enforces it
again.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """One collector at a time on a host: `file` is opened for reading only, and its lock is waited for at most
    `wait_s`.
    """

    file: str = "/etc/hostname"
    wait_s: float = 5.0


def script(integrations: Mapping[str, Integration]) -> str:
    """Return the whole script as text."""
    runner = resources.files("remediator.collect").joinpath("remote_runner.py").read_text("utf-8")
    sources = {name: one.remote_source for name, one in sorted(integrations.items()) if one.remote_source}
    return f"SOURCES = {sources!r}\n{runner}"


@functools.lru_cache(maxsize=2)
def packed(text: str) -> bytes:
    """Return `text` as the bootstrap reads it: a length line and compressed bytes."""
    body = zlib.compress(text.encode("utf-8"), 9)
    return b"%d\n%s" % (len(body), body)


def argv(sudo: bool) -> tuple[str, ...]:
    """Return the one command that is executed on a host, under ``sudo -n`` where that is asked for."""
    python = ("python3", "-S", "-E", "-c", BOOTSTRAP)
    return ("sudo", "-n", "--", *python) if sudo else python


def request_line(
    sections: Sequence[tuple[str, SectionSpec]],
    constants: Mapping[str, Any],
    sentinel: str,
    deadline_s: float,
    lock: Lock,
) -> bytes:
    """Return the request as one JSON line: `sections` as (integration, spec), and `constants` merged for all of
    them."""
    body = {
        **constants,
        "sections": [
            {"integration": name, "name": spec.name, "timeout_s": spec.timeout_s, "memory_mb": spec.memory_mb}
            for name, spec in sections
        ],
        "sentinel": sentinel,
        "deadline_s": deadline_s,
        "lock_file": lock.file,
        "lock_wait_s": lock.wait_s,
        "section_bytes": SECTION_BYTES,
    }
    return json.dumps(body, separators=(",", ":"), sort_keys=True).encode() + b"\n"
