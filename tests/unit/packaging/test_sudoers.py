"""The sudoers file: allows every command of every action, and no command that differs in one word.

`decide` reads a file as sudo does: arguments joined by spaces, ^...$ as a regular expression, the last rule that fits
wins.
That the expressions mean the same to sudo's own lexer and library is for tests/lab/test_hosts.py.
"""

from __future__ import annotations

import dataclasses
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from remediator.cli import main
from remediator.cli.admin import actions as command
from remediator.cli.errors import CliError
from remediator.collect import assembly
from remediator.integrations import registry
from remediator.model.content.actions import ActionSpec
from remediator.model.content.commands import Script
from tests.unit.packaging import wrapper

pytestmark = pytest.mark.unit
RULE = re.compile(r"(\S+) ALL=\(root\) NOPASSWD: (!?)(/\S+) (.+)")
STATEFUL = registry.load({}).stateful
TEXT = command.sudoers_file(wrapper.ACTIONS, "remediator", STATEFUL)
RULES = [RULE.fullmatch(line) for line in TEXT.splitlines() if line and not line.startswith("#")]


def decide(argv: tuple[str, ...]) -> bool:
    allowed = False
    for rule in RULES:
        assert rule is not None
        asked, wanted = " ".join(argv[1:]), rule.group(4)
        if wanted.startswith("^"):
            fits = re.fullmatch(wanted[1:-1], asked) is not None
        else:
            fits = re.sub(r"\\(.)", r"\1", wanted) == asked
        if rule.group(3) == f"/usr/bin/{argv[0]}" and fits:
            allowed = not rule.group(2)
    return allowed


@pytest.mark.parametrize("action", wrapper.DOES, ids=lambda action: action.name)
def test_every_command_of_every_action_is_allowed(action: ActionSpec) -> None:
    argvs = {argv for each in wrapper.samples(action) for argv in (each.first, each.argv) if argv}
    assert argvs
    assert [argv for argv in argvs if not decide(argv)] == []


SCRIPTS = wrapper.scripts()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_script_is_allowed_as_it_is_and_with_nothing_changed(script: Script) -> None:
    good = next(iter(wrapper.filled(script))).argv
    assert decide(good)
    words = good[4:]
    for at in range(len(words)):
        for bad in ("", "x y", "$(id)", "a;b", "-x", words[at] + " more", words[at] + "\n", "../x"):
            assert not decide((*good[:4], *words[:at], bad, *words[at + 1 :]))
    assert not decide((*good, "more"))
    assert not decide(("bash", *good[1:]))
    assert not decide((*good[:2], script.text + ";id", *good[3:]))
    assert not decide((*good[:3], "mydb-other", *words))
    for at, letter in enumerate(script.text):
        changed = script.text[:at] + ("y" if letter == "x" else "x") + script.text[at + 1 :]
        assert not decide((*good[:2], changed, *good[3:])), f"letter {at} counts for nothing"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_rule_of_a_script_is_one_that_sudo_can_read(script: Script) -> None:
    ends = "".join(f" ({pattern})" for pattern in script.args)
    (rule,) = [rule for rule in RULES if rule is not None and rule.group(4).endswith(f" {script.name}{ends}$")]
    expression = rule.group(4)
    assert len(expression) <= 1024, "sudo takes no longer one"
    assert re.search(r"(?<!\\)[#$]", expression[:-1]) is None, "sudo's lexer ends the expression there"
    assert re.search(r"\\[^\\^$.|?*+()\[\]{}#]", expression.replace("\\\\", "")) is None, "glibc gives it a meaning"
    assert expression.isascii()
    assert expression.isprintable()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_text_that_is_cut_at_another_space_does_nothing(script: Script, tmp_path: Path) -> None:
    """sudo joins the arguments, so it allows this; the script itself ends before its first effect."""
    joined = " ".join(next(iter(wrapper.filled(script))).argv[2:]).split(" ")
    right = len(script.text.split(" "))
    stub = tmp_path / "bin"
    stub.mkdir()
    for name in (
        "systemctl",
        "docker",
        "podman",
        "mkdir",
        "cp",
        "mv",
        "rm",
        "rmdir",
        "sed",
        "sync",
        "ls",
        "du",
        "head",
    ):
        (stub / name).write_text(f"#!/bin/sh\necho {name} >> {tmp_path}/calls\n")
        (stub / name).chmod(0o755)
    for at in [*range(1, right), *range(right + 1, len(joined) + 1)]:
        argv = ["/bin/sh", "-c", " ".join(joined[:at]), *joined[at:]]
        assert decide(("sh", *argv[1:])), "it is what sudo sees of the right one"
        done = subprocess.run(argv, env={"PATH": str(stub)}, cwd=tmp_path, capture_output=True, timeout=10)
        assert done.returncode != 0, argv[2]
    assert not (tmp_path / "calls").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"text": "a\nb"}, "more than one line"), ({"text": "a\u00e9"}, "printable"), ({"name": "a b"}, "plain word"),
        ({"args": (".*",)}, "argument"), ({"args": (r"[^a]+",)}, "argument"), ({"args": ("a b",)}, "argument"),
        ({"args": (r"\d+",)}, "argument"), ({"args": ("[a-z ]{1,3}",)}, "argument"), ({"text": "x" * 1010}, "1024"),
    ],
)  # fmt: skip
def test_a_script_that_no_rule_can_say_ends_it(change: dict[str, Any], words: str) -> None:
    wrong = dataclasses.replace(Script(name="a", text="true", args=("[a-z]{1,3}",)), **change)
    action = dataclasses.replace(wrapper.ACTIONS[0], scripts=(wrong,))
    with pytest.raises(CliError, match="cannot become a sudoers rule") as refused:
        command.sudoers_file([action], "remediator", STATEFUL)
    assert words in str(refused.value)


def test_the_collector_is_allowed_and_no_other_python() -> None:
    assert decide(assembly.argv(sudo=False))
    assert not decide(("python3", "-c", "import os"))
    assert not decide(("python3", "-S", "-E", "-c", "import os"))


@pytest.mark.parametrize(
    "line",
    [
        "systemctl start -- kolla-a sshd.service kolla-b-container.service",
        "systemctl start -- kolla-a-container.service b.service",
        "systemctl stop -- kolla-a-container.service",
        "systemctl start -- sshd.service",
        "systemctl start -- kolla-a.b-container.service",
        "systemctl restart -- kolla-mariadb-container.service",
        "systemctl start -- kolla-rabbitmq-container.service",
        "systemctl start",
        "systemctl start -- kolla-a-containerxservice",
        "systemctl start -- kolla-../x-container.service",
        "docker start -- mariadb",
        "docker start -- a b",
        "docker start -- -a a",
        "docker restart -t 0 -- a",
        "docker restart a",
        "docker run a",
        "podman start -- ceph_mon",
        "podman restart -t 60 -- redis_sentinel",
        "docker exec a sh",
        "sh -c id",
        "systemctl daemon-reload",
        "docker",
    ],
)
def test_nothing_else_is(line: str) -> None:
    assert not decide(tuple(line.split()))


def test_no_rule_has_a_wildcard_of_sudoers() -> None:
    for rule in RULES:
        assert rule is not None, "a line is not a rule of its own"
        arguments = rule.group(4)
        assert arguments.startswith("^") == arguments.endswith("$")
        assert arguments.startswith("^") or re.search(r"(?<!\\)[*?\[]", arguments) is None
        assert arguments.startswith("^-c ") or "ALL" not in arguments


@pytest.mark.parametrize(
    "pattern",
    [
        "docker start -- NAME; sh",
        "docker start -- $X",
        "docker start -- *a*",
        "systemctl start -- a\nx ALL=ALL",
        "!docker start -- a",
        "docker start -- 'a b'",
        "a|!b start NAME",
        "docker start -- (a)",
    ],
)
def test_a_privilege_that_is_no_pattern_of_words_ends_it(pattern: str) -> None:
    wrong = dataclasses.replace(wrapper.ACTIONS[0], privileges=(pattern,))
    with pytest.raises(CliError, match=r"cannot become a sudoers rule") as refused:
        command.sudoers_file([wrong], "remediator", STATEFUL)
    assert refused.value.exit_code == 1


def test_literal_arguments_are_taken_literally() -> None:
    odd = dataclasses.replace(wrapper.ACTIONS[0], privileges=("/opt/x/tool set a=b,c:d", "tool"))
    text = command.sudoers_file([odd], "remediator", STATEFUL)
    assert r"NOPASSWD: /opt/x/tool set a\=b\,c\:d" in text
    assert 'NOPASSWD: /usr/bin/tool ""\n' in text


def test_the_command_prints_it_for_the_account_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["actions", "--format", "sudoers", "--user", "kolla"]) == 0
    assert capsys.readouterr().out == TEXT.replace("remediator ALL=", "kolla ALL=")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (["--user", "x"], "--format sudoers"),
        (["--format", "sudoers", "--user", "ALL"], "'ALL'"),
        (["--format", "sudoers", "--user", "a b"], "'a b'"),
        (["--format", "sudoers", "--user", "%wheel"], "'%wheel'"),
        (["--format", "sudoers", "--user", ""], "''"),
    ],
)
def test_bad_usage_is_64(line: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["actions", *line]) == 64
    said = capsys.readouterr()
    assert words in said.err
    assert said.out == ""
