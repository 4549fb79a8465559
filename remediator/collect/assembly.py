"""Puts the collector together: one standard-library script for Python 3.6 and later, from the runner and each
remote.py.

Invariants. The script depends on nothing but the sources and the request, so the same cycle sends the same bytes. Each
integration's text has a name space of its own on the host, so that no two of them disturb each other. A host is sent
the texts of those integrations alone that it is asked for.
"""

from __future__ import annotations

import ast
import functools
import io
import json
import tokenize
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
    """Return the whole script as text: what runs, without what explains it. Lines keep their numbers."""
    runner = resources.files("remediator.collect").joinpath("remote_runner.py").read_text("utf-8")
    sources = {name: bare(one.remote_source) for name, one in sorted(integrations.items()) if one.remote_source}
    return f"SOURCES = {sources!r}\n{bare(runner)}"


def bare(source: str) -> str:
    """Return `source` without its comments and docstrings: a host has no use for them. What is left has the same
    meaning, and each of its lines the same number."""
    lines = source.splitlines(keepends=True)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column].rstrip() + "\n"
    for node in ast.walk(ast.parse(source)):
        for each in _docstrings(node):
            lines[each.lineno - 1 : each.end_lineno] = ["\n"] * (int(each.end_lineno or 0) - each.lineno + 1)
    return "".join(lines)


def _docstrings(node: ast.AST) -> list[ast.Expr]:
    """Return the texts in the body of `node` that stand there alone; none where something needs them for its body."""
    body = getattr(node, "body", None)
    if not isinstance(body, list) or len(body) < 2:
        return []
    return [
        each
        for each in body
        if isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant) and isinstance(each.value.value, str)
    ]


@functools.lru_cache(maxsize=16)
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
