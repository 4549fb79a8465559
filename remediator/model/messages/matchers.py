"""Matchers over labels, written as Alertmanager writes them: ``check="x"``, ``host!="y"``, ``target=~"a|b"``,
``rule!~"c.*"``.

Invariant: a matcher that `parse` returns answers in bounded time, whatever the value of the label. Its regular
expression cannot go through the same text in exponentially many ways. What is not certain to be harmless is refused.
"""

from __future__ import annotations

import difflib
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from remediator.model import targets

OPERATORS = ("=~", "!~", "!=", "=")
LABELS = ("cloud", "target", "host", "kind", "service", "check", "rule", "runbook", "risk")
"""What a plan can be matched by."""
MAX_VALUE = 500
"""Characters of a value."""
MAX_CHOICES = 3
"""Repetitions of varying length, and groups of alternatives, in one alternative of a regular expression. The time that
it takes grows with the length of the label to this power."""

_FORM = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]*)\s*(=~|!~|!=|=)\s*(.*)", re.DOTALL)
_RESERVED = re.compile(r"[\s,{}!=~\\\"'`]")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n"}
_TOKEN = re.compile(
    r"""\\(?P<escaped>.)
    |\[\^?\]?(?:\\.|[^\]\\])*\]
    |(?P<open>\((?:\?(?:P<\w+>|i?:))?)
    |(?P<close>\))
    |(?P<bar>\|)
    |(?P<repeat>[*+?]|\{(?:[0-9]+|[0-9]*,[0-9]*)\})[?+]?
    |.""",
    re.DOTALL | re.VERBOSE,
)
_NAMES = ("a", "z", "0", "ctl1", "nova_compute", "volume-member-failed")
_RISKS = ("R1", "R2", "R3")
"""Values as they occur: what matches all of them does not narrow anything."""


class BadMatcher(ValueError):
    """`text` is not a matcher. `hint` is what was probably meant, or ""."""

    def __init__(self, text: str, why: str, hint: str = "") -> None:
        self.text = text
        self.why = why
        self.hint = hint
        super().__init__(f"{why} (did you mean {hint}?)" if hint else why)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher:
    """One matcher. A regular expression must match the whole value; a label that is not there has the value ""."""

    label: str
    operator: str
    value: str

    def matches(self, labels: Mapping[str, str]) -> bool:
        found = labels.get(self.label, "")
        if self.operator == "=":
            return found == self.value
        if self.operator == "!=":
            return found != self.value
        hit = re.fullmatch(self.value, found) is not None
        return hit if self.operator == "=~" else not hit

    @property
    def text(self) -> str:
        """The matcher as `parse` reads it."""
        return f'{self.label}{self.operator}"{"".join(_ESCAPED.get(sign, sign) for sign in self.value)}"'


def parse(text: str) -> Matcher:
    r"""Return the matcher that `text` says: a label of LABELS, one of OPERATORS, and a value.

    A value in double quotes may hold ``\"``, ``\\`` and ``\n``; any other backslash stands for itself, so that regular
    expressions keep theirs. Without quotes it may hold no space and none of ``,{}!=~\"'```. Raise BadMatcher, a
    ValueError of one sentence, for anything else.
    """
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise BadMatcher(text, f'{_shown(text)} is not a matcher: write label="value", with = != =~ or !~')
    label, operator, written = found.groups()
    if label not in LABELS:
        near = difflib.get_close_matches(label.casefold(), LABELS, n=1)
        raise BadMatcher(text, f"{label} is not a label: labels are {', '.join(LABELS)}", near[0] if near else "")
    value = _value(text, label, operator, written)
    if len(value) > MAX_VALUE:
        raise BadMatcher(text, f"the value of {label} has {len(value)} characters; at most {MAX_VALUE} are allowed")
    if any((sign < " " and sign != "\n") or sign == "\x7f" for sign in value):
        raise BadMatcher(text, f"the value of {label} holds a control character")
    if operator in ("=~", "!~") and (why := _broken(value) or _never_ends(value)):
        raise BadMatcher(text, f"the regular expression of {label} {why}")
    return Matcher(label=label, operator=operator, value=value)


def matches_everything(matchers: Iterable[Matcher], kinds: Sequence[str]) -> bool:
    """Return whether all plans satisfy `matchers`, so that a silence with them would be a pause.

    As in Alertmanager, matchers that all match the empty string match everything, and so do none. Neither does a
    matcher narrow that every value in use satisfies (``host=~".+"``, ``risk=~"R[1-3]"``), nor one of the cloud: there
    is only one. `kinds` are those of all targets that there can be.
    """
    return not any(_narrows(matcher, kinds) for matcher in matchers)


def _narrows(matcher: Matcher, kinds: Sequence[str]) -> bool:
    if matcher.label == "cloud" or matcher.matches({}):
        return False
    return not all(matcher.matches({matcher.label: probe}) for probe in _probes(matcher.label, kinds))


def _probes(label: str, kinds: Sequence[str]) -> Sequence[str]:
    if label == "kind":
        return kinds
    if label == "target":
        return [f"{kind}/ctl1/0" if kind == targets.CONTAINER else f"{kind}/a" for kind in kinds]
    return _RISKS if label == "risk" else _NAMES


def _value(text: str, label: str, operator: str, written: str) -> str:
    if written.startswith('"'):
        inner, closed = _unquoted(written[1:])
        if not closed:
            raise BadMatcher(
                text, f'the value of {label} should end at its closing quote: a quote inside is written \\"'
            )
        return inner
    if not written:
        raise BadMatcher(text, f'{label}{operator} has no value; for the empty one write {label}{operator}""')
    if (reserved := _RESERVED.search(written)) is not None:
        raise BadMatcher(text, f"the value of {label} holds {reserved.group()!r} and so needs double quotes around it")
    return written


def _unquoted(rest: str) -> tuple[str, bool]:
    """Return what stands before the closing quote, escapes resolved, and whether that quote is there and ends the
    text."""
    body = re.match(r'(?:\\.|[^"\\])*', rest, re.DOTALL)
    inner = body.group() if body else ""
    return _ESCAPE.sub(_resolved, inner), rest[len(inner) :] == '"'


def _resolved(escape: re.Match[str]) -> str:
    sign = escape.group(1)
    if sign == "n":
        return "\n"
    return sign if sign in '"\\' else escape.group()


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:59] + "…")


def _broken(pattern: str) -> str:
    """Return why `pattern` is not a regular expression, or ""."""
    with warnings.catch_warnings(record=True) as doubts:
        warnings.simplefilter("always")
        try:
            re.compile(pattern)
        except re.error as error:
            return f"is broken: {error}"
        except (OverflowError, RecursionError):
            return "is broken: it repeats or nests too much"
    return f"is unclear: {doubts[0].message}" if doubts else ""


@dataclass(slots=True)
class _Part:
    """A group, or the whole, while it is read: the choices in the alternative at hand and in the one that has most."""

    here: int = 0
    most: int = 0
    branched: bool = False
    repeats: bool = False

    @property
    def choices(self) -> int:
        return max(self.here, self.most)


def _never_ends(pattern: str) -> str:
    """Given a `pattern` that compiles, return why matching could take for ever, or "".

    Conservative: a repeated group may hold neither a repetition nor alternatives (``(a+)+``, ``(a|a)*``), and what
    remains may hold `MAX_CHOICES` at most. What Alertmanager does not know either (looking ahead or behind, references
    back, flags but a leading ``(?i)``) is refused.
    """
    parts = [_Part()]
    atom = _Part()
    for token in _TOKEN.finditer(pattern.removeprefix("(?i)")):
        kind, part = token.lastgroup, parts[-1]
        if kind == "open":
            if token.string.startswith("?", token.end()):
                return "uses (?...): only (?:...), (?P<name>...) and a leading (?i) are allowed"
            parts.append(_Part())
        elif kind == "close":
            atom = parts.pop()
            parts[-1].here += atom.choices + atom.branched
            parts[-1].repeats |= atom.repeats or atom.branched
        elif kind == "bar":
            part.most, part.here, part.branched = part.choices, 0, True
        elif kind == "repeat":
            counts = token.group("repeat")
            if counts != "?" and (atom.repeats or atom.branched):
                return "repeats a group that itself repeats something or has alternatives, and might never end"
            part.here += not re.fullmatch(r"\{[0-9]+\}", counts)
            part.repeats = True
        elif kind == "escaped" and token.group("escaped") in "123456789":
            return "refers back to a group, which is not allowed"
        else:
            atom = _Part()
    if parts[0].choices > MAX_CHOICES:
        return (
            f"has more than {MAX_CHOICES} repetitions and groups of alternatives in a row; name the values, like a|b|c"
        )
    return ""
