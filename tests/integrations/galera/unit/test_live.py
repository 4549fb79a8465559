"""Members that all run, and none of them Primary: the choice of one, its refusals, the statement, and its effect."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from remediator.integrations.galera.actions import pc_bootstrap
from remediator.integrations.galera.actions.choice import CHOICE
from remediator.integrations.galera.judgement.decision import ALONE
from remediator.integrations.galera.steps import scripts
from remediator.model.content.actions import Probe
from remediator.model.content.consent import Ask
from remediator.model.content.declined import Refused
from remediator.model.messages.replies import HostReply
from remediator.model.values import Unknown
from tests.builders.asked import settling
from tests.builders.declined import built, declines
from tests.integrations.galera.unit import world
from tests.integrations.galera.unit.world import ACTIONS, HOSTS, TARGET, UUID, argvs, order

pytestmark = pytest.mark.unit
LONG = {"mark": world.mark(age_s=3000.0)}
LOGIN = scripts.LOGIN.argv("docker")
SAYS = scripts.PC_BOOTSTRAP.argv("docker")


def out(at: int = 77, **more: str) -> dict[str, str]:
    return world.sql("non-Primary", "Initialized", size=1, at=at, **more)


def cut(*positions: int, **more: str) -> list[HostReply]:
    """Return three members that run, answer, and are in no Primary component; none has a view it could form again."""
    return [world.running(host, out(at, **more), log_tail="") for host, at in zip(HOSTS, positions, strict=True)]


def choice(host: str = "ctl2", seqno: int = 78) -> dict[str, Any]:
    return {
        "choice": {
            "host": host,
            "uuid": UUID,
            "seqno": seqno,
            "lost": 0,
            "why": "w",
            "alone_why": ALONE,
            "table": "t",
            "unseen": "u",
        }
    }


# the choice
# -----------------------------------------------------------------------------------------------------------------


def test_the_furthest_is_chosen_and_asked_whether_it_lets_us_in() -> None:
    asked = order("ctl1", *cut(76, 78, 77), approved=True, **LONG)
    assert argvs("galera.decide_live", asked) == [("ctl2", LOGIN)]
    gives = ACTIONS["galera.decide_live"].gives
    assert gives is not None
    chosen = built(gives.told(asked, "$ sh\nremediator-login mysql\n"))
    assert {name: chosen[name] for name in ("host", "uuid", "seqno", "lost")} == {
        "host": "ctl2", "uuid": UUID, "seqno": 78, "lost": 0,
    }  # fmt: skip
    gives = ACTIONS["galera.decide_live"].gives
    assert gives is not None
    assert gives.kind is CHOICE
    assert CHOICE.read(chosen).seqno == 78


@pytest.mark.parametrize("output", ["remediator-login none\n", "", "remediator-login mysql\nremediator-login root\n"])
def test_a_member_that_lets_nobody_in_ends_the_run_with_the_statement(output: str) -> None:
    gives = ACTIONS["galera.decide_live"].gives
    assert gives is not None
    with declines(Refused, match=r"say on ctl2 alone, .*: SET GLOBAL wsrep_provider_options='pc.bootstrap=YES';"):
        built(gives.told(order("ctl1", *cut(76, 78, 77), **LONG), output))


def test_a_loss_is_asked_about_even_when_the_plan_was_approved() -> None:
    with declines(Ask, match="7 transactions below the high-water mark are possibly lost"):
        built(argvs("galera.decide_live", order("ctl1", *cut(70, 69, 70), approved=True, **LONG)))


@pytest.mark.parametrize("action", ["galera.decide_live", "galera.pc_bootstrap"])
@pytest.mark.parametrize(
    ("replies", "more", "words"),
    [
        ([world.running("ctl1"), *cut(76, 78, 77)[1:]], {}, "ctl2, ctl3 merges when it sees the others again"),
        ([world.stopped("ctl1"), *cut(76, 78, 77)[1:]], {}, "GB-"),
        ([world.running("ctl1", Unknown("sql_timeout")), *cut(76, 78, 77)[1:]], {}, "GB-2"),
        (cut(76, 78, 77, version="11.4.2-MariaDB"), {}, "not known to be below 11.2"),
        (
            [*cut(76, 78, 77)[:2], world.running("ctl3", out(77) | {"wsrep_cluster_state_uuid": world.OTHER})],
            {},
            "GB-5",
        ),
        (
            cut(76, 78, 77),
            {"runs": [world.past(runbook="galera-pc-bootstrap", done=("galera.pc_bootstrap",))]},
            "GB-18",
        ),
        (
            cut(76, 78, 77),
            {"runs": [world.past(state="in_doubt", ended_s=None, done=("galera.pc_bootstrap",))]},
            "GB-12",
        ),
    ],
    ids=["one-primary", "one-stopped", "one-silent", "too-new", "two-uuids", "a-day", "in-doubt"],
)
def test_what_the_rules_refuse_is_not_said(
    action: str, replies: list[HostReply], more: dict[str, Any], words: str
) -> None:
    with declines(Refused, match=words):
        built(argvs(action, order("ctl1", *replies, approved=True, bound=choice(), **{**LONG, **more})))


def test_before_its_run_it_is_refused_unless_the_judgement_says_so() -> None:
    assert argvs("galera.decide_live", world.planned(procedure="pc_bootstrap", why="w")) == []
    for said in ("bootstrap", "page", "wait", Unknown("timeout:x")):
        with declines(Refused, match="not pc_bootstrap"):
            built(argvs("galera.decide_live", world.planned(procedure=said, why="w")))


# the statement
# --------------------------------------------------------------------------------------------------------------


def test_it_is_said_to_the_chosen_one_after_another_look() -> None:
    asked = order("ctl1", *cut(76, 78, 77), bound=choice(), **LONG)
    assert argvs("galera.pc_bootstrap", asked) == [("ctl2", SAYS)]
    with declines(Refused, match="looked at again right before the bootstrap"):
        built(argvs("galera.pc_bootstrap", order("ctl1", *cut(79, 78, 77), bound=choice(), **LONG)))


def test_one_that_went_back_since_the_choice_is_not_made_primary() -> None:
    with declines(Refused, match="ctl2 was chosen at 80 and is at 78 now"):
        built(argvs("galera.pc_bootstrap", order("ctl1", *cut(76, 78, 77), bound=choice(seqno=80), **LONG)))


@pytest.mark.parametrize(
    ("answer", "probe"),
    [(world.sql(size=1), Probe.APPLIED), (out(), Probe.NOT_APPLIED), (Unknown("sql_timeout"), Probe.UNKNOWN)],
)
def test_a_lost_outcome_is_told_by_the_component(answer: Any, probe: Probe) -> None:
    assert ACTIONS["galera.pc_bootstrap"].probe({"run": "run-7"}, world.running("ctl2", answer), TARGET) is probe


@pytest.mark.parametrize(
    ("answer", "done", "failed", "words"),
    [
        (world.sql(size=1, at=78), True, False, "Primary and Synced at 78, uuid unchanged"),
        (out(78), False, False, "Initialized in a non-Primary component"),
        (world.sql(size=1, at=77), False, True, "it stands at 77 and recovered 78"),
        (world.sql(size=1, at=78, uuid=world.OTHER), False, True, "an empty history"),
    ],
)
def test_it_has_come_about_when_it_is_primary_with_its_history(
    answer: dict[str, str], done: bool, failed: bool, words: str
) -> None:
    settled = settling(ACTIONS["galera.pc_bootstrap"]).seen
    replies = [cut(76, 78, 77)[0], world.running("ctl2", answer), cut(76, 78, 77)[2]]
    found = settled(order("ctl1", *replies, bound=choice()), {})
    assert (found.done, found.failed) == (done, failed)
    assert words in found.text


def test_the_docs_have_the_statement() -> None:
    text = (Path(__file__).parents[4] / "docs" / "galera.md").read_text("utf-8")
    assert f"{pc_bootstrap.STATEMENT};" in text
    assert "galera-pc-bootstrap" in text


# the program
# ----------------------------------------------------------------------------------------------------------------

ENGINE = """#!/bin/sh
case "$*" in
"exec -u "*) shift 4; PATH={here}/image:$PATH exec "$@" ;;
esac
"""
CLIENT = """#!/bin/sh
case "$*" in *--user=mysql*) ;; *) exit 1 ;; esac
for last; do :; done
echo "$last" >> {here}/said
case "$last" in
"SHOW GRANTS") echo "GRANT ALL PRIVILEGES ON *.* TO it" ;;
"SHOW STATUS"*) printf 'wsrep_cluster_status\\t%s\\n' "$(cat {here}/status)" ;;
*) exit $(cat {here}/rc) ;;
esac
"""


@pytest.mark.skipif(
    shutil.which("mariadb") is not None, reason="a client of this machine would be found in place of the image's"
)
@pytest.mark.parametrize(
    ("status", "rc", "code", "words", "said"),
    [
        ("non-Primary", 0, 0, "", True),
        ("non-Primary", 1, 1, "", True),
        ("Primary", 0, 0, "Primary already", False),
        ("Disconnected", 0, 4, "not proven non-Primary: Disconnected", False),
        ("", 0, 4, "not proven non-Primary", False),
    ],
)
def test_it_is_said_only_to_one_that_is_not_primary(
    tmp_path: Path, status: str, rc: int, code: int, words: str, said: bool
) -> None:
    for folder, name, text in (("bin", "docker", ENGINE), ("image", "mariadb", CLIENT)):
        path = tmp_path / folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.format(here=tmp_path))
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    (tmp_path / "status").write_text(status)
    (tmp_path / "rc").write_text(str(rc))
    env = {**os.environ, "PATH": f"{tmp_path}/bin:{os.environ['PATH']}"}
    done = subprocess.run(SAYS, env=env, capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stderr) == (code, "")
    assert words in done.stdout
    spoken = (tmp_path / "said").read_text().splitlines()
    assert (spoken[-1] == pc_bootstrap.STATEMENT) is said
    assert "SHOW STATUS LIKE 'wsrep_cluster_status'" in spoken
