"""Commands in texts for people: which values stand in a command without being a quoted word. Pure.

A host chooses its own words, and people paste commands out of pages as root. There each value goes through the filter
`shell`, as the last one. What counts as a command is guessed by the names of programs. The guess makes a note, and
nothing else depends on it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from jinja2 import nodes

from remediator.rules import texts

PROGRAMS: Final = (
    "systemctl", "journalctl", "docker", "podman", "kolla-ansible", "remediator", "du", "df", "rm", "ls", "cat", "ssh",
    "chronyc", "ip", "ovs-vsctl", "openstack", "ceph", "sudo", "kill", "mv", "cp", "chmod", "chown", "grep", "tail",
)  # fmt: skip
QUOTES: Final = "shell"
_COMMAND = re.compile(rf"(?:^|[\s(`;&|])(?:{'|'.join(map(re.escape, PROGRAMS))})\s+(?=[-a-z/\w{{]*)")
_PROGRAM_BEFORE = re.compile(r" (?:start|restart|stop|logs|inspect|ps|rm)\b")
_SENTENCE_END = re.compile(r"[.!?]\)?(?=\s|[A-Z]|$)")
"""A word of prose with a small letter behind it may be an argument; what begins after the end of a sentence is none."""
_PROGRAM, _VALUE = " docker ", "{value}"
"""What stands in a line for a value that names a program, and for any other one."""


@dataclass(frozen=True, slots=True)
class Unquoted:
    """A value that is no quoted word. `line`: its line in the text, from 1 on. `command`: the text before it on that
    line.
    """

    line: int
    command: str


def unquoted(source: str) -> list[Unquoted]:
    """Return each value of the text `source` that stands in a command, or names its program, and is not quoted. Raise
    BadText.
    """
    found: list[Unquoted] = []
    _read(texts.tree(source).body, "", found)
    return found


def _read(body: Sequence[nodes.Node], line: str, found: list[Unquoted]) -> str:
    """Read `body` behind the line that stands before it, and return the line that stands behind it: of a condition,
    that of its first branch."""
    for node in body:
        if isinstance(node, nodes.If):
            for branch in (*(each.body for each in node.elif_), node.else_):
                _read(branch, line, found)
            line = _read(node.body, line, found)
        elif isinstance(node, nodes.For):
            line = _read(node.body, line, found)
        elif isinstance(node, nodes.Output):
            line = _printed(node.nodes, line, found)
    return line


def _printed(parts: Sequence[nodes.Node], line: str, found: list[Unquoted]) -> str:
    for number, part in enumerate(parts):
        if isinstance(part, nodes.TemplateData):
            line = (line + part.data).rsplit("\n", 1)[-1]
            continue
        after = parts[number + 1] if number + 1 < len(parts) else None
        program = isinstance(after, nodes.TemplateData) and _PROGRAM_BEFORE.match(after.data) is not None
        quoted = isinstance(part, nodes.Filter) and part.name == QUOTES
        sentence = _SENTENCE_END.split(line)[-1]
        if (program or _COMMAND.search(sentence)) and not quoted:
            found.append(Unquoted(part.lineno, sentence.strip()))
        line += _PROGRAM if program else _VALUE
    return line
