"""SSH against a real server: each way to fail gives one clear sentence, within its limit, and leaves no thread
behind."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import hmac
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from remediator.model.content.commands import Command
from remediator.model.hosts import Host
from remediator.model.messages.replies import Fate, Reach, Unsent
from remediator.reach.interface import RawReply
from remediator.reach.ssh import SshReach
from tests.service.ssh_server import SshServer, new_key, serving

pytestmark = pytest.mark.service

ECHO = ("head", "-n1")


@pytest.fixture
def keys(tmp_path: Path) -> dict[str, Path]:
    return {name: new_key(tmp_path / name) for name in ("host", "read", "act", "other")}


@pytest.fixture
def server(keys: dict[str, Path]) -> Iterator[SshServer]:
    with serving(keys["host"], [keys["read"], keys["act"]]) as running:
        yield running


@pytest.fixture
def known(tmp_path: Path, server: SshServer) -> Path:
    path = tmp_path / "known_hosts"
    path.write_text(server.known_hosts_line())
    return path


@pytest.fixture
def reach(keys: dict[str, Path], known: Path, server: SshServer) -> Iterator[SshReach]:
    made = SshReach(user="remediator", read_key=keys["read"], act_key=keys["act"], known_hosts=known, sudo=False)
    yield made
    made.close()
    server.close()
    left = [thread for thread in threading.enumerate() if thread is not threading.main_thread()]
    assert left == [], f"threads left behind: {left}"


def ask(reach: SshReach, server: SshServer, deadline_s: float = 5.0, forced: bool = False) -> RawReply:
    return reach.exchange(server.host(), ECHO, b"hello\n", deadline_s, 1 << 20, forced)


def test_an_exchange_brings_back_what_the_command_printed(reach: SshReach, server: SshServer) -> None:
    reply = ask(reach, server)
    assert (reply.reach, reply.stdout, reply.exit_code, reply.reason) == (Reach.OK, b"hello\n", 0, "")


def test_one_connection_serves_many_exchanges(reach: SshReach, server: SshServer) -> None:
    assert [ask(reach, server).stdout for _ in range(5)] == [b"hello\n"] * 5
    assert server.logins == 1


def test_arguments_reach_the_command_as_they_are(reach: SshReach, server: SshServer) -> None:
    words = ("printf", "%s|", "a b", "$(id)", "'", ";", "*")
    assert reach.exchange(server.host(), words, b"", 5, 1000).stdout == b"a b|$(id)|'|;|*|"


def test_the_exit_code_and_the_end_of_standard_error_come_back(reach: SshReach, server: SshServer) -> None:
    reply = reach.exchange(server.host(), ("sh", "-c", "echo oops >&2; exit 7"), b"", 5, 1000)
    assert (reply.reach, reply.exit_code, reply.stderr_tail) == (Reach.OK, 7, "oops\n")


def test_a_hashed_name_in_known_hosts_is_found(reach: SshReach, server: SshServer, known: Path) -> None:
    name, salt = f"[127.0.0.1]:{server.port}", b"0123456789abcdefghij"
    digest = hmac.new(salt, name.encode(), hashlib.sha1).digest()
    hashed = f"|1|{base64.b64encode(salt).decode()}|{base64.b64encode(digest).decode()}"
    known.write_text(server.known_hosts_line(hashed))
    assert ask(reach, server).reach is Reach.OK


def test_an_unknown_host_key_is_refused_before_anything_is_asked(
    reach: SshReach, server: SshServer, known: Path
) -> None:
    known.write_text("")
    reply = ask(reach, server)
    assert reply.reach is Reach.UNTRUSTED
    assert re.search(r"the host key of ctl1 .* is not in .*known_hosts: it shows ssh-ed25519 SHA256:\S+;", reply.reason)
    assert server.executed == []


def test_a_changed_host_key_is_refused_and_both_fingerprints_are_said(
    reach: SshReach, server: SshServer, known: Path, keys: dict[str, Path]
) -> None:
    other = keys["other"].with_suffix(".pub").read_text()
    known.write_text(f"[127.0.0.1]:{server.port} {other}\n")
    reply = ask(reach, server)
    assert reply.reach is Reach.UNTRUSTED
    assert "CHANGED" in reply.reason
    assert len(set(re.findall(r"SHA256:[\w+/]{43}", reply.reason))) == 2
    assert "ssh-keygen -R" in reply.reason
    assert server.executed == []


def test_a_revoked_host_key_is_refused_although_it_is_listed(reach: SshReach, server: SshServer, known: Path) -> None:
    known.write_text(server.known_hosts_line() + "@revoked " + server.known_hosts_line())
    reply = ask(reach, server)
    assert (reply.reach, "@revoked" in reply.reason) == (Reach.UNTRUSTED, True)


def test_a_missing_known_hosts_file_trusts_nobody(reach: SshReach, server: SshServer, known: Path) -> None:
    known.unlink()
    reply = ask(reach, server)
    assert reply.reach is Reach.UNTRUSTED
    assert "known_hosts cannot be read" in reply.reason


def test_a_refused_key_names_the_key_the_user_and_the_remedy(reach: SshReach, server: SshServer) -> None:
    server.allowed.clear()
    reply = ask(reach, server)
    assert reply.reach is Reach.UNTRUSTED
    assert re.search(r"ctl1 refused our key SHA256:\S+ for user remediator: put .* authorized_keys", reply.reason)


def test_an_unreadable_key_of_ours_names_its_setting(server: SshServer, known: Path, keys: dict[str, Path]) -> None:
    keys["read"].write_text("not a key")
    reach = SshReach(user="r", read_key=keys["read"], act_key=keys["act"], known_hosts=known)
    reply = ask(reach, server)
    reach.close()
    assert reply.reach is Reach.UNTRUSTED
    assert "cannot be read" in reply.reason
    assert "ssh.read" in reply.reason


def test_a_closed_port_is_unreachable(reach: SshReach, server: SshServer) -> None:
    server.vanish()
    reply = ask(reach, server)
    assert (reply.reach, "refused the connection" in reply.reason) == (Reach.UNREACHABLE, True)


@pytest.mark.parametrize("where", ["silent_before_banner", "silent_at_login", "silent_after_login", "silent_at_exec"])
def test_a_host_that_accepts_and_never_answers_is_unreachable_within_the_deadline(
    reach: SshReach, server: SshServer, where: str
) -> None:
    setattr(server.behaviour, where, True)
    began_s = time.monotonic()
    reply = ask(reach, server, deadline_s=1.5)
    assert reply.reach is Reach.UNREACHABLE
    assert "ctl1 accepted the connection and never answered" in reply.reason
    assert time.monotonic() - began_s < 4.0


def test_a_late_answer_is_unreachable_and_its_connection_is_not_used_again(reach: SshReach, server: SshServer) -> None:
    server.behaviour.answer = lambda request: None
    assert reach.exchange(server.host(), ECHO, b"0\nhello\n", 1.0, 1000).reach is Reach.UNREACHABLE
    server.behaviour.answer = None
    assert ask(reach, server, forced=True).stdout == b"hello\n"
    assert server.logins == 2


def test_a_host_that_disappears_mid_way_is_unreachable(reach: SshReach, server: SshServer) -> None:
    server.behaviour.vanish_after = 3
    reply = ask(reach, server)
    assert reply.reach is Reach.UNREACHABLE
    assert "was lost" in reply.reason
    assert reply.stdout == b""


def test_too_much_output_is_cut_off_and_not_used(reach: SshReach, server: SshServer) -> None:
    reply = reach.exchange(server.host(), ("head", "-c", "300000", "/dev/zero"), b"", 5, 100_000)
    assert (reply.reach, reply.stdout) == (Reach.TOO_LARGE, b"")
    assert "more than 100000 bytes" in reply.reason


def test_a_dead_host_is_left_alone_for_a_while_unless_forced(reach: SshReach, server: SshServer) -> None:
    server.behaviour.silent_before_banner = True
    ask(reach, server, deadline_s=1.0)
    began_s = time.monotonic()
    reply = ask(reach, server, deadline_s=5.0)
    assert time.monotonic() - began_s < 0.9, "it is not asked: that would take the whole 5 s"
    assert reply.reach is Reach.UNREACHABLE
    assert "(tried 0 s ago)" in reply.reason
    server.behaviour.silent_before_banner = False
    assert ask(reach, server, forced=True).reach is Reach.OK
    assert ask(reach, server).reach is Reach.OK


def test_a_connection_that_died_between_two_requests_is_made_anew(reach: SshReach, server: SshServer) -> None:
    ask(reach, server)
    for transport in server._transports:
        transport.close()
    assert ask(reach, server).reach is Reach.OK


def test_idle_connections_do_not_poll(keys: dict[str, Path], known: Path, server: SshServer) -> None:
    made = SshReach(user="r", read_key=keys["read"], act_key=keys["act"], known_hosts=known, sudo=False)
    for number in range(10):
        assert made.exchange(server.host(f"h{number}"), ECHO, b"x\n", 5, 1000).reach is Reach.OK
    polls = sum(link._sock is None or link._sock.gettimeout() != 10.0 for link in made._links.values())
    made.close()
    assert polls == 0


def command(*argv: str, timeout_s: float = 5.0) -> Command:
    return Command(host="ctl1", argv=argv, timeout_s=timeout_s)


def test_a_command_of_an_action_runs_with_the_act_key(
    reach: SshReach, server: SshServer, keys: dict[str, Path]
) -> None:
    del server.allowed[0]  # the read key
    done = reach.run(server.host(), command("sh", "-c", "echo out; echo err >&2; exit 3"))
    assert (done.exit_code, sorted(done.output.split()), done.error) == (3, ["err", "out"], "")
    assert ask(reach, server).reach is Reach.UNTRUSTED


def test_privileged_commands_go_through_sudo_unless_the_user_is_root(
    keys: dict[str, Path], known: Path, server: SshServer
) -> None:
    reach = SshReach(user="remediator", read_key=keys["read"], act_key=keys["act"], known_hosts=known)
    reach.run(server.host(), command("true"))
    root = Host(name="ctl1", address="127.0.0.1", port=server.port, groups=(), user="root")
    reach.run(root, command("true"))
    plain = Command(host="ctl1", argv=("true",), timeout_s=5, privileged=False)
    reach.run(server.host(), plain)
    reach.close()
    assert server.executed == ["sudo -n -- true", "true", "true"]


def test_what_belongs_together_leaves_together_and_ends_at_the_first_failure(
    reach: SshReach, server: SshServer, tmp_path: Path
) -> None:
    both = Command(host="ctl1", first=("touch", str(tmp_path / "a")), argv=("touch", str(tmp_path / "b")), timeout_s=5)
    assert reach.run(server.host(), both).exit_code == 0
    assert len(server.executed) == 1
    wrong = Command(host="ctl1", first=("false",), argv=("touch", str(tmp_path / "c")), timeout_s=5)
    assert reach.run(server.host(), wrong).exit_code == 1
    assert sorted(each.name for each in tmp_path.glob("?")) == ["a", "b"]


def test_a_command_that_hangs_has_an_unknown_outcome(reach: SshReach, server: SshServer) -> None:
    done = reach.run(server.host(), command("sh", "-c", "echo began; sleep 20", timeout_s=1.0))
    assert done.fate is Fate.LOST
    assert "whether the command took effect is not known" in done.error
    assert done.took_s < 3


def test_a_command_whose_link_is_lost_has_an_unknown_outcome(reach: SshReach, server: SshServer) -> None:
    server.behaviour.vanish_after = 1
    done = reach.run(server.host(), command("echo", "began"))
    assert done.fate is Fate.LOST
    assert done.error


def test_a_command_killed_by_a_signal_has_an_unknown_outcome_never_success(reach: SshReach, server: SshServer) -> None:
    assert reach.run(server.host(), command("sh", "-c", "kill -9 $$")).exit_code != 0


def test_a_command_that_never_left_says_so(reach: SshReach, server: SshServer) -> None:
    server.vanish()
    done = reach.run(server.host(), command("true"))
    assert done.fate is Fate.NEVER_LEFT
    assert done.error.startswith("not started: ")


def test_a_command_that_would_leave_on_an_old_claim_does_not_leave(
    reach: SshReach, server: SshServer, tmp_path: Path
) -> None:
    late = dataclasses.replace(command("touch", str(tmp_path / "done")), leaves_within_s=0.0)
    done = reach.run(server.host(), late)
    assert (done.unsent, done.error) == (Unsent.LATE, "not started: it waited for too long to leave")
    assert not (tmp_path / "done").exists()


def test_the_output_of_a_command_is_bounded(reach: SshReach, server: SshServer) -> None:
    done = reach.run(server.host(), command("sh", "-c", "head -c 300000 /dev/zero | tr '\\0' x; echo end"))
    assert done.exit_code == 0
    assert len(done.output) == 64 * 1024
    assert done.output.endswith("end\n")


def test_a_host_behind_a_jump_host(keys: dict[str, Path], known: Path, server: SshServer) -> None:
    with serving(keys["other"], [keys["read"], keys["act"]]) as bastion:
        known.write_text(server.known_hosts_line() + bastion.known_hosts_line())
        jump = f"ops@127.0.0.1:{bastion.port}"
        reach = SshReach(user="r", read_key=keys["read"], act_key=keys["act"], known_hosts=known, sudo=False, jump=jump)
        replies = [ask(reach, server) for _ in range(2)]
        done = reach.run(server.host(), command("echo", "done"))
        reach.close()
    assert [(reply.reach, reply.stdout) for reply in replies] == [(Reach.OK, b"hello\n")] * 2
    assert (done.exit_code, done.output) == (0, "done\n")
    assert bastion.forwarded == [("127.0.0.1", server.port)] * 2  # one for reading, one for acting


def test_an_untrusted_jump_host_is_refused_and_named(keys: dict[str, Path], known: Path, server: SshServer) -> None:
    with serving(keys["other"], [keys["read"]]) as bastion:
        jump = f"127.0.0.1:{bastion.port}"
        reach = SshReach(user="r", read_key=keys["read"], act_key=keys["act"], known_hosts=known, jump=jump)
        reply = ask(reach, server)
        reach.close()
    assert reply.reach is Reach.UNTRUSTED
    assert "ctl1 through the jump host: the host key of jump:127.0.0.1" in reply.reason
    assert bastion.forwarded == []


def test_this_machine_needs_no_ssh(reach: SshReach, server: SshServer) -> None:
    here = Host(name="here", address="local", groups=())
    assert reach.exchange(here, ECHO, b"hello\n", 5, 1000).stdout == b"hello\n"
    assert reach.run(here, command("echo", "hi")).output == "hi\n"
    assert server.logins == 0


def test_a_dead_host_whose_wait_is_over_is_really_asked_however_many_are_dead(
    reach: SshReach, server: SshServer
) -> None:
    """An old failure in place of a question would be a silence that nobody heard; the loop bounds how many are
    asked."""
    server.behaviour.silent_before_banner = True
    hosts = [server.host(f"h{number}") for number in range(12)]

    def sweep() -> list[float]:
        took_s = []

        def one(host: Host) -> None:
            began_s = time.monotonic()
            reach.exchange(host, ECHO, b"x\n", 1.0, 1000)
            took_s.append(time.monotonic() - began_s)

        threads = [threading.Thread(target=one, args=(host,)) for host in hosts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return took_s

    assert sum(seconds > 0.5 for seconds in sweep()) == 12
    time.sleep(1.1)
    assert sum(seconds > 0.5 for seconds in sweep()) == 12


def test_every_action_says_which_daemon_sends_it(reach: SshReach, server: SshServer) -> None:
    reach.token = "lab:1767582000"
    assert reach.run(server.host(), command("true")).exit_code == 0
    assert server.executed[-1].startswith("REMEDIATOR_TOKEN=lab:1767582000 ")
    assert ask(reach, server).reach is Reach.OK
    assert "REMEDIATOR_TOKEN" not in server.executed[-1], "the collector only reads"
