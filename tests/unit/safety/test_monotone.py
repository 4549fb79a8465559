"""Monotone safety: who knows less, or has tighter limits, never does what was refused.

From random cases, every known thing that may be UNKNOWN is made so, one at a time, and every limit is tightened. The
walk over
a case follows its types: a field that gains an `Unknown` is covered without a word here.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remediator.model.content.actions import Risk
from remediator.model.content.judging import State
from remediator.model.content.plans import Plan
from remediator.model.content.specs import Mode
from remediator.model.messages.matchers import Matcher
from remediator.model.messages.signs import Sign
from remediator.model.records.mutes import OwnDowntime, Silence, Unacked
from remediator.model.records.verdicts import GUARD_IDS, Verdict, refusals
from remediator.model.targets import cluster, container, member
from remediator.model.values import Unknown
from remediator.safety import gate
from remediator.safety.case import (
    Below,
    Boot,
    Brakes,
    Case,
    Downtime,
    Group,
    Member,
    Rediagnosis,
    StormScope,
    Stranger,
    Vantage,
)
from tests.unit.safety.cases import IDENTITY, NOW, START, WELL, a_case, a_plan, an_approval, at, past
from tests.unit.safety.test_authority import NIGHT

pytestmark = pytest.mark.unit

DARK = Unknown("dark")
HOSTS = ("ctl1", "ctl2", "ctl3")

# random cases ------------------------------------------------------------------------------------------------------


def taking_away(plan: Plan) -> Plan:
    return replace(plan, steps=tuple(replace(step, takes_away_healthy=True) for step in plan.steps))


PLANS = (
    a_plan(),
    a_plan(risk=Risk.R0),
    a_plan(risk=Risk.R3),
    a_plan(member("relay", "ctl2"), Risk.R2, "relay.start_member"),
    taking_away(a_plan(container("ctl2", "relayd"), Risk.R2, "relay.restart_member")),
    a_plan(cluster("relay", HOSTS), Risk.R3, "relay.start_members"),
)

known = st.booleans()
maybe = st.one_of(known, st.just(DARK))
few = st.integers(0, 6)
hosts = st.sampled_from((*HOSTS, "ctl9"))


def some(strategy: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=most).map(tuple)


def near(*limits: float) -> st.SearchStrategy[float]:
    return st.sampled_from([limit + step for limit in limits for step in (-1.0, 0.0, 1.0)])


def until(strategy: st.SearchStrategy[float] = near(0.0, 3600.0)) -> st.SearchStrategy[Any]:  # noqa: B008
    return strategy.map(lambda offset: START + timedelta(seconds=offset))


texts = st.sampled_from(
    (
        *("container/ctl2/memcached", "container/ctl2/relayd", "relay/ctl2", "cluster/relay"),
        *("group/relay", "group/other", "host/ctl2", "host/ctl1"),
    )
)
UNIT = {"stateful": False, "operator_stopped": False, "systemd_busy": False, "running": False}
units = st.builds(lambda name, value: UNIT | {name: value}, st.sampled_from(sorted(UNIT)), maybe)
members = st.builds(Member, healthy=maybe, joining=maybe, settled=maybe)
groups = st.builds(
    lambda odd, touched, baseline: Group(
        name="relay", members=dict.fromkeys(HOSTS, WELL) | odd, touched=touched, baseline=baseline
    ),
    st.dictionaries(st.sampled_from(HOSTS), members, max_size=2),
    st.sampled_from([("ctl2",), (), HOSTS]),
    st.sampled_from([None, None, "never seen whole"]),
)
runs = st.builds(
    past,
    target=texts,
    run=st.sampled_from([f"run-{number}" for number in range(1, 9)]),
    incident=st.sampled_from([None, "inc-1", "inc-2"]),
    intent_s=near(-600.0, -86400.0, -60.0),
    ended_s=st.one_of(st.none(), near(-600.0, -50.0, -1800.0)),
    risk=st.sampled_from(["R1", "R3"]),
)
silences = st.builds(
    Silence,
    id=st.just("sil-1"),
    matchers=some(
        st.builds(Matcher, label=st.sampled_from(["host", "check"]), operator=st.sampled_from(["=", "!="]), value=hosts)
    ),
    author=st.just("day-shift"),
    reason=st.just("x"),
    created_at=st.just(START),
    until=until(),
)
downtimes = st.builds(
    OwnDowntime,
    id=st.just("dt-1"),
    target=texts,
    author=st.just("day-shift"),
    reason=st.just("x"),
    created_at=st.just(START),
    until=until(),
)
foreign_downtimes = st.builds(
    Downtime,
    source=st.just("nagios"),
    host=hosts,
    service=st.sampled_from([None, "memcached"]),
    depth=st.integers(0, 1),
    seen_at=st.just(START),
    until=until(),
)
signs = st.builds(
    Sign,
    kind=st.just("x"),
    host=hosts,
    service=st.sampled_from([None, "memcached"]),
    at=until(near(-1800.0, -60.0)),
    key=st.just("k"),
    detail=st.just("somebody deployed"),
)
brakes = st.builds(
    Brakes,
    evidence_age_s=near(120.0),
    cooldown_s=near(600.0),
    cooldown_before_risk_s=near(300.0),
    runs_per_rung=st.integers(1, 3),
    per_10min=st.integers(1, 5),
    per_day=st.integers(1, 30),
    maintenance_s=near(1800.0),
    storm_hosts=st.integers(1, 2),
    storm_percent=st.integers(1, 50),
    host_boot_s=near(600.0),
    r3_every_s=near(86400.0),
)
rediagnoses = st.builds(
    Rediagnosis,
    state=st.sampled_from(State),
    still_matches=maybe,
    asked_at=st.sampled_from([NOW, at(-120)]),
    identity=st.sampled_from([IDENTITY, IDENTITY | {"boot_id": "other"}, {}]),
)

FIELDS: Mapping[str, st.SearchStrategy[Any]] = {
    "brakes": brakes,
    "known_targets": st.just(frozenset()),
    "inventory_hosts": st.frozensets(hosts),
    "named_twice": st.just(("ctl1 and CTL1 are one machine",)),
    "incident": st.sampled_from([None, "inc-2"]),
    "by_person": known,
    "mode": st.sampled_from(Mode),
    "unattended_r3": st.just(frozenset()),
    "pauses": st.one_of(st.just(("x",)), st.just(DARK)),
    "downtimes": some(foreign_downtimes),
    "evidence_age_s": st.dictionaries(hosts, st.one_of(near(120.0), st.just(DARK))),
    "rediagnosis": rediagnoses,
    "expected_identity": st.sampled_from([{}, {"boot_id": "b", "invocation_id": "i"}]),
    "samples_since_start": st.dictionaries(hosts, st.integers(0, 3)),
    "clock_brake": st.just("the clock stepped"),
    "past_runs": st.one_of(some(runs, 4), st.just(DARK)),
    "locks": st.dictionaries(st.just("host:ctl2"), st.sampled_from(["run-1", "run-7"])),
    "signs": st.one_of(some(signs), st.just(DARK)),
    "units": st.builds(
        lambda name, unit: {name: unit},
        st.sampled_from(["container/ctl2/memcached", "container/ctl2/relayd"]),
        st.one_of(units, units, st.just(DARK)),
    ),
    "own_hosts": st.one_of(st.frozensets(hosts), st.just(DARK)),
    "own_units": st.just(frozenset({"container/ctl2/memcached"})),
    "hours": st.just(NIGHT),
    "approval": st.builds(
        an_approval,
        st.sampled_from(PLANS),
        approved_by=st.sampled_from([None, "night-shift", "remediator"]),
        approved_at=st.sampled_from([None, at(-60), at(-121)]),
        expires_at=st.sampled_from([at(-90), at(600)]),
    ),
    "silences": some(silences),
    "labels": st.just(()),
    "own_downtimes": some(downtimes),
    "vantage": st.one_of(
        st.builds(
            Vantage, hosts=few, answering=few, references=st.dictionaries(st.sampled_from(["gw", "vip", "ntp"]), maybe)
        ),
        st.just(DARK),
    ),
    "restored": st.just("the store is old"),
    "storm": st.one_of(
        some(st.builds(StormScope, name=st.just("cloud"), hosts=few, troubled=some(hosts, 4))), st.just(DARK)
    ),
    "storm_latched": st.just("since 02:00"),
    "unacked": st.builds(
        lambda target, incident: (Unacked(target=target, incident=incident, at=START, why="x"),),
        texts,
        st.sampled_from(["inc-1", "inc-2"]),
    ),
    "undone_cures": st.one_of(few, st.just(DARK)),
    "group": st.one_of(groups, st.just(DARK)),
    "boots": st.builds(
        lambda host, boot: {**dict.fromkeys(HOSTS), host: boot},
        st.sampled_from(("ctl2", *HOSTS)),
        st.one_of(st.just(DARK), st.builds(Boot, what=st.just("it booted"), age_s=near(600.0))),
    ),
    "below": st.one_of(
        some(st.builds(Below, target=texts, check=st.just("c"), state=st.sampled_from(State))), st.just(DARK)
    ),
    "strangers": st.one_of(
        some(st.builds(Stranger, host=st.sampled_from(HOSTS), mark=texts, what=texts, take_back=texts)), st.just(DARK)
    ),
    "rival": st.just("another remediator claimed ctl1"),
    "own_run": st.sampled_from([None, "run-1"]),
}
"""What a random case may say of each field, beside what the good case says of it."""

SETTLED = {"plan", "now", "kinds", "actor", "mode_source", "clock_until"}
"""Fields that are drawn by themselves, or that no guard judges."""


def well(plan: Plan) -> Case:
    """The good case of `plan`, whatever hosts it touches."""
    relayd = UNIT | {"stateful": True}
    ours = {"container/ctl2/memcached": UNIT} if plan.target.name == "memcached" else None
    group = Group(name="relay", members=dict.fromkeys(HOSTS, WELL), touched=plan.touches, baseline=None)
    return a_case(
        plan,
        boots=dict.fromkeys(HOSTS),
        units=ours or {f"container/{host}/relayd": relayd for host in plan.touches},
        group=None if ours else group,
        unattended_r3=frozenset({"container-crashed"}),
        own_run="run-1",
        approval=an_approval(plan),
        brakes=replace(a_case().brakes, runs_per_rung=1, per_10min=2),
    )


JUDGED_WITH: Mapping[str, str] = {
    "units": "group",
    "own_downtimes": "group",
    "approval": "rediagnosis",
    "vantage": "own_hosts",
    "silences": "labels",
    "past_runs": "brakes",
}
"""Fields that one guard judges together: they are often drawn together."""


@st.composite
def cases(draw: st.DrawFn, field: str) -> Case:
    """A good case of which `field`, and perhaps one more, says something else."""
    mode = draw(st.sampled_from([Mode.AUTO, Mode.APPROVE]))
    case = replace(well(draw(st.sampled_from(PLANS))), mode=mode)
    others = {
        field,
        draw(st.sampled_from([field, JUDGED_WITH.get(field, field)]))
        if draw(known)
        else draw(st.sampled_from(sorted(FIELDS))),
    }
    return replace(case, **{name: draw(FIELDS[name]) for name in sorted(others)})


# one thing less known ----------------------------------------------------------------------------------------------


def options(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)


def part_of(hint: Any, origins: tuple[type, ...], index: int) -> Any:
    """Return what the container among the options of `hint` holds."""
    for option in options(hint):
        if get_origin(option) in origins:
            return get_args(option)[index]
    return None


def darker(value: Any, hint: Any) -> Iterator[Any]:
    """Yield what `value` becomes when one known thing in it is made UNKNOWN, for each that may be by its type."""
    if isinstance(value, Unknown):
        return
    if Unknown in options(hint) or hint is Any:
        yield DARK
    if isinstance(value, State) and value is not State.UNKNOWN:
        yield State.UNKNOWN
    if is_dataclass(value) and not isinstance(value, type):
        for name, inner in get_type_hints(type(value)).items():
            for less in darker(getattr(value, name), inner):
                yield replace(value, **{name: less})
    elif isinstance(value, Mapping):
        for key, held in value.items():
            for less in darker(held, part_of(hint, (Mapping, dict), 1) if hint is not Any else None):
                yield {**value, key: less}
    elif isinstance(value, tuple):
        for number, held in enumerate(value):
            for less in darker(held, part_of(hint, (tuple,), 0)):
                yield (*value[:number], less, *value[number + 1 :])


def mentions_unknown(hint: Any) -> bool:
    if hint in (Unknown, State, Any):
        return True
    if is_dataclass(hint) and isinstance(hint, type):
        return any(mentions_unknown(inner) for inner in get_type_hints(hint).values())
    return any(mentions_unknown(inner) for inner in get_args(hint))


ASKED = {"plan"}
"""What is asked is not what is known: nobody judges a plan without knowing it."""
KNOWLEDGE = {name: hint for name, hint in get_type_hints(Case).items() if name not in ASKED and mentions_unknown(hint)}


def less_known(case: Case) -> Iterator[tuple[str, Case]]:
    for name, hint in KNOWLEDGE.items():
        for less in darker(getattr(case, name), hint):
            yield name, replace(case, **{name: less})
    if case.rediagnosis is not None:
        yield "rediagnosis", replace(case, rediagnosis=None)
        for lost in case.rediagnosis.identity:
            left = {key: value for key, value in case.rediagnosis.identity.items() if key != lost}
            yield "rediagnosis", replace(case, rediagnosis=replace(case.rediagnosis, identity=left))
    if case.approval is not None:
        yield "approval", replace(case, approval=None)
    for host in case.boots:
        yield "boots", replace(case, boots={key: value for key, value in case.boots.items() if key != host})


# one limit tighter -------------------------------------------------------------------------------------------------

FEWER = ("evidence_age_s", "runs_per_rung", "per_10min", "per_day", "storm_hosts", "storm_percent")
LONGER = ("cooldown_s", "cooldown_before_risk_s", "maintenance_s", "host_boot_s", "r3_every_s")


def tighter(case: Case) -> Iterator[tuple[str, Case]]:
    for name in FEWER:
        limit = getattr(case.brakes, name)
        for less in {limit - 1, limit // 2, 1} - {0, limit}:  # zero is never a limit
            yield name, replace(case, brakes=replace(case.brakes, **{name: less}))
    for name in LONGER:
        limit = getattr(case.brakes, name)
        for more in (limit + 1, limit * 2, limit * 100):
            yield name, replace(case, brakes=replace(case.brakes, **{name: more}))


# the properties ----------------------------------------------------------------------------------------------------

Ask = Callable[[Case], Sequence[Verdict]]


def before_lock(case: Case) -> Sequence[Verdict]:
    """Before the lock nothing has been diagnosed again."""
    return gate.ask_before_lock(replace(case, rediagnosis=None))


STAGES: tuple[Ask, ...] = (before_lock, gate.ask_all, gate.ask_again)

LEFT_TO_REDIAGNOSIS = {("already_fixed", "rediagnosis"), ("approval", "rediagnosis")}
"""Refusals that rest on the evidence made again: without it `rediagnosis` refuses in their place."""


def refusing(verdicts: Sequence[Verdict]) -> set[str]:
    return {verdict.guard for verdict in refusals(verdicts)}


def judge(case: Case) -> None:
    """Each guard that refuses goes on refusing with less knowledge and tighter limits, so the gate does at each of its
    stages."""
    before = {ask: refusing(ask(case)) for ask in STAGES}
    if not any(before.values()):
        return
    for what, less in (*less_known(case), *tighter(case)):
        for ask, refused in before.items():
            after = refusing(ask(less)) if refused else set()
            assert after or not refused, what
            if ask is gate.ask_all:
                assert {(guard, what) for guard in refused - after} <= LEFT_TO_REDIAGNOSIS, what


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_less_knowledge_and_tighter_limits_turn_no_refusal_into_an_action(field: str) -> None:
    thorough = field in KNOWLEDGE or field in JUDGED_WITH.values()
    settings(max_examples=40 if thorough else 8, deadline=None)(given(case=cases(field))(judge))()


# the test itself ---------------------------------------------------------------------------------------------------


def test_every_field_of_a_case_is_drawn() -> None:
    assert set(FIELDS) | SETTLED == {field.name for field in fields(Case)}


def test_every_limit_is_tightened() -> None:
    assert {*FEWER, *LONGER} == {field.name for field in fields(Brakes)}


def test_the_good_cases_are_good() -> None:
    for plan in PLANS:
        case = well(plan)
        spared = replace(case, group=None) if plan.target.kind == "cluster" else case
        assert refusing(gate.ask_all(spared)) == set(), plan.target


def test_the_walk_finds_what_may_be_unknown_in_a_case() -> None:
    assert set(KNOWLEDGE) == {
        *("pauses", "evidence_age_s", "rediagnosis", "past_runs", "signs", "units", "own_hosts"),
        *("vantage", "storm", "undone_cures", "group", "boots", "below", "strangers"),
    }
    good = well(PLANS[3])
    case = replace(
        good,
        vantage=Vantage(hosts=1, answering=1, references={"gw": True}),
        below=(Below(target="cluster/relay", check="c", state=State.CRITICAL),),
    )
    found: dict[str, int] = {}
    for name, hint in KNOWLEDGE.items():
        found[name] = len(list(darker(getattr(case, name), hint)))
    assert found["rediagnosis"] == 2  # its state, and whether the rule still matches
    assert found["units"] == 5  # the unit, and each of its four fields
    assert found["vantage"] == 2  # all of it, and its one reference
    assert found["group"] == 10  # all of it, and three things of each of three members
    assert found["boots"] == 3
    assert found["below"] == 2  # all of it, and the state of the one
    assert all(found.values())


def test_random_cases_reach_the_guards() -> None:
    """Most of the refusals above are the only one of their case: only such a one can turn into an action."""
    reached: set[str] = set()
    alone: set[str] = set()

    def look(case: Case) -> None:
        found = refusing(gate.ask_all(case))
        reached.update(found)
        if len(found) == 1:
            alone.update(found)

    for field in sorted(FIELDS):
        settings(max_examples=25, deadline=None, derandomize=True, database=None)(given(case=cases(field))(look))()
    assert len(set(GUARD_IDS) - reached) <= 2, set(GUARD_IDS) - reached
    assert len(set(GUARD_IDS) - alone) <= 8, set(GUARD_IDS) - alone
