"""How a command ends other than well: one sentence and one exit code of docs/contracts.md."""

from __future__ import annotations

from typing import Final

DONE: Final = 0
FAILED: Final = 1
UNKNOWN: Final = 3
"""`check` and `audit verify` only: cannot tell."""
REFUSED: Final = 4
UNREACHABLE: Final = 5
USAGE: Final = 64
CONFIG: Final = 78


class CliError(Exception):
    """Ends the command. The message is one line, without the prefix `remediator: `."""

    def __init__(self, message: str, exit_code: int) -> None:
        self.exit_code = exit_code
        super().__init__(" ".join(message.split()))
