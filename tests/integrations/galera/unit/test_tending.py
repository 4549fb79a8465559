"""When a member is upgraded, and when it is restarted: each proof alone taken away, and what becomes of what was
begun."""

from __future__ import annotations

import dataclasses
import os
import shutil
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from remediator.integrations.galera import assess
from remediator.integrations.galera import manifest as galera
from remediator.integrations.galera.actions import restart_left_out, upgrade
from remediator.integrations.galera.steps import scripts
from remediator.model import targets
from remediator.model.content.actions import ActionSpec, PlanInput, Probe, StepInput
from remediator.model.content.declined import Refused
from remediator.model.content.judging import Evidence
from remediator.model.hosts import Host
from remediator.model.messages.replies import HostReply
from remediator.model.values import Unknown
from tests.builders.asked import asked, settling
from tests.builders.declined import built, declines
from tests.integrations.galera.unit.test_upgrade import OUT, RACE, SILENT, TABLE, reply, sql
from tests.unit.integrations import section as make

pytestmark = pytest.mark.unit

ACTIONS: Mapping[str, ActionSpec] = {one.name: one for one in galera.build({}).actions}
LOGIN, UPGRADE, RESTART = (
    ACTIONS[name] for name in ("galera.login", "galera.upgrade_tables", "galera.restart_left_out")
)
TARGET = targets.member("galera", "ctl1")
OLD, NEW = "10.6.16-MariaDB", "10.11.19-MariaDB"
U = Unknown("x")
UPGRADABLE: dict[str, Any] = {
    "upgrade_needed": True,
    "downgraded": False,
    "bootstrap_left_over": False,
    "cluster_status": "Primary",
    "local_state": "Synced",
    "cluster_size": 3,
    "group_size": 3,
    "others_synced": 2,
    "any_donor_or_joiner": False,
    "split": False,
    "cause": None,
    "disk_full": False,
    "abs_clock_offset_s": 0.1,
}
LEFT_OUT: dict[str, Any] = {
    "restart_asked": True,
    "process_running": True,
    "operator_stopped": False,
    "systemd_busy": False,
    "unit_state": "active",
    "has_unit": True,
    "sst_in_progress": False,
    "bootstrap_left_over": False,
    "others_all_known": True,
    "quorum_without_me": True,
    "any_donor_or_joiner": False,
    "split": False,
    "cluster_status": "Disconnected",
    "local_state": "Initialized",
    "cause": None,
    "disk_full": False,
    "abs_clock_offset_s": 0.1,
}


def evidence(me: HostReply, *others: HostReply, runs: Any = (), now_s: float = 3601.0) -> Evidence:
    """The evidence of a group; `runs` None: there is no journal."""
    found = make.evidence(me, *(others or (reply("ctl2", info=OLD), reply("ctl3", info=OLD))))
    known = {} if runs is None else {"mark": None, "runs": runs}
    return dataclasses.replace(found, known=known, now=make.at(now_s))  # type: ignore[type-var]


def order(data: dict[str, Any], seen: Evidence | None = None, **changes: Any) -> PlanInput:
    """Return what an action is asked with in its turn, on the evidence `seen`; without any: before its run begins."""
    host = Host(name="ctl1", address="a", groups=("mariadb",), engine=changes.pop("engine", "docker"))
    if seen is None:
        return PlanInput(target=TARGET, host=host, data=data)
    return StepInput(target=TARGET, host=host, data=data, evidence=seen, run="run-9", mark="lab.s.run-9", **changes)


def in_turn(data: dict[str, Any], seen: Evidence, **changes: Any) -> StepInput:
    found = order(data, seen, **changes)
    assert isinstance(found, StepInput)
    return found


def run(state: str, age_s: float = 600.0, **changes: Any) -> dict[str, Any]:
    done = ("galera.login", "galera.upgrade_tables")
    return {
        "run": "run-4",
        "runbook": "galera-mariadb-upgrade",
        "state": state,
        "age_s": age_s,
        "ended_s": 1.0,
        "done": done,
        **changes,
    }


# what is asked for before a member is touched
# -----------------------------------------------------------------------------


@pytest.mark.parametrize("action", [LOGIN, UPGRADE], ids=["login", "upgrade"])
@pytest.mark.parametrize("engine", ["docker", "podman"])
def test_a_member_of_a_whole_cluster_is_upgraded_by_its_engine(action: ActionSpec, engine: str) -> None:
    for seen in (None, evidence(reply(info=OLD))):
        (command,) = built(asked(action, order(UPGRADABLE, seen, engine=engine)))
        assert (command.host, command.argv[0], command.argv[-1]) == ("ctl1", "sh", engine)


@pytest.mark.parametrize("action", [LOGIN, UPGRADE], ids=["login", "upgrade"])
@pytest.mark.parametrize("name", sorted(UPGRADABLE))
def test_whatever_is_not_known_no_member_is_upgraded(action: ActionSpec, name: str) -> None:
    missing = {key: value for key, value in UPGRADABLE.items() if key != name}
    for data in ({**UPGRADABLE, name: U}, missing):
        with declines(Refused, match=r"\w+ .*"):
            built(asked(action, order(data)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"upgrade_needed": False}, "not proven that mariadb-upgrade has to run on ctl1"),
        ({"upgrade_needed": None}, "not proven that mariadb-upgrade has to run on ctl1"),
        ({"downgraded": True}, "those of a newer server"),
        ({"bootstrap_left_over": True}, "recreate it first"),
        ({"cluster_status": "non-Primary"}, "in a non-Primary component"),
        ({"local_state": "Donor/Desynced"}, "ctl1 is Donor/Desynced"),
        ({"cluster_size": 2}, "has 2 members, the group 3"),
        ({"others_synced": 1}, "of the other members 1 are proven Synced, of 2"),
        ({"any_donor_or_joiner": True}, "state transfer"),
        ({"split": True}, "two Primary components"),
        ({"cause": "innodb_corruption"}, "innodb_corruption"),
        ({"disk_full": True}, "make room first"),
        ({"abs_clock_offset_s": 2.5}, "clock of ctl1"),
    ],
)
def test_what_forbids_an_upgrade(change: dict[str, Any], words: str) -> None:
    with declines(Refused, match=words):
        built(asked(UPGRADE, order({**UPGRADABLE, **change})))


DONOR = sql(wsrep_local_state_comment="Donor/Desynced")


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (evidence(reply(info=OLD), reply("ctl2", DONOR, info=OLD), reply("ctl3")), "ctl2 is not proven Synced"),
        (evidence(reply(info=OLD), reply("ctl2", SILENT, info=OLD), reply("ctl3")), "ctl2 is not proven Synced"),
        (evidence(reply(info=OLD), reply("ctl2", info=""), reply("ctl3", info=OLD)), "an upgrade of ctl2 was begun"),
        (evidence(reply(info=OLD), runs=None), "no journal"),
        (evidence(reply(info=OLD), runs=(run("failed"),)), "run-4, the last upgrade, is failed, and ctl2 may be"),
        (evidence(reply(info=OLD), runs=(run("in_doubt"),)), "is in_doubt"),
        (evidence(reply(info=OLD), runs=(run("cancelled"), run("succeeded", 900.0))), "is cancelled"),
    ],
)
def test_the_others_forbid_an_upgrade(seen: Evidence, words: str) -> None:
    for action in (LOGIN, UPGRADE):
        with declines(Refused, match=words):
            built(asked(action, order(UPGRADABLE, seen)))


@pytest.mark.parametrize(
    "seen",
    [
        evidence(reply(info=OLD), runs=(run("succeeded"), run("failed", 900.0))),
        evidence(reply(info=OLD), runs=(run("failed", done=("galera.login",)),)),
        evidence(reply(info=OLD), runs=(run("failed", runbook="galera-start-member"),)),
        evidence(reply(info=OLD), runs=(run("running", run="run-9"),)),
        evidence(reply(info=OLD), reply("ctl2", info=NEW), reply("ctl3", info=NEW), runs=(run("failed"),)),
        evidence(reply(info=""), reply("ctl2", info=NEW), reply("ctl3", info=NEW), runs=(run("failed"),)),
    ],
)
def test_an_upgrade_that_left_nothing_behind_elsewhere_forbids_nothing(seen: Evidence) -> None:
    assert built(asked(UPGRADE, order(UPGRADABLE, seen)))


# as whom
# ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("account", ["mysql", "root"])
def test_the_login_gives_the_account_and_what_the_log_said_before(account: str) -> None:
    assert LOGIN.gives is not None
    given = built(
        LOGIN.gives.told(
            in_turn(UPGRADABLE, evidence(reply(info=OLD, signs=[TABLE, RACE]))), f"remediator-login {account}\n"
        )
    )
    assert given == {"account": account, "signs": [TABLE]}


@pytest.mark.parametrize(
    "output", ["remediator-login none\n", "", "remediator-login mysql\nremediator-login root\n", "remediator-login x"]
)
def test_a_member_that_wants_a_password_ends_the_run_with_kollas_command(output: str) -> None:
    assert LOGIN.gives is not None
    with declines(Refused, match=r"MariaDB on ctl1 lets neither .* run `kolla-ansible upgrade --tags mariadb`"):
        built(LOGIN.gives.told(in_turn(UPGRADABLE, evidence(reply(info=OLD))), output))


def test_a_log_that_nobody_read_ends_the_run() -> None:
    assert LOGIN.gives is not None
    with declines(Refused, match="what the log of ctl1 says"):
        built(LOGIN.gives.told(in_turn(UPGRADABLE, evidence(reply(info=OLD, signs=None))), "remediator-login mysql\n"))


# what became of it
# --------------------------------------------------------------------------------------------------------


def settled(me: HostReply, given: Mapping[str, Any], now_s: float = 3601.0) -> Any:
    results = {"login": {"account": "mysql", "signs": [TABLE]}}
    return settling(UPGRADE).seen(in_turn(UPGRADABLE, evidence(me, now_s=now_s), bound=results), given)


def test_an_upgrade_is_done_when_it_is_recorded_and_the_log_was_quiet_for_a_while() -> None:
    me = reply(info=NEW, signs=[TABLE])
    first = settled(me, {})
    assert (first.done, first.failed, first.text) == (False, False, f"ctl1: recorded {NEW}; its log is watched")
    assert not settled(me, first.given, 3601.0 + upgrade.WATCH_S - 1).done
    assert settled(me, first.given, 3601.0 + upgrade.WATCH_S).done


@pytest.mark.parametrize(
    "me", [reply(info=OLD), reply(info=""), reply(info="11.4.2-MariaDB"), reply(answer=SILENT, info=NEW)]
)
def test_without_its_record_an_upgrade_is_not_done(me: HostReply) -> None:
    for now_s in (3601.0, 99999.0):
        found = settled(me, {"since_s": 0.0}, now_s)
        assert (found.done, found.failed) == (False, False)


def test_a_new_line_about_a_table_is_a_failure_and_an_unread_log_is_waited_for() -> None:
    again = TABLE.replace("column_stats", "event")
    assert settled(reply(info=NEW, signs=[TABLE, again]), {}).failed
    found = settled(reply(info=NEW, signs=None), {"since_s": 0.0})
    assert (found.done, found.failed) == (False, False)


INTENT = {"intent_at": make.at(3000.0).wall.isoformat().replace("+00:00", "Z")}


@pytest.mark.parametrize(
    ("before", "me", "answer"),
    [
        (INTENT, reply(info=NEW), Probe.APPLIED),
        (INTENT, reply(info=OLD), Probe.UNKNOWN),
        (
            INTENT,
            dataclasses.replace(reply(info=OLD), asked_at=make.at(3000.0 + upgrade.UPGRADE_S + 1)),
            Probe.NOT_APPLIED,
        ),
        ({}, dataclasses.replace(reply(info=OLD), asked_at=make.at(99999.0)), Probe.UNKNOWN),
        (INTENT, reply(answer=SILENT, info=NEW), Probe.UNKNOWN),
        (INTENT, reply(info="11.4.2-MariaDB"), Probe.UNKNOWN),
    ],
)
def test_a_tool_that_may_still_run_is_not_said_not_to_have_run(
    before: dict[str, str], me: HostReply, answer: Probe
) -> None:
    assert UPGRADE.probe(before, me, TARGET) is answer


# the restart
# --------------------------------------------------------------------------------------------------------------


def test_a_member_that_was_left_out_is_restarted_by_its_unit() -> None:
    (command,) = built(asked(RESTART, order(LEFT_OUT)))
    assert command.argv == scripts.RESTART.argv("docker")
    assert f"systemctl restart {scripts.UNIT}" in command.argv[2]


def test_the_proofs_of_a_restart_are_what_the_assessment_finds() -> None:
    replies = (reply("ctl1", OUT, signs=[RACE]), reply("ctl2", info=NEW), reply("ctl3", info=NEW))
    data = next(one.data for one in assess.nodes(make.evidence(*replies)) if one.target == TARGET)
    assert restart_left_out.refusal(data, "ctl1") is None


@pytest.mark.parametrize("name", sorted(LEFT_OUT))
def test_whatever_is_not_known_no_member_is_restarted(name: str) -> None:
    missing = {key: value for key, value in LEFT_OUT.items() if key != name}
    for data in ({**LEFT_OUT, name: U}, missing):
        with declines(Refused, match=r"ctl1|two Primary|systemd unit"):
            built(asked(RESTART, order(data)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"restart_asked": False}, "left out and asks for a restart"),
        ({"process_running": False}, "not proven that MariaDB on ctl1 runs"),
        ({"operator_stopped": True}, "stopped by an operator"),
        ({"systemd_busy": True}, "at work on MariaDB"),
        ({"unit_state": "activating"}, "activating, not active"),
        ({"has_unit": False}, "no systemd unit"),
        ({"sst_in_progress": True}, "GB-14"),
        ({"bootstrap_left_over": True}, "second cluster"),
        ({"quorum_without_me": False}, "GB-16"),
        ({"any_donor_or_joiner": True}, "ctl1 waits"),
        ({"split": True}, "two Primary components"),
        ({"cluster_status": "Primary"}, "only a member that has left"),
        ({"local_state": "Joining: receiving State Transfer"}, "only a member that has left"),
        ({"local_state": "Donor/Desynced"}, "only a member that has left"),
        ({"cause": "diverged"}, "diverged"),
        ({"disk_full": True}, "make room first"),
        ({"abs_clock_offset_s": 2.1}, "clock of ctl1"),
    ],
)
def test_what_forbids_a_restart(change: dict[str, Any], words: str) -> None:
    with declines(Refused, match=words):
        built(asked(RESTART, order({**LEFT_OUT, **change})))


# the programs
# -------------------------------------------------------------------------------------------------------------

ENGINE = """#!/bin/sh
case "$*" in
*State.Running*) cat {here}/running ;;
"exec -u "*) [ ! -e {here}/no-$3 ] || exit 126; shift 4; PATH={here}/image:$PATH exec "$@" ;;
esac
"""
CLIENT = """#!/bin/sh
echo "client $* ${{MYSQL_PWD-unset}}" >> {here}/calls
case "$*" in *--user=$(cat {here}/lets)*) ;; *) echo "Access denied" >&2; exit 1 ;; esac
echo "GRANT $(cat {here}/grant) ON *.* TO it IDENTIFIED BY PASSWORD '*HASH' WITH GRANT OPTION"
"""
TOOL = """#!/bin/sh
echo "tool $* ${{MYSQL_PWD-unset}}" >> {here}/calls
exit $(cat {here}/rc)
"""


class Machine:
    """A directory that stands for a host whose container lets `lets` in."""

    def __init__(
        self,
        here: Path,
        lets: str,
        grant: str = "ALL PRIVILEGES",
        tools: tuple[str, str] = ("mariadb", "mariadb-upgrade"),
    ):
        self.here = here
        for folder, name, text in (
            ("bin", "docker", ENGINE), ("bin", "systemctl", '#!/bin/sh\necho "systemctl $*" >> {here}/calls\n'),
            ("image", tools[0], CLIENT), ("image", tools[1], TOOL),
        ):  # fmt: skip
            path = here / folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text.format(here=here))
            path.chmod(path.stat().st_mode | stat.S_IXUSR)
        for name, text in (("lets", lets), ("grant", grant), ("rc", "0"), ("running", "true")):
            (here / name).write_text(text)

    def run(self, script: Any) -> tuple[int, str, list[str]]:
        env = {**os.environ, "PATH": f"{self.here}/bin:{os.environ['PATH']}", "MYSQL_PWD": "hush"}
        done = subprocess.run(script.argv("docker"), env=env, capture_output=True, text=True, timeout=20)
        calls = self.here / "calls"
        return done.returncode, done.stdout + done.stderr, calls.read_text().splitlines() if calls.exists() else []


@pytest.mark.skipif(
    shutil.which("mariadb") is not None, reason="a client of this machine would be found in place of the image's"
)
@pytest.mark.parametrize("tools", [("mariadb", "mariadb-upgrade"), ("mysql", "mysql_upgrade")])
@pytest.mark.parametrize("lets", ["mysql", "root"])
def test_the_upgrade_runs_as_whom_the_member_lets_in_and_no_password_is_seen(
    tmp_path: Path, lets: str, tools: tuple[str, str]
) -> None:
    machine = Machine(tmp_path, lets, tools=tools)
    code, out, _ = machine.run(scripts.LOGIN)
    assert (code, out) == (0, f"remediator-login {lets}\n")
    code, out, calls = machine.run(scripts.UPGRADE)
    assert (code, calls[-1]) == (0, f"tool --protocol=socket --user={lets} unset")
    assert "hush" not in "".join(calls) + out
    assert "HASH" not in out
    (tmp_path / "rc").write_text("1")
    assert machine.run(scripts.UPGRADE)[0] == 1


@pytest.mark.parametrize(
    ("lets", "grant"), [("nobody", "ALL PRIVILEGES"), ("mysql", "SELECT"), ("root", "ALL PRIVILEGES, or not")]
)
def test_without_a_login_that_has_all_rights_no_tool_is_run(tmp_path: Path, lets: str, grant: str) -> None:
    machine = Machine(tmp_path, lets, grant)
    assert machine.run(scripts.LOGIN)[:2] == (0, "remediator-login none\n")
    code, out, calls = machine.run(scripts.UPGRADE)
    assert (code, out) == (4, "no login without a password\n")
    assert not any(call.startswith("tool") for call in calls)


@pytest.mark.parametrize(
    ("running", "code", "calls"), [("true", 0, [f"systemctl restart {scripts.UNIT}"]), ("false", 4, []), ("", 4, [])]
)
def test_only_what_is_proven_to_run_is_restarted(tmp_path: Path, running: str, code: int, calls: list[str]) -> None:
    machine = Machine(tmp_path, "root")
    (tmp_path / "running").write_text(running)
    found = machine.run(scripts.RESTART)
    assert (found[0], found[2]) == (code, calls)


def test_the_docs_have_the_sentences_that_people_read() -> None:
    text = (Path(__file__).parents[4] / "docs" / "galera-upgrade.md").read_text("utf-8")
    flat = " ".join(" ".join(line.removeprefix("> ") for line in text.splitlines()).split())
    assert upgrade.NO_LOGIN.format(host="ctl1") in flat
    for runbook in ("galera-mariadb-upgrade", "galera-restart-left-out"):
        assert f"`{runbook}`" in text
    for name in ("upgrade_needed", "downgraded", "bootstrap_left_over", "statistics_outdated", "ist_race", "slowest"):
        assert f"`{name}`" in text
