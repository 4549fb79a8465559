"""Whatever JSON stands in whatever place of a reply: facts or UNKNOWN, bounded in memory and time, and never an
exception."""

from __future__ import annotations

import json
import time
import tracemalloc
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from remediator.integrations.container import facts as container_facts
from remediator.integrations.container import maintenance_signs as container_signs
from remediator.integrations.container import memory
from remediator.integrations.host import signs as host_signs
from remediator.model.messages.replies import HostReply
from remediator.model.values import Unknown, as_json
from tests.builders.replies import KINDS, SHIPPED
from tests.unit.integrations import hostile
from tests.unit.integrations import section as make

pytestmark = pytest.mark.unit

MOST_BYTES = 8 << 20
DAY_S = 86_400.0
VALID = hostile.sections()
PLACES = list(hostile.places(VALID))
JUDGES = [spec for one in SHIPPED.values() for spec in one.assessments]
NUMBERS = (0, -1, 2**63, 2**64 - 1, 10**400, -(10**400), 1e300, -1e300, 1e999, -1e999, 0.5, 253_402_300_800, True)
TEXTS = (
    "",
    "a/b",
    "..",
    "-t",
    "*",
    "zz\ud800",
    "\udcff",
    "$(reboot)",
    "9" * 400,
    "1e999",
    "nan",
    "9999-12-31T23:59:59Z",
    "²",
    "a\nb",
    "x" * 300,
)
ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from(NUMBERS)
    | st.sampled_from(TEXTS)
    | st.integers()
    | st.floats()
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from((*TEXTS, "name", "mariadb")), inner, max_size=3)
    ),
    max_leaves=6,
)


def judged(reply: HostReply) -> int:
    """Look at `reply` in every way that the daemon does, and return how many results came of it. All of it can be
    stored."""
    evidence = make.evidence(reply, memories={"ctl1": memory.remember(None, reply)})
    count = 0
    for spec in JUDGES:
        for one in spec.judge(evidence):
            json.dumps(
                [one.target.text, as_json(one.data), dict(one.identity)], allow_nan=False, ensure_ascii=False
            ).encode()
            count += 1
    for sign in (*container_signs.signs(reply), *host_signs.signs(reply), *container_signs.mixed_versions([reply])):
        assert sign.at <= reply.received_at.wall + timedelta(seconds=DAY_S), (
            "a time to come is one of at most a day ahead"
        )
        json.dumps([sign.key, sign.detail, sign.service], ensure_ascii=False).encode()
    assert container_facts.of(reply) is not None
    for each in hostile.TECHNOLOGIES:
        each.looked_at(reply)
    return count


def test_every_section_of_every_integration_has_an_example_here() -> None:
    assert set(VALID) == set(KINDS)


def test_the_valid_reply_has_something_in_every_section() -> None:
    reply = hostile.reply(VALID)
    assert judged(reply) > 10
    for name, kind in KINDS.items():
        assert isinstance(kind.parse(VALID[name]), kind.facts), name


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(PLACES), ODD)
def test_any_value_in_any_place_gives_facts_or_unknown(path: tuple[Any, ...], odd: Any) -> None:
    given = hostile.changed(VALID, path, odd)
    kind = KINDS[path[0]]
    assert isinstance(kind.parse(given[path[0]]), (kind.facts, Unknown)), "its parser foresees whatever a host says"
    assert judged(hostile.reply(given)) > 0


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([path for path in PLACES if len(path) > 1]), st.sampled_from(TEXTS) | st.text(max_size=8))
def test_any_name_in_any_place_gives_facts_or_unknown(path: tuple[Any, ...], name: str) -> None:
    assert judged(hostile.reply(hostile.renamed(VALID, path, name))) > 0


LARGE: dict[str, Any] = {
    "text": "\u2603" * (6 << 20),
    "object": {f"name{number}": {} for number in range(100_000)},
    "entries": [{"pid": 1, "start": 2, "what": "x", "at": 1.0, "age_s": 1.0, "primary": True, "outside": True}]
    * 150_000,
}


@pytest.mark.parametrize("kind", LARGE)
def test_a_large_value_in_any_place_costs_little_memory(kind: str) -> None:
    tracemalloc.start()
    try:
        for path in PLACES:
            given = hostile.reply(hostile.changed(VALID, path, LARGE[kind]))
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            judged(given)
            assert tracemalloc.get_traced_memory()[1] - before < MOST_BYTES, path
    finally:
        tracemalloc.stop()


def grown(size: int) -> dict[str, Any]:
    """Return a reply in which every list, table and text is `size` times what it was, as far as each is accepted."""
    names = [f"service{number}" for number in range(size)]
    return {
        **VALID,
        "containers": make.containers(*(make.down(name) for name in names), units=dict.fromkeys(names, make.CRASHED)),
        "host": {**VALID["host"], "etc_kolla": dict.fromkeys(names, VALID["host"]["etc_kolla"]["memcached"])},
        "disk": {f"/{name}": VALID["disk"]["/"] for name in names},
        **{name: said for each in hostile.TECHNOLOGIES for name, said in each.grown(size).items()},
    }  # fmt: skip


def test_time_grows_as_size_does() -> None:
    def cpu_s(size: int) -> float:
        replies = [hostile.reply(grown(size)) for _ in range(2)]
        began = time.process_time()
        for reply in replies:
            judged(reply)
        return time.process_time() - began

    cpu_s(10)
    small, large = min(cpu_s(60) for _ in range(3)), min(cpu_s(480) for _ in range(2))
    assert large < 8 * 3 * small, f"{large:.3f} s for eight times the {small:.3f} s"


# what an honest host may have, and a lying one
# ---------------------------------------------------------------------------

BAD_NAMES = ("", "a/b", "..", "-t", "--all", "*", "a b", "mariadb ", "$(reboot)", "ä", "x" * 201, "zz\n")


@pytest.mark.parametrize("name", BAD_NAMES, ids=ascii)
@pytest.mark.parametrize("where", ["unit_files", "configs", "containers", "units"])
def test_a_name_that_is_none_costs_its_entry_and_is_told(where: str, name: str) -> None:
    section = make.containers(make.down())
    if where in ("unit_files", "configs"):
        section[where] = [*section[where], name]
    else:
        section[where] = {**section[where], name: make.container(name) if where == "containers" else make.unit()}
    found = container_facts.parse(section)
    assert isinstance(found, container_facts.HostContainers)
    assert found.expected == {"memcached"}
    state = {
        one.target.text: one.data
        for spec in JUDGES
        if spec.name == "container.state"
        for one in spec.judge(make.evidence(make.reply(containers=section)))
    }
    assert list(state) == ["container/ctl1/memcached"]
    assert state["container/ctl1/memcached"]["crashed"] is not None
    (told,) = [
        one.data
        for spec in JUDGES
        if spec.name == "host.said"
        for one in spec.judge(make.evidence(make.reply(containers=section)))
    ]
    assert told["refused"] == (0 if where == "units" else 1)


@pytest.mark.parametrize("when", ["9999-12-31T23:59:59Z", make.stamp(-2 * DAY_S), "tomorrow", "1" * 5000])
@pytest.mark.parametrize("key", ["created", "started_at", "finished_at"])
def test_a_time_that_no_clock_shows_makes_the_section_unknown(key: str, when: str) -> None:
    found = container_facts.parse(make.containers(make.down(**{key: when})))
    assert isinstance(found, Unknown)
    assert "error:containers" in found.reason


@pytest.mark.parametrize("age_s", [0.0, -0.9 * DAY_S, 50 * 365 * DAY_S])
def test_a_time_within_a_day_of_the_hosts_clock_is_one(age_s: float) -> None:
    reply = make.reply(containers=make.containers(make.down(created=make.stamp(age_s))))
    assert isinstance(container_facts.of(reply), container_facts.HostContainers)
    (sign,) = container_signs.signs(reply)
    assert sign.at <= reply.received_at.wall + timedelta(days=1)


@pytest.mark.parametrize("when", ["", None, "0001-01-01T00:00:00Z", "1970-01-01T00:00:20Z"])
def test_never_is_no_mistake(when: str | None) -> None:
    found = container_facts.parse(make.containers(make.down(started_at=when)))
    assert isinstance(found, container_facts.HostContainers)
    assert found.containers is not None
    assert found.containers["memcached"].started_s is None
