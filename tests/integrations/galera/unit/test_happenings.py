"""What happens to a Galera cluster in memory is told by name and words, and read back."""

from __future__ import annotations

import json

import pytest

from remediator.integrations.galera.sim.happenings import expectations
from remediator.sim.happenings.kinds import NotAHappening
from remediator.sim.stories import registry

pytestmark = pytest.mark.unit


def test_a_happening_is_told_by_name_and_words_and_read_back() -> None:
    made = expectations.until_whole(900, "ctl1", "ctl2")
    assert made.line() == "until-whole 900.0 ctl1 ctl2"
    name, words = json.loads(json.dumps(made.written()))
    assert registry.REPERTOIRE.read(name, words) == made


def test_a_host_that_is_no_text_is_refused_with_its_place() -> None:
    with pytest.raises(NotAHappening) as raised:
        registry.REPERTOIRE.read("until-whole", [900, "ctl1", 2])
    said = "until-whole takes (seconds: float, *hosts: str): hosts is 2: Input should be a valid string"
    assert said in str(raised.value)
