"""Runs on the host: does memcached answer on its port?"""

import socket


def collect_memcache(request, run):
    """Return whether a `version` is answered within two seconds."""
    try:
        connection = socket.create_connection(("127.0.0.1", request["memcache_port"]), timeout=2)
    except OSError:
        return {"answers": False}
    try:
        connection.sendall(b"version\r\n")
        return {"answers": connection.recv(64).startswith(b"VERSION")}
    except OSError:
        return {"answers": False}
    finally:
        connection.close()
