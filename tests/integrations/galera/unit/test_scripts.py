"""The fixed programs of a recovery, run for real by sh: their logic, with stand-ins for the engine and systemd that
write down calls.

/etc/systemd/system in the text becomes a directory of the test; nothing else is changed. What MariaDB and the engine
make of it is
for tests/integrations/galera/lab/test_recovery.py.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from remediator.integrations.galera.steps import scripts
from remediator.model.content.commands import Script

pytestmark = pytest.mark.unit
SHELLS = [path for path in (shutil.which(shell) for shell in ("dash", "bash")) if path is not None]
UNIT = scripts.UNIT
STORE = "prod.00c0ffee00c0ffee"
MARK = f"{STORE}.run-7"
ENGINE = """#!/bin/sh
case "$*" in
"ps -f volume="*) [ ! -e {here}/silent ] || exit 1; cat {here}/others 2>/dev/null; exit 0 ;;
esac
echo "docker $*" >> {here}/calls
case "$*" in
*State.Running*) cat {here}/running 2>/dev/null || exit 1 ;;
*.Image*) [ -e {here}/running ] && echo sha256:image ;;
"inspect -f"*remediator.run*) cat {here}/label ;;
"inspect remediator_galera_bootstrap") [ -e {here}/label ] ;;
"ps -a"*) [ ! -e {here}/silent ] || exit 1; echo mariadb; [ ! -e {here}/label ] || echo remediator_galera_bootstrap ;;
"rm remediator_galera_bootstrap") [ ! -e {here}/helper-runs ] && rm -f {here}/label ;;
"stop -t 120 remediator_galera_bootstrap") [ ! -e {here}/stop-fails ] && rm -f {here}/helper-runs ;;
"run --rm"*) echo "recovered"; exit $(cat {here}/rc 2>/dev/null || echo 0) ;;
esac
"""
SYSTEMCTL = """#!/bin/sh
echo "systemctl $*" >> {here}/calls
[ "$1" != is-active ] || cat {here}/active
[ ! -e "{here}/no-$1" ]
"""
NAMES = "docker ps -a --format {{.Names}}"
STRANDED = Path(__file__).parents[1] / "golden" / "lives" / "stranded-donor.json"
START = [f"systemctl reset-failed {UNIT}", f"systemctl start {UNIT}"]


@dataclass(frozen=True)
class Ended:
    code: int
    out: str


class Machine:
    """A directory that stands for the host of a member whose container is stopped."""

    def __init__(self, here: Path, shell: str) -> None:
        self.here, self.shell = here, shell
        self.units, self.data = here / "units", here / "volumes" / "_data"
        (here / "bin").mkdir()
        self.units.mkdir()
        self.data.mkdir(parents=True, exist_ok=True)
        for name, text in (("docker", ENGINE), ("systemctl", SYSTEMCTL)):
            (here / "bin" / name).write_text(text.format(here=here))
            (here / "bin" / name).chmod(0o755)
        self.put("running", "false")
        self.put("active", "failed")
        (self.data / "grastate.dat").write_text("seqno: -1\nsafe_to_bootstrap: 0\n")

    @property
    def drop_in(self) -> Path:
        return self.units / f"{UNIT}.d" / "remediator-hold.conf"

    @property
    def log(self) -> Path:
        return self.here / "mariadb.log"

    @property
    def saved(self) -> Path:
        return self.data.parent / f"remediator-{MARK}"

    def put(self, name: str, text: str = "") -> None:
        (self.here / name).write_text(text)

    def calls(self) -> list[str]:
        """Return what was called since the last time."""
        path = self.here / "calls"
        found = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return found

    def run(self, script: Script, *words: str) -> Ended:
        _, _, text, name, *args = script.argv(*words)
        text = text.replace("/etc/systemd/system", str(self.units))
        text = text.replace("/var/log/kolla/mariadb/mariadb.log", str(self.log))
        environment = {"PATH": f"{self.here}/bin:/usr/bin:/bin"}
        done = subprocess.run(
            [self.shell, "-c", text, name, *args], env=environment, cwd="/", capture_output=True, text=True, timeout=20
        )
        return Ended(done.returncode, done.stdout)


@pytest.fixture(params=SHELLS)
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Machine:
    return Machine(tmp_path, request.param)


def test_there_is_a_shell_to_try_them_in() -> None:
    assert "dash" in [Path(shell).name for shell in SHELLS]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("script", scripts.ALL, ids=lambda one: one.name)
def test_each_is_one_line_that_the_shell_can_read(script: Script, shell: str) -> None:
    assert re.fullmatch(r"[ -~]+", script.text)
    done = subprocess.run([shell, "-n", "-c", script.text], capture_output=True, text=True, timeout=10)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("script", scripts.ALL, ids=lambda one: one.name)
def test_by_another_name_or_with_another_number_of_words_it_does_nothing(script: Script, machine: Machine) -> None:
    words = ["a"] * len(script.args)
    for argv in (["other", *words], [script.name, *words, "more"], *([[script.name, *words[1:]]] if words else [])):
        done = subprocess.run(
            [machine.shell, "-c", script.text, *argv], env={"PATH": f"{machine.here}/bin"}, timeout=10
        )
        assert done.returncode == 2
    assert machine.calls() == []


@pytest.mark.parametrize("word", ["run-", "run-x", "run-1 ", "run-1\n", "$(id)", "", "run-1;id", "run-" + "1" * 13])
def test_a_word_that_is_no_run_gets_no_argv(word: str) -> None:
    with pytest.raises(ValueError, match="galera-release: "):
        scripts.RELEASE.argv(word)


@pytest.mark.parametrize("words", [(), ("run-1",), ("run-1", "docker"), ("run-1", "docker", "stopped", "x")])
def test_the_wrong_number_of_words_gets_no_argv(words: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="takes 3 words"):
        scripts.HOLD.argv(*words)


# hold and release
# -----------------------------------------------------------------------------------------------------------


def test_a_hold_is_set_once_and_setting_it_again_changes_nothing(machine: Machine) -> None:
    assert machine.run(scripts.HOLD, MARK, "docker", "stopped") == Ended(0, "held: stopped\n")
    text = machine.drop_in.read_text()
    assert text == f"# remediator {MARK}\n[Unit]\nAssertPathExists=!{machine.drop_in}\n"
    assert machine.calls()[1] == "systemctl daemon-reload"
    assert machine.run(scripts.HOLD, MARK, "docker", "stopped").code == 0
    assert machine.drop_in.read_text() == text
    assert [path.name for path in machine.drop_in.parent.iterdir()] == ["remediator-hold.conf"]


@pytest.mark.parametrize(
    "line",
    [
        f"# remediator {MARK}0",
        f"# remediator {STORE}.run-3",
        "# remediator run-7",
        "# remediator prod.0000000000000000.run-7",
        "# an operator",
        "",
    ],
)
def test_a_hold_of_another_is_neither_taken_nor_released(machine: Machine, line: str) -> None:
    machine.drop_in.parent.mkdir()
    machine.drop_in.write_text(f"{line}\n[Unit]\n")
    for script, words in (
        (scripts.HOLD, (MARK, "docker", "stopped")),
        (scripts.RELEASE, (MARK,)),
        (scripts.JOIN, (MARK, "/v", "ist", "docker")),
    ):
        assert machine.run(script, *words) == Ended(3, f"held by another: {line}\n")
    assert machine.drop_in.read_text() == f"{line}\n[Unit]\n"
    assert not [call for call in machine.calls() if call.startswith("systemctl")]


@pytest.mark.parametrize("state", ["true", "", "maybe", None])
def test_only_what_is_proven_stopped_is_held_read_and_bootstrapped(machine: Machine, state: str | None) -> None:
    machine.put("running", state or "")
    if state is None:
        (machine.here / "running").unlink()
    before = (machine.data / "grastate.dat").read_text()
    for script, words in (
        (scripts.HOLD, (MARK, "docker", "stopped")),
        (scripts.READ, ("word-of-ours", "docker", MARK)),
        (scripts.BOOTSTRAP, (str(machine.data), MARK, "docker")),
    ):
        assert machine.run(script, *words) == Ended(4, "mariadb is not proven stopped\n")
    assert not machine.drop_in.exists()
    assert (machine.data / "grastate.dat").read_text() == before
    assert not [call for call in machine.calls() if call.startswith(("docker run", "systemctl"))]


@pytest.mark.parametrize(
    ("running", "unit", "told"),
    [
        ("true", "active", "running"),
        ("false", "activating", "running"),
        ("false", "active", "running"),
        ("false", "inactive", "stopped"),
        ("false", "failed", "stopped"),
        ("", "failed", "running"),
    ],
)
def test_one_that_looks_for_a_component_is_held_as_it_is_and_told(
    machine: Machine, running: str, unit: str, told: str
) -> None:
    """A unit that is active may have told its engine to start the container a moment ago: only one that is down has
    ended."""
    machine.put("running", running)
    machine.put("active", unit)
    assert machine.run(scripts.HOLD, MARK, "docker", "running") == Ended(0, f"held: {told}\n")
    assert machine.drop_in.exists()
    assert not [call for call in machine.calls() if " stop" in call or " start" in call or " kill" in call]


VIEW = "2026-11-29 12:22:17 0 [Note] WSREP: view(view_id({0},86063cd6-a7e0,1) memb {{\n"


@pytest.mark.parametrize(
    ("views", "code"), [(["PRIM", "NON_PRIM"], 0), (["NON_PRIM"], 0), (["NON_PRIM", "PRIM"], 4), ([], 4), (None, 4)]
)
def test_only_who_is_outside_by_its_own_log_in_this_moment_is_stopped(
    machine: Machine, views: list[str] | None, code: int
) -> None:
    machine.run(scripts.HOLD, MARK, "docker", "running")
    machine.calls()
    if views is not None:
        machine.log.write_text("".join(VIEW.format(view) + "}} joined {{\n" for view in views))
    found = machine.run(scripts.STOP, MARK, "docker")
    assert found.code == code
    asked = [call for call in machine.calls() if call.startswith("systemctl")]
    if code:
        assert "does not tell that it is outside" in found.out
        assert asked == []
    else:
        assert found.out == "held: stopped\n"
        assert asked == [f"systemctl stop {UNIT}", f"systemctl start {UNIT}", f"systemctl is-active {UNIT}"]


COMPONENTS = [
    ("recorded", 0),
    ("WSREP: New COMPONENT: primary = yes, bootstrap = no\n", 4),
    (
        "WSREP: New COMPONENT: primary = yes, bootstrap = no\nWSREP: Quorum results:\n\tversion    = "
        "6,\n\tcomponent  = PRIMARY,\n",
        4,
    ),
    ("WSREP: New COMPONENT: primary = no, bootstrap = no\nWSREP: Received NON-PRIMARY.\n", 0),
    (
        "WSREP: Quorum results:\n\tcomponent  = NON-PRIMARY,\n\tmembers    = 0/3 (joined/total),\n"
        + VIEW.format("PRIM"),
        4,
    ),
]


@pytest.mark.parametrize(("log", "code"), COMPONENTS)
def test_a_primary_view_in_which_nobody_has_a_complete_state_is_no_primary_component(
    machine: Machine, log: str, code: int
) -> None:
    machine.run(scripts.HOLD, MARK, "docker", "running")
    machine.log.write_text(json.loads(STRANDED.read_text())["text"] if log == "recorded" else VIEW.format("PRIM") + log)
    assert machine.run(scripts.STOP, MARK, "docker").code == code


@pytest.mark.parametrize("line", [None, f"# remediator {MARK}0", "# remediator run-7", ""])
def test_nobody_is_stopped_whom_this_run_does_not_hold(machine: Machine, line: str | None) -> None:
    """A unit that is not held would be started again by systemd at once."""
    machine.log.write_text(VIEW.format("NON_PRIM"))
    if line is not None:
        machine.drop_in.parent.mkdir()
        machine.drop_in.write_text(f"{line}\n[Unit]\n")
    assert machine.run(scripts.STOP, MARK, "docker") == Ended(3, "not held by this run\n")
    assert not [call for call in machine.calls() if call.startswith("systemctl")]


def test_a_member_that_starts_while_it_is_held_is_told(machine: Machine) -> None:
    machine.put("bin/systemctl", f"#!/bin/sh\necho true > {machine.here}/running\n")
    assert machine.run(scripts.HOLD, MARK, "docker", "stopped").code == 4


def test_systemd_that_does_not_read_the_hold_is_a_failure(machine: Machine) -> None:
    machine.put("no-daemon-reload")
    assert machine.run(scripts.HOLD, MARK, "docker", "stopped").code == 7
    assert machine.run(scripts.RELEASE, MARK).code == 7


def test_a_hold_that_cannot_be_written_is_a_failure(machine: Machine) -> None:
    (machine.units / f"{UNIT}.d").write_text("a file where the directory belongs")
    assert machine.run(scripts.HOLD, MARK, "docker", "stopped").code == 5


def test_a_release_leaves_nothing_behind_and_starts_nothing(machine: Machine) -> None:
    machine.run(scripts.HOLD, MARK, "docker", "stopped")
    machine.calls()
    assert machine.run(scripts.RELEASE, MARK) == Ended(0, "")
    assert not machine.drop_in.parent.exists()
    assert machine.calls() == ["systemctl daemon-reload"]
    assert machine.run(scripts.RELEASE, MARK) == Ended(0, "")


def test_a_release_leaves_an_operators_drop_in(machine: Machine) -> None:
    machine.run(scripts.HOLD, MARK, "docker", "stopped")
    (machine.drop_in.parent / "limits.conf").write_text("[Service]\n")
    assert machine.run(scripts.RELEASE, MARK).code == 0
    assert [path.name for path in machine.drop_in.parent.iterdir()] == ["limits.conf"]


# save and copy
# --------------------------------------------------------------------------------------------------------------


def test_what_was_saved_first_is_never_overwritten(machine: Machine) -> None:
    first = (machine.data / "grastate.dat").read_text()
    assert machine.run(scripts.SAVE, str(machine.data), MARK).code == 0
    (machine.data / "grastate.dat").write_text("changed\n")
    (machine.data / "gvwstate.dat").write_text("view\n")
    assert machine.run(scripts.SAVE, str(machine.data), MARK).code == 0
    assert {path.name: path.read_text() for path in machine.saved.iterdir()} == {
        "grastate.dat": first,
        "gvwstate.dat": "view\n",
    }
    assert stat.S_IMODE(machine.saved.stat().st_mode) == 0o700


def test_what_is_not_there_is_not_saved_and_no_directory_is_a_failure(machine: Machine) -> None:
    (machine.data / "grastate.dat").unlink()
    assert machine.run(scripts.SAVE, str(machine.data), MARK).code == 0
    assert not machine.saved.exists()
    assert machine.run(scripts.SAVE, f"{machine.here}/running/data", MARK).code == 5


def test_a_copy_is_whole_or_not_there(machine: Machine) -> None:
    (machine.data / "db").mkdir()
    (machine.data / "db" / "t.ibd").write_text("rows")
    (machine.saved / "data.part").mkdir(parents=True)
    (machine.saved / "data.part" / "half").write_text("of one that was cut")
    assert machine.run(scripts.COPY, str(machine.data), MARK).code == 0
    copied = machine.saved / "data"
    assert sorted(str(path.relative_to(copied)) for path in copied.rglob("*")) == ["db", "db/t.ibd", "grastate.dat"]
    assert not (machine.saved / "data.part").exists()
    (machine.data / "db" / "t.ibd").write_text("later")
    assert machine.run(scripts.COPY, str(machine.data), MARK) == Ended(0, "")
    assert (copied / "db" / "t.ibd").read_text() == "rows"


def test_a_copy_that_is_sent_again_waits_for_the_first(machine: Machine) -> None:
    machine.saved.mkdir(parents=True)
    with (machine.saved / "copying").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        (machine.saved / "data.part").mkdir()
        argv = scripts.COPY.argv(str(machine.data), MARK)
        second = subprocess.Popen([machine.shell, *argv[1:]], stdout=subprocess.DEVNULL)
        with pytest.raises(subprocess.TimeoutExpired):
            second.wait(timeout=0.5)
        (machine.saved / "data.part").rename(machine.saved / "data")
    assert second.wait(timeout=20) == 0
    assert list((machine.saved / "data").iterdir()) == []


def test_a_directory_without_a_member_in_it_is_neither_copied_nor_given_a_directory_beside_it(machine: Machine) -> None:
    (machine.data / "grastate.dat").rename(machine.data / "disk.qcow2")
    assert machine.run(scripts.COPY, str(machine.data), MARK) == Ended(
        4, f"no data of a Galera member in {machine.data}\n"
    )
    assert machine.run(scripts.SAVE, str(machine.data), MARK) == Ended(0, f"nothing to save in {machine.data}\n")
    assert sorted(path.name for path in machine.data.parent.iterdir()) == ["_data"]


def test_a_copy_that_fails_is_told(machine: Machine) -> None:
    machine.put("bin/cp", "#!/bin/sh\nexit 1\n")
    (machine.here / "bin" / "cp").chmod(0o755)
    assert machine.run(scripts.COPY, str(machine.data), MARK).code != 0
    assert not (machine.saved / "data").exists()


# positions
# -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rc", [0, 1, 137])
def test_a_reading_stands_between_our_two_lines_with_the_code_of_the_server(machine: Machine, rc: int) -> None:
    machine.put("rc", str(rc))
    ended = machine.run(scripts.READ, "word-of-ours", "docker", MARK)
    assert ended == Ended(
        0, f"remediator-position word-of-ours begin\nrecovered\n\nremediator-position word-of-ours end {rc}\n"
    )
    rm, run = [call for call in machine.calls() if call.startswith(("docker rm", "docker run"))]
    assert rm == "docker rm -f remediator_galera_recover"
    assert run.startswith(
        f"docker run --rm --name remediator_galera_recover --label remediator.run={MARK} --network none "
        "--volumes-from mariadb --user 0 --entrypoint sh sha256:image -c $(command -v mariadbd "
    )
    assert "--wsrep-recover --skip-networking" in run


# bootstrap, join, finish, start
# ---------------------------------------------------------------------------------------------


def test_a_bootstrap_sets_the_flag_and_runs_one_container_of_the_run(machine: Machine) -> None:
    machine.put("label", f"{STORE}.run-3")  # of an older run, ended: it is put away
    assert machine.run(scripts.BOOTSTRAP, str(machine.data), MARK, "docker").code == 0
    assert (machine.data / "grastate.dat").read_text() == "seqno: -1\nsafe_to_bootstrap: 1\n"
    assert machine.calls()[-1] == (
        f"docker run -d --name remediator_galera_bootstrap --label remediator.run={MARK} --network host "
        f"--volumes-from mariadb "
        "-e KOLLA_CONFIG_STRATEGY=COPY_ALWAYS -e KOLLA_SERVICE_NAME=mariadb -e "
        "BOOTSTRAP_ARGS=--wsrep-new-cluster sha256:image"
    )


def test_beside_a_running_bootstrap_container_nothing_is_begun(machine: Machine) -> None:
    machine.put("label", MARK)
    machine.put("helper-runs")
    assert machine.run(scripts.BOOTSTRAP, str(machine.data), MARK, "docker") == Ended(
        6, "a bootstrap container runs already\n"
    )
    assert (machine.data / "grastate.dat").read_text() == "seqno: -1\nsafe_to_bootstrap: 0\n"
    assert not [call for call in machine.calls() if call.startswith("docker run")]


@pytest.mark.parametrize(
    "label", ["run-7", "prod.0000000000000000.run-7", "other.00c0ffee00c0ffee.run-7", "<no value>"]
)
def test_a_container_of_another_store_is_never_put_away(machine: Machine, label: str) -> None:
    machine.put("label", label)  # ended
    bootstrap = machine.run(scripts.BOOTSTRAP, str(machine.data), MARK, "docker")
    read = machine.run(scripts.READ, "word-of-ours", "docker", MARK)
    assert bootstrap == Ended(6, "not our remediator_galera_bootstrap\n")
    assert read == Ended(6, "not our remediator_galera_recover\n")
    assert not [call for call in machine.calls() if call.startswith(("docker run", "docker rm"))]
    assert (machine.data / "grastate.dat").read_text() == "seqno: -1\nsafe_to_bootstrap: 0\n"


def test_a_reading_that_an_older_run_of_this_store_left_is_put_away(machine: Machine) -> None:
    machine.put("label", f"{STORE}.run-3")
    assert machine.run(scripts.READ, "word-of-ours", "docker", MARK).code == 0
    assert "docker rm -f remediator_galera_recover" in machine.calls()


def test_what_two_stores_save_lies_apart(machine: Machine) -> None:
    """Both called their first run by the same name: the second one found the first one's copy, and saved nothing."""
    other = f"prod.{'0' * 16}.run-7"
    assert machine.run(scripts.SAVE, str(machine.data), other).code == 0
    (machine.data / "grastate.dat").write_text("seqno: 4711\n")
    assert machine.run(scripts.SAVE, str(machine.data), MARK).code == 0
    assert (machine.saved / "grastate.dat").read_text() == "seqno: 4711\n"
    assert "seqno: -1" in (machine.data.parent / f"remediator-{other}" / "grastate.dat").read_text()


def test_without_a_state_file_nothing_is_bootstrapped(machine: Machine) -> None:
    (machine.data / "grastate.dat").unlink()
    assert machine.run(scripts.BOOTSTRAP, str(machine.data), MARK, "docker").code == 5
    assert not [call for call in machine.calls() if call.startswith("docker run")]


@pytest.mark.parametrize(("view", "left"), [(None, False), ("", False), ("my_uuid: x\n", True)])
def test_a_joiner_is_released_started_and_loses_an_empty_view(machine: Machine, view: str | None, left: bool) -> None:
    machine.run(scripts.HOLD, MARK, "docker", "stopped")
    if view is not None:
        (machine.data / "gvwstate.dat").write_text(view)
    machine.calls()
    assert machine.run(scripts.JOIN, MARK, str(machine.data), "ist", "docker").code == 0
    assert machine.calls() == ["systemctl daemon-reload", *START]
    assert not machine.drop_in.exists()
    assert (machine.data / "gvwstate.dat").exists() is left
    assert (machine.data / "grastate.dat").exists()


def test_a_whole_transfer_is_forced_by_setting_the_state_aside(machine: Machine) -> None:
    machine.run(scripts.HOLD, MARK, "docker", "stopped")
    assert machine.run(scripts.JOIN, MARK, str(machine.data), "sst", "docker").code == 0
    assert not (machine.data / "grastate.dat").exists()
    assert (machine.saved / "grastate.dat.set-aside").exists()
    assert machine.calls()[-2:] == START
    assert machine.run(scripts.JOIN, MARK, str(machine.data), "sst", "docker").code == 0


@pytest.mark.parametrize(("running", "code"), [("true", 0), ("", 4), ("maybe", 4)])
def test_only_a_stopped_member_loses_its_state_to_a_whole_transfer(machine: Machine, running: str, code: int) -> None:
    machine.put("running", running)
    assert machine.run(scripts.JOIN, MARK, str(machine.data), "sst", "docker").code == code
    assert (machine.data / "grastate.dat").exists()
    assert (f"systemctl start {UNIT}" in machine.calls()) is (code == 0)


def test_a_joiner_whose_start_fails_says_so(machine: Machine) -> None:
    machine.put("no-start")
    assert machine.run(scripts.JOIN, MARK, str(machine.data), "ist", "docker").code != 0
    assert machine.run(scripts.START).code != 0


def test_a_finish_ends_our_container_and_starts_the_unit_in_its_place(machine: Machine) -> None:
    machine.run(scripts.HOLD, MARK, "docker", "stopped")
    machine.put("label", MARK)
    machine.put("helper-runs")
    machine.calls()
    assert machine.run(scripts.FINISH, MARK, "docker").code == 0
    assert machine.calls()[2:] == [
        "docker stop -t 120 remediator_galera_bootstrap",
        "docker rm remediator_galera_bootstrap",
        NAMES,
        "systemctl daemon-reload",
        *START,
    ]
    assert not machine.drop_in.exists()


def test_a_finish_that_was_lost_is_done_again_without_a_container(machine: Machine) -> None:
    assert machine.run(scripts.FINISH, MARK, "docker").code == 0
    assert machine.calls() == [NAMES, "systemctl daemon-reload", *START]


def test_a_finish_starts_nothing_beside_a_container_that_took_the_data_meanwhile(machine: Machine) -> None:
    """Between the end of our container and the start of the unit the data is nobody's: somebody's rescue may have begun
    there."""
    machine.run(scripts.HOLD, MARK, "docker", "stopped")
    machine.put("others", "rescue\n")
    machine.calls()
    ended = machine.run(scripts.FINISH, MARK, "docker")
    assert ended == Ended(4, "rescue\nuses data\n")
    assert not [call for call in machine.calls() if call.startswith("systemctl")]
    assert machine.drop_in.exists()


def test_a_finish_of_a_member_whose_own_container_runs_by_then_is_no_refusal(machine: Machine) -> None:
    machine.put("others", "mariadb\n")
    assert machine.run(scripts.FINISH, MARK, "docker").code == 0


def test_a_finish_changes_nothing_while_the_engine_does_not_say_what_is_there(machine: Machine) -> None:
    machine.run(scripts.HOLD, MARK, "docker", "stopped")
    machine.put("label", MARK)
    machine.put("silent")
    machine.calls()
    assert machine.run(scripts.FINISH, MARK, "docker").code == 5
    assert machine.calls() == [NAMES]
    assert machine.drop_in.exists()


@pytest.mark.parametrize(("label", "fails", "code"), [("run-3", False, 6), ("", False, 6), (MARK, True, 5)])
def test_a_finish_leaves_what_is_not_ours_and_starts_nothing_beside_it(
    machine: Machine, label: str, fails: bool, code: int
) -> None:
    machine.put("label", label)
    machine.put("helper-runs")
    if fails:
        machine.put("stop-fails")
    assert machine.run(scripts.FINISH, MARK, "docker").code == code
    assert (machine.here / "helper-runs").exists()
    assert not [call for call in machine.calls() if call.startswith("systemctl")]


def test_a_start_resets_and_starts_the_unit_and_nothing_else(machine: Machine) -> None:
    assert machine.run(scripts.START) == Ended(0, "")
    assert machine.calls() == START
    assert not os.listdir(machine.units)
