"""CEL over three values: known, absent, UNKNOWN. What is refused at load, and what comes out when a value is not
known."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remediator.model.values import Data, FieldType, Unknown
from remediator.rules import words
from remediator.rules.conditions import MAX_CHARS, Environment
from remediator.rules.errors import BadCondition

pytestmark = pytest.mark.unit

FIELDS = {
    "s": FieldType.STRING,
    "i": FieldType.INT,
    "f": FieldType.FLOAT,
    "b": FieldType.BOOL,
    "c": FieldType.BOOL,
    "d": FieldType.BOOL,
    "l": FieldType.STRINGS,
}
ENVIRONMENT = Environment(FIELDS)
U = Unknown("timeout:x")


def unknown(name: str) -> Unknown:
    return Unknown(f"unknown_field:{name}")


def absent(name: str) -> Unknown:
    return Unknown(f"absent_field:{name}")


def known(**values: Any) -> Data:
    return {"s": "x", "i": 3, "f": 1.0, "b": True, "c": False, "d": True, "l": ("a", "b"), **values}


TABLE = [
    # UNKNOWN: certain whatever it is, or not known
    ("data.b && data.c", known(b=U), False),
    ("data.c && data.b", known(b=U), False),
    ("data.b || data.d", known(b=U), True),
    ("data.d || data.b", known(b=U), True),
    ("data.b && data.d", known(b=U), unknown("b")),
    ("data.b || data.c", known(b=U), unknown("b")),
    ("!data.b", known(b=U), unknown("b")),
    ("data.i < 5", known(i=U), unknown("i")),
    ("data.s == 'x'", known(s=U), unknown("s")),
    ("data.s != 'x'", known(s=U), unknown("s")),
    ("data.s == null", known(s=U), unknown("s")),
    ("'a' in data.l", known(l=U), unknown("l")),
    ("data.l.exists(x, x == 'a')", known(l=U), unknown("l")),
    # a field the assessment did not give, or gave with another type, is as UNKNOWN as any
    ("data.b", {}, unknown("b")),
    ("data.i < 5", known(i="3"), unknown("i")),
    ("data.i < 5", known(i=True), unknown("i")),
    ("data.i < 5", known(i=2**63), unknown("i")),
    ("data.f < 5.0", known(f=float("nan")), unknown("f")),
    ("data.f < 5.0", known(f="1"), unknown("f")),
    ("data.b", known(b="yes"), unknown("b")),
    ("data.s == 'x'", known(s=3), unknown("s")),
    ("data.l.size() > 0", known(l=["a", 3]), unknown("l")),
    ("data.l.size() > 0", known(l="abc"), unknown("l")),
    # absent is known: it equals null and nothing else
    ("data.s == 'x'", known(s=None), False),
    ("data.s != 'x'", known(s=None), True),
    ("data.s == null", known(s=None), True),
    ("data.s == null", known(), False),
    ("data.s in ['x', 'y']", known(s=None), False),
    ("data.i == 3", known(i=None), False),
    ("data.b == true", known(b=None), False),
    ("data.b == false", known(b=None), False),
    ("data.s == null || data.i < 5", known(s=None, i=U), True),
    ("data.i != null && data.i < 5", known(i=None), False),
    ("data.i < 5", known(i=None), absent("i")),
    ("data.f > 0.5", known(f=None), absent("f")),
    ("data.b", known(b=None), absent("b")),
    ("!data.b", known(b=None), absent("b")),
    ("data.b && data.d", known(b=None), absent("b")),
    ("data.b && data.c", known(b=None), False),
    ("data.s.contains('x')", known(s=None), absent("s")),
    ("'a' in data.l", known(l=None), absent("l")),
    ("data.l.all(x, x == 'a')", known(l=None), absent("l")),
    ("data.b ? data.c : data.d", known(b=None), absent("b")),
    # known
    ("data.s == 'x' && data.i < 5 && data.f >= 1.0", known(), True),
    ("data.f >= 1.0", known(f=1), True),
    ("'b' in data.l && data.l.size() == 2", known(), True),
    ("'b' in data.l", known(l=["b"]), True),
    ("data.s.matches('^x+$')", known(), True),
    ("data.l.exists(x, x == 'data.q')", known(), False),
    # what cannot be computed is not known either
    ("data.i / (data.i - 3) > 1", known(), Unknown("condition_error:INVALID_ARGUMENT: divide by zero")),
]


@pytest.mark.parametrize(("text", "data", "result"), TABLE)
def test_three_values(text: str, data: Data, result: bool | Unknown) -> None:
    assert ENVIRONMENT.compile(text).evaluate(data) == result


REFUSED = {
    "data.sz == 'x'": ("there is no field sz", 1, 6),
    "data.s == 'x' &&\n  data.nope": ("there is no field nope", 2, 8),
    "nope == 'x'": ("there is no nope; fields are written data.FIELD", 1, 1),
    "data == 'x'": ("write data.FIELD; data alone is no value", 1, 1),
    "data['s'] == 'x'": ("write data.FIELD; data alone is no value", 1, 1),
    "data.s == 3": ("found no matching overload for '_==_' applied to '(string, int)'", 1, 8),
    "data.i < 'a'": ("found no matching overload for '_<_' applied to '(int, string)'", 1, 8),
    "data.f > 1": (
        "found no matching overload for '_>_' applied to '(double, int)'; "
        "write a number with its fraction to compare it with one: 1.0",
        1,
        8,
    ),
    "data.l == null": (
        "found no matching overload for '_==_' applied to '(list(string), null_type)'; "
        "a list is never null, ask for its size()",
        1,
        8,
    ),
    "data.i": ("gives int, not true or false", 1, 1),
    "data.s": ("gives string, not true or false", 1, 1),
    "data.l.map(x, x)": ("gives list<string>, not true or false", 1, 1),
    "1 < 2": ("reads no field of data, so it is always the same", 1, 1),
    "true": ("reads no field of data, so it is always the same", 1, 1),
    "has(data.s)": ("has() is not allowed: it would turn UNKNOWN into false; an absent value is null", 1, 1),
    "data.b && has (data.s)": (
        "has() is not allowed: it would turn UNKNOWN into false; an absent value is null",
        1,
        11,
    ),
    "data.l.exists(x, data.l.all(y, x == y))": ("all() inside exists() is not allowed", 1, 25),
    "data.s ==": ("Syntax error: mismatched input '<EOF>'", 1, 10),
    "": ("Syntax error: mismatched input '<EOF>'", 1, 1),
    "data.s == 'x' and data.b": (
        "Syntax error: mismatched input 'and' expecting <EOF>; write && for and, || for or, ! for not",
        1,
        15,
    ),
    "data.s.contans('x')": ("there is no contans; fields are written data.FIELD", 1, 15),
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_refused_at_load(text: str) -> None:
    with pytest.raises(BadCondition) as caught:
        ENVIRONMENT.compile(text)
    assert (caught.value.why, caught.value.line, caught.value.col) == REFUSED[text]


def test_the_caret_of_cel_is_kept() -> None:
    with pytest.raises(BadCondition) as caught:
        ENVIRONMENT.compile("data.sz == 'x'")
    assert caught.value.caret == " | data.sz == 'x'\n | ....^"


def test_length_is_bounded() -> None:
    text = "data.b || " * 300 + "data.b"
    with pytest.raises(BadCondition, match=rf"{len(text)} characters long, {MAX_CHARS} is the limit"):
        ENVIRONMENT.compile(text)


def test_macros_in_a_row_are_allowed() -> None:
    condition = ENVIRONMENT.compile("data.l.filter(x, x != 'a').exists(x, x == 'b') && data.l.all(x, x != 'c')")
    assert condition.evaluate(known()) is True


def test_words_inside_strings_and_comments_are_not_code() -> None:
    assert ENVIRONMENT.compile("data.s == 'has(data.i)' || data.b // has(x)").fields == ("s", "b")
    assert words.fields("data.s == \"data.i\" && r'data.f' != data.s && '''data.b''' == data . s") == ("s",)


def test_long_lists_are_cut() -> None:
    condition = ENVIRONMENT.compile("data.l.size() == 10000")
    assert condition.evaluate({"l": ["a"] * 20_000}) is True


Formula = tuple[str, Any]
_LEAF = st.sampled_from(["b", "c", "d"])
_FORMULA = st.recursive(
    _LEAF,
    lambda inner: st.one_of(
        st.tuples(st.just("!"), inner), st.tuples(st.just("&&"), inner, inner), st.tuples(st.just("||"), inner, inner)
    ),
    max_leaves=8,
)
_VALUES = st.fixed_dictionaries({name: st.sampled_from([True, False, U]) for name in "bcd"})


def _text(formula: Any) -> str:
    if isinstance(formula, str):
        return f"data.{formula}"
    if formula[0] == "!":
        return f"!({_text(formula[1])})"
    return f"({_text(formula[1])} {formula[0]} {_text(formula[2])})"


def _kleene(formula: Any, values: Data) -> bool | None:
    """The textbook: None is UNKNOWN."""
    decisive: bool
    if isinstance(formula, str):
        return None if isinstance(values[formula], Unknown) else bool(values[formula])
    if formula[0] == "!":
        inner = _kleene(formula[1], values)
        return None if inner is None else not inner
    sides = (_kleene(formula[1], values), _kleene(formula[2], values))
    decisive = formula[0] == "||"
    if decisive in sides:
        return decisive
    return None if None in sides else not decisive


@given(_FORMULA, _VALUES)
def test_logic_is_kleenes(formula: Any, values: Data) -> None:
    result = ENVIRONMENT.compile(_text(formula)).evaluate(values)
    expected = _kleene(formula, values)
    if expected is None:
        assert isinstance(result, Unknown)
        assert result.field in [name for name in "bcd" if isinstance(values[name], Unknown)]
    else:
        assert result is expected


@given(_FORMULA, _VALUES, st.sampled_from("bcd"))
def test_knowing_less_never_makes_a_new_answer(formula: Any, values: Data, name: str) -> None:
    condition = ENVIRONMENT.compile(_text(formula))
    less = condition.evaluate({**values, name: U})
    if not isinstance(less, Unknown):
        assert condition.evaluate(values) is less
