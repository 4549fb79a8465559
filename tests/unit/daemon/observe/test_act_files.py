"""The files of `remediator-act` on a host beside those of this release: what is wrong with them is one sentence with
the remedy."""

from __future__ import annotations

import pytest

from remediator import __version__
from remediator.daemon.observe import act_files
from remediator.daemon.turn.turn import Turn
from remediator.integrations import registry
from remediator.model.manifest.host_identity import ActFile
from remediator.model.messages.replies import Reach
from tests.builders.turns import a_turn
from tests.unit.integrations import section as make

A, B = "a" * 64, "b" * 64
WANTED = {"container.json": A, "remediator.json": B}
SAME = (
    ActFile(name="container.json", sha256=A, release=__version__),
    ActFile(name="remediator.json", sha256=B, release=__version__),
)
SITE = ActFile(name="site.json", sha256="c" * 64, release="site")


def file(name: str, sha256: str | None, release: str) -> dict[str, object]:
    return {"file": name, "sha256": sha256, "release": release}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (SAME, ""),
        ((*SAME, SITE), ""),
        ((), "remediator-act has no file that says what it takes"),
        (SAME[:1], "remediator.json is missing"),
        ((SAME[0], ActFile(name="remediator.json", sha256=A, release="0.0.1")), "remediator.json is of 0.0.1"),
        ((SAME[0], ActFile(name="remediator.json", sha256=A, release="")), "remediator.json is of no release"),
        (
            (SAME[0], ActFile(name="remediator.json", sha256=A, release=__version__)),
            f"remediator.json is of {__version__}, with another text",
        ),
        ((*SAME, ActFile(name="site.json", sha256=None, release="")), "site.json lists nothing"),
        ((ActFile(name="container.json", sha256=None, release=""), SAME[1]), "container.json lists nothing"),
        ((SITE,), "container.json is missing, remediator.json is missing"),
    ],
)
def test_what_is_wrong_is_said_with_its_remedy(files: tuple[ActFile, ...], said: str) -> None:
    told = act_files.sentence(files, WANTED)
    assert told.startswith(said)
    assert told == "" or (said and told.endswith(act_files.REMEDY))


def test_at_most_three_files_are_named() -> None:
    told = act_files.sentence((SITE,), dict.fromkeys("abcde", A))
    assert "c is missing and 2 more" in told
    assert "d is" not in told


def look(turn: Turn, files: object, reach: Reach = Reach.OK) -> dict[str, str]:
    act_files.note(turn, make.reply("ctl1", reach=reach, host=make.host(act_files=files)))
    return dict(turn.world.others.act_files)


def test_a_host_is_named_until_its_reply_shows_the_files_of_this_release() -> None:
    with a_turn() as turn:
        turn.world.loaded.__dict__["integrations"] = registry.load({})
        turn.world.setup.act_files = WANTED
        same = [file("container.json", A, __version__), file("remediator.json", B, __version__)]
        assert look(turn, same) == {}
        assert "remediator.json is missing" in look(turn, same[:1])["ctl1"]
        assert list(look(turn, None, Reach.UNREACHABLE)) == ["ctl1"], "a silent host shows nothing new"
        assert look(turn, same) == {}
        assert list(look(turn, [])) == ["ctl1"]
        assert look(turn, None) == {}, "there is no remediator-act any more"


def test_without_files_of_our_own_no_host_is_compared() -> None:
    with a_turn() as turn:
        turn.world.loaded.__dict__["integrations"] = registry.load({})
        assert look(turn, []) == {}
