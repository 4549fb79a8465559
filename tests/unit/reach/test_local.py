"""This very machine, reached without a connection: what cannot even be started never left."""

from __future__ import annotations

import pytest

from remediator.model.content.commands import Command
from remediator.model.hosts import LOCAL, Host
from remediator.model.messages.replies import Fate, Reach
from remediator.reach.local import LocalReach

pytestmark = pytest.mark.unit

HOST = Host(name="ctl1", address=LOCAL, groups=())
NO_SUCH = "/nowhere/remediator-no-such-program"


def test_a_program_that_cannot_be_started_never_left() -> None:
    done = LocalReach().run(HOST, Command(host="ctl1", argv=(NO_SUCH,), timeout_s=5.0, privileged=False))
    assert done.fate is Fate.NEVER_LEFT
    assert done.error == f"not started: {NO_SUCH} on ctl1: No such file or directory"


def test_a_question_that_cannot_be_started_is_garbled_with_the_same_words() -> None:
    reply = LocalReach().exchange(HOST, (NO_SUCH,), b"", 5.0, 100)
    assert (reply.reach, reply.exit_code) == (Reach.GARBLED, None)
    assert reply.reason == f"not started: {NO_SUCH} on ctl1: No such file or directory"
