"""A host may say what 300 containers need, and what is more is counted before it is parsed."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from remediator.collect import assembly, parsing
from remediator.collect.parsing import Parsed, parse
from remediator.model.messages.replies import Reach
from remediator.model.values import Unknown
from remediator.reach.interface import RawReply
from tests.builders.replies import kind

pytestmark = pytest.mark.unit

SENTINEL = "remediator-reply:0123"
UNIT = {
    "LoadState": "loaded", "ActiveState": "active", "SubState": "running", "Result": "success", "NRestarts": "10",
    "InvocationID": "a" * 32, "ActiveEnterTimestamp": "Mon 2026-01-05 03:00:00 UTC",
    "InactiveEnterTimestamp": "Mon 2026-01-05 03:00:00 UTC", "ActiveExitTimestampMonotonic": "123456789012",
    "ExecMainExitTimestampMonotonic": "123456789012", "ExecMainStatus": "0", "ExecMainCode": "0", "Job": "0",
    "Restart": "always", "StartLimitBurst": "10", "AssertResult": "yes", "AssertTimestampMonotonic": "123456789012",
    "UnitFileState": "enabled", "FragmentPath": "/etc/systemd/system/kolla-neutron_metadata_agent-container.service",
    "DropInPaths": "/etc/systemd/system/kolla-neutron_metadata_agent-container.service.d/override.conf",
}  # fmt: skip


def container(name: str) -> dict[str, Any]:
    """One container with every text as long as the collector lets it be."""
    stamp = "2026-01-05T03:00:00.123456789Z"
    return {
        "id": "ab" * 32,
        "name": name,
        "image": "registry.example.org:4000/openstack.kolla/neutron-metadata-agent:2025.1-ubuntu-noble",
        "image_id": "sha256:" + "ab" * 32,
        "created": stamp,
        "status": "running",
        "running": True,
        "exit_code": 0,
        "oom_killed": False,
        "error": "x" * 300,
        "started_at": stamp,
        "finished_at": stamp,
        "restart_count": 12,
        "restart_policy": "unless-stopped",
        "health": "unhealthy",
        "failing_streak": 3,
        "health_output": "y" * 200,
        "kolla_version": "20.0.1.dev12",
        "short_lived": False,
        "env_names": [f"KOLLA_VARIABLE_NAME_{k:02}" for k in range(25)],
    }


def host_of(containers: int) -> dict[str, Any]:
    """What the collector prints of a host with so many containers."""
    names = [f"neutron_metadata_agent_{n:03}" for n in range(containers)]
    section = {
        "containers": {name: container(name) for name in names},
        "units": dict.fromkeys(names, UNIT),
        "unit_files": names,
        "configs": names,
        "logs": dict.fromkeys(names[:8], '{"level": "INFO", "args": [1, 2]},' * 43),
    }
    kolla = {name: {"sha256": "ab" * 32, "mtime": 1700000000.123456} for name in names[:200]}
    sections = {"containers": section, "host": {"etc_kolla": kolla}}
    return {
        "v": 1, "boot_id": "b-1", "clock": 1700000000.5, "took": 0.1,
        "sections": {name: {"data": data, "took": 0.1} for name, data in sections.items()},
    }  # fmt: skip


def read(body: bytes) -> Parsed:
    raw = RawReply(reach=Reach.OK, stdout=f"{SENTINEL} ".encode() + body + b"\n", exit_code=0)
    return parse(raw, "ctl1", SENTINEL, [kind("containers"), kind("host")])


def test_300_containers_are_read_with_room_to_spare() -> None:
    body = json.dumps(host_of(300)).encode()
    found = read(body)
    assert found.reach is Reach.OK
    assert all(section.known for section in found.sections.values())
    assert 2 * len(body) < parsing.MOST_BYTES < 3 * len(body)
    assert 3 * sum(body.count(sign) for sign in (b",", b"[", b"{")) < parsing.MOST_VALUES


def test_what_a_host_prints_goes_with_its_containers() -> None:
    """A few containers are not charged for what a host with very many would need."""
    few, many = (len(json.dumps(host_of(n))) for n in (25, 300))
    assert 9 < many / few < 13


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"[" + b"[]," * 1_000_000 + b"[]]", id="brackets, above the bytes"),
        pytest.param(b"[" + b"[]," * 60_000 + b"[]]", id="brackets"),
        pytest.param(b'{"a":' * 200_000, id="braces"),
        pytest.param(b"[" + b"1," * 200_000 + b"1]", id="numbers"),
        pytest.param(json.dumps(host_of(1500)).encode(), id="containers"),
    ],
)
def test_what_is_too_large_is_not_even_parsed(body: bytes) -> None:
    """It ends in what is no JSON: whoever parses it finds that first."""
    found = read(body + b"]]}")
    assert found.reach is Reach.TOO_LARGE
    assert "are read" in found.reason
    assert {section.data for section in found.sections.values()} == {Unknown("host_too_large")}


@pytest.mark.parametrize("end", [b"", b"\\"], ids=["open", "open-behind-a-backslash"])
def test_a_text_without_an_end_is_weighed_once(end: bytes) -> None:
    """A search that began anew at each of its quotes would hold the whole process for hours."""

    def took_s(quotes: int) -> float:
        began = time.process_time()
        assert read(b"," * 100_001 + b'"' + b'\\"' * quotes + end).reach is Reach.TOO_LARGE
        return time.process_time() - began

    took_s(1000)
    assert took_s(40_000) < 5.0


def test_texts_full_of_commas_and_brackets_are_no_values() -> None:
    body = host_of(25)
    body["sections"]["host"]["data"]["said"] = '\\",[{' * 60_000
    assert read(json.dumps(body).encode()).reach is Reach.OK


def test_a_section_with_too_many_entries_or_bytes_is_unknown_and_hides_no_other() -> None:
    many, long = host_of(25), host_of(25)
    many["sections"]["containers"]["data"]["containers"] = {f"n{n}": {} for n in range(parsing.MOST_ITEMS + 1)}
    long["sections"]["containers"]["data"]["logs"] = {"a": "x" * assembly.SECTION_BYTES}
    for body in (many, long):
        found = read(json.dumps(body).encode())
        assert found.reach is Reach.OK
        reason = found.sections["containers"].data.reason
        assert reason.startswith("too_large:containers: ")
        assert found.sections["host"].known


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity", "9" * 20, "9" * 5000])
def test_what_nothing_can_be_counted_with_is_no_reply(number: str) -> None:
    body = json.dumps(host_of(1)).replace('"restart_count": 12', f'"restart_count": {number}')
    assert read(body.encode()).reach is Reach.GARBLED


@pytest.mark.parametrize("clock", ["1e300", "-1", "7258118400", "[1]", "null", '"x"', "{}"])
def test_a_clock_that_is_none_is_no_reply(clock: str) -> None:
    body = json.dumps(host_of(1)).replace('"clock": 1700000000.5', f'"clock": {clock}')
    assert read(body.encode()).reach is Reach.GARBLED


@pytest.mark.parametrize("boot_id", ["7", '"' + "x" * 65 + '"', "[]"])
def test_a_boot_id_that_is_none_is_no_reply(boot_id: str) -> None:
    body = json.dumps(host_of(1)).replace('"boot_id": "b-1"', f'"boot_id": {boot_id}')
    assert read(body.encode()).reach is Reach.GARBLED


def test_a_long_reason_is_cut() -> None:
    body = host_of(1)
    body["sections"]["host"] = {"unknown": "x" * 100_000, "took": 0.1}
    assert len(read(json.dumps(body).encode()).sections["host"].data.reason) == parsing.REASON_LENGTH
