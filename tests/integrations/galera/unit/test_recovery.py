"""Each action of a recovery: its commands word by word, what refuses it, what a lost outcome is probed with, what it
gives."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from remediator.integrations import registry
from remediator.integrations.galera.actions import choice
from remediator.integrations.galera.judgement.picture import NIL
from remediator.integrations.galera.steps import scripts
from remediator.model.content.actions import ActionSpec, Probe
from remediator.model.content.commands import Command
from remediator.model.content.consent import NOTHING_MORE, Ask, Consent, Reason
from remediator.model.content.declined import Refused, Wait
from remediator.model.messages.replies import HostReply, Reach
from remediator.model.values import Unknown
from tests.builders.declined import built, consent_to, declines
from tests.integrations.galera.unit import world
from tests.integrations.galera.unit.world import (
    ACTIONS,
    CHOICE,
    CHOSEN,
    HOSTS,
    MARK,
    TARGET,
    UUID,
    VOLUME,
    argvs,
    order,
)
from tests.unit.integrations import section as make

pytestmark = pytest.mark.unit

PODMAN = "/var/lib/containers/storage/volumes/mariadb/_data"


AT = str(world.mark()["at"])


def held(**changed: dict[str, Any]) -> list[HostReply]:
    return [world.stopped(host, hold=world.held(), unit=make.STOPPED, **changed.get(host, {})) for host in HOSTS]


# before the decision
# --------------------------------------------------------------------------------------------------------


def test_a_hold_names_its_run_and_the_engine() -> None:
    assert argvs("galera.hold", order("ctl2")) == [("ctl2", scripts.HOLD.argv(MARK, "docker", "stopped"))]
    assert argvs("galera.hold", order("ctl2", engine="podman")) == [
        ("ctl2", scripts.HOLD.argv(MARK, "podman", "stopped"))
    ]


@pytest.mark.parametrize(
    ("action", "procedure"), [("galera.hold", "bootstrap"), ("galera.start_stopped", "start_members")]
)
def test_before_its_run_it_is_refused_unless_the_judgement_says_so(action: str, procedure: str) -> None:
    assert argvs(action, world.planned(procedure=procedure, why="w")) == []
    for said in ("page", "wait", "nothing", "pc_bootstrap", {"bootstrap": "start_members"}.get(procedure, "bootstrap")):
        with declines(Refused, match=f"is {said}, not {procedure}: ctl3 is silent"):
            built(argvs(action, world.planned(procedure=said, why="ctl3 is silent")))
    with declines(Refused, match=rf"is UNKNOWN \(timeout:x\), not {procedure}"):
        built(argvs(action, world.planned(procedure=Unknown("timeout:x"))))
    with declines(Refused, match="UNKNOWN"):
        built(argvs(action, world.planned()))


def test_the_small_files_are_saved_from_where_the_collector_found_them() -> None:
    assert argvs("galera.save", order("ctl1")) == [("ctl1", scripts.SAVE.argv(VOLUME, MARK))]
    elsewhere = [world.stopped("ctl1", volume="/srv/db")]
    assert argvs("galera.save", order("ctl1", *elsewhere)) == [("ctl1", scripts.SAVE.argv("/srv/db", MARK))]


def test_a_position_is_read_with_a_word_of_its_own() -> None:
    words = {host: argvs("galera.read_position", order(host))[0][1][4] for host in HOSTS}
    assert len(set(words.values())) == 3
    assert argvs("galera.read_position", order("ctl1")) == [("ctl1", scripts.READ.argv(words["ctl1"], "docker", MARK))]
    assert argvs("galera.read_position", order("ctl1", run="run-8"))[0][1][4] != words["ctl1"]


@pytest.mark.parametrize("host", ["ctl1.example.org", "db_1", "a" * 63])
def test_a_position_is_read_whatever_characters_the_name_of_the_host_has(host: str) -> None:
    ((where, argv),) = argvs("galera.read_position", order(host))
    assert where == host
    assert argv[:4] == ("sh", "-c", scripts.READ.text, scripts.READ.name)


GOLDEN = Path(__file__).parents[1] / "golden" / "positions"


def given(case: str, host: str = "ctl1", nonce: str | None = None) -> dict[str, Any]:
    """Return what the step gives from a recorded output, with its own word in place of the recorded one."""
    asked = order(host)
    ((_, argv),) = argvs("galera.read_position", asked)
    body = json.loads((GOLDEN / f"{case}.json").read_text())
    output = f"$ {' '.join(argv)}\n" + body["output"].replace(body["nonce"], nonce or argv[4])
    gives = ACTIONS["galera.read_position"].gives
    assert gives is not None
    return dict(built(gives.told(asked, output)))


def test_what_a_reading_gives() -> None:
    assert given("killed") == {"uuid": "96f481e0-e762-11f1-be6e-e2d0381ed6ee", "seqno": 7, "xa": False}
    assert given("zero-uuid") == {"uuid": None, "seqno": None, "xa": False}
    assert given("xa-prepared") == {"unknown": True, "reason": "xa_prepared", "xa": True}
    assert given("corrupt") == {"unknown": True, "reason": "position_corrupt"}
    assert given("killed", nonce="another-word") == {"unknown": True, "reason": "position_stale_nonce"}


# the decision
# -----------------------------------------------------------------------------------------------------------------


def test_the_highest_is_chosen_alone_when_nothing_is_lost() -> None:
    asked = order("ctl1", *held(), bound=world.reads(76, 77, 75))
    assert argvs("galera.decide", asked) == []
    gives = ACTIONS["galera.decide"].gives
    assert gives is not None
    chosen = built(gives.told(asked, ""))
    assert {name: chosen[name] for name in ("host", "uuid", "seqno", "lost", "sst")} == {
        "host": "ctl2", "uuid": UUID, "seqno": 77, "lost": 0, "sst": [],
    }  # fmt: skip
    gives = ACTIONS["galera.decide"].gives
    assert gives is not None
    assert gives.kind is choice.CHOICE
    assert choice.CHOICE.read(chosen).host == "ctl2"
    assert "100 s old" in str(chosen["unseen"]) or "101 s old" in str(chosen["unseen"])
    assert str(chosen["table"]).startswith(
        f"high-water mark {UUID}:77; the mark's newest sample is of {AT}, and what was committed after "
        f"that is in no figure\n"
    )
    assert json.loads(json.dumps(dict(chosen))) == dict(chosen)


def test_what_needs_a_person_only_since_the_choice_is_asked_before_the_bootstrap() -> None:
    results = {**world.reads(76, 77, 75), **CHOSEN}
    assert argvs("galera.bootstrap", order("ctl1", *held(), approved=True, bound=results))
    short = held(ctl3={"free_bytes": 1 << 20})
    with declines(Ask, match=r"GB-14: .*ctl3") as asks:
        built(argvs("galera.bootstrap", order("ctl1", *short, approved=True, bound=results)))
    assert argvs("galera.bootstrap", order("ctl1", *short, approved=True, bound=results, consent=consent_to(asks)))


def test_a_loss_is_asked_about_even_when_the_plan_was_approved() -> None:
    sentence = (
        "bootstrap ctl1: ctl1 holds the highest position, 70; 7 transactions are possibly lost; "
        f"the mark's newest sample is of {AT}, and what was committed after that is in no figure; "
        "GB-8: 7 transactions below the high-water mark are possibly lost"
    )
    lost = {"bound": world.reads(70, 69, 70)}
    for approved in (False, True):
        with declines(Ask) as asks:
            built(argvs("galera.decide", order("ctl1", *held(), approved=approved, **lost)))
        assert str(asks.value) == sentence
    yes = consent_to(asks)
    assert (yes.chosen, yes.position, yes.lost, yes.counted_to) == ("ctl1", 70, 7, AT)
    assert yes.because == {Reason(rule="GB-8", facts=("lost:7",))}
    for good in (yes, Consent(worded=sentence)):
        assert argvs("galera.decide", order("ctl1", *held(), consent=good, **lost)) == []
    for other in (
        None,
        NOTHING_MORE,
        Consent(worded=sentence.replace("7 ", "6 ")),
        dataclasses.replace(yes, lost=6),
        dataclasses.replace(yes, chosen="ctl3"),
        dataclasses.replace(yes, position=71),
        dataclasses.replace(yes, counted_to="2026-01-01T00:00:00.000Z"),
        dataclasses.replace(yes, because=frozenset()),
        dataclasses.replace(yes, stops=frozenset({"ctl1"})),
    ):
        with declines(Ask):
            built(argvs("galera.decide", order("ctl1", *held(), consent=other, **lost)))


def test_nothing_known_is_lost_is_said_with_how_far_that_is_known_and_stays_the_same_while_it_waits() -> None:
    """The mark is an hour older than the end of the members: the plan's approval knew it, and nobody else did."""
    old, results = world.mark(age_s=3700.0), world.reads(77, 77, 77)
    sentence = (
        f"bootstrap ctl1: ctl1 holds the highest position, 77; nothing known is lost; the mark's newest "
        f"sample is of {old['at']}, "
        f"and what was committed after that is in no figure; GB-8: members ran for more than 60 s after "
        f"{old['at']}, the newest sample "
        "of the high-water mark"
    )
    asked = order("ctl1", *held(), bound=results, mark=old)
    with declines(Ask) as asks:
        built(argvs("galera.decide", asked))
    assert str(asks.value) == sentence
    assert asked.evidence is not None
    assert dataclasses.is_dataclass(asked.evidence)
    later = dataclasses.replace(asked.evidence, now=make.at(9000.0))  # type: ignore[type-var]
    with declines(Ask) as again:
        built(argvs("galera.decide", dataclasses.replace(asked, evidence=later)))
    assert str(again.value) == sentence
    assert consent_to(again) == consent_to(asks)
    assert argvs("galera.decide", dataclasses.replace(asked, consent=consent_to(asks))) == []
    assert argvs("galera.decide", dataclasses.replace(asked, approved=True)) == []


def test_a_yes_to_one_loss_is_none_to_a_larger_one() -> None:
    with declines(Ask) as first:
        built(argvs("galera.decide", order("ctl1", *held(), bound=world.reads(70, 69, 70))))
    with declines(Ask) as second:
        built(argvs("galera.decide", order("ctl1", *held(), consent=consent_to(first), bound=world.reads(60, 59, 60))))
    assert "17 transactions" in str(second.value)


@pytest.mark.parametrize("files", [{}, {"grastate_text": world.grastate(NIL)}])
def test_an_empty_member_asks_a_person_also_after_the_plan_and_joins_by_a_whole_transfer(files: dict[str, Any]) -> None:
    results = world.reads(77, 77, 77, ctl1={"uuid": None, "seqno": None, "xa": False})
    for approved in (False, True):
        asked = order("ctl1", *held(ctl1=files), bound=results, approved=approved)
        with declines(Ask, match=r"^bootstrap ctl2: .*; GB-9: ctl1 brings no position$") as asks:
            built(argvs("galera.decide", asked))
        yes = dataclasses.replace(asked, consent=consent_to(asks))
        assert argvs("galera.decide", yes) == []
    gives = ACTIONS["galera.decide"].gives
    assert gives is not None
    assert built(gives.told(yes, ""))["sst"] == ["ctl1"]


def test_what_the_plan_showed_is_approved_with_it_and_what_came_out_since_is_not() -> None:
    """GB-14 is seen before any position is read, GB-9 only by reading; a yes to the one is none to both."""
    short = {"ctl3": {"free_bytes": 10 << 20}}
    known = order("ctl1", *held(**short), bound=world.reads(77, 77, 77))
    with declines(Ask, match=r"; GB-14: ctl3 lacks the space"):
        built(argvs("galera.decide", known))
    assert argvs("galera.decide", dataclasses.replace(known, approved=True)) == []
    empty = world.reads(77, 77, 77, ctl1={"uuid": None, "seqno": None, "xa": False})
    with declines(Ask, match=r"; GB-9: ctl1 brings no position; GB-14: ctl3 lacks the space"):
        built(argvs("galera.decide", order("ctl1", *held(**short), bound=empty, approved=True)))


def test_that_an_arbitrator_votes_does_not_hide_a_member_that_is_short_of_space() -> None:
    """Both are said: of two that ask, the second one must not come in under the yes to the first."""
    asked = order("ctl1", *held(ctl3={"free_bytes": 10 << 20}), bound=world.reads(77, 77, 77), mark=world.mark(size=4))
    with declines(Ask, match=r"; GB-9: an arbitrator votes.*; GB-14: ctl3 lacks the space"):
        built(argvs("galera.decide", asked))


@pytest.mark.parametrize(
    "files",
    [
        {"grastate_text": world.grastate(NIL)},
        {"grastate_text": None, "grastate": None},
        {"sst_in_progress": True},
        {"grastate_text": world.grastate(NIL), "sst_in_progress": True},
    ],
)
def test_one_without_a_history_in_its_files_takes_a_whole_copy_although_a_position_was_read(
    files: dict[str, Any],
) -> None:
    asked = order("ctl1", *held(ctl1=files), bound=world.reads(77, 77, 77))
    with declines(Ask, match=r"bootstrap ctl2: .*GB-9: ctl1 brings no position") as asks:
        built(argvs("galera.decide", asked))
    gives = ACTIONS["galera.decide"].gives
    assert gives is not None
    chosen = built(gives.told(dataclasses.replace(asked, consent=consent_to(asks)), ""))
    assert (chosen["host"], chosen["sst"]) == ("ctl2", ["ctl1"])
    assert argvs("galera.join", order("ctl1", *up(), bound={"choice": chosen}))[0][1] == scripts.JOIN.argv(
        MARK, VOLUME, "sst", "docker"
    )


@pytest.mark.parametrize("approved", [False, True])
@pytest.mark.parametrize("files", [{"sst_in_progress": True}, {"grastate_text": world.grastate(NIL)}])
def test_one_that_is_left_aside_and_goes_further_is_never_overwritten_unasked(
    files: dict[str, Any], approved: bool
) -> None:
    """A marker of a state transfer that was long over, on the member that was the last one up."""
    asked = order("ctl1", *held(ctl3=files), bound=world.reads(77, 76, 80), approved=approved)
    with declines(Ask) as asks:
        built(argvs("galera.decide", asked))
    assert str(asks.value) == (
        "bootstrap ctl1: ctl1 holds the highest position, 77; 3 transactions are possibly lost; the mark's newest "
        f"sample is of {AT}, and what was committed after that is in no figure; GB-9: ctl3 brings no "
        f"position; the data "
        "of ctl3 goes to 80, beyond the highest position that counts (77), and a whole copy of the others overwrites it"
    )
    gives = ACTIONS["galera.decide"].gives
    assert gives is not None
    chosen = built(gives.told(dataclasses.replace(asked, consent=consent_to(asks)), ""))
    assert (chosen["host"], chosen["sst"], chosen["lost"]) == ("ctl1", ["ctl3"], 3)


@pytest.mark.parametrize(
    ("results", "known", "words"),
    [
        ({}, {}, "GB-4: the position of ctl1 was not read in this run"),
        (world.reads(77, 77, 77, ctl3={"unknown": True, "reason": "position_cut"}), {}, "GB-4: the position of ctl3"),
        (
            world.reads(77, 77, 77, ctl3={"unknown": True, "reason": "xa_prepared", "xa": True}),
            {},
            "GB-4: ctl3 has.*prepared",
        ),
        (world.reads(77, 77, 77, ctl3=world.read(99, world.OTHER)), {}, "GB-5"),
        (world.reads(77, 77, 77), {"mark": None}, "GB-5: no cluster uuid is recorded"),
        (world.reads(77, 77, 77), {"mark": {"torn": 1}}, "mark|recorded"),
        (
            world.reads(77, 77, 77),
            {"runs": (world.past(state="in_doubt", done=("galera.bootstrap",), ended_s=None),)},
            "GB-12|bootstrap",
        ),
    ],
)
@pytest.mark.parametrize("yes", [{}, {"approved": True, "consent": "bootstrap ctl1"}])
def test_what_the_rules_refuse_ends_the_run_with_the_rule_and_the_table(
    results: dict[str, Any], known: dict[str, Any], words: str, yes: dict[str, Any]
) -> None:
    with declines(Refused, match=words) as refused:
        built(argvs("galera.decide", order("ctl1", *held(), bound=results, **known, **yes)))
    assert "\nctl1: " in str(refused.value)


def test_a_member_that_runs_after_all_refuses_it() -> None:
    replies = [*held()[:2], world.running("ctl3", world.sql(size=1))]
    with declines(Refused, match="ctl3"):
        built(argvs("galera.decide", order("ctl1", *replies, bound=world.reads(77, 77, 77), approved=True)))


def test_where_nobody_has_said_anything_nothing_is_decided() -> None:
    with declines(Refused, match=r"^GB-\d+: .*ctl1"):
        built(argvs("galera.decide", order("ctl1", None, bound=world.reads(77, 77, 77))))


# the copy
# ---------------------------------------------------------------------------------------------------------------------


def copying(settings: dict[str, Any]) -> ActionSpec:
    (found,) = [one for one in registry.load({"galera": settings})["galera"].actions if one.name == "galera.copy"]
    return found


def test_without_a_setting_nothing_is_copied() -> None:
    assert argvs("galera.copy", order("ctl1", bound=CHOSEN)) == []


def test_the_whole_data_directory_of_the_chosen_one_is_copied_where_it_fits() -> None:
    commands = built(copying({"copy": "datadir"}).when.commands(order("ctl1", *held(), bound=CHOSEN)))
    assert [(one.host, one.argv) for one in commands] == [("ctl2", scripts.COPY.argv(VOLUME, MARK))]
    assert commands[0].timeout_s > 600


def test_the_snapshot_hook_runs_first_and_gets_the_run() -> None:
    commands = built(
        copying({"snapshot": ["/usr/bin/snap", "-x"], "copy": "datadir"}).when.commands(
            order("ctl1", *held(), bound=CHOSEN)
        )
    )
    assert [one.argv for one in commands] == [("/usr/bin/snap", "-x", MARK), scripts.COPY.argv(VOLUME, MARK)]


def test_a_copy_becomes_its_own_program_or_the_hook_of_the_config_and_nothing_else() -> None:
    copy = copying({"snapshot": ["/usr/bin/snap", "-x"]})
    own, hook, bare = (
        Command(host="ctl1", argv=argv, timeout_s=1.0)
        for argv in (scripts.COPY.argv(VOLUME, MARK), ("/usr/bin/snap", "-x", MARK), ("/usr/bin/snap", "-x"))
    )
    assert copy.strays((own, hook), HOSTS) is None
    assert copy.strays((own, bare), HOSTS) is bare
    assert copy.strays((own,), ("ctl2",)) is own


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"free_bytes": 10 << 20}, "does not fit"),
        ({"data_bytes": None}, "nothing is copied blindly"),
        ({"free_bytes": None}, "nothing is copied blindly"),
        ({"present": False}, "nothing is copied blindly"),
    ],
)
def test_a_copy_that_does_not_fit_or_may_not_ends_the_run(changed: dict[str, Any], words: str) -> None:
    with declines(Refused, match=words):
        built(copying({"copy": "datadir"}).when.commands(order("ctl1", *held(ctl2=changed), bound=CHOSEN)))


@pytest.mark.parametrize("action", ["galera.copy", "galera.bootstrap", "galera.join", "galera.finish"])
def test_without_a_choice_of_this_run_nothing_follows(action: str) -> None:
    with declines(Refused, match="no candidate was chosen"):
        built(
            copying({"copy": "datadir"}).when.commands(order("ctl1"))
            if action == "galera.copy"
            else argvs(action, order("ctl1"))
        )


# the bootstrap, and what follows
# ------------------------------------------------------------------------------------------------


def test_the_chosen_member_is_bootstrapped_when_all_still_stands() -> None:
    asked = order("ctl1", *held(), bound={**world.reads(76, 77, 75), **CHOSEN})
    assert argvs("galera.bootstrap", asked) == [("ctl2", scripts.BOOTSTRAP.argv(VOLUME, MARK, "docker"))]


@pytest.mark.parametrize(
    "replies",
    [
        [*held()[:2], world.running("ctl3", world.sql(size=1))],
        [*held()[:2], make.reply("ctl3", reach=Reach.UNREACHABLE, galera_sql=Unknown("sql_timeout"))],
        [
            *held()[:2],
            world.stopped(
                "ctl3",
                hold=world.held(),
                unit=make.STOPPED,
                helpers=None,
                engine_reason="timeout:engine",
                container=None,
            ),
        ],
        [
            *held()[:2],
            world.stopped(
                "ctl3", hold=world.held(), unit=make.STOPPED, group_port={"listening": False, "peers": ["10.9.9.9"]}
            ),
        ],
        [*held()[:2], None],
    ],
)
def test_it_is_looked_at_again_right_before(replies: list[HostReply | None]) -> None:
    with declines(Refused, match="looked at again right before the bootstrap: GB-"):
        built(
            argvs(
                "galera.bootstrap",
                order("ctl1", *replies, bound={**world.reads(76, 77, 75), **CHOSEN}, approved=True),
            )
        )


def test_another_candidate_by_now_refuses_it() -> None:
    with declines(Refused, match="ctl1 holds the highest position"):
        built(argvs("galera.bootstrap", order("ctl1", *held(), bound={**world.reads(78, 77, 75), **CHOSEN})))


def up(**answers: Any) -> list[HostReply]:
    """ctl2 is bootstrapped; the others are held, or answer."""
    found = []
    for host in HOSTS:
        if host == "ctl2":
            found.append(world.stopped(host, hold=world.held(), unit=make.STOPPED, helpers=world.helper()))
            found[-1] = make.reply(
                host,
                **{
                    **{n: s.data for n, s in found[-1].sections.items()},
                    "galera_sql": answers.get(host, world.sql(size=1)),
                },
            )
        elif host in answers:
            found.append(world.running(host, answers[host]))
        else:
            found.append(world.stopped(host, hold=world.held(), unit=make.STOPPED))
    return found


def test_a_member_joins_and_the_bootstrapped_one_does_not() -> None:
    assert argvs("galera.join", order("ctl1", *up(), bound=CHOSEN)) == [
        ("ctl1", scripts.JOIN.argv(MARK, VOLUME, "ist", "docker"))
    ]
    assert argvs("galera.join", order("ctl2", *up(), bound=CHOSEN)) == []
    empty = {"choice": {**CHOICE, "sst": ["ctl1"]}}
    assert argvs("galera.join", order("ctl1", *up(), bound=empty)) == [
        ("ctl1", scripts.JOIN.argv(MARK, VOLUME, "sst", "docker"))
    ]
    assert argvs("galera.join", order("ctl3", *up(), bound=empty)) == [
        ("ctl3", scripts.JOIN.argv(MARK, VOLUME, "ist", "docker"))
    ]


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"ctl2": world.sql(state="Donor/Desynced")}, "ctl2 gives or takes a state transfer"),
        ({"ctl1": world.sql(state="Joining")}, "ctl1 gives or takes a state transfer"),
        ({"ctl1": Unknown("sql_refused")}, r"ctl1 does not say \(refused\)"),
        ({"ctl2": world.sql("non-Primary", "Initialized")}, "no member is Primary"),
    ],
)
def test_the_next_one_waits_for_the_transfer_of_the_last(answers: dict[str, Any], words: str) -> None:
    with declines(Wait, match=words):
        built(argvs("galera.join", order("ctl3", *up(**answers), bound=CHOSEN)))


def test_the_bootstrap_container_is_ended_only_when_all_others_are_synced() -> None:
    whole = up(ctl1=world.sql(), ctl3=world.sql())
    assert argvs("galera.finish", order("ctl1", *whole, bound=CHOSEN)) == [
        ("ctl2", scripts.FINISH.argv(MARK, "docker"))
    ]
    for bad in (world.sql(state="Joined"), world.sql("non-Primary", "Initialized"), Unknown("sql_timeout")):
        with declines(Wait, match="ctl3 is not proven Synced: ctl2 stays"):
            built(argvs("galera.finish", order("ctl1", *up(ctl1=world.sql(), ctl3=bad), bound=CHOSEN)))
    with declines(Wait, match="ctl3 is not proven Synced"):
        built(argvs("galera.finish", order("ctl1", *up(ctl1=world.sql()), bound=CHOSEN)))


def test_only_what_is_proven_stopped_is_started() -> None:
    assert argvs("galera.start_stopped", order("ctl1")) == [("ctl1", scripts.START.argv())]
    for reply in (world.running("ctl1"), make.reply("ctl1", reach=Reach.UNREACHABLE), None):
        assert argvs("galera.start_stopped", order("ctl1", reply, world.stopped("ctl2"))) == []


@pytest.mark.parametrize("engine", ["docker", "podman"])
def test_every_command_is_one_of_the_scripts_that_its_action_declares(engine: str) -> None:
    asked = {
        "galera.hold": order("ctl1", engine=engine),
        "galera.save": order("ctl1", engine=engine),
        "galera.read_position": order("ctl1", engine=engine),
        "galera.bootstrap": order("ctl1", *held(), bound={**world.reads(76, 77, 75), **CHOSEN}),
        "galera.join": order("ctl1", *up(), bound=CHOSEN),
        "galera.finish": order("ctl1", *up(ctl1=world.sql(), ctl3=world.sql()), bound=CHOSEN),
        "galera.start_stopped": order("ctl1", engine=engine),
    }
    for name, one in asked.items():
        action = ACTIONS[name]
        commands: tuple[Command, ...] = built(action.when.commands(one))
        assert commands
        if action.debt is not None:
            commands += action.debt.undo(one)
        declared = {(script.text, script.name) for script in action.scripts}
        assert {command.argv[2:4] for command in commands} <= declared, name


# what became of one whose outcome was lost
# ----------------------------------------------------------------------------------------

BEFORE = {"run": MARK}
NOTHING = make.reply("ctl1", reach=Reach.UNREACHABLE)


def probe(action: str, reply: HostReply) -> Probe:
    return ACTIONS[action].probe(BEFORE, reply, TARGET)


@pytest.mark.parametrize(
    ("action", "reply", "answer"),
    [
        ("galera.hold", world.stopped("ctl1", hold=world.held()), Probe.APPLIED),
        ("galera.hold", world.stopped("ctl1"), Probe.NOT_APPLIED),
        ("galera.hold", world.stopped("ctl1", hold=world.held(f"{MARK}0")), Probe.NOT_APPLIED),
        ("galera.hold", world.stopped("ctl1", hold=world.held(f"{MARK} ")), Probe.NOT_APPLIED),
        ("galera.hold", NOTHING, Probe.UNKNOWN),
        ("galera.save", world.stopped("ctl1"), Probe.NOT_APPLIED),
        ("galera.read_position", NOTHING, Probe.NOT_APPLIED),
        ("galera.bootstrap", world.stopped("ctl1", helpers=world.helper()), Probe.APPLIED),
        ("galera.bootstrap", world.stopped("ctl1", helpers=world.helper(running=False, exit_code=0)), Probe.APPLIED),
        ("galera.bootstrap", world.stopped("ctl1"), Probe.NOT_APPLIED),
        ("galera.bootstrap", world.stopped("ctl1", helpers=world.helper(f"{MARK}3")), Probe.UNKNOWN),
        (
            "galera.bootstrap",
            world.stopped("ctl1", helpers=None, container=None, engine_reason="timeout:engine"),
            Probe.UNKNOWN,
        ),
        ("galera.bootstrap", NOTHING, Probe.UNKNOWN),
        ("galera.join", world.running("ctl1"), Probe.APPLIED),
        ("galera.join", world.running("ctl1", hold=world.held()), Probe.NOT_APPLIED),
        ("galera.join", world.stopped("ctl1"), Probe.NOT_APPLIED),
        ("galera.join", NOTHING, Probe.UNKNOWN),
        ("galera.finish", world.running("ctl1"), Probe.APPLIED),
        ("galera.finish", world.running("ctl1", helpers=world.helper(running=False)), Probe.NOT_APPLIED),
        ("galera.finish", world.stopped("ctl1"), Probe.NOT_APPLIED),
        ("galera.finish", NOTHING, Probe.UNKNOWN),
        ("galera.start_stopped", world.running("ctl1"), Probe.APPLIED),
        ("galera.start_stopped", world.stopped("ctl1"), Probe.NOT_APPLIED),
        ("galera.start_stopped", NOTHING, Probe.UNKNOWN),
    ],
)
def test_what_a_later_reply_proves(action: str, reply: HostReply, answer: Probe) -> None:
    assert probe(action, reply) is answer


def test_a_hold_of_which_the_host_said_nothing_proves_nothing() -> None:
    files = world.files(who=world.who("ctl1"))
    reply = world.stopped("ctl1", galera={name: value for name, value in files.items() if name != "hold"})
    for action in ("galera.hold", "galera.join", "galera.start_stopped", "galera.finish"):
        assert probe(action, reply) is Probe.UNKNOWN


def test_where_kolla_puts_the_data_is_asked_only_when_the_host_does_not_say() -> None:
    silent = make.reply("ctl1", galera=Unknown("timeout:galera"))
    assert argvs("galera.save", order("ctl1", silent)) == [("ctl1", scripts.SAVE.argv(VOLUME, MARK))]
    podman = order("ctl1", silent, engine="podman")
    assert argvs("galera.save", podman) == [("ctl1", scripts.SAVE.argv(PODMAN, MARK))]
