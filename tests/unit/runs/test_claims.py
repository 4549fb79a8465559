"""The claim, judged: who is another one, when enough hosts have answered, and what a host may not make us believe."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from remediator.model.identity import Identity
from remediator.model.messages.replies import CommandDone
from remediator.model.times import Instant
from remediator.model.values import Unknown
from remediator.runs import claims
from remediator.runs.claims import Claim, Known, Line

pytestmark = pytest.mark.unit
START = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
US = Identity(cloud="prod", store="0" * 16, instance="a" * 16, epoch=7, former=frozenset({"f" * 16}))
OTHER, COPY, FORMER = ("1" * 16, "b" * 16), ("0" * 16, "c" * 16), ("0" * 16, "f" * 16)
"""(store, start) of another store, of a copy of ours, and of our own start before this one."""
RELAY = frozenset({"ctl1", "ctl2", "ctl3"})


def at(seconds: float) -> Instant:
    return Instant(START + timedelta(seconds=seconds), 5000.0 + seconds, "boot")


KNOWN = Known(us=US, started_at=at(0))


def a_claim(must: str = "ctl1", began_s: float = 100.0, groups: dict[str, frozenset[str]] | None = None) -> Claim:
    groups = {"relay": RELAY} if groups is None else groups
    members = frozenset(host for each in groups.values() for host in each)
    hosts = tuple(sorted({must} | members))
    return Claim(subject="run-7", number=1, began=at(began_s), hosts=hosts, must=frozenset({must}), groups=groups)


def says(*lines: tuple[tuple[str, str], float], now_s: float = 50_000.0, nonce: str = "run-7-claim-1") -> CommandDone:
    """Return what a host answers that has a line of each (store, start), so many seconds old."""
    text = [f"{start} {store} prod 3 {now_s - age_s:.2f}" for (store, start), age_s in lines]
    output = "\n".join(["a banner", f"remediator-claim {nonce} {now_s:.2f}", *text, f"remediator-claim {nonce} end"])
    return CommandDone(argv=(), exit_code=0, output=output, took_s=0.1)


def silent(error: str | None = None) -> CommandDone:
    if error is None:
        return CommandDone.never_left((), "no answer")
    return CommandDone(argv=(), exit_code=None, output="", took_s=5.0, error=error)


def answered(claim: Claim, **done: CommandDone) -> Claim:
    for host, each in done.items():
        claim = claims.taken(claim, host, each, at(101))
    return claim


# who is another one -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "age_s", "is_rival"),
    [
        (OTHER, 5.0, True),
        (OTHER, 1799.0, True),
        (OTHER, 1800.0, False),
        (COPY, 5.0, True),
        (COPY, 1799.0, True),
        (FORMER, 101.5, False),
        (FORMER, 1799.0, False),
        (FORMER, 100.0, False),
        (FORMER, 81.1, False),
        (FORMER, 81.0, True),
        (FORMER, 5.0, True),
        (("0" * 16, "a" * 16), 5.0, False),
        (("9" * 16, "a" * 16), 5.0, False),
    ],
    ids=[
        "another-store",
        "another-store-nearly-30-min",
        "another-store-30-min",
        "a-copy",
        "a-copy-nearly-30-min",
        "ourselves-before-the-start",
        "ourselves-long-before",
        "our-former-start-in-the-same-moment",
        "our-former-start-was-on-its-way",
        "our-former-start-after-20-s",
        "our-former-start-lives-on",
        "ourselves",
        "ourselves-under-another-store-id",
    ],
)
def test_a_line_of_another_store_or_start_holds_for_half_an_hour(
    who: tuple[str, str], age_s: float, is_rival: bool
) -> None:
    claim = answered(a_claim(), ctl1=says(), ctl2=says((who, age_s)), ctl3=says())
    assert (claims.rival(claim, KNOWN) is not None) is is_rival


@pytest.mark.parametrize(
    ("who", "age_s", "waits"),
    [(FORMER, 29.0, True), (FORMER, 30.1, False), (FORMER, 5.0, False), (OTHER, 29.0, False)],
    ids=["on-its-way", "no-command-leaves-on-it", "before-the-start", "another-store"],
)
def test_a_claim_on_its_way_at_the_start_is_waited_out(who: tuple[str, str], age_s: float, waits: bool) -> None:
    known = replace(KNOWN, started_at=at(98 if age_s < 10 else 70))
    claim = answered(a_claim(), ctl1=says((who, age_s)))
    assert (claims.fading(claim, known) is not None) is waits
    if who == FORMER:
        assert claims.rival(claim, known) is None


def test_the_sentence_names_it() -> None:
    claim = answered(a_claim(), ctl1=says((OTHER, 65.0)))
    assert claims.rival(claim, KNOWN) == (
        f"another remediator claimed ctl1 65 s earlier (cloud prod, store {OTHER[0]}, epoch 3)"
    )
    copied = claims.rival(answered(a_claim(), ctl1=says((COPY, 65.0))), KNOWN)
    assert copied is not None
    assert copied.startswith("another daemon on a copy of this store claimed ctl1")


@pytest.mark.parametrize(("age_s", "is_rival"), [(5.0, True), (11.0, True), (11.1, False), (500.0, False)])
def test_what_a_person_has_closed_holds_nothing_and_a_younger_claim_does(age_s: float, is_rival: bool) -> None:
    known = replace(KNOWN, closed_at=at(90))
    claim = answered(a_claim(), ctl1=says((OTHER, age_s)))
    assert (claims.rival(claim, known) is not None) is is_rival


def test_a_wall_clock_that_is_set_back_makes_no_stranger_of_ours() -> None:
    """By the wall the start was after the line; CLOCK_BOOTTIME knows better, and the longer of both counts."""
    claim = claims.taken(a_claim(), "ctl1", says((FORMER, 50.0)), Instant(START - timedelta(hours=1), 5101.0, "boot"))
    assert claims.rival(claim, KNOWN) is not None


def test_a_claim_holds_from_when_it_was_asked_and_not_from_when_it_was_answered() -> None:
    claim = answered(a_claim(began_s=100), ctl1=says(), ctl2=says())
    assert claim.ends() == at(100 + claims.VALID_S)


# enough of them -----------------------------------------------------------------------------------------------------


def test_all_that_are_acted_on_and_a_majority_of_the_group_must_answer() -> None:
    assert claims.missing(answered(a_claim(), ctl1=says(), ctl2=says(), ctl3=silent())) is None
    assert claims.missing(answered(a_claim(), ctl1=silent(), ctl2=says(), ctl3=says())) == (
        "it acts on ctl1, and could not claim ctl1 (not started: no answer)"
    )
    assert claims.missing(answered(a_claim(), ctl1=says(), ctl2=silent("no way"))) == (
        "no majority of group relay could be claimed: 1 of 3, without ctl2 (no way); ctl3 (it has not answered)"
    )


@pytest.mark.parametrize(("answers", "enough"), [(("ctl1",), False), (("ctl1", "ctl2"), True)])
def test_of_two_both_must_answer_and_of_one_that_one(answers: tuple[str, ...], enough: bool) -> None:
    two = a_claim(groups={"relay": frozenset({"ctl1", "ctl2"})})
    assert (claims.missing(answered(two, **{host: says() for host in answers})) is None) is enough
    lone = a_claim(groups={"relay": frozenset({"ctl1"})})
    assert claims.missing(answered(lone, ctl1=says())) is None
    assert claims.missing(lone) is not None


def test_a_member_that_left_the_inventory_counts_and_has_not_answered() -> None:
    claim = replace(answered(a_claim(), ctl1=says()), hosts=("ctl1",))
    assert "ctl2 (it is not in the inventory); ctl3 (it is not in the inventory)" in str(claims.missing(claim))


def test_of_any_two_claims_of_one_group_one_host_is_in_both() -> None:
    """The reason why a majority is enough: whoever comes second to that host sees who came first."""
    hosts = sorted(RELAY)
    enough = [
        {host for host, bit in zip(hosts, format(number, "03b"), strict=True) if bit == "1"} for number in range(8)
    ]
    good = [
        each
        for each in enough
        if claims.missing(replace(answered(a_claim(), **{host: says() for host in each}), must=frozenset())) is None
    ]
    assert good
    assert all(one & other for one in good for other in good)


def test_the_others_are_waited_for_a_moment_only_once_enough_answered() -> None:
    enough = answered(a_claim(), ctl1=says(), ctl2=says())
    assert not claims.settled(enough, at(101))
    assert claims.settled(enough, at(102.5))
    assert not claims.settled(answered(a_claim(), ctl1=says()), at(115))
    assert claims.settled(answered(a_claim(), ctl1=says()), at(121))
    assert claims.settled(answered(enough, ctl3=silent()), at(100))


# what hosts may say -------------------------------------------------------------------------------------------------

HEAD, END = "remediator-claim run-7-claim-1 50.00", "remediator-claim run-7-claim-1 end"
LINE = f"{'b' * 16} {'1' * 16} prod 3 49.00"


@pytest.mark.parametrize(
    "output",
    [
        "",
        HEAD,
        END,
        f"{END}\n{HEAD}",
        f"remediator-claim run-7-claim-2 50.00\n{END}",
        f"{HEAD}\nremediator-claim run-7-claim-2 end",
        f"{HEAD}\n{LINE[:-3]}\n{END}".replace(" 49", " x"),
        f"{HEAD}\n{LINE} more\n{END}",
        f"{HEAD}\n{LINE.upper()}\n{END}",
        f"{HEAD}\n{LINE.replace('49.00', '51.00')}\n{END}",
        f"{HEAD}\n{LINE.replace('49.00', '-1')}\n{END}",
        f"{HEAD}\n{LINE.replace('49.00', '1e3')}\n{END}",
        f"{HEAD}\n{LINE.replace('prod', 'p' * 70)}\n{END}",
        f"{HEAD}\n{LINE.replace('3', '9' * 19, 1)}\n{END}",
        f"{HEAD}\n\x1b[2J\n{END}",
        "\n".join([HEAD, *[LINE] * 300, END]),
        f"remediator-claim run-7-claim-1 nan\n{END}",
        f"remediator-claim run-7-claim-1 {'9' * 400}\n{END}",
    ],
)
def test_an_answer_that_is_not_whole_claims_nothing(output: str) -> None:
    found = claims.parsed(CommandDone(argv=(), exit_code=0, output=output, took_s=0.1), "run-7-claim-1")
    assert isinstance(found, Unknown)


def test_a_whole_answer_is_read() -> None:
    done = CommandDone(argv=(), exit_code=0, output=f"{HEAD}\n\n{LINE}\n{END}\nlogout", took_s=0.1)
    assert claims.parsed(done, "run-7-claim-1") == (
        Line(instance="b" * 16, store="1" * 16, cloud="prod", epoch=3, age_s=1.0),
    )


@pytest.mark.parametrize(
    ("done", "words"),
    [
        (CommandDone(argv=(), exit_code=3, output="/run/remediator/claims is not ours\n", took_s=0.1), "is not ours"),
        (
            CommandDone(
                argv=(), exit_code=126, output="remediator-act: refused: token 7 of cloud c is older than 8", took_s=0.1
            ),
            "is older than 8",
        ),
        (CommandDone(argv=(), exit_code=5, output="", took_s=0.1), "it ended with 5"),
        (silent("ctl1 did not say how the command ended"), "did not say how"),
    ],
)
def test_a_claim_that_did_not_end_well_claims_nothing_and_says_why(done: CommandDone, words: str) -> None:
    found = claims.parsed(done, "run-7-claim-1")
    assert isinstance(found, Unknown)
    assert words in found.reason


def test_who_has_no_store_can_claim_nothing() -> None:
    with pytest.raises(ValueError, match="remediator-claim"):
        claims.command(a_claim(), Identity(cloud="", store="", instance="", epoch=0), "ctl1")
