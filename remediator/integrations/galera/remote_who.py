"""Runs on the host, standard library only, Python 3.6 or later: who this member is, by what its own host says.

The script reads the addresses of the interfaces, the host's names, and the machine id, of which only a digest leaves
the host. It reads what galera.cnf says of the member
itself, and what the names in wsrep_cluster_address mean on this host. It changes nothing, and every read has a bound.
Names are resolved here and nowhere else.
"""

# ruff: noqa: F821 (`settings` and `_host` are of remote.py)

import hashlib
import json
import re
import socket
import time

MACHINE, HOSTS = "/etc/machine-id", "/etc/hosts"
MOST_ADDRESSES, MOST_NAMES, MOST_TEXT = 512, 32, 253
ADDR_S, NAMES_S = 1.5, 1.2
TOOLS = ("ip", "/usr/sbin/ip", "/sbin/ip")
LINE = re.compile(r"^\d+:\s+\S+\s+inet6?\s+([0-9A-Fa-f:.]+).*?\sscope\s+(\w+)", re.M)
ADDRESS = re.compile(r"[0-9.]+$|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%\w+)?$")
OWN = ("wsrep_node_address", "wsrep_node_incoming_address", "bind_address")
OWN_OPTIONS = ("gmcast.listen_addr", "ist.recv_addr", "base_host")


def who(request, run, text, entries):
    """Return who this member is. `text`: its galera.cnf, `entries`: the hosts of its wsrep_cluster_address; both may be
    None."""
    known = _known_names(_bounded(request.get("hosts_file") or HOSTS))
    return {
        "machine": _machine(request.get("machine_file") or MACHINE),
        "addresses": _own_addresses(run),
        "names": _own_names(socket.gethostname(), known),
        "configured": None if text is None else _configured(text),
        "resolved": _resolved(entries or (), known, run),
    }


def _bounded(path):
    try:
        with open(path, "rb") as file:
            return file.read(262144).decode("utf-8", "replace")
    except OSError:
        return ""


def _machine(path):
    """Return a digest of the machine id: the id itself is not to leave its host (machine-id(5)). None without one."""
    text = _bounded(path).strip()
    if not re.match(r"[0-9a-f]{32}$", text):
        return None
    return hashlib.sha256(b"remediator:" + text.encode("ascii")).hexdigest()[:32]


def _own_addresses(run):
    """Return the addresses of all interfaces, without loopback and link-local; None where nobody says, or there are too
    many."""
    for tool in TOOLS:
        for options, read in ((["-j", "addr"], _of_json), (["-o", "addr"], _of_lines)):
            try:
                code, out, _ = run([tool, *options], ADDR_S, 1 << 20)
                if code == 0:
                    found = sorted(set(read(out)))
                    return found if len(found) <= MOST_ADDRESSES else None
            except OSError:
                break
            except (ValueError, KeyError, TypeError, AttributeError):
                continue  # an iproute2 without -j, or one that prints something else
    return None


def _of_json(out):
    return [
        item["local"]
        for link in json.loads(out)
        for item in link.get("addr_info", ())
        if item.get("family") in ("inet", "inet6") and item.get("scope") not in ("host", "link")
    ]


def _of_lines(out):
    return [address for address, scope in LINE.findall(out) if scope not in ("host", "link")]


def _known_names(text):
    """Return (address, names) of each line of a hosts file, names in small letters."""
    lines = [line.split("#")[0].split() for line in text.splitlines()]
    return [(words[0], [word.lower().rstrip(".") for word in words[1:]]) for words in lines if len(words) > 1]


def _own_names(own, known):
    """Return the host's name, and every name that stands beside it in the hosts file."""
    own = own.lower().rstrip(".")
    found = [own]
    for _, names in known:
        if own in names or own.split(".")[0] in names:
            found += [name for name in names if not name.startswith(("localhost", "ip6-"))]
    return sorted({name for name in found if name and len(name) <= MOST_TEXT})[:MOST_NAMES]


def _configured(text):
    """Return setting -> addresses or names, of those settings that say where this member is reached."""
    found = {}
    for name, value in settings(text):
        if name in OWN:
            found[name] = [_host(one) for one in value.split(",")]
        elif name == "wsrep_provider_options":
            for option in value.split(";"):
                key, _, said = option.partition("=")
                if key.strip() in OWN_OPTIONS:
                    found[key.strip()] = [_host(re.sub(r"^\w+://", "", said.strip()))]
    return {
        name: [one for one in values if one and len(one) <= MOST_TEXT][:MOST_NAMES] for name, values in found.items()
    }


def _resolved(entries, known, run):
    """Return name -> its addresses on this host, for the names among `entries`; null: its resolver gave no answer in
    time."""
    found, ends = {}, time.monotonic() + NAMES_S
    for entry in list(entries)[:MOST_NAMES]:
        name = entry.lower().rstrip(".")
        if not name or len(name) > MOST_TEXT or ADDRESS.match(name) or name in found:
            continue
        found[name] = [address for address, names in known if name in names] or _asked(name, ends, run)
    return found


def _asked(name, ends, run):
    left_s = ends - time.monotonic()
    if left_s <= 0.05 or name.startswith("-"):
        return None
    try:
        code, out, _ = run(["getent", "ahosts", name], left_s, 65536)
    except (OSError, ValueError):
        return None
    if code not in (0, 2):
        return None
    return sorted({line.split()[0] for line in out.splitlines() if line.strip()})[:MOST_NAMES]
