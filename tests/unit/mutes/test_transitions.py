"""How mutes begin and end: tables from what is asked, or what time it is, to records, entries and wishes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from remediator.model.content.declined import Refused
from remediator.model.messages.matchers import parse
from remediator.model.records.mutes import Accepted, Ack, OwnDowntime, Pause, Silence, Unacked, Wrap
from remediator.mutes import acks, baselines, downtimes, pauses, silences, spans, wraps
from remediator.mutes.brakes import restores
from remediator.mutes.transition import MoveIncident, Transition, WriteLine
from tests.builders.incidents import OPEN
from tests.unit.safety.cases import at

pytestmark = pytest.mark.unit

ONE = Pause(id="pause-1", reason="a change", author="mira", at="2026-01-05T03:10:00.000Z")
TWO = Pause(id="pause-2", reason="a test", author="noor", at="2026-01-05T03:11:00.000Z")
SILENCE = Silence(
    id="sil-1", matchers=(parse("check=x"),), author="mira", reason="r", created_at=at(0).wall, until=at(60).wall
)
DOWNTIME = OwnDowntime(
    id="down-1", target="host/ctl1", author="mira", reason="r", created_at=at(0).wall, until=at(60).wall
)
WRAP = Wrap(
    id="wrap-1", scope="all", command="deploy", author="mira", reason="r", pid=7, pid_started="99", began_at=at(0).wall
)


def kinds(transition: Transition) -> list[str]:
    return [entry.kind for entry in transition.entries]


def bodies(transition: Transition) -> list[dict[str, Any]]:
    return [dict(entry.body()) for entry in transition.entries]


# how long -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (None, 4 * 3600.0),
        (60, 60.0),
        (0.5, 0.5),
        (7 * 86400, 7 * 86400.0),
        (7 * 86400 + 1, Refused("silence-add has too long a time: at most 7d")),
        (float("inf"), Refused("silence-add has too long a time: at most 7d")),
        (float("nan"), Refused("silence-add needs an end: a time above 0 and at most 7d")),
        (0, Refused("silence-add needs an end: a time above 0 and at most 7d")),
        (-1, Refused("silence-add needs an end: a time above 0 and at most 7d")),
        (True, Refused("silence-add needs an end: a time above 0 and at most 7d")),
        ("1h", Refused("silence-add needs an end: a time above 0 and at most 7d")),
    ],
)
def test_a_mute_always_ends(value: Any, found: float | Refused) -> None:
    assert spans.span(value, "silence-add") == found


# pauses ---------------------------------------------------------------------------------------------------------------


def test_a_pause_begins_with_its_reason_and_author() -> None:
    made = pauses.begun("pause-3", "a change", "mira", at(0))
    assert made.kept == (replace(ONE, id="pause-3"),)
    assert (kinds(made), bodies(made)) == (["pause"], [{"pause": "pause-3", "reason": "a change"}])


@pytest.mark.parametrize(
    ("standing", "wanted", "every", "gone"),
    [
        ((), "", False, ()),
        ((ONE,), "", False, (ONE,)),
        ((ONE,), "pause-1", False, (ONE,)),
        ((ONE, TWO), "pause-2", False, (TWO,)),
        ((ONE, TWO), "pause-2", True, (TWO,)),
        ((ONE, TWO), "", True, (ONE, TWO)),
        ((ONE, TWO), "", False, None),
    ],
)
def test_which_pauses_are_lifted(
    standing: tuple[Pause, ...], wanted: str, every: bool, gone: tuple[Pause, ...] | None
) -> None:
    made = pauses.lifted({each.id: each for each in standing}, wanted, "done", "noor", every=every)
    if gone is None:
        assert made == Refused("2 pauses stand (pause-1, pause-2): name one, or say --all")
        return
    assert isinstance(made, Transition)
    assert (made.kept, made.ended, kinds(made)) == ((), gone, ["resume"])
    assert bodies(made) == [{"reason": "done", "lifted": {each.id: each.text for each in gone}}]


# silences and downtimes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "idle"),
    [
        (["host=ctl1"], None),
        (["host=ctl9"], "ctl9"),
        (["check=x", "host=~ctl.*"], None),
        (["host=~web.*", "check=x"], "web.*"),
        (["host!=ctl1"], None),
        (["check=nothing-of-the-kind"], None),
    ],
)
def test_a_matcher_of_hosts_must_fit_one(written: list[str], idle: str | None) -> None:
    found = silences.idle([parse(text) for text in written], ["ctl1", "ctl2"])
    assert (found.value if found is not None else None) == idle


@pytest.mark.parametrize(("written", "wide"), [(["check=~.*"], True), ([], True), (["check=x"], False)])
def test_a_silence_never_covers_everything(written: list[str], wide: bool) -> None:
    refused = silences.too_wide([parse(text) for text in written], ("host", "container"))
    assert (refused is not None) is wide
    assert refused is None or "that is what `remediator pause` is for" in refused.reason


def test_a_silence_begins_and_a_person_ends_it() -> None:
    silence, made = silences.begun("sil-1", SILENCE.matchers, 60.0, "r", "mira", at(0))
    assert silence == SILENCE
    assert (made.kept, kinds(made), bodies(made)) == ((SILENCE,), ["silence"], [SILENCE.to_json()])
    over = silences.ended(SILENCE, "done", "noor")
    assert (over.ended, bodies(over)) == ((SILENCE,), [{"id": "sil-1", "reason": "done"}])
    assert [(entry.kind, entry.actor) for entry in over.entries] == [("silence_ended", "noor")]


def test_a_downtime_begins_and_a_person_ends_it() -> None:
    downtime, made = downtimes.begun("down-1", "host/ctl1", 60.0, "r", "mira", at(0))
    assert downtime == DOWNTIME
    assert (made.kept, kinds(made), bodies(made)) == ((DOWNTIME,), ["downtime"], [DOWNTIME.to_json()])
    over = downtimes.ended(DOWNTIME, "done", "noor")
    assert (over.ended, kinds(over), bodies(over)) == (
        (DOWNTIME,),
        ["downtime_ended"],
        [{"id": "down-1", "reason": "done"}],
    )


@pytest.mark.parametrize(("now", "over"), [(59.9, False), (60.0, True), (3600.0, True)])
def test_silences_and_downtimes_end_by_their_time(now: float, over: bool) -> None:
    ends = [*silences.over([SILENCE], at(now).wall), *downtimes.over([DOWNTIME], at(now).wall)]
    assert [each.ended for each in ends] == ([(SILENCE,), (DOWNTIME,)] if over else [])
    assert {(entry.actor, entry.body()["reason"]) for each in ends for entry in each.entries} <= {
        ("remediator", "its time is over")
    }


# wrapped commands -----------------------------------------------------------------------------------------------------


def alive(*pids: int) -> Any:
    return lambda pid, started: pid in pids and started == "99"


def test_a_wrapped_command_begins() -> None:
    made = wraps.begun(WRAP)
    assert (made.kept, kinds(made), bodies(made)) == ((WRAP,), ["wrap"], [WRAP.to_json()])


@pytest.mark.parametrize(
    ("ended_s", "pids", "now", "then"),
    [
        (None, (7,), 9000, []),
        (None, (), 30, ["kept"]),
        (None, (8,), 30, ["kept"]),
        (20, (), 30, []),
        (20, (7,), 680, []),
        (20, (7,), 681, ["ended"]),
    ],
)
def test_what_time_makes_of_a_wrapped_command(
    ended_s: float | None, pids: tuple[int, ...], now: float, then: list[str]
) -> None:
    wrap = replace(WRAP, ended_at=at(ended_s).wall if ended_s is not None else None)
    made = wraps.over([wrap], alive(*pids), 600.0, at(now))
    assert ["kept" if each.kept else "ended" for each in made] == then
    assert [entry.body()["how"] for each in made for entry in each.entries] == ["its process is gone"] * then.count(
        "kept"
    )


def test_the_end_of_a_wrapped_command_is_told_once() -> None:
    made = wraps.ended(WRAP, "exit 0", "mira", at(30))
    assert (made.kept, bodies(made)) == ((replace(WRAP, ended_at=at(30).wall),), [{"wrap": "wrap-1", "how": "exit 0"}])
    assert wraps.ended(replace(WRAP, ended_at=at(30).wall), "exit 0", "mira", at(40)) == Transition()


@pytest.mark.parametrize(
    ("scope", "covered"),
    [
        ("all", True),
        ("host/ctl1", True),
        ("host/ctl2", False),
        ("group/control", True),
        ("group/compute", False),
        ("x", False),
    ],
)
def test_which_hosts_a_wrapped_command_covers(scope: str, covered: bool) -> None:
    assert wraps.covers(scope, "ctl1", ("control",)) is covered


def test_a_wrapped_command_is_a_sign_of_now_and_after_its_end_one_of_its_end() -> None:
    runs, ran = (
        wraps.sign(WRAP, "ctl1", at(30).wall),
        wraps.sign(replace(WRAP, ended_at=at(9).wall), "ctl1", at(30).wall),
    )
    assert (runs.at, ran.at) == (at(30).wall, at(9).wall)
    assert runs.key == ran.key == "wrap:wrap-1:ctl1"
    assert (runs.detail, ran.detail) == (
        "mira runs 'deploy' under pause --wrap (r)",
        "mira ran 'deploy' under pause --wrap (r)",
    )


# acknowledgements, restores, baselines --------------------------------------------------------------------------------


def test_a_ladder_that_ended_wants_a_person() -> None:
    made = acks.wanted(OPEN, "x" * 900, at(0))
    assert made == Transition(kept=(Unacked(target=OPEN.target.text, incident="inc-1", at=at(0).wall, why="x" * 500),))


def test_an_acknowledgement_moves_an_open_incident() -> None:
    made = acks.given("inc-1", OPEN.target.text, OPEN, "mine", "mira", at(5))
    assert made.kept == (Ack(target=OPEN.target.text, at=at(5).wall, by="mira", reason="mine"),)
    assert [(entry.kind, entry.incident) for entry in made.entries] == [("ack", "inc-1")]
    (wish,) = made.wishes
    assert isinstance(wish, MoveIncident)
    assert (wish.moved.incident.acked_by, wish.moved.kind, wish.moved.text) == ("mira", "ack", "mira: mine")


def test_an_acknowledgement_of_a_closed_incident_is_a_line_of_its_timeline() -> None:
    made = acks.given("inc-1", OPEN.target.text, None, "mine", "mira", at(5))
    assert made.wishes == (WriteLine(incident="inc-1", kind="ack", text="mira: mine"),)


def test_a_restore_is_believed_renamed_and_signed_in_this_order() -> None:
    made = restores.accepted("it was put back", "from Monday", "mira")
    assert (kinds(made), bodies(made)) == (["restore_accepted"], [{"was": "it was put back", "reason": "from Monday"}])
    assert [type(wish).__name__ for wish in made.wishes] == ["BelieveRows", "RenameStore", "SignRestore"]


def test_a_baseline_is_accepted_or_refused() -> None:
    record = Accepted(scope="host/ctl1", keys=("wrap:wrap-1:ctl1",), by="mira", reason="rebuilt")
    made = baselines.accepted(record, {"scope": "host/ctl1", "hosts": ["ctl1"]})
    assert (made.kept, kinds(made)) == ((record,), ["baseline"])
    assert bodies(made) == [{"scope": "host/ctl1", "hosts": ["ctl1"], "reason": "rebuilt"}]
    no = baselines.refused("all", "rebuilt", ["host/ctl1: not sampled"], "mira")
    assert (no.kept, kinds(no)) == ((), ["baseline_refused"])
    assert bodies(no) == [{"scope": "all", "reason": "rebuilt", "refused": ["host/ctl1: not sampled"]}]


def test_no_mute_lasts_longer_than_it_says() -> None:
    silence, _ = silences.begun("sil-2", SILENCE.matchers, 7 * 86400.0, "r", "mira", at(0))
    assert silence.until - silence.created_at == timedelta(days=7)
