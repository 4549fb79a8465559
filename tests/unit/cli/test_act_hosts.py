"""`actions --compare`: what a host answers about `remediator-act` becomes one state and the sentences that say what to
install."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from remediator import __version__
from remediator.cli.admin import act_files, act_hosts
from remediator.model.messages.replies import CommandDone

pytestmark = pytest.mark.unit
FILES = {"container.json": "one\n", "ledger.json": "two\n"}


def told(**changes: Any) -> dict[str, Any]:
    rows = [
        {"file": name, "release": __version__, "sha256": hashlib.sha256(text.encode()).hexdigest()}
        for name, text in FILES.items()
    ]
    return {
        "version": act_files.VERSION,
        "files": rows,
        "problems": [],
        "changes": {"used": 0, "per_hour": 20},
        **changes,
    }


def judged(output: str, code: int | None = 0, error: str = "") -> tuple[str, str]:
    done = CommandDone(argv=act_hosts.ASKS, exit_code=code, output=output, took_s=0.1, error=error)
    found = act_hosts.judge("ctl1", done, FILES)
    return found.state, "; ".join(found.sentences)


def ledger(**changes: Any) -> str:
    first, second = told()["files"]
    return json.dumps(told(files=[first, {**second, **changes}]))


def test_what_this_release_prints_is_the_same() -> None:
    assert judged(json.dumps(told())) == ("same", "")
    assert judged("a banner\n" + json.dumps(told()) + "\n") == ("same", "")
    more = {"file": "mydb.json", "release": "3", "sha256": "0"}
    assert judged(json.dumps(told(files=[*told()["files"], more]))) == ("same", "")


@pytest.mark.parametrize(
    ("release", "words"),
    [
        ("0.0.9", f"ledger.json is of 0.0.9, older than this {__version__}: install it anew"),
        ("9.0", f"ledger.json is of 9.0, newer than this {__version__}: upgrade and restart the daemon, or install"),
        (__version__, f"ledger.json is of {__version__} as this is, with another text: install it anew"),
    ],
)
def test_a_file_of_another_release_says_which_to_install(release: str, words: str) -> None:
    state, sentence = judged(ledger(release=release, sha256="0"))
    assert state == "other"
    assert sentence.startswith(words)


def test_a_missing_file_and_one_that_cannot_be_believed_are_told_once_each() -> None:
    first, _ = told()["files"]
    assert judged(json.dumps(told(files=[first]))) == ("other", "ledger.json lists nothing: install it")
    problem = "/etc/remediator-act.d/ledger.json can be written by others than root: look who did"
    assert judged(json.dumps(told(files=[first], problems=[problem])), 1) == ("other", problem)


def test_a_host_without_any_file_is_told_once() -> None:
    problem = (
        "there is no /etc/remediator-act.d: remediator actions --format act --directory DIR writes the files for it"
    )
    assert judged(json.dumps(told(files=[], problems=[problem])), 1) == ("other", problem)


@pytest.mark.parametrize(
    ("version", "words"), [(2, "this daemon is older: upgrade it"), (0, "install remediator-act anew")]
)
def test_a_script_that_reads_another_version_is_named(version: int, words: str) -> None:
    state, sentence = judged(json.dumps(told(version=version, files=[])))
    assert state == "other"
    assert words in sentence


@pytest.mark.parametrize(
    ("output", "code", "state", "words"),
    [
        ("sh: 1: remediator-act: not found\n", 127, "none", "no remediator-act stands behind the act key"),
        (
            "remediator-act: refused: not among the allowed commands: remediator-act status\n",
            126,
            "other",
            "install it anew",
        ),
        ("remediator-act: refused: the arguments in authorized_keys are wrong: x\n", 126, "unknown", "authorized_keys"),
        ("", 1, "unknown", "it said nothing, exit 1"),
        ("[]", 0, "unknown", "[]"),
        ('{"version": true, "files": [], "problems": []}', 0, "unknown", "version"),
        ('{"version": 1, "files": [1], "problems": []}', 0, "unknown", "version"),
        ('{"version": 1, "files": {}, "problems": []}', 0, "unknown", "version"),
        ("[" * 60_000, 0, "unknown", "[["),
        ("x" * 5000, 0, "unknown", "xxx"),
    ],
)
def test_whatever_else_is_said_is_no_answer(output: str, code: int, state: str, words: str) -> None:
    found, sentence = judged(output, code)
    assert found == state
    assert words in sentence
    assert len(sentence) <= 400


def test_a_host_that_does_not_answer_is_unknown() -> None:
    assert judged("", None, "ctl1 refused the connection") == ("unknown", "ctl1 refused the connection")
    assert judged("", None) == ("unknown", "it did not answer")


def test_a_host_that_lies_makes_no_more_than_some_lines() -> None:
    state, sentence = judged(json.dumps(told(problems=["p" * 10_000] * 500, files=[{}])))
    assert state == "other"
    assert len(sentence) < 3000
