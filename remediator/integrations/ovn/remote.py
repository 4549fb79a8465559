"""Runs on the host, standard library only, Python 3.6 or later: OVN's daemons, its databases, and kolla's files.

In front of this text stands `remote_rpc.py` of Open vSwitch. Daemons are asked at their sockets: those of the host's
run directory, else those below the root of their own process. Only where a daemon runs and no socket of it was found,
the engine runs a tool inside of its container. Nothing here changes anything. A host without OVN costs a look into two
directories.
"""

# ruff: noqa: F821 (the names of the text in front of this one)

import struct

RUN, KOLLA = "/run/ovn", "/etc/kolla"
NB, SB = "OVN_Northbound", "OVN_Southbound"
COLUMNS = ["name", "model", "leader", "connected", "cid", "sid", "index"]
MOST_ROWS = 4096
MOST_ADDRESSES = 1024
MOST_RELAYS = 32
FILES = (
    ("agent_remote", "neutron-ovn-metadata-agent/neutron_ovn_metadata_agent.ini", "ovn", "ovn_sb_connection"),
    ("agent_remote", "neutron-ovn-agent/ovn_agent.ini", "ovn", "ovn_sb_connection"),
    ("south_members", "neutron-server/ml2_conf.ini", "ovn", "ovn_sb_connection"),
    ("north_members", "neutron-server/ml2_conf.ini", "ovn", "ovn_nb_connection"),
    ("physical_networks", "neutron-server/ml2_conf.ini", "ml2_type_flat", "flat_networks"),
    ("nova_host", "nova-compute/nova.conf", "DEFAULT", "host"),
)
COMMANDS = (
    ("south_members", "ovn-northd", "--ovnsb-db"),
    ("north_members", "ovn-northd", "--ovnnb-db"),
    ("south_address", "ovn-sb-db", "--db-sb-cluster-local-addr"),
    ("north_address", "ovn-nb-db", "--db-nb-cluster-local-addr"),
)


def collect_ovn(request, run):
    root, proc = request.get("ovn_root") or "", request.get("ovn_proc") or "/proc"
    kolla = _listed(root + KOLLA)
    here = _listed(root + RUN)
    if not here and not any(name.startswith("ovn-") for name in kolla):
        return {"present": False}
    daemons = _daemons(kolla, here)
    talks, found = ask_daemons(
        {key: one["sockets"] for key, one in daemons.items()},
        root,
        RUN,
        lambda key, path: Talk(path, daemons[key]["requests"]),
        {key: one["process"] for key, one in daemons.items()},
        proc,
    )
    told = {"present": True, "daemons": {}}
    for key, one in daemons.items():
        item = {"expected": one["expected"], "reached": reached(talks[key], found.get(key))}
        talk = best(talks[key])
        item["answers"] = talk.answers if talk and talk.word == "answered" else None
        item["stale"] = sum(each.word == "refused" for each in talks[key])
        if item["reached"]["answering"] == "unreached" and item["reached"]["processes"]:
            _inside(request.get("engine", "docker"), one, item, run)
        told["daemons"][key] = item
    told["files"] = _files(root + KOLLA, kolla)
    told["hostname"], told["fqdn"] = _names(request.get("ovn_hostname") or os.uname()[1], root + "/etc/hosts")
    told["addresses"] = _addresses()
    return told


def _listed(folder):
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _daemons(kolla, here):
    """Return what is looked for on this host: each daemon that is configured, or that has left something in the run
    directory."""
    found = {}

    def add(key, service, process, patterns, requests, tool=None):
        traces = any(name.startswith(patterns[0].split("*")[0].split(".")[0] + ".") for name in here)
        if service in kolla or traces:
            found[key] = {
                "expected": service in kolla,
                "process": process,
                "sockets": patterns,
                "requests": requests,
                "container": service.replace("-", "_"),
                "tool": tool,
            }

    add(
        "controller",
        "ovn-controller",
        ("ovn-controller", ""),
        ["ovn-controller.*.ctl"],
        [("connection-status", []), ("version", [])],
        "ovn-controller",
    )
    add(
        "northd",
        "ovn-northd",
        ("ovn-northd", ""),
        ["ovn-northd.ctl", "ovn-northd.*.ctl"],
        [("status", []), ("nb-connection-status", []), ("sb-connection-status", [])],
        "/run/ovn/ovn-northd.ctl",
    )
    for key, short, database in (("north", "nb", NB), ("south", "sb", SB)):
        process, file = ("ovsdb-server", "ovn%s_db." % short), "ovn%s_db" % short
        add(key, "ovn-%s-db" % short, process, [file + ".sock"], [_of_server()])
        control = [("cluster/status", [database])]
        add(key + "_control", "ovn-%s-db" % short, process, [file + ".ctl"], control, "/run/ovn/%s.ctl" % file)
    for service in [name for name in kolla if re.match(r"ovn-sb-db-relay(-\d{1,4})?$", name)][:MOST_RELAYS]:
        number = service[16:] or "1"
        process = ("ovsdb-server", "ovnsb_db_relay_%s." % number)
        add("relay_" + number, service, process, ["ovnsb_db_%s.sock" % number], [_of_server()])
    return found


def _of_server():
    return ("transact", ["_Server", {"op": "select", "table": "Database", "where": [], "columns": COLUMNS}])


def _inside(engine, daemon, item, run):
    """Let the engine run the daemon's own tool in its container; the way says so."""
    if daemon["tool"] is None:
        return
    answers = []
    for method, words in daemon["requests"]:
        argv = [engine, "exec", daemon["container"], "ovs-appctl", "-T", "2", "-t", daemon["tool"], method]
        if daemon["tool"][0] != "/":
            argv[3] = "ovn-appctl"
        try:
            code, out, err = run(argv + words, EXEC_S, 1 << 18)
        except (OSError, ValueError) as error:
            item["reached"]["reason"] += "; exec: %s" % type(error).__name__
            return
        if code is None or code:
            last = (err.strip().splitlines() or [""])[-1]
            item["reached"]["reason"] += "; exec: " + ("no answer" if code is None else "%d %s" % (code, last[:80]))
            return
        answers.append([None, out])
    item["answers"] = answers
    item["reached"].update(answering="answered", way="exec " + daemon["container"], reason="")


def _files(root, kolla):
    """Return each value of kolla's files that bears on OVN, with its file and option; null for one that cannot be
    read."""
    found = []
    for what, name, section, option in FILES:
        if name.split("/")[0] in kolla:
            path = root + "/" + name
            text = text_of(path, 1 << 18)
            if text is None and os.path.exists(path):
                found.append({"what": what, "file": path, "option": option, "value": None})
            elif text is not None:
                value = _option(text, section, option)
                if value:
                    label = "[%s] %s" % (section, option)
                    found.append({"what": what, "file": path, "option": label, "value": value[:4096]})
    for what, service, word in COMMANDS:
        if service in kolla:
            path = "%s/%s/config.json" % (root, service)
            text = text_of(path, 1 << 16)
            try:
                words = str(json.loads(text or "{}").get("command") or "").split()
            except (ValueError, AttributeError):
                words = None
            if (text is None and os.path.exists(path)) or words is None:
                found.append({"what": what, "file": path, "option": word, "value": None})
                continue
            for each in words:
                if each.startswith(word + "="):
                    value = each[len(word) + 1 :][:4096]
                    found.append({"what": what, "file": path, "option": word, "value": value})
    agent = "neutron-openvswitch-agent" in kolla
    return {"told": found, "ovs_agent": agent}


def _option(text, section, option):
    """Return the last value of `option` in `section` of an ini file; None without one."""
    inside, found = False, None
    for line in text.splitlines():
        head = re.match(r"\s*\[(.+?)\]", line)
        if head:
            inside = head.group(1).strip() == section
        elif inside:
            name, sign, value = line.partition("=")
            if sign and name.strip() == option:
                found = value.strip()
    return found


def _names(hostname, path):
    """Return the host's name, and its name with a domain by its own table of hosts; no name server is asked."""
    if "." in hostname:
        return hostname, hostname
    for line in (text_of(path, 1 << 18) or "").splitlines():
        words = line.split("#")[0].split()[1:]
        if hostname in words:
            long = [word for word in words if word.startswith(hostname + ".")]
            if long:
                return hostname, long[0]
    return hostname, None


def _addresses():
    """Return [interface, address] of every address that is not of one link alone, in the kernel's order; null: the
    kernel does not say."""
    try:
        link = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    except (OSError, AttributeError):
        return None
    try:
        link.settimeout(1.0)
        link.sendto(struct.pack("=IHHIIBBBBI", 24, 22, 0x301, 1, 0, 0, 0, 0, 0, 0), (0, 0))
        names, found = dict(socket.if_nameindex()), []
        while len(found) <= MOST_ADDRESSES:
            data = link.recv(1 << 16)
            at = 0
            while at + 16 <= len(data):
                size, kind = struct.unpack_from("=IH", data, at)
                if kind == 3:
                    return found
                if kind != 20 or size < 24:
                    return None
                family, _, _, scope, index = struct.unpack_from("=BBBBI", data, at + 16)
                word, inner = None, at + 24
                while inner + 4 <= at + size:
                    length, attribute = struct.unpack_from("=HH", data, inner)
                    if attribute in (1, 2) and length in (8, 20) and (word is None or attribute == 2):
                        word = data[inner + 4 : inner + length]
                    inner += max(4, (length + 3) & ~3)
                if word is not None and scope < 253:
                    found.append([names.get(index, "if%d" % index), socket.inet_ntop(family, word)])
                at += (size + 3) & ~3
        return None
    except (OSError, ValueError, struct.error):
        return None
    finally:
        link.close()


def collect_ovn_chassis(request, run):
    root = request.get("ovn_root") or ""
    paths = sockets([root + RUN], ["ovnsb_db.sock"])
    if not paths:
        if "ovn-sb-db" not in _listed(root + KOLLA):
            return {"asked": False, "why": "no_server"}
        found = processes({"south": ("ovsdb-server", "ovnsb_db.")}, request.get("ovn_proc") or "/proc")
        paths = below((found or {}).get("south"), RUN, ["ovnsb_db.sock"])
    talks = [Talk(path, [_of_server()]) for path in paths]
    ask_all(talks)
    talk = best(talks)
    if talk is None or talk.word != "answered":
        return {"asked": False, "why": talk.word if talk else "stopped"}
    rows = [row for row in _rows(talk.answers[0]) or () if row.get("name") == SB]
    if not rows:
        return {"asked": False, "why": "no database " + SB}
    if rows[0].get("leader") is not True or rows[0].get("connected") is not True:
        return {"asked": False, "why": "follower" if rows[0].get("connected") is True else "not_connected"}
    tables = (
        ("SB_Global", ["nb_cfg"]),
        ("Chassis", ["_uuid", "name", "hostname", "encaps", "other_config", "nb_cfg"]),
        ("Chassis", ["_uuid", "name", "hostname", "encaps", "external_ids", "nb_cfg"]),
        ("Encap", ["_uuid", "type", "ip"]),
        ("Chassis_Private", ["name", "chassis", "nb_cfg", "nb_cfg_timestamp"]),
        ("HA_Chassis_Group", ["name", "ha_chassis"]),
        ("HA_Chassis", ["_uuid", "chassis", "priority"]),
    )
    asked = Talk(talk.path, [_select(table, columns) for table, columns in tables])
    ask_all([asked])
    if asked.word != "answered":
        return {"asked": False, "why": asked.word}
    found = [_rows(answer) for answer in asked.answers]
    newer = found[1] is not None and found[4] is not None
    return {
        "asked": True,
        "why": "",
        "clock": time.time(),
        "global": found[0],
        "chassis": _chassis(found[1] if found[1] is not None else found[2], found[3]),
        "private": _private(found[4], found[1] or []) if newer else None,
        "groups": _groups(found[5], found[6], found[1] or []),
    }


def _select(table, columns):
    return ("transact", [SB, {"op": "select", "table": table, "where": [], "columns": columns}])


def _rows(answer):
    """Return the rows of the one operation that was answered; null where it failed."""
    error, parts = answer
    part = parts[0] if not error and isinstance(parts, list) and parts else None
    rows = part.get("rows") if isinstance(part, dict) else None
    return rows[: MOST_ROWS + 1] if isinstance(rows, list) else None


def _refs(value):
    """Return the UUIDs in a column that holds none, one or several references."""
    if not isinstance(value, list) or len(value) != 2:
        return []
    return [each[1] for each in value[1]] if value[0] == "set" else [value[1]]


def _chassis(rows, encaps):
    """Return [name, host name, encaps, options, nb_cfg] of each chassis; null where a table failed."""
    if rows is None or encaps is None:
        return None
    by = {_refs(one["_uuid"])[0]: [one.get("type"), one.get("ip")] for one in encaps}
    found = []
    for row in rows:
        ids = row.get("other_config", row.get("external_ids"))
        pairs = ids[1] if isinstance(ids, list) and len(ids) == 2 else []
        options = [pair[1] for pair in pairs if pair[0] == "ovn-cms-options"]
        tunnels = [by[each] for each in _refs(row.get("encaps")) if each in by]
        found.append([row.get("name"), row.get("hostname"), tunnels, (options or [""])[0], row.get("nb_cfg")])
    return found


def _private(rows, chassis):
    names = {_refs(one["_uuid"])[0]: one.get("name") for one in chassis}
    return [
        [
            row.get("name"),
            ([names.get(each) for each in _refs(row.get("chassis"))] or [None])[0],
            row.get("nb_cfg"),
            row.get("nb_cfg_timestamp"),
        ]
        for row in rows
    ]


def _groups(rows, members, chassis):
    """Return [name, chassis by priority] of each group; null where a table failed."""
    if rows is None or members is None:
        return None
    names = {_refs(one["_uuid"])[0]: one.get("name") for one in chassis}
    by = {}
    for one in members:
        known = [names[each] for each in _refs(one.get("chassis")) if each in names]
        by[_refs(one["_uuid"])[0]] = (-int(one.get("priority") or 0), known)
    found = []
    for row in rows:
        listed = sorted(by[each] for each in _refs(row.get("ha_chassis")) if each in by)
        found.append([row.get("name"), [name for _, known in listed for name in known]])
    return found
