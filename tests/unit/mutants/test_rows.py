"""Every mutant still fits its file, compiles, and is in the docs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from remediator.safety.gate import GUARDS
from remediator.sim.stories import registry
from remediator.sim.stories.scenario import Scenario
from tests.mutants import table, trying
from tests.mutants.rows import BY_NAME, CORE, MUTANTS, OF_TECHNOLOGIES, ROOT, Mutant, OutOfDate


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_it_applies_exactly_once_and_compiles(mutant: Mutant) -> None:
    text = (ROOT / mutant.file).read_text()
    patched = mutant.patched(text)
    assert patched != text
    compile(patched, mutant.file, "exec", dont_inherit=True)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_what_shall_catch_it_is_there(mutant: Mutant) -> None:
    assert bool(mutant.story) != bool(mutant.tests), "a story, or unit tests where the simulator cannot see it"
    if mutant.story:
        assert mutant.name in registry.SCENARIOS[mutant.story].shows, f"add it to what {mutant.story!r} shows"
    else:
        file, _, test = mutant.tests.partition("::")
        assert f"def {test}(" in (ROOT / file).read_text() if test else (ROOT / file).is_file()


@pytest.mark.parametrize("scenario", registry.SCENARIOS.values(), ids=lambda scenario: scenario.name)
def test_what_a_scenario_shows_is_caught_by_it(scenario: Scenario) -> None:
    assert {name: BY_NAME[name].story for name in scenario.shows} == dict.fromkeys(scenario.shows, scenario.name)


def test_a_text_that_is_not_there_once_is_out_of_date() -> None:
    mutant = Mutant(name="m", mistake="M.", place="f:g", old="a", new="b", tests="t")
    for text in ("", "def g():\n    return 1\n", "def g():\n    return a + a\n", "def h():\n    return a\n"):
        with pytest.raises(OutOfDate, match="m is out of date"):
            mutant.patched(text)


def test_names_are_unique() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)


def test_every_guard_has_a_mutant() -> None:
    blind = {mutant.name for mutant in MUTANTS}
    assert {f"guard-{guard.id.replace('_', '-')}" for guard in GUARDS} <= blind


def test_the_docs_list_them_all_and_none_lives() -> None:
    shown = table.read(ROOT / "docs" / "mutants.md")
    assert {name: mistake for name, (mistake, _) in shown.items()} == {each.name: each.mistake for each in MUTANTS}
    assert not [name for name, (_, caught) in shown.items() if not caught or "LIVES" in caught]


def test_the_page_may_show_a_technology_whose_tests_are_not_here(tmp_path: Path) -> None:
    page = tmp_path / "mutants.md"
    table.write(page, {CORE[0].name: "test: one"})
    shown = {CORE[0].name: (CORE[0].mistake, "test: one")}
    assert table.read(page) == shown
    row = "| `of-another` | A mistake. | `a.b:c` | test: two |\n"
    page.write_text(f"{page.read_text()}\n## no-such-technology\n\n{table.COLUMNS}{row}")
    assert table.read(page) == shown
    page.write_text(f"{page.read_text()}\n## {next(iter(OF_TECHNOLOGIES), 'none')}\n\n{table.COLUMNS}{row}")
    assert ("of-another" in table.read(page)) is bool(OF_TECHNOLOGIES), "a row too many of one that is here shows"


def test_what_does_not_fit_any_more_is_out_of_date_and_not_caught() -> None:
    tried = trying.try_one(replace(MUTANTS[0], old="no_name_of_any_file", new="None"))
    assert tried.ended is trying.Ended.OUT_OF_DATE
    assert "adapt the row" in tried.said


def test_a_crash_is_no_catch() -> None:
    mutant = Mutant(
        name="m", mistake="M.", place="remediator.runs.machine:MOST_TRIES", old="2", new="no_such_name",
        tests="tests/unit/runs",
    )  # fmt: skip
    assert trying.try_one(mutant).ended is trying.Ended.BROKEN


def test_a_mistake_that_a_unit_test_sees_is_caught() -> None:
    """The copy has all that the tests need: without it every such row would end as BROKEN."""
    tried = trying.try_one(BY_NAME["order-by-the-wall-clock"])
    assert (tried.ended, tried.by.startswith("test: tests/unit/model/test_times.py::")) == (trying.Ended.CAUGHT, True)
