"""Texts for people: UNKNOWN is said, foreign text is harmless, and nothing that a template does raises."""

from __future__ import annotations

import functools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remediator.model.content.specs import RuleSpec
from remediator.model.targets import container
from remediator.model.values import FieldType, Unknown
from remediator.rules import advice, texts
from remediator.rules.errors import BadText

pytestmark = pytest.mark.unit

FIELDS = {
    "s": FieldType.STRING,
    "i": FieldType.INT,
    "f": FieldType.FLOAT,
    "b": FieldType.BOOL,
    "l": FieldType.STRINGS,
}
KNOWN = {"s": "x", "i": 3, "f": 0.25, "b": True, "l": ("a", "b")}
ABSENT = dict.fromkeys(FIELDS)
UNKNOWN = dict.fromkeys(FIELDS, Unknown("timeout:x"))

TABLE = [
    ("{{ data.s }} of {{ data.i }}", KNOWN, "x of 3"),
    ("{{ data.s }} of {{ data.i }}", ABSENT, "none of none"),
    ("{{ data.s }} of {{ data.i }}", UNKNOWN, "UNKNOWN(timeout:x) of UNKNOWN(timeout:x)"),
    ("{{ data.l | join('; ') }}, {{ data.l }}", KNOWN, "a; b, a, b"),
    ("{{ data.f | round(1) }} {{ data.f * 100 }}%", KNOWN, "0.2 25%"),
    ("{{ data.f | round(1) }}", UNKNOWN, "UNKNOWN(timeout:x)"),
    ("{% if data.b %}up{% else %}down{% endif %}", KNOWN, "up"),
    ("{% if data.b %}up{% else %}down{% endif %}", UNKNOWN, "b UNKNOWN(timeout:x)"),
    ("{% if data.i > 2 %}many{% endif %} {{ data.s }}", UNKNOWN, "i UNKNOWN(timeout:x), s UNKNOWN(timeout:x)"),
    ("{{ data.b }}", KNOWN, "yes"),
    ("{{ data.l | lines }}", KNOWN, "a\nb"),
    ("{{ data.s | lines }}", {"s": "one\ntwo\x1b[1m|"}, "one\ntwo [1m/"),
    ("{{ data.i | size }}", {"i": 5 * 1024**3}, "5 GiB"),
    ("{{ data.s | kolla_tag }}", {"s": "nova_compute"}, "nova"),
    ("{{ data.s }}", {"s": "a|b\nc\x07d\u2028e"}, "a/b c d e"),
    ("{{ data.s }}", {"s": "x" * 5000}, "x" * 997 + "..."),
    ("{{ data.s }}", {"s": "{{ data.i }}"}, "{{ data.i }}"),
    ("{{ data.s }}", {}, "UNKNOWN(not_given)"),
    ("{{ data.s.__class__.__mro__ }}", KNOWN, "s x"),
    ("{{ data.i / 0 }}", KNOWN, "i 3"),
]


@pytest.mark.parametrize(("source", "data", "text"), TABLE)
def test_texts(source: str, data: dict[str, object], text: str) -> None:
    assert texts.compile_text(source, FIELDS).render(data) == text


REFUSED = {
    "{{ data.z }}": ("there is no field z", 1),
    "a\n{{ s }}": ("there is no s; values are written data.FIELD", 2),
    "{{ host }}": ("there is no host; values are written data.FIELD", 1),
    "{{ data.s": ("unexpected end of template, expected 'end of print statement'.", 1),
    "a\n{{ data.s | pprint }}": (
        "there is no filter pprint; there are default, first, join, kolla_tag, length, lines, lower, "
        "round, shell, size, upper",
        2,
    ),
    "{% if data.s is foo %}x{% endif %}": ("there is no test foo", 1),
    "{% include 'x' %}": ("include is not allowed in a text", 1),
    "{% macro m() %}{% endmacro %}": ("macro is not allowed in a text", 1),
    "{% if data.s %}{% set x = 1 %}{% import 'a' as b %}{% endif %}": ("import is not allowed in a text", 1),
    "x" * 4001: ("4001 characters long, 4000 is the limit", 1),
}


@pytest.mark.parametrize("source", REFUSED)
def test_what_is_refused_at_load(source: str) -> None:
    with pytest.raises(BadText) as caught:
        texts.compile_text(source, FIELDS)
    assert (caught.value.why, caught.value.line) == REFUSED[source]


@given(st.text(max_size=200))
def test_foreign_text_brings_no_control_character_and_no_bar(foreign: str) -> None:
    text = texts.compile_text("a {{ data.s }} z", FIELDS).render({"s": foreign})
    assert not any(char < " " or char in "|\x7f\x85\u2028\u2029" for char in text)
    assert text.startswith("a ")
    assert text.endswith(" z")


def test_what_the_author_writes_may_hold_a_bar() -> None:
    assert texts.compile_text("du {{ data.s }} | sort", FIELDS).render({"s": "/a|b"}) == "du /a/b | sort"


def test_advice_knows_the_target() -> None:
    rule = RuleSpec(
        name="r", check="c", states=("critical",), when=None, settle_s=0, run=(),
        notify="{{ name }} on {{ host }} ({{ target }}): {{ data.s }}",
    )  # fmt: skip
    assert advice.advise(rule, container("ctl1", "nova_api"), KNOWN) == "nova_api on ctl1 (container/ctl1/nova_api): x"
    assert advice.advise(rule, container("ctl1", "nova_api"), UNKNOWN).endswith(": UNKNOWN(timeout:x)")


def test_a_rule_without_advice_has_none() -> None:
    rule = RuleSpec(name="r", check="c", states=("critical",), when=None, settle_s=0, run=("x",))
    assert advice.advise(rule, container("ctl1", "nova_api"), {}) == ""


def test_the_remedy_of_another_integration_is_a_filter_and_its_word_stays_one_clean_line() -> None:
    made = functools.partial(texts._remedy, lambda value, release: f"{value}-{release}\n| rm")
    assert made("x") == "x-None / rm"
    assert made("x", "2025.1") == made("x", release="2025.1") == "x-2025.1 / rm"
    assert "kolla_tag" in texts.filters()
