"""Runs on the host, standard library only, Python 3.6 or later: the host's own switch, and the kernel below it.

In front of this text stands `remote_rpc.py`. The local database is asked, which answers without ovs-vswitchd; nothing
waits for that. A host without Open vSwitch costs two looks into directories.
"""

# ruff: noqa: F821 (the names of the text in front of this one)

RUN_OVS = "/run/openvswitch"
VSWITCHD = ["ovs-vswitchd.*.ctl", "ovs-vswitchd.ctl"]
COLUMNS = ["external_ids", "ovs_version", "cur_cfg", "next_cfg"]
MOST_ERRORS, MOST_BRIDGES = 64, 256
KMSG_BYTES = 1 << 20
DENIED = re.compile(r'apparmor="DENIED" operation="mount"')
HOUR_S = 3600


def collect_ovs(request, run):
    root, proc = request.get("ovs_root") or "", request.get("ovs_proc") or "/proc"
    configured = [os.path.isdir(root + "/etc/kolla/openvswitch-" + word) for word in ("db-server", "vswitchd")]
    if not os.path.isdir(root + RUN_OVS) and not any(configured):
        return {"present": False}
    named = {"database": ("ovsdb-server", "conf.db"), "vswitchd": ("ovs-vswitchd", "")}
    patterns = {"database": ["db.sock"], "vswitchd": VSWITCHD}
    talks, found = ask_daemons(patterns, root, RUN_OVS, _talk, named, proc)
    told = {key: reached(each, found.get(key)) for key, each in talks.items()}
    answer = best(talks["database"])
    rows = answer.answers[0] if answer and answer.word == "answered" else None
    told.update(_rows(rows))
    told["present"] = True
    return told


def _talk(key, path):
    if key == "vswitchd":
        return Talk(path, [("version", [])])
    where = [["error", "!=", ["set", []]]]
    return Talk(
        path,
        [
            (
                "transact",
                [
                    "Open_vSwitch",
                    {"op": "select", "table": "Open_vSwitch", "where": [], "columns": COLUMNS},
                    {"op": "select", "table": "Bridge", "where": [], "columns": ["name"]},
                    {
                        "op": "select",
                        "table": "Interface",
                        "where": where,
                        "columns": ["name", "error", "external_ids"],
                    },
                ],
            )
        ],
    )


def _rows(answer):
    """Return the rows of the answer as they came, without what is nobody's business, or why there are none."""
    if answer is None:
        return {"switch": None, "bridges": None, "errors": None, "why": None}
    error, parts = answer
    if error or not isinstance(parts, list):
        return {"switch": None, "bridges": None, "errors": None, "why": json.dumps(error)[:200]}
    tables = [one.get("rows") if isinstance(one, dict) else None for one in parts[:3]]
    failed = [one for one in parts if isinstance(one, dict) and "error" in one]
    tables += [None] * (3 - len(tables))
    switch, bridges, errors = tables
    if isinstance(switch, list):
        switch = [dict(row, external_ids=_allowed(row.get("external_ids"))) for row in switch[:2]]
    if isinstance(errors, list):
        errors = sorted(errors, key=lambda row: str(row.get("name")))
    return {
        "switch": switch,
        "bridges": bridges[: MOST_BRIDGES + 1] if isinstance(bridges, list) else None,
        "errors": [_error(row) for row in errors[:MOST_ERRORS]] if isinstance(errors, list) else None,
        "errors_in_all": len(errors) if isinstance(errors, list) else None,
        "why": json.dumps(failed[0])[:200] if failed else None,
    }


def _allowed(ids):
    """Return the map without the keys that are nobody's business."""
    if not (isinstance(ids, list) and len(ids) == 2 and isinstance(ids[1], list)):
        return ids
    return [ids[0], [pair for pair in ids[1] if isinstance(pair, list) and KEYS.match(str(pair[0]))]]


def _error(row):
    ids = row.get("external_ids")
    pairs = ids[1] if isinstance(ids, list) and len(ids) == 2 and isinstance(ids[1], list) else []
    port = [pair[1] for pair in pairs if isinstance(pair, list) and len(pair) == 2 and pair[0] == "iface-id"]
    return {"name": row.get("name"), "error": row.get("error"), "port": port[0] if port else None}


def collect_ovs_platform(request, run):
    root = request.get("ovs_root") or ""
    if not os.path.isdir(root + RUN_OVS) and not os.path.isdir(root + "/etc/kolla/openvswitch-vswitchd"):
        return {"present": False}
    release = os.uname()[2]
    built_in = text_of("/lib/modules/%s/modules.builtin" % release, 1 << 20)
    return {
        "present": True,
        "release": release,
        "datapath": bool(_module("openvswitch", built_in)) or os.path.exists("/sys/class/net/ovs-system"),
        "geneve": os.path.exists("/sys/class/net/genev_sys_6081") or _module("geneve", built_in),
        "conntrack": _number("/proc/sys/net/netfilter/nf_conntrack_count"),
        "conntrack_max": _number("/proc/sys/net/netfilter/nf_conntrack_max"),
        "apparmor": os.path.isdir("/sys/module/apparmor"),
        "denials": None if os.path.exists("/run/auditd.pid") else _denials("/dev/kmsg"),
    }


def _module(name, built_in):
    """Return whether the kernel has the module, loaded or built in; null where that cannot be told."""
    if os.path.isdir("/sys/module/" + name):
        return True
    if built_in is None or not os.path.isdir("/sys/module"):
        return None
    return ("/%s.ko" % name) in built_in


def _number(path):
    text = text_of(path, 64)
    return int(text) if text and text.strip().isdigit() else None


def _denials(path):
    """Return the mounts that AppArmor denied within the last hour, by the kernel's own ring; null: it cannot be
    read. Where auditd runs, it takes these records instead."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return None
    found, size, now = [], 0, time.clock_gettime(time.CLOCK_MONOTONIC)
    ends = time.monotonic() + 1.0
    try:
        while size < KMSG_BYTES and time.monotonic() < ends:
            try:
                piece = os.read(fd, 8192).decode("utf-8", "replace")
            except OSError as error:
                if error.errno == errno.EPIPE:
                    continue  # older records were overwritten meanwhile
                if error.errno == errno.EAGAIN:
                    break
                return None
            size += len(piece)
            head, _, line = piece.partition(";")
            if DENIED.search(line):
                words = dict(re.findall(r'(profile|name|srcname)="([^"]*)"', line))
                ago = now - int(head.split(",")[2]) / 1e6
                if ago < HOUR_S:
                    what = words.get("name") or words.get("srcname") or ""
                    found.append({"profile": words.get("profile", ""), "what": what[:200], "ago_s": round(ago, 1)})
    except (ValueError, IndexError):
        return None
    finally:
        os.close(fd)
    return found[-20:]
