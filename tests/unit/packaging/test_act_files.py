"""`remediator actions --format act`: what it prints is what the script believes, by construction of both and letter by
letter.

The two know the same rules and share no line of code: the script stands alone on a host.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from remediator import __version__
from remediator.cli import main
from remediator.cli.admin import act_files, actions
from remediator.cli.errors import CliError
from remediator.integrations import registry
from remediator.integrations.container.kolla import releases
from remediator.model.content.actions import ActionSpec
from remediator.model.content.commands import Command, Script
from tests.unit.packaging import wrapper

pytestmark = pytest.mark.unit
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A machine under load says nothing about the script."""
ACT: Any = wrapper.load()
FILES = wrapper.files()
KNOWN = ", ".join(name.removesuffix(".json") for name in FILES)
BASE = wrapper.ACTIONS[0]
EMPTY: dict[str, Any] = {
    "version": 1,
    "release": __version__,
    "integration": "mydb",
    "commands": [],
    "scripts": [],
    "stateful": [],
}


def read(data: bytes, name: str) -> Any:
    """Return the file that the script reads in `data`, or the sentence with which it refuses, which is one printable
    line."""
    try:
        return ACT.believed(data, f"/etc/remediator-act.d/{name}")
    except ACT.Refusal as refused:
        sentence = str(refused)
    assert sentence.isascii()
    assert sentence.isprintable()
    return sentence


def believed(content: Any, name: str = "mydb.json") -> str | None:
    """Return why the script would not believe a file `name` with `content`; None when it does."""
    found = read(json.dumps(content).encode("ascii"), name)
    return found if isinstance(found, str) else None


def action(*scripts: Script, commands: tuple[str, ...] = ()) -> ActionSpec:
    return dataclasses.replace(BASE, privileges=commands, scripts=scripts)


# what is printed -----------------------------------------------------------------------------------------------------


def test_each_integration_that_runs_or_spares_something_has_a_file_and_so_has_the_claim() -> None:
    sparing = {name for name, containers in registry.load({}).stateful_names.items() if containers}
    owners = {"container", "remediator", *wrapper.ACTING, *sparing}
    assert list(FILES) == sorted(f"{name}.json" for name in owners)
    for name, text in FILES.items():
        content = json.loads(text)
        assert (content["version"], content["release"]) == (ACT.VERSION, __version__)
        assert content["integration"] == name.removesuffix(".json")
        assert text.isascii()
        assert text.endswith("}\n")


def test_the_same_actions_print_the_same_bytes_in_whatever_order_they_come() -> None:
    assert actions.files_of_act() == FILES
    for owner in wrapper.ACTING:
        mine = [one for one in wrapper.ACTIONS if one.name.startswith(f"{owner}.")]
        assert act_files.text(owner, mine) == act_files.text(owner, mine[::-1]) == FILES[f"{owner}.json"]
    several = [action(script, commands=(f"mydb-{script.name} now",)) for script in wrapper.MYDB]
    assert act_files.text("mydb", several) == act_files.text("mydb", several[::-1])


def test_the_names_that_hold_state_go_with_the_container_integration() -> None:
    told = json.loads(FILES["container.json"])["stateful"]
    assert "|".join(sorted(releases.STATEFUL.split("|"))) == "|".join(sorted("|".join(told).split("|")))


def test_an_integration_that_runs_nothing_has_no_file() -> None:
    assert act_files.text("host", ()) is None
    assert act_files.text("mydb", (), ("mydb",)) is not None


@pytest.mark.parametrize(
    ("owner", "made", "words"),
    [
        ("mydb", action(Script(name="other-x", text="true", args=())), "has to begin with mydb-"),
        ("my_db", action(Script(name="my_db-x", text="true", args=())), "has to begin with my-db-"),
        ("mydb", action(Script(name="mydb-x", text="a\nb", args=())), "one line of printable characters"),
        ("mydb", action(Script(name="mydb-x", text="x" * 4000, args=())), "more than 3072 characters"),
        ("mydb", action(Script(name="mydb-x", text="true", args=("[a-z]+",))), "no choice of plain words"),
        ("mydb", action(Script(name="mydb-x", text="true", args=("a|.*",))), "no choice of plain words"),
        ("mydb", action(commands=("systemctl stop -- *",)), "stands for more"),
        ("mydb", action(commands=("mydb-tool --all /var/lib/mydb",)), "a word that no request can have"),
        ("mydb", action(commands=("sudo -n -- reboot",)), "begins with no program"),
        ("My.DB", action(commands=("reboot",)), "its name is not one that a file can have"),
        (
            "mydb",
            action(Script(name="mydb-x", text="true", args=()), Script(name="mydb-x", text="false", args=())),
            "two of its scripts are called mydb-x",
        ),
    ],
)
def test_what_no_file_can_tell_ends_it(owner: str, made: ActionSpec, words: str) -> None:
    with pytest.raises(CliError, match="cannot be told to remediator-act") as refused:
        act_files.text(owner, [made])
    assert refused.value.exit_code == 1
    assert words in str(refused.value)


def test_a_third_party_brings_its_own_file_and_its_own_choices() -> None:
    script = Script(name="mydb-switch", text='[ "$0:$#" = mydb-switch:1 ] || exit 2; true', args=("primary|replica",))
    text = act_files.text("mydb", [action(script, commands=("mydb-ctl promote --now",))], ("mydb(_proxy)?",))
    assert text is not None
    listed = wrapper.listed(ACT, {**FILES, "mydb.json": text})
    good = Command(host="h", argv=script.argv("primary"), timeout_s=1.0).line()
    assert ACT.parse(good, listed).commands[0][1] == list(script.argv("primary"))
    assert ACT.parse("mydb-ctl promote --now", listed).commands == [(["mydb-ctl", "promote", "--now"],) * 2]
    for line in (good.replace(" primary", " other"), good.replace(" primary", " primary|replica"), "mydb-ctl promote",
                 "docker restart -t 60 -- mydb_proxy"):  # fmt: skip
        with pytest.raises(ACT.Refusal):
            ACT.parse(line, listed)


def test_the_snapshot_of_an_operator_is_a_file_of_his_own() -> None:
    own = {**EMPTY, "integration": "site", "release": "site", "commands": ["lvm-snapshot --fast MARK"]}
    listed = wrapper.listed(ACT, {**FILES, "site.json": json.dumps(own)})
    mark = "prod-1.eu.0123456789abcdef.run-12"
    request = ACT.parse(f"sudo -n -- lvm-snapshot --fast {mark}", listed)
    assert [bare for _, bare in request.commands] == [["lvm-snapshot", "--fast", mark]]
    assert ACT.changes(request) == 1
    for word in ("x", "--all", "-run-1", "MARK", "run-1 x", "../run-1", "run-1;id"):
        with pytest.raises(ACT.Refusal):
            ACT.parse(f"lvm-snapshot --fast {word}", listed)


# the command ---------------------------------------------------------------------------------------------------------


def test_the_command_prints_one_file_or_writes_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["actions", "--format", "act", "--integration", "container"]) == 0
    assert capsys.readouterr().out == FILES["container.json"]
    directory = tmp_path / "new" / "remediator-act.d"
    assert main.main(["actions", "--format", "act", "--directory", str(directory)]) == 0
    assert capsys.readouterr().out.splitlines() == [str(directory / name) for name in FILES]
    assert {path.name: path.read_text() for path in directory.iterdir()} == FILES
    assert {path.stat().st_mode & 0o777 for path in directory.iterdir()} == {0o644}


def test_a_file_of_no_integration_is_left_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "old.json").write_text("{}")
    (tmp_path / "container.json").write_text("older")
    (tmp_path / "README").write_text("")
    assert main.main(["actions", "--format", "act", "--directory", str(tmp_path)]) == 0
    said = capsys.readouterr().err
    assert (
        said == f"remediator: {tmp_path}/old.json is of none of these integrations: remove it where nothing needs it\n"
    )
    assert (tmp_path / "container.json").read_text() == FILES["container.json"]


def test_a_directory_that_cannot_be_written_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main.main(["actions", "--format", "act", "--directory", str(tmp_path / "file" / "x")]) == 1
    assert "cannot be written: Not a directory" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (["--format", "act"], f"name one file by --integration ({KNOWN})"),
        (["--format", "act", "--integration", "container", "--directory", "/x"], "or write all of them"),
        (["--format", "act", "--integration", "host"], f"known: {KNOWN}"),
        (["--integration", "container"], "add --format act"),
        (["--format", "sudoers", "--directory", "/x"], "add --format act"),
        (["--format", "act", "--user", "x"], "add --format sudoers"),
    ],
)
def test_bad_usage_is_64(line: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["actions", *line]) == 64
    said = capsys.readouterr()
    assert words in said.err
    assert said.out == ""


# what the script believes --------------------------------------------------------------------------------------------


def test_both_know_the_same_rules() -> None:
    assert act_files.FORMS == ACT.FORMS
    assert act_files.HOLES == ACT.HOLES
    assert (act_files.VERSION, act_files.MOST_TEXT, act_files.MOST_ENTRIES, act_files.MOST_BYTES) == (
        ACT.VERSION, ACT.MOST_TEXT, ACT.MOST_ENTRIES, ACT.MOST_FILE)  # fmt: skip


WORDS = (
    "systemctl",
    "docker",
    "docker|podman",
    "sudo",
    "sh",
    "ovs-vsctl",
    "start",
    "--",
    "NAME",
    "*",
    "kolla-*-container.service",
    "kolla-a-container.service",
    "*.service",
    "a/b",
    "",
    "-t",
    "60",
    "xNAME",
    "a b",
    "$(id)",
    "&&",
    "docker|systemctl",
    "|",
    "MARK",
)


@PATIENT
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join))
def test_a_command_that_may_be_printed_is_one_that_is_believed(pattern: str) -> None:
    content = {**EMPTY, "commands": [pattern]}
    assert (act_files.unfit(content) is None) is (believed(content) is None)


PIECES = st.text(st.sampled_from("abz019_-.|*?+[](){}^$\\ A/"), max_size=12)
SCRIPTS = st.fixed_dictionaries(
    {
        "name": st.one_of(st.just("mydb-x"), PIECES.map("mydb-".__add__), PIECES),
        "text": st.one_of(st.just("true"), st.text(max_size=6)),
        "arguments": st.lists(st.one_of(st.sampled_from(ACT.FORMS), PIECES), max_size=3),
    }
)


@PATIENT
@given(SCRIPTS, st.lists(st.one_of(PIECES, st.sampled_from(["mydb", "ovn_[ns]b_db", "a(b|c)?", "x_.*"])), max_size=3))
def test_a_script_that_may_be_printed_is_one_that_is_believed(script: dict[str, Any], stateful: list[str]) -> None:
    content = {**EMPTY, "scripts": [script], "stateful": stateful}
    assert (act_files.unfit(content) is None) is (believed(content) is None)


GIVEN = (
    "systemctl",
    "docker",
    "podman",
    "start",
    "--",
    "memcached",
    "mariadb",
    "-t",
    "60",
    "*",
    "NAME",
    "a b",
    "--all",
    "../x",
    "sshd.service",
    "kolla-memcached-container.service",
    "kolla-mariadb-container.service",
    "kolla-x-container.service sshd.service",
    "",
    "run-7",
    "-run-7",
    "run-7 x",
)


@PATIENT
@given(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join),
    st.lists(st.sampled_from(GIVEN), min_size=1, max_size=6),
)
def test_a_believed_command_is_its_own_words_but_for_one_name_of_a_container(pattern: str, argv: list[str]) -> None:
    if ACT.unfit_command(pattern) is not None or not ACT.accepts(pattern, argv):
        return
    programs, *words = pattern.split(" ")
    assert argv[0] in programs.split("|")
    for wanted, given_ in zip(words, argv[1:], strict=True):
        if wanted in ACT.HOLES.values():
            name = re.fullmatch(r"(?:kolla-)?([a-z0-9_]+)(?:-container\.service)?", given_)
            assert name is not None
            assert re.fullmatch(ACT.STATEFUL, name[1]) is None
        elif wanted == ACT.MARK:
            assert given_ == "run-7"
        else:
            assert given_ == wanted


LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5))
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)


@PATIENT
@given(st.sampled_from(sorted(FILES)), st.sampled_from([*EMPTY, "more"]), VALUES)
def test_a_file_with_a_wrong_value_is_refused_with_one_sentence(name: str, key: str, value: Any) -> None:
    content = json.loads(FILES[name])
    if content.get(key) == value and type(content.get(key)) is type(value):
        return
    refused = believed({**content, key: value}, name)
    empty_list = key in ("commands", "scripts", "stateful") and value == []
    other_release = key == "release" and isinstance(value, str) and re.fullmatch("[0-9A-Za-z.+-]+", value) is not None
    assert (refused is None) is ((type(value) is list and empty_list) or other_release or _plain(key, value))


def _plain(key: str, value: Any) -> bool:
    """Return whether `value` is a list that is right for `key` by chance: of names such as ``a`` and ``0``."""
    lists = key in ("commands", "stateful") and type(value) is list and all(isinstance(each, str) for each in value)
    return lists and act_files.unfit({**EMPTY, key: value}) is None


@PATIENT
@given(st.sampled_from(sorted(FILES)), st.integers(0, 12_000), st.binary(max_size=4), st.integers(0, 6))
def test_whatever_is_changed_in_a_file_it_is_refused_with_one_sentence_or_says_what_it_may(
    name: str, at: int, put: bytes, cut: int
) -> None:
    data = FILES[name].encode("ascii")
    at %= len(data)
    file = read(data[:at] + put + data[at + cut :], name)
    if isinstance(file, str):
        return
    assert all(ACT.unfit_command(pattern) is None for pattern in file.commands)
    assert all(form in ACT.FORMS or ACT.CHOICE.fullmatch(form) for script in file.scripts for form in script.forms)
    assert all(script.name.startswith(name.removesuffix(".json") + "-") for script in file.scripts)


@pytest.mark.parametrize(
    "expression", ["(.*)?" * 3, "a?" * 5, ".*" * 3, "(", "a{9}", "(?=a)", "a+", "[^a]", "A", "a b", "", "a(?i)b"]
)
def test_names_that_take_long_or_say_nothing_are_refused(expression: str) -> None:
    assert believed({**EMPTY, "stateful": [expression]}) is not None


@pytest.mark.skipif(os.geteuid() != 0, reason="the script believes no file but root's, and only root makes those")
def test_one_that_is_written_while_it_is_read_is_one_of_the_two_or_refused(tmp_path: Path) -> None:
    mydb = wrapper.with_mydb()["mydb.json"]
    texts = [mydb, mydb.replace("exit 7", "exit 78")]
    path, ends = tmp_path / "mydb.json", threading.Event()
    path.write_text(texts[0])

    def write() -> None:
        while not ends.is_set():
            for text in texts:
                path.write_text(text)

    writer = threading.Thread(target=write)
    writer.start()
    directory, seen = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY), set()
    try:
        for _ in range(300):
            try:
                seen.add(tuple(script.text for script in ACT._file(directory, str(tmp_path), "mydb.json").scripts))
            except ACT.Refusal:
                seen.add(())
    finally:
        ends.set()
        writer.join()
        os.close(directory)
    whole = {tuple(script["text"] for script in json.loads(text)["scripts"]) for text in texts}
    assert seen <= whole | {()}
