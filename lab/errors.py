"""What can go wrong in the lab; every error is one line that says what to do."""

from __future__ import annotations


class LabError(Exception):
    """The lab could not do what was asked; the message is one line for a person."""

    exit_code = 1


class UsageError(LabError):
    """An unknown fault, host, parameter or command."""

    exit_code = 64


class CommandFailed(LabError):
    """A command of the machine or of a host ended badly or took too long."""

    def __init__(self, argv: list[str], code: int | None, output: str) -> None:
        self.argv, self.code, self.output = argv, code, output
        shown = " ".join(argv)
        how = "took too long" if code is None else f"exit {code}"
        tail = " | ".join(output.strip().splitlines()[-4:])
        super().__init__(f"{shown[:200]}: {how}: {tail[:600]}")
