"""A list that is cut says so: what it leaves out is not told by its rows."""

from __future__ import annotations

import pytest

from remediator.cli.render import output

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(("shown", "said"), [(0, False), (49, False), (50, True), (51, True)])
def test_a_list_as_long_as_its_limit_may_have_been_cut(
    capsys: pytest.CaptureFixture[str], shown: int, said: bool
) -> None:
    output.cut_at(50, shown)
    told = capsys.readouterr()
    assert told.out == "", "a table for programs stays as it is"
    assert (told.err == "remediator: the newest 50 are shown, and there may be more: --limit\n") is said
