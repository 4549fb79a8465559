"""The rim of the command line: which line and which exit code every end has."""

from __future__ import annotations

import pytest

from remediator.cli import main
from remediator.cli.errors import CliError
from remediator.store.errors import StateLocked

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ([], 64, "Missing command"),
        (["chek"], 64, "Did you mean 'check'"),
        (["incidents"], 64, "a command is missing"),
        (["incidents", "lst"], 64, "Did you mean 'list'"),
        (["incidents", "list", "--bad"], 64, "No such option"),
        (["incidents", "list", "--limit", "0"], 64, "--limit"),
        (["incidents", "list", "--format", "xml"], 64, "--format"),
        (["runs", "resolve", "run-1", "--outcome", "maybe", "--reason", "x"], 64, "--outcome"),
        (["runs", "cancel", "run-1"], 64, "--reason"),
        (["plan", "x"], 64, "--target"),
        (["approve"], 64, "RUN"),
        (["deny", "run-1"], 64, "--reason"),
        (["silence", "add", "check=x"], 64, "--reason"),
        (["downtime", "add", "host/ctl1"], 64, "--reason"),
        (["incidents", "ack", "inc-1"], 64, "--reason"),
        (["audit", "accept-restore"], 64, "--reason"),
        (["brakes", "close", "clock", "--reason", "x"], 64, "is not closed by hand: it goes on by itself"),
        (["brakes", "close", "strom", "--reason", "x"], 64, "did you mean storm?"),
        (["silence", "add", "--reason", "x"], 64, "a silence needs a matcher"),
        (["silence", "add", "chek=x", "--reason", "x"], 64, "did you mean check?"),
        (["silence", "add", "nonsense", "--reason", "x"], 64, "is not a matcher"),
        (["silence", "add", "check=x", "--for", "0", "--reason", "x"], 64, "mutes nothing"),
        (["silence", "add", "check=x", "--for", "0s", "--reason", "x"], 64, "mutes nothing"),
        (["silence", "add", "check=x", "--for", "8d", "--reason", "x"], 64, "longer than 7d"),
        (["downtime", "add", "host/a", "--for", "4", "--reason", "x"], 64, "is not a duration"),
        (["--bad"], 64, "No such option"),
        (["check", "--bad"], 3, "No such option"),
        (["--debug", "check", "--format", "xml"], 3, "--format"),
        (["check", "--config", "/does/not/exist"], 3, "/does/not/exist:1:1"),
        (["--config", "/does/not/exist", "check"], 3, "/does/not/exist"),
        (["status", "--config=/does/not/exist"], 78, "/does/not/exist"),
        (["daemon", "--config", "/does/not/exist"], 78, "/does/not/exist"),
        (["audit", "verify", "--config", "/does/not/exist"], 3, "/does/not/exist"),
        (["config", "show", "--config", "/does/not/exist"], 78, "/does/not/exist"),
    ],
)
def test_bad_usage_is_one_line_and_never_2(
    line: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(line) == code
    said = capsys.readouterr()
    error = [each for each in said.err.splitlines() if each.startswith("remediator: ")]
    assert len(error) == 1
    assert words in error[0]
    if "--debug" not in line:
        assert said.err.count("\n") == 1


@pytest.mark.parametrize("line", [["--help"], ["-h"], ["check", "--help"], ["--version"], ["audit", "-h"]])
def test_help_is_0(line: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(line) == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert said.out


def test_global_options_may_stand_anywhere() -> None:
    assert main.globals_first(["check", "--config", "c", "x"]) == ["--config", "c", "check", "x"]
    assert main.globals_first(["check", "--config=c", "--debug"]) == ["--config=c", "--debug", "check"]
    assert main.globals_first(["check", "--", "--config", "c"]) == ["check", "--", "--config", "c"]
    assert main.globals_first(["check", "--config"]) == ["--config", "check"]


@pytest.mark.parametrize(
    ("words", "command"),
    [(["--config", "check", "status"], "status"), (["--config=c", "check"], "check"), (["--debug"], ""), ([], "")],
)
def test_the_command_of_a_line(words: list[str], command: str) -> None:
    assert main.command_of(words) == command


class ContentWrong(Exception):
    """Stands for the daemon's error of that name."""


@pytest.mark.parametrize(
    ("error", "code"),
    [(StateLocked("/s", "12"), 1), (ContentWrong("c:1:1: x"), 78), (ValueError("x"), 1)],
)
def test_foreseen_and_unforeseen_errors(error: Exception, code: int) -> None:
    assert main.exit_code_of(error) == code


def test_our_errors_keep_their_sentence_and_others_name_their_kind() -> None:
    assert main.unexpected(StateLocked("/s", "12")).startswith("/s is in use by the daemon with pid 12")
    assert main.unexpected(ValueError("x")) == "unexpected ValueError: x (--debug shows where)"


def test_a_message_is_always_one_line() -> None:
    assert str(CliError("a\nb\t c", 1)) == "a b c"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            ["check", "--format", "nagios", "--config", "/does/not/exist"],
            "/does/not/exist:1:1: the file cannot be read",
        ),
        (["--config=/does/not/exist", "check", "--format=nagios"], "/does/not/exist:1:1"),
        (["check", "--bad", "--format", "nagios"], "No such option: --bad"),
        (["check", "--format", "nagis"], "'nagis' is not one of"),
        (["check", "--format", "nagios", "--target"], "--target"),
    ],
)
def test_a_plugin_says_on_stdout_what_keeps_it_from_knowing(
    line: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(line) == 3
    said = capsys.readouterr()
    assert said.out.startswith("REMEDIATOR UNKNOWN: ")
    assert words in said.out
    assert said.out.count("\n") == 1
    assert "|" not in said.out
    assert said.err == ("" if "nagis" not in line else f"remediator: {said.out.partition(': ')[2]}")


@pytest.mark.parametrize("line", [["check"], ["check", "--format", "json"], ["status", "--format", "nagios"], ["chek"]])
def test_what_is_no_plugin_says_it_on_stderr(line: list[str]) -> None:
    assert not main.is_plugin(line)


def test_no_summary_in_the_list_of_commands_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["--help"]) == 0
    commands = capsys.readouterr().out.partition("Commands:\n")[2].splitlines()
    assert commands
    assert [each for each in commands if each.endswith("...")] == []
