"""Members that look for a Primary component over and over: what their logs prove of it, what is proposed, and what never follows from it."""

from __future__ import annotations

import dataclasses
import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from remediator.integrations.galera import decision, gather, lives, remote, unseen
from remediator.integrations.galera.facts import member
from remediator.integrations.galera.lives import Life
from remediator.integrations.galera.outcome import Procedure
from remediator.integrations.galera.picture import ClusterPicture
from remediator.model.replies import HostReply
from remediator.model.values import Unknown
from tests.oracle import galera as oracle
from tests.unit.integrations import galera_cells as cells
from tests.unit.integrations import galera_world as world
from tests.unit.integrations import section as make
from tests.unit.integrations.galera_world import HOSTS, VAIN, between, judged, looks, said

pytestmark = pytest.mark.unit

RECORDED = json.loads((Path(__file__).parents[2] / "golden" / "galera" / "lives" / "shut-down.json").read_text())


def life(age_s: float, primary: bool = False, outside: bool = False) -> Life:
    return Life(age_s=age_s, primary=primary, outside=outside)


# its log ----------------------------------------------------------------------------------------------------------------------


def test_a_recorded_log_tells_when_each_life_began_and_in_which_views_it_was(tmp_path: Path) -> None:
    path = tmp_path / "mariadb.log"
    path.write_text(RECORDED["text"])
    found = remote._log(str(path))["lives"]
    assert [(one["primary"], one["outside"]) for one in found] == [
        (one["primary"], one["outside"]) for one in RECORDED["expected"]
    ]
    seconds = [
        sum(int(part) * 60**power for power, part in enumerate(reversed(one["began"].split(":"))))
        for one in RECORDED["expected"]
    ]
    ages = [round(found[0]["age_s"] - one["age_s"]) for one in found]
    assert ages == [at - seconds[0] for at in seconds]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("2026-11-24  1:42:28 0 [Note] Starting MariaDB 10.11.19-MariaDB source revision x as process 7", 1),
        ("261124 01:42:28 mysqld_safe Starting mariadbd daemon with databases from /var/lib/mysql/", 1),
        ("2026-13-44 01:42:28 0 [Note] Starting MariaDB 10.11.19-MariaDB as process 7", None),
        ("10:00 Starting MariaDB 10.11 as process 1", 0),
        ("261124 01:42:28 mysqld_safe mysqld from pid file ended", 0),
    ],
)
def test_the_beginning_of_a_life(line: str, wanted: int | None) -> None:
    found = remote._beginnings(f"{line}\nWSREP: view(view_id(NON_PRIM,a-1,1) memb {{\n", 2e9)
    assert (None if found is None else len(found)) == wanted


@pytest.mark.parametrize(
    ("found", "running_s", "wanted"),
    [
        ((life(500, True, True), life(20, False, True)), 21.0, True),
        ((life(500, True, True),), 501.0, False),
        ((life(500, True, True), life(21), life(20, True)), 21.0, False),
        ((life(65, False, True), life(21), life(20)), 21.0, True),
        ((life(65, True, True), life(21), life(20)), 21.0, False),
        ((life(300, False, True), life(90)), 91.0, Unknown("no_view_yet")),
        ((life(30),), 31.0, Unknown("no_view_yet")),
        ((life(30, False, True),), 2.0, True),
        ((life(0, False, True),), 100.0, Unknown("log_of_an_older_start")),
        ((life(7221, False, True), life(7220, False, True)), 21.0, Unknown("log_of_an_older_start")),
        ((life(30, False, True),), 20.0, Unknown("log_of_an_older_start")),
        ((life(30, False, True),), None, True),
        ((life(30, True, True),), None, False),
        ((), 5.0, Unknown("no_start_in_log")),
        (Unknown("no_log"), 5.0, Unknown("no_log")),
    ],
)
def test_when_it_looks_for_a_component(found: Any, running_s: float | None, wanted: Any) -> None:
    """A server that recovers its data for minutes at its start has no view yet: it may be about to join, and is left alone."""
    assert lives.searching(found, running_s) == wanted


def test_for_how_long_it_has_been_looking() -> None:
    assert lives.looks_for_s([life(500, True), life(110), life(66), life(20)]) == 110
    assert lives.looks_for_s([life(110), life(20)]) == 110
    assert lives.looks_for_s([life(110), life(20, True)]) is None
    assert lives.looks_for_s([]) is None
    assert lives.looks_for_s(Unknown("no_log")) is None


@pytest.mark.parametrize("data", [None, [{"age_s": "x"}], [{"age_s": 1.0, "primary": True}], "no list"])
def test_what_the_log_does_not_say_is_unknown(data: Any) -> None:
    assert isinstance(lives.parse(data), Unknown)


# a member ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "searching", "outside"),
    [
        (looks("ctl1"), True, True),
        (between("ctl1"), True, True),
        (world.stopped("ctl1", unit=make.unit(), **said(*VAIN)), True, True),  # systemd has told its engine to start it
        (world.stopped("ctl1", **said(*VAIN)), False, True),
        (world.running("ctl1"), False, False),
        (world.running("ctl1", Unknown("sql_timeout"), **world.started(21.0), **said(*VAIN)), False, Unknown("sql_timeout")),
        (world.running("ctl1", Unknown("sql_denied"), **world.started(21.0), **said(*VAIN)), False, Unknown("sql_denied")),
        (looks("ctl1", lives=None), Unknown("no_log"), Unknown("sql_refused")),
        (looks("ctl1", since_s=300.0), Unknown("log_of_an_older_start"), Unknown("sql_refused")),
        (looks("ctl1", **said((500.0, False, True)), since_s=300.0), Unknown("log_of_an_older_start"), Unknown("sql_refused")),
        (looks("ctl1", **said((20.0, True, False))), False, Unknown("sql_refused")),
        (looks("ctl1", galera=Unknown("timeout:galera")), Unknown("timeout:galera"), Unknown("sql_refused")),
    ],
)  # fmt: skip
def test_what_is_known_of_a_member(reply: HostReply, searching: Any, outside: Any) -> None:
    """Only a refused port counts: one that takes a password, or says nothing, may be anything. A joiner tells of a Primary view."""
    found = member("ctl1", reply)
    assert (found.searching, found.outside) == (searching, outside)
    assert found.primary is not True or searching is False


def picture(*replies: HostReply, **known: Any) -> ClusterPicture:
    return gather.picture(world.evidence(*replies, **known))


MEMBERS = {"looks": looks, "between": between, "failed": world.stopped}


@pytest.mark.parametrize("states", list(itertools.combinations_with_replacement(MEMBERS, 3)))
def test_whatever_each_does_in_this_moment_the_same_is_proposed(states: tuple[str, ...]) -> None:
    """Each goes on with its own cycle of 45 s: the judgement must not change with it, or nothing would ever wait long enough."""
    data = judged(*(MEMBERS[state](host) for state, host in zip(states, HOSTS, strict=True)))
    assert (data["procedure"], data["rule"], data["may_be_primary"]) == ("bootstrap", "GB-4", 0), data["why"]
    assert data["candidate"] is None
    assert data["searching"] == sum(state != "failed" for state in states)


@pytest.mark.parametrize("states", list(itertools.combinations_with_replacement(("looks", "failed"), 3)))
def test_a_cluster_that_was_never_seen_healthy_is_told_what_is_missing_for_good(states: tuple[str, ...]) -> None:
    """To read positions would help nobody: nothing tells which history is its own."""
    found = decision.outlook(
        picture(*(MEMBERS[state](host) for state, host in zip(states, HOSTS, strict=True)), mark=None)
    )
    assert (found.procedure, found.rule) == (decision.Procedure.PAGE, "GB-5")
    assert "mariadb-recovery" in found.why
    assert "read" not in found.why.split()


def test_it_is_never_a_proof_for_the_bootstrap_itself() -> None:
    """GB-2: the decision wants an answer over SQL or a stopped process, and pages while one runs."""
    found = decision.decide(picture(looks("ctl1"), world.stopped("ctl2"), world.stopped("ctl3")))
    assert (found.procedure, found.rule) == (Procedure.PAGE, "GB-2")


@pytest.mark.parametrize(
    ("other", "rule"),
    [
        (world.running("ctl3", Unknown("sql_timeout")), "GB-2"),
        (looks("ctl3", **said((20.0, True, False))), "GB-2"),
        (looks("ctl3", grastate_text=world.grastate(world.OTHER)), "GB-5"),
        (looks("ctl3", log_tail="InnoDB: Database page corruption on disk"), "GB-17"),
        (looks("ctl3", process_bootstrap=True), "GB-11"),
    ],
)
def test_what_else_forbids_it_is_told(other: HostReply, rule: str) -> None:
    data = judged(looks("ctl1"), looks("ctl2"), other)
    assert (data["procedure"], data["rule"]) == ("page", rule), data["why"]


def test_members_that_may_form_their_last_view_are_given_ten_minutes() -> None:
    text = (
        "my_uuid: 6c191011-e710-11f1-8064-067e3541b3e1\n#vwbeg\nview_id: 3 6c191011-e710-11f1-8064-067e3541b3e1 4\nbootstrap: 0\n"
        + "".join(f"member: 6c191011-e710-11f1-8064-067e3541b3e{number} 0\n" for number in (1, 2, 3))
        + "#vwend\n"
    )
    view = {"gvwstate_text": text, "gvwstate_bytes": len(text), "gvwstate_mtime": 1.0}
    well = world.mark(age_s=3000.0)
    young = judged(*(looks(host, **view) for host in HOSTS), mark=well)
    assert (young["procedure"], young["rule"]) == ("wait", "GB-1")
    long = said((3000.0, True, True), (700.0, False, True), (21.0, False, False), (20.0, False, True))
    assert judged(*(looks(host, **{**view, **long}) for host in HOSTS), mark=well)["procedure"] == "bootstrap"
    assert (
        judged(*(looks(host, **{**view, **long}) for host in HOSTS), mark=world.mark(age_s=300.0))["procedure"]
        == "wait"
    )


def test_vain_starts_do_not_lengthen_what_was_committed_unseen() -> None:
    """GB-8: a member that never found a component has committed nothing since the first of those starts."""
    replies = [looks("ctl1"), between("ctl2"), world.stopped("ctl3", **said(*VAIN))]
    known = gather.picture(world.evidence(*replies, mark=world.mark(age_s=130.0)))
    assert isinstance(known.unseen_s, float)
    assert known.unseen_s == pytest.approx(19.0, abs=2.0)
    assert known.unseen_s < unseen.LONGEST_S
    without = [looks("ctl1", lives=None), between("ctl2"), world.stopped("ctl3", **said(*VAIN))]
    assert isinstance(gather.picture(world.evidence(*without)).unseen_s, Unknown)


@pytest.mark.parametrize("shift_s", [-7200.0, 7200.0])
def test_a_log_whose_times_are_of_another_zone_shortens_nothing(shift_s: float) -> None:
    """Its newest start must be that of the container: else the engine's own end counts, which is too late and never too early."""
    shifted = said(*((max(0.0, age_s + shift_s), primary, outside) for age_s, primary, outside in VAIN))
    replies = [world.stopped(host, **shifted) for host in HOSTS]
    known = gather.picture(world.evidence(*replies, mark=world.mark(age_s=130.0)))
    assert known.unseen_s == pytest.approx(69.0, abs=2.0)
    for host in HOSTS:
        assert member(host, looks(host, **shifted)).searching == Unknown("log_of_an_older_start")


@pytest.mark.parametrize("n", [2, 3])
def test_one_that_looks_is_proposed_exactly_what_a_stopped_one_is(n: int) -> None:
    """In every cell: suppose of a stopped member that it looks for a component instead; what is proposed is no more than before."""
    tried = 0
    for cell in itertools.islice(oracle.cells(n), 0, None, 7 if n == 3 else 1):
        before = cells.picture(cell)
        for index, one in enumerate(before.members):
            if one.stopped is not True or one.port != "refused" or one.unit not in ("failed", "masked"):
                continue
            tried += 1
            restless = dataclasses.replace(one, stopped=False, unit="active", searching=True)
            members = (*before.members[:index], restless, *before.members[index + 1 :])
            seen = dataclasses.replace(before, members=members)
            assert decision.decide(seen).procedure not in decision.BOOTSTRAPS
            proposed = decision.outlook(seen).procedure
            if proposed in decision.BOOTSTRAPS:
                assert decision.outlook(before).procedure in (*decision.BOOTSTRAPS, Procedure.START_MEMBERS)
    assert tried > 1000


def test_taking_away_that_it_looks_never_proposes_a_bootstrap() -> None:
    whole = picture(looks("ctl1"), between("ctl2"), looks("ctl3"))
    assert decision.outlook(whole).procedure is Procedure.BOOTSTRAP
    for index in (0, 2):
        members = list(whole.members)
        members[index] = dataclasses.replace(members[index], searching=Unknown("taken away"))
        assert decision.outlook(dataclasses.replace(whole, members=tuple(members))).procedure is Procedure.PAGE
