"""Runs on the host, standard library only, Python 3.6 or later: what MariaDB left in its data directory, and how it is
started.

The script reads a few small files of the volume and of /etc/kolla, the end of the server's log and the table of
connections. It asks the engine once, and never changes anything. Every read has a bound. Of the container's environment
the names leave the host, and of BOOTSTRAP_ARGS whether it bootstraps; no value does. Behind this text stand
`remote_who.py` (who it is) and `remote_users.py` (who uses its data).
"""

# ruff: noqa: F821 (`who`, `processes` and `users` are of the texts behind this one)

import json
import os
import re
import socket
import struct
import time

CONTAINER = "mariadb"
HELPERS = ("remediator_galera_bootstrap", "remediator_galera_recover")
CONFIG = "/etc/kolla/mariadb/galera.cnf"
LOG = "/var/log/kolla/mariadb/mariadb.log"
HOLD = "/etc/systemd/system/kolla-mariadb-container.service.d/remediator-hold.conf"
GROUP_PORT = 4567
MOST_FILES, MOST_WALK_S = 20000, 1.5
MOST_CONNECTIONS, MOST_PEERS = 60000, 64
ENGINE_S = 2.0
LOG_BYTES = 1 << 20
CONFIG_BYTES = 65536
MOST_STARTS = 4
MOST_LIVES = 48
BOOTSTRAPS = re.compile(
    r"wsrep[-_]new[-_]cluster(?!\s*=\s*(?:0|off|false))|pc\.bootstrap\s*=\s*(?:yes|true|on|1)", re.I
)
ABSENT = re.compile(r"no such (?:container|object)", re.I)
SIGNS = (
    (2, r"Incorrect definition of table mysql\.\w+: expected column '.*' at position \d+ to have type"),
    (1, r"Column last_update in table .*mysql.*innodb_\w+_stats.* is BINARY"),
    (2, r"IST didn't contain all write sets, expected last: \d+"),
    (1, r"(?i)restart required|must be restarted|backend restart is required"),
)
BEGINS = re.compile(
    r"^(?:(\d{4}-\d\d-\d\d) +(\d+:\d\d:\d\d) .*Starting MariaDB|(\d{6}) +(\d+:\d\d:\d\d) "
    r"(?:mysqld_safe|mariadbd-safe) Starting )",
    re.M,
)
TRANSFER = re.compile(
    r"State transfer required: *\n\tGroup state: ([0-9a-f-]{36}):(-?\d+)\n\tLocal state: ([0-9a-f-]{36}):(-?\d+)"
)
VIEW = re.compile(r"WSREP: view\(view_id\((PRIM|NON_PRIM),")
COMPONENT = re.compile(
    r"WSREP: view\(view_id\((?:(PRIM)|(NON_PRIM)),|WSREP: New COMPONENT: primary = "
    r"(?:(yes)|(no)),|^\tcomponent *= *(?:(PRIMARY)|(NON-PRIMARY)),"
    r"|(Received self-leave message|[Nn]ormal shutdown|\(initiated by: |-> CLOSED)",
    re.M,
)
TELLS = (None, "primary", "outside", "primary", "outside", "primary", "outside", "leaving")
"""What each group of it says of the member."""
HARM = re.compile(
    r"Unable to lock \S*ibdata1|lock aria (?:aria )?control file|Could not get an exclusive lock"
    r"|page corruption|InnoDB: (?:Corruption(?! in the InnoDB tablespace)|.*(?:is|are) corrupt)|Data "
    r"structure corruption|states diverged"
    r"|greater than group seqno|Reversing history|Inconsistency detected|Node consistency "
    r"compromi|Inconsistent by consensus"
    r"|has been evicted out|Found \d+ prepared (?:XA )?transactions|Upgrade after a crash|Can't init tc "
    r"log|magic header in tc log"
    r"|Recovery failed! You must|Crash recovery failed|Aria recovery failed|plugin.*aria|Plugin "
    r"'Aria'|Assertion failure in|Failing assertion|Assertion `"
    r"|provider library 'none'|provider none |safe to bootstrap",
    re.I,
)


def collect_galera(request, run):
    root = request.get("galera_volume") or _volume(request.get("engine", "docker"))
    found = {"volume": root, "present": os.path.isdir(root)}
    if found["present"]:
        found.update(_data(root))
    found.update(_log(request.get("galera_log") or LOG))
    path = request.get("galera_config") or CONFIG
    found["config"] = _config(path)
    entries = found["config"] and found["config"]["addresses"]
    found["who"] = who(request, run, _text(path, CONFIG_BYTES), entries)
    found["hold"] = _hold(request.get("galera_hold") or HOLD)
    found["group_port"] = _group_port(_connections("/proc/net/tcp", "/proc/net/tcp6"))
    running = processes("/proc", root)
    servers = running.pop("servers")
    found.update(running)
    containers = _containers(request.get("engine", "docker"), run)
    own = containers.pop("own")
    found.update(containers)
    found["users"] = users(request.get("engine", "docker"), run, root, own, servers)
    return found


def _volume(engine):
    if engine == "podman":
        return "/var/lib/containers/storage/volumes/mariadb/_data"
    return "/var/lib/docker/volumes/mariadb/_data"


def _data(root):
    """Return what lies in the data directory."""
    state, view = os.path.join(root, "grastate.dat"), os.path.join(root, "gvwstate.dat")
    text = _text(state, 4096)
    free = os.statvfs(root)
    return {
        "grastate": None if text is None else dict(re.findall(r"^(\w+):[ \t]*(\S+)\s*$", text, re.M)),
        "grastate_text": text,
        "grastate_bytes": _size(state),
        "grastate_mtime": _mtime(state),
        "gvwstate_text": _text(view, 8192),
        "gvwstate_bytes": _size(view),
        "gvwstate_mtime": _mtime(view),
        "sst_in_progress": os.path.exists(os.path.join(root, "sst_in_progress")),
        "data_bytes": _tree_bytes(root, MOST_FILES, MOST_WALK_S),
        "free_bytes": free.f_bavail * free.f_frsize,
        "upgrade_info": _upgrade_info(root),
    }


def _text(path, limit):
    """Return the file's first `limit` bytes as text, line ends untouched; None without the file."""
    try:
        with open(path, "rb") as file:
            return file.read(limit).decode("utf-8", "replace")
    except FileNotFoundError:
        return None


def _size(path):
    try:
        return os.stat(path).st_size
    except FileNotFoundError:
        return None


def _mtime(path):
    try:
        return os.stat(path).st_mtime
    except FileNotFoundError:
        return None


def _upgrade_info(root):
    """Return the version that the newer of both files holds; None without any. The tool deletes the older name."""
    newer = _text(os.path.join(root, "mariadb_upgrade_info"), 64)
    return _text(os.path.join(root, "mysql_upgrade_info"), 64) if newer is None else newer


def _tree_bytes(root, most_files, most_s):
    """Return what a copy of `root` needs at most, or None where there is too much to count."""
    ends, files, total = time.monotonic() + most_s, 0, 0
    for folder, _, names in os.walk(root):
        for name in names:
            files += 1
            if files > most_files or time.monotonic() > ends:
                return None
            try:
                info = os.lstat(os.path.join(folder, name))
            except OSError:
                continue  # a temporary table that is gone again
            total += max(info.st_size, info.st_blocks * 512)
    return total


def _log(path):
    """Return what the server's log tells; null without one."""
    text = _end(path, LOG_BYTES)
    if text is None:
        return {"log_tail": None, "signs": None, "starts": None, "lives": None, "transfer": None}
    lives = _lives(text)
    starts = [start for start in map(_started, lives[-MOST_STARTS:]) if start]
    return {
        "log_tail": _log_tail(lives[-1]),
        "signs": _signs(lives[-1]),
        "starts": starts,
        "lives": _beginnings(text, time.time()),
        "transfer": _transfer(lives[-1]),
    }


def _beginnings(text, now):
    """Return when each life began, in seconds before `now`, whether it was in a Primary component and outside of one,
    and what it tells last of that; null when one has no time.

    mysqld_safe begins one too: it looks for the position first, and that takes its time. Both write the local time.
    """
    found = list(BEGINS.finditer(text))[-MOST_LIVES:]
    ends = [match.start() for match in found[1:]] + [len(text)]
    lives = []
    for number, match in enumerate(found):
        day, hour, short, at = match.groups()
        try:
            form = "%Y-%m-%d %H:%M:%S" if day else "%y%m%d %H:%M:%S"
            began = time.mktime(time.strptime("%s %s" % (day or short, hour or at), form))
        except (ValueError, OverflowError):
            return None
        views = VIEW.findall(text, match.start(), ends[number])
        lives.append(
            {
                "age_s": round(max(0.0, now - began), 1),
                "primary": "PRIM" in views,
                "outside": "NON_PRIM" in views,
                "last": _last_component(text, match.start(), ends[number]),
            }
        )
    return lives


def _last_component(text, start, end):
    """Return what a part of the log tells last: that the member is in a Primary component, outside of one, or leaving
    for good; null where it tells nothing. A view may be Primary and its component not: no member in it has a complete
    state (``Quorum results``)."""
    found = [TELLS[match.lastindex] for match in COMPONENT.finditer(text, start, end)]
    return "leaving" if "leaving" in found else found[-1] if found else None


def _end(path, limit):
    """Return what the server logged, at most its last `limit` bytes; None without a log."""
    try:
        with open(path, "rb") as file:
            file.seek(max(0, os.stat(path).st_size - limit))
            return file.read(limit).decode("utf-8", "replace")
    except (FileNotFoundError, NotADirectoryError):
        return None  # whatever else is wrong with it: what it says is not known, and so is nothing of this section


def _lives(text):
    """Return the log cut at each start of the server; what is before the first one only where there is none."""
    starts = [match.start() for match in re.finditer(r"^.*(?:Starting MariaDB|[Ss]tarting as process).*$", text, re.M)]
    ends = [*starts[1:], len(text)]
    return [text[start : ends[number]] for number, start in enumerate(starts)] or [text]


def _log_tail(text):
    """Return at most the last 6 KB of what the server logged since its last start, and before that at most three
    lines from further back that tell of harm."""
    before = [line[:300] + "\n" for line in text[:-6000].splitlines() if HARM.search(line)]
    return "".join(before[-3:]) + text[-6000:]


def _signs(text):
    """Return at most five lines since the last start that say what is wrong with a running member."""
    lines = text.splitlines()
    found = []
    for most, pattern in SIGNS:
        found += [line[:300] for line in lines if re.search(pattern, line)][-most:]
    return list(dict.fromkeys(found))


def _started(text):
    """Return how one life of the server began: from which position, up to which write set its cache of them goes, and
    in which Primary component it was first; None for a life whose beginning is not in the log any more."""
    began = re.search(r"WSREP: Loading provider .* initial position: ([0-9a-f-]{36}):(-?\d+)", text)
    if began is None:
        return None
    cache = re.search(r"Recovering GCache ring buffer: version: \d+, UUID: ([0-9a-f-]{36})", text)
    return {
        "uuid": began.group(1),
        "position": int(began.group(2)),
        "cache_uuid": cache.group(1) if cache else None,
        "received": _number(r"Recovering GCache ring buffer: found gapless sequence \d+-(\d+)", text),
        "formed": _first_primary(text),
    }


def _transfer(text):
    """Return what the newest life tells of its last state transfer: both positions at its beginning, and the write sets
    that came after it; null where it tells of none."""
    asked = list(TRANSFER.finditer(text))
    if not asked:
        return None
    group, group_at, local, local_at = asked[-1].groups()
    ist = re.findall(r"Receiving IST: (\d+) writesets, seqnos (\d+)-\d+", text[asked[-1].end() :])
    return {
        "group_uuid": group,
        "group_at": int(group_at),
        "local_uuid": local,
        "local_at": int(local_at),
        "write_sets": int(ist[-1][0]) if ist else None,
        "from": int(ist[-1][1]) if ist else None,
    }


def _first_primary(text):
    """Return the first Primary component that is told of in `text`, by the exchange of states that it came out of."""
    for told in re.finditer(r"^.*WSREP: Quorum results:\s*\n((?:\t.*\n)+)", text, re.M):
        values = told.group(1)
        if re.search(r"^\tcomponent *= *PRIMARY,", values, re.M):
            asked = re.findall(r"WSREP: STATE EXCHANGE: sent state msg: ([0-9a-f-]{36})", text[: told.start()])
            group = re.search(r"^\tgroup UUID *= *([0-9a-f-]{36})$", values, re.M)
            return {
                "exchange": asked[-1] if asked else None,
                "conf_id": _number(r"^\tconf_id *= *(-?\d+),", values),
                "act_id": _number(r"^\tact_id *= *(-?\d+),", values),
                "uuid": group.group(1) if group else None,
            }
    return None


def _number(pattern, text):
    found = re.search(pattern, text, re.M)
    return int(found.group(1)) if found else None


def _config(path):
    """Return whether the configuration bootstraps, and the hosts of wsrep_cluster_address; None without the file."""
    text = _text(path, CONFIG_BYTES)
    if text is None:
        return None
    addresses = None
    for name, value in settings(text):
        if name == "wsrep_cluster_address":
            listed = value[8:].split("?")[0].split(",") if value.startswith("gcomm://") else None
            addresses = None if listed is None else [_host(one) for one in listed if one.strip()][:MOST_PEERS]
    lines = [line for line in text.splitlines() if not re.match(r"\s*[#;]", line)]
    return {"bootstrap": any(BOOTSTRAPS.search(line) for line in lines), "addresses": addresses}


def settings(text):
    """Return (name, value) of each setting of an option file, in order: names with underscores, values without quotes
    and comments."""
    found = []
    for line in text.splitlines():
        match = re.match(r"\s*(?:loose[-_])?([A-Za-z][\w-]*)\s*=\s*(.*?)\s*$", line)
        if match:
            value = match.group(2)
            quoted = re.match(r"([\"'])(.*?)\1", value)
            value = quoted.group(2) if quoted else re.split(r"\s*#", value)[0]
            found.append((match.group(1).lower().replace("-", "_"), value.strip()))
    return found


def _host(text):
    """Return the address in ``ADDRESS``, ``ADDRESS:PORT`` or ``[ADDRESS]:PORT``."""
    text = text.strip()
    if text.startswith("["):
        return text[1:].split("]")[0]
    return text.split(":")[0] if text.count(":") == 1 else text


def _hold(path):
    """Return whether the drop-in that holds the unit is there, and its first line."""
    text = _text(path, 800)
    return {"exists": text is not None, "line": (text.splitlines() or [""])[0][:200] if text else None}


def _connections(*tables):
    """Return (local port, remote address, remote port, state) of all TCP sockets; None where there are too many."""
    found = []
    for table in tables:
        try:
            with open(table) as file:
                file.readline()
                for line in file:
                    words = line.split(None, 4)
                    local, remote = words[1].split(":"), words[2].split(":")
                    found.append((int(local[1], 16), remote[0], int(remote[1], 16), words[3]))
                    if len(found) > MOST_CONNECTIONS:
                        return None
        except FileNotFoundError:
            continue  # no IPv6 here
    return found


def _group_port(connections, port=GROUP_PORT):
    """Return whether anything listens for the group, and with which addresses it is connected."""
    if connections is None:
        return None
    peers = {_address(one[1]) for one in connections if one[3] == "01" and port in (one[0], one[2])}
    if len(peers) > MOST_PEERS:
        return None
    return {"listening": any(one[0] == port and one[3] == "0A" for one in connections), "peers": sorted(peers)}


def _address(text):
    """Return an address as the kernel's table has it: words of 32 bits in the machine's order."""
    raw = b"".join(struct.pack("=I", int(text[at : at + 8], 16)) for at in range(0, len(text), 8))
    if len(raw) == 16 and raw[:12] == b"\0" * 10 + b"\xff\xff":
        raw = raw[12:]
    return socket.inet_ntop(socket.AF_INET if len(raw) == 4 else socket.AF_INET6, raw)


def _containers(engine, run):
    """Return how the member's container is started, and our own two; `engine_reason` says why it is not known."""
    nothing = {"container": None, "helpers": None, "own": None}
    argv = [engine, "inspect", "--type", "container", CONTAINER]
    argv.extend(HELPERS)
    try:
        code, out, err = run(argv, ENGINE_S, 1 << 20)
    except (OSError, ValueError) as error:
        return dict(nothing, engine_reason="error:engine: %s" % type(error).__name__)
    if code is None:
        return dict(nothing, engine_reason="timeout:engine")
    complaints = [line for line in err.splitlines() if line.strip()]
    if code != 0 and not (complaints and all(ABSENT.search(line) for line in complaints)):
        return dict(nothing, engine_reason="error:engine: it ended with %d" % code)
    try:
        items = {item["Name"].lstrip("/"): item for item in json.loads(out.strip() or "[]")}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return dict(nothing, engine_reason="error:engine: %s" % type(error).__name__)
    if code == 0 and len(items) != 1 + len(HELPERS):
        return dict(nothing, engine_reason="error:engine: it left one out")
    return {
        "container": _start(items[CONTAINER]) if CONTAINER in items else None,
        "helpers": {name: _helper(items[name]) if name in items else None for name in HELPERS},
        "engine_reason": None,
        "own": (
            {item.get("Id"): name for name, item in items.items()},
            CONTAINER in items and bool((items[CONTAINER].get("State") or {}).get("Running")),
        ),
    }


def _start(item):
    config = item.get("Config") or {}
    env = [entry.partition("=") for entry in config.get("Env") or []]
    words = [item.get("Path"), config.get("Entrypoint"), config.get("Cmd"), item.get("Args")]
    return {
        "env_names": sorted(name for name, _, _ in env),
        "env_bootstrap": any(name == "BOOTSTRAP_ARGS" and bool(BOOTSTRAPS.search(value)) for name, _, value in env),
        "args_bootstrap": bool(BOOTSTRAPS.search(json.dumps(words))),
    }


def _helper(item):
    state = item["State"]
    return {
        "running": bool(state["Running"]),
        "status": state["Status"],
        "exit_code": state.get("ExitCode"),
        "started_at": state.get("StartedAt"),
        "run": ((item.get("Config") or {}).get("Labels") or {}).get("remediator.run"),
    }
