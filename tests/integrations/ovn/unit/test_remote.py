"""What runs on a host, against sockets of its own: daemons that answer, that are stuck, that are gone, and that answer
something else."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from remediator.integrations.ovn import manifest as ovn
from remediator.integrations.ovn.facts import host as ovn_facts
from remediator.integrations.ovn.facts import southbound
from remediator.integrations.ovn.facts.database import DatabaseServer
from remediator.integrations.ovn.facts.host import OvnOnHost
from remediator.integrations.ovs import manifest as ovs
from remediator.integrations.ovs.facts import platform, switch
from remediator.integrations.ovs.facts.answering import Answering
from remediator.integrations.ovs.facts.switch import Switch
from remediator.model.values import Unknown
from tests.integrations.ovn import world

pytestmark = pytest.mark.unit

OVN: dict[str, Any] = {}
OVS: dict[str, Any] = {}
exec(ovn.build({}).remote_source, OVN)
exec(ovs.build({}).remote_source, OVS)
OVN["WAIT_S"] = OVS["WAIT_S"] = 0.3
for space in (OVN, OVS):
    space["ask_all"].__defaults__ = (0.3,)

Answer = Callable[[dict[str, Any]], bytes]


class Host:
    """A root of its own with a run directory and a folder of processes; daemons are threads."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.open: list[socket.socket] = []
        self.asked: list[dict[str, Any]] = []
        for folder in ("run/ovn", "run/openvswitch", "etc/kolla", "proc"):
            (root / folder).mkdir(parents=True)

    def configured(self, *services: str) -> None:
        for name in services:
            (self.root / "etc/kolla" / name).mkdir()

    def listens(self, path: str) -> socket.socket:
        found = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        found.bind(str(self.root / path))
        found.listen(8)
        self.open.append(found)
        return found

    def stale(self, path: str) -> None:
        """A socket file at which nobody listens."""
        self.listens(path).close()

    def daemon(self, path: str, answer: Answer) -> None:
        """Answer each request at `path`; an empty answer hangs up."""
        at = self.listens(path)

        def serve() -> None:
            while True:
                try:
                    peer, _ = at.accept()
                except OSError:
                    return
                threading.Thread(target=talk, args=(peer,), daemon=True).start()

        def talk(peer: socket.socket) -> None:
            decoder, text = json.JSONDecoder(), ""
            with peer, contextlib.suppress(OSError):  # who asks may hang up
                while piece := peer.recv(65536):
                    text += piece.decode()
                    while text:
                        request, end = decoder.raw_decode(text)
                        text = text[end:]
                        self.asked.append(request)
                        said = answer(request)
                        if not said:
                            return
                        peer.sendall(said)

        threading.Thread(target=serve, daemon=True).start()

    def process(self, pid: int, name: str, state: str = "S", line: str = "") -> None:
        folder = self.root / "proc" / str(pid)
        folder.mkdir()
        (folder / "stat").write_text(f"{pid} ({name}) {state} 1 1 1")
        (folder / "cmdline").write_text(line)

    def ovn(self, run: Any = None) -> OvnOnHost:
        request = {"ovn_root": str(self.root), "ovn_proc": str(self.root / "proc"), "engine": "docker"}
        found = ovn_facts.parse(json.loads(json.dumps(OVN["collect_ovn"](request, run or no_engine))))
        assert isinstance(found, OvnOnHost), found
        return found

    def ovs(self) -> Switch:
        request = {"ovs_root": str(self.root), "ovs_proc": str(self.root / "proc")}
        found = switch.parse(json.loads(json.dumps(OVS["collect_ovs"](request, no_engine))))
        assert isinstance(found, Switch), found
        return found


def no_engine(argv: list[str], timeout_s: float, limit: int = 0) -> Any:
    raise AssertionError("the engine is asked only where a daemon runs without a socket")


@pytest.fixture
def host() -> Iterator[Host]:
    folder = Path(tempfile.mkdtemp(dir="/tmp"))  # the path of a socket has at most 107 characters
    made = Host(folder)
    yield made
    for each in made.open:
        each.close()
    shutil.rmtree(folder)


def said(results: dict[str, Any]) -> Answer:
    """Answer each method with its result, as a daemon does."""

    def answer(request: dict[str, Any]) -> bytes:
        known = request["method"] in results
        error = None if known else f'"{request["method"]}" is not a valid command'
        return json.dumps({"id": request["id"], "error": error, "result": results.get(request["method"])}).encode()

    return answer


CONNECTED = said(
    {"connection-status": "connected\n", "version": "ovn-controller 25.03.0\nOpen vSwitch Library 3.5.0\n"}
)
CTL = "run/ovn/ovn-controller.7.ctl"


def controller(found: OvnOnHost) -> Any:
    assert found.controller is not None
    assert not isinstance(found.controller, Unknown)
    return found.controller


def test_a_daemon_that_answers(host: Host) -> None:
    host.daemon(CTL, CONNECTED)
    found = controller(host.ovn())
    assert (found.connected, found.version, found.wait_before_clear_known) == (True, "25.03.0", True)
    assert found.control.way.endswith(CTL)


def test_nothing_that_changes_anything_is_ever_sent(host: Host) -> None:
    for path in (CTL, "run/ovn/ovn-northd.ctl", "run/ovn/ovnsb_db.sock", "run/ovn/ovnsb_db.ctl"):
        host.daemon(path, said({}))
    host.daemon("run/openvswitch/db.sock", said({}))
    host.ovn(), host.ovs(), OVN["collect_ovn_chassis"]({"ovn_root": str(host.root)}, no_engine)
    words = {one["method"] for one in host.asked}
    reads = {"connection-status", "version", "status", "nb-connection-status", "sb-connection-status", "cluster/status"}
    assert words == {*reads, "transact"}
    operations = {each["op"] for one in host.asked if one["method"] == "transact" for each in one["params"][1:]}
    assert operations == {"select"}


def test_a_socket_of_a_life_before_is_counted_and_passed_over(host: Host) -> None:
    host.stale("run/ovn/ovn-controller.6.ctl")
    host.daemon(CTL, CONNECTED)
    found = controller(host.ovn())
    assert (found.connected, found.stale_sockets) == (True, 1)


def test_a_socket_without_a_daemon_is_a_stop_only_without_a_process(host: Host) -> None:
    host.stale(CTL)
    (host.root / "run/ovn/ovn-controller.pid").write_text("7")
    assert controller(host.ovn()).control.stopped is True
    host.process(70, "ovn-controller", "Z")
    assert controller(host.ovn()).control.stopped is True
    host.process(71, "ovn-controller")
    found = controller(host.ovn(lambda *_: (1, "", "cannot exec")))
    assert found.control.answering is Answering.UNREACHED
    assert isinstance(found.control.stopped, Unknown)
    assert isinstance(found.connected, Unknown)


def test_a_process_in_another_network_is_a_guest_s(host: Host) -> None:
    """A machine may have guests, or a whole cloud in containers, with daemons of the same names."""
    host.configured("ovn-controller")
    host.process(71, "ovn-controller")
    for number in ("self", "71"):
        (host.root / "proc" / number / "ns").mkdir(parents=True)
        (host.root / "proc" / number / "ns/net").touch()
    assert controller(host.ovn()).control.stopped is True


def test_processes_that_cannot_be_listed_prove_nothing(host: Host) -> None:
    host.configured("ovn-controller")
    shutil.rmtree(host.root / "proc")
    assert isinstance(controller(host.ovn()).control.stopped, Unknown)


def test_a_daemon_that_takes_the_connection_and_says_nothing_is_wedged(host: Host) -> None:
    host.listens(CTL)
    host.process(71, "ovn-controller", "T")
    found = controller(host.ovn())
    assert found.control.answering is Answering.WEDGED
    assert [one.state for one in found.control.processes] == ["T"]
    assert isinstance(found.connected, Unknown)


def test_a_stuck_daemon_delays_no_other_one(host: Host) -> None:
    host.listens(CTL)
    host.daemon("run/ovn/ovn-northd.ctl", said({"status": "Status: standby\n", "nb-connection-status": "connected\n"}))
    found = host.ovn()
    assert found.northd is not None
    assert not isinstance(found.northd, Unknown)
    assert found.northd.activity.value == "standby"  # type: ignore[union-attr]
    assert isinstance(found.northd.south_connected, Unknown), "an older release has no such command"


GARBAGE: dict[str, bytes] = {
    "cut": b'{"id":0,"error":null,"result":"conn',
    "no json": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "half a character": b'{"id":0,"error":null,"result":"\xc3',
    "nested": b'{"id":0,"result":' + b"[" * 20_000,
    "endless": b" " * (5 << 20),
    "nobody's answer": b'{"id":7,"error":null,"result":"connected"}',
    "a list": b"[1,2]",
    "an echo": b'{"id":"echo","method":"echo","params":[]}',
    "hangs up": b"",
}


@pytest.mark.parametrize("what", GARBAGE)
def test_an_answer_of_another_form_is_unknown(host: Host, what: str) -> None:
    host.daemon(CTL, lambda _: GARBAGE[what])
    host.process(71, "ovn-controller")
    found = controller(host.ovn())
    assert found.control.answering is Answering.GARBLED
    assert isinstance(found.connected, Unknown)


@pytest.mark.parametrize("result", [None, 7, ["connected"], {"a": 1}, "Connected", "", "connected\nconnected"])
def test_a_word_that_nobody_prints_is_unknown(host: Host, result: Any) -> None:
    host.daemon(CTL, said({"connection-status": result, "version": "x"}))
    found = controller(host.ovn())
    assert isinstance(found.connected, Unknown)
    assert isinstance(found.wait_before_clear_known, Unknown)


def test_echo_requests_of_a_server_are_no_answers(host: Host) -> None:
    echo = b'{"id":0,"method":"echo","params":[]}'
    host.daemon(CTL, lambda request: echo + CONNECTED(request))
    assert controller(host.ovn()).connected is True


def test_only_a_daemon_that_runs_without_a_socket_is_asked_through_the_engine(host: Host) -> None:
    host.configured("ovn-controller")
    host.process(71, "ovn-controller")
    asked = []

    def run(argv: list[str], timeout_s: float, limit: int = 0) -> Any:
        asked.append(argv)
        return 0, {"connection-status": "not connected\n"}.get(argv[-1], "ovn-controller 20.12.0\n"), ""

    found = controller(host.ovn(run))
    assert (found.control.way, found.connected, found.version) == ("exec ovn_controller", False, "20.12.0")
    assert all(argv[:3] == ["docker", "exec", "ovn_controller"] for argv in asked)


def test_a_run_directory_that_is_elsewhere_is_found_below_the_process(host: Host) -> None:
    """Before 2022 kolla's containers had a /run/ovn of their own; this process stands for theirs."""
    below = OVN["below"]
    elsewhere = host.root / "elsewhere"
    elsewhere.mkdir()
    host.listens("elsewhere/ovn-controller.7.ctl")
    paths = below([{"pid": os.getpid(), "state": "S"}], str(elsewhere), ["ovn-controller.*.ctl"])
    assert paths == [f"/proc/{os.getpid()}/root{elsewhere}/ovn-controller.7.ctl"]
    talk = OVN["Talk"](paths[0], [("version", [])])
    OVN["ask_all"]([talk])
    assert talk.word == "wedged", "somebody listens there"


def database(rows: list[dict[str, Any]]) -> Answer:
    return said({"transact": [{"rows": rows}]})


CLUSTERED = {
    "name": "OVN_Southbound", "model": "clustered", "connected": True, "leader": True, "index": 4,
    "cid": ["uuid", "0e799c4b-c111-49b5-86a2-9ad2317eec0d"], "sid": ["uuid", "765cb48b-d19f-4463-89da-a24e475022a6"],
}  # fmt: skip


def south(found: OvnOnHost) -> DatabaseServer:
    assert isinstance(found.south, DatabaseServer)
    return found.south


@pytest.mark.parametrize(
    "changed",
    [{"model": "quantum"}, {"leader": ["set", []]}, {"connected": "yes"}, {"model": ["map", []]}, {"name": "Other"}],
)
def test_a_row_of_another_form_is_unknown(host: Host, changed: dict[str, Any]) -> None:
    host.daemon("run/ovn/ovnsb_db.sock", database([{**CLUSTERED, **changed}]))
    assert isinstance(south(host.ovn()).serving, Unknown)


def test_a_cluster_s_server_whose_commands_are_stuck_is_half_known(host: Host) -> None:
    host.daemon("run/ovn/ovnsb_db.sock", database([CLUSTERED]))
    host.listens("run/ovn/ovnsb_db.ctl")
    found = south(host.ovn())
    assert not isinstance(found.serving, Unknown)
    assert isinstance(found.cluster, Unknown)


def test_relays_are_found_by_their_configuration(host: Host) -> None:
    host.configured("ovn-sb-db-relay-1", "ovn-sb-db-relay-2", "ovn-sb-db-relay-x")
    host.daemon("run/ovn/ovnsb_db_1.sock", database([{**CLUSTERED, "model": "relay", "leader": False}]))
    found = host.ovn().relays
    assert not isinstance(found, Unknown)
    assert [(one.container, one.socket.answering.value) for one in found] == [
        ("ovn_sb_db_relay_1", "answered"),
        ("ovn_sb_db_relay_2", "stopped"),
    ]


def test_a_host_without_any_of_it_says_so_and_asks_nobody(host: Host) -> None:
    shutil.rmtree(host.root / "run")
    host.configured("mariadb", "nova-compute", "neutron-openvswitch-agent")
    assert host.ovn().present is False
    assert host.ovs().present is False
    request = {"ovn_root": str(host.root), "ovs_root": str(host.root)}
    assert southbound.parse(OVN["collect_ovn_chassis"](request, no_engine)).why_not == "no_server"  # type: ignore[union-attr]
    assert platform.parse(OVS["collect_ovs_platform"](request, no_engine)).present is False  # type: ignore[union-attr]


def test_a_follower_is_not_asked_for_its_rows(host: Host) -> None:
    host.daemon("run/ovn/ovnsb_db.sock", database([{**CLUSTERED, "leader": False}]))
    found = OVN["collect_ovn_chassis"]({"ovn_root": str(host.root)}, no_engine)
    assert found == {"asked": False, "why": "follower"}


def test_a_leader_that_lost_its_majority_is_not_asked_for_its_rows(host: Host) -> None:
    host.daemon("run/ovn/ovnsb_db.sock", database([{**CLUSTERED, "connected": False}]))
    found = OVN["collect_ovn_chassis"]({"ovn_root": str(host.root)}, no_engine)
    assert found == {"asked": False, "why": "not_connected"}


def test_the_files_of_kolla_that_name_a_value_are_told(host: Host) -> None:
    host.configured("neutron-ovn-metadata-agent", "ovn-northd", "ovn-controller", "nova-compute")
    agent = host.root / "etc/kolla/neutron-ovn-metadata-agent/neutron_ovn_metadata_agent.ini"
    agent.write_text(
        "[DEFAULT]\novn_sb_connection = no\n[ovn]\n# ovn_sb_connection = no\n"
        "ovn_sb_connection = tcp:[2001:db8::1]:16641\n"
    )
    (host.root / "etc/kolla/ovn-northd/config.json").write_text("{")
    (host.root / "etc/kolla/nova-compute/nova.conf").write_text("[DEFAULT]\nhost_x = a\n[libvirt]\nhost = b\n")
    files = host.ovn().files
    assert files is not None
    assert not isinstance(files, Unknown)
    assert files.agent_remote is not None
    assert files.agent_remote.value == "tcp:[2001:db8::1]:16641"  # type: ignore[union-attr]
    assert isinstance(files.south_members, Unknown), "its file is no JSON"
    assert files.nova_host is None
    assert files.ovs_agent is False


def test_the_addresses_of_this_machine_are_told_in_order(host: Host) -> None:
    host.configured("ovn-controller")
    found = host.ovn().addresses
    assert not isinstance(found, Unknown)
    assert "lo" not in found, "what is of this host alone is no address of a tunnel"


def test_what_is_nobody_s_business_stays_on_the_host() -> None:
    assert "secret" not in json.dumps(world.golden("interface-error"))


def test_what_a_section_says_stays_small() -> None:
    for case in world.CASES:
        for name, sections in world.golden(case).items():
            assert len(json.dumps(sections)) < 6_000, (case, name)
