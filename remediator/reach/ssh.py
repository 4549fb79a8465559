"""Reach hosts over SSH: one long-lived connection per host and purpose, one channel at a time. The only file with
paramiko.

Invariant: nothing is asked of a host whose key is not the one on file, and no wait is without a limit. Where paramiko
has no limit of its own (a hung exec, a half-done handshake) the watchdog shuts the socket. A connection with an overdue
answer is closed and never used again: the late answer would be taken for the next one.

The numbers were measured with 1,000 idle connections. A socket timeout of 10 s keeps them at 0.3 % of a core in place
of 30 %. Connections are renewed because paramiko's channel table never shrinks.
"""

from __future__ import annotations

import contextlib
import logging
import random
import shlex
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from remediator.model.content.commands import Command
from remediator.model.hosts import LOCAL, Host
from remediator.model.messages.replies import TOO_LATE, CommandDone, Reach, Unsent
from remediator.reach import dialling, known_hosts, library_words
from remediator.reach.backoff import Backoff
from remediator.reach.errors import Failed, TooMuch, short
from remediator.reach.interface import OUTPUT_LIMIT, RawReply
from remediator.reach.local import LocalReach
from remediator.reach.sparing import paramiko
from remediator.reach.watchdog import Watchdog

logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)  # what it would log comes back as the reason of a reply

CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes256-ctr")
CONNECT_S = 5.0
LOGIN_S = 10.0
OPEN_S = 5.0
IDLE_POLL_S = 10.0
MOST_CHANNELS = 2880
RENEW_S = 86400.0
STDERR_TAIL = 2048

READ, ACT = "read", "act"


_Login = tuple[str, paramiko.PKey, tuple[known_hosts.Line, ...], str]
"""User, our key, the trusted lines and the file that they stand in."""


class SshReach:
    """`Reacher` over SSH. `read_key` and `act_key` are private key files, `known_hosts` is a file of the daemon's own.

    `sudo`: commands that need root run under ``sudo -n`` unless the user is root. `jump`: a host through which all
    others are reached (``[user@]address[:port]``); its key is verified like any other. A host at address ``local`` is
    this machine, reached without SSH.
    """

    def __init__(
        self,
        *,
        user: str,
        read_key: Path,
        act_key: Path,
        known_hosts: Path,
        port: int = 22,
        sudo: bool = True,
        jump: Host | str | None = None,
        backoff_cap_s: float = 30.0,
    ) -> None:
        self._user, self._port, self._sudo = user, port, sudo
        self.token = ""
        """``CLOUD:EPOCH``, sent in front of every action; a host that keeps the highest refuses an older daemon
        (docs/hosts.md)."""
        self._jump = dialling.jump_host(jump) if isinstance(jump, str) else jump
        self._keys = {READ: Path(read_key), ACT: Path(act_key)}
        self._known_hosts = Path(known_hosts)
        self._backoff_cap_s = backoff_cap_s
        self._local = LocalReach(sudo=sudo)
        self._watchdog = Watchdog()
        self._links: dict[tuple[str, str], _Link] = {}
        self._guard = threading.Lock()
        self._closed = False

    def exchange(
        self, host: Host, argv: tuple[str, ...], stdin: bytes, deadline_s: float, max_bytes: int, forced: bool = False
    ) -> RawReply:
        if host.address == LOCAL:
            return self._local.exchange(host, argv, stdin, deadline_s, max_bytes, forced)
        ends_s = time.monotonic() + deadline_s
        link = self._link(host, READ)
        if not link.lock.acquire(timeout=deadline_s):
            return RawReply(reach=Reach.BUSY, reason=f"an earlier request to {host.name} is still under way")
        try:
            if not forced and link.backoff.failing and link.backoff.waits(time.monotonic()):
                ago_s = link.backoff.since_s(time.monotonic())
                return RawReply(reach=link.failure.reach, reason=f"{link.failure.reason} (tried {ago_s:.0f} s ago)")
            return self._exchange(link, argv, stdin, ends_s, max_bytes)
        finally:
            link.lock.release()

    def run(self, host: Host, command: Command) -> CommandDone:
        if host.address == LOCAL:
            return self._local.run(host, command)
        started_s = time.monotonic()
        token = f"REMEDIATOR_TOKEN={self.token} " if self.token else ""
        line = token + command.line(sudo=self._sudo and (host.user or self._user) != "root")
        link = self._link(host, ACT)
        waits_s = (
            command.timeout_s if command.leaves_within_s is None else min(command.timeout_s, command.leaves_within_s)
        )
        if not link.lock.acquire(timeout=waits_s):
            return _unsent(command, started_s, f"another command on {host.name} is still under way")
        try:
            return self._run(link, command, line, started_s)
        finally:
            link.lock.release()

    def close(self) -> None:
        with self._guard:
            self._closed = True
            links, self._links = list(self._links.values()), {}
        for link in links:
            link.drop()
        self._watchdog.close()

    def _exchange(self, link: _Link, argv: tuple[str, ...], stdin: bytes, ends_s: float, max_bytes: int) -> RawReply:
        name = link.host.name
        try:
            with link.channel(ends_s) as channel, link.limited(ends_s, f"{name} {SILENT}"):
                channel.exec_command(shlex.join(argv))
                channel.sendall(stdin)
                out, code = _read(channel, max_bytes)
                error = _stderr(channel)
        except TooMuch:
            link.drop()
            return RawReply(reach=Reach.TOO_LARGE, reason=f"{name} sent more than {max_bytes} bytes and was cut off")
        except Failed as failed:
            link.fail(failed)
            return RawReply(reach=failed.reach, reason=failed.reason)
        if code is None and not link.alive:
            lost = Failed(Reach.UNREACHABLE, f"the connection to {name} was lost before its answer was whole")
            link.fail(lost)
            return RawReply(reach=lost.reach, reason=lost.reason)
        link.backoff.worked()
        return RawReply(reach=Reach.OK, stdout=out, stderr_tail=error, exit_code=code)

    def _run(self, link: _Link, command: Command, line: str, started_s: float) -> CommandDone:
        name, out, sent = link.host.name, _Tail(OUTPUT_LIMIT), False
        try:
            with link.channel(time.monotonic() + CONNECT_S + LOGIN_S + OPEN_S) as channel:
                ends_s = time.monotonic() + command.timeout_s
                if command.leaves_within_s is not None and time.monotonic() - started_s > command.leaves_within_s:
                    return _unsent(command, started_s, TOO_LATE, Unsent.LATE)
                with link.limited(ends_s, f"{name} {SILENT}; whether the command took effect is not known"):
                    channel.set_combine_stderr(True)
                    sent = True
                    channel.exec_command(line)
                    channel.shutdown_write()
                    code = _drain(channel, out)
        except Failed as failed:
            link.fail(failed)
            if not sent:
                return _unsent(command, started_s, str(failed))
            return _done(command, started_s, output=out.text, error=failed.reason)
        link.backoff.worked()
        lost = "" if code is not None else f"{name} did not say how the command ended; its effect is not known"
        return _done(command, started_s, code=code, output=out.text, error=lost)

    def _link(self, host: Host, purpose: str, renews: bool = True) -> _Link:
        with self._guard:
            link = self._links.get((host.name, purpose))
            if link is None or link.host != host:
                if link is not None:
                    link.drop()
                link = _Link(self, host, purpose, renews)
                self._links[host.name, purpose] = link
            return link

    def dial(self, host: Host, purpose: str, ends_s: float) -> socket.socket | paramiko.Channel:
        """Return a connected socket, or a channel through the jump host. Raise Failed."""
        if self._closed:
            raise Failed(Reach.UNREACHABLE, f"{host.name} was not asked: we are ending")
        address = (host.address, host.port or self._port)
        if self._jump is None or self._jump.name == host.name:
            return dialling.dial(host, address, min(CONNECT_S, _left(ends_s)))
        link = self._link(self._jump, purpose, renews=False)
        if not link.lock.acquire(timeout=_left(ends_s)):
            raise Failed(Reach.UNREACHABLE, f"{host.name}: the jump host {self._jump.name} is busy")
        try:
            transport = link.transport(ends_s)
            return transport.open_channel("direct-tcpip", address, ("127.0.0.1", 0), timeout=min(OPEN_S, _left(ends_s)))
        except Failed as failed:
            raise Failed(failed.reach, f"{host.name} through the jump host: {failed.reason}") from None
        except (paramiko.SSHException, EOFError, OSError) as error:
            why = f"{host.name} cannot be reached from the jump host {self._jump.name}: {short(error)}"
            raise Failed(Reach.UNREACHABLE, why) from None
        finally:
            link.lock.release()

    def login(self, host: Host, purpose: str) -> _Login:
        """Return user, private key, the trusted lines and their file. Raise Failed when a file cannot be read."""
        path = self._keys[purpose]
        try:
            key = paramiko.PKey.from_path(path)
        except Exception as error:  # noqa: BLE001 (each key format fails in its own way)
            raise Failed(Reach.UNTRUSTED, f"our key {path} cannot be read: {short(error)}; see ssh.{purpose}") from None
        try:
            lines = known_hosts.parse(self._known_hosts.read_text("utf-8", "replace"))
        except OSError as error:
            why = f"{self._known_hosts} cannot be read: {short(error)}; see ssh.known_hosts"
            raise Failed(Reach.UNTRUSTED, why) from None
        return host.user or self._user, key, lines, str(self._known_hosts)

    def names(self, host: Host) -> tuple[str, ...]:
        """Return the names under which the host's key may stand in known_hosts."""
        return known_hosts.dialled(host.address, host.port or self._port), host.name

    @property
    def watchdog(self) -> Watchdog:
        return self._watchdog


SILENT = "accepted the connection and never answered"


class _Link:
    """One connection to one host for one purpose, opened when needed. Its lock is held by whoever uses it."""

    def __init__(self, owner: SshReach, host: Host, purpose: str, renews: bool) -> None:
        self.host = host
        self.lock = threading.Lock()
        self.backoff = Backoff(owner._backoff_cap_s)
        self.failure = Failed(Reach.UNREACHABLE, f"{host.name} was never reached")
        self._owner, self._purpose, self._renews = owner, purpose, renews
        self._sock: socket.socket | paramiko.Channel | None = None
        self._transport: paramiko.Transport | None = None
        self._channels, self._renew_at_s = 0, 0.0

    @property
    def alive(self) -> bool:
        return self._transport is not None and self._transport.is_active()

    def fail(self, failed: Failed) -> None:
        """Close and note the failure, so that the host is left alone for a while."""
        self.drop()
        self.failure = failed
        self.backoff.failed(time.monotonic())

    def drop(self) -> None:
        """Close the connection: the socket first, else the transport's thread would live on for its poll."""
        sock, transport, self._sock, self._transport = self._sock, self._transport, None, None
        if sock is not None:
            _shut(sock)
        if transport is not None:
            transport.close()
            transport.join(2.0)
        if sock is not None:
            sock.close()

    def transport(self, ends_s: float) -> paramiko.Transport:
        """Return a live, authenticated transport. Raise Failed."""
        worn = self._renews and (self._channels >= MOST_CHANNELS or time.monotonic() >= self._renew_at_s)
        if self._transport is not None and self.alive and not worn:
            return self._transport
        self.drop()
        self._channels, self._renew_at_s = 0, time.monotonic() + RENEW_S * random.uniform(0.8, 1.0)
        login = self._owner.login(self.host, self._purpose)
        self._sock = self._owner.dial(self.host, self._purpose, ends_s)
        try:
            self._transport = self._login(self._sock, login, ends_s)
        except BaseException:
            self.drop()
            raise
        self._sock.settimeout(IDLE_POLL_S)
        return self._transport

    @contextlib.contextmanager
    def channel(self, ends_s: float) -> Iterator[paramiko.Channel]:
        """Open one session; a connection that died unnoticed is made anew once. Nothing was asked before it is
        there."""
        fresh = not self.alive
        try:
            channel = self._session(ends_s)
        except Failed as failed:
            if fresh or failed.late or _left(ends_s) <= 1.0:
                raise
            self.drop()
            channel = self._session(ends_s)
        try:
            yield channel
        finally:
            with contextlib.suppress(Exception):
                channel.close()

    def _session(self, ends_s: float) -> paramiko.Channel:
        transport = self.transport(ends_s)
        self._channels += 1
        try:
            with self.limited(min(ends_s, time.monotonic() + OPEN_S), f"{self.host.name} {SILENT}"):
                return transport.open_session(timeout=OPEN_S)
        except paramiko.ChannelException as error:
            why = f"{self.host.name} refused a session: {error.text}; see MaxSessions of its sshd"
            raise Failed(Reach.UNREACHABLE, why) from None

    @contextlib.contextmanager
    def limited(self, ends_s: float, late_reason: str) -> Iterator[None]:
        """Bound what happens inside by shutting the socket; say `late_reason` then, or how the link was lost."""
        sock = self._sock
        assert sock is not None
        with self._owner.watchdog.limit(_left(ends_s), lambda: _shut(sock)) as late:
            try:
                yield
            except (Failed, TooMuch, paramiko.ChannelException):
                raise
            except Exception as error:  # noqa: BLE001 (paramiko raises what its own thread met, of any type)
                if late.is_set() or time.monotonic() >= ends_s:  # paramiko's own limits end no sooner than ours
                    raise Failed(Reach.UNREACHABLE, late_reason, late=True) from None
                raise Failed(
                    Reach.UNREACHABLE, f"the connection to {self.host.name} was lost: {short(error)}"
                ) from None
            if late.is_set():
                raise Failed(Reach.UNREACHABLE, late_reason, late=True)

    def _login(self, sock: socket.socket | paramiko.Channel, login: _Login, ends_s: float) -> paramiko.Transport:
        host, limit_s = self.host, min(ends_s, time.monotonic() + LOGIN_S)
        user, key, lines, file = login
        names = self._owner.names(host)
        transport = paramiko.Transport(sock)
        self._transport = transport  # so that drop() ends its thread whatever happens from here on
        transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = LOGIN_S + 5
        options = transport.get_security_options()
        options.ciphers = [name for name in CIPHERS if name in options.ciphers]
        options.key_types = _preferred(
            options.key_types, [line.key_type for line in known_hosts.matching(lines, names)]
        )
        with self.limited(limit_s, f"{host.name} {SILENT} (before login)"):
            transport.start_client(timeout=_left(limit_s) + 5)
            shown = transport.get_remote_server_key()
        dialling.verify(host, names, lines, file, shown.get_name(), shown.asbytes())
        with self.limited(limit_s, f"{host.name} {SILENT} (during login)"):
            try:
                if not transport.auth_publickey(user, key):
                    return transport
            except paramiko.AuthenticationException as error:
                if not library_words.link_ended(error):
                    raise dialling.refused(host, user, key.asbytes(), self._purpose) from None
                raise
        raise Failed(
            Reach.UNTRUSTED, f"{host.name} wants more than a key for {user}: allow publickey alone in its sshd"
        )


def _preferred(offered: Sequence[str], on_file: Sequence[str]) -> list[str]:
    """Ask for a key type that is on file first, else a host with several keys would look unknown."""
    rsa = ("ssh-rsa", "rsa-sha2-256", "rsa-sha2-512")
    wanted = {name for name in offered if name in on_file or (name in rsa and "ssh-rsa" in on_file)}
    return [name for name in offered if name in wanted] + [name for name in offered if name not in wanted]


class _Tail:
    """The last bytes of an output."""

    def __init__(self, limit: int) -> None:
        self._limit, self._kept = limit, bytearray()

    def add(self, piece: bytes) -> None:
        self._kept += piece
        del self._kept[: -self._limit]

    @property
    def text(self) -> str:
        return bytes(self._kept).decode("utf-8", "replace")


def _read(channel: paramiko.Channel, max_bytes: int) -> tuple[bytes, int | None]:
    parts, size = [], 0
    while piece := channel.recv(65536):
        parts.append(piece)
        size += len(piece)
        if size > max_bytes:
            raise TooMuch
    return b"".join(parts), _exit_code(channel)


def _drain(channel: paramiko.Channel, out: _Tail) -> int | None:
    while piece := channel.recv(65536):
        out.add(piece)
    return _exit_code(channel)


def _exit_code(channel: paramiko.Channel) -> int | None:
    """Return the exit status; None when the other side ended without one (a signal, a lost link)."""
    channel.status_event.wait(2.0)
    return None if channel.exit_status < 0 else channel.exit_status


def _stderr(channel: paramiko.Channel) -> str:
    tail = _Tail(STDERR_TAIL)
    while channel.recv_stderr_ready():
        tail.add(channel.recv_stderr(65536))
    return tail.text


def _done(
    command: Command, started_s: float, *, code: int | None = None, output: str = "", error: str = ""
) -> CommandDone:
    took_s = round(time.monotonic() - started_s, 3)
    return CommandDone(argv=command.argv, exit_code=code, output=output, took_s=took_s, error=error)


def _unsent(command: Command, started_s: float, why: str, unsent: Unsent = Unsent.PREVENTED) -> CommandDone:
    took_s = round(time.monotonic() - started_s, 3)
    return CommandDone.never_left(command.argv, why, unsent, took_s=took_s)


def _shut(sock: socket.socket | paramiko.Channel) -> None:
    with contextlib.suppress(OSError, EOFError):
        sock.shutdown(socket.SHUT_RDWR)


def _left(ends_s: float) -> float:
    return max(0.05, ends_s - time.monotonic())
