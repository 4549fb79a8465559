"""`remediator actions --format sudoers`: what root is needed for on a host, as a sudoers file. Pure.

Invariant: a rule allows what one privilege pattern of an action describes and nothing beside it. sudoers matches the
arguments as one text, and its ``*`` matches spaces too. So a hole is written as an anchored regular expression (sudo
1.9.10 or later). A container that holds state is taken out of every hole, and is allowed only where a pattern names it.
A script is allowed as its whole text, its name and the arguments that it may have. The script itself makes sure that
its text cannot be cut at another space. It ends unless its name and the number of its words are right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from remediator.cli.errors import FAILED, USAGE, CliError

if TYPE_CHECKING:
    from remediator.model.content.actions import ActionSpec
from remediator.model.content.commands import Script

PATHS: Final = {
    "systemctl": "/usr/bin/systemctl",
    "docker": "/usr/bin/docker",
    "podman": "/usr/bin/podman",
    "python3": "/usr/bin/python3",
}
SHELL: Final = "/usr/bin/sh"
LONGEST: Final = 1024
"""Characters of a regular expression that sudo takes: a longer one never fits (sudo 1.9.10 to 1.9.17)."""
USER: Final = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
_PROGRAM: Final = re.compile(r"[A-Za-z0-9/][A-Za-z0-9._/-]*")
_WORD: Final = re.compile(r"[A-Za-z0-9._/@%+=:,-]*(\*|NAME)?[A-Za-z0-9._/@%+=:,-]*")
_HOLE: Final = "[a-z0-9_]+"
_SCRIPT: Final = re.compile(r"[ -~]+")
_SCRIPT_NAME: Final = re.compile(r"[a-z0-9-]+")
_CLASSES: Final = r"[A-Za-z0-9._/|-]*(\[[A-Za-z0-9._/-]+\](\{[0-9]+(,[0-9]+)?\}|\*)?[A-Za-z0-9._/|-]*)*"
_ARGUMENT: Final = re.compile(rf"{_CLASSES}|\({_CLASSES}\)\+")
"""What Python and POSIX read alike, and what has no room for a space."""
_HEADER: Final = """\
# What remediator does as root on a host, made by `remediator actions --format sudoers`; make it again after an upgrade.
# Install: check with `visudo -c -f FILE`, then `install -m 0440 -o root FILE /etc/sudoers.d/remediator`.
#
# Needs sudo 1.9.10 or later: arguments from ^ to $ are a regular expression. sudoers compares all arguments as one text,
# and its wildcard * matches spaces: `start kolla-*-container.service` would also allow
# `start kolla-a sshd.service kolla-b-container.service`. [a-z0-9_]+ between two anchors has no room for a second argument.
# The last rule that fits decides: a container that holds state is taken out (!), and what an action needs of it comes after.
"""  # noqa: E501
_SCRIPTS: Final = """
# Fixed programs of typed actions: the whole text, its name, and what each argument may be. `remediator actions` shows them readably.
# Each ends at once unless its name and the number of its arguments are right, so the text cannot be cut at another space.
"""  # noqa: E501
_COLLECTOR: Final = """
# The collector, over the read key. What it runs comes from the daemon through its standard input, so this line is as good
# as root for whoever has the read key; it only keeps other programs out.
"""  # noqa: E501


def text(actions: Iterable[ActionSpec], collector: Sequence[str], stateful: str, user: str) -> str:
    """Return the sudoers file of `user` for `actions` and the command `collector`.

    `stateful` is the regular expression of the containers that no hole stands for. Raise CliError 64 for a name that
    sudoers could read as something else. Raise CliError 1 for a privilege that is not a pattern of words, or a script
    that no rule can express.
    """
    if USER.fullmatch(user) is None:
        raise CliError(f"--user {user!r} is not the name of an account: [a-z_][a-z0-9_-]*", USAGE)
    actions = tuple(actions)
    patterns = {pattern: action.name for action in actions for pattern in action.privileges}
    wide = [one for one in patterns if _has_hole(one)]
    exact = [one for one in patterns if not _has_hole(one)]
    rules = [rule for one in wide for rule in _rules(one, patterns[one], _HOLE)]
    rules += [f"!{rule}" for one in wide for rule in _rules(one, patterns[one], f"({stateful})")]
    rules += [rule for one in exact for rule in _rules(one, patterns[one], _HOLE)]
    lines = [f"{user} ALL=(root) NOPASSWD: {rule}" for rule in dict.fromkeys(rules)]
    scripts = {script.name: (script, action.name) for action in actions for script in action.scripts}
    programs = [f"{user} ALL=(root) NOPASSWD: {SHELL} {_program(*each)}" for each in scripts.values()]
    look = f"{user} ALL=(root) NOPASSWD: {PATHS[collector[0]]} {_literal(' '.join(collector[1:]))}"
    fixed = _SCRIPTS + "\n".join(programs) + "\n" if programs else ""
    return _HEADER + "\n" + "\n".join(lines) + "\n" + fixed + _COLLECTOR + look + "\n"


def _has_hole(pattern: str) -> bool:
    return any("*" in word or "NAME" in word for word in pattern.split(" ")[1:])


def _rules(pattern: str, action: str, hole: str) -> list[str]:
    """Return one rule for each program that `pattern` begins with, its hole filled with the expression `hole`."""
    programs, *words = pattern.split(" ")
    for word in programs.split("|"):
        if _PROGRAM.fullmatch(word) is None:
            raise _unclear(action, pattern, word)
    for word in words:
        if _WORD.fullmatch(word) is None:
            raise _unclear(action, pattern, word)
    arguments = _literal(" ".join(words))
    if _has_hole(pattern):
        arguments = "^" + " ".join(_expression(word, hole) for word in words) + "$"
    return [
        f"{_path(program)} {arguments}".rstrip() if words else f'{_path(program)} ""' for program in programs.split("|")
    ]


def _program(script: Script, action: str) -> str:
    """Return the arguments of `script` as one anchored expression."""
    if _SCRIPT.fullmatch(script.text) is None or _SCRIPT_NAME.fullmatch(script.name) is None:
        raise _unfit(
            action, script, "its text is more than one line of printable characters, or its name is no plain word"
        )
    wrong = next((pattern for pattern in script.args if _ARGUMENT.fullmatch(pattern) is None), None)
    if wrong is not None:
        raise _unfit(action, script, f"its argument {wrong!r} is no list of words and no class with a count")
    arguments = "".join(f" ({pattern})" for pattern in script.args)
    found = f"^-c {_exactly(script.text)} {script.name}{arguments}$"
    if len(found) > LONGEST:
        raise _unfit(action, script, f"it makes an expression of {len(found)} characters, and sudo takes {LONGEST}")
    return found


def _exactly(text: str) -> str:
    """Return the POSIX extended expression that fits `text` alone; sudo's own lexer ends one at a bare ``#`` and ``$``.

    Nothing else gets a backslash: glibc gives one before ``<``, ``>``, a quote or a letter a meaning.
    """
    return re.sub(r"([\\^$.|?*+()\[\]{}#])", r"\\\1", text)


def _path(program: str) -> str:
    return program if program.startswith("/") else PATHS.get(program, f"/usr/bin/{program}")


def _expression(word: str, hole: str) -> str:
    before, found, after = word.replace("NAME", "*").partition("*")
    return re.escape(before).replace(r"\-", "-") + (hole if found else "") + re.escape(after).replace(r"\-", "-")


def _literal(arguments: str) -> str:
    """Return `arguments` with what sudoers reads as its own, or as a wildcard, taken literally."""
    return re.sub(r"([\\,:=*?\[\]#!\"])", r"\\\1", arguments)


def _unfit(action: str, script: Script, why: str) -> CliError:
    return CliError(
        f"{action}: its script {script.name} cannot become a sudoers rule: {why}; correct the script", FAILED
    )


def _unclear(action: str, pattern: str, word: str) -> CliError:
    why = f"{action}: its privilege {pattern!r} cannot become a sudoers rule: {word!r} is not one plain word"
    return CliError(f"{why} (at most one * or NAME, no spaces or shell characters); correct the action", FAILED)
