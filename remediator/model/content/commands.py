"""What is sent to a host: an exact argv, or a fixed program of the product with words as its arguments. Frozen
records."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

SUDO = ("sudo", "-n", "--")


SCRIPT = ("sh", "-c")


def brief(argv: Sequence[str]) -> str:
    """Return `argv` in one line; of a fixed script only its name and its words."""
    words = argv[3:] if tuple(argv[:2]) == SCRIPT else argv
    return shlex.join(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One exact argv on one host. `privileged` commands run under ``sudo -n`` where the config says so.

    `first` runs right before `argv` and must succeed. The host gets both at once (``first && argv``), so that no
    failure of the daemon can come between them. `timeout_s` is for both.
    """

    host: str
    argv: tuple[str, ...]
    timeout_s: float
    privileged: bool = True
    first: tuple[str, ...] = ()
    leaves_within_s: float | None = field(default=None, compare=False)
    """Set when it is sent: what it rests on is too old after that, and it must not leave any more. No part of any
    plan."""

    def line(self, sudo: bool = False) -> str:
        """Return the command as a shell takes it, every word quoted that needs it."""
        prefix = SUDO if sudo and self.privileged else ()
        return " && ".join(shlex.join((*prefix, *each)) for each in (self.first, self.argv) if each)

    @property
    def brief(self) -> str:
        """The command in one short line: of a fixed script its name and words, whose text is in the plan and in the
        audit."""
        return brief(self.argv) if not self.first else f"{brief(self.first)} && {brief(self.argv)}"

    def to_json(self) -> dict[str, Any]:
        """Return what the journal, the plan and every output say of it."""
        first = {"first": list(self.first)} if self.first else {}
        return {"host": self.host, **first, "argv": list(self.argv), "privileged": self.privileged}


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A fixed one-line POSIX shell program that a step runs on a host, with words as its arguments and nothing pasted
    into it.

    It is part of the product, never of a config: the plan, the journal and the sudoers file show it in full.
    `args` has one regular expression per argument, which the argument matches as a whole.
    """

    name: str
    text: str
    args: tuple[str, ...]

    def argv(self, *words: str) -> tuple[str, ...]:
        """Return the argv that runs it with `words`. Raise ValueError when one of them is not what it may be."""
        if len(words) != len(self.args):
            raise ValueError(f"{self.name} takes {len(self.args)} words, not {len(words)}")
        for word, pattern in zip(words, self.args, strict=True):
            if re.fullmatch(pattern, word) is None:
                raise ValueError(f"{self.name}: {word!r} is not one of {pattern}")
        return ("sh", "-c", self.text, self.name, *words)

    def made(self, argv: tuple[str, ...]) -> bool:
        """Return whether `argv` is what this program is run as."""
        head, words = argv[: len(SCRIPT) + 2], argv[len(SCRIPT) + 2 :]
        return (
            head == (*SCRIPT, self.text, self.name)
            and len(words) == len(self.args)
            and all(re.fullmatch(pattern, word) for word, pattern in zip(words, self.args, strict=True))
        )
