"""What the collector's section `galera` reads on a host, from real files and recorded answers, and what becomes of
it."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from remediator.integrations.galera import manifest as galera
from remediator.integrations.galera.facts import datadir, launch
from remediator.integrations.galera.facts.state_files import Saved, ViewState
from remediator.integrations.galera.logs import causes
from remediator.model.values import Unknown
from tests.unit.integrations import golden

pytestmark = pytest.mark.unit

REMOTE: dict[str, Any] = {"__name__": "remote"}
exec(galera.remote_source(), REMOTE)
SAVED = Path(__file__).parents[1] / "golden" / "saved"
Run = Callable[..., tuple[int | None, str, str]]


def text(case: str) -> str:
    return str(json.loads((SAVED / f"{case}.json").read_text())["text"])


def inspected(name: str, engine: str = "docker", **config: Any) -> dict[str, Any]:
    """What the engine really says of a container, under another name and with other parts of its configuration."""
    answers = golden.recording(f"{engine}-running")["answers"]
    (out,) = [item["out"] for item in answers if item["argv"][1] == "inspect"]
    (item,) = json.loads(out)
    item["Name"] = f"/{name}" if engine == "docker" else name
    item["Config"] = {**item["Config"], **config}
    return dict(item)


def engine(*items: Mapping[str, Any], absent: Sequence[str] = (), code: int | None = None) -> Run:
    """An engine that has `items`; it complains of `absent` as docker does."""

    def run(argv: Sequence[str], timeout_s: float, limit: int = 0) -> tuple[int | None, str, str]:
        if argv[1] == "ps":
            return 0, "", ""
        assert argv[1:4] == ["inspect", "--type", "container"]
        err = "".join(f"Error: No such container: {name}\n" for name in absent)
        return (code if code is not None else 1 if absent else 0), json.dumps(list(items)), err

    return run


NONE = ("mariadb", *REMOTE["HELPERS"])


@pytest.fixture
def host(tmp_path: Path) -> dict[str, Any]:
    """A host's files, as a request that points at them."""
    root, config, log, hold = (tmp_path / name for name in ("data", "galera.cnf", "mariadb.log", "hold.conf"))
    root.mkdir()
    (root / "grastate.dat").write_text(text("grastate-clean-stop-alone"))
    (root / "gvwstate.dat").write_text(text("gvwstate-three"))
    (root / "ibdata1").write_bytes(b"x" * 5000)
    (root / "mysql_upgrade_info").write_text("10.6.16-MariaDB")
    config.write_text(
        "[mysqld]\n# pc.bootstrap=yes\nwsrep_cluster_address = "
        "gcomm://192.0.2.1:4567,192.0.2.2,[2001:db8::3]:4567?x=1\n"
    )
    log.write_text("10:00 Starting MariaDB 10.11 as process 1\nready\n")
    keys = ("galera_volume", "galera_config", "galera_log", "galera_hold")
    return dict(zip(keys, map(str, (root, config, log, hold)), strict=True))


def without_tools(run: Run) -> Run:
    """A host that has an engine, and neither iproute2 nor getent."""

    def runs(argv: Sequence[str], timeout_s: float, limit: int = 0) -> tuple[int | None, str, str]:
        if argv[0].rpartition("/")[2] in ("ip", "getent"):
            raise FileNotFoundError(argv[0])
        return run(argv, timeout_s, limit)

    return runs


def collect(host: Mapping[str, Any], run: Run | None = None) -> dict[str, Any]:
    found = REMOTE["collect_galera"](dict(host), without_tools(run or engine(absent=NONE)))
    return dict(json.loads(json.dumps(found, allow_nan=False)))


def files(data: Any) -> datadir.Files:
    found = datadir.parse(data)
    assert isinstance(found, datadir.Files)
    return found


def start(data: Any) -> launch.Launch:
    found = launch.parse(data)
    assert isinstance(found, launch.Launch)
    return found


def snapshot(root: Path) -> dict[str, tuple[int, float]]:
    return {str(path): (path.stat().st_size, path.stat().st_mtime) for path in root.rglob("*")}


def test_a_whole_data_directory(host: dict[str, Any], tmp_path: Path) -> None:
    before = snapshot(tmp_path)
    found = files(collect(host))
    assert found.grastate == Saved(uuid="98d0777b-e762-11f1-a676-3ac266f3bfaf", seqno=1, safe_to_bootstrap=True)
    assert (found.uuid, found.seqno, found.safe_to_bootstrap) == ("98d0777b-e762-11f1-a676-3ac266f3bfaf", 1, True)
    assert not isinstance(found.view, Unknown)
    assert (found.view.state, len(found.view.members), found.gvwstate) == (ViewState.WHOLE, 3, True)
    assert (found.sst_in_progress, found.upgrade_info) == (False, "10.6.16-MariaDB")
    assert isinstance(found.data_bytes, int)
    assert 5000 <= found.data_bytes < 200_000
    assert isinstance(found.free_bytes, int)
    assert isinstance(found.grastate_mtime_s, float)
    assert found.grastate_mtime_s == os.stat(Path(host["galera_volume"]) / "grastate.dat").st_mtime
    assert snapshot(tmp_path) == before


def test_a_half_written_grastate_shows_none_of_its_half(host: dict[str, Any]) -> None:
    (Path(host["galera_volume"]) / "grastate.dat").write_text(text("grastate-half-written"))
    found = files(collect(host))
    assert found.grastate == Unknown("grastate_half_written")
    assert (found.uuid, found.seqno, found.safe_to_bootstrap) == (None, None, None)


@pytest.mark.parametrize(("name", "extra"), [("grastate.dat", 4097), ("gvwstate.dat", 8193)])
def test_a_file_beyond_its_bound_is_read_no_further(host: dict[str, Any], name: str, extra: int) -> None:
    path = Path(host["galera_volume"]) / name
    path.write_text(path.read_text() + " " * extra)
    found = files(collect(host))
    word = name.removesuffix(".dat")
    assert {"grastate": found.grastate, "gvwstate": found.view}[word] == Unknown(f"{word}_too_long")
    assert len(collect(host)[f"{word}_text"]) == extra - 1


def test_an_empty_directory_and_a_missing_one(host: dict[str, Any]) -> None:
    for path in Path(host["galera_volume"]).iterdir():
        path.unlink()
    found = files(collect(host))
    assert (found.grastate, found.grastate_mtime_s, found.upgrade_info, found.data_bytes) == (None, None, None, 0)
    assert not isinstance(found.view, Unknown)
    assert found.view.state is ViewState.ABSENT
    data = collect({**host, "galera_volume": "/nowhere/at/all"})
    assert datadir.parse(data) is None
    assert start(data).addresses == ("192.0.2.1", "192.0.2.2", "2001:db8::3")


def test_what_is_too_much_to_count_is_unknown_not_small(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / str(number)).write_bytes(b"x" * 100)
    assert REMOTE["_tree_bytes"](str(tmp_path), 5, 9.0) >= 500
    assert REMOTE["_tree_bytes"](str(tmp_path), 4, 9.0) is None
    assert REMOTE["_tree_bytes"](str(tmp_path), 5, -1.0) is None


def test_the_newer_upgrade_file_wins(host: dict[str, Any]) -> None:
    (Path(host["galera_volume"]) / "mariadb_upgrade_info").write_bytes(b"10.11.6-MariaDB\n\0" + b"y" * 99)
    assert files(collect(host)).upgrade_info == "10.11.6-MariaDB\n" + "y" * 47
    (Path(host["galera_volume"]) / "mariadb_upgrade_info").write_text("")
    assert files(collect(host)).upgrade_info == ""


def test_a_section_of_before_leaves_the_new_facts_unknown() -> None:
    old = {"present": True, "grastate": {"seqno": "-1"}, "gvwstate_bytes": 3, "sst_in_progress": True}
    found = files(old)
    assert (found.seqno, found.gvwstate, found.in_sst) == (-1, True, True)
    assert isinstance(found.grastate, Unknown)
    assert isinstance(found.data_bytes, Unknown)
    known = start(old)
    assert isinstance(known.leftover, Unknown)
    assert isinstance(known.helpers, Unknown)
    assert isinstance(known.inhibitor, Unknown)
    assert launch.parse(Unknown("timeout:galera")) == Unknown("timeout:galera")
    assert isinstance(launch.parse({**old, "hold": {"exists": "yes"}}), Unknown)


@pytest.mark.parametrize("name", ["docker", "podman"])
def test_the_containers_parts_leave_the_host_without_any_value(host: dict[str, Any], name: str) -> None:
    env = ["PATH=/bin", "DB_ROOT_PASSWORD=hush", "BOOTSTRAP_ARGS=--wsrep-new-cluster"]
    bootstrap = inspected(REMOTE["HELPERS"][0], name, Labels={"remediator.run": "r-7"})
    data = collect(host, engine(inspected("mariadb", name, Env=env), bootstrap, absent=(REMOTE["HELPERS"][1],)))
    assert "hush" not in json.dumps(data)
    found = start(data)
    assert found.env_names == {"PATH", "DB_ROOT_PASSWORD", "BOOTSTRAP_ARGS"}
    assert (found.env_bootstrap, found.args_bootstrap, found.leftover) == (True, False, True)
    assert not isinstance(found.helpers, Unknown)
    helper = found.helpers[launch.BOOTSTRAP_HELPER]
    assert helper is not None
    assert (helper.running, helper.status, helper.run) == (True, "running", "r-7")
    assert helper.started_at == bootstrap["State"]["StartedAt"]
    assert found.helpers[launch.RECOVER_HELPER] is None


@pytest.mark.parametrize(
    ("config", "env", "args"),
    [
        ({"Env": ["BOOTSTRAP_ARGS=--wsrep-recover"]}, False, False),
        ({"Env": ["OTHER=--wsrep-new-cluster"]}, False, False),
        ({"Env": None, "Cmd": ["mysqld_safe", "--wsrep_new_cluster"]}, False, True),
        ({"Cmd": ["mysqld_safe", "--wsrep-provider-options=gcache.size=1M;pc.bootstrap=true"]}, False, True),
        ({"Cmd": ["mysqld_safe", "--wsrep-new-cluster=OFF", "pc.bootstrap=no"]}, False, False),
    ],
)
def test_where_a_bootstrap_argument_may_be_left(
    host: dict[str, Any], config: dict[str, Any], env: bool, args: bool
) -> None:
    found = start(collect(host, engine(inspected("mariadb", **config), absent=REMOTE["HELPERS"])))
    assert (found.env_bootstrap, found.args_bootstrap) == (env, args)


def test_no_container_carries_nothing(host: dict[str, Any]) -> None:
    found = start(collect(host))
    assert (found.env_names, found.env_bootstrap, found.args_bootstrap, found.config_bootstrap) == (
        None,
        False,
        False,
        False,
    )
    assert found.helpers == dict.fromkeys(REMOTE["HELPERS"])


def raising(argv: Sequence[str], timeout_s: float, limit: int = 0) -> tuple[int | None, str, str]:
    raise FileNotFoundError(argv[0])


@pytest.mark.parametrize(
    ("run", "why"),
    [
        (lambda *_: (None, "", ""), "timeout:engine"),
        (
            lambda *_: (1, "[]", "Cannot connect to the Docker daemon. Is it running?\n"),
            "error:engine: it ended with 1",
        ),
        (lambda *_: (1, "[]", ""), "error:engine: it ended with 1"),
        (lambda *_: (0, "[]", ""), "error:engine: it left one out"),
        (lambda *_: (0, "[{", ""), "error:engine: JSONDecodeError"),
        (raising, "error:engine: FileNotFoundError"),
    ],
)
def test_an_engine_that_does_not_say_is_unknown(host: dict[str, Any], run: Run, why: str) -> None:
    found = start(collect(host, run))
    assert (found.env_bootstrap, found.helpers, found.leftover) == (Unknown(why), Unknown(why), Unknown(why))


@pytest.mark.parametrize(
    ("body", "bootstrap", "addresses"),
    [
        ("wsrep_provider_options = pc.bootstrap=yes;gcache.size=1M\n", True, None),
        ("; pc.bootstrap=yes\n  # pc.bootstrap=yes\n", False, None),
        ("wsrep_cluster_address = gcomm://\n", False, ()),
        ('wsrep-cluster-address="gcomm://a:4567, b"\n', False, ("a", "b")),
        ("wsrep_cluster_address=gcomm://old\nwsrep_cluster_address=gcomm://a,b,\n", False, ("a", "b")),
    ],
)
def test_the_configuration(host: dict[str, Any], body: str, bootstrap: bool, addresses: Any) -> None:
    Path(host["galera_config"]).write_text(body)
    found = start(collect(host))
    assert (found.config_bootstrap, found.addresses) == (bootstrap, addresses)


def test_without_a_configuration_there_are_no_addresses(host: dict[str, Any]) -> None:
    found = start(collect({**host, "galera_config": "/nowhere"}))
    assert (found.config_bootstrap, found.addresses) == (False, None)


def test_the_drop_in_that_holds_the_unit(host: dict[str, Any]) -> None:
    assert start(collect(host)).inhibitor == launch.Inhibitor(exists=False, line=None)
    Path(host["galera_hold"]).write_text("# remediator r-7 quiesce" + "!" * 300 + "\n[Unit]\n")
    hold = start(collect(host)).inhibitor
    assert isinstance(hold, launch.Inhibitor)
    assert (hold.exists, hold.line) == (True, ("# remediator r-7 quiesce" + "!" * 300)[:200])
    Path(host["galera_hold"]).write_text("")
    assert start(collect(host)).inhibitor == launch.Inhibitor(exists=True, line=None)


HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
REST = " 00000000:00000000 00:00000000 00000000     0        0 1 1 0000000000000000 100 0 0 10 0\n"


def kernel_table(path: Path, *rows: tuple[str, str, str]) -> str:
    """A table as Linux prints it (proc(5), /proc/net/tcp)."""
    lines = [f"   {number}: {local} {remote} {state}{REST}" for number, (local, remote, state) in enumerate(rows)]
    path.write_text(HEAD + "".join(lines))
    return str(path)


@pytest.mark.skipif("__import__('sys').byteorder != 'little'", reason="the lines are of a little-endian machine")
def test_the_groups_port_and_its_peers(tmp_path: Path) -> None:
    four = kernel_table(
        tmp_path / "tcp",
        ("0B004D0A:11D7", "00000000:0000", "0A"),
        ("0B004D0A:11D7", "0C004D0A:8F2A", "01"),
        ("0B004D0A:9C40", "0D004D0A:11D7", "01"),
        ("0B004D0A:9C41", "0E004D0A:11D7", "06"),
        ("0B004D0A:0CEA", "0F004D0A:9999", "01"),
    )
    six = kernel_table(
        tmp_path / "tcp6",
        ("00000000000000000000000000000000:0CEA", "00000000000000000000000000000000:0000", "0A"),
        ("0000000000000000FFFF00000B004D0A:11D7", "0000000000000000FFFF00001500000A:1234", "01"),
        ("B80D0120000000000000000001000000:11D7", "B80D0120000000000000000002000000:1234", "01"),
    )
    found = REMOTE["_group_port"](REMOTE["_connections"](four, six))
    assert found == {"listening": True, "peers": ["10.0.0.21", "10.77.0.12", "10.77.0.13", "2001:db8::2"]}
    alone = REMOTE["_group_port"](REMOTE["_connections"](four, str(tmp_path / "none")), 4568)
    assert alone == {"listening": False, "peers": []}


def test_too_many_connections_or_processes_are_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = kernel_table(tmp_path / "tcp", *[("0B004D0A:11D7", "00000000:0000", "0A")] * 3)
    monkeypatch.setitem(REMOTE, "MOST_CONNECTIONS", 2)
    monkeypatch.setitem(REMOTE, "MOST_PROCESSES", 0)
    assert REMOTE["_group_port"](REMOTE["_connections"](table)) is None
    proc(tmp_path, "mariadbd")
    none = REMOTE["processes"](str(tmp_path), "/nowhere")
    found = start({"present": True, "engine_reason": "timeout:engine", **none, "group_port": None})
    assert found.listening == found.peers == Unknown("too_many_connections")
    assert found.process_bootstrap == Unknown("too_many_processes")


def proc(root: Path, *words: str) -> None:
    (root / "17").mkdir()
    (root / "17" / "cmdline").write_bytes(b"".join(word.encode() + b"\0" for word in words))


@pytest.mark.parametrize(
    ("words", "sst", "bootstrap"),
    [
        (("/bin/bash", "-ue", "/usr//bin/wsrep_sst_rsync", "--role", "joiner"), True, False),
        (("/usr/sbin/mariadbd", "--wsrep-new-cluster"), False, True),
        (("/bin/sh", "/usr/bin/mysqld_safe", "--wsrep-new-cluster"), False, True),
        (("grep", "--wsrep-new-cluster", "x", "wsrep_sst_rsync"), False, False),
        ((), False, False),
    ],
)
def test_what_runs_on_the_host(tmp_path: Path, words: tuple[str, ...], sst: bool, bootstrap: bool) -> None:
    proc(tmp_path, *words)
    (tmp_path / "18").mkdir()
    found = REMOTE["processes"](str(tmp_path), "/nowhere")
    assert found == {"sst_process": sst, "process_bootstrap": bootstrap, "servers": []}


LINES = {
    "upgrade_needed": "[ERROR] Incorrect definition of table mysql.event: expected column 'sql_mode' at position 14 to "
    "have type set('a'), found type set('b').",
    "statistics_outdated": "InnoDB: Column last_update in table mysql.innodb_table_stats is BINARY(4) NOT NULL but should be "  # noqa: E501
    "INT UNSIGNED",
    "ist_race": "[ERROR] WSREP: IST didn't contain all write sets, expected last: 12 last received: 11, node "
    "restart required",
}


def test_the_host_and_the_judgement_know_the_same_signs(host: dict[str, Any]) -> None:
    started = "10:00 Starting MariaDB 10.11 as process 1"
    for name, line in LINES.items():
        Path(host["galera_log"]).write_text(f"{line}\n{started}\nready\n")
        assert collect(host)["signs"] == []
        Path(host["galera_log"]).write_text(f"{started}\n{line}\nready\n")
        found = start(collect(host)).signs
        assert found == (line,)
        assert causes.signs(found) == ({name, "restart_asked"} if name == "ist_race" else {name})


def test_many_lines_of_one_sign_leave_room_for_the_others(host: dict[str, Any]) -> None:
    body = [LINES["ist_race"], *[LINES["upgrade_needed"] + "z" * 999] * 500]
    Path(host["galera_log"]).write_text("\n".join(body))
    found = start(collect(host)).signs
    assert isinstance(found, tuple)
    assert causes.signs(found) == {"ist_race", "restart_asked", "upgrade_needed"}
    assert len(found) <= 5
    assert max(map(len, found)) == 300
    assert start(collect({**host, "galera_log": "/nowhere"})).signs is None


def test_nothing_is_opened_for_writing(host: dict[str, Any]) -> None:
    for path in Path(host["galera_volume"]).iterdir():
        path.chmod(stat.S_IRUSR)
    assert files(collect(host)).seqno == 1


@pytest.mark.parametrize(
    "line",
    [
        "[ERROR] InnoDB: Database page corruption on disk or a failed file read",
        "[ERROR] InnoDB: Table x.y is corrupted",
        "[ERROR] InnoDB: Plugin initialization aborted with error Data structure corruption",
        "[ERROR] WSREP: Local state seqno (9) is greater than group seqno (7): states diverged. Aborting",
        "[ERROR] WSREP: Inconsistency detected: Inconsistent by consensus",
        "[Warning] Found 1 prepared XA transactions",
    ],
)
def test_harm_is_seen_however_much_was_logged_after_it(host: dict[str, Any], line: str) -> None:
    Path(host["galera_log"]).write_text("10:00 Starting MariaDB 10.11 as process 1\n" + line + "\n" + "view\n" * 20_000)
    tail = collect(host)["log_tail"]
    assert tail.startswith(line)
    assert len(tail) < 7000
    assert causes.cause(tail) is not None
    Path(host["galera_log"]).write_text(line + "\n10:00 Starting MariaDB 10.11 as process 1\n" + "view\n" * 20_000)
    assert causes.cause(collect(host)["log_tail"]) is None


@pytest.mark.parametrize(
    ("text", "tail"),
    [
        (
            "old corruption\n10:00 Starting MariaDB 10.11 as process 1\nnew\n",
            "10:00 Starting MariaDB 10.11 as process 1\nnew\n",
        ),
        ("no start in sight\n", "no start in sight\n"),
        ("", ""),
        (None, None),
    ],
)
def test_only_what_was_logged_since_the_last_start_counts(
    host: dict[str, Any], tmp_path: Path, text: str | None, tail: str | None
) -> None:
    path = tmp_path / "own.log"
    if text is not None:
        path.write_text(text)
    assert collect({**host, "galera_log": str(path)})["log_tail"] == tail


def test_the_log_is_read_from_its_end_and_bounded(host: dict[str, Any]) -> None:
    Path(host["galera_log"]).write_text("x" * 200_000 + "\nend\n")
    tail = collect(host)["log_tail"]
    assert (len(tail), tail[-4:]) == (6000, "end\n")


STARTS = Path(__file__).parents[1] / "golden" / "starts"


@pytest.mark.parametrize("case", sorted(path.stem for path in STARTS.glob("*.json")))
def test_how_each_life_of_the_server_began_is_read_from_its_log(host: dict[str, Any], case: str) -> None:
    recorded = json.loads((STARTS / f"{case}.json").read_text())
    Path(host["galera_log"]).write_text(recorded["text"])
    found = collect(host)
    assert found["starts"] == recorded["expected"]
    assert isinstance(files(found).starts, tuple)


def test_a_log_that_is_cut_or_long_or_not_there_tells_less_and_never_wrong(host: dict[str, Any]) -> None:
    whole = json.loads((STARTS / "killed-together-ctl1.json").read_text())
    log, lives = Path(host["galera_log"]), whole["expected"]
    log.write_text(whole["text"].replace("initial position", "position"))
    assert collect(host)["starts"] == []
    log.write_text(whole["text"] * 3)
    assert collect(host)["starts"] == [*lives[2:], *lives]
    log.write_text(whole["text"][: whole["text"].rindex("\tact_id")])
    assert collect(host)["starts"][-1]["formed"] == {**lives[2]["formed"], "act_id": None, "uuid": None}
    log.write_text(whole["text"].replace("PRIMARY", "NON-PRIMARY"))
    assert [one["formed"] for one in collect(host)["starts"]] == [None, None, None]
    log.write_text(whole["text"] + "a view\n" * 200_000)
    assert collect(host)["starts"] == []
    assert files(collect({**host, "galera_log": "/nowhere"})).starts == Unknown("no_log")


def test_what_harms_the_data_is_named_before_what_only_stops_a_start() -> None:
    assert causes.cause("Found 1 prepared XA transactions\nstates diverged. Aborting\n") == "diverged"
