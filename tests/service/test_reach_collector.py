"""The collector end to end, as real processes on this machine and over a real SSH server.

Late, broken and greedy sections are UNKNOWN and hide nothing else. A host has one collector at a time, and nothing of
it is left behind.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from remediator.collect import assembly
from remediator.collect.assembly import Lock
from remediator.collect.collector import Collector
from remediator.model.hosts import Host
from remediator.model.manifest.integration import DirectSpec, Integration, SectionSpec
from remediator.model.messages.replies import HostReply, Reach
from remediator.model.times import Instant
from remediator.model.values import Unknown
from remediator.reach.local import LocalReach
from remediator.reach.ssh import SshReach
from tests.builders.replies import Said, kind
from tests.service.ssh_server import SshServer, new_key, serving

pytestmark = pytest.mark.service

PATIENCE_S = 60.0
"""What is well gets so long: a machine that others use fully starts a process late."""
LATE_S = (1.0, 4.0, 16.0, 50.0)
"""How late a section or a reply may be that ends while its tool runs. The first by which the tool has begun counts."""

HERE = Host(name="here", address="local", groups=("g",), engine="podman")
SOURCE = """
import os, time
def collect_fine(request, run):
    return {"engine": request["engine"], "host": request["host"], "constant": request.get("constant"), "ids": [os.getpid(), os.getpgid(0)]}
def collect_slow(request, run):
    time.sleep(600)
def collect_stubborn(request, run):
    return run(["sh", "-c", "trap '' TERM; echo $$ > %(marks)s/stubborn; sleep 600"], 600)
def collect_endless(request, run):
    return collect_stubborn(request, run)
def collect_crash(request, run):
    raise KeyError("nothing")
def collect_dead(request, run):
    os._exit(3)
def collect_greedy(request, run):
    return len("x" * (1 << 29))
def collect_talkative(request, run):
    return "x" * (5 << 20)
def collect_odd(request, run):
    return float("nan")
def collect_tool(request, run):
    return [run(["sh", "-c", "echo out; echo err >&2; exit 3"], 50), run(["sleep", "600"], 0.3)]
def collect_no_tool(request, run):
    return run(["/nonexistent/tool"], 5)
def collect_fds(request, run):
    return [os.readlink("/proc/self/fd/%%d" %% n) for n in (0, 1, 2)]
"""  # noqa: E501
NAMES = re.findall(r"def collect_(\w+)", SOURCE)
NAMES.remove("endless")


class RealClock:
    def now(self) -> Instant:
        return Instant(datetime.now(UTC), time.clock_gettime(time.CLOCK_BOOTTIME), "test")


def integrations(marks: Path, late_s: float = LATE_S[0]) -> dict[str, Integration]:
    def direct(host: Host) -> Mapping[str, Any]:
        return {"asked": host.name}

    def broken(host: Host) -> Any:
        raise RuntimeError("a defect")

    specs = [
        SectionSpec(kind=kind(name), timeout_s=late_s if name in ("slow", "stubborn") else PATIENCE_S) for name in NAMES
    ]
    sources: dict[str, Any] = {"remote_source": SOURCE % {"marks": marks}, "assessments": (), "actions": ()}
    fetched = [DirectSpec(kind=kind("sql"), fetch=direct), DirectSpec(kind=kind("broken"), fetch=broken)]
    mine = Integration(name="mine", sections=specs, direct=fetched, request={"constant": 7}, **sources)
    other = [SectionSpec(kind=kind("elsewhere"), timeout_s=1.0), SectionSpec(kind=kind("endless"), timeout_s=600.0)]
    theirs = Integration(name="theirs", sections=other, applies=lambda host: "other" in host.groups, **sources)
    return {"mine": mine, "theirs": theirs}


@pytest.fixture
def lock(tmp_path: Path) -> Lock:
    path = tmp_path / "lock"
    path.touch()
    return Lock(file=str(path), wait_s=PATIENCE_S)


@pytest.fixture
def collector(tmp_path: Path, lock: Lock) -> Collector:
    return local(tmp_path, lock)


def local(marks: Path, lock: Lock, deadline_s: float = 2 * PATIENCE_S, late_s: float = LATE_S[0]) -> Collector:
    return Collector(
        LocalReach(), integrations(marks, late_s), RealClock(), sudo=False, deadline_s=deadline_s, lock=lock
    )


def get(collector: Collector, *sections: str) -> HostReply:
    reply = collector.collect(HERE, sections)
    assert (reply.reach, reply.reason) == (Reach.OK, "")
    return reply


def said(reply: HostReply, section: str) -> Any:
    """Return what the host said in `section`, of which something is known."""
    found = reply.section(section)
    assert isinstance(found, Said)
    return found.value


def test_a_reply_carries_clock_boot_id_and_what_the_request_said(collector: Collector) -> None:
    before_s = time.time()
    reply = get(collector, "fine")
    data = said(reply, "fine")
    assert (data["engine"], data["host"], data["constant"]) == ("podman", "here", 7)
    assert reply.boot_id == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    assert before_s - 1.0 <= (reply.host_clock_s or 0) <= time.time() + 1.0
    assert 0 < reply.host_took_s < time.time() - before_s + 1.0


def test_no_names_means_all_sections_that_apply(collector: Collector) -> None:
    reply = collector.collect(HERE, [])
    assert set(reply.sections) == {*NAMES, "sql", "broken"}
    assert reply.section("elsewhere") == Unknown("not_collected:elsewhere")


def test_late_broken_and_greedy_sections_are_unknown_and_hide_nothing_else(collector: Collector) -> None:
    reply = collector.collect(HERE, NAMES)
    assert reply.host_took_s < PATIENCE_S, "it waits for none of those that would take ten minutes"
    found = {name: one.value if isinstance(one := reply.section(name), Said) else one for name in NAMES}
    assert found["slow"] == Unknown("timeout:slow")
    assert found["stubborn"] == Unknown("timeout:stubborn")
    assert found["crash"].reason.startswith("error:crash: KeyError: 'nothing' (line ")
    assert found["dead"] == Unknown("error:dead: its child ended without a result")
    assert found["greedy"].reason.startswith("error:greedy: MemoryError")
    assert found["talkative"] == Unknown("too_large:talkative: its result is above 1572864 bytes")
    assert found["odd"].reason.startswith("error:odd: ValueError")
    assert re.fullmatch(
        r"error:no_tool: .*: No such file or directory \(FileNotFoundError, line \d+\)", found["no_tool"].reason
    ), "what the host says comes first, what a developer asks for behind it"
    assert found["tool"] == [[3, "out\n", "err\n"], [None, "", ""]]
    assert found["fine"]["ids"][0] == found["fine"]["ids"][1]
    assert found["fds"] == ["/dev/null"] * 3


def begun(marks: Path) -> int | None:
    """Return the process of the stubborn tool once it has begun."""
    mark = marks / "stubborn"
    text = mark.read_text() if mark.exists() else ""
    return int(text) if text.endswith("\n") else None


def late_with_its_tool(marks: Path, ask: Callable[[float], HostReply]) -> tuple[HostReply, int]:
    """Ask for the stubborn tool, ever more patiently until it has begun when it is late; return the reply, and its
    process."""
    for late_s in LATE_S:
        reply = ask(late_s)
        if (pid := begun(marks)) is not None:
            return reply, pid
    raise AssertionError(f"the tool did not begin within {LATE_S[-1]:.0f} s")


def test_a_late_tool_is_killed_with_its_section(tmp_path: Path, lock: Lock) -> None:
    reply, pid = late_with_its_tool(tmp_path, lambda late_s: get(local(tmp_path, lock, late_s=late_s), "stubborn"))
    assert reply.section("stubborn") == Unknown("timeout:stubborn")
    assert gone(pid)


def test_direct_sections_come_in_the_same_reply_and_their_defects_are_unknown(collector: Collector) -> None:
    reply = get(collector, "fine", "sql", "broken")
    assert reply.section("sql") == Said({"asked": "here"})
    assert reply.section("broken") == Unknown("error:broken: RuntimeError")


def test_a_second_collector_waits_and_then_says_busy(collector: Collector, tmp_path: Path, lock: Lock) -> None:
    with open(lock.file) as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        reply = local(tmp_path, replace(lock, wait_s=0.3)).collect(HERE, ["fine"])
    assert reply.reach is Reach.BUSY
    assert reply.section("fine") == Unknown("host_busy")
    assert get(collector, "fine").section("fine")


def test_a_section_that_cannot_be_killed_does_not_keep_the_lock(collector: Collector) -> None:
    get(collector, "slow")
    assert said(get(collector, "fine"), "fine")["host"] == "here"


def test_the_collector_ends_when_the_other_side_goes_away(tmp_path: Path, lock: Lock) -> None:
    other = replace(HERE, groups=("other",))
    reply, pid = late_with_its_tool(tmp_path, lambda late_s: local(tmp_path, lock, late_s).collect(other, ["endless"]))
    assert reply.reach is Reach.UNREACHABLE
    assert gone(pid)


def gone(pid: int) -> bool:
    return soon(lambda: not os.path.exists(f"/proc/{pid}"))


def soon(come: Callable[[], bool]) -> bool:
    """Return whether `come` comes true within PATIENCE_S."""
    ends_s = time.monotonic() + PATIENCE_S
    while not come():
        if time.monotonic() > ends_s:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SshServer]:
    keys = [new_key(tmp_path / name) for name in ("host", "read")]
    with serving(keys[0], keys[1:]) as running:
        (tmp_path / "known_hosts").write_text(running.known_hosts_line())
        yield running


@pytest.fixture
def reach(tmp_path: Path, server: SshServer) -> Iterator[SshReach]:
    key = tmp_path / "read"
    ours = SshReach(user="r", read_key=key, act_key=key, known_hosts=tmp_path / "known_hosts", sudo=False)
    yield ours
    ours.close()


@pytest.fixture
def over_ssh(reach: SshReach, tmp_path: Path, lock: Lock) -> Collector:
    return over(reach, tmp_path, lock, 2 * PATIENCE_S)


def over(reach: SshReach, marks: Path, lock: Lock, deadline_s: float) -> Collector:
    return Collector(reach, integrations(marks), RealClock(), sudo=False, deadline_s=deadline_s, lock=lock)


def sentinel_of(request: bytes) -> bytes:
    return str(json.loads(request)["sentinel"]).encode()


def body_for(request: bytes) -> bytes:
    sections = {"fine": {"data": 1, "took": 0.1}}
    return json.dumps({"v": 1, "boot_id": "b", "clock": 1.0, "took": 0.1, "sections": sections}).encode()


def test_over_ssh_a_banner_before_the_reply_does_no_harm(over_ssh: Collector, server: SshServer) -> None:
    server.behaviour.motd = b"Welcome to ctl1\n{}\n"
    reply = over_ssh.collect(server.host(), ["fine"])
    assert (reply.reach, said(reply, "fine")["host"]) == (Reach.OK, "ctl1")


def test_over_ssh_a_link_that_is_lost_leaves_nothing_behind(
    over_ssh: Collector, reach: SshReach, server: SshServer, tmp_path: Path, lock: Lock
) -> None:
    other = replace(server.host(), groups=("other",))
    assert over_ssh.collect(server.host(), ["fine"]).reach is Reach.OK
    reply, pid = late_with_its_tool(
        tmp_path, lambda late_s: over(reach, tmp_path, lock, late_s).collect(other, ["endless"], forced=True)
    )
    assert (reply.reach, reply.section("endless")) == (Reach.UNREACHABLE, Unknown("host_unreachable"))
    assert gone(pid)


WRONG = {
    "cut": (lambda r: sentinel_of(r) + b" " + body_for(r)[:30], "was cut after 30 bytes"),
    "not JSON": (lambda r: sentinel_of(r) + b" <html>\n", "is not valid"),
    "another sentinel": (lambda r: b"remediator-reply:0 " + body_for(r) + b"\n", "no reply"),
    "nothing": (lambda r: b"", "no reply"),
}


@pytest.mark.parametrize("name", WRONG)
def test_over_ssh_a_wrong_reply_is_garbled_and_the_next_one_is_fine(
    over_ssh: Collector, server: SshServer, name: str
) -> None:
    server.behaviour.answer, words = WRONG[name]
    reply = over_ssh.collect(server.host(), ["fine"])
    assert reply.reach is Reach.GARBLED
    assert words in reply.reason
    assert reply.section("fine") == Unknown("host_garbled")
    server.behaviour.answer = lambda r: sentinel_of(r) + b" " + body_for(r) + b"\n"
    assert over_ssh.collect(server.host(), ["fine"]).section("fine") == Said(1)


def test_over_ssh_a_late_reply_is_unreachable(
    over_ssh: Collector, reach: SshReach, server: SshServer, tmp_path: Path, lock: Lock
) -> None:
    assert over_ssh.collect(server.host(), ["fine"]).reach is Reach.OK
    server.behaviour.answer = lambda request: None
    began_s = time.monotonic()
    reply = over(reach, tmp_path, lock, 3.0).collect(server.host(), ["fine"])
    assert (reply.reach, time.monotonic() - began_s < PATIENCE_S) == (Reach.UNREACHABLE, True)
    assert "never answered" in reply.reason


def test_a_host_that_is_gone_still_gives_its_direct_sections(over_ssh: Collector, server: SshServer) -> None:
    server.vanish()
    reply = over_ssh.collect(server.host(), ["fine", "sql"])
    assert reply.reach is Reach.UNREACHABLE
    assert reply.sections["sql"].data == Said({"asked": "ctl1"})
    assert reply.section("fine") == Unknown("host_unreachable")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGALRM])
def test_a_collector_that_is_told_to_end_takes_its_sections_with_it(
    tmp_path: Path, lock: Lock, number: signal.Signals
) -> None:
    loaded = integrations(tmp_path)
    spec = SectionSpec(kind=kind("endless"), timeout_s=600.0)
    request = assembly.request_line([("theirs", spec)], {}, "s", 2 * PATIENCE_S, lock)
    argv, pipe = assembly.argv(False), subprocess.PIPE
    with subprocess.Popen(argv, stdin=pipe, stdout=pipe) as child:
        assert child.stdin is not None
        child.stdin.write(assembly.packed(assembly.script(loaded)) + request)
        child.stdin.flush()
        assert soon(lambda: begun(tmp_path) is not None)
        child.send_signal(number)
        assert child.wait(PATIENCE_S) == 1
    pid = begun(tmp_path)
    assert pid is not None
    assert gone(pid)
