"""The judgement of Galera recovery against the oracle, against itself with facts taken away, and against incidents."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from remediator.integrations.galera.judgement import decision, member_state, rules_bootstrap
from remediator.integrations.galera.judgement.outcome import BOOTSTRAPS, Judgement, Procedure
from remediator.integrations.galera.judgement.picture import NIL, ClusterPicture, HighWaterMark, MemberPicture
from remediator.model.values import Unknown
from tests.integrations.galera import oracle
from tests.integrations.galera.unit import cells

pytestmark = pytest.mark.unit

TAKEN = Unknown("taken away")
EVERY_OF_FIVE = 11
"""The whole table for five members takes most of a minute: `python -m tests.integrations.galera.unit.cells --all`."""


def table(n: int) -> Iterable[oracle.Cell]:
    step = EVERY_OF_FIVE if n == 5 else 1
    return itertools.chain(
        itertools.islice(oracle.cells(n), 0, None, step), oracle.sample(n, 60_000 // max(n, 2), seed=20261123 + n)
    )


def some(n: int, step: int) -> Iterable[oracle.Cell]:
    return itertools.chain(itertools.islice(oracle.cells(n), 0, None, step), oracle.sample(n, 600, seed=n))


# Against the oracle.


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_no_unsafe_cell_bootstraps_and_the_rest_is_what_the_oracle_says(n: int) -> None:
    found = cells.compare(table(n))
    report = cells.describe(f"{n} members", found)
    assert found.cells > 25_000, report
    assert found.bootstraps > 100, report
    assert (found.lone_starts > 1000) is (n == 1), report
    assert (found.alone > 50) is (n > 2), report
    assert found.unsafe == [], report
    assert found.unsafe_alone == [], report
    assert found.differences == [], report
    assert set(found.reasons) <= {cells.LABELS, cells.ORDER}, report
    assert found.said_otherwise == [], report
    assert len(set(found.said.values())) == len(found.said), (
        "the same words tell other reasons: a yes would not be to what was read"
    )


def test_five_members_are_compared_in_every_cluster_of_the_table() -> None:
    """The step of the five-member table must not skip the same cluster facts each time."""
    seen = {cell._replace(members=()) for cell in itertools.islice(oracle.cells(5), 0, 100_000, EVERY_OF_FIVE)}
    assert len(seen) == len(oracle.clusters())


SAID_BEFORE = {
    "GB-1": "`decide` waits or starts before",
    "GB-6": "where nobody holds a history every member is missing, which GB-9 refuses",
    "GB-13": "GB-12 and GB-18 refuse after every bootstrap, whatever its canaries say",
    "GB-16": "beside a Primary other rules speak",
}


def test_each_rule_refuses_some_cell_that_no_other_rule_refuses() -> None:
    """So each carries weight: without it, that unsafe cell would bootstrap and the comparison above would fail."""
    decisive: dict[str, int] = {}
    for cell in itertools.chain(oracle.cells(2), itertools.islice(oracle.cells(3), 0, None, 3)):
        found = decision.decide(cells.picture(cell))
        case = member_state.seating(cells.picture(cell))
        refusing = [rule for rule, judge in rules_bootstrap.RULES if judge(case) is not None]
        if found.procedure is Procedure.PAGE and refusing == [found.rule]:
            assert oracle.unsafe(cell) == found.rule
            decisive[found.rule] = decisive.get(found.rule, 0) + 1
    assert {rule for rule, _ in rules_bootstrap.RULES} - set(decisive) == set(SAID_BEFORE), decisive


def test_each_rule_that_asks_for_a_person_does_so_in_some_cell_alone() -> None:
    decisive = set()
    for cell in oracle.cells(3):
        found = decision.decide(cells.picture(cell))
        if found.procedure not in BOOTSTRAPS:
            continue
        case = member_state.seating(cells.picture(cell))
        asking = [rule for rule, judge in rules_bootstrap.PERSON if judge(case) is not None]
        assert found.alone is (asking == [])
        if len(asking) == 1:
            assert oracle.unsafe_alone(cell) == asking[0]
            decisive.add(asking[0])
    assert decisive == {rule for rule, _ in rules_bootstrap.PERSON}


# Against itself.


GIVEN = ("members", "actuator", "named_twice")
"""Not observed, or worked out from what was: they cannot be unknown."""


def acts(found: Judgement, picture: ClusterPicture) -> bool:
    """Return whether there is a Primary component after it that was not there before."""
    lone = len(picture.members) == 1 and found.procedure is Procedure.START_ONE
    return lone or found.procedure in BOOTSTRAPS


def without_one_fact(picture: ClusterPicture) -> Iterator[tuple[str, ClusterPicture]]:
    """Yield `picture` with each fact of it, one after the other, no longer known."""
    for name in (one.name for one in dataclasses.fields(ClusterPicture) if one.name not in GIVEN):
        taken: dict[str, Any] = {name: TAKEN}
        yield name, dataclasses.replace(picture, **taken)
    for index, member in enumerate(picture.members):
        for name, blinded in blind(member):
            members = (*picture.members[:index], blinded, *picture.members[index + 1 :])
            yield f"{member.host}: {name}", dataclasses.replace(picture, members=members)


def blind(member: MemberPicture) -> Iterator[tuple[str, MemberPicture]]:
    for name in (one.name for one in dataclasses.fields(MemberPicture)):
        if name == "host":
            continue
        value: Any = {"port": "not_asked", "position_read": False, "reached": False}.get(name, TAKEN)
        if name == "reached":
            yield name, MemberPicture.unseen(member.host, "taken away")
        else:
            yield name, dataclasses.replace(member, **{name: value})


def coherent(picture: ClusterPicture) -> bool:
    """Of a host that was not reached nobody knows the process (`picture.py`); such pictures contradict themselves."""
    return all(member.reached or isinstance(member.stopped, Unknown) for member in picture.members)


@pytest.mark.parametrize(("n", "step"), [(1, 3), (2, 19), (3, 61), (5, 4099)])
def test_taking_a_fact_away_never_allows_a_bootstrap(n: int, step: int) -> None:
    kept, lost, tried = 0, 0, 0
    for cell in some(n, step):
        picture = cells.picture(cell)
        if not coherent(picture):
            continue
        before = decision.decide(picture)
        for name, poorer in without_one_fact(picture):
            after = decision.decide(poorer)
            tried += 1
            if not acts(after, poorer):
                lost += acts(before, picture)
                continue
            kept += 1
            assert (after.procedure, after.candidate) == (before.procedure, before.candidate), (name, picture)
            assert before.alone or not after.alone, (name, picture)
    assert tried > 30_000
    assert kept > 20
    assert lost > 100


POSITIONS = ("seqno", "position_read", "xa", "uuid")


@pytest.mark.parametrize(("n", "step"), [(1, 3), (2, 29), (3, 97)])
def test_the_outlook_tolerates_unread_positions_and_no_other_unknown(n: int, step: int) -> None:
    refused = 0
    for cell in some(n, step):
        picture = cells.picture(cell)
        if not coherent(picture):
            continue
        before = decision.outlook(picture)
        if acts(before, picture):
            continue
        for name, poorer in without_one_fact(picture):
            if not name.endswith(POSITIONS):
                refused += 1
                assert not acts(decision.outlook(poorer), poorer), (name, picture)
    assert refused > 20_000


def filled(picture: ClusterPicture, seqno: int) -> ClusterPicture:
    """Return `picture` with every unread position of a stopped member read, at `seqno` or behind its quarantine, and
    who runs stopped."""
    assert isinstance(picture.mark, HighWaterMark)
    members = []
    for one in picture.members:
        if member_state.standing(one) is member_state.Standing.LIVE:
            one = dataclasses.replace(
                one, stopped=True, port="refused", cluster_status=None, local_state=None, unit="masked", xa=False
            )
        if one.stopped is True and not one.position_read:
            point = one.quarantine
            at = point - 1 if isinstance(point, int) else seqno
            uuid = one.uuid if isinstance(one.uuid, str) and one.uuid != NIL else picture.mark.uuid
            one = dataclasses.replace(one, uuid=uuid, seqno=at, xa=one.xa is True, position_read=True)
        members.append(one)
    return dataclasses.replace(picture, members=tuple(members))


@pytest.mark.parametrize("n", [2, 3, 5])
def test_the_outlook_is_the_decision_except_for_unread_positions(n: int) -> None:
    promised = 0
    for cell in some(n, {2: 3, 3: 11, 5: 211}[n]):
        picture = cells.picture(cell)
        now, later = decision.decide(picture), decision.outlook(picture)
        if now == later:
            continue
        assert now.procedure is Procedure.PAGE
        if later.procedure is Procedure.PAGE:
            continue
        assert (later.procedure, later.candidate) == (Procedure.BOOTSTRAP, None)
        lives = any(member_state.standing(one) is member_state.Standing.LIVE for one in picture.members)
        assert now.rule in ("GB-4", "GB-5", "GB-6", "GB-7", "GB-9", "GB-10", *(("GB-3",) if lives else ())), now
        promised += 1
        possible = [decision.decide(filled(picture, seqno)) for seqno in (10, 20, 30)]
        kept = [one for one in possible if one.procedure is Procedure.BOOTSTRAP]
        assert kept, (later, picture)
        assert later.alone is (not lives and any(one.alone for one in kept))
    assert promised > 5, promised


def test_every_refusal_is_one_sentence_that_names_a_member_or_the_cluster_and_a_remedy() -> None:
    told: dict[str, set[str]] = {}
    for cell in some(3, 5):
        found = decision.decide(cells.picture(cell))
        assert found.rule.startswith("GB-")
        assert found.why
        assert "\n" not in found.why
        assert not found.why.endswith("."), found
        if found.procedure is Procedure.PAGE:
            assert ": " in found.why or "; " in found.why, found
            told.setdefault(found.rule, set()).add(found.why)
    assert set(told) >= {"GB-2", "GB-3", "GB-4", "GB-5", "GB-7", "GB-8", "GB-9", "GB-10", "GB-11", "GB-12"}
    assert set(told) >= {"GB-6", "GB-13", "GB-14", "GB-15", "GB-16", "GB-17", "GB-18", "GB-19"}


# Incidents that happened to others.

HOSTS = ("ctl1", "ctl2", "ctl3")
DOWN = cells.member(0, oracle.S10)


def member(host: str, **changes: Any) -> MemberPicture:
    return dataclasses.replace(DOWN, **{"host": host, **changes})


def cluster(*members: MemberPicture, seqno: int = 10, **changes: Any) -> ClusterPicture:
    picture = dataclasses.replace(cells.picture(oracle.Cell(())), members=members, **changes)
    return (
        picture
        if "mark" in changes
        else dataclasses.replace(picture, mark=HighWaterMark(uuid=cells.OURS, seqno=seqno, conf_id=7))
    )


def live(host: str, seqno: int, **changes: Any) -> MemberPicture:
    facts: dict[str, Any] = {"stopped": False, "port": "answered", "cluster_status": "non-Primary", "unit": "active"}
    facts.update(local_state="Initialized", seqno=seqno, position_read=False, xa=Unknown("it runs"))
    return member(host, **{**facts, **changes})


def primary(host: str, seqno: int, **changes: Any) -> MemberPicture:
    return live(host, seqno, **{"cluster_status": "Primary", "local_state": "Synced", **changes})


def off(host: str) -> MemberPicture:
    return MemberPicture.unseen(host, "unreachable", powered_off=True)


def test_all_stopped_and_all_read_bootstraps_the_highest_alone() -> None:
    found = decision.decide(cluster(member("ctl1", seqno=12), member("ctl2", seqno=14), member("ctl3", seqno=13)))
    assert (found.procedure, found.candidate, found.rule) == (Procedure.BOOTSTRAP, "ctl2", "GB-7")
    assert (found.joiners, found.absent, found.alone, found.possibly_lost) == (("ctl1", "ctl3"), (), True, 0)
    assert "ctl2" in found.why
    assert "14" in found.why


def test_the_flag_on_an_empty_node_with_a_null_uuid_never_wins() -> None:
    """mariadb-operator 1701, resource-agents 1323: the empty node was chosen by its flag."""
    empty = member("ctl1", uuid=NIL, seqno=-1, safe_to_bootstrap=True, unit="masked")
    found = decision.decide(cluster(empty, member("ctl2", seqno=14), member("ctl3", seqno=14)))
    assert (found.procedure, found.rule) == (Procedure.PAGE, "GB-7")
    assert "ctl1" in found.why


def test_an_empty_node_without_the_flag_is_left_to_a_state_transfer() -> None:
    empty = member("ctl1", uuid=NIL, seqno=-1, unit="masked")
    found = decision.decide(cluster(empty, member("ctl2", seqno=14), member("ctl3", seqno=13)))
    assert (found.procedure, found.candidate, found.alone) == (Procedure.BOOTSTRAP, "ctl2", False)
    assert (found.joiners, found.alone_why) == (("ctl1", "ctl3"), "GB-9: ctl1 brings no position")


@pytest.mark.parametrize("changes", [{"sst": True}, {"uuid": NIL}, {"uuid": None}, {"quarantine": 20}])
def test_a_member_that_brings_no_position_and_goes_further_is_told_with_what_it_holds(changes: dict[str, Any]) -> None:
    beyond = member("ctl3", seqno=17, unit="masked", **changes)
    found = decision.decide(cluster(member("ctl1", seqno=14), member("ctl2", seqno=13), beyond, seqno=14))
    assert (found.procedure, found.candidate, found.alone, found.possibly_lost) == (
        Procedure.BOOTSTRAP,
        "ctl1",
        False,
        3,
    )
    assert "3 transactions are possibly lost" in found.why
    assert "GB-9: ctl3 brings no position; the data of ctl3 goes to 17, beyond" in found.alone_why
    level = dataclasses.replace(beyond, seqno=14)
    equal = decision.decide(cluster(member("ctl1", seqno=14), member("ctl2", seqno=13), level, seqno=14))
    assert (equal.possibly_lost, equal.alone, equal.alone_why) == (0, False, "GB-9: ctl3 brings no position")


def test_seqno_minus_one_is_never_picked() -> None:
    """The Percona operator starts its search below -1, so -1 can win."""
    found = decision.decide(cluster(*(member(host, seqno=-1) for host in HOSTS)))
    assert (found.procedure, found.rule, found.candidate) == (Procedure.PAGE, "GB-6", None)


def test_a_recovered_line_of_an_older_run_is_no_position() -> None:
    """kolla reads the last line of a log that is never truncated: a run that printed none leaves the old one."""
    stale = member("ctl3", seqno=99, position_read=False)
    picture = cluster(member("ctl1", seqno=14), member("ctl2", seqno=13), stale)
    found = decision.decide(picture)
    assert (found.procedure, found.rule) == (Procedure.PAGE, "GB-4")
    assert "ctl3" in found.why
    assert decision.outlook(picture).candidate is None


def test_a_uuid_parsed_in_place_of_a_seqno_is_unknown() -> None:
    """LP#1834467: the uuid was compared as the seqno, "as good as random"."""
    garbled = member("ctl1", seqno=Unknown("not a number: 6c191011-e710"))
    found = decision.decide(cluster(garbled, member("ctl2", seqno=14), member("ctl3", seqno=13)))
    assert (found.procedure, found.rule) == (Procedure.PAGE, "GB-4")


def test_two_flags_are_decided_by_a_person() -> None:
    flagged = [member(host, seqno=14, safe_to_bootstrap=True) for host in ("ctl1", "ctl2")]
    found = decision.decide(cluster(*flagged, member("ctl3", seqno=13)))
    assert (found.procedure, found.rule) == (Procedure.PAGE, "GB-7")
    assert "ctl1, ctl2" in found.why


def test_the_flag_on_a_node_that_was_stopped_long_ago_does_not_win() -> None:
    """LP#1682153: the old seqno of a clean stop "stomps the data" of the crashed nodes."""
    old = member("ctl3", seqno=5, safe_to_bootstrap=True)
    found = decision.decide(cluster(member("ctl1", seqno=14), member("ctl2", seqno=13), old))
    assert (found.procedure, found.rule) == (Procedure.PAGE, "GB-7")


def test_two_uuids_are_never_chosen_between_by_position() -> None:
    found = decision.decide(
        cluster(member("ctl1", seqno=14), member("ctl2", seqno=99, uuid=cells.THEIRS), member("ctl3"))
    )
    assert (found.procedure, found.rule) == (Procedure.PAGE, "GB-5")
    assert cells.OURS in found.why
    assert cells.THEIRS in found.why


def test_below_the_mark_a_person_is_told_the_possible_loss() -> None:
    """innodb_flush_log_at_trx_commit 0 (kolla's default) loses committed transactions in a power cut."""
    found = decision.decide(cluster(*(member(host, seqno=14) for host in HOSTS), seqno=20))
    assert (found.procedure, found.candidate, found.possibly_lost) == (Procedure.BOOTSTRAP, "ctl1", 6)
    assert not found.alone
    assert found.alone_why.startswith("GB-8: 6 transactions")


@pytest.mark.parametrize(
    ("unseen_s", "alone", "words"),
    [
        (60.0, True, "positions from all members"),
        (60.1, False, "GB-8: members ran for more than 60 s after 2026-11-23T05:00:00Z"),
        (Unknown("end_of:ctl2"), False, "GB-8: how long members ran after 2026-11-23T05:00:00Z"),
    ],
)
def test_a_mark_that_is_older_than_the_loss_is_no_proof_that_nothing_is_lost(
    unseen_s: Any, alone: bool, words: str
) -> None:
    found = decision.decide(
        cluster(*(member(host, seqno=10) for host in HOSTS), unseen_s=unseen_s, mark_at="2026-11-23T05:00:00Z")
    )
    assert (found.procedure, found.alone, found.possibly_lost) == (Procedure.BOOTSTRAP, alone, 0)
    assert found.alone_why.startswith(words)


def test_prepared_transactions_on_one_member_page_for_the_whole_cluster() -> None:
    prepared = member("ctl2", xa=True, seqno=Unknown("prepared transactions"))
    found = decision.decide(cluster(member("ctl1", seqno=14), prepared, member("ctl3", seqno=14)))
    assert (found.procedure, found.rule) == (Procedure.PAGE, "GB-4")
    assert "ctl2" in found.why
    assert "prepared" in found.why


def test_one_powered_off_of_three_needs_a_person_and_is_to_be_quarantined() -> None:
    found = decision.decide(cluster(member("ctl1", seqno=14), member("ctl2", seqno=14), off("ctl3"), seqno=14))
    assert (found.procedure, found.candidate, found.alone) == (Procedure.BOOTSTRAP, "ctl1", False)
    assert (found.joiners, found.absent) == (("ctl2",), ("ctl3",))


def test_one_that_is_merely_unreachable_may_be_primary() -> None:
    away = MemberPicture.unseen("ctl3", "unreachable")
    found = decision.decide(cluster(member("ctl1", seqno=14), member("ctl2", seqno=14), away))
    assert (found.procedure, found.rule) == (Procedure.PAGE, "GB-2")
    assert "ctl3" in found.why


def test_a_member_that_returns_ahead_of_the_primary_does_not_join() -> None:
    """Galera 4 answers a joiner that is ahead with an IST: two histories in one cluster, silently."""
    found = decision.decide(cluster(primary("ctl1", 20), primary("ctl2", 20), member("ctl3", seqno=21)))
    assert (found.procedure, found.rule) == (Procedure.PAGE, "GB-10")


def test_a_quarantined_member_does_not_hold_back_the_next_one() -> None:
    resting = member("ctl1", seqno=9, quarantine=15, unit="masked")
    picture = cluster(resting, member("ctl2"), primary("ctl3", 20), last_bootstrap="recent", canaries_good=True)
    found = decision.decide(picture)
    assert (found.procedure, found.candidate) == (Procedure.START_ONE, "ctl2")


def test_a_quarantined_member_at_the_bootstrap_point_blocks_every_start() -> None:
    ahead = member("ctl3", seqno=15, quarantine=15)
    picture = cluster(member("ctl2"), primary("ctl1", 20), ahead, last_bootstrap="recent", canaries_good=True)
    found = decision.decide(picture)
    assert (found.procedure, found.rule) == (Procedure.PAGE, "GB-10")


def test_a_foreign_history_is_not_overwritten_even_where_none_is_recorded() -> None:
    alien = member("ctl3", uuid=cells.OURS)
    primaries = [primary(host, 20, uuid=cells.THEIRS) for host in ("ctl1", "ctl2")]
    found = decision.decide(cluster(*primaries, alien, mark=None))
    assert (found.procedure, found.rule) == (Procedure.PAGE, "GB-5")


def test_all_live_below_11_2_bootstrap_in_place_and_from_there_on_page() -> None:
    members = [live("ctl1", 12), live("ctl2", 14), live("ctl3", 14)]
    found = decision.decide(cluster(*members))
    assert (found.procedure, found.candidate, found.joiners) == (Procedure.PC_BOOTSTRAP, "ctl2", ("ctl1", "ctl3"))
    assert decision.decide(cluster(*members, version="at")).rule == "GB-3"


@pytest.mark.parametrize(
    ("state", "procedure"),
    [("Donor/Desynced", Procedure.WAIT), (Unknown("sql"), Procedure.PAGE), ("Inconsistent", Procedure.PAGE)],
)
def test_a_donor_is_waited_for_and_one_that_may_be_a_donor_is_not_forced(state: Any, procedure: Procedure) -> None:
    """The oracle knows no such states of a member outside a Primary component."""
    found = decision.decide(cluster(live("ctl1", 14), live("ctl2", 14), live("ctl3", 14, local_state=state)))
    assert (found.procedure, found.rule) == (procedure, "GB-14")


@pytest.mark.parametrize("changes", [{}, {"last_bootstrap": "recent", "canaries_good": True}])
def test_no_start_beside_a_primary_that_may_be_a_donor(changes: dict[str, Any]) -> None:
    primaries = [primary("ctl1", 20), primary("ctl2", 20)]
    assert decision.decide(cluster(*primaries, member("ctl3"), **changes)).procedure is Procedure.START_ONE
    primaries[1] = primary("ctl2", 20, local_state=Unknown("sql"))
    found = decision.decide(cluster(*primaries, member("ctl3"), **changes))
    assert (found.procedure, found.rule) == (Procedure.PAGE, "GB-14")


def test_a_mixed_cluster_is_started_for_ten_minutes_then_paged() -> None:
    members = [live("ctl1", 14), member("ctl2"), member("ctl3")]
    found = decision.decide(cluster(*members, minutes_whole=9.9))
    assert (found.procedure, found.joiners, found.alone) == (Procedure.START_MEMBERS, ("ctl2", "ctl3"), False)
    assert decision.decide(cluster(*members, minutes_whole=10.0)).procedure is Procedure.PAGE


def test_the_outlook_of_a_cluster_whose_positions_nobody_read_yet() -> None:
    unread = [member(host, seqno=Unknown("not read"), xa=Unknown("not read"), position_read=False) for host in HOSTS]
    now, later = decision.decide(cluster(*unread)), decision.outlook(cluster(*unread))
    assert (now.procedure, now.rule) == (Procedure.PAGE, "GB-4")
    assert (later.procedure, later.candidate, later.alone) == (Procedure.BOOTSTRAP, None, True)
    assert "ctl1, ctl2, ctl3" in later.why
    full: list[MemberPicture] = [*unread[:2], dataclasses.replace(unread[2], space="full")]
    assert decision.outlook(cluster(*full)).rule == "GB-17"


def test_a_clock_that_is_wrong_and_one_that_nobody_knows_have_their_own_words() -> None:
    """A host that was slow to answer once is no reason to repair its time service."""
    said = {}
    for clock_true in (False, Unknown("round_trip_too_long")):
        doubted = dataclasses.replace(member("ctl1"), clock_true=clock_true)
        found = decision.decide(cluster(doubted, member("ctl2"), member("ctl3")))
        assert (found.procedure, found.rule) == (Procedure.PAGE, "GB-17")
        said[clock_true is False] = found.why
    assert said[True] == "the clock of ctl1 is more than 2 s off: repair its time service first"
    assert "whether the clock of ctl1 is true is not known (round_trip_too_long)" in said[False]
    assert "repair" not in said[False]


def test_a_decision_without_bootstrap_is_never_alone() -> None:
    found: Judgement = decision.decide(cluster(*(member(host, view="all") for host in HOSTS)))
    assert (found.procedure, found.rule, found.alone) == (Procedure.START_MEMBERS, "GB-1", False)
