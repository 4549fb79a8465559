"""Runs on the host, standard library only, Python 3.6 or later: the host itself, its disks, and who works on it.

The script reads and never changes anything. Each mount is asked in a child process of its own, because a dead mount
never answers.
"""

import hashlib
import json
import os
import re
import select
import signal
import time

KOLLA = "/etc/kolla"
DIGEST_FILES = 400
DIGEST_BYTES = 1 << 20
REAL = set(
    "ext2 ext3 ext4 xfs btrfs zfs f2fs jfs reiserfs nfs nfs4 cifs smb3 ceph glusterfs lustre gpfs "
    "ocfs2 gfs2 fuse fuseblk 9p virtiofs".split()
)
INSIDE = re.compile(r"/(proc|sys|dev|run|snap)(/|$)|/var/lib/(docker|containers|kubelet)/.|/etc/")
MOST_MOUNTS = 40
HOSTS_BYTES = 1 << 20
MOST_NAMES = 8
MOST_ACT_FILES = 32
ACT_PLACES = ("/usr/local/sbin", "/usr/sbin")
ANSIBLE = re.compile(r"AnsiballZ|ansible-playbook|kolla-ansible|/ansible[-_/]tmp|\.ansible/tmp/|ansible-pull")


def collect_host(request, run):
    with open("/proc/loadavg") as file:
        load = [float(word) for word in file.read().split()[:3]]
    age = _userspace_age(run)
    return {
        "machine_id": _machine_id("/etc/machine-id"),
        "names": _names(os.uname()[1], "/etc/hosts"),
        "act_files": _act_files(request.get("act_lists") or "/etc/remediator-act.d", ACT_PLACES),
        "uptime_s": float(open("/proc/uptime").read().split()[0]),
        "booted_age_s": age,
        "engine_unit": _engine_unit(request.get("engine", "docker"), run),
        "load": load,
        "cpus": os.cpu_count(),
        "memory": _memory(),
        "ansible": _ansible_processes(),
        "ansible_log": _ansible_log(run),
        "etc_kolla": _etc_kolla(),
        "synchronised": _synchronised(run),
    }


def _machine_id(path):
    """Return a digest of the machine id (machine-id(5): it is confidential itself), or None where the host has none."""
    try:
        with open(path) as file:
            found = file.read(64).strip()
    except (OSError, ValueError):
        return None
    if not re.match(r"[0-9a-f]{32}$", found) or not found.strip("0"):
        return None
    return hashlib.sha256(("remediator:" + found).encode()).hexdigest()[:32]


def _names(hostname, path):
    """Return the names by which the host calls itself: its hostname, and its names with a domain in /etc/hosts.

    Those are what kolla's bootstrap-servers and installers write beside the hostname. No name server is asked.
    """
    found = [hostname]
    short = hostname.split(".")[0].lower()
    try:
        with open(path, "rb") as file:
            lines = file.read(HOSTS_BYTES).decode("utf-8", "replace").splitlines()
    except OSError:
        lines = []
    for line in lines:
        words = line.split("#")[0].split()[1:]
        if short not in [word.lower() for word in words] and hostname.lower() not in [word.lower() for word in words]:
            continue
        found += [word for word in words if "." in word and word.split(".")[0].lower() == short and word not in found]
    return found[:MOST_NAMES]


def _act_files(directory, places):
    """Return its files, with a digest if root alone may write them; None where there is no remediator-act."""
    try:
        names = [name for name in sorted(os.listdir(directory)) if name.endswith(".json") and name[0] != "."]
    except OSError:
        return [] if any(os.path.exists(place + "/remediator-act") for place in places) else None
    found = [{"file": name, "sha256": None, "release": None} for name in names[:MOST_ACT_FILES]]
    for item in found:
        try:
            with open(os.open(directory + "/" + item["file"], os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
                facts = os.fstat(file.fileno())
                if facts.st_mode & 0o170022 == 0o100000 and facts.st_uid == 0 and facts.st_size <= DIGEST_BYTES:
                    text = file.read(DIGEST_BYTES)
                    item["release"] = str(json.loads(text.decode())["release"])[:40]
                    item["sha256"] = hashlib.sha256(text).hexdigest()
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            continue
    return found


def _show(run, argv):
    """Return the properties that `systemctl show` prints, or None."""
    try:
        code, out, _ = run(["systemctl", "show", "--no-pager", *argv], 3)
    except OSError:
        return None
    if code != 0:
        return None
    return dict(line.split("=", 1) for line in out.splitlines() if "=" in line)


def _age_of(microseconds):
    """Return the seconds since a CLOCK_MONOTONIC stamp of systemd, or None where it has none."""
    if not (microseconds or "").isdigit() or int(microseconds) == 0:
        return None
    return round(time.clock_gettime(time.CLOCK_MONOTONIC) - int(microseconds) / 1e6, 3)


def _userspace_age(run):
    found = _show(run, ["-p", "UserspaceTimestampMonotonic"])
    return _age_of((found or {}).get("UserspaceTimestampMonotonic"))


def _engine_unit(engine, run):
    """Return the state and age of the engine's own unit; None for an engine without one (podman) or without systemd."""
    if engine != "docker":
        return None
    found = _show(run, ["-p", "ActiveState,SubState,Result,ActiveEnterTimestampMonotonic", "--", "docker.service"])
    if found is None or "ActiveState" not in found:
        return None
    age = _age_of(found.get("ActiveEnterTimestampMonotonic"))
    return {
        "state": found["ActiveState"],
        "substate": found.get("SubState"),
        "result": found.get("Result"),
        "age_s": age,
    }


def _memory():
    with open("/proc/meminfo") as file:
        pairs = dict(line.split(":", 1) for line in file)
    return {key: int(pairs[key].split()[0]) * 1024 for key in ("MemTotal", "MemAvailable") if key in pairs}


def _ansible_processes():
    """Return the processes by which Ansible works on this host; never ourselves."""
    mine = {os.getpid(), os.getppid()}
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) in mine:
            continue
        try:
            with open("/proc/%s/cmdline" % entry, "rb") as file:
                words = file.read(4096).decode("utf-8", "replace").split("\0")
            with open("/proc/%s/stat" % entry) as file:
                began = file.read().rsplit(")", 1)[1].split()[19]
        except PermissionError:
            raise  # a process that is hidden from us may be Ansible's
        except (OSError, IndexError):
            continue
        hit = next((word for word in words[:4] if ANSIBLE.search(word)), None)
        if hit is not None and "remediator-collector" not in " ".join(words):
            found.append({"pid": int(entry), "start": int(began), "what": os.path.basename(hit)[:80]})
    return sorted(found, key=lambda item: item["pid"])[:50]


def _ansible_log(run):
    """Return the newest lines by which Ansible's modules say that they were invoked, of the last hour: time and module
    only.

    They come under a name of their own (``ansible-copy``), or under that of the Python that runs them.
    """
    try:
        code, out, _ = run(["journalctl", "-q", "--no-pager", "-F", "SYSLOG_IDENTIFIER"], 2, 1 << 20)
        if code != 0:
            return None
        names = [name for name in out.split("\n") if re.match(r"ansible|python|platform-python", name)][:60]
        matches = ["SYSLOG_IDENTIFIER=" + name for name in names] + ["+"] * bool(names)
        matches += ["_COMM=python3", "_COMM=platform-python", "_COMM=python"]
        argv = ["journalctl", "-q", "--no-pager", "-o", "json", "-n", "200", "--since", "-1h"]
        code, out, _ = run([*argv, "--output-fields", "SYSLOG_IDENTIFIER,MESSAGE", *matches], 2, 2 << 20)
    except (OSError, ValueError):
        return None
    return _ansible_lines(out) if code == 0 else None


def _ansible_lines(text):
    lines = []
    for line in text.splitlines():
        try:
            item = json.loads(line)
            said = str(item.get("MESSAGE", ""))
            named = re.match(r"(ansible-[\w.-]+) Invoked with", said) or re.match(
                r"(ansible[\w.-]*)$", str(item.get("SYSLOG_IDENTIFIER"))
            )
            if named:
                lines.append({"at": int(item["__REALTIME_TIMESTAMP"]) / 1e6, "what": named.group(1)[:60]})
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    return lines[-20:]


def _etc_kolla():
    """Return service -> digest over names and contents, and the newest change time; None where there is no
    /etc/kolla."""
    try:
        services = sorted(entry for entry in os.listdir(KOLLA) if os.path.isdir(os.path.join(KOLLA, entry)))
    except (FileNotFoundError, NotADirectoryError):
        return None
    found = {}
    for service in services[:200]:
        found[service.replace("-", "_")] = _digest(os.path.join(KOLLA, service))
    return found


def _digest(root):
    def closed(error):
        if not isinstance(error, FileNotFoundError):
            raise error

    total, newest, files = hashlib.sha256(), 0.0, 0
    for folder, folders, names in os.walk(root, onerror=closed):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(folder, name)
            try:
                facts = os.lstat(path)
                newest = max(newest, facts.st_mtime)
                total.update(os.path.relpath(path, root).encode("utf-8", "surrogateescape") + b"\0")
                if os.path.isfile(path) and not os.path.islink(path) and files < DIGEST_FILES:
                    with open(path, "rb") as file:
                        total.update(file.read(DIGEST_BYTES))
            except OSError as error:
                total.update(type(error).__name__.encode())
            files += 1
    return {"sha256": total.hexdigest(), "mtime": newest, "files": files}


def _synchronised(run):
    """Return whether the clock is synchronised by what systemd says, or None where it does not say."""
    try:
        code, out, _ = run(["timedatectl", "show", "-p", "NTPSynchronized", "--value"], 2)
    except OSError:
        return None
    return {"yes": True, "no": False}.get(out.strip()) if code == 0 else None


def collect_disk(request, run):
    """Return mount -> numbers, or ``{"dead": true}`` for one that did not answer within 2 s."""
    jobs = {}
    with open("/proc/self/mountinfo") as file:
        mounts = _mounts(set(request.get("disk_mounts") or []), file.read(4 << 20))
    for mount in mounts:
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            _stat_child(mount, writer)
        os.close(writer)
        jobs[reader] = (mount, pid)
    found, ends = {}, time.monotonic() + 2.0
    while jobs:
        left = ends - time.monotonic()
        ready = select.select(list(jobs), [], [], left)[0] if left > 0 else []
        for fd in ready or list(jobs):
            mount, pid = jobs.pop(fd)
            answer = os.read(fd, 4096) if ready else b""
            os.close(fd)
            os.kill(pid, signal.SIGKILL)
            if ready and not answer:
                continue  # not there: nothing to say about it
            found[mount] = json.loads(answer.decode()) if answer else {"dead": True}
    return found


def _mounts(wanted, text):
    """Return which mount points of mountinfo's `text` to ask: one per file system, "/" and the wanted ones, and all on
    disks or on the network. Mountinfo itself never hangs."""
    chosen = {}
    for line in text.splitlines():
        before, _, after = line.partition(" - ")
        device, point = before.split()[2], _unescaped(before.split()[4])
        asked = point == "/" or point in wanted
        if not asked and ((after.split()[0] not in REAL and not after.startswith("fuse.")) or INSIDE.match(point)):
            continue
        rank = (point != "/", point not in wanted, len(point), point)
        if device not in chosen or rank < chosen[device][0]:
            chosen[device] = (rank, point)
    return [point for _, point in sorted(chosen.values())][:MOST_MOUNTS]


def _unescaped(point):
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match.group(1), 8)), point)


def _stat_child(mount, writer):
    """Answer with the numbers of one file system and end; nothing is written when there is no such path."""
    try:
        numbers = os.statvfs(mount)
        text = {
            "total": numbers.f_blocks * numbers.f_frsize,
            "used": (numbers.f_blocks - numbers.f_bfree) * numbers.f_frsize,
            "available": numbers.f_bavail * numbers.f_frsize,
            "inodes": numbers.f_files,
            "inodes_free": numbers.f_favail,
        }
        os.write(writer, json.dumps(text).encode())
    finally:
        os._exit(0)
