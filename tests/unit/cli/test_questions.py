"""Free words become names and a time; every name must fit; and what no time or name is gets its own sentence."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from remediator.cli.errors import CliError
from remediator.cli.explain import questions
from remediator.model.manifest.kinds import Kind, Kinds

pytestmark = pytest.mark.unit

SAME = Kinds((Kind(name="memcache", member="memcached", aliases=("memcached",)),)).aliases()
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "names", "at"),
    [
        (["ctl2 memcached, 03:10"], ("ctl2", "memcached"), datetime(2026, 11, 23, 3, 10, tzinfo=UTC)),
        (["ctl2", "memcached", "3:10"], ("ctl2", "memcached"), datetime(2026, 11, 23, 3, 10, tzinfo=UTC)),
        (["ctl2", "at", "23:50:10"], ("ctl2",), datetime(2026, 11, 22, 23, 50, 10, tzinfo=UTC)),
        (["ctl2 2026-11-20 03:10"], ("ctl2",), datetime(2026, 11, 20, 3, 10, tzinfo=UTC)),
        (["ctl2", "2026-11-20T03:10+01:00"], ("ctl2",), datetime(2026, 11, 20, 2, 10, tzinfo=UTC)),
        (["container/ctl2/memcached"], ("container/ctl2/memcached",), None),
    ],
)
def test_words_become_names_and_a_time(words: list[str], names: tuple[str, ...], at: datetime | None) -> None:
    assert questions.parse(words, NOW) == questions.Question(names=names, at=at)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["03:10"], "name a host"),
        ([" , "], "name a host"),
        (["ctl2", "25:10"], "'25:10' is not a time"),
        (["ctl2", "2026-13-01T03:10"], "is not a time"),
        (["ctl2", "2026-11-20"], "add the time: 2026-11-20T03:10"),
        (["ctl2", "03:10", "03:20"], "one time, please"),
        (["ctl2", "2026-11-24T03:10"], "lies in the future"),
    ],
)
def test_what_is_no_question_says_why(words: list[str], sentence: str) -> None:
    with pytest.raises(CliError, match=sentence) as caught:
        questions.parse(words, NOW)
    assert caught.value.exit_code == 64


@pytest.mark.parametrize(
    ("names", "fits"),
    [
        (("ctl2", "memcached"), True),
        (("CTL2",), True),
        (("ctl2", "memcache"), True),
        (("container-state",), True),
        (("container/ctl2/memcached",), True),
        (("ctl1", "memcached"), False),
        (("ctl2", "nova_api"), False),
    ],
)
def test_every_name_must_fit(names: tuple[str, ...], fits: bool) -> None:
    assert questions.fits(names, "container/ctl2/memcached", "container-state", (), SAME) is fits


def test_a_cluster_is_known_by_its_hosts() -> None:
    assert questions.fits(("ctl2", "memcached"), "cluster/memcache", "memcache-cluster", ("ctl1", "ctl2"), SAME)
    assert not questions.fits(("ctl3", "memcached"), "cluster/memcache", "memcache-cluster", ("ctl1", "ctl2"), SAME)


def test_a_name_that_nothing_bears_is_said_with_the_nearest() -> None:
    known = ["container/ctl2/memcached", "container-state"]
    assert questions.unknown(("ctl2", "memcached"), known, SAME) == ""
    assert (
        questions.unknown(("ctl2", "memcachedb"), known, SAME)
        == "nothing known is called 'memcachedb' (did you mean memcached?)"
    )


def test_what_stood_before_is_told_with_what_was_decided_then() -> None:
    decisions = [
        {"rule": "a", "at": "1", "reason": "old"},
        {"rule": "a", "at": "2", "reason": "stands"},
        {"rule": "b", "at": "4", "reason": "then"},
        {"rule": "a", "at": "9", "reason": "later"},
    ]
    assert [each["reason"] for each in questions.told_then(decisions, "3", "5")] == ["stands", "then"]


@pytest.mark.parametrize(("word", "is_id"), [("inc-7", True), ("run-x", True), ("ctl2", False), ("inc 7", False)])
def test_an_id_is_no_question(word: str, is_id: bool) -> None:
    assert questions.is_id(word) is is_id
