"""systemd's notify protocol: ready, watchdog, stopping. Does nothing when systemd did not start this process."""

from __future__ import annotations

import contextlib
import os
import socket


def tell(state: str) -> None:
    """Send `state` (``READY=1``, ``WATCHDOG=1``, ``STOPPING=1``) to the service manager, if there is one."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.settimeout(1.0)
        channel.sendto(state.encode(), address)
