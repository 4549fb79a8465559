"""What the script behind the act key lets through: all that the product asks for, and nothing beside it."""

from __future__ import annotations

import ast
import json
import re
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from remediator.cli.admin import actions
from remediator.integrations import registry
from remediator.integrations.container.kolla import catalogue
from remediator.model.content.actions import ActionSpec
from remediator.model.content.commands import Command, Script
from remediator.runs import claims
from tests.builders import absent, acting
from tests.unit.packaging import wrapper

pytestmark = pytest.mark.unit
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A machine under load says nothing about the script."""
ACT: Any = wrapper.load()
UNIT = "kolla-memcached-container.service"
NOW = ACT.Now("boot", 5000.0, 1_700_000_000.0)
EMPTY = {"version": 1, "tokens": {}, "ran": []}
LISTED = wrapper.listed(ACT)
BESIDE = wrapper.listed(ACT, wrapper.with_mydb())


def parse(line: str, listed: Any = LISTED) -> Any:
    """Return the request that `line` is by the product's own files, or by other ones."""
    return ACT.parse(line, listed)


def outsider(request: Any, kolla: str, data: Sequence[str]) -> str | None:
    found: str | None = ACT.outsider(request, BESIDE, kolla, data)
    return found


START = parse(f"systemctl start -- {UNIT}")


def words(line: str) -> list[list[str]]:
    return [argv for argv, _ in parse(line).commands]


def test_it_is_python_3_6_and_needs_the_standard_library_alone() -> None:
    source = wrapper.SCRIPT.read_text("utf-8")
    tree = ast.parse(source, feature_version=(3, 6))
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert imported
    assert imported <= sys.stdlib_module_names
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert source.startswith("#!/usr/bin/python3 -IS\n")
    assert "shell=True" not in source


def test_what_it_spares_by_itself_and_by_its_files_is_what_the_daemon_spares() -> None:
    files = {name: json.loads(text)["stateful"] for name, text in actions.files_of_act().items()}
    named = [each for name, spared in files.items() if name != "container.json" for each in spared]
    spared = catalogue.Catalogue(registry.load({}).containers).stateful.pattern
    assert spared == "|".join([ACT.STATEFUL, *named])


def test_the_files_of_the_product_list_all_that_its_actions_need_and_nothing_else() -> None:
    assert LISTED.problems == []
    assert set(LISTED.commands) == {pattern for action in wrapper.ACTIONS for pattern in action.privileges}
    listed = {name: (script.text, script.forms) for name, script in LISTED.scripts.items()}
    assert listed == {script.name: (script.text, script.args) for script in wrapper.scripts()}


def test_it_has_no_program_itself_and_knows_by_name_those_alone_that_count_as_no_change() -> None:
    source = wrapper.SCRIPT.read_text("utf-8")
    assert not [script.name for script in wrapper.scripts() if script.text[:60] in source]
    here = {name for name in ACT.FREE if name.partition("-")[0] not in absent.away()}
    assert {script.name for script in wrapper.scripts() if f'"{script.name}"' in source} == here == wrapper.ASKS


@pytest.mark.parametrize("action", wrapper.DOES, ids=lambda action: action.name)
@pytest.mark.parametrize("token", ["", "REMEDIATOR_TOKEN=prod.zh-1:7 "])
@pytest.mark.parametrize("sudo", [True, False])
def test_every_command_of_every_action_is_accepted(action: ActionSpec, sudo: bool, token: str) -> None:
    commands = list(wrapper.samples(action))
    assert commands
    for command in commands:
        prefix = ["sudo", "-n", "--"] if sudo else []
        asked = parse(token + command.line(sudo=sudo))
        assert [argv for argv, _ in asked.commands] == [
            [*prefix, *each] for each in (command.first, command.argv) if each
        ]
        assert (asked.cloud, asked.epoch) == (("prod.zh-1", 7) if token else (None, None))
        assert ACT.changes(asked) == (0 if wrapper.ASKS & set(command.argv[3:4]) else 1)


@pytest.mark.parametrize(
    "line",
    [
        "",
        " ",
        "\n",
        "sh",
        "bash -i",
        "sudo -n --",
        "sudo -n -- sudo -n -- docker start -- a",
        "sudo docker start -- a",
        "sudo -n docker start -- a",
        "sudo -n -u root -- docker start -- a",
        "&&",
        f"systemctl start -- {UNIT} &&",
        f"&& systemctl start -- {UNIT}",
        f"systemctl start -- {UNIT} && && docker start -- a",
        f"systemctl start -- {UNIT} & docker start -- a",
        f"systemctl start -- {UNIT} || docker start -- a",
        f"systemctl start -- {UNIT}; sh",
        f"systemctl start -- {UNIT}\nsh",
        f"systemctl start -- {UNIT}\tb",
        "systemctl start -- $(id)",
        "systemctl start -- `id`",
        "systemctl start -- 'a b'",
        'docker start -- "a"',
        "docker start -- a\\ b",
        "docker start -- a > b",
        "docker start -- a | sh",
        "docker start -- a*",
        "docker start -- ~",
        "docker start -- #a",
        "docker start -- ../a",
        "docker start -- /a",
        "docker start -- a.b",
        "docker start -- -a",
        "docker start --attach a",
        "docker start -- a b",
        "docker start -- A",
        "docker start",
        "docker restart a",
        "docker restart -t 0 -- a",
        "docker restart -t 60 -- a b",
        "docker run a",
        "docker exec a sh",
        "docker stop a",
        "docker start -- a&&sh",
        "podman rm a",
        "nerdctl start a",
        "/usr/bin/docker start -- a",
        "systemctl start -- sshd.service",
        "systemctl start -- kolla--container.service",
        "systemctl start -- kolla-a-container.service b.service",
        "systemctl stop -- kolla-a-container.service",
        "systemctl mask -- kolla-a-container.service",
        "systemctl start -- kolla-a.b-container.service",
        "systemctl start -- kolla-a-container.servicex",
        "systemctl start -- xkolla-a-container.service",
        "systemctl start -- kolla-*-container.service",
        "systemctl start -- kolla-../a-container.service",
        "systemctl --root=/x start kolla-a-container.service",
        "systemctl reboot",
        "systemctl restart -- kolla-mariadb-container.service",
        "systemctl start -- kolla-rabbitmq-container.service",
        "docker start -- mariadb",
        "docker restart -t 60 -- ovn_controller",
        "docker start -- ceph_mon",
        "docker|podman start -- a",
        "docker start -- NAME x",
        "REMEDIATOR_TOKEN=a:1",
        "REMEDIATOR_TOKEN=a:x docker start -- a",
        "REMEDIATOR_TOKEN=:1 docker start -- a",
        "PATH=. docker start -- a",
        "REMEDIATOR_TOKEN=a:-1 docker start -- a",
        "REMEDIATOR_TOKEN=a:1 REMEDIATOR_TOKEN=a:2 docker start -- a",
        "docker start -- a && REMEDIATOR_TOKEN=a:2 docker start -- a",
        "docker start -- \u0430",
        "docker start -- a\udc80",
        "docker start -- a\x00",
        "docker start -- " + "a" * 65,
        "docker start -- a && " * 80 + "docker start -- a",
        f"systemctl start {UNIT}",
        "docker start a",
        "podman restart -t 60 a",
        "docker start --signal=KILL",
        "docker start -t",
        "podman restart --all",
        "docker start -- --all",
        "docker start -- *",
        "systemctl start -- kolla-*",
        "docker start -- -- a",
        "docker start a --",
        "docker restart -t 60 -- remediator_mydb_bootstrap",
        "docker start -- remediator_mydb_recover",
        "docker start -- remediator_x",
        "systemctl restart -- kolla-remediator_mydb_bootstrap-container.service",
        "docker restart -t 60 -- tgtd",
        "docker start -- _",
        "docker restart -t 60 -- hacluster_pacemaker_remote",
        "systemctl restart -- kolla-tgtd-container.service",
        "sh -c id",
        "sh -c 'id' mydb-hold run-1 docker",
        "sh -c",
        "sh -c ",
        "sudo -n -- sh -c id",
        "bash -c id",
        "sh -ec id",
        "sh -c " + "'a'" * 2000,
    ],
)
def test_all_else_is_refused_with_one_sentence(line: str) -> None:
    with pytest.raises(ACT.Refusal) as refused:
        parse(line)
    assert str(refused.value).isascii()
    assert str(refused.value).isprintable()


HOLD = wrapper.HOLD
GOOD = Command(host="h", argv=HOLD.argv("run-7", "docker", "stopped"), timeout_s=1.0).line()


@pytest.mark.parametrize(
    "line",
    [
        GOOD.replace("exit 4", "exit 0", 1),
        GOOD.replace("'[", "''[", 1),
        GOOD.replace("sh -c '", 'sh -c "', 1),
        GOOD.replace("sh -c", "sh  -c", 1),
        GOOD.replace("sh -c", "sh -xc", 1),
        GOOD.replace("sh -c", "/bin/sh -c", 1),
        GOOD.replace("sh", "bash", 1),
        " " + GOOD,
        GOOD + " ",
        GOOD + " more",
        GOOD + "; id",
        GOOD + " && docker start -- a",
        "docker start -- a && " + GOOD,
        GOOD + " && " + GOOD,
        GOOD + "\n",
        GOOD.replace(" run-7", ""),
        GOOD.replace("run-7 docker", "docker run-7"),
        GOOD.replace("run-7", "run-x"),
        GOOD.replace("run-7", "run-7\n"),
        GOOD.replace("run-7", "'run-7'"),
        GOOD.replace("run-7", "run-$(id)"),
        GOOD.replace("run-7", "run-" + "7" * 13),
        GOOD.replace("run-7", ""),
        GOOD.replace("run-7 docker", "run-7 nerdctl"),
        GOOD.replace("run-7 docker", "run-7 docker|podman"),
        GOOD.replace("run-7 docker", "run-7  docker"),
        GOOD.replace("run-7 docker", "run-7\tdocker"),
        GOOD.replace("mydb-hold run", "mydb-save run"),
        GOOD.replace("mydb-hold run", "mydb-holdrun"),
        "sudo -n -u root -- " + GOOD,
        "sudo " + GOOD,
        "sudo -n -- sudo -n -- " + GOOD,
        "PATH=. " + GOOD,
        "REMEDIATOR_TOKEN=a:x " + GOOD,
        "REMEDIATOR_TOKEN=a:1  " + GOOD,
        "REMEDIATOR_TOKEN=a:1 REMEDIATOR_TOKEN=a:2 " + GOOD,
        GOOD.replace("sh -c ", "sh -c -- ", 1),
    ],
)
def test_a_script_that_differs_in_one_letter_word_or_space_is_refused(line: str) -> None:
    assert parse(GOOD, BESIDE).commands
    assert line != GOOD
    with pytest.raises(ACT.Refusal) as refused:
        parse(line, BESIDE)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("script", [*wrapper.MYDB, *wrapper.scripts()], ids=lambda script: script.name)
@PATIENT
@given(st.data(), st.text(st.sampled_from(" 'a;$|&\n\\7"), max_size=3), st.integers(0, 3))
def test_whatever_is_changed_in_a_request_it_runs_our_text_or_nothing(
    script: Script, data: st.DataObject, put: str, cut: int
) -> None:
    good = next(wrapper.filled(script)).line()
    at = data.draw(st.integers(0, len(good)))
    line = good[:at] + put + good[at + cut :]
    try:
        ((argv, bare),) = parse(line, BESIDE).commands
    except ACT.Refusal:
        return
    assert argv == bare
    assert bare[:4] == ["sh", "-c", script.text, script.name]
    assert script.argv(*bare[4:]) == tuple(bare)


def test_the_log_names_a_script_and_leaves_its_text_out() -> None:
    assert ACT.shown("sudo -n -- " + GOOD, BESIDE) == "sudo -n -- sh -c '...' mydb-hold run-7 docker stopped"
    assert ACT.shown("docker start -- a", LISTED) == "docker start -- a"


NAME = r"(?!(mariadb|rabbitmq)\b|remediator_)[a-z0-9][a-z0-9_]*"
ONE = (
    rf"(sudo -n -- )?(systemctl (reset-failed|start|restart) -- kolla-{NAME}-container\.service"
    rf"|(docker|podman) (start|restart -t 60) -- {NAME})"
)
LINE = re.compile(rf"(REMEDIATOR_TOKEN=lab:\d+ )?{ONE}( && {ONE})*")
PIECES = (
    "REMEDIATOR_TOKEN=lab:3",
    "sudo -n --",
    "sudo",
    "&&",
    "systemctl",
    "docker",
    "podman",
    "start",
    "restart",
    "restart -t 60",
    "stop",
    "reset-failed",
    "--",
    UNIT,
    "remediator_mydb_bootstrap",
    "kolla-mariadb-container.service",
    "kolla-nova_api-container.service",
    "memcached",
    "mariadb",
    "rabbitmq",
    "a;b",
    "systemctl start -- " + UNIT,
    "docker start -- memcached",
    "sudo -n -- systemctl restart -- " + UNIT,
    "&& podman restart -t 60 -- cron",
)


@PATIENT
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=8))
def test_it_lets_through_exactly_one_grammar(pieces: list[str]) -> None:
    line = " ".join(pieces)
    try:
        accepted = " && ".join(" ".join(argv) for argv in words(line))
    except ACT.Refusal:
        assert LINE.fullmatch(line) is None
    else:
        assert LINE.fullmatch(line) is not None
        assert line.endswith(accepted)


def ran(count: int, ago_s: float, boot: str = "boot") -> dict[str, Any]:
    one = {"boot_id": boot, "up_s": NOW.up_s - ago_s, "wall_s": NOW.wall_s - ago_s}
    return {**EMPTY, "ran": [one] * count}


@pytest.mark.parametrize(
    ("state", "allowed", "kept"),
    [
        (EMPTY, True, 1),
        (ran(2, 10), True, 3),
        (ran(3, 10), False, 3),
        (ran(3, 3599), False, 3),
        (ran(3, 3600), True, 1),
        (ran(3, 10, "an earlier boot"), False, 3),
        (ran(3, 3601, "an earlier boot"), True, 1),
        (ran(3, -500, "an earlier boot"), False, 3),  # from the future: the wall clock was set back
    ],
)
def test_an_hour_has_room_for_so_many(state: dict[str, Any], allowed: bool, kept: int) -> None:
    after, refusal = ACT.admit(state, START, NOW, 3, False)
    assert (refusal is None) is allowed
    assert len(after["ran"]) == kept
    assert allowed or "3 of 3 changes an hour" in refusal


def test_within_one_boot_the_wall_clock_has_no_say() -> None:
    one = {"boot_id": "boot", "up_s": NOW.up_s - 10, "wall_s": NOW.wall_s - 7200}
    _, refusal = ACT.admit({**EMPTY, "ran": [one]}, START, NOW, 1, False)
    assert refusal is not None


def test_a_chain_counts_for_each_of_its_changes() -> None:
    chain = parse(" && ".join(["docker start -- a"] * 3))
    assert ACT.admit(EMPTY, chain, NOW, 3, False)[1] is None
    after, refusal = ACT.admit(EMPTY, chain, NOW, 2, False)
    assert refusal is not None
    assert after["ran"] == []
    assert ACT.changes(parse(f"systemctl reset-failed -- {UNIT}")) == 1


@pytest.mark.parametrize(
    ("seen", "token", "required", "allowed", "highest"),
    [
        ({}, "", False, True, {}),
        ({}, "", True, False, {}),
        ({}, "lab:3", True, True, {"lab": 3}),
        ({"lab": 3}, "lab:3", False, True, {"lab": 3}),
        ({"lab": 3}, "lab:4", False, True, {"lab": 4}),
        ({"lab": 3}, "lab:2", False, False, {"lab": 3}),
        ({"lab": 3}, "", False, True, {"lab": 3}),
        ({"lab": 3}, "prod:1", False, True, {"lab": 3, "prod": 1}),
        ({f"c{n}": 1 for n in range(16)}, "c0:1", False, True, {f"c{n}": 1 for n in range(16)}),
        ({f"c{n}": 1 for n in range(16)}, "new:1", False, False, {f"c{n}": 1 for n in range(16)}),
    ],
)
def test_a_lower_token_is_refused(
    seen: dict[str, int], token: str, required: bool, allowed: bool, highest: dict[str, int]
) -> None:
    asked = parse((f"REMEDIATOR_TOKEN={token} " if token else "") + "docker start -- a")
    after, refusal = ACT.admit({**EMPTY, "tokens": seen}, asked, NOW, 20, required)
    assert (refusal is None) is allowed
    assert after["tokens"] == highest
    assert len(after["ran"]) == int(allowed)


def test_a_higher_token_counts_even_when_the_hour_is_full() -> None:
    asked = parse("REMEDIATOR_TOKEN=lab:9 docker start -- a")
    after, refusal = ACT.admit({**ran(3, 1), "tokens": {"lab": 3}}, asked, NOW, 3, False)
    assert refusal is not None
    assert after["tokens"] == {"lab": 9}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--per-hour", "0"],
        ["--per-hour", "1001"],
        ["--per-hour", "-1"],
        ["--per-hour", "x"],
        ["--per", "3"],
        ["--state", "act.json"],
        ["--nonsense"],
        ["extra"],
    ],
)
def test_a_mistake_in_its_own_line_refuses(arguments: list[str]) -> None:
    with pytest.raises(ACT.Refusal, match="authorized_keys"):
        ACT.options(arguments)


def test_what_it_does_without_arguments() -> None:
    chosen = ACT.options([])
    assert (chosen.per_hour, chosen.require_token, chosen.state) == (20, False, "/run/remediator/act.json")


# claims -------------------------------------------------------------------------------------------------------------


def a_claim(token: str = "") -> Any:
    (command,) = wrapper.filled(claims.SCRIPT)
    return parse(token + command.line())


def test_a_claim_is_no_change_and_has_room_in_a_full_hour() -> None:
    after, refusal = ACT.admit(ran(3, 1), a_claim(), NOW, 3, False)
    assert refusal is None
    assert len(after["ran"]) == 3


def test_a_claim_raises_no_epoch_and_one_of_an_older_daemon_is_refused() -> None:
    after, refusal = ACT.admit({**EMPTY, "tokens": {"lab": 3}}, a_claim("REMEDIATOR_TOKEN=lab:9 "), NOW, 20, False)
    assert (after["tokens"], refusal) == ({"lab": 3}, None)
    _, refusal = ACT.admit({**EMPTY, "tokens": {"lab": 3}}, a_claim("REMEDIATOR_TOKEN=lab:2 "), NOW, 20, False)
    assert refusal is not None
    assert "older than 3" in refusal


@pytest.mark.parametrize("at", range(5))
@pytest.mark.parametrize("bad", ["", "$(id)", "../x", "a;b", "x" * 99])
def test_a_claim_with_another_argument_is_refused(at: int, bad: str) -> None:
    (command,) = wrapper.filled(claims.SCRIPT)
    words = [*command.argv[4:]]
    words[at] = bad
    with pytest.raises(ACT.Refusal):
        parse(" ".join([*map(shlex.quote, command.argv[:4]), *words]))


# what is none of kolla's --------------------------------------------------------------------------------------------


DATA = (
    "/var/lib/docker/volumes/mariadb/_data",
    "/var/lib/containers/storage/volumes/mariadb/_data",
    "/var/lib/mysql",
)
ELSEWHERE = (
    "/etc/../var/lib/nova",
    "/.",
    "/..",
    "/var/lib/mysql/..",
    "/var/lib/docker/volumes/../../nova",
    "/srv/./mysql",
    "/srv//mysql",
    "/srv/.mysql",
    "/srv/mysql/",
    "relative/mysql",
    "/",
    "",
    "-x",
    "/srv/my sql",
    "/srv/*/mysql",
    "/srv/$HOME/mysql",
)
STRANGERS = (
    "/proc/1/root",
    "/proc/1/root/var/lib/mysql",
    "/sys/mysql",
    "/var/lib/nova",
    "/srv/db-1",
    "/var/lib/docker/volumes/nova_compute/_data",
    "/tmp/mysql",
    "/home/stack/mariadb",
    "/srv/mysql",
    "/tmp/volumes/mariadb/_data",
    "/var/lib/docker/volumes/mariadb/_data/mysql",
    "/var/lib/mysql/mysql",
)
WITH_A_PATH = [script for script in (*wrapper.MYDB, *wrapper.scripts()) if ACT.DIRECTORY in script.args]


def with_path(script: Script, path: str) -> str:
    """Return the request for `script` with `path` where it takes one."""
    good = next(wrapper.filled(script)).argv
    words = [path if pattern == ACT.DIRECTORY else word for pattern, word in zip(script.args, good[4:], strict=True)]
    return f"{shlex.join(good[:3])} {' '.join([good[3], *words])}"


@pytest.mark.parametrize("script", WITH_A_PATH, ids=lambda script: script.name)
def test_a_path_that_leads_elsewhere_is_refused_by_its_form_alone(script: Script) -> None:
    for path in ELSEWHERE:
        with pytest.raises(ACT.Refusal):
            parse(with_path(script, path), BESIDE)


@pytest.mark.parametrize("script", WITH_A_PATH, ids=lambda script: script.name)
def test_only_the_data_directory_of_the_service_is_taken(script: Script) -> None:
    nowhere = "/nonexistent/settings"
    own = ACT.directories(nowhere, nowhere, None)
    for path in DATA:
        assert outsider(parse(with_path(script, path), BESIDE), "/etc/kolla", own) is None
    for path in STRANGERS:
        request = parse(with_path(script, path), BESIDE)
        refused = outsider(request, "/etc/kolla", own)
        assert refused is not None
        assert path in refused
        assert "--data" in refused
        assert outsider(request, "/etc/kolla", ACT.directories(nowhere, nowhere, "/srv/other")) is not None
        named = ACT.directories(nowhere, nowhere, path)
        assert outsider(request, "/etc/kolla", named) is None, "whoever installs the script may name it"


def test_an_engine_only_starts_what_kolla_deployed_on_this_host(tmp_path: Path) -> None:
    (tmp_path / "kolla-toolbox").mkdir()
    (tmp_path / "portainer").write_text("no directory")
    for engine in ("docker", "podman"):
        for verb in ("start", "restart -t 60"):
            assert outsider(parse(f"{engine} {verb} -- kolla_toolbox"), str(tmp_path), ()) is None
            for name in ("registry", "portainer", "toolbox", "x"):
                refused = outsider(parse(f"sudo -n -- {engine} {verb} -- {name}"), str(tmp_path), ())
                assert refused is not None
                assert f"{name} is no container of kolla here: {tmp_path}/{name}: " in refused
    chain = parse("docker start -- kolla_toolbox && docker start -- registry")
    assert outsider(chain, str(tmp_path), ()) is not None
    assert outsider(START, str(tmp_path), ()) is None, "the name of a unit is kolla's own"


# every command of every action ---------------------------------------------------------------------------------------


TAKE_NAMES = ("systemctl", "docker", "podman")


@pytest.mark.parametrize("action", wrapper.DOES, ids=lambda action: action.name)
def test_two_dashes_stand_before_every_name(action: ActionSpec) -> None:
    commands = list(wrapper.samples(action))
    assert commands
    for argv in [each for command in commands for each in (command.first, command.argv) if each]:
        if argv[0] in TAKE_NAMES:
            assert argv[-2] == "--", argv
            assert not argv[-1].startswith("-")
        else:
            assert argv[:2] == ("sh", "-c"), f"{argv[0]} is new: say here how its names are kept from being options"
            assert not any(word.startswith("-") for word in argv[4:])
    for pattern in action.privileges:
        assert pattern.split(" ")[-2] == "--", pattern


CALL = r"(?:systemctl|\$E) (?:start|stop|restart|reset-failed|is-active|rm|inspect|exec) [^;|&)]*"
OPTION = r"-[fut] (?:\"(?:\\.|[^\"\\])*\"|'[^']*'|\S+)|-f\b"


@pytest.mark.parametrize("script", wrapper.scripts(), ids=lambda script: script.name)
def test_a_program_hands_no_argument_of_its_own_to_systemd_or_an_engine_as_a_name(script: Script) -> None:
    known = wrapper.ACTING.get(script.name.partition("-")[0], acting.Acting())
    for call in re.findall(CALL, script.text):
        named = re.sub(OPTION, "", call.replace("rm -f", "rm")).split()[2]
        assert re.match(known.names, named) is not None, f"{call!r}: {named} may be anything"
    given = re.findall(r"\b([A-Z])=\$\d", script.text)
    assert not set(given) & set(known.sets), "these are what the program sets itself"
