"""The references of our own view: addresses outside of the watched cloud that answer while the daemon is well
connected.
"""

from __future__ import annotations

import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

CONNECT_S = 3.0


def tried(addresses: Sequence[tuple[str, int]]) -> dict[str, bool]:
    """Return for each (address, port), as ``ADDRESS:PORT``, whether a TCP connection opens within 3 s. Never raises."""
    if not addresses:
        return {}
    with ThreadPoolExecutor(len(addresses)) as pool:
        return dict(
            zip((f"{address}:{port}" for address, port in addresses), pool.map(_answers, addresses), strict=True)
        )


def _answers(address: tuple[str, int]) -> bool:
    try:
        with socket.create_connection(address, timeout=CONNECT_S):
            return True
    except OSError:
        return False
