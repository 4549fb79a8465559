"""Whole replies of a host, and what a hostile one may put in any place of them."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from remediator.model.messages.replies import HostReply
from tests.builders import technologies
from tests.unit.integrations import section as make

TECHNOLOGIES = tuple(technologies.bringing("hostile").values())
"""What each technology says in its own sections (`sections`, `grown`, `recorded`), and how it is read (`looked_at`,
`PARSERS_OF_PARTS`)."""


def sections() -> dict[str, Any]:
    """Return every section of a host that is a member of every technology, with something in each place of it."""
    return {
        "containers": make.containers(
            make.down(exit_code=137, oom_ago_s=5.0),
            make.container("mariadb", health_output="said", health="unhealthy"),
            make.container("cron", restart_policy="always"),
            units={"memcached": make.CRASHED, "mariadb": make.unit()},
            logs={"memcached": "Started kolla-memcached\nline\n"},
        )
        | {"unread": {"fluentd": "Error response from daemon: no such layer"}},
        "host": make.host(
            machine_id="b" * 32,
            names=["ctl1", "ctl1.cloud-a.example.net"],
            ansible=[{"pid": 1, "start": 2, "what": "ansible-playbook"}],
            ansible_log=[{"at": make.NOW_S - 100.0, "what": "ansible-copy"}],
            etc_kolla={"memcached": {"sha256": "ab", "mtime": make.NOW_S - 50.0, "files": 1}},
        ),
        "disk": {"/": make.mount(1 << 30, 1 << 30), "/var": {"dead": True}},
        **{name: said for each in TECHNOLOGIES for name, said in each.sections().items()},
    }  # fmt: skip


def reply(given: dict[str, Any]) -> HostReply:
    return make.reply("ctl1", **given)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Return the path of every value inside `value`, of whole objects and lists too."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from places(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from places(item, (*path, number))


def changed(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    """Return `value` with `odd` in the place `path`."""
    if not path:
        return odd
    made = copy.copy(value)
    made[path[0]] = changed(value[path[0]], path[1:], odd)
    return made


def renamed(value: Any, path: tuple[Any, ...], name: str) -> Any:
    """Return `value` with the key at the end of `path` called `name`, as far as it is the key of an object."""
    if len(path) == 1:
        return (
            {name if key == path[0] else key: item for key, item in value.items()} if isinstance(value, dict) else value
        )
    made = copy.copy(value)
    made[path[0]] = renamed(value[path[0]], path[1:], name)
    return made
