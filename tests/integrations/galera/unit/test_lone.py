"""A group of one: its plain start, what that start asks, and what a lone member needs where the start is refused.

Also what one of two members may do.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest

from remediator.collect.facts import FactsOfHosts
from remediator.integrations.galera import assess
from remediator.integrations.galera.judgement import build_picture
from remediator.integrations.galera.judgement.decision import decide, outlook
from remediator.integrations.galera.judgement.outcome import Procedure
from remediator.integrations.galera.judgement.picture import ClusterPicture
from remediator.integrations.galera.steps import read_position, scripts
from remediator.model import targets
from remediator.model.content.actions import PlanInput, Probe, StepInput
from remediator.model.content.declined import Refused
from remediator.model.content.judging import Evidence
from remediator.model.hosts import Host, Inventory
from remediator.model.messages.replies import HostReply
from remediator.model.values import Unknown
from tests.builders.asked import asked
from tests.builders.declined import built, declines
from tests.integrations.galera.unit import world
from tests.unit.integrations import section as make

pytestmark = pytest.mark.unit

EMPTY = {"bootstrap": False, "addresses": []}
ITSELF = {"bootstrap": False, "addresses": ["127.0.0.11"]}
MARK = {"members": ["ctl1"], "size": 1}
VIEW = "my_uuid: {0}\n#vwbeg\nview_id: 3 {0} 1\nbootstrap: 0\nmember: {0} 0\n#vwend\n".format(
    "6c191011-e710-11f1-8064-067e3541b3e5"
)


def evidence(*replies: HostReply, **known: Any) -> Evidence:
    names = tuple(reply.host for reply in replies)
    inventory = Inventory(
        hosts={name: Host(name=name, address=name, groups=("mariadb",)) for name in names}, version="v", source="test"
    )
    return FactsOfHosts(
        hosts=names, inventory=inventory, now=make.at(3601.0), replies={one.host: one for one in replies}, memories={},
        known={"mark": world.mark(77, **MARK), "runs": (), **known},
    )  # fmt: skip


def down(**changes: Any) -> HostReply:
    """Return the only member, crashed, as kolla sets it up."""
    return world.stopped("ctl1", **{"config": EMPTY, "grastate_text": world.grastate(safe=1), **changes})


def picture(*replies: HostReply, read: Mapping[str, Any] | None = None, **known: Any) -> ClusterPicture:
    positions = {"ctl1": read_position.position(read)} if read is not None else None
    return build_picture.picture(evidence(*replies, **known), positions)


READ = world.read(77)


def test_the_only_member_is_started_once_its_position_was_read() -> None:
    before = outlook(picture(down()))
    assert (before.procedure, before.candidate, before.rule) == (Procedure.START_ONE, "ctl1", "GB-4")
    after = decide(picture(down(), read=READ))
    assert (after.procedure, after.candidate, after.alone) == (Procedure.START_ONE, "ctl1", False)
    assert decide(picture(down(), read=world.read(80))).procedure is Procedure.START_ONE
    assert decide(picture(down())).rule == "GB-4"


@pytest.mark.parametrize(
    ("reply", "read", "known", "rule", "words"),
    [
        (
            down(),
            world.read(70),
            {},
            "GB-8",
            "stands at 70, 7 transactions below the high-water mark: restore a backup",
        ),
        (down(grastate_text=world.grastate(safe=0)), READ, {}, "GB-7", "set it to 1 in its grastate.dat"),
        (down(), world.read(uuid=world.OTHER), {}, "GB-5", "grastate_contradicts"),
        (
            down(grastate_text=world.grastate(world.OTHER, safe=1)),
            world.read(uuid=world.OTHER),
            {},
            "GB-5",
            "a person decides which history is ours",
        ),
        (down(grastate_text=None), READ, {}, "GB-6", "restore a backup"),
        (down(), world.read(xa=True), {}, "GB-4", "prepared transactions"),
        (down(), READ, {"mark": None}, "GB-5", "no cluster uuid is recorded"),
        (
            down(),
            READ,
            {"mark": world.mark(77, members=list(world.HOSTS), size=3)},
            "GB-9",
            "the high-water mark is of a larger component",
        ),
        (
            down(config={"bootstrap": False, "addresses": ["127.0.0.11", "127.0.0.12"]}),
            READ,
            {},
            "GB-9",
            "the only member of the inventory, names somebody else",
        ),
        (down(config=ITSELF), READ, {}, "GB-1", "would wait for itself"),
        (down(process_bootstrap=True), READ, {}, "GB-11", "bootstrap argument"),
        (down(hold=world.held()), READ, {}, "GB-11", "masked"),
        (down(), READ, {"runs": (world.past(done=("galera.start_lone",)),) * 2}, "GB-16", "2 times in the last hour"),
        (
            down(),
            READ,
            {"runs": (world.past(done=("galera.pc_bootstrap",), state="in_doubt"),)},
            "GB-12",
            "its end is not known",
        ),
        (down(sst_process=None), READ, {}, "GB-14", "state transfer"),
        (
            down(host_section=make.host(ansible=[{"pid": 7, "start": 1, "what": "kolla-ansible"}])),
            READ,
            {},
            "GB-17",
            "deployment",
        ),
        (down(log_tail=None), READ, {}, "GB-17", "no_log"),
        (down(data_bytes=None), READ, {}, "GB-15", "free space"),
        (
            down(group_port={"listening": False, "peers": ["203.0.113.9"]}),
            READ,
            {},
            "GB-2",
            "a Primary answers elsewhere",
        ),
    ],
)
def test_what_refuses_its_start_and_what_it_needs(
    reply: HostReply, read: dict[str, Any], known: dict[str, Any], rule: str, words: str
) -> None:
    found = decide(picture(reply, read=read, **known))
    assert (found.procedure, found.rule) == (Procedure.PAGE, rule), found
    assert words in found.why
    assert "make them equal" not in found.why
    assert "the others" not in found.why


def test_one_that_names_itself_comes_back_from_its_saved_view() -> None:
    reply = down(config=ITSELF, gvwstate_text=VIEW, gvwstate_bytes=len(VIEW), grastate_text=world.grastate(safe=0))
    found = decide(picture(reply, read=READ))
    assert (found.procedure, found.candidate) == (Procedure.START_ONE, "ctl1")


def test_one_that_systemd_starts_again_is_left_to_it() -> None:
    reply = world.stopped("ctl1", unit=world.WAITS, config=EMPTY, grastate_text=world.grastate(safe=1))
    assert decide(picture(reply, read=READ)).procedure is Procedure.WAIT


def test_one_that_looks_for_others_is_told_of_its_list_and_never_held() -> None:
    found = outlook(picture(world.looks("ctl1", config={"bootstrap": False, "addresses": ["127.0.0.11"]})))
    assert (found.procedure, found.rule) == (Procedure.PAGE, "GB-2")
    assert "looks for others" in found.why
    assert "reconfigure --tags mariadb" in found.why


def test_one_that_runs_outside_of_a_component_is_made_primary_after_a_yes_and_never_stopped() -> None:
    reply = world.lone("ctl1", config=EMPTY, **world.LONG)
    known = {"mark": world.mark(77, age_s=3000.0, **MARK)}
    found = outlook(picture(reply, **known))
    assert (found.procedure, found.candidate, found.alone) == (Procedure.PC_BOOTSTRAP, "ctl1", False)
    assert found.alone_why == "GB-9: the only member has nobody to agree with it"
    newer = world.lone("ctl1", world.sql("non-Primary", "Initialized", size=1, version="11.4.5-MariaDB"), config=EMPTY)
    above = outlook(picture(newer, **known))
    assert (above.procedure, above.rule) == (Procedure.PAGE, "GB-3")
    assert "restart its unit by hand" in above.why


def test_the_check_of_a_lone_member_speaks_of_nobody_else() -> None:
    (node,) = assess.nodes(evidence(down()))
    (cluster,) = assess.cluster(evidence(down()))
    assert (node.data["group_size"], node.data["quorum_without_me"], node.data["named_twice"]) == (1, False, None)
    assert (cluster.data["members"], cluster.data["procedure"], cluster.data["candidate"]) == (1, "start_one", "ctl1")
    assert node.data["bootstrap_left_over"] is False


# Its runbook
# ------------------------------------------------------------------------

START_ONE: dict[str, Any] = {"procedure": "start_one", "why": "w"}


def order(
    reply: HostReply, run: str = "run-7", read: Any = READ, hosts: tuple[str, ...] = ("ctl1",), **data: Any
) -> PlanInput:
    """Return what an action is asked with in `run`; empty: before it has one."""
    host = Host(name="ctl1", address="ctl1", groups=("mariadb",))
    target = targets.cluster("galera", hosts)
    if not run:
        return PlanInput(target=target, host=host, data={**START_ONE, **data})
    return StepInput(
        target=target,
        host=host,
        data={**START_ONE, **data},
        run=run,
        mark=f"lab.{world.STORE}.{run}",
        bound={} if read is None else {"positions": {"ctl1": read}},
        evidence=evidence(reply),
    )


def test_its_runbook_reads_and_then_starts_its_unit_without_options() -> None:
    reads = built(asked(world.ACTIONS["galera.read_lone"], order(down(), read=None)))
    assert [command.argv[3] for command in reads] == ["galera-alone", "galera-read-position"]
    assert world.argvs("galera.start_lone", order(down())) == [("ctl1", scripts.START.argv())]
    for action in ("galera.read_lone", "galera.start_lone"):
        assert built(asked(world.ACTIONS[action], order(down(), run=""))) == ()


@pytest.mark.parametrize("action", ["galera.read_lone", "galera.start_lone"])
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"procedure": "page"}, "not start_one"),
        ({"procedure": Unknown("timeout:x")}, "not start_one"),
        ({"hosts": ("ctl1", "ctl2")}, "2 members"),
    ],
)
def test_it_is_refused_before_it_begins_where_the_judgement_is_another(
    action: str, changes: dict[str, Any], words: str
) -> None:
    with declines(Refused, match=words):
        built(asked(world.ACTIONS[action], order(down(), run="", **changes)))


@pytest.mark.parametrize(
    ("reply", "read", "words"),
    [
        (down(), world.read(70), "GB-8"),
        (down(), None, "GB-4"),
        (world.running("ctl1", world.sql(size=1)), READ, "GB-2"),
        (down(grastate_text=world.grastate(safe=0)), READ, "GB-7"),
    ],
)
def test_it_is_decided_once_more_when_its_start_is_written(reply: HostReply, read: Any, words: str) -> None:
    with declines(Refused, match=words):
        built(asked(world.ACTIONS["galera.start_lone"], order(reply, read=read)))


def test_its_start_is_applied_once_it_runs() -> None:
    probe = world.ACTIONS["galera.start_lone"].probe
    target = targets.cluster("galera", ("ctl1",))
    assert probe({}, world.running("ctl1"), target) is Probe.APPLIED
    assert probe({}, down(), target) is Probe.NOT_APPLIED


# One of two
# ------------------------------------------------------------------------


def test_one_of_two_is_no_majority_and_the_page_names_who_is_started_by_hand() -> None:
    config = {"bootstrap": False, "addresses": ["127.0.0.11", "127.0.0.12"]}
    first = world.running("ctl1", world.sql(size=1), config=config)
    second = world.stopped("ctl2", config=config)
    seen = build_picture.picture(
        evidence(first, second, mark=world.mark(77, size=2)), {"ctl2": read_position.position(world.read(70))}
    )
    found = decide(seen)
    assert (found.procedure, found.rule) == (Procedure.PAGE, "GB-16")
    assert "one of two is no majority" in found.why
    assert "start ctl2 by hand" in found.why


def test_a_member_with_an_empty_list_is_not_started_beside_others() -> None:
    """A group that grew from one: until its first member is reconfigured its start makes a second cluster."""
    first = world.stopped("ctl1", config=EMPTY, grastate_text=world.grastate(safe=1))
    others = [world.running(host, world.sql(size=2)) for host in ("ctl2", "ctl3")]
    found = decide(picture(first, *others))
    assert (found.procedure, found.rule) == (Procedure.PAGE, "GB-11")
    assert "second cluster" in found.why
    node = next(one for one in assess.nodes(evidence(first, *others)) if one.target.host == "ctl1")
    assert node.data["bootstrap_left_over"] is True
    alone = dataclasses.replace(picture(first, *others), names_nobody=False)
    assert decide(alone).rule != "GB-11", "for no other reason"
