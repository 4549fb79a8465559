"""What a host can answer that lies to its watcher, by name. Standard library only: the lab runs this very text
on a host in place of its collector, and the simulator calls it.

A play takes the honest reply (parsed), the sentinel of the request and how often it has played, and returns the bytes
to print. It may change the reply it is given. Invariant: a play says what it likes and touches nothing.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from typing import Any

Reply = dict[str, Any]
Play = Callable[[Reply, str, int], bytes]
Change = Callable[[Reply, int], object]

FOREVER = "9999-12-31T23:59:59Z"
HUGE = 1e300
KEEPS = ("name", "kolla_version")
"""Another release on one host is an upgrade under way, and rightly holds that service on every host."""
DRIP_S = 1.0
DRIPS = "drips"
"""The play whose bytes come one a second, for ever: the caller waits between them, or says that it did."""


def _line(sentinel: str, text: bytes) -> bytes:
    return b"\n" + sentinel.encode() + b" " + text + b"\n"


def _said(change: Change) -> Play:
    """Return the play that prints the honest reply after `change` was made to it."""

    def play(reply: Reply, sentinel: str, times: int) -> bytes:
        change(reply, times)
        return _line(sentinel, json.dumps(reply).encode())

    return play


def _data(reply: Reply, section: str) -> Any:
    return reply["sections"].setdefault(section, {"took": 0.1, "data": {}}).get("data") or {}


def _containers(reply: Reply) -> Any:
    return _data(reply, "containers").get("containers") or {}


def _first(reply: Reply) -> Any:
    found = _containers(reply)
    return found[sorted(found)[0]] if found else {}


def _crashed(like: Any, name: str) -> Reply:
    item = dict(like)
    item.update(id=name, name=name, running=False, status="exited", exit_code=1, health=None, failing_streak=None)
    return item


def _crowd(names: Callable[[int], Iterable[str]]) -> Change:
    """Return what adds a crashed container for each of `names`."""

    def change(reply: Reply, times: int) -> None:
        data, like = _data(reply, "containers"), dict(_first(reply))
        for name in names(times):
            data["containers"][name] = _crashed(like, name)
            data["configs"].append(name)
            data["unit_files"].append(name)
        data["units"] = None
        data["units_reason"] = "systemd_missing"

    return change


def _floats_for_objects(reply: Reply, times: int) -> None:
    for answer in reply["sections"].values():
        answer["data"] = 0.5


def _float_for_host(reply: Reply, times: int) -> None:
    reply["sections"]["host"] = {"took": 0.1, "data": 0.5}


def _floats_inside(reply: Reply, times: int) -> None:
    for answer in reply["sections"].values():
        if isinstance(answer.get("data"), dict):
            answer["data"] = dict.fromkeys(answer["data"], 0.5)


def _nulls(reply: Reply, times: int) -> None:
    for answer in reply["sections"].values():
        if isinstance(answer.get("data"), dict):
            answer["data"] = dict.fromkeys(answer["data"])


def _lists(reply: Reply, times: int) -> None:
    for answer in reply["sections"].values():
        answer["data"] = [[], {}, [{}]]


def _created_in_9999(reply: Reply, times: int) -> None:
    for item in _containers(reply).values():
        item["created"] = item["started_at"] = FOREVER


def _changed_in_9999(reply: Reply, times: int) -> None:
    _data(reply, "host")["etc_kolla"] = {"cron": {"sha256": "0" * 64, "mtime": 253402300799.0}}
    _data(reply, "host")["ansible_log"] = [{"at": 253402300799.0, "what": "ansible-copy"}]


def _clock_in_2199(reply: Reply, times: int) -> None:
    reply["clock"] = 7226582400.0


def _empty_name(reply: Reply, times: int) -> None:
    _data(reply, "containers").get("unit_files", []).append("")


def _slash_name(reply: Reply, times: int) -> None:
    for key in ("unit_files", "configs"):
        _data(reply, "containers").get(key, []).append("a/b")


def _odd_names(reply: Reply, times: int) -> None:
    for name in ("x$(touch /tmp/owned)", "-t", "*", "..", "a b", "\x1b[2J", "\n", "x" * 100000, "ü"):
        _data(reply, "containers").get("unit_files", []).append(name)
        _containers(reply)[name] = _crashed(_first(reply), name)


def _surrogates(reply: Reply, times: int) -> None:
    item = _first(reply)
    item["error"] = item["image"] = "\ud800"
    _containers(reply)["\udfff"] = dict(item)


def _huge_numbers(reply: Reply, times: int) -> None:
    host = _data(reply, "host")
    host.update(booted_age_s=HUGE, uptime_s=-HUGE, engine_unit={"state": "active", "age_s": HUGE})
    item = _first(reply)
    item.update(exit_code=10**18, restart_count=-(10**18), failing_streak=10**18)
    for mount in _data(reply, "disk").values():
        if isinstance(mount, dict):
            mount.update(used=10**18, available=-(10**18), inodes=0, inodes_free=10**18)


def _huge_clock(reply: Reply, times: int) -> None:
    reply["clock"] = HUGE


def _long_reasons(reply: Reply, times: int) -> None:
    for answer in reply["sections"].values():
        answer.pop("data", None)
        answer["unknown"] = "x" * 100000


def _another_boot(reply: Reply, times: int) -> None:
    reply["boot_id"] = f"boot-{times}"


def _is_another_host(reply: Reply, times: int) -> None:
    reply["boot_id"] = "boot-ctl1-0"
    _data(reply, "host")["names"] = ["ctl1", "ctl2", "localhost", "*"]


def _raw(text: bytes | Callable[[], bytes]) -> Play:
    """Return the play that prints `text` in place of the JSON."""

    def play(reply: Reply, sentinel: str, times: int) -> bytes:
        return _line(sentinel, text() if callable(text) else text)

    return play


def _infinite(reply: Reply, sentinel: str, times: int) -> bytes:
    return _line(sentinel, json.dumps(reply).replace('"took": 0', '"took": 1e999', 1).encode())


def _not_a_number(reply: Reply, sentinel: str, times: int) -> bytes:
    return _line(sentinel, json.dumps(reply).replace('"clock": ', '"clock": NaN, "x": ', 1).encode())


def _digits(reply: Reply, sentinel: str, times: int) -> bytes:
    return _line(sentinel, json.dumps(reply).replace('"clock": ', '"clock": ' + "9" * 4000 + ', "x": ', 1).encode())


def _second_sentinel(reply: Reply, sentinel: str, times: int) -> bytes:
    honest = json.dumps(reply).encode()
    return _line(sentinel, b'{"v": 1, "sections": {') + _line(sentinel, honest)


def _old_sentinel(reply: Reply, sentinel: str, times: int) -> bytes:
    return _line("remediator-reply:" + "0" * 32, json.dumps(reply).encode())


def _cut(reply: Reply, sentinel: str, times: int) -> bytes:
    return _line(sentinel, json.dumps(reply).encode())[:-20]


def _nested(depth: int) -> Change:
    def change(reply: Reply, times: int) -> None:
        deep: list[Any] = []
        for _ in range(depth):
            deep = [deep]
        for answer in reply["sections"].values():
            if isinstance(answer.get("data"), dict):
                answer["data"]["deep"] = deep

    return change


def _texts(size: int) -> Change:
    """Return what makes every text of a container so long."""

    def change(reply: Reply, times: int) -> None:
        for item in _containers(reply).values():
            item.update(
                {name: "x" * size for name, value in item.items() if isinstance(value, str) and name not in KEEPS}
            )
        _data(reply, "containers")["logs"] = dict.fromkeys(_containers(reply), "{,[," * (size // 4))

    return change


PLAYS: dict[str, Play] = {
    "float-for-host": _said(_float_for_host),
    "floats-for-objects": _said(_floats_for_objects),
    "floats-inside": _said(_floats_inside),
    "nulls": _said(_nulls),
    "lists-for-objects": _said(_lists),
    "created-in-9999": _said(_created_in_9999),
    "changed-in-9999": _said(_changed_in_9999),
    "clock-in-2199": _said(_clock_in_2199),
    "huge-clock": _said(_huge_clock),
    "huge-numbers": _said(_huge_numbers),
    "empty-unit-name": _said(_empty_name),
    "slash-name": _said(_slash_name),
    "odd-names": _said(_odd_names),
    "surrogates": _said(_surrogates),
    "containers-20000": _said(_crowd(lambda times: [f"fake{number:05}" for number in range(20000)])),
    "containers-900": _said(_crowd(lambda times: [f"fake{number:03}" for number in range(900)])),
    "containers-300": _said(_crowd(lambda times: [f"fake{number:03}" for number in range(300)])),
    "new-names": _said(_crowd(lambda times: [f"fake{times}-{number}" for number in range(50)])),
    "long-texts": _said(_texts(20000)),
    "long-reasons": _said(_long_reasons),
    "another-boot": _said(_another_boot),
    "another-host": _said(_is_another_host),
    "nested-90000": _raw(b"[" * 90000),
    "nested-500": _said(_nested(500)),
    "brackets": _raw(lambda: b"[" + b"[]," * (5 << 20) + b"[]]"),
    "braces": _raw(b'{"a":' * (3 << 20)),
    "infinite": _infinite,
    "not-a-number": _not_a_number,
    "digits": _digits,
    "second-sentinel": _second_sentinel,
    "old-sentinel": _old_sentinel,
    "cut": _cut,
    "flood": _raw(lambda: b"0" * (8 << 20)),
    DRIPS: _said(lambda reply, times: None),
}
BLINDS = frozenset(
    (
        "floats-for-objects", "floats-inside", "nulls", "lists-for-objects", "huge-clock", "containers-20000",
        "containers-900", "long-reasons", "nested-90000", "brackets", "braces", "infinite", "not-a-number", "digits",
        "second-sentinel", "old-sentinel", "cut", "flood", "surrogates", "drips",
    )
)  # fmt: skip
"""The plays after which nothing at all, or nothing of its containers, is known of the host."""


def play(name: str, reply: Reply, sentinel: str, times: int) -> bytes:
    """Return what a host prints that plays `name`. Raise KeyError for a play that there is not."""
    return PLAYS[name](reply, sentinel, times)


def perform(name: str, printed: bytes, sentinel: str, write: Callable[[bytes], object]) -> None:
    """Play `name` on a host: `printed` is what its collector has printed, `write` sends bytes."""
    reply = json.loads(printed.split(sentinel.encode() + b" ", 1)[1].split(b"\n", 1)[0].decode())
    said = play(name, reply, sentinel, int(time.time()))
    if name != DRIPS:
        write(said)
        return
    for number in range(len(said)):
        write(said[number : number + 1])
        time.sleep(DRIP_S)
