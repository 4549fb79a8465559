"""The errors of this room. They are raised at load only; evaluating and rendering never raise."""

from __future__ import annotations


class BadCondition(ValueError):
    """A condition does not compile. `line` and `col` count from 1 within the condition; `caret` is CEL's own
    picture."""

    def __init__(self, why: str, *, line: int = 1, col: int = 1, name: str = "", caret: str = "") -> None:
        self.why = why
        self.line = line
        self.col = col
        self.name = name
        """The undeclared field, when that is the mistake."""
        self.caret = caret
        super().__init__(why)


class BadText(ValueError):
    """A text for people does not compile. `line` counts from 1 within the text."""

    def __init__(self, why: str, *, line: int = 1, name: str = "") -> None:
        self.why = why
        self.line = line
        self.name = name
        super().__init__(why)
