"""The status screen at 80 columns: ids and commands whole, each problem once, and why nothing happens."""

from __future__ import annotations

from typing import Any

import pytest

from remediator.cli.look import overview
from remediator.cli.render import screen

pytestmark = pytest.mark.unit

AT = "2026-11-26T21:11:29.000Z"
LONG = "container/controller-03.rack-7.region-one.example.net/openvswitch_vswitchd"


def problem(number: int, **changes: Any) -> dict[str, Any]:
    found = {
        "id": f"inc-{number}",
        "target": f"container/ctl{number}/memcached",
        "check": "container-state",
        "state": "open",
        "level": "CRITICAL",
        "now": "CRITICAL",
        "opened_at": "2026-11-26T21:10:37.000Z",
        "parent": None,
        "output": "exited (137): out of memory, and systemd gave up after five starts within two minutes",
        "why": {"kind": "refused", "reason": "in downtime down-1 (root: RAM swap)", "guard": "downtime", "until": None},
    }
    return {**found, **changes}


WAITS = {
    "run": "run-1", "state": "waiting_approval", "target": LONG, "runbook": "container-restart", "risk": "R1",
    "reason": "waits for an approval", "until": "2026-11-26T21:19:29.000Z",
}  # fmt: skip


def answer(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "cloud": "opcloud", "at": AT, "paused": False, "open": [], "curing": [], "waiting": [], "muted": [],
        "checks": {"ok": 33, "warning": 0, "critical": 4, "unknown": 0},
    }  # fmt: skip
    return {**found, **changes}


def shown(width: int | None = 80, **changes: Any) -> list[str]:
    return [line for line, _ in overview.lines(answer(**changes), width)]


def test_nothing_to_say_is_said() -> None:
    assert shown() == [
        "opcloud  2026-11-26 21:11:29 UTC  0 broken",
        "checks: 4 critical, 0 unknown, 0 warning, 33 ok",
        "", "nothing waits for you", "", "nothing is broken", "", "no cure is under way", "", "nothing is muted",
    ]  # fmt: skip


def test_at_80_columns_ids_and_commands_are_whole_and_no_line_is_longer() -> None:
    lines = shown(
        waiting=[WAITS, problem(2, state="escalated", why={"kind": "person", "reason": "needs a person"})],
        open=[problem(1), problem(2, state="escalated")],
        curing=[
            {
                "run": "run-9",
                "state": "verifying",
                "target": "container/ctl2/memcached",
                "runbook": "container-start",
                "created_at": "2026-11-26T21:11:00.000Z",
                "reason": "container-state is OK and must hold for 20 s: 7 s left",
            }
        ],
    )
    assert [line for line in lines if len(line) > 80 and LONG not in line] == []
    assert "         remediator approve run-1" in lines
    assert "         remediator incidents ack inc-2 --reason TEXT" in lines
    assert f"         container-restart on {LONG}" in lines
    assert "waits for you (2):" in lines
    assert "  run-9  container-start on container/ctl2/memcached  verifying  for 29 s" in lines
    assert "         container-state is OK and must hold for 20 s: 7 s left" in lines


def test_the_longest_command_fits_80_columns() -> None:
    lines = shown(waiting=[{**WAITS, "run": "run-1234", "state": "in_doubt"}])
    (typed,) = [line for line in lines if "runs resolve" in line]
    assert typed == "  remediator runs resolve run-1234 --outcome applied|not-applied --reason TEXT"
    assert len(typed) <= 80


@pytest.mark.parametrize("width", [40, 60, 80, 132])
def test_no_word_is_ever_cut(width: int) -> None:
    one = problem(1, target=LONG)
    words = " ".join(" ".join(line for line in shown(width, open=[one], waiting=[WAITS])).split())
    for whole in (LONG, "inc-1", "remediator approve run-1", one["output"]):
        assert whole in words


def test_off_a_terminal_each_row_is_one_line() -> None:
    (row,) = [line for line in shown(None, open=[problem(1)]) if "inc-1" in line]
    for part in ("container/ctl1/memcached", "five starts", "not acting: refused by downtime: in downtime down-1"):
        assert part in row


def test_each_problem_stands_once_and_says_why_nothing_happens() -> None:
    escalated = problem(2, state="escalated", why={"kind": "person", "reason": "needs a person: no runbook cures this"})
    lines = shown(None, open=[problem(1), escalated], waiting=[escalated])
    assert sum("inc-2" in line for line in lines) == 1
    (row,) = [line for line in lines if "inc-2" in line]
    assert row.endswith("needs a person: no runbook cures this  remediator incidents ack inc-2 --reason TEXT")
    assert "opcloud  2026-11-26 21:11:29 UTC  2 broken" in lines[0]


def test_who_has_it_in_hand_is_named() -> None:
    known = {"by": "ann", "at": "2026-11-26T21:11:20.000Z", "reason": "raising limit"}
    lines = shown(open=[problem(1, state="escalated", acknowledged=known)])
    assert '         acknowledged by ann at 2026-11-26 21:11:20 UTC: "raising limit"' in lines
    assert not any("acknowledged" in line for line in shown(open=[problem(1, acknowledged=None)]))


def test_a_storm_is_told_once_and_each_problem_points_to_it() -> None:
    why = {"kind": "refused", "guard": "storm", "reason": "4 of 5 hosts broke at once", "until": "2026-11-26T21:19:00Z"}
    assert overview.why({"why": why}) == (
        "not acting: held by the storm breaker (until 2026-11-26 21:19:00 UTC): see below"
    )
    storm = {"kind": "storm", "what": "R1 and above in cloud", "reason": "4 of 5 hosts broke at once", "until": None}
    answer = {"cloud": "c", "at": "2026-11-26T21:09:00Z", "checks": {}, "open": [], "muted": [storm]}
    assert "muted or held (1):" in [line for line, _ in overview.lines(answer, 80)]
    silence = {**storm, "kind": "silence", "what": "host=a"}
    assert "muted (1):" in [line for line, _ in overview.lines({**answer, "muted": [silence]}, 80)]


def test_the_time_on_the_wall_stands_beside_utc() -> None:
    answer = {"cloud": "c", "at": "2026-11-26T21:09:00Z", "checks": {}, "open": [], "muted": []}
    assert next(overview.lines(answer, 80, "22:09 CET"))[0].startswith(
        "c  2026-11-26 21:09:00 UTC (22:09 CET)  0 broken"
    )
    assert next(overview.lines(answer, 80, ""))[0].startswith("c  2026-11-26 21:09:00 UTC  0 broken")


def test_what_a_lock_holds_back_names_who_has_it_and_until_when() -> None:
    why = {
        "kind": "refused",
        "guard": "lock",
        "reason": "group:ledger is locked by run-1 (x)",
        "until": "2026-11-26T21:19:00Z",
    }
    assert overview.why({"why": why}) == (
        "not acting: refused by lock: group:ledger is locked by run-1 (x) (at the latest 2026-11-26 21:19:00 UTC)"
    )
    assert overview.why({}) == ""


def test_what_follows_is_folded_all_the_way_down() -> None:
    rows = [
        problem(1, target="host/ctl1", check="host-reachable"),
        problem(2, state="suppressed", parent="inc-1"),
        problem(3, state="suppressed", parent="inc-2"),
        problem(4, state="suppressed", parent="inc-99"),
    ]
    follows, top = overview.folded_under(rows)
    assert (follows, [each["id"] for each in top]) == ({"inc-1": 2}, ["inc-1", "inc-4"])
    lines = shown(open=rows)
    assert "         2 more follow from it" in lines
    assert not any("inc-2" in line or "inc-3" in line for line in lines)
    assert lines[0].endswith("2 broken, 2 more follow from them")


def test_two_that_explain_each_other_are_both_shown() -> None:
    rows = [problem(1, state="suppressed", parent="inc-2"), problem(2, state="suppressed", parent="inc-1")]
    assert overview.folded_under(rows) == ({}, rows)


def test_what_is_well_again_is_not_called_broken() -> None:
    lines = shown(None, open=[problem(1, now="OK", why={"kind": "well", "reason": "OK in 1 of the 2 samples"})])
    assert "nothing is broken" in lines
    assert "well again, and not closed yet (1):" in lines
    assert lines[0].startswith("opcloud  2026-11-26 21:11:29 UTC  0 broken")


def test_one_storm_is_one_row() -> None:
    storms = [
        {
            "kind": "storm",
            "what": f"R1 and above in {scope}",
            "reason": f"3 of 5 hosts of {scope}",
            "until": None,
            "scope": scope,
        }
        for scope in ("cloud", "group/control", "group/network")
    ]
    latch = {"kind": "storm", "what": "R3", "reason": "since", "until": None}
    rows = overview.one_storm([*storms, latch])
    assert [row["what"] for row in rows] == ["R1 and above in cloud", "R3"]
    assert rows[0]["reason"] == "3 of 5 hosts of cloud; also in group/control, group/network"
    assert overview.one_storm(storms[1:2]) == storms[1:2]


def test_a_refused_reload_is_no_pause_that_resume_lifts() -> None:
    why = "a reload was refused: mend it (x)"
    held = {"kind": "pause", "what": "everything", "reason": why, "until": None, "trouble": "reload_refused"}
    lines = shown(None, paused=True, muted=[held])
    assert any(line.startswith("NOT ACTING: nothing above R0 is done: a reload was refused") for line in lines)
    assert not any("resume" in line for line in lines)
    for reason in ("deploying", why):
        lines = shown(None, paused=True, muted=[{**held, "reason": reason, "trouble": None}])
        told = f"PAUSED: nothing acts until `remediator resume`: {reason}"
        assert any(line.startswith(told) for line in lines), (
            "a person may write what they like as the reason of a pause"
        )


def test_a_mute_shows_who_and_until_when_and_what_ends_one_without_end() -> None:
    own = {"kind": "downtime", "id": "down-1", "what": "host/a", "by": "ann", "reason": "disk", "until": AT}
    (row,) = overview.muted(own, None, None)[0]
    assert row == "  downtime down-1  host/a  by ann  until 2026-11-26 21:11:29 UTC  disk"
    (row,) = overview.muted({"kind": "rival", "what": "all", "reason": "x", "until": None}, None, None)[0]
    assert row == "  rival  all  until: remediator brakes list  x"


@pytest.mark.parametrize(
    ("state", "typed"),
    [
        ("waiting_approval", "remediator approve run-1"),
        ("in_doubt", "remediator runs resolve run-1 --outcome applied|not-applied --reason TEXT"),
        ("held", "remediator runs show run-1"),
        ("something new", "remediator explain run-1"),
    ],
)
def test_what_waits_says_what_to_type(state: str, typed: str) -> None:
    row, _ = overview.waits({**WAITS, "state": state}, {}, None, 80)
    assert row[-1].strip() == typed


def test_without_a_daemon_it_says_so_and_has_no_ages() -> None:
    lines = shown(checks=None, at=None, muted=None, paused=None, open=[problem(1, why=None)])
    assert lines[0] == "NO DAEMON: nobody watches this cloud; below is what was stored last"
    assert any("since 2026-11-26 21:10:37 UTC" in line for line in lines)


def test_a_row_without_anything_but_its_name() -> None:
    assert screen.item(["run-1"], width=80) == ["  run-1"]
    assert screen.item(["run-1"], ["a\x1b[2Jb"], width=None) == ["  run-1  a [2Jb"]


def test_downtimes_of_senders_are_cut_and_counted_and_nothing_else_is() -> None:
    told = [{"kind": "downtime", "what": f"h1/ghost{n}", "reason": "nagios, depth 1", "until": AT} for n in range(500)]
    own = [
        {"kind": "downtime", "id": f"down-{n}", "what": f"host/h{n}", "reason": "r", "by": "ann", "until": AT}
        for n in range(30)
    ]
    lines = shown(muted=[*told, *own])
    assert sum("ghost" in line for line in lines) == overview.MOST_DOWNTIMES
    assert sum("host/h" in line for line in lines) == 30
    assert lines[-1] == "and 480 more downtimes; all of them: remediator status --format json"
    assert "more downtimes" not in "\n".join(shown(muted=told[:20]))


def test_what_holds_nothing_is_a_warning_with_everybody_of_whom_it_is_said() -> None:
    rows = [{"kind": "act_files", "name": f"cmp{number}", "reason": "lamp.json is missing"} for number in range(9)]
    rows.append({"kind": "integration", "name": "lamp", "reason": "integration lamp (lamp 1.0): it is broken"})
    told = [line for line in shown(None, warnings=rows) if line.startswith("WARNING")]
    assert told == [
        "WARNING: cmp0, cmp1, cmp2, cmp3, cmp4 and 4 more: lamp.json is missing",
        "WARNING: integration lamp (lamp 1.0): it is broken",
    ]
    many = [{"kind": "integration", "name": f"i{number}", "reason": f"i{number} is broken"} for number in range(8)]
    assert "and 3 more warnings; all of them: remediator status --format json" in shown(80, warnings=many)
    assert shown(warnings=None) == shown(warnings=[]) == shown()
