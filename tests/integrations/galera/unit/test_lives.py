"""Members that look for a Primary component over and over: what their logs prove of it, what is proposed, and what
never follows from it."""

from __future__ import annotations

import dataclasses
import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from remediator.integrations.galera import remote
from remediator.integrations.galera.facts.member import member
from remediator.integrations.galera.judgement import build_picture, decision
from remediator.integrations.galera.judgement.outcome import Procedure
from remediator.integrations.galera.judgement.picture import ClusterPicture
from remediator.integrations.galera.logs import primary_views
from remediator.integrations.galera.logs.primary_views import Life
from remediator.integrations.galera.watermark import staleness
from remediator.model.messages.replies import HostReply
from remediator.model.values import Unknown
from tests.integrations.galera import oracle
from tests.integrations.galera.unit import cells, world
from tests.integrations.galera.unit.world import HOSTS, VAIN, between, judged, looks, said
from tests.unit.integrations import section as make

pytestmark = pytest.mark.unit

GOLDEN = Path(__file__).parents[1] / "golden" / "lives"


def life(age_s: float, primary: bool = False, outside: bool = False, last: str | None = None) -> Life:
    return Life(age_s=age_s, primary=primary, outside=outside, last=last)


def going_down(host: str) -> HostReply:
    """Return a stranded member whose unit is being stopped in this moment."""
    item = make.container("mariadb", health=None, started_at=make.stamp(3000.0))
    units = {"mariadb": make.unit(ActiveState="deactivating", SubState="stop-sigterm")}
    return world.stranded(host, containers=make.containers(item, units=units))


# its log
# ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(path.stem for path in GOLDEN.glob("*.json")))
def test_a_recorded_log_tells_when_each_life_began_in_which_views_it_was_and_where_it_is(
    name: str, tmp_path: Path
) -> None:
    recorded = json.loads((GOLDEN / f"{name}.json").read_text())
    path = tmp_path / "mariadb.log"
    path.write_text(recorded["text"])
    found = remote._log(str(path))["lives"]
    told = ("primary", "outside", "last")
    assert [[one[word] for word in told] for one in found] == [
        [one[word] for word in told] for one in recorded["expected"]
    ]
    seconds = [
        sum(int(part) * 60**power for power, part in enumerate(reversed(one["began"].split(":"))))
        for one in recorded["expected"]
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
    """A server that recovers its data for minutes at its start has no view yet: it may be about to join, and is left
    alone."""
    assert primary_views.searching(found, running_s) == wanted


@pytest.mark.parametrize(
    ("found", "running_s", "wanted"),
    [
        ((life(901), life(900, True, True, "outside")), 900.0, True),
        ((life(900, True, False, "outside"),), 901.0, True),  # its view is Primary, and its component is none
        ((life(900, True, True, "primary"),), 900.0, False),  # the exchange of states may still be under way
        ((life(900, True, True, "leaving"),), 900.0, False),
        ((life(900, False, True, "outside"),), 900.0, False),  # it looks for one, and gives up by itself
        ((life(900, True, True, "outside"), life(20), life(19)), 20.0, False),
        ((life(900, True, True, "outside"),), 20.0, Unknown("log_of_an_older_start")),
        ((), 20.0, Unknown("no_start_in_log")),
        (Unknown("no_log"), 20.0, Unknown("no_log")),
    ],
)
def test_when_it_has_lost_the_component_that_it_joined(found: Any, running_s: float, wanted: Any) -> None:
    assert primary_views.stranded(found, running_s) == wanted
    if wanted is True:
        assert primary_views.searching(found, running_s) is False


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("WSREP: view(view_id(PRIM,a-1,1) memb {\n", "primary"),
        ("WSREP: view(view_id(PRIM,a-1,1) memb {\n0 [Note] WSREP: view(view_id(NON_PRIM,a-1,2) memb {\n", "outside"),
        ("WSREP: New COMPONENT: primary = yes, bootstrap = no\nWSREP: Quorum results:\n\tcomponent  = "
            "NON-PRIMARY,\n", "outside"),
        ("WSREP: New COMPONENT: primary = no, bootstrap = no\nWSREP: Quorum results:\n\tcomponent  = "
            "PRIMARY,\n", "primary"),
        ("0 [Note] mariadbd (initiated by: unknown): Normal shutdown\nWSREP: "
            "view(view_id(NON_PRIM,a-1,2) memb {\n", "leaving"),
        ("0 [Note] WSREP: view(view_id(NON_PRIM,a-1,2) memb {\n0 [Note] WSREP: Received self-leave "
            "message.\n", "leaving"),
        ("0 [Note] WSREP: view(view_id(NON_PRIM,a-1,2) memb {\n0 [Note] WSREP: Shifting OPEN -> CLOSED "
            "(TO: 29)\n", "leaving"),
        ("0 [Note] WSREP: Shifting CLOSED -> OPEN (TO: 0)\n", None),
        ("0 [Note] InnoDB: Buffer pool(s) load completed\n", None),
    ],
)  # fmt: skip
def test_what_a_life_tells_last_of_its_component(text: str, last: str | None) -> None:
    start = "2026-11-24  1:42:28 0 [Note] Starting MariaDB 10.11.19-MariaDB as process 7\n"
    before = f"{start}0 [Note] WSREP: view(view_id(NON_PRIM,a-1,9) memb {{\n"
    found = remote._beginnings(f"{before}{start}{text}", 2e9)
    assert found is not None
    assert [one["last"] for one in found] == ["outside", last]


def test_for_how_long_one_that_has_ended_was_given() -> None:
    assert primary_views.given_s((life(901), life(900, True, True, "outside")), 900.0, 60.0) == 840.0
    assert (
        primary_views.given_s((life(700, True), life(650), life(21), life(20, False, True, "outside")), 21.0, 5.0)
        == 645.0
    )
    for last in (None, "primary"):
        assert primary_views.given_s((life(900, True, True, last),), 900.0, 60.0) is None
    assert primary_views.given_s((life(900, True, True, "outside"),), 20.0, 10.0) is None
    assert primary_views.given_s((), 20.0, 10.0) is None
    assert primary_views.given_s(Unknown("no_log"), 20.0, 10.0) is None


def test_for_how_long_it_has_been_looking() -> None:
    assert primary_views.looks_for_s([life(500, True), life(110), life(66), life(20)]) == 110
    assert primary_views.looks_for_s([life(110), life(20)]) == 110
    assert primary_views.looks_for_s([life(110), life(20, True)]) is None
    assert primary_views.looks_for_s([]) is None
    assert primary_views.looks_for_s(Unknown("no_log")) is None


@pytest.mark.parametrize(
    "data",
    [
        None,
        [{"age_s": "x"}],
        [{"age_s": 1.0, "primary": True}],
        [{"age_s": 1.0, "primary": True, "outside": True}],
        [{"age_s": 1.0, "primary": True, "outside": True, "last": "elsewhere"}],
        "no list",
    ],
)
def test_what_the_log_does_not_say_is_unknown(data: Any) -> None:
    assert isinstance(primary_views.parse(data), Unknown)


# a member
# ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "searching", "outside"),
    [
        (looks("ctl1"), True, True),
        (between("ctl1"), True, True),
        (world.stopped("ctl1", unit=make.unit(), **said(*VAIN)), True, True),  # systemd has told its engine to start it
        (world.stopped("ctl1", **said(*VAIN)), False, True),
        (world.running("ctl1"), False, False),
        (
            world.running("ctl1", Unknown("sql_timeout"), **world.started(21.0), **said(*VAIN)),
            False,
            Unknown("sql_timeout"),
        ),
        (
            world.running("ctl1", Unknown("sql_denied"), **world.started(21.0), **said(*VAIN)),
            False,
            Unknown("sql_denied"),
        ),
        (looks("ctl1", lives=None), Unknown("no_log"), Unknown("sql_refused")),
        (looks("ctl1", since_s=300.0), Unknown("log_of_an_older_start"), Unknown("sql_refused")),
        (
            looks("ctl1", **said((500.0, False, True)), since_s=300.0),
            Unknown("log_of_an_older_start"),
            Unknown("sql_refused"),
        ),
        (looks("ctl1", **said((20.0, True, False))), False, Unknown("sql_refused")),
        (looks("ctl1", galera=Unknown("timeout:galera")), Unknown("timeout:galera"), Unknown("sql_refused")),
    ],
)
def test_what_is_known_of_a_member(reply: HostReply, searching: Any, outside: Any) -> None:
    """Only a refused port counts: one that takes a password, or says nothing, may be anything. A joiner tells of a
    Primary view."""
    found = member("ctl1", reply)
    assert (found.searching, found.outside) == (searching, outside)
    assert found.primary is not True or searching is False


@pytest.mark.parametrize(
    ("reply", "stranded"),
    [
        (world.stranded("ctl1"), True),
        (world.stranded("ctl1", **said((3000.0, True, True))), False),
        (world.stranded("ctl1", **said((3000.0, True, True), last="leaving")), False),
        (world.stranded("ctl1", lives=None), Unknown("no_log")),
        (world.stranded("ctl1", galera=Unknown("timeout:galera")), Unknown("timeout:galera")),
        (
            world.running(
                "ctl1", Unknown("sql_timeout"), **world.started(20.0), **said((20.0, True, True), last="outside")
            ),
            False,
        ),
        (world.running("ctl1", **world.started(20.0), **said((20.0, True, True), last="outside")), False),
        (world.stopped("ctl1", **said((3000.0, True, True), last="outside")), False),
        (going_down("ctl1"), False),
    ],
)
def test_who_waits_in_vain(reply: HostReply, stranded: Any) -> None:
    """Only a member that refuses SQL in its own unit, at rest. A member that answers tells where it is, and a member
    that is being stopped ends."""
    found = member("ctl1", reply)
    assert found.stranded == stranded
    assert found.outside is True or stranded is not True


def picture(*replies: HostReply, **known: Any) -> ClusterPicture:
    return build_picture.picture(world.evidence(*replies, **known))


MEMBERS = {"looks": looks, "between": between, "failed": world.stopped}


@pytest.mark.parametrize("states", list(itertools.combinations_with_replacement(MEMBERS, 3)))
def test_whatever_each_does_in_this_moment_the_same_is_proposed(states: tuple[str, ...]) -> None:
    """Each goes on with its own cycle of 45 s: the judgement must not change with it, or nothing would ever wait long
    enough."""
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
        "my_uuid: 6c191011-e710-11f1-8064-067e3541b3e1\n#vwbeg\nview_id: 3 "
        "6c191011-e710-11f1-8064-067e3541b3e1 4\nbootstrap: 0\n"
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
    known = build_picture.picture(world.evidence(*replies, mark=world.mark(age_s=130.0)))
    assert isinstance(known.unseen_s, float)
    assert known.unseen_s == pytest.approx(19.0, abs=2.0)
    assert known.unseen_s < staleness.LONGEST_S
    without = [looks("ctl1", lives=None), between("ctl2"), world.stopped("ctl3", **said(*VAIN))]
    assert isinstance(build_picture.picture(world.evidence(*without)).unseen_s, Unknown)


@pytest.mark.parametrize("shift_s", [-7200.0, 7200.0])
def test_a_log_whose_times_are_of_another_zone_shortens_nothing(shift_s: float) -> None:
    """Its newest start must be that of the container: else the engine's own end counts, which is too late and never too
    early."""
    shifted = said(*((max(0.0, age_s + shift_s), primary, outside) for age_s, primary, outside in VAIN))
    replies = [world.stopped(host, **shifted) for host in HOSTS]
    known = build_picture.picture(world.evidence(*replies, mark=world.mark(age_s=130.0)))
    assert known.unseen_s == pytest.approx(69.0, abs=2.0)
    for host in HOSTS:
        assert member(host, looks(host, **shifted)).searching == Unknown("log_of_an_older_start")


@pytest.mark.parametrize("n", [2, 3])
def test_one_that_looks_is_proposed_exactly_what_a_stopped_one_is(n: int) -> None:
    """In every cell: suppose of a stopped member that it looks for a component instead; what is proposed is no more
    than before."""
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


# stranded members
# -------------------------------------------------------------------------------------------------------------


HOLLOW = world.sql("non-Primary", "Initialized")
AFTER_A_RESTART = (world.lone("ctl1", HOLLOW), world.stranded("ctl2"), world.stranded("ctl3"))
"""A rolling restart that was too fast: one caught up, the other two joined a component in which nobody had a complete
state."""


def test_a_rolling_restart_that_was_too_fast_is_no_unknown_and_ends_in_a_question() -> None:
    data = judged(*AFTER_A_RESTART, mark=world.mark(age_s=3100.0))
    assert (data["procedure"], data["rule"], data["may_be_primary"], data["stranded"]) == ("bootstrap", "GB-4", 0, 2)
    assert "stop ctl1, ctl2, ctl3, running outside of a Primary component" in data["why"]
    assert "ctl2: SQL refused" in data["table"]
    assert "began to join, lost the Primary component" in data["table"]


@pytest.mark.parametrize("others", list(itertools.product(("lone", "stranded", "looks", "failed"), repeat=2)))
def test_whoever_is_with_it_it_is_given_ten_minutes_and_then_asked_about(others: tuple[str, str]) -> None:
    made = {
        "lone": lambda host, age_s: running_outside(host, age_s),
        "stranded": lambda host, age_s: world.stranded(host, age_s),
        "looks": lambda host, age_s: looks(host, **said((age_s, False, True), (21.0, False, True))),
        "failed": lambda host, _age_s: world.stopped(host),
    }
    found = {}
    for age_s in (300.0, 900.0):
        replies = [
            world.stranded("ctl1", age_s),
            *(made[kind](host, age_s) for kind, host in zip(others, HOSTS[1:], strict=True)),
        ]
        data = judged(*replies, mark=world.mark(age_s=age_s + 100.0))
        found[age_s] = (data["procedure"], data["may_be_primary"])
    if "failed" in others:
        assert set(found.values()) == {("start_members", 0)}, "who is at rest is started unchanged before minutes count"
    else:
        assert found == {300.0: ("wait", 0), 900.0: ("bootstrap", 0)}


def test_what_one_sample_does_not_know_calls_nobody_while_the_ten_minutes_run() -> None:
    """A slow engine once hid whether a bootstrap argument is left, and a person was called with a wrong remedy."""
    slow = {"containers_reason": None, "container": None, "helpers": None, "engine_reason": "timeout:engine"}
    for age_s, procedure in ((300.0, "wait"), (900.0, "page")):
        replies = [running_outside("ctl1", age_s), world.stranded("ctl2", age_s), world.stranded("ctl3", age_s, **slow)]
        data = judged(*replies, mark=world.mark(age_s=age_s + 100.0))
        assert (data["procedure"], data["may_be_primary"]) == (procedure, 0), data["why"]


def running_outside(host: str, age_s: float) -> HostReply:
    return world.running(host, HOLLOW, **world.started(age_s))


@pytest.mark.parametrize(
    ("other", "rule"),
    [
        (world.running("ctl3", Unknown("sql_timeout")), "GB-2"),
        (world.stranded("ctl3", **said((3000.0, True, True))), "GB-2"),
        (world.stranded("ctl3", grastate_text=world.grastate(world.OTHER)), "GB-5"),
        (world.stranded("ctl3", sst_process=True), "GB-14"),
        (world.stranded("ctl3", sst_in_progress=True), "GB-14"),
        (world.running("ctl3"), None),
    ],
)  # fmt: skip
def test_what_forbids_to_stop_a_stranded_member(other: HostReply, rule: str | None) -> None:
    data = judged(*AFTER_A_RESTART[:2], other, mark=world.mark(age_s=3100.0))
    assert data["procedure"] != "bootstrap"
    assert rule is None or data["rule"] == rule, data["why"]


@pytest.mark.parametrize("n", [2, 3])
def test_a_stranded_member_is_proposed_no_more_than_a_stopped_one_is(n: int) -> None:
    """In every cell: suppose of a stopped member that it is stranded instead. The decision itself never takes it for a
    proof (GB-2)."""
    tried = 0
    for cell in itertools.islice(oracle.cells(n), 0, None, 7 if n == 3 else 1):
        before = cells.picture(cell)
        for index, one in enumerate(before.members):
            if one.stopped is not True or one.port != "refused" or one.unit not in ("failed", "masked"):
                continue
            tried += 1
            waiting = dataclasses.replace(one, stopped=False, unit="active", stranded=True)
            members = (*before.members[:index], waiting, *before.members[index + 1 :])
            seen = dataclasses.replace(before, members=members)
            assert decision.decide(seen).procedure not in decision.BOOTSTRAPS
            if decision.outlook(seen).procedure in decision.BOOTSTRAPS:
                unread = dataclasses.replace(
                    one, seqno=Unknown("not_read"), xa=Unknown("not_read"), position_read=False
                )
                rest = dataclasses.replace(
                    before, members=(*before.members[:index], unread, *before.members[index + 1 :])
                )
                assert decision.outlook(rest).procedure in (*decision.BOOTSTRAPS, Procedure.START_MEMBERS)
                assert not isinstance(seen.minutes_whole, Unknown)
                assert seen.minutes_whole >= 10
    assert tried > 1000


def test_once_it_is_held_and_has_ended_the_ten_minutes_have_been_given() -> None:
    """A stranded member does not end cleanly and leaves the view of its hollow component behind: nobody waits for that
    one again."""
    text = (
        "my_uuid: 6c191011-e710-11f1-8064-067e3541b3e2\n#vwbeg\nview_id: 3 "
        "6c191011-e710-11f1-8064-067e3541b3e1 4\nbootstrap: 0\n"
        + "".join(f"member: 6c191011-e710-11f1-8064-067e3541b3e{number} 0\n" for number in (1, 2, 3))
        + "#vwend\n"
    )
    view = {"gvwstate_text": text, "gvwstate_bytes": len(text), "gvwstate_mtime": 1.0}
    for ran_s, procedure in ((900.0, "bootstrap"), (300.0, "start_members")):
        item = make.down("mariadb", exit_code=137, started_at=make.stamp(ran_s + 60.0), finished_at=make.stamp(60.0))
        ended = {
            "containers": make.containers(item, units={"mariadb": make.CRASHED}),
            "hold": world.held(),
            **view,
            **said((ran_s + 61.0, False, False), (ran_s + 60.0, True, True), last="outside"),
        }
        seen = build_picture.picture(
            world.evidence(*(world.stopped(host, **ended) for host in HOSTS), mark=world.mark(age_s=3100.0))
        )
        assert decision.outlook(seen).procedure.value == procedure, decision.outlook(seen).why
