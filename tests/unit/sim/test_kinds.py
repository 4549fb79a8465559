"""Happenings are typed: their words are those of their kind's function, in code, by chance, and read back from a
file."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Callable
from typing import Literal

import pytest

import remediator.integrations
import remediator.sim
from remediator.model.records.pager_keys import PageKind
from remediator.model.records.records import StepState
from remediator.sim.happenings import acts, expectations
from remediator.sim.happenings.faults import host_faults, service_faults
from remediator.sim.happenings.kinds import Happening, Kind, NotAHappening, Repertoire, kind
from remediator.sim.happenings.stage import Stage
from remediator.sim.invariants.paged import Paged
from remediator.sim.proof import prove
from remediator.sim.stories import registry, stories
from remediator.sim.stories.stories import Moment, NotAStory, Setup, then


@kind
def tide_turns(stage: Stage, height_m: float, how: Literal["high", "low"] = "high", *, once: bool = False) -> None:
    """A kind of this test alone."""


@pytest.mark.parametrize(
    ("made", "line"),
    [
        (acts.pause(), "pause"),
        (service_faults.crash("ctl1", "memcached"), "crash ctl1 memcached"),
        (acts.silence("cmp2", None, 30), "silence cmp2 None 30"),
        (host_faults.cut_off(("cmp1", "ctl2"), 120), "cut-off cmp1 ctl2 120"),
        (service_faults.loop("ctl1", "memcached", life_s=9), "loop ctl1 memcached 9.0"),
        (expectations.until_step("choose", StepState.DONE), "until-step choose done"),
        (
            expectations.until_paged(Paged(PageKind.ASKS, says="choose"), within_s=400),
            "until-paged asks 'choose' 400.0",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_happening_is_told_by_name_and_words_and_read_back(made: Happening, line: str) -> None:
    assert made.line() == line
    name, words = json.loads(json.dumps(made.written()))
    assert registry.REPERTOIRE.read(name, words) == made


def test_every_happening_of_every_scenario_and_of_many_seeds_is_read_back() -> None:
    told = [each.story for each in registry.SCENARIOS.values()] + [stories.story_of(seed) for seed in range(100)]
    for story in told:
        assert stories.from_json(story.to_json(), registry.REPERTOIRE) == story


@pytest.mark.parametrize(
    ("name", "words", "sentence"),
    [
        ("crush", ["ctl1", "memcached"], "there is no kind of happening called 'crush'; crash is near"),
        ("xyz", [], "there is no kind of happening called 'xyz'"),
        ("crash", ["ctl1"], "crash takes (host: str, name: str): missing a required argument: 'name'"),
        ("crash", ["ctl1", "cron", 3], "crash takes (host: str, name: str): too many positional arguments"),
        ("crash", ["ctl1", 3], "crash takes (host: str, name: str): name is 3: Input should be a valid string"),
        (
            "wall-clock-steps",
            [True],
            "wall-clock-steps takes (seconds: int): seconds is True: Input should be a valid integer",
        ),
        ("engine-fails", ["ctl1", "sad", 3], "how is 'sad': Input should be 'hung' or 'down'"),
        ("until-step", ["choose", "begun"], "state is 'begun': Input should be"),
        ("not-paged", [{"kind": "letter"}], "page is {'kind': 'letter'}: Input should be"),
        ("not-paged", [{"word": "letter"}], "page is {'word': 'letter'}: Unexpected keyword argument"),
    ],
)
def test_what_is_no_happening_is_refused_with_the_sentence_that_says_why(
    name: str, words: list[object], sentence: str
) -> None:
    with pytest.raises(NotAHappening) as raised:
        registry.REPERTOIRE.read(name, words)
    assert sentence in str(raised.value)


WRONG: list[Callable[[], object]] = [
    lambda: service_faults.crash("ctl1"),  # type: ignore[call-arg]
    lambda: service_faults.crash("ctl1", 3),  # type: ignore[arg-type]
    lambda: host_faults.cut_off(["ctl1"], 3),  # type: ignore[arg-type]
    lambda: host_faults.engine_fails("ctl1", "sad", 3),  # type: ignore[arg-type]
    lambda: expectations.until_step("choose", "done"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize("wrong", WRONG)
def test_words_are_checked_when_a_happening_is_made(wrong: Callable[[], object]) -> None:
    """By mypy first: each of these lines carries what mypy says of it."""
    with pytest.raises(NotAHappening):
        wrong()


def test_a_kind_of_a_test_is_known_to_who_passes_it_and_to_nobody_else() -> None:
    story = stories.story(then(3, tide_turns(2, how="low")), setup=Setup.UNATTENDED)
    with pytest.raises(NotAStory, match="no kind of happening called 'tide-turns'"):
        stories.from_json(story.to_json(), registry.REPERTOIRE)
    read = stories.from_json(story.to_json(), Repertoire.of(registry.REPERTOIRE, tide_turns))
    assert read == story
    assert read.moments == (Moment(3.0, tide_turns(2.0, "low")),)


def test_two_kinds_of_one_name_are_no_repertoire() -> None:
    with pytest.raises(ValueError, match="two kinds are called crash: rename"):
        Repertoire.of(registry.REPERTOIRE, kind(_crash()))
    assert set(Repertoire.of(registry.REPERTOIRE, service_faults.crash)) == set(registry.REPERTOIRE)


def _crash() -> Callable[[Stage], None]:
    def crash(stage: Stage) -> None:
        """Not the one that there is."""

    return crash


def test_nobody_adds_to_a_repertoire() -> None:
    with pytest.raises(TypeError):
        registry.REPERTOIRE.kinds["tide-turns"] = tide_turns  # type: ignore[index]


def test_every_kind_of_the_simulator_can_be_read_back() -> None:
    modules = [
        importlib.import_module(each.name)
        for room in (remediator.sim, remediator.integrations)
        for each in pkgutil.walk_packages(room.__path__, f"{room.__name__}.")
        if ".sim." in each.name
    ]
    kinds = {each for module in modules for each in vars(module).values() if isinstance(each, Kind)}
    assert kinds == set(registry.REPERTOIRE)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "3", '{"seed": 1, "setup": "brave", "ends_well": false, "happenings": []}',
     '{"seed": 1, "setup": "auto", "ends_well": false, "happenings": [["crash"]]}',
     '{"seed": 1, "setup": "auto", "ends_well": false, "happenings": [["soon", "pause", []]]}'],
)  # fmt: skip
def test_a_text_that_is_no_story_says_what_to_pass(text: str) -> None:
    with pytest.raises(NotAStory, match="take the JSON that a replay line shows"):
        stories.from_json(text, registry.REPERTOIRE)


def test_a_replay_of_no_story_ends_with_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        prove.main(["--story", '{"seed": 1, "ends_well": false, "happenings": []}'])
    assert ended.value.code == 2
    assert "--story: 'setup' is missing; take the JSON that a replay line shows" in capsys.readouterr().err
