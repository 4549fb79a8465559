"""CRITICAL needs a condition that is true whatever is unknown; what cannot be told is UNKNOWN, never OK or WARNING."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from remediator.collect.judge import TooMany, judge_check, state_of
from remediator.model import targets
from remediator.model.content.judging import Assessed, AssessSpec, CheckSpec, Evidence, Scope, State
from remediator.model.messages.replies import Reach
from remediator.model.values import Data, FieldType, Unknown
from tests.unit.integrations import section as make

pytestmark = pytest.mark.unit

LOST = Unknown("unknown_field:load", "load")


@dataclass(frozen=True)
class Above:
    """`load` above a limit, as a compiled condition answers it."""

    limit: float

    @property
    def text(self) -> str:
        return f"data.load > {self.limit}"

    def evaluate(self, data: Data) -> bool | Unknown:
        return LOST if isinstance(data["load"], Unknown) else bool(data["load"] > self.limit)


class Words:
    def render(self, data: Data) -> str:
        return f"load is {data['load']}"


def check(loads: Mapping[str, Any], scope: Scope = Scope.HOST, **changes: Any) -> CheckSpec:
    def judge(evidence: Evidence) -> Sequence[Assessed]:
        return [
            Assessed(target=targets.on_host(host), data={"load": loads[host], "asked": len(evidence.hosts)})
            for host in evidence.hosts
        ]

    fields = {"load": FieldType.FLOAT, "asked": FieldType.INT}
    spec = AssessSpec(name="host.load", scope=scope, sections=(), fields=fields, judge=judge, target_kind="host")
    given = {"critical": Above(8), "warning": Above(4), "perfdata": ("load", "asked"), **changes}
    return CheckSpec(
        name="host-load", assess=spec, group=None, every_s=1, retry_s=1, attempts=1, output=Words(), **given
    )


@pytest.mark.parametrize(
    ("critical", "warning", "state"),
    [
        (True, True, State.CRITICAL),
        (True, LOST, State.CRITICAL),
        (False, True, State.WARNING),
        (False, False, State.OK),
        (False, LOST, State.UNKNOWN),
        (LOST, True, State.UNKNOWN),
        (LOST, False, State.UNKNOWN),
        (LOST, LOST, State.UNKNOWN),
    ],
)
def test_the_state_of_two_conditions(critical: Any, warning: Any, state: State) -> None:
    assert state_of(critical, warning) is state


@pytest.mark.parametrize(("load", "state"), [(9, State.CRITICAL), (5, State.WARNING), (1, State.OK)])
def test_a_result_has_state_output_and_numbers(load: float, state: State) -> None:
    (one,) = judge_check(check({"ctl1": load}), make.evidence(make.reply()))
    assert (one.state, one.output, one.perfdata) == (state, f"load is {load}", {"load": float(load), "asked": 1.0})
    assert (one.target.text, one.unknown, one.check) == ("host/ctl1", (), "host-load")


def test_an_unknown_field_is_named_with_its_reason() -> None:
    (one,) = judge_check(check({"ctl1": Unknown("timeout:host")}), make.evidence(make.reply()))
    assert (one.state, one.unknown) == (State.UNKNOWN, (("load", "timeout:host"),))
    assert one.output == "cannot tell: load is UNKNOWN (timeout:host)"
    assert one.perfdata == {"asked": 1.0}


def test_without_conditions_all_is_well() -> None:
    quiet = check({"ctl1": Unknown("x")}, critical=None, warning=None)
    assert judge_check(quiet, make.evidence(make.reply()))[0].state is State.OK


def test_a_check_of_hosts_judges_each_alone_and_one_of_a_group_judges_once() -> None:
    replies = (make.reply("ctl1"), make.reply("ctl2"))
    for scope, asked in ((Scope.HOST, 1), (Scope.GROUP, 2)):
        found = judge_check(check({"ctl1": 1, "ctl2": 1}, scope), make.evidence(*replies))
        assert [one.data["asked"] for one in found] == [asked, asked]


def test_the_age_is_that_of_the_oldest_reply_that_was_used() -> None:
    old, new = make.reply("ctl1", asked_s=3500), make.reply("ctl2", asked_s=3600)
    loads = {"ctl1": 1, "ctl2": 1}
    together = judge_check(check(loads, Scope.GROUP), make.evidence(old, new))
    assert {one.asked_at for one in together} == {old.asked_at}
    alone = judge_check(check(loads), make.evidence(old, new))
    assert [one.asked_at for one in alone] == [old.asked_at, new.asked_at]


def test_a_host_that_was_never_asked_gives_no_result() -> None:
    found = judge_check(check({"ctl1": 1, "ctl2": 1}), make.evidence(make.reply("ctl1"), hosts=("ctl1", "ctl2")))
    assert [one.target.text for one in found] == ["host/ctl1"]
    assert judge_check(check({"ctl1": 1}, Scope.GROUP), make.evidence(hosts=("ctl1",))) == []


def test_a_failed_reply_is_evidence_too() -> None:
    found = judge_check(check({"ctl1": 1}), make.evidence(make.reply(reach=Reach.UNREACHABLE)))
    assert len(found) == 1


@pytest.mark.parametrize(
    ("hosts", "each", "too_many"), [(1, 400, False), (1, 401, True), (2, 400, False), (2, 401, True)]
)
def test_of_one_host_so_many_targets_are_judged_and_no_more(hosts: int, each: int, too_many: bool) -> None:
    names = tuple(f"ctl{n}" for n in range(hosts))

    def judge(evidence: Evidence) -> Sequence[Assessed]:
        return [
            Assessed(target=targets.on_host(host), data={"load": 1.0, "asked": n})
            for host in evidence.hosts
            for n in range(each)
        ]

    one = check(dict.fromkeys(names, 1.0), Scope.HOST if hosts == 1 else Scope.GROUP)
    many = replace(one, assess=replace(one.assess, judge=judge))
    evidence = make.evidence(*(make.reply(name) for name in names), hosts=names)
    if not too_many:
        assert len(judge_check(many, evidence)) == hosts * each
        return
    with pytest.raises(TooMany, match=f"it shows {hosts * each} targets of host-load, and at most 400 of one host"):
        judge_check(many, evidence)
