"""What a host sends is of the declared type, or its section is UNKNOWN as a whole: nothing odd gets further."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from remediator.integrations.container import assess, facts
from remediator.integrations.container import maintenance_signs as container_signs
from remediator.integrations.host import disks
from remediator.integrations.host import facts as host_facts
from remediator.model.values import Unknown
from tests.unit.integrations import section as make

pytestmark = pytest.mark.unit

ODD = ({"a": 1}, ["x"], "odd \udcff", 1e999)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Return the path of every value inside `value`."""
    if isinstance(value, (dict, list)) and value:
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(item, (*path, key))
    else:
        yield path


def changed(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    value = copy.deepcopy(value)
    inner = value
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = odd
    return value


CONTAINERS = make.containers(make.down(oom_ago_s=5.0, exit_code=137), logs={"memcached": "line"})
HOST = make.host(
    ansible=[{"pid": 1, "start": 2, "what": "x"}],
    ansible_log=[{"at": 1.0, "what": "x"}],
    etc_kolla={"memcached": {"sha256": "ab", "mtime": 1.0, "files": 1}},
)
UNUSED = {"env_names", "cpus", "uptime_s", "substate", "result", "files", "total", "units_reason"}


def cases(section: Any) -> list[tuple[Any, ...]]:
    return [path for path in leaves(section) if not UNUSED & set(path)]


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize("path", cases(CONTAINERS), ids=str)
def test_an_odd_value_about_containers(path: tuple[Any, ...], odd: Any) -> None:
    section = changed(CONTAINERS, path, odd)
    found = facts.parse(section)
    reply = make.reply(containers=section)
    assess.state(make.evidence(reply))
    container_signs.signs(reply)
    container_signs.mixed_versions([reply])
    assert isinstance(found, Unknown)
    found.reason.encode()


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize("path", cases(HOST), ids=str)
def test_an_odd_value_about_a_host(path: tuple[Any, ...], odd: Any) -> None:
    assert isinstance(host_facts.parse(changed(HOST, path, odd)), Unknown)


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize("path", cases({"/": make.mount(1, 2)}), ids=str)
def test_an_odd_value_about_a_disk(path: tuple[Any, ...], odd: Any) -> None:
    assert isinstance(disks.parse(changed({"/": make.mount(1, 2)}, path, odd)), Unknown)


@pytest.mark.parametrize("odd", [*ODD, None, 7, "text", []], ids=repr)
def test_an_odd_section(odd: Any) -> None:
    for parse in (facts.parse, host_facts.parse, disks.parse):
        assert isinstance(parse(odd), Unknown)
