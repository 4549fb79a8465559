"""What a technology adds to the cloud in memory: found through its manifest, and by nobody who does not simulate."""

from __future__ import annotations

import subprocess
import sys
from random import Random

import pytest

from remediator.sim import technology
from remediator.sim.cloud.shapes import DEFAULT, FIVE_ALIKE
from remediator.sim.config import CONFIG, config_of
from remediator.sim.happenings import drawn
from remediator.sim.happenings.acts import deny, pause, resume
from remediator.sim.happenings.happens import Drawn
from remediator.sim.happenings.kinds import Happening
from remediator.sim.part import Ledger, Part
from remediator.sim.technology import Technology, technologies

TIDE = Technology(name="tide", part=lambda _cloud: Part(), ledger=lambda _cloud: Ledger(), hosts=lambda _shape: ())


def test_a_daemon_with_every_integration_loads_nothing_of_the_simulator() -> None:
    code = (
        "import sys; import remediator.daemon.main; from remediator.integrations import registry\n"
        "registry.all_of_them(); print([name for name in sys.modules if '.sim' in name])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "[]\n"


def test_each_own_integration_that_says_how_it_is_played_is_found_by_its_name() -> None:
    names = [each.name for each in technologies()]
    assert names == sorted(set(names))


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [("tide", None, "gives None; let it give a Technology"), ("ebb", TIDE, "integration ebb: its simulation gives")],
)
def test_what_is_no_technology_of_that_name_is_refused(name: str, given: object, sentence: str) -> None:
    with pytest.raises(TypeError, match=sentence):
        technology._played(name, given)
    assert technology._played("tide", TIDE) is TIDE


def _draw(_random: Random) -> Happening:
    return pause()


def test_a_row_stands_behind_the_one_that_it_names_and_else_at_the_end() -> None:
    plain = (Drawn(1, pause, _draw), Drawn(1, resume, _draw))
    behind, second, last = Drawn(2, deny, _draw, after=pause), Drawn(3, deny, _draw, after=pause), Drawn(4, deny, _draw)
    assert drawn._among(plain, (last, behind, second)) == (plain[0], behind, second, plain[1], last)
    with pytest.raises(ValueError, match="deny is to be drawn after deny, which no cloud draws"):
        drawn._among(plain, (Drawn(1, deny, _draw, after=deny),))


def test_what_stands_on_no_host_of_a_shape_is_not_in_its_config() -> None:
    away = [each for each in technologies() if not each.hosts(FIVE_ALIKE)]
    whole, without = config_of(DEFAULT), config_of(FIVE_ALIKE)
    assert whole == CONFIG
    for each in away:
        assert each.settings in whole
        assert each.settings not in without
        assert not [name for name in each.checks if f"  {name}:" in without]


def test_what_says_nothing_of_itself_changes_nothing() -> None:
    part, ledger = Part(), Ledger()
    part.mend("ctl1")
    part.engine_stops("ctl1")
    part.see_again()
    part.bring_back()
    part.relabel(str.upper)
    assert (part.whole, *map(len, (part.listed("ctl1"), part.wrongs(), part.leftovers()))) == (True, 0, 0, 0)
    assert (ledger.holds("ctl1", {}), ledger.sick("ctl1"), TIDE.happens(), TIDE.ways()) == ([], False, None, ())
