"""Commands that people paste out of a page: every value in them, of every shipped text, is one quoted word."""

from __future__ import annotations

import shlex
from typing import Any

import pytest

from remediator.model.values import Unknown
from remediator.rules import pasted, texts
from tests.builders.shipped import shipped

pytestmark = pytest.mark.unit

HOSTILE = "x$(touch /tmp/y);`id`'\" &&|\nreboot"


def sources() -> dict[str, str]:
    """Return every text for people of the shipped content by where it stands."""
    content = shipped()
    found = {f"check {check.name}": check.output.source for check in content.checks.values()}  # type: ignore[attr-defined]
    for rule in content.rules.values():
        found |= {f"rule {rule.name} {what}": text for what in ("notify", "evidence") if (text := getattr(rule, what))}
    return found


def test_every_text_is_read() -> None:
    assert len(sources()) >= len(shipped().checks) + len(shipped().rules) >= 20
    assert sum("systemctl" in text for text in sources().values()) >= 2


@pytest.mark.parametrize("where", sources())
def test_every_value_in_a_command_is_a_quoted_word(where: str) -> None:
    assert pasted.unquoted(sources()[where]) == []


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
        ("Look at it: remediator check container-state says more. {{ name }} is down", 0),
        ("Read /etc/kolla/x.conf with cat /etc/kolla/{{ name }}.", 1),
    ],
)
def test_the_reading_of_texts_finds_what_is_not_quoted(source: str, count: int) -> None:
    assert len(pasted.unquoted(source)) == count


def test_a_hostile_word_is_one_word_and_is_never_cut() -> None:
    text = texts.compile_text("systemctl start {{ data.unit | shell }} now", None)
    for value in (HOSTILE, HOSTILE * 80, "", "-rf", "a b", "plain"):
        words = shlex.split(text.render({"unit": value}))
        assert (words[:2], words[3:]) == (["systemctl", "start"], ["now"])
    assert text.render({"unit": "kolla-cron-container.service"}) == "systemctl start kolla-cron-container.service now"
    unknown: dict[str, Any] = {"unit": Unknown("timeout:x")}
    assert text.render(unknown) == "systemctl start 'UNKNOWN(timeout:x)' now"
