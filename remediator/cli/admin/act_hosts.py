"""`remediator actions --compare`: what `remediator-act` takes on each host, beside what this release prints for it.

Each host is asked once over the act key, which changes nothing there and counts as no change. `judge` is pure.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from remediator import __version__
from remediator.cli.admin import act_files

if TYPE_CHECKING:
    from remediator.config import Config
    from remediator.model.messages.replies import CommandDone

ASKS: Final = ("remediator-act", "status")
ANSWERS_S: Final = 20.0
NOT_FOUND: Final = 127
MOST_TOLD: Final = 8
LONGEST: Final = 300
GOOD: Final = ("same", "none")
"""States about which nothing is to be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One host. `state`: `same`, `other` (with what to install), `none` (no `remediator-act` there), or `unknown` with
    the reason."""

    host: str
    state: str
    sentences: tuple[str, ...]


def ask(config: Config) -> list[Compared]:
    """Ask every host of the inventory, in parallel. Raise InventoryError, or CliError for what no file can tell."""
    from concurrent.futures import ThreadPoolExecutor

    from remediator import inventory as inventories
    from remediator.cli.admin import actions
    from remediator.collect import places
    from remediator.daemon.process import connections
    from remediator.model.content.commands import Command
    from remediator.model.hosts import LOCAL, Host

    files, hosts = actions.files_of_act(), inventories.load(config).hosts
    reach = connections.reach_of(config)

    def compared(host: Host) -> Compared:
        if host.address == LOCAL:
            return Compared(host=host.name, state="none", sentences=("it is acted on without SSH",))
        command = Command(host=host.name, argv=ASKS, timeout_s=ANSWERS_S, privileged=False)
        return judge(host.name, reach.run(host, command), files)

    try:
        with ThreadPoolExecutor(places.of_each(len(hosts))) as pool:
            return list(pool.map(compared, (hosts[name] for name in sorted(hosts))))
    finally:
        reach.close()


def judge(host: str, done: CommandDone, files: Mapping[str, str]) -> Compared:
    """Return how what `host` answered compares with `files`, by name, as this release prints them."""
    if done.exit_code is None:
        return Compared(host=host, state="unknown", sentences=(done.error[:LONGEST] or "it did not answer",))
    lines = [line for line in done.output.splitlines() if line.strip()]
    said = lines[-1][:LONGEST] if lines else ""
    told = _told(lines[-1] if lines else "")
    if told is not None:
        wrong = _differences(told, files)
        return Compared(host=host, state="other" if wrong else "same", sentences=tuple(wrong[:MOST_TOLD]))
    if done.exit_code == NOT_FOUND:
        return Compared(host=host, state="none", sentences=("no remediator-act stands behind the act key",))
    if " ".join(ASKS) in said:
        older = f"remediator-act is older than its files: install it anew, then the files of {__version__}"
        return Compared(host=host, state="other", sentences=(older,))
    return Compared(host=host, state="unknown", sentences=(said or f"it said nothing, exit {done.exit_code}",))


def _told(line: str) -> Mapping[str, Any] | None:
    """Return the answer of `remediator-act status`; None when `line` is none."""
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or type(told.get("version")) is not int:
        return None
    lists = (told.get("files"), told.get("problems"))
    whole = all(isinstance(each, list) for each in lists) and all(isinstance(each, dict) for each in told["files"])
    return told if whole else None


def _differences(told: Mapping[str, Any], files: Mapping[str, str]) -> list[str]:
    """Return a sentence, with what to install, for each file that is not as this release prints it."""
    if told["version"] != act_files.VERSION:
        newer = told["version"] > act_files.VERSION
        what = (
            "this daemon is older: upgrade it, or install its remediator-act"
            if newer
            else "install remediator-act anew"
        )
        return [
            f"remediator-act reads files of version {told['version']}, and {__version__} prints "
            f"{act_files.VERSION}: {what}"
        ]
    wrong = [str(problem)[:LONGEST] for problem in told["problems"]]
    if wrong and not told["files"]:
        return wrong
    there = {str(file.get("file")): file for file in told["files"]}
    for name, text in files.items():
        found = there.get(name)
        if found is None:
            if not any(f"/{name} " in problem for problem in wrong):
                wrong.append(f"{name} lists nothing: install it")
        elif found.get("sha256") != hashlib.sha256(text.encode("ascii")).hexdigest():
            wrong.append(f"{name} is of {_release(str(found.get('release'))[:40])}")
    return wrong


def _release(theirs: str) -> str:
    """Return which release a file is of, beside ours, and what to do."""
    if theirs == __version__:
        return f"{theirs} as this is, with another text: install it anew"
    if _order(theirs) > _order(__version__):
        return (
            f"{theirs}, newer than this {__version__}: upgrade and restart the daemon, or install the file "
            f"of {__version__}"
        )
    return f"{theirs}, older than this {__version__}: install it anew"


def _order(release: str) -> tuple[int, ...]:
    return tuple(int(number[:9]) for number in re.findall("[0-9]+", release)[:4])
