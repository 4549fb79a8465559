"""Who asks on a real socket, by real processes of other uids: what they say of themselves tells nobody apart."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from remediator.daemon.requests import approvals
from remediator.daemon.socket.control import ControlSocket
from remediator.model.messages.control import Actor, Answer

pytestmark = [
    pytest.mark.service,
    pytest.mark.skipif(os.geteuid() != 0, reason="NOT TESTED: only root can become other accounts; run it as root"),
]
ANN, BEN = 64021, 64022
ASK = """
import os, socket, sys
uid, login, path = int(sys.argv[1]), sys.argv[2], sys.argv[3]
peer = socket.socket(socket.AF_UNIX)
os.setgroups([]); os.setgid(uid); os.setuid(uid)
if login:
    try:
        open("/proc/self/loginuid", "w").write(login)
    except OSError:
        pass  # a login has set it already: then it cannot be forged
peer.connect(path)
peer.sendall(b'{"op": "status", "args": {}}\\n')
print(peer.recv(4096).decode())
"""


class Door:
    """A control socket that all may reach and that remembers who asked."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.seen: list[Actor] = []
        self._socket = ControlSocket(path, self._asked)
        self._socket.start()
        path.chmod(0o666)

    def _asked(self, _op: str, _args: Mapping[str, Any], actor: Actor) -> Future[Answer]:
        self.seen.append(actor)
        answer: Future[Answer] = Future()
        answer.set_result(Answer(exit=0))
        return answer

    def asked_by(self, uid: int, login: str = "") -> Actor:
        line = [sys.executable, "-IS", "-c", ASK, str(uid), login, str(self.path)]
        done = subprocess.run(line, capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["exit"] == 0
        return self.seen.pop()

    def stop(self) -> None:
        self._socket.stop()


@pytest.fixture
def door() -> Iterator[Door]:
    with tempfile.TemporaryDirectory(prefix="door-") as folder:
        Path(folder).chmod(0o755)
        made = Door(Path(folder) / "control.sock")
        yield made
        made.stop()


def refused(approver: Actor, asker: Actor) -> bool:
    return approvals.not_two(approver, asker.name, asker.accounts, "run-1") is not None


def test_two_accounts_are_two_and_one_is_one(door: Door) -> None:
    ann, ben = door.asked_by(ANN), door.asked_by(BEN)
    assert (ann.uid, ben.uid) == (ANN, BEN)
    assert not refused(ben, ann)
    assert refused(ann, ann)


@pytest.mark.parametrize("login", ["0", str(BEN), "64999"])
def test_a_login_uid_that_the_asker_sets_itself_makes_nobody_else_of_it(door: Door, login: str) -> None:
    ann, forged = door.asked_by(ANN), door.asked_by(ANN, login)
    assert forged.name == ann.name
    assert refused(forged, ann)
    assert refused(ann, forged)
    assert not refused(door.asked_by(BEN), forged)


def test_root_of_whom_nobody_can_tell_who_it_is_is_no_second_person(door: Door) -> None:
    ann, root = door.asked_by(ANN), door.asked_by(0, str(BEN))
    if root.login_uid is None:
        assert refused(root, ann)
        assert refused(ann, root)
    assert refused(root, root)


def test_a_request_cannot_name_its_actor(door: Door) -> None:
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect(str(door.path))
        peer.sendall(b'{"op": "status", "args": {}, "actor": {"name": "ben", "uid": 64022}}\n')
        peer.recv(4096)
    assert door.seen.pop().uid == os.geteuid()
