"""Half a minute of the fuzzer in `make test`, a hundred seconds in `make lab-full`: no turn fails, nothing hangs,
memory stays. A fault is
told with the seed that shows it alone.

The seeds move with nothing: the same rounds each time, as many as the time has room for. Other ones: `python -m
tests.fuzz KIND --seed N`.
"""

from __future__ import annotations

import json
from collections import Counter
from random import Random
from typing import Any

import pytest

from remediator.model.manifest.sections import SectionKind
from tests.builders import replies
from tests.fuzz import counting, mutating
from tests.fuzz.__main__ import KINDS
from tests.fuzz.parsers import parsers

pytestmark = pytest.mark.sim
PLANTED = {"hints": ("HintCame", 0), "replies": ("Collected", 100)}
"""What is not taken any more, and after how many."""
SHORT = {"replies": 14.0, "hints": 7.0, "control": 5.0, "content": 5.0}
LONG = {"replies": 45.0, "hints": 25.0, "control": 15.0, "content": 15.0}
LEFT = pytest.mark.part("simulated"), pytest.mark.full("the first seeds of the same are in make test")
SECONDS = [pytest.param(*each, id=each[0]) for each in SHORT.items()] + [
    pytest.param(*each, id=f"{each[0]} for long", marks=LEFT) for each in LONG.items()
]


@pytest.mark.parametrize(("kind", "seconds"), SECONDS)
def test_wrong_input_costs_itself_alone(kind: str, seconds: float) -> None:
    found = counting.run(kind, KINDS[kind], seed=1, count=None, seconds=seconds)
    assert found.well, "\n".join([found.line(1, seconds), *found.told()])
    assert found.done > 5


@pytest.mark.parametrize("kind", ["hints", "replies"])
def test_a_fault_of_the_engine_is_counted_and_its_seed_told(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fuzzer itself can fail: an engine that cannot take what it is given is seen."""
    from remediator.daemon.engine.engine import Engine

    right, taken = Engine._take, Counter[str]()
    refused, well = PLANTED[kind]

    def broken(self: Engine, turn: Any, item: Any) -> Any:
        """Take everything until the cloud was seen well; then nothing of this kind."""
        taken[type(item).__name__] += 1
        if type(item).__name__ == refused and taken[refused] > well:
            raise KeyError("planted")
        return right(self, turn, item)

    def one(chance: Random, count: counting.Count) -> None:
        monkeypatch.setattr(Engine, "_take", broken)
        KINDS[kind](chance, count)

    found = counting.run(kind, one, seed=7, count=1, seconds=0.0)
    assert not found.well
    assert found.failed > 0
    assert any("planted" in why for why in found.faults)
    assert f"python -m tests.fuzz {kind} --seed 7 --count 1" in found.told()[0]
    assert "FAILED" in found.line(7, 1.0)


def _raises(said: Any) -> replies.Said:
    raise OverflowError("planted")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (
            SectionKind(name="disk", facts=replies.Said, parse=_raises),
            "the parser of section disk raised OverflowError: planted",
        ),
        (SectionKind(name="disk", facts=replies.Said, parse=lambda said: said), "the parser of section disk gave "),
        (replies.kind("new"), "section new has no right value"),
    ],
)
def test_a_parser_that_raises_or_has_no_example_is_counted(kind: SectionKind[Any], words: str) -> None:
    found = counting.Count(kind="replies")
    parsers(found, {kind.name: kind})
    assert not found.well
    assert words in found.told()[0]


def test_chance_repeats_with_its_seed() -> None:
    right = {"a": [1, "x", {"b": None}], "c": {"d": True, "e": 0.5}}
    again = [
        [mutating.as_bytes(mutating.mutated(right, chance), chance) for _ in range(200)]
        for chance in (Random(5), Random(5))
    ]
    assert again[0] == again[1]
    assert len(set(again[0])) > 100
    assert json.dumps(right) == '{"a": [1, "x", {"b": null}], "c": {"d": true, "e": 0.5}}', (
        "the right one is left as it was"
    )


def test_growing_memory_is_seen() -> None:
    assert counting.Count(kind="x", memory=[100 << 20] * 5 + [200 << 20] * 15).grew
    assert not counting.Count(kind="x", memory=[100 << 20] * 20).grew


def test_whoever_interrupts_it_gets_what_was_found() -> None:
    def one(chance: Random, count: counting.Count) -> None:
        if count.done == 2:
            raise KeyboardInterrupt
        count.done += 1
        count.fault("planted")

    found = counting.run("hints", one, seed=1, count=None, seconds=3600.0)
    assert (found.done, found.failed, found.well) == (2, 2, False)
