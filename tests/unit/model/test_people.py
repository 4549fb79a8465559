"""Two requests are of two people only when that is known."""

from __future__ import annotations

import pytest

from remediator.model import people

pytestmark = pytest.mark.unit
ANN, BEN, OPS = 1001, 1002, 1900


@pytest.mark.parametrize(
    ("uid", "login", "accounts"),
    [
        (ANN, ANN, (ANN,)),
        (ANN, None, (ANN,)),
        (0, ANN, (ANN,)),
        (OPS, ANN, (ANN, OPS)),
        (0, None, ()),
        (0, 0, ()),
        (ANN, 0, ()),
    ],
)
def test_accounts_are_what_the_asker_certainly_has(uid: int, login: int | None, accounts: tuple[int, ...]) -> None:
    assert people.accounts(uid, login) == accounts


@pytest.mark.parametrize(
    ("one", "other", "two"),
    [
        ((ANN, ANN), (BEN, BEN), True),
        ((ANN, None), (BEN, None), True),
        ((0, ANN), (0, BEN), True),
        ((0, ANN), (BEN, BEN), True),
        ((ANN, ANN), (ANN, ANN), False),
        ((ANN, ANN), (0, ANN), False),
        ((OPS, ANN), (OPS, BEN), False),
        ((ANN, BEN), (BEN, BEN), False),
        ((ANN, None), (ANN, BEN), False),
        ((0, None), (BEN, BEN), False),
        ((ANN, ANN), (0, None), False),
        ((0, None), (0, None), False),
        ((0, 0), (BEN, BEN), False),
    ],
)
def test_two_are_two_only_where_no_account_is_shared_and_both_are_known(
    one: tuple[int, int | None], other: tuple[int, int | None], two: bool
) -> None:
    assert people.are_two(people.accounts(*one), people.accounts(*other)) is two
    assert people.are_two(people.accounts(*other), people.accounts(*one)) is two
