"""Which parts need a lab, and that what runs without one is run as the ring it is of."""

from __future__ import annotations

import pytest

from tests.rings import full, running
from tests.rings.counts import Count
from tests.rings.parts import IN_A_LAB, PARTS

pytestmark = pytest.mark.unit


def test_of_the_parts_the_simulated_one_alone_needs_no_lab() -> None:
    assert [name for name, part in PARTS.items() if not part.needs_a_lab] == ["simulated"]
    assert {ring for part in PARTS.values() for ring in part.rings} == {*IN_A_LAB, "sim"}


def test_a_part_without_a_lab_brings_none_up(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[tuple[str, str | None]] = []

    def plain(ring: str, *, beside: bool = False, choice: running.Choice = running.ALL) -> Count:
        ran.append((ring, choice.environment.get("REMEDIATOR_CHOICE")))
        return Count(passed=1)

    monkeypatch.setattr(running, "plain", plain)
    monkeypatch.setattr(running, "with_labs", lambda *_: pytest.fail("a lab was brought up"))
    monkeypatch.setattr(full, "todo", lambda *_: True)
    count, whole = full.run("simulated", full.PLACE / "none.jsonl")
    assert (count.passed, whole) == (1, True)
    assert ran == [("sim", "simulated")]
