"""Runs on the host, standard library only, Python 3.6 or later: what the engine and systemd say about kolla's
containers.

One `ps`, one `inspect`, one `systemctl show`, whatever the number of containers; last log lines only of those in a bad
state. Only the fields listed here leave the host. Of Env the names leave it, of Health.Log the end of the last entry,
and of log lines what `_redact` leaves of them. The script reads and never changes anything.
"""

import calendar
import glob
import json
import os
import re
import time

UNITS = "/etc/systemd/system/kolla-*-container.service"
CONFIGS = "/etc/kolla/*/config.json"
PROPERTIES = (
    "Id LoadState ActiveState SubState Result NRestarts InvocationID ActiveEnterTimestamp InactiveEnterTimestamp "
    "ActiveExitTimestampMonotonic ExecMainExitTimestampMonotonic ExecMainStatus ExecMainCode Job Restart "
    "StartLimitBurst AssertResult AssertTimestampMonotonic UnitFileState "
    "FragmentPath DropInPaths"
).split()
STAMP_END = re.compile(r"\d\d:\d\d:\d\d\.\d+Z$")
"""The end of a time whose beginning the engine has lost (seen with Docker in a restart loop): no word of the
container's."""
SECRET = re.compile(
    r"(?i)((?:pass(?:word|wd)?|secret|token|(?:api|private|access)[_-]?key)[\"']?\s*[=:]\s*)\S+|(://[^\s:/@]+:)[^\s@]+(?=@)"
)
MOST_LOGS = 8
LOGS_S = 4.0
LOG_SIZE = 1500
AGAIN_S = 150.0


def collect_containers(request, run):
    engine = request.get("engine", "docker")
    state, reason, found, unread = _containers(engine, run)
    unit_files = sorted(os.path.basename(path) for path in glob.glob(UNITS))
    units, units_reason = _units(unit_files, run)
    _add_oom(found or {}, units or {}, time.clock_gettime(time.CLOCK_MONOTONIC), run)
    configs = sorted(os.path.basename(os.path.dirname(path)).replace("-", "_") for path in glob.glob(CONFIGS))
    return {
        "clock": time.time(),
        "engine": {"name": engine, "state": state, "reason": reason},
        "containers": found,
        "unread": unread,
        "unit_files": [_container_of(name) for name in unit_files],
        "units": units,
        "units_reason": units_reason,
        "configs": [name for name in configs if not re.match(r"(bootstrap|upgrade)_|.*_bootstrap$", name)],
        "logs": _logs(engine, found or {}, units or {}, run),
    }


def _container_of(unit):
    return unit[len("kolla-") : -len("-container.service")]


def _containers(engine, run):
    """Return (state, reason, name -> facts, name -> why there are none): state is ok, missing, hung or down."""
    for _attempt in (1, 2):  # one that went away between the two commands is listed anew
        try:
            code, out, err = run([engine, "ps", "-aq", "--no-trunc"], 5)
        except FileNotFoundError:
            return "missing", "there is no %s on this host" % engine, None, {}
        if code is None:
            return "hung", "%s ps gave no answer within 5 s" % engine, None, {}
        if code != 0:
            return "down", _one_line(err) or "%s ps ended with %d" % (engine, code), None, {}
        ids = out.split()
        if not ids:
            return "ok", "", {}, {}
        code, out, err = run([engine, "inspect", "--type", "container", *ids], 6, 16 << 20)
        if code is None:
            return "hung", "%s inspect gave no answer within 6 s" % engine, None, {}
        if code == 0:
            break
    said = _one_line(err) or "%s inspect ended with %d" % (engine, code)
    found, strange = _read(out, code)
    if not found:
        return "down", said if code != 0 else "%s inspect says too little of each container" % engine, None, {}
    return "ok", "", found, _unread(engine, found, strange, said, run) if code != 0 or strange else {}


def _read(out, code):
    """Return (name -> facts, id -> why there are none) of what `inspect` printed; code 0: all of it, or the section is
    wrong."""
    try:
        items = json.loads(out)
    except ValueError:
        if code == 0:
            raise
        return {}, {}
    found, strange = {}, {}
    for item in items:
        try:
            facts = _facts(item)
            found[facts["name"]] = facts
        except (KeyError, TypeError, AttributeError) as error:
            strange[item["Id"]] = "inspect says nothing of its %s" % error
    return found, strange


def _unread(engine, found, strange, said, run):
    """Return name -> why there are no facts of it. An engine inspects none that it can neither end nor remove
    (``dead``, ``removing``).

    Raise OSError where their names cannot be had: which ones are there and not known must be.
    """
    code, out, err = run([engine, "ps", "-a", "--no-trunc", "--format", "{{.ID}} {{.Names}}"], 5)
    if code != 0:
        raise OSError("%s; and %s ps does not name them: %s" % (said, engine, _one_line(err)))
    listed = dict(line.split(" ", 1) for line in out.splitlines() if " " in line)
    names = {names.split(",")[0]: strange.get(one, said) for one, names in listed.items()}
    return {name: why for name, why in names.items() if name not in found}


def _facts(item):
    """Return what leaves the host of one container. One that Docker waits to start again does not run, whatever Running
    says."""
    state, config = item["State"], item.get("Config") or {}
    labels = config.get("Labels") or {}
    health = state.get("Health") or state.get("Healthcheck") or {}
    log = health.get("Log") or []
    policy = (item.get("HostConfig") or {}).get("RestartPolicy") or {}
    checked = health.get("Status") not in (None, "", "none")
    return {
        "id": item["Id"],
        "name": item["Name"].lstrip("/"),
        "image": item.get("ImageName") or config.get("Image"),
        "image_id": item.get("Image"),
        "created": item.get("Created"),
        "status": state["Status"],
        "running": bool(state["Running"]) and not state.get("Restarting"),
        "exit_code": state.get("ExitCode"),
        "oom_killed": bool(state.get("OOMKilled")),
        "error": _redact(state.get("Error") or "")[:300],
        "started_at": state.get("StartedAt"),
        "finished_at": state.get("FinishedAt"),
        "restart_count": item.get("RestartCount") or 0,
        "restart_policy": policy.get("Name") or "",
        "health": health["Status"] if checked else None,
        "failing_streak": health.get("FailingStreak", 0) if checked else None,
        "health_output": _redact(str(log[-1].get("Output", "")))[-200:] if checked and log else None,
        "kolla_version": labels.get("kolla_version"),
        "short_lived": "BOOTSTRAP" in labels or "UPGRADE" in labels,
        "env_names": sorted(entry.split("=", 1)[0] for entry in config.get("Env") or []),
    }


def _add_oom(found, units, now, run):
    """Add how long ago the kernel's out-of-memory killer ended each container, by the kernel's log: engines miss some
    kills."""
    killed = [item for item in found.values() if not item["running"] and item["exit_code"] == 137]
    suspects = [item for item in killed if not item["oom_killed"]]
    suspects += [item for name, item in found.items() if _again(item, units.get(name, {}))]
    if not suspects:
        return
    try:
        code, out, _ = run(["dmesg"], 2, 8 << 20)
    except (OSError, ValueError):
        return
    lines = [line for line in out.splitlines() if "oom-kill:" in line] if code == 0 else []
    for item in suspects:
        stamps = [re.match(r"\[ *(\d+\.\d+)\]", line) for line in lines if item["id"] in line]
        if stamps and stamps[-1]:
            item["oom_ago_s"] = now - float(stamps[-1].group(1))


def _units(unit_files, run):
    """Return (name -> properties, None), or (None, reason)."""
    if not unit_files:
        return {}, None
    try:
        code, out, err = run(["systemctl", "show", "--no-pager", "-p", ",".join(PROPERTIES), "--", *unit_files], 4)
    except FileNotFoundError:
        return None, "systemd_missing"
    if code is None:
        return None, "timeout:systemctl"
    if code != 0:
        return None, "error:systemctl: " + _one_line(err)
    if not out.endswith("\n"):
        return None, "error:systemctl: its answer was cut"
    units = {}
    for block in out.split("\n\n"):
        pairs = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
        if "Id" in pairs:
            units[_container_of(pairs.pop("Id"))] = pairs
    missing = [name for name in unit_files if _container_of(name) not in units]
    return (None, "error:systemctl: it left out %s" % missing[0]) if missing else (units, None)


def _logs(engine, found, units, run):
    """Return name -> last lines of each container in a bad state, or started again a moment ago, as far as the time
    goes."""
    ends = time.monotonic() + LOGS_S
    bad = [name for name, item in found.items() if not item["running"] or item["health"] == "unhealthy"]
    bad += [name for name, unit in units.items() if unit.get("ActiveState") in ("failed", "activating")]
    again = [name for name, item in found.items() if _again(item, units.get(name, {}))]
    logs = {}
    for name in (sorted(set(bad)) + sorted(set(again) - set(bad)))[:MOST_LOGS]:
        left = ends - time.monotonic()
        if left <= 0:
            break
        try:
            text = (
                _unit_log(name, run, min(1.5, left)) if name in units else _engine_log(engine, found[name], run, left)
            )
        except (OSError, ValueError):
            continue
        if text is not None:
            logs[name] = _end(_redact(text))
    return logs


def _again(item, unit):
    """Return whether a running container was started again by itself a moment ago: what its life before died of is of
    interest."""
    restarts = item["restart_count"] or unit.get("NRestarts", "0") != "0"
    started = _epoch(item["started_at"])
    return bool(item["running"] and restarts and started is not None and time.time() - started < AGAIN_S)


def _epoch(stamp):
    found = re.match(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)$", stamp or "")
    if found is None:
        return None
    zone = found.group(2)
    shift = 0 if zone == "Z" else (int(zone[1:3]) * 3600 + int(zone[4:]) * 60) * (-1 if zone[0] == "-" else 1)
    return calendar.timegm(time.strptime(found.group(1), "%Y-%m-%dT%H:%M:%S")) - shift


def _unit_log(name, run, timeout):
    unit = "kolla-%s-container.service" % name
    code, out, _ = run(["journalctl", "-u", unit, "-n", "20", "-q", "--no-pager", "-o", "cat"], timeout, 1 << 20)
    return out if code == 0 else None


def _engine_log(engine, item, run, left):
    """Return the last lines of one life of a container without a unit: of this one, or of the one before when this just
    began.

    The engine gives what was said to stdout and to stderr apart: their times put them together again.
    """
    code, out, err = run([engine, "logs", "--timestamps", "--tail", "40", item["name"]], min(1.5, left), 1 << 20)
    if code != 0:
        return None
    stamped = [line.partition(" ") for line in out.splitlines() + err.splitlines()]
    started = _epoch(item["started_at"])
    said, before = [], []
    for stamp, _, text in sorted(stamped, key=lambda parts: parts[0] if _epoch(parts[0]) is not None else ""):
        at = _epoch(stamp)
        if at is None and not STAMP_END.search(stamp):  # an engine, or a driver, without times
            text = stamp + " " + text if text else stamp
        (before if at is not None and started is not None and at < int(started) else said).append(text)
    lines = before if before and ((item["running"] and _again(item, {})) or not said) else said
    return "\n".join(lines[-20:])


def _end(text):
    """Return the end of a text, from the beginning of a line on."""
    if len(text) <= LOG_SIZE:
        return text
    return text[-LOG_SIZE:].partition("\n")[2] or text[-LOG_SIZE:]


def _redact(text):
    return SECRET.sub(lambda match: (match.group(1) or match.group(2)) + "***", text)


def _one_line(text):
    return " ".join(text.split())[:200]
