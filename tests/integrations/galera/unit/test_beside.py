"""Nobody counts as stopped whose data somebody else uses: what the host shows of it, and what is said, decided and
started then."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from remediator.integrations.galera import assess
from remediator.integrations.galera import manifest as galera
from remediator.integrations.galera.facts import launch
from remediator.integrations.galera.facts.member import member
from remediator.integrations.galera.judgement.build_picture import picture
from remediator.integrations.galera.judgement.decision import Procedure, outlook
from remediator.integrations.galera.steps import scripts
from remediator.model.content.declined import Refused, Wait
from remediator.model.values import Unknown
from tests.builders.declined import built, declines
from tests.integrations.galera.unit import world
from tests.integrations.galera.unit.test_scripts import MARK, SHELLS, Machine

pytestmark = pytest.mark.unit

REMOTE: dict[str, Any] = {"__name__": "remote"}
exec(galera.remote_source(), REMOTE)
OURS, BY_HAND = "remediator_galera_bootstrap", "rescue"
BESIDE = [f"container {OURS} (process 7, mariadbd)"]
ID = "ab" * 32


# on the host
# ----------------------------------------------------------------------------------------------------------------


def engine(running: Sequence[dict[str, Any]], *, silent: bool = False) -> Any:
    def run(argv: Sequence[str], timeout_s: float, limit: int = 0) -> tuple[int | None, str, str]:
        if argv[0].rpartition("/")[2] in ("ip", "getent"):
            raise FileNotFoundError(argv[0])
        if argv[1] == "ps":
            return (None, "", "") if silent else (0, "\n".join(item["Id"] for item in running), "")
        asked = argv[4:]
        found = [item for item in running if item["Id"] in asked or item["Name"].lstrip("/") in asked]
        absent = [
            name
            for name in asked
            if name not in {one for item in found for one in (item["Id"], item["Name"].lstrip("/"))}
        ]
        return 1 if absent else 0, json.dumps(found), "".join(f"Error: No such container: {name}\n" for name in absent)

    return run


def container(name: str, source: str, number: str = ID) -> dict[str, Any]:
    state = {"Running": True, "Status": "running"}
    return {"Id": number, "Name": f"/{name}", "State": state, "Config": {}, "Mounts": [{"Source": source}]}


def used(root: Path, run: Any, servers: Any = ()) -> Any:
    return REMOTE["users"]("docker", run, str(root), ({ID: "mariadb"}, False), list(servers))


def test_every_container_that_has_the_directory_is_told_by_whatever_path(tmp_path: Path) -> None:
    data, link = tmp_path / "data", tmp_path / "link"
    data.mkdir()
    link.symlink_to(data)
    others = [container("cron", "/elsewhere", "cd" * 32), container(BY_HAND, str(link), "ef" * 32)]
    assert used(data, engine(others)) == [f"container {BY_HAND}"]
    assert used(data, engine(others[:1])) == []
    assert used(data, engine(others, silent=True)) is None


def test_every_server_in_the_directory_is_told_and_its_own_container_is_none(tmp_path: Path) -> None:
    servers = [("7", "mariadbd", ID), ("8", "mariadbd", "ef" * 32), ("9", "mysqld", None)]
    assert used(tmp_path, engine([]), servers) == [
        "container efefefefefef (process 8, mariadbd)",
        "no container (process 9, mysqld)",
    ]
    assert (
        REMOTE["users"]("docker", engine([]), str(tmp_path), ({ID: "mariadb"}, True), servers[:1] + servers[2:]) == []
    )
    assert REMOTE["users"]("docker", engine([]), str(tmp_path), None, []) is None
    assert REMOTE["users"]("docker", engine([]), str(tmp_path), ({}, False), None) is None


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Path]:
    """A process called mariadbd that works in a data directory; of the test, whatever else runs on this machine."""
    program, data = tmp_path / "mariadbd", tmp_path / "volumes" / "_data"
    data.mkdir(parents=True)
    shutil.copy(shutil.which("sleep") or "/bin/sleep", program)
    with subprocess.Popen([str(program), "60"], cwd=data) as running:
        ends = time.monotonic() + 10.0
        while not Path(f"/proc/{running.pid}/cmdline").read_bytes() and time.monotonic() < ends:
            time.sleep(0.01)  # it is told a moment after the program has taken its place
        yield data
        running.kill()


def test_a_server_that_was_started_by_hand_is_found_by_its_directory(server: Path, tmp_path: Path) -> None:
    found = REMOTE["processes"]("/proc", str(server))["servers"]
    assert [name for _, name, _ in found] == ["mariadbd"]
    assert os.readlink(f"/proc/{found[0][0]}/cwd") == str(server)
    other = tmp_path / "other"
    other.mkdir()
    assert REMOTE["processes"]("/proc", str(other))["servers"] == []
    assert REMOTE["processes"]("/proc", str(tmp_path / "not-there"))["servers"] == []


@pytest.mark.parametrize("shell", SHELLS)
def test_a_server_that_was_started_by_hand_is_in_everybodys_way(server: Path, tmp_path: Path, shell: str) -> None:
    machine = Machine(tmp_path, shell)
    assert machine.data == server
    ended = machine.run(scripts.ALONE, str(machine.data), MARK, "docker")
    assert (ended.code, ended.out.startswith("mariadb is not proven stopped: its data is in use by process")) == (
        4,
        True,
    )
    (tmp_path / "other").mkdir()
    assert machine.run(scripts.ALONE, str(tmp_path / "other"), MARK, "docker").code == 0


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_that_stands_in_the_data_directory_is_in_nobodys_way(tmp_path: Path, shell: str) -> None:
    machine = Machine(tmp_path, shell)
    with subprocess.Popen(["sleep", "60"], cwd=machine.data) as looking:
        assert machine.run(scripts.ALONE, str(machine.data), MARK, "docker").code == 0
        looking.kill()


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("running", "others", "code", "says"),
    [
        ("false", "", 0, ""),
        ("false", f"{BY_HAND}\n", 4, f": its data is in use by {BY_HAND}"),
        ("false", None, 4, ": its data is in use by (not known)"),
        ("true", f"{BY_HAND}\n", 0, ""),
        ("", "", 4, ""),
        ("maybe", "", 4, ""),
    ],
)
def test_only_where_nobody_else_has_the_data_the_next_program_runs(
    tmp_path: Path, shell: str, running: str, others: str | None, code: int, says: str
) -> None:
    machine = Machine(tmp_path, shell)
    machine.put("running", running)
    if others is None:
        machine.put("silent")
    else:
        machine.put("others", others)
    ended = machine.run(scripts.ALONE, str(machine.data), MARK, "docker")
    assert (ended.code, ended.out) == (code, f"mariadb is not proven stopped{says}\n" if code else "")
    assert machine.run(scripts.ALONE, f"{machine.data}/not-there", MARK, "docker").code == (
        0 if running == "true" else 4
    )
    assert not [call for call in machine.calls() if call.startswith(("docker run", "systemctl"))]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_reading_of_another_store_is_left_and_nothing_begins(tmp_path: Path, shell: str) -> None:
    machine = Machine(tmp_path, shell)
    machine.put("label", "prod.0000000000000000.run-7")
    assert machine.run(scripts.ALONE, str(machine.data), MARK, "docker").code == 6
    assert not [call for call in machine.calls() if call.startswith("docker rm")]


def test_each_step_that_starts_or_reads_a_stopped_member_asks_first() -> None:
    down = [world.stopped(host, hold=world.held()) for host in world.HOSTS]
    chosen = {**world.reads(70, 77, 77), **world.CHOSEN}
    bootstrapped = [world.stopped("ctl1"), world.running("ctl2", world.sql(size=1)), world.stopped("ctl3")]
    assert world.asks_first("galera.read_position", world.order("ctl1"))
    assert world.asks_first("galera.start_stopped", world.order("ctl1"))
    assert world.asks_first("galera.bootstrap", world.order("ctl1", *down, bound=chosen))
    assert world.asks_first("galera.join", world.order("ctl1", *bootstrapped, bound=chosen))
    every = {
        action
        for action, spec in world.ACTIONS.items()
        if {scripts.READ, scripts.START, scripts.BOOTSTRAP, scripts.JOIN} & set(spec.scripts)
    }
    assert {action for action in every if scripts.ALONE not in world.ACTIONS[action].scripts} == set()


def test_the_unit_takes_its_place_again_only_when_no_stranger_has_the_data() -> None:
    def finishing(users: list[str]) -> Any:
        at_work = world.running("ctl2", world.sql(), users=users)
        chosen = {**world.reads(70, 77, 77), **world.CHOSEN}
        return world.order("ctl2", world.running("ctl1"), at_work, world.running("ctl3"), bound=chosen)

    assert len(built(world.ACTIONS["galera.finish"].when.commands(finishing(BESIDE)))) == 1
    with declines(Wait, match=BY_HAND):
        built(world.ACTIONS["galera.finish"].when.commands(finishing([*BESIDE, f"container {BY_HAND}"])))


# what is known, said and decided
# ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("users", "stopped"),
    [([], True), (BESIDE, False), (None, Unknown("users_of_data"))],
)
def test_only_a_data_directory_that_nobody_uses_is_that_of_a_stopped_member(users: Any, stopped: Any) -> None:
    one = member("ctl1", world.stopped("ctl1", users=users))
    assert one.stopped == stopped
    assert member("ctl1", world.running("ctl1", users=users)).stopped is False
    hidden = world.stopped("ctl1", galera=Unknown("timeout:galera"))
    assert member("ctl1", hidden).stopped == Unknown("timeout:galera")
    older = launch.parse({name: value for name, value in world.files().items() if name != "users"})
    assert isinstance(older, launch.Launch)
    assert older.users == Unknown("not_collected:galera.users")


def test_a_member_in_our_own_bootstrap_container_is_not_called_stopped_and_nobody_is_told_to_start_it() -> None:
    replies = [
        world.stopped("ctl1"),
        world.stopped("ctl2", users=BESIDE, helpers=world.helper()),
        world.stopped("ctl3"),
    ]
    seen = world.evidence(replies[0], _answers(replies[1], world.sql(size=1)), replies[2])
    node = assess.nodes(seen)[1].data
    assert (node["stopped"], node["process_running"], node["beside"]) == (False, True, BESIDE[0])
    assert (node["cluster_status"], node["local_state"]) == ("Primary", "Synced")
    table = assess.cluster(seen)[0].data["table"]
    assert f"runs in {BESIDE[0]}, not in its own container" in table


def _answers(reply: Any, answer: Any) -> Any:
    return world.running(
        reply.host,
        answer,
        **{
            "containers": reply.sections["containers"].data,
            "galera": reply.sections["galera"].data,
        },
    )


@pytest.mark.parametrize("users", [BESIDE, None])
def test_a_lost_cluster_is_neither_started_nor_bootstrapped_beside_it(users: Any) -> None:
    seen = world.evidence(world.stopped("ctl1", users=users), world.stopped("ctl2"), world.stopped("ctl3"))
    decision = outlook(picture(seen))
    assert (decision.procedure, decision.rule) == (Procedure.PAGE, "GB-2")
    assert "ctl1 is not proven to be outside" in decision.why
    data = assess.nodes(seen)[0].data
    with declines(Refused, match="not proven that MariaDB on ctl1 is stopped"):
        built(
            world.ACTIONS["galera.start_member"].when.commands(
                world.order("ctl1", data={"stopped": data["stopped"], "beside": data["beside"]})
            )
        )
