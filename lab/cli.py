"""The command line of the lab: parses, dispatches, and turns every error into one line and an exit code."""

from __future__ import annotations

import fcntl
import importlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from lab import down, faults, paths, status, up
from lab.cloud import hosts, shapes, technologies, topology
from lab.errors import LabError, UsageError
from lab.outer import machine

USAGE = """usage: python -m lab COMMAND
  up [--shape SHAPE] [--only HOST,HOST] [--with TECHNOLOGY,...]
                                   bring the cloud up, or make it whole
  down                             take it away and leave nothing
  status [--format json]
  ssh HOST [CMD...]                as the user remediator, with the acting key
  faults [--format json]           what can be broken, and what is wanted of it
  break FAULT [HOST] [--PARAM VALUE]...
  heal [FAULT] [HOST]              undo all faults, those of a name, or those of a host
  demo [--simulated]               incidents, cured before your eyes; on a cloud in memory where no engine can run"""


def main(argv: Sequence[str]) -> int:
    """Run one command of the lab and return its exit code: 0 done, 1 failed, 64 usage."""
    try:
        return _dispatch(list(argv))
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        return 1
    except OSError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _dispatch(argv: list[str]) -> int:
    command, rest = (argv[0], argv[1:]) if argv else ("", [])
    match command:
        case "up":
            shape, only, also = _what_of_the_cloud(rest)
            machine.check()
            with _alone():
                up.up(only, shape=shape, also=also)
        case "down":
            _no_more(rest)
            with _alone():
                down.down()
            print("lab: down")
        case "status":
            _status(_wants_json(rest))
        case "ssh":
            return _ssh(rest)
        case "faults":
            _faults(_wants_json(rest))
        case "break":
            _break(rest)
        case "heal":
            _heal(rest)
        case "demo":
            demo = importlib.import_module("lab.demo")
            code: int = demo.main(rest)
            return code
        case "-h" | "--help" | "help":
            print(USAGE)
        case _:
            raise UsageError(f"unknown command {command!r}; try: python -m lab help")
    return 0


def _what_of_the_cloud(rest: list[str]) -> tuple[str | None, Sequence[str] | None, Sequence[str]]:
    """Return the values of --shape and --only, None for one that is not given, and of --with."""
    given: dict[str, str] = {}
    words = list(rest)
    while words:
        name, equals, value = words.pop(0).partition("=")
        if name not in ("--shape", "--only", "--with") or (not equals and not words):
            raise UsageError(
                f"up takes --shape SHAPE and --only HOST,HOST and --with TECHNOLOGY,..., not {' '.join(rest)!r}"
            )
        given[name] = value if equals else words.pop(0)
    shape = given.get("--shape")
    known = shapes.find(shape).hosts if shape is not None else topology.NAMES
    also = [n for n in given.get("--with", "").split(",") if n]
    technologies.check(also, shapes.current() if shape is None else shapes.find(shape))
    if "--only" not in given:
        return shape, None, also
    only = [n for n in given["--only"].split(",") if n]
    for name in only:
        topology.host(name)
        if name not in known:
            raise UsageError(f"the shape {shape} has no host {name}; it has {', '.join(known)}")
    if not only:
        raise UsageError("--only names no host")
    return shape, only, also


def _wants_json(rest: list[str]) -> bool:
    if rest in ([], ["--format", "text"]):
        return False
    if rest in (["--format", "json"], ["--format=json"]):
        return True
    raise UsageError(f"expected --format json or nothing, not {' '.join(rest)!r}")


def _no_more(rest: list[str]) -> None:
    if rest:
        raise UsageError(f"unexpected {' '.join(rest)!r}")


def _status(as_json: bool) -> None:
    seen: dict[str, Any] = status.status()
    if as_json:
        print(json.dumps(seen, indent=2))
        return
    print(f"lab: {seen['state']}, shape {seen['shape']}")
    for host in seen["hosts"]:
        print(f"  {host['name']}  {host['address']:<11} {host['role']:<8} {host['engine']:<7} {host['state']}")
    for fault in seen["faults"]:
        print(f"  fault {fault['fault']} on {fault['host']}")
    print(f"  config {seen['config']}")


def _faults(as_json: bool) -> None:
    listed = faults.described()
    if as_json:
        print(json.dumps(listed, indent=2))
        return
    for fault in listed:
        print(
            f"{fault['name']:<22} {fault['expected']['check']:<17} {fault['expected']['outcome']:<10} "
            f"{fault['summary']}"
        )
        for name, param in fault["params"].items():
            print(
                f"{'':<22}   --{name}: {param['help']}" + (f" (default {param['default']})" if param["default"] else "")
            )


def _break(rest: list[str]) -> None:
    if not rest or rest[0].startswith("-"):
        raise UsageError("break needs a fault: python -m lab faults")
    fault = faults.find(rest[0])
    words = rest[1:]
    host = words.pop(0) if words and not words[0].startswith("-") else None
    given: dict[str, str] = {}
    while words:
        name, equals, value = words.pop(0).partition("=")
        if not name.startswith("--"):
            raise UsageError(f"unexpected {name!r}: break FAULT [HOST] [--PARAM VALUE]")
        name = name.removeprefix("--")
        if name in fault.params and fault.params[name].switch:
            value = value or "yes"
        elif not equals:
            if not words:
                raise UsageError(f"--{name} needs a value")
            value = words.pop(0)
        given[name] = value
    lines = faults.break_(fault.name, host, given)
    for line in lines:
        print(f"lab: {line}")


def _heal(rest: list[str]) -> None:
    names = [w for w in rest if w in topology.NAMES]
    others = [w for w in rest if w not in topology.NAMES]
    if len(names) > 1 or len(others) > 1:
        raise UsageError("heal takes a fault, a host, or both")
    for word in others:
        if word not in faults.all_of_them():
            raise UsageError(f"{word!r} is neither a fault nor a host")
    lines = faults.heal(others[0] if others else None, names[0] if names else None)
    for line in lines or ["nothing to heal"]:
        print(f"lab: {line}")


def _ssh(rest: list[str]) -> int:
    if not rest:
        raise UsageError("ssh needs a host")
    argv = hosts.ssh_argv(topology.host(rest[0]), rest[1:])
    if not rest[1:] and sys.stdin.isatty():
        argv.insert(1, "-t")
    sys.stdout.flush()
    os.execvp(argv[0], argv)


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the lab's lock: one `up` or `down` at a time."""
    paths.HOME.mkdir(parents=True, exist_ok=True)
    with open(paths.LOCK, "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise LabError("another up or down of this lab is running") from None
        yield
