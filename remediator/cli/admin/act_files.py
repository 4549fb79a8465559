"""`remediator actions --format act`: what `remediator-act` takes on a host, one file for each integration. Pure but for
`write`.

Invariant: `remediator-act` of the same release believes every file that is printed. What such a file cannot express is
a CliError here, and never a refusal on the host. The same actions print the same bytes.

`remediator-act` reads the files where root alone may write them. It matches no expression of theirs: an argument is one
of FORMS, which stand in that script as well, or a choice of plain words.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from remediator import __version__
from remediator.cli.errors import FAILED, CliError
from remediator.model import identity

if TYPE_CHECKING:
    from remediator.model.content.actions import ActionSpec
    from remediator.model.content.commands import Script

VERSION: Final = 1
"""Of the files. `remediator-act` reads one version and refuses every other one."""
OWN: Final = "remediator"
"""The file of what the daemon itself does on a host: its claim."""
FORMS: Final = (
    r"(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+",
    identity.MARK,
    identity.CLOUD,
    r"[A-Za-z0-9][A-Za-z0-9-]{7,63}",
    r"[A-Za-z0-9-]{8,64}",
    identity.ID,
    r"[0-9]{1,18}",
)
"""A directory, the mark of a run, a cloud, two kinds of nonces, an id, a number."""
MARK: Final = "MARK"
"""The last word of a command that stands for the mark of a run."""
HOLES: Final = {"systemctl": "kolla-*-container.service", "docker": "NAME", "podman": "NAME"}
MOST_ENTRIES: Final = 256
MOST_TEXT: Final = 3072
MOST_BYTES: Final = 1 << 18
_CHOICE: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}(\|[a-z0-9][a-z0-9_-]{0,31}){0,15}")
_PROGRAM: Final = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.:=-]{1,128}")
_NEVER: Final = ("sudo", "sh")
_OWNER: Final = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_SCRIPT_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,63}")
_TEXT: Final = re.compile(r"[ -~]+")
_STATEFUL: Final = re.compile(r"(?!(.*\?){5}|(.*\.\*){3}|.*\(\?)([a-z0-9_()|]|\[[a-z]+\]|\?|\.\*){1,200}")


def text(owner: str, actions: Iterable[ActionSpec], stateful: Sequence[str] = ()) -> str | None:
    """Return the file of integration `owner` with these `actions`; None when there is nothing to say in it.

    `stateful`: expressions for containers that no hole of any file stands for. Raise CliError for what cannot be told.
    """
    actions = tuple(actions)
    commands = sorted({pattern for action in actions for pattern in action.privileges})
    scripts: dict[str, Script] = {}
    for script in (script for action in actions for script in action.scripts):
        if scripts.setdefault(script.name, script) != script:
            raise _unfit(owner, f"two of its scripts are called {script.name}")
    if not commands and not scripts and not stateful:
        return None
    content = {
        "version": VERSION,
        "release": __version__,
        "integration": owner,
        "commands": commands,
        "scripts": [_script(scripts[name]) for name in sorted(scripts)],
        "stateful": sorted(stateful),
    }
    wrong = unfit(content)
    if wrong is not None:
        raise _unfit(owner, wrong)
    printed = json.dumps(content, indent=2) + "\n"
    if len(printed) > MOST_BYTES:
        raise _unfit(owner, f"its file has more than {MOST_BYTES} bytes")
    return printed


def _script(script: Script) -> dict[str, Any]:
    return {"name": script.name, "text": script.text, "arguments": list(script.args)}


def unfit(content: Mapping[str, Any]) -> str | None:
    """Return why `remediator-act` would not believe the file `content`, in one clause; None when it would."""
    owner = content["integration"]
    if _OWNER.fullmatch(owner) is None:
        return "its name is not one that a file can have: [a-z][a-z0-9_-]*, at most 32 characters"
    if max(len(content[key]) for key in ("commands", "scripts", "stateful")) > MOST_ENTRIES:
        return f"it has more than {MOST_ENTRIES} commands, scripts or names"
    wrong = [unfit_command(pattern) for pattern in content["commands"]]
    wrong += [_unfit_script(owner, script) for script in content["scripts"]]
    wrong += [_unfit_names(expression) for expression in content["stateful"]]
    return next((why for why in wrong if why is not None), None)


def unfit_command(pattern: str) -> str | None:
    """Return why no file may list the command `pattern`; None when one may.

    It is a program, or a choice of them, and plain words. Only the last word may stand for many: a container's name
    behind ``--``, as HOLES says, or MARK.
    """
    first, *words = pattern.split(" ")
    programs = first.split("|")
    if not all(_PROGRAM.fullmatch(program) and program not in _NEVER for program in programs):
        return f"its command {pattern!r} begins with no program"
    many = {HOLES.get(program) for program in programs}
    for at, word in enumerate(words):
        if "*" in word or "NAME" in word:
            if many != {word} or at != len(words) - 1 or words[at - 1 : at] != ["--"]:
                return f"its command {pattern!r} stands for more than names of containers behind --"
        elif word == MARK:
            if at != len(words) - 1:
                return f"its command {pattern!r} has more behind the mark of a run"
        elif _PLAIN.fullmatch(word) is None:
            return f"its command {pattern!r} has a word that no request can have"
    return None


def _unfit_script(owner: str, script: Mapping[str, Any]) -> str | None:
    name, text = script["name"], script["text"]
    if _SCRIPT_NAME.fullmatch(name) is None or not name.startswith(owner.replace("_", "-") + "-"):
        return f"its script {name!r} has to begin with {owner.replace('_', '-')}-"
    if _TEXT.fullmatch(text) is None:
        return f"the text of its script {name} is not one line of printable characters"
    if len(shlex.quote(text)) > MOST_TEXT:
        return f"the text of its script {name} has more than {MOST_TEXT} characters"
    if len(script["arguments"]) > MOST_ENTRIES:
        return f"its script {name} has more than {MOST_ENTRIES} arguments"
    for form in script["arguments"]:
        if form not in FORMS and _CHOICE.fullmatch(form) is None:
            return (
                f"the argument {form!r} of its script {name} is no choice of plain words, and none of "
                f"{', '.join(FORMS)}"
            )
    return None


def _unfit_names(expression: str) -> str | None:
    if _STATEFUL.fullmatch(expression) is not None:
        with contextlib.suppress(re.error):
            re.compile(expression)
            return None
    return f"{expression!r} names no containers"


def write(directory: Path, files: Mapping[str, str]) -> list[Path]:
    """Write `files`, by name, into `directory`, each whole or not at all; return the paths of others that end in .json
    there.

    Raise CliError when that fails.
    """
    try:
        directory.mkdir(mode=0o755, parents=True, exist_ok=True)
        for name, content in files.items():
            _replace(directory / name, content)
        return sorted(path for path in directory.glob("*.json") if path.name not in files and path.name[0] != ".")
    except OSError as error:
        raise CliError(f"{error.filename or directory} cannot be written: {error.strerror}", FAILED) from None


def _replace(path: Path, content: str) -> None:
    descriptor, part = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            os.fchmod(file.fileno(), 0o644)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        os.unlink(part)
        raise


def _unfit(owner: str, why: str) -> CliError:
    return CliError(f"integration {owner} cannot be told to remediator-act: {why}; correct the integration", FAILED)
