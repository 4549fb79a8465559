"""What a target stands for, by what is declared of its kind."""

from __future__ import annotations

import pytest

from remediator.model import targets
from remediator.model.manifest.kinds import Kind, Kinds
from remediator.model.targets import BadTarget, Target

pytestmark = pytest.mark.unit

LAMP = Kind(name="lamp", member="bulb", aliases=("light",))
PAIR = Kind(name="pair", units=lambda target: tuple(f"container/{target.host}/{name}" for name in ("left", "right")))
KINDS = Kinds((LAMP, PAIR, Kind(name="rack", of_host=False)))
HALL = targets.cluster("lamp", ("a", "b"))


def test_each_target_stands_for_the_units_of_its_kind() -> None:
    assert KINDS.units(targets.container("a", "x")) == ("container/a/x",)
    assert KINDS.units(targets.member("lamp", "a")) == ("container/a/bulb",)
    assert KINDS.units(HALL) == ("container/a/bulb", "container/b/bulb")
    assert KINDS.units(targets.member("pair", "a")) == ("container/a/left", "container/a/right")
    for nothing in (targets.on_host("a"), targets.cluster("other", ("a",)), targets.cluster("container", ("a",))):
        assert KINDS.units(nothing) == ()


def test_a_kind_that_nobody_declares_is_read_and_stands_for_nothing() -> None:
    of_before = Target("bulb/a", ("a",))
    assert KINDS.units(of_before) == ()
    assert "bulb" not in KINDS
    assert not KINDS.of_host("bulb")
    with pytest.raises(BadTarget, match="expected KIND/NAME, or container/HOST/NAME"):
        Target("a bulb/a", ("a",))


@pytest.mark.parametrize(
    ("parent", "child", "accounts"),
    [
        (HALL, targets.member("lamp", "a"), True),
        (HALL, targets.container("b", "bulb"), True),
        (HALL, targets.container("b", "fuse"), False),
        (HALL, targets.container("c", "bulb"), False),
        (HALL, targets.member("pair", "a"), False),
        (targets.member("lamp", "a"), targets.container("a", "bulb"), True),
        (targets.member("lamp", "a"), targets.container("a", "fuse"), False),
        (targets.on_host("a"), targets.member("lamp", "a"), True),
        (targets.on_host("a"), HALL, False),
        (Target("bulb/a", ("a",)), targets.container("a", "bulb"), False),
        (targets.container("a", "x"), targets.container("a", "x"), True),
    ],
)  # fmt: skip
def test_what_stands_on_what(parent: Target, child: Target, accounts: bool) -> None:
    assert KINDS.accounts_for(parent, child) is accounts


def test_which_names_are_of_hosts_and_which_words_mean_the_same() -> None:
    assert [name for name in KINDS.names if not KINDS.of_host(name)] == ["cluster", "rack"]
    assert KINDS.aliases() == {"lamp": {"light"}, "light": {"lamp"}}
