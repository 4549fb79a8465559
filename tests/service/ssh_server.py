"""A real SSH server in this process: it logs in with a key and runs commands by local subprocess, or misbehaves as
told."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import paramiko
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from remediator.model.hosts import Host


@dataclass
class Behaviour:
    """What the server does wrong; by default nothing."""

    silent_before_banner: bool = False
    silent_at_login: bool = False
    silent_after_login: bool = False
    silent_at_exec: bool = False
    motd: bytes = b""
    answer: Callable[[bytes], bytes | None] | None = None
    """Given the request line, the whole output in place of running it; None: say nothing more."""
    vanish_after: int | None = None
    """Close the connection after that many bytes of output."""


def new_key(path: Path) -> Path:
    """Write a new private key to `path` and its public part beside it; return `path`."""
    key = ed25519.Ed25519PrivateKey.generate()
    private = (serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption())
    path.write_bytes(key.private_bytes(*private))
    path.chmod(0o600)
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    path.with_suffix(".pub").write_bytes(public)
    return path


class _Login(paramiko.ServerInterface):
    def __init__(self, server: SshServer) -> None:
        self._server = server

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        if self._server.behaviour.silent_at_login:
            self._server.stopping.wait(30)
        return paramiko.AUTH_SUCCESSFUL if key in self._server.allowed else paramiko.AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        if self._server.behaviour.silent_after_login:
            self._server.stopping.wait(30)
        return paramiko.OPEN_SUCCEEDED

    def check_channel_direct_tcpip_request(
        self, chanid: int, origin: tuple[str, int], destination: tuple[str, int]
    ) -> int:
        self._server.forwarded.append(destination)
        self._server.spawn(self._server.serve_forward, chanid, destination)
        return paramiko.OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        if self._server.behaviour.silent_at_exec:
            self._server.stopping.wait(30)
            return False
        self._server.executed.append(command.decode())
        self._server.spawn(self._server.serve_exec, channel, command.decode())
        return True


class SshServer:
    """One listener on loopback. `allowed` are the client keys that may log in."""

    def __init__(self, host_key: Path, client_keys: list[Path]) -> None:
        self.host_key = paramiko.PKey.from_path(host_key)
        self.allowed = [paramiko.PKey.from_path(path) for path in client_keys]
        self.behaviour = Behaviour()
        self.executed: list[str] = []
        self.forwarded: list[tuple[str, int]] = []
        self.logins = 0
        self.stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._socks: list[socket.socket] = []
        self._children: list[subprocess.Popen[bytes]] = []
        self._transports: list[paramiko.Transport] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self.port: int = self._listener.getsockname()[1]
        self.spawn(self._accept)

    def known_hosts_line(self, name: str | None = None) -> str:
        return f"{name or f'[127.0.0.1]:{self.port}'} {self.host_key.get_name()} {self.host_key.get_base64()}\n"

    def host(self, name: str = "ctl1") -> Host:
        return Host(name=name, address="127.0.0.1", port=self.port, groups=())

    def spawn(self, work: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=work, args=args, name="ssh-server", daemon=True)
        self._threads.append(thread)
        thread.start()

    def vanish(self) -> None:
        """Cut every connection, as a host does that loses power, and refuse new ones."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._socks:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.stopping.set()
        self.vanish()
        for child in self._children:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
        for transport in self._transports:
            transport.close()
        for sock in self._socks:
            sock.close()
        for thread in [*self._threads, *self._transports]:
            if thread.ident is not None:
                thread.join(5)

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                sock, _ = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            self._socks.append(sock)
            if not self.behaviour.silent_before_banner:
                self.spawn(self._serve, sock)

    def _serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(paramiko.SSHException, EOFError, OSError):
            transport = paramiko.Transport(sock)
            transport.add_server_key(self.host_key)
            self._transports.append(transport)
            transport.start_server(server=_Login(self))
            self.logins += 1

    def serve_forward(self, chanid: int, destination: tuple[str, int]) -> None:
        """Join a forwarded channel with a connection to its destination."""
        channel = next(one for one in iter(lambda: self._transports[-1].accept(5), None) if one.get_id() == chanid)
        with (
            contextlib.suppress(OSError, EOFError, paramiko.SSHException),
            socket.create_connection(destination, 5) as sock,
        ):
            self._socks.append(sock)
            self.spawn(_pump_out, sock, channel)
            while piece := channel.recv(65536):
                sock.sendall(piece)
            sock.shutdown(socket.SHUT_RDWR)

    def serve_exec(self, channel: paramiko.Channel, command: str) -> None:
        with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
            if self.behaviour.motd:
                channel.sendall(self.behaviour.motd)
            if self.behaviour.answer is None:
                self._execute(channel, command)
                return
            output = self.behaviour.answer(_request_line(channel))
            if output is None:
                self.stopping.wait(30)
                return
            channel.sendall(output)
            channel.send_exit_status(0)
            channel.close()

    def _execute(self, channel: paramiko.Channel, command: str) -> None:
        pipe = subprocess.PIPE
        argv = ["/bin/sh", "-c", command]
        with subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0, start_new_session=True) as child:
            self._children.append(child)
            assert child.stdin is not None
            assert child.stdout is not None
            assert child.stderr is not None
            self.spawn(_pump_in, channel, child.stdin)
            sent, limit = 0, self.behaviour.vanish_after
            while piece := child.stdout.read(65536):
                if limit is not None:
                    channel.sendall(piece[: max(0, limit - sent)])
                    sent += len(piece)
                    if sent >= limit:
                        self.vanish()
                        child.kill()
                        return
                    continue
                channel.sendall(piece)
            if error := child.stderr.read(65536):
                channel.sendall_stderr(error)
            if (code := child.wait(10)) >= 0:  # for a signal sshd sends no exit status
                channel.send_exit_status(code)
            channel.close()


def _request_line(channel: paramiko.Channel) -> bytes:
    """Return the line that follows a length, a newline and that many bytes."""
    read = b""
    while b"\n" not in read:
        read += channel.recv(65536)
    length, _, rest = read.partition(b"\n")
    while len(rest) <= int(length) or not rest.endswith(b"\n"):
        rest += channel.recv(65536)
    return rest[int(length) :]


def _pump_out(sock: socket.socket, channel: paramiko.Channel) -> None:
    with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
        while piece := sock.recv(65536):
            channel.sendall(piece)
        channel.close()


def _pump_in(channel: paramiko.Channel, target: object) -> None:
    with contextlib.suppress(OSError, ValueError, EOFError):
        while piece := channel.recv(65536):
            target.write(piece)  # type: ignore[attr-defined]
        target.close()  # type: ignore[attr-defined]


@contextlib.contextmanager
def serving(host_key: Path, client_keys: list[Path]) -> Iterator[SshServer]:
    server = SshServer(host_key, client_keys)
    try:
        yield server
    finally:
        server.close()
