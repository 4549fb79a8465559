"""A mark is unique in the world, one word everywhere it is put, and never half compared."""

from __future__ import annotations

import re
import shlex

import pytest

from remediator.model import identity
from remediator.model.identity import NOBODY, Identity, Mark

pytestmark = pytest.mark.unit
US = Identity(cloud="prod-1.eu", store="00c0ffee00c0ffee", instance="1" * 16, epoch=7)


def test_a_mark_names_cloud_store_and_run() -> None:
    assert US.mark("run-12") == "prod-1.eu.00c0ffee00c0ffee.run-12"
    assert identity.parsed(US.mark("run-12")) == Mark(cloud="prod-1.eu", store="00c0ffee00c0ffee", run="run-12")


def test_a_mark_is_one_word_of_a_shell_and_one_name_of_a_file_and_what_a_script_takes() -> None:
    longest = Identity(cloud="c" * 63, store="0" * 16, instance="1" * 16, epoch=1).mark("run-" + "9" * 12)
    for mark in (US.mark("run-1"), longest):
        assert shlex.quote(mark) == mark
        assert "/" not in mark
        assert re.fullmatch(identity.MARK, mark) is not None


def test_the_bare_run_of_the_release_before_names_no_store() -> None:
    assert identity.parsed("run-1") == Mark(cloud="", store="", run="run-1")
    assert re.fullmatch(identity.MARK, "run-1") is not None


@pytest.mark.parametrize(
    "text",
    ["", "run-", "an operator", "prod.run-1", "prod.00C0FFEE00C0FFEE.run-1", "run-1 ", "x.00c0ffee00c0ffee.run-1\n"],
)
def test_what_is_no_mark_is_none(text: str) -> None:
    assert identity.parsed(text) is None


def test_who_has_no_store_leaves_nothing() -> None:
    assert NOBODY.mark("run-1") == ""
    assert US.mark("") == ""
