"""A host's reach, disks, clock and engine, and the signs that somebody works on it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from remediator.integrations.container import maintenance_signs as container_signs
from remediator.integrations.host import assess, facts, fields
from remediator.integrations.host import signs as host_signs
from remediator.integrations.host.manifest import build
from remediator.model.messages.replies import HostReply, Reach
from remediator.model.values import Unknown
from tests.unit.integrations import section as make

pytestmark = pytest.mark.unit

REMOTE: dict[str, Any] = {"__name__": "remote"}
exec(resources.files("remediator.integrations.host").joinpath("remote.py").read_text("utf-8"), REMOTE)
JUDGES = {spec.name.removeprefix("host."): spec for spec in assess.ASSESSMENTS}


def judged(name: str, one: HostReply) -> Mapping[str, Any]:
    (found,) = JUDGES[name].judge(make.evidence(one))
    assert found.target.text == "host/ctl1"
    assert set(found.data) == set(JUDGES[name].fields)
    return found.data


@pytest.mark.parametrize(
    ("reach", "reachable"),
    [(Reach.OK, True), (Reach.BUSY, True), (Reach.GARBLED, True), (Reach.UNREACHABLE, False), (Reach.UNTRUSTED, False)],
)
def test_reach_is_never_unknown(reach: Reach, reachable: bool) -> None:
    data = judged("reach", make.reply(reach=reach))
    assert (data["reachable"], data["kind"], data["took_s"]) == (reachable, reach.value, 0.2)
    assert data["reason"] == (None if reach is Reach.OK else "it failed")


def test_a_host_that_was_never_asked_gives_no_result() -> None:
    assert all(spec.judge(make.evidence(hosts=("ctl1",))) == [] for spec in assess.ASSESSMENTS)


def test_the_worst_mount_is_told_for_bytes_and_for_inodes() -> None:
    disk = {
        "/": make.mount(10, 90),
        "/var/log/kolla": make.mount(60, 40),
        "/small": make.mount(5, 95, inodes=100, free=2),
    }
    data = judged("disk", make.reply(disk=disk))
    assert (data["used_percent"], data["worst_mount"], data["free_bytes"]) == (60.0, "/var/log/kolla", 40)
    assert (data["inode_percent"], data["worst_inode_mount"], data["mounts"]) == (98.0, "/small", 3)


def test_a_dead_mount_is_named_and_blinds_no_other() -> None:
    data = judged("disk", make.reply(disk={"/": make.mount(90, 10), "/var/lib/nova": {"dead": True}}))
    assert (data["dead_mounts"], data["used_percent"]) == (["/var/lib/nova"], 90.0)


def test_only_dead_mounts_leave_the_numbers_unknown() -> None:
    data = judged("disk", make.reply(disk={"/": {"dead": True}}))
    assert (data["dead_mounts"], data["used_percent"]) == (["/"], Unknown("no_mount_answered"))


def test_a_file_system_without_inode_numbers_has_none() -> None:
    data = judged("disk", make.reply(disk={"/": make.mount(1, 9, inodes=0, free=0)}))
    assert (data["inode_percent"], data["worst_inode_mount"]) == (None, None)


@pytest.mark.parametrize("section", [Unknown("timeout:disk"), {"/": {"used": "many"}}, ["/"]])
def test_a_disk_section_that_is_late_or_odd_is_unknown(section: Any) -> None:
    data = judged("disk", make.reply(disk=section))
    assert set(data.values()) == {data["used_percent"]}
    assert isinstance(data["used_percent"], Unknown)


@pytest.mark.parametrize("ahead_s", [0.0, 600.0, -3.0])
def test_the_clock_is_compared_when_the_host_read_it(ahead_s: float) -> None:
    one = make.reply(host=make.host())
    read_at_s = one.asked_at.wall.timestamp() + 0.05 + 2.0
    one = replace(
        one,
        received_at=make.at(3600 + 0.05 + 2.0 + 0.05),
        host_took_s=2.0,
        host_clock_s=read_at_s + ahead_s,
    )
    data = judged("clock", one)
    assert data["offset_s"] == pytest.approx(ahead_s, abs=0.002)
    assert data["abs_offset_s"] == pytest.approx(abs(ahead_s), abs=0.002)


def test_after_a_long_round_trip_the_clocks_cannot_be_compared() -> None:
    one = replace(make.reply(host=make.host()), received_at=make.at(3606))
    assert judged("clock", one)["offset_s"] == Unknown("round_trip_too_long")
    slow_work = replace(one, host_took_s=5.9, host_clock_s=make.at(3605.95).wall.timestamp())
    assert judged("clock", slow_work)["offset_s"] == pytest.approx(0.0, abs=0.002), "a busy host is no long way"
    assert judged("clock", make.reply(reach=Reach.BUSY))["offset_s"] == Unknown("host_busy")


@pytest.mark.parametrize(
    ("state", "answers", "reason"),
    [("ok", True, None), ("missing", False, "no answer"), ("hung", False, "no answer"), ("down", False, "no answer")],
)
def test_the_engine_tells_how_it_fails(state: str, answers: bool, reason: str | None) -> None:
    data = judged("engine", make.reply(host=make.host(), containers=make.containers(units={}, engine_state=state)))
    assert (data["state"], data["answers"], data["reason"]) == (state, answers, reason)
    assert (data["unit_state"], data["age_s"], data["host_age_s"]) == ("active", 3500.0, 3600.0)
    assert data["host_booted_at"] == "2026-11-23T06:00:00.200Z"


def test_podman_has_no_unit_of_its_own() -> None:
    data = judged("engine", make.reply(host=make.host(engine_unit=None), containers=make.containers(units={})))
    assert (data["unit_state"], data["started_at"], data["age_s"]) == (None, None, None)


def test_the_field_tables_are_what_is_declared() -> None:
    tables = {
        "reach": fields.REACH,
        "disk": fields.DISK,
        "clock": fields.CLOCK,
        "engine": fields.ENGINE,
        "said": fields.SAID,
        "identity": fields.IDENTITY,
    }
    assert {name: spec.fields for name, spec in JUDGES.items()} == tables


def test_ansible_at_work_is_a_sign_now() -> None:
    working = [{"pid": 7, "start": 99, "what": "AnsiballZ_setup.py"}]
    one = make.reply(host=make.host(ansible=working), containers={})
    (sign,) = host_signs.signs(one)
    assert (sign.kind, sign.service, sign.at, sign.key) == (
        "ansible_process",
        None,
        one.received_at.wall,
        "ansible:ctl1:boot-1:7:99",
    )


def test_ansibles_newest_line_and_a_changed_configuration_are_signs_at_their_time_by_our_clock() -> None:
    now_s = make.reply().host_clock_s or 0
    lines = [{"at": now_s - 300, "what": "ansible-command"}, {"at": now_s - 60, "what": "ansible-copy"}]
    kolla = {"memcached": {"sha256": "ab", "mtime": now_s - 120, "files": 1}}
    one = make.reply(host=make.host(ansible_log=lines, etc_kolla=kolla), containers={})
    one = replace(one, host_clock_s=now_s)
    log, change = host_signs.signs(one)
    assert (log.kind, log.service, log.at) == ("ansible_log", None, one.received_at.wall - timedelta(seconds=60))
    assert (change.kind, change.service, change.at) == (
        "etc_kolla",
        "memcached",
        one.received_at.wall - timedelta(seconds=120),
    )
    assert change.key == "etc_kolla:ctl1:memcached:ab"


def test_a_failed_reply_shows_no_signs() -> None:
    assert host_signs.signs(make.reply(reach=Reach.UNREACHABLE)) == ()
    assert container_signs.signs(make.reply(reach=Reach.UNREACHABLE)) == ()


def test_each_container_shows_when_and_from_what_it_was_created() -> None:
    one = make.reply(containers=make.containers(make.container(created=make.stamp(600))))
    (sign,) = container_signs.signs(one)
    assert (sign.kind, sign.service, sign.key) == (
        "container_created",
        "memcached",
        "container:ctl1:memcached:c0ffee:sha256:aa",
    )
    assert sign.at == one.received_at.wall - timedelta(seconds=600)


def test_a_bootstrap_container_holds_the_host() -> None:
    one = make.reply(containers=make.containers(make.container("bootstrap_keystone", short_lived=True), units={}))
    kinds = {(sign.kind, sign.service) for sign in container_signs.signs(one)}
    assert kinds == {("container_created", "bootstrap_keystone"), ("kolla_job", None)}


def test_different_versions_of_one_service_across_hosts_are_an_upgrade() -> None:
    def on(name: str, version: str) -> HostReply:
        both = make.containers(make.container(kolla_version=version), make.container("cron"))
        return make.reply(name, containers=both)

    assert container_signs.mixed_versions([on("ctl1", "20.0.0"), on("ctl2", "20.0.0")]) == ()
    found = container_signs.mixed_versions(
        [on("ctl1", "20.0.0"), on("ctl2", "20.1.0"), make.reply("ctl3", reach=Reach.BUSY)]
    )
    assert [(sign.host, sign.service, sign.key) for sign in found] == [
        ("ctl1", "memcached", "kolla_version:memcached:20.0.0, 20.1.0"),
        ("ctl2", "memcached", "kolla_version:memcached:20.0.0, 20.1.0"),
    ]


MOUNTINFO = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
23 22 0:5 / /proc rw - proc proc rw
24 22 0:6 / /run rw - tmpfs tmpfs rw
25 22 8:1 /x /etc/hosts rw - ext4 /dev/sda1 rw
26 22 8:2 / /var/lib/docker rw - xfs /dev/sdb rw
27 26 8:2 /volumes /var/lib/docker/volumes rw - xfs /dev/sdb rw
28 26 0:70 / /var/lib/docker/overlay2/abc/merged rw - overlay overlay rw
29 22 0:80 / /var/log/kolla rw - tmpfs tmpfs rw
30 22 0:90 / /srv/my\\040share rw - nfs4 nas:/x rw
31 22 0:91 / /mnt/dead rw - fuse.sshfs x rw
32 31 0:92 / /var/lib/nova/mnt/0011 rw - nfs nas:/y rw
33 31 0:93 / /var/lib/kubelet/pods/x rw - nfs nas:/z rw
"""


def test_each_real_file_system_is_asked_once_and_the_wanted_ones_whatever_they_are() -> None:
    found = REMOTE["_mounts"]({"/var/log/kolla", "/not/there"}, MOUNTINFO)
    assert found == ["/", "/var/log/kolla", "/mnt/dead", "/srv/my share", "/var/lib/docker", "/var/lib/nova/mnt/0011"]


def test_the_number_of_mounts_is_bounded_and_the_root_is_always_among_them() -> None:
    many = "".join(f"{n} 1 9:{n} / /m{n} rw - ext4 /dev/x rw\n" for n in range(500))
    found = REMOTE["_mounts"](set(), many + MOUNTINFO)
    assert (len(found), found[0]) == (40, "/")


def journal(identifier: str, message: str) -> str:
    item = {"__REALTIME_TIMESTAMP": "1700000000500000", "SYSLOG_IDENTIFIER": identifier, "MESSAGE": message}
    return json.dumps(item)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (journal("ansible-copy", "Invoked with dest=/x"), ["ansible-copy"]),
        (
            journal("python3", "ansible-kolla_container Invoked with action=x password=hush"),
            ["ansible-kolla_container"],
        ),
        (journal("ansible-ansible.legacy.command", "Invoked"), ["ansible-ansible.legacy.command"]),
        (journal("python3", "listening"), []),
        (journal("sudo", "ansible-copy Invoked with"), ["ansible-copy"]),
        (journal("ansible-copy", "x")[:30], []),
        ("{}", []),
        ("[]", []),
        ("", []),
    ],
)
def test_only_the_time_and_the_module_of_ansibles_lines_leave_the_host(line: str, what: list[str]) -> None:
    found = REMOTE["_ansible_lines"](line)
    assert [one["what"] for one in found] == what
    assert "hush" not in str(found)
    assert all(one["at"] == 1700000000.5 for one in found)


@pytest.mark.parametrize(
    ("words", "hit"),
    [
        ("/usr/bin/python3\0/root/.ansible/tmp/ansible-tmp-1-2/AnsiballZ_command.py", True),
        ("/opt/venv/bin/python\0/opt/venv/bin/ansible-playbook\0site.yml", True),
        ("kolla-ansible\0deploy", True),
        ("vim\0/etc/ansible/hosts", False),
        ("python3\0-S\0-E\0-c\0import sys", False),
    ],
)
def test_what_looks_like_ansible_at_work(words: str, hit: bool) -> None:
    assert any(REMOTE["ANSIBLE"].search(word) for word in words.split("\0")[:4]) is hit


def test_more_mounts_can_be_watched() -> None:
    assert "/srv" in build({"mounts": ["/srv"]}).request["disk_mounts"]
    with pytest.raises(ValueError, match="absolute paths"):
        build({"mounts": ["srv"]})
    with pytest.raises(ValueError, match="unknown setting 'mount'"):
        build({"mount": []})


# who it is ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "known"),
    [
        ("3d1219c7c4c5404aaa1f6d2a48adfda4\n", True),
        ("uninitialized\n", False),
        ("", False),
        ("0" * 32, False),
        ("3d1219c7", False),
        (None, False),
    ],
)
def test_a_machine_id_is_told_as_a_digest_or_not_at_all(tmp_path: Path, content: str | None, known: bool) -> None:
    path = tmp_path / "machine-id"
    if content is not None:
        path.write_text(content)
    found = REMOTE["_machine_id"](str(path))
    assert (found is not None) is known
    parsed = facts.parse(make.host(machine_id=found))
    assert isinstance(parsed, facts.HostFacts)
    assert parsed.machine_id == found
    assert found is None or found not in (content or "")


@pytest.mark.parametrize(
    ("hostname", "lines", "names"),
    [
        ("ctl1", ["127.0.0.1 localhost", "127.0.1.1 ctl1.example.net ctl1"], ["ctl1", "ctl1.example.net"]),
        (
            "ctl1",
            ["192.0.2.11 ctl1 ctl1.example.net # as kolla", "192.0.2.12 ctl2.example.net ctl2"],
            ["ctl1", "ctl1.example.net"],
        ),
        ("ctl1", ["192.0.2.11 CTL1.mgmt.example.net CTL1"], ["ctl1", "CTL1.mgmt.example.net"]),
        ("ctl1", ["192.0.2.99 db.example.net ctl1"], ["ctl1"]),
        ("ctl1", ["# 192.0.2.11 ctl1.example.net ctl1", "", "192.0.2.11"], ["ctl1"]),
        (
            "ctl1.example.net",
            ["192.0.2.11 ctl1.example.net ctl1 ctl1.other.net"],
            ["ctl1.example.net", "ctl1.other.net"],
        ),
        ("ctl1", None, ["ctl1"]),
        ("ctl1", [f"192.0.2.11 ctl1.n{n}.net ctl1" for n in range(20)], None),
    ],
)
def test_a_host_calls_itself_by_its_hostname_and_its_lines_in_etc_hosts(
    tmp_path: Path, hostname: str, lines: list[str] | None, names: list[str] | None
) -> None:
    path = tmp_path / "hosts"
    if lines is not None:
        path.write_text("\n".join(lines))
    found = REMOTE["_names"](hostname, str(path))
    assert len(found) <= 8
    assert names is None or found == names


@pytest.mark.parametrize(
    ("told", "names"),
    [
        (["ctl1", "ctl1.example.net", "ctl1"], ("ctl1", "ctl1.example.net")),
        (["ctl1", 7, "a b", "x" * 64, "-".join("a" * 300), "", "a..b", "ok"], ("ctl1", "ok")),
        ("ctl1", None),
        (None, None),
    ],
)
def test_names_that_are_none_are_not_taken(told: Any, names: tuple[str, ...] | None) -> None:
    found = facts.parse(make.host(names=told))
    assert isinstance(found, facts.HostFacts)
    assert found.names == names


def test_a_host_that_the_inventory_names_once_is_well() -> None:
    data = judged("identity", make.reply(host=make.host(machine_id="a" * 32)))
    assert (data["named_twice"], data["sentence"], data["names"], data["machine_known"]) == (False, None, [], True)
    assert judged("identity", make.reply(host=make.host()))["machine_known"] is False
    assert set(judged("identity", make.reply(reach=Reach.UNREACHABLE)).values()) == {Unknown("host_unreachable")}


def test_each_name_of_a_machine_says_so_and_one_of_them_speaks() -> None:
    section = make.host(machine_id="a" * 32)
    found = {name: assess.identity(make.reply(name, host=section), ("CTL1", "ctl1")) for name in ("ctl1", "CTL1")}
    assert [found[name]["speaks"] for name in ("CTL1", "ctl1")] == [True, False]
    for data in found.values():
        assert data["named_twice"] is True
        assert str(data["sentence"]).startswith("CTL1 and ctl1 are one machine")
    silent = assess.identity(make.reply("ctl1", reach=Reach.UNREACHABLE), ("CTL1", "ctl1"))
    assert silent["named_twice"] is True, "that one of them is silent does not make them two"
