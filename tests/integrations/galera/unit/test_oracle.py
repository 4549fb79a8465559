"""The oracle is sane: it names every rule, knows the incidents others had, and never acts because it knows less."""

from __future__ import annotations

import ast
import functools
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integrations.galera import oracle
from tests.integrations.galera.oracle import GONE, L10, L20, OFF, P20, S10, S20, VIEW, ZERO, Cell, Member

pytestmark = pytest.mark.unit

ALL_RULES = {f"GB-{number}" for number in range(1, 20)}
BOOTSTRAPS = (oracle.PC_BOOTSTRAP, oracle.BOOTSTRAP)
WITHIN_ANOTHER = {"GB-6", "GB-13", "GB-16"}
"""Rules that never forbid alone. Without evidence (GB-6) too much is missing (GB-9). Canaries (GB-13) follow a recent
bootstrap (GB-18). A member beside a Primary (GB-16) is not proven to be outside of one (GB-2)."""
UNKNOWNS: dict[str, Any] = {
    "process": "unknown",
    "sql": "silent",
    "unit": "unknown",
    "uuid": "unknown",
    "seqno": None,
    "lines": "unknown",
    "grastate": None,
    "flag": None,
    "gvwstate": "unknown",
    "sst": None,
    "xa": None,
    "log": "unknown",
    "space": "unknown",
    "clock": "unknown",
}
CLUSTER_UNKNOWNS = (
    "hwm",
    "version",
    "pc_recovery",
    "grace",
    "leftover",
    "elsewhere",
    "deploy",
    "history",
    "canaries",
    "tries",
    "garbd",
    "addresses",
    "empty",
)


def judged(*members: Member, **facts: object) -> tuple[str, int | None, str]:
    """Procedure, candidate and rule of a cell."""
    found = oracle.verdict(oracle.build(members, facts))
    assert found.why
    return found[:3]


def makes_primary(cell: Cell) -> tuple[str, ...]:
    """The procedures after which there is a Primary component in `cell` that was not there before."""
    return (*BOOTSTRAPS, oracle.START_ONE) if len(cell.members) == 1 else BOOTSTRAPS


def bootstraps(cell: Cell) -> bool:
    return oracle.verdict(cell).procedure in makes_primary(cell)


@functools.cache
def worse(member: Member) -> tuple[tuple[str, Member], ...]:
    """The member with each fact less known. A host that falls silent takes all its facts with it."""
    found = [(name, member._replace(**{name: value})) for name, value in UNKNOWNS.items()]
    if member.reach == "known":
        found.append(("reach", GONE._replace(quarantine=member.quarantine)))
    return tuple((name, other) for name, other in found if other != member)


def known_less(cell: Cell) -> Iterator[tuple[str, Cell]]:
    """Every cell in which one fact fewer is known."""
    for index, member in enumerate(cell.members):
        for name, other in worse(member):
            members = (*cell.members[:index], other, *cell.members[index + 1 :])
            yield name, Cell._make((members, *cell[1:]))
    for name in CLUSTER_UNKNOWNS:
        if getattr(cell, name) is not None:
            facts: dict[str, Any] = {name: None}
            yield name, cell._replace(**facts)
    if cell.hwm is not None:
        yield "seqno of the mark", cell._replace(hwm=(cell.hwm[0], None, None))


def assert_monotone(cell: Cell) -> int:
    """With less known nothing turns into a bootstrap, nor does one turn to another member or need a person less."""
    before, alone = oracle.verdict(cell), oracle.unsafe_alone(cell)
    count = 0
    for name, less in known_less(cell):
        count += 1
        after = oracle.verdict(less)
        if after.procedure in makes_primary(cell):
            assert before[:2] == after[:2], (name, cell, less)
            assert alone is None or oracle.unsafe_alone(less) is not None, (name, cell, less)
    return count


# The table.


def test_nothing_of_the_product_is_imported() -> None:
    imported: set[str] = set()
    for node in ast.walk(ast.parse(Path(oracle.__file__).read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add((node.module or "").split(".")[0])
    assert imported <= set(sys.stdlib_module_names)


def test_the_domains_cover_every_field_and_every_value_of_the_cells() -> None:
    assert set(oracle.MEMBER_VALUES) == set(Member._fields)
    assert {"members", *oracle.CLUSTER_VALUES} == set(Cell._fields)
    for member in (*oracle.CORE, *oracle.ODD):
        for name, values in oracle.MEMBER_VALUES.items():
            assert getattr(member, name) in values, (name, member)
    used: dict[str, set[object]] = {name: set() for name in oracle.MEMBER_VALUES}
    for member in (*oracle.CORE, *oracle.ODD):
        for name in used:
            used[name].add(getattr(member, name))
    for name, values in oracle.MEMBER_VALUES.items():
        assert used[name] == set(values), name


def test_every_rule_has_its_predicate_and_its_words() -> None:
    assert set(oracle.RULES) == ALL_RULES
    for rule, predicate in oracle.RULES.items():
        assert predicate.__name__ == f"unsafe_gb_{int(rule.removeprefix('GB-')):02d}"
        assert (predicate.__doc__ or "").startswith(f"{rule}: ")


@pytest.mark.parametrize("n", [2, 3])
def test_every_cell_is_there_once_and_no_unsafe_one_bootstraps(n: int) -> None:
    seen: set[Cell] = set()
    procedures: set[str] = set()
    for cell in oracle.cells(n):
        assert cell not in seen
        seen.add(cell)
        found = oracle.verdict(cell)
        procedures.add(found.procedure)
        assert found.rule in ALL_RULES
        acts = found.procedure in (*BOOTSTRAPS, oracle.START_ONE)
        assert (found.candidate is not None) is acts
        if found.procedure in BOOTSTRAPS:
            assert oracle.unsafe(cell) is None
            assert found.candidate is not None
            assert oracle.witness(cell.members[found.candidate])
        elif oracle.unsafe(cell) is None:
            assert found.procedure in (oracle.PAGE, oracle.WAIT), (found, cell)
    assert procedures == set(oracle.PROCEDURES)


def test_every_rule_decides_somewhere_and_forbids_alone() -> None:
    decides: set[str] = set()
    lone: set[str] = set()
    for cell in itertools.chain(oracle.cells(2), oracle.cells(3)):
        decides.add(oracle.verdict(cell).rule)
        holding = (rule for rule, forbids in oracle.RULES.items() if forbids(cell))
        first, second = next(holding, None), next(holding, None)
        if first is not None and second is None:
            lone.add(first)
    assert decides == ALL_RULES
    assert lone == ALL_RULES - WITHIN_ANOTHER


def test_every_bar_to_acting_alone_stands_alone_somewhere() -> None:
    lone: set[str] = set()
    for cell in oracle.cells(3):
        holding = [rule for rule, forbids in oracle.ALONE.items() if forbids(cell)]
        if oracle.unsafe(cell) is None and len(holding) == 1:
            lone.add(holding[0])
    assert lone == set(oracle.ALONE)


def test_the_order_of_the_members_matters_only_for_ties() -> None:
    for cell in itertools.islice(oracle.cells(3), 0, None, 29):
        found = oracle.verdict(cell)
        for members in itertools.permutations(cell.members):
            other = oracle.verdict(cell._replace(members=members))
            assert oracle.unsafe(cell._replace(members=members)) == oracle.unsafe(cell)
            if found.procedure not in BOOTSTRAPS:
                assert (other.procedure in BOOTSTRAPS) is False
                continue
            assert other.procedure == found.procedure
            assert found.candidate is not None
            assert other.candidate is not None
            best, chosen = cell.members[found.candidate], members[other.candidate]
            assert (chosen.seqno, chosen.flag == 1) == (best.seqno, best.flag == 1)


def test_the_candidate_is_never_behind_another_position() -> None:
    count = 0
    for cell in oracle.cells(3):
        found = oracle.verdict(cell)
        if found.candidate is None or found.procedure not in BOOTSTRAPS:
            continue
        count += 1
        best = cell.members[found.candidate]
        assert best.uuid == "same"
        assert best.seqno is not None
        rivals = [m.seqno for m in cell.members if m.uuid == "same" and m.seqno is not None and m.quarantine == "no"]
        cut = [member for member in cell.members if member.sst is True]
        assert cut or best.seqno == max(rivals)
    assert count > 1000


def test_less_knowledge_never_starts_or_bootstraps_the_only_member() -> None:
    assert sum(assert_monotone(cell) for cell in oracle.cells(1)) > 30_000


def test_less_knowledge_never_bootstraps_with_two_members() -> None:
    assert sum(assert_monotone(cell) for cell in oracle.cells(2)) > 100_000


def test_less_knowledge_never_bootstraps_with_three_members() -> None:
    assert sum(assert_monotone(cell) for cell in itertools.islice(oracle.cells(3), 7, None, 37)) > 20_000


def test_less_knowledge_never_bootstraps_in_the_full_product() -> None:
    """Outside the law is one contradiction only: a powered-off host whose SQL answers."""
    acted = 0
    for cell in oracle.sample(3, 1500, seed=5, ordinary=0.97):
        if any(member.unit == "off" and member.sql not in ("silent", "refused") for member in cell.members):
            continue
        acted += bootstraps(cell)
        assert_monotone(cell)
    assert acted > 25


def test_the_sampler_is_seeded_and_reaches_every_value() -> None:
    first, again = (list(oracle.sample(5, 300, seed=7)) for _ in range(2))
    assert first == again
    assert first != list(oracle.sample(5, 300, seed=8))
    for name, values in oracle.MEMBER_VALUES.items():
        assert {getattr(member, name) for cell in first for member in cell.members} >= set(values), name
    for name, values in oracle.CLUSTER_VALUES.items():
        assert {getattr(cell, name) for cell in first} >= set(values), name


# One member.

LONE = S10._replace(flag=1, unit="failed")


def lone(member: Member = LONE, **facts: object) -> tuple[str, int | None, str]:
    return judged(member, **{"empty": True, **facts})


def test_every_cell_of_one_member_is_there_once_and_what_makes_it_primary_is_safe() -> None:
    seen: set[Cell] = set()
    procedures: set[str] = set()
    for cell in oracle.cells(1):
        assert cell not in seen
        seen.add(cell)
        found = oracle.verdict(cell)
        procedures.add(found.procedure)
        assert (found.candidate == 0) is (found.procedure in (*BOOTSTRAPS, oracle.START_ONE))
        assert (found.procedure == oracle.START_ONE) is (oracle.unsafe_lone(cell) is None and found.rule == "GB-16")
        if found.procedure in BOOTSTRAPS:
            assert oracle.unsafe(cell) is None
            assert oracle.unsafe_alone(cell) == "GB-9"
    assert procedures == {*oracle.PROCEDURES} - {oracle.BOOTSTRAP, oracle.START_MEMBERS}


def test_the_only_member_is_started_plainly_where_its_list_is_empty_and_its_flag_is_on() -> None:
    assert lone() == ("start_one", 0, "GB-16")
    assert lone(LONE._replace(gvwstate="all")) == ("start_one", 0, "GB-16")
    for flag in (0, "absent", None):
        assert lone(LONE._replace(flag=flag)) == ("page", None, "GB-7")
    assert lone(LONE._replace(seqno=None, lines="unknown")) == ("page", None, "GB-4")
    assert lone(hwm=("same", 20, 7)) == ("page", None, "GB-8")
    assert lone(hwm=None) == ("page", None, "GB-5")
    assert lone(garbd=True) == ("page", None, "GB-9")
    assert lone(addresses="differs") == ("page", None, "GB-9")
    assert lone(tries=2) == ("page", None, "GB-16")
    assert lone(ZERO._replace(flag=1)) == ("page", None, "GB-6")
    assert lone(LONE._replace(unit="restarting"), grace=10) == ("wait", None, "GB-1")


def test_the_only_member_that_names_itself_waits_for_itself_unless_its_view_is_saved() -> None:
    assert lone(empty=False) == ("page", None, "GB-1")
    assert lone(LONE._replace(gvwstate="all", flag=0), empty=False) == ("start_one", 0, "GB-16")
    assert lone(LONE._replace(gvwstate="all"), empty=False, pc_recovery=False) == ("page", None, "GB-1")
    assert lone(empty=None) == ("page", None, "GB-9")


def test_the_only_member_that_runs_is_made_primary_as_it_runs_and_never_alone() -> None:
    assert lone(L10) == ("pc_bootstrap", 0, "GB-3")
    assert oracle.unsafe_alone(Cell((L10,), empty=True)) == "GB-9"
    assert lone(L10, version="at") == ("page", None, "GB-3")


def test_an_empty_list_in_a_larger_group_is_a_leftover_bootstrap() -> None:
    for empty in (True, None):
        assert judged(S10, S20, S10, empty=empty) == ("page", None, "GB-11")
        assert judged(P20, P20, S20, empty=empty) == ("page", None, "GB-11")
        assert judged(VIEW, VIEW, VIEW, empty=empty) == ("page", None, "GB-11")


# Incidents others had, each as one cell.


def test_all_killed_and_the_highest_position_wins() -> None:
    assert judged(S10, S20, S10) == ("bootstrap", 1, "GB-7")
    assert judged(S10, S20, S10, S20, S10) == ("bootstrap", 1, "GB-7")
    assert oracle.unsafe_alone(Cell((S10, S20, S10))) is None


def test_a_tie_goes_to_the_flag_and_then_to_the_inventory() -> None:
    flagged = S20._replace(flag=1)
    assert judged(S20, S10, flagged) == ("bootstrap", 2, "GB-7")
    assert judged(S10, S20, S20) == ("bootstrap", 1, "GB-7")


def test_two_uuids_page() -> None:
    other = S20._replace(uuid="other")
    assert judged(S10, S10, other) == ("page", None, "GB-5")
    started = other._replace(gvwstate="all")
    assert judged(VIEW, VIEW, started) == ("page", None, "GB-5")


def test_one_uuid_that_is_not_the_recorded_one_pages() -> None:
    assert judged(S10, S10, S20, hwm=("other", 10, 7)) == ("page", None, "GB-5")
    assert judged(S10, S10, S20, hwm=None) == ("page", None, "GB-5")


def test_all_zero_uuids_page() -> None:
    assert judged(ZERO, ZERO, ZERO) == ("page", None, "GB-6")


@pytest.mark.parametrize("uuid", ["zero", "absent"])
def test_the_flag_on_an_empty_data_directory_never_wins(uuid: str) -> None:
    """mariadb-operator 1701 and 1816, the resource agent's 1323."""
    empty = ZERO._replace(uuid=uuid, flag=1)
    assert judged(empty, S10, S20) == ("page", None, "GB-7")
    assert judged(empty, empty._replace(flag=0), empty._replace(flag=0)) == ("page", None, "GB-6")


def test_an_empty_member_is_never_the_candidate_and_the_rest_needs_a_person() -> None:
    cell = Cell((ZERO, S10, S20))
    assert oracle.verdict(cell)[:3] == ("bootstrap", 2, "GB-7")
    assert oracle.unsafe_alone(cell) == "GB-9"
    assert judged(ZERO._replace(unit="inactive"), S10, S20) == ("page", None, "GB-9")


def test_two_flags_page_and_so_does_one_on_the_lower_position() -> None:
    """Percona's 992: the flagged member was not the most advanced."""
    assert judged(S20._replace(flag=1), S20._replace(flag=1), S10) == ("page", None, "GB-7")
    assert judged(S10._replace(flag=1), S20, S10) == ("page", None, "GB-7")
    assert judged(S20._replace(flag=1), S20._replace(flag=None), S10) == ("page", None, "GB-7")


def test_a_stopped_member_with_an_old_clean_position_does_not_beat_the_crashed_ones() -> None:
    """LP#1682153: grastate.dat of the member that was stopped long ago has a seqno, the crashed ones have -1."""
    old = S10._replace(grastate=99)
    assert judged(old, S20, S10) == ("bootstrap", 1, "GB-7")


def test_one_absent_member_is_never_left_out_alone() -> None:
    assert judged(S10, S20, GONE) == ("page", None, "GB-2")
    fenced = Cell((S10, S20, OFF))
    assert oracle.verdict(fenced)[:3] == ("bootstrap", 1, "GB-7")
    assert oracle.unsafe_alone(fenced) == "GB-9"
    assert judged(S10, S20, OFF, hwm=("same", 30, 7)) == ("page", None, "GB-9")
    assert judged(S20, OFF) == ("page", None, "GB-9")
    assert judged(S20, OFF, OFF) == ("page", None, "GB-9")
    assert judged(S20, S10, S10, OFF, OFF) == ("page", None, "GB-9")
    assert judged(S10, S20, OFF, garbd=True) == ("page", None, "GB-9")


def test_below_the_high_water_mark_a_person_is_shown_the_loss() -> None:
    """Percona's pull request 2467."""
    cell = Cell((S10, S20, S10), hwm=("same", 30, 7))
    found = oracle.verdict(cell)
    assert found[:3] == ("bootstrap", 1, "GB-7")
    assert "10 transactions are possibly lost" in found.why
    assert oracle.unsafe_alone(cell) == "GB-8"
    assert judged(S10, S20, S10, hwm=("same", None, None)) == ("page", None, "GB-8")
    assert oracle.unsafe_alone(cell._replace(hwm=("same", 20, 7))) is None


def test_lines_of_an_older_run_are_no_position() -> None:
    """LP#1821173 and the shared log: what this run did not print is not its position."""
    assert judged(S10, S20._replace(lines="stale"), S10) == ("page", None, "GB-4")
    assert judged(S10, S20._replace(lines="several"), S10) == ("page", None, "GB-4")
    assert judged(S10, S10, S10._replace(seqno=None)) == ("page", None, "GB-4")


def test_prepared_transactions_page() -> None:
    assert judged(S10, S20._replace(xa=True), S10) == ("page", None, "GB-4")
    assert judged(S20, S10._replace(xa=True, seqno=None), S10) == ("page", None, "GB-4")


def test_a_primary_is_never_bootstrapped_over() -> None:
    assert judged(P20, P20, S20) == ("start_one", 2, "GB-16")
    assert judged(P20, P20, P20, S20, S10) == ("start_one", 3, "GB-16")
    assert judged(P20, S20, S20) == ("page", None, "GB-16")
    assert judged(P20, P20, P20) == ("nothing", None, "GB-2")
    assert judged(P20, P20, L20) == ("wait", None, "GB-2")
    assert judged(P20, P20, S20, tries=2) == ("page", None, "GB-16")
    assert judged(S10, S20, S10, elsewhere="primary") == ("page", None, "GB-2")
    for cell in oracle.cells(3):
        if any(member.sql.startswith("primary") for member in cell.members) or cell.elsewhere == "primary":
            assert oracle.unsafe(cell) is not None
            assert oracle.verdict(cell).procedure in ("start_one", "wait", "page", "nothing")


def test_a_member_ahead_of_the_primary_does_not_join_it() -> None:
    """Galera 4 no longer refuses it: equal uuid, higher seqno, silent divergence."""
    behind = P20._replace(seqno=10)
    assert judged(behind, behind, S20) == ("page", None, "GB-10")


def test_running_and_silent_may_be_primary() -> None:
    for sql in ("silent", "denied", "refused"):
        assert judged(S10, S20, L10._replace(sql=sql)) == ("page", None, "GB-2")
    assert judged(S10, S20, S10._replace(process="unknown")) == ("page", None, "GB-2")
    assert judged(S10, S20, S10._replace(sql="denied")) == ("page", None, "GB-2")


def test_a_member_cut_off_in_its_sst_is_never_the_candidate() -> None:
    cut = S20._replace(sst=True, unit="masked")
    assert judged(S10, S10, cut) == ("bootstrap", 0, "GB-7")
    assert oracle.unsafe_alone(Cell((S10, S10, cut))) == "GB-9"
    assert judged(cut, cut, cut) == ("page", None, "GB-6")


def test_a_running_sst_is_waited_for() -> None:
    joiner = L20._replace(sql="silent", sst=True, uuid="zero", seqno=-1)
    assert judged(joiner, S10, S20) == ("wait", None, "GB-14")
    assert judged(P20._replace(sql="primary:donor"), joiner, S20) == ("wait", None, "GB-14")


def test_views_that_may_come_back_are_waited_for() -> None:
    live = L20._replace(gvwstate="all")
    assert judged(VIEW, VIEW, VIEW) == ("start_members", None, "GB-1")
    assert judged(live, live, live) == ("wait", None, "GB-1")
    restarting = VIEW._replace(unit="restarting", process="unknown")
    assert judged(restarting, restarting, restarting) == ("wait", None, "GB-1")
    assert judged(VIEW, VIEW, VIEW, grace=5) == ("start_members", None, "GB-1")
    assert judged(VIEW, VIEW, VIEW, grace=None) == ("start_members", None, "GB-1")
    assert judged(VIEW, VIEW, VIEW, grace=10) == ("bootstrap", 0, "GB-7")
    assert judged(VIEW, VIEW, VIEW, pc_recovery=False) == ("bootstrap", 0, "GB-7")
    assert judged(VIEW, VIEW, OFF) == ("bootstrap", 0, "GB-7")
    assert judged(S10, S20, S10._replace(gvwstate="stale")) == ("bootstrap", 1, "GB-7")
    assert judged(S10, S20, S10._replace(gvwstate="empty")) == ("bootstrap", 1, "GB-7")


def test_live_members_are_made_primary_in_place_below_11_2_only() -> None:
    assert judged(L10, L20, L10) == ("pc_bootstrap", 1, "GB-3")
    for version in ("at", "above", None):
        assert judged(L10, L20, L10, version=version) == ("page", None, "GB-3")
    assert judged(L10, L20, GONE) == ("page", None, "GB-2")
    assert judged(L10, L20, OFF, grace=10) == ("page", None, "GB-3")


def test_a_mixed_cluster_is_started_and_not_bootstrapped() -> None:
    assert judged(L20, S10, S10) == ("start_members", None, "GB-3")
    assert judged(L20, S10, S10, grace=10) == ("page", None, "GB-3")


def test_hands_off() -> None:
    trouble: list[dict[str, Any]] = [
        {"log": "corrupt"},
        {"log": "inconsistent"},
        {"space": "full"},
        {"clock": "skewed"},
    ]
    for fact in trouble:
        assert judged(S10._replace(**fact), S20, S10) == ("page", None, "GB-17")
    assert judged(S10, S20, S10, deploy=True) == ("page", None, "GB-17")


def test_quarantine_holds() -> None:
    """LP#1834467 and GB-10: whoever was left out comes back by SST or not at all."""
    below, beyond = (member._replace(quarantine=15, unit="masked") for member in (S10, S20))
    assert judged(S10, S10, beyond) == ("page", None, "GB-10")
    assert judged(S10, S20, below) == ("bootstrap", 1, "GB-7")
    assert oracle.unsafe_alone(Cell((S10, S20, below))) == "GB-9"
    assert judged(P20, P20, below) == ("nothing", None, "GB-10")
    assert judged(P20, P20, beyond) == ("page", None, "GB-10")
    unread = below._replace(seqno=None)
    assert judged(P20, P20, unread) == ("page", None, "GB-10")
    assert oracle.unsafe_gb_10(Cell((S10, S20, unread)))
    assert judged(P20, P20, below._replace(uuid="absent", seqno=-1)) == ("start_one", 2, "GB-16")


def test_a_bootstrap_is_not_repeated() -> None:
    """orchestrator 1217, mariadb-operator 1816: a time-out is no licence, and it erases nothing."""
    assert judged(S10, S20, S10, history="in_doubt") == ("page", None, "GB-12")
    assert judged(S10, S20, S10, history="recent", canaries="good") == ("page", None, "GB-18")
    assert judged(S10, S20, S10, history=None, canaries="good") == ("page", None, "GB-18")


def test_after_a_bootstrap_the_joiners_follow_good_canaries_only() -> None:
    assert judged(P20, S10, S10, history="recent", canaries="good") == ("start_one", 1, "GB-14")
    assert judged(P20, S10, S10, history="recent", canaries="bad") == ("page", None, "GB-13")
    assert judged(P20, S10, S10, history="recent") == ("page", None, "GB-13")
    assert judged(P20._replace(uuid="other"), S10, S10, history="recent") == ("page", None, "GB-12")


def test_a_leftover_bootstrap_argument_pages() -> None:
    """LP#1851594 and mariadb-operator 1626: two bootstraps at once."""
    assert judged(S10, S20, S10, leftover=True) == ("page", None, "GB-11")
    assert judged(P20, P20, P20, leftover=True) == ("page", None, "GB-11")
    assert judged(S10, S20, S10._replace(unit="active")) == ("page", None, "GB-11")


def test_the_playbook_alone_does_not_stop_the_others() -> None:
    masked = S10._replace(unit="masked")
    assert judged(S10, S20, S10, actuator="kolla") == ("page", None, "GB-19")
    assert judged(S10, S20, S10, actuator="kolla_named") == ("page", None, "GB-19")
    assert judged(masked, S20, masked, actuator="kolla_named") == ("bootstrap", 1, "GB-7")


def test_members_the_inventory_does_not_name_are_not_all_members() -> None:
    assert judged(S10, S20, S10, addresses="differs") == ("page", None, "GB-9")
