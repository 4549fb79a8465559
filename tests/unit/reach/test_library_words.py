"""Texts of libraries that control what we do: each is still what the installed library says."""

from __future__ import annotations

import importlib
import inspect

import pytest

from remediator.reach import library_words
from remediator.reach.library_words import LINK_ENDED, Saying
from remediator.reach.sparing import paramiko

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("saying", LINK_ENDED, ids=lambda saying: saying.text)
def test_the_installed_library_says_it(saying: Saying) -> None:
    assert f'"{saying.text}"' in inspect.getsource(importlib.import_module(saying.place))


@pytest.mark.parametrize("saying", LINK_ENDED, ids=lambda saying: saying.text)
def test_a_login_whose_link_ended_is_no_refusal(saying: Saying) -> None:
    assert library_words.link_ended(paramiko.AuthenticationException(saying.text))


@pytest.mark.parametrize(
    "error",
    [
        paramiko.AuthenticationException("Authentication failed."),
        paramiko.BadAuthenticationType("Bad authentication type", ["password"]),
        paramiko.AuthenticationException("the host shut down this account"),
    ],
)
def test_everything_else_is_one(error: Exception) -> None:
    assert not library_words.link_ended(error)
