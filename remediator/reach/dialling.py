"""A socket to a host, and whether its host key is the one on file. Each refusal is a whole sentence."""

from __future__ import annotations

import socket

from remediator.config import addresses
from remediator.model.hosts import Host
from remediator.model.messages.replies import Reach
from remediator.reach import known_hosts
from remediator.reach.errors import Failed, short


def dial(host: Host, address: tuple[str, int], timeout_s: float) -> socket.socket:
    """Return a connected socket that notices a dead peer within 20 s of unanswered data. Raise Failed."""
    where = f"{host.name} ({address[0]} port {address[1]})"
    try:
        sock = socket.create_connection(address, timeout=timeout_s)
    except TimeoutError:
        raise Failed(Reach.UNREACHABLE, f"{where} does not answer: no connection within {timeout_s:.0f} s") from None
    except ConnectionRefusedError:
        raise Failed(Reach.UNREACHABLE, f"{where} refused the connection: does sshd run there?") from None
    except OSError as error:
        raise Failed(Reach.UNREACHABLE, f"{where} cannot be reached: {short(error)}") from None
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in ((socket.TCP_KEEPIDLE, 30), (socket.TCP_KEEPINTVL, 10), (socket.TCP_KEEPCNT, 3)):
        sock.setsockopt(socket.IPPROTO_TCP, option, value)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 20_000)
    return sock


def verify(
    host: Host, names: tuple[str, ...], lines: tuple[known_hosts.Line, ...], file: str, key_type: str, blob: bytes
) -> None:
    """Return if the key `blob` of the host called `names` is trusted by `lines` of `file`. Raise Failed (UNTRUSTED) if
    not."""
    trust = known_hosts.judge(lines, names, key_type, blob)
    if trust is known_hosts.Trust.KNOWN:
        return
    shown = f"{key_type} {known_hosts.fingerprint(blob)}"
    where = f"{host.name} ({names[0]})"
    if trust is known_hosts.Trust.CHANGED:
        old = ", ".join(sorted({known_hosts.fingerprint(line.blob) for line in known_hosts.matching(lines, names)}))
        why = (
            f"the host key of {where} CHANGED: it shows {shown}, {file} has {old}; nothing was asked. If the host was"
            f" rebuilt, remove the old line with: ssh-keygen -R '{names[0]}' -f {file}"
        )
    elif trust is known_hosts.Trust.REVOKED:
        why = f"the host key of {where}, {shown}, is marked @revoked in {file}; nothing was asked"
    else:
        why = (
            f"the host key of {where} is not in {file}: it shows {shown}; nothing was asked. Compare it on the host's"
            " console, then add it with: ssh-keyscan"
        )
    raise Failed(Reach.UNTRUSTED, why)


def refused(host: Host, user: str, key: bytes, purpose: str) -> Failed:
    """Return the failure for a login that the host refused."""
    why = (
        f"{host.name} refused our key {known_hosts.fingerprint(key)} for user {user}: put the public part of"
        f" ssh.{purpose} into its authorized_keys"
    )
    return Failed(Reach.UNTRUSTED, why)


def jump_host(text: str) -> Host:
    """Return the jump host that ``[user@]address[:port]`` names. Raise ValueError."""
    try:
        user, address, port = addresses.jump(text)
    except ValueError as error:
        raise ValueError(f"ssh.jump: {error}") from None
    return Host(name=f"jump:{address}", address=address, groups=(), user=user, port=port)
