"""Commands that people paste out of a page: every value in them, of every shipped text, is one quoted word."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from typing import Any

import jinja2
import pytest
from jinja2 import nodes

from remediator.model.values import Unknown
from remediator.rules import texts
from tests.unit.content.test_shipped import shipped

pytestmark = pytest.mark.unit

PROGRAMS = (
    "systemctl", "journalctl", "docker", "podman", "kolla-ansible", "remediator", "du", "df", "rm", "ls", "cat", "ssh",
    "chronyc", "ip", "ovs-vsctl", "openstack", "ceph", "sudo", "kill", "mv", "cp", "chmod", "chown", "grep", "tail",
)  # fmt: skip
COMMAND = re.compile(rf"(?:^|[\s(`;&|])(?:{'|'.join(map(re.escape, PROGRAMS))})\s+(?=[-a-z/\w{{]*)")
PROGRAM_BEFORE = re.compile(r" (?:start|restart|stop|logs|inspect|ps|rm)\b")
HOSTILE = "x$(touch /tmp/y);`id`'\" &&|\nreboot"


def unquoted(source: str) -> list[str]:
    """Return each value of the text `source` that stands in a command, or names its program, and is no quoted word."""
    found: list[str] = []
    marked = source.replace("kolla_tag", "lower").replace("| shell", "| trim")
    _read(jinja2.Environment().parse(marked).body, "", found)
    return found


def _read(body: Sequence[nodes.Node], line: str, found: list[str]) -> str:
    """Read `body` behind the line that stands before it, and return the line that stands behind it: of a condition, that of its first branch."""
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


def _printed(parts: Sequence[nodes.Node], line: str, found: list[str]) -> str:
    for number, part in enumerate(parts):
        if isinstance(part, nodes.TemplateData):
            line = (line + part.data).rsplit("\n", 1)[-1]
            continue
        after = parts[number + 1] if number + 1 < len(parts) else None
        program = isinstance(after, nodes.TemplateData) and PROGRAM_BEFORE.match(after.data) is not None
        quoted = isinstance(part, nodes.Filter) and part.name == "trim"
        if (program or COMMAND.search(line)) and not quoted:
            found.append(f"{line} {part}")
        line += " docker " if program else "{value}"
    return line


def sources() -> dict[str, str]:
    """Return every text for people of the shipped content by where it stands."""
    content = shipped()
    found = {f"check {check.name}": check.output.source for check in content.checks.values()}  # type: ignore[attr-defined]
    for rule in content.rules.values():
        found |= {f"rule {rule.name} {what}": text for what in ("notify", "evidence") if (text := getattr(rule, what))}
    return found


def test_every_text_is_read() -> None:
    assert len(sources()) > 40
    assert sum("systemctl" in text for text in sources().values()) >= 2


@pytest.mark.parametrize("where", sources())
def test_every_value_in_a_command_is_a_quoted_word(where: str) -> None:
    assert unquoted(sources()[where]) == []


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("run:  systemctl start {{ data.unit }}", 1),
        ("run:  systemctl start {{ data.unit | shell }} && journalctl -u {{ data.unit }}", 1),
        ("{% if data.unit %}systemctl start {{ data.unit }}{% else %}{{ data.engine }} start {{ name }}{% endif %}", 3),
        ("{{ data.engine }} logs --tail 100 {{ name | shell }}", 1),
        ("kolla-ansible deploy --limit {{ host | shell }} --tags {{ data.name | kolla_tag(data.x) }}", 1),
        ("{{ name }} on {{ host }} is down ({{ data.cause }})", 0),
        ("systemctl start x\n{{ name }} is down", 0),
    ],
)
def test_the_reading_of_texts_finds_what_is_not_quoted(source: str, count: int) -> None:
    assert len(unquoted(source)) == count


def test_a_hostile_word_is_one_word_and_is_never_cut() -> None:
    text = texts.compile_text("systemctl start {{ data.unit | shell }} now", None)
    for value in (HOSTILE, HOSTILE * 80, "", "-rf", "a b", "plain"):
        words = shlex.split(text.render({"unit": value}))
        assert (words[:2], words[3:]) == (["systemctl", "start"], ["now"])
    assert text.render({"unit": "kolla-cron-container.service"}) == "systemctl start kolla-cron-container.service now"
    unknown: dict[str, Any] = {"unit": Unknown("timeout:x")}
    assert text.render(unknown) == "systemctl start 'UNKNOWN(timeout:x)' now"
