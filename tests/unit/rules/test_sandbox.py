"""A text takes neither long nor much, whatever its author wrote: refused when it is loaded where that shows, cut short
where it does not."""

from __future__ import annotations

import resource
import time
import tracemalloc

import pytest

from remediator.model.values import FieldType
from remediator.rules import sandbox, texts
from remediator.rules.errors import BadText

pytestmark = pytest.mark.unit
FIELDS = {"s": FieldType.STRING, "i": FieldType.INT, "l": FieldType.STRINGS}
LONG = {"s": "x" * 10_000_000, "i": 2**62, "l": ("y" * 100_000,) * 5000}
LOOPS = "{% for a in data.l %}{% for b in data.l %}{% for c in data.l %}{% endfor %}{% endfor %}{% endfor %}"

AT_LOAD = {
    '{{ "a"*(3*10**9) }}': "takes numbers",
    "{{ 'a' * data.i }}": "takes numbers",
    "{{ [1] * data.i }}": "takes numbers",
    "{{ '%999999999d' % 1 }}": "takes numbers",
    "{{ 10**10**10 }}": "a number in it is too large",
    "{{ data.i ** 999999999 }}": "a number in it is too large",
    "{{ 2**200 * 2**200 }}": "a number in it is too large",
    LOOPS: "more than 10000 passes",
    "\n" + "{{ " + "(" * 1900 + "data.s" + ")" * 1900 + " }}": "nested deeper than 40 levels",
    "{{ " + "-" * 1900 + "1 }}": "nested deeper than 40 levels",
    "{{ " + "not " * 900 + "1 }}": "nested deeper than 40 levels",
    "{% if 1 %}" * 180 + "{% endif %}" * 180: "nested deeper than 40 levels",
    "{{ data.s.ljust(10**9) }}": "a call is not allowed",
    "{{ '{:>999999999}'.format(1) }}": "a call is not allowed",
    "{% for a in data.l recursive %}{{ loop(data.l) }}{% endfor %}": "for is not allowed",
    "{% set x %}{{ data.s }}{% endset %}": "assignblock is not allowed",
    "{% set x = data.s %}{% set x = [x, x] %}{{ x }}": "a list may hold constants and data, and x is made in the text",
    "{% for a in [data.l] %}{% for b in [[a, a]] %}{{ b }}{% endfor %}{% endfor %}": "a list may hold",
    "{% for a in data.l %}{{ [loop.index] | join }}{% endfor %}": "a list may hold",
}  # fmt: skip


@pytest.mark.parametrize(("source", "why"), AT_LOAD.items(), ids=[text[:40] for text in AT_LOAD])
def test_what_asks_for_too_much_is_refused_at_load(source: str, why: str) -> None:
    began = time.process_time()
    with pytest.raises(BadText) as refused:
        texts.compile_text(source, FIELDS)
    assert why in refused.value.why
    assert time.process_time() - began < 1


def test_the_place_of_the_deepest_bracket_is_told() -> None:
    with pytest.raises(BadText) as refused:
        texts.compile_text("one\ntwo {{ data.s }}\n{{ " + "(" * 900 + "1" + ")" * 900 + " }}", FIELDS)
    assert refused.value.line == 3


WHEN_WRITTEN = (
    "{% set a = data.s %}" + "".join("{% set a = a ~ a %}" for _ in range(100)) + "{{ a }}",
    "{% set a = data.s %}" + "".join("{% set a = a + a %}" for _ in range(100)) + "{{ a }}",
    "{% set a = data.l %}" + "".join("{% set a = a + a %}" for _ in range(100)) + "{{ a | length }}",
    "{% for a in data.l %}{{ data.l | lines }}{{ data.s | lines }}{% endfor %}",
    "{% for a in data.l %}{% for b in data.s %}{{ data.s | upper | lower | upper }}{% endfor %}{% endfor %}",
    "{% for a in data.s %}{{ data.l | join(data.s) }}{% endfor %}",
    "{{ data.l | join(data.s) }}",
    "{{ data.i | round(999999999) }}",
    "{{ data.i | round(data.i, 'ceil') }}",
    LOOPS.replace("data.l", "data.s"),
)


@pytest.mark.parametrize("source", WHEN_WRITTEN)
def test_whatever_a_text_does_with_long_values_it_ends_soon_and_small(source: str) -> None:
    text = texts.compile_text(source, None)
    text.render({"s": "x", "i": 1, "l": ("a",)})
    tracemalloc.start()
    began = time.process_time()
    written = text.render(LONG)
    took_s, (_, peak) = time.process_time() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(written) <= texts.MAX_RENDERED_CHARS
    assert took_s < 10 * sandbox.MOST_S, "memory is traced, which makes it several times slower"
    assert peak < 64 * 1024 * 1024
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 4 * 1024 * 1024


def test_one_text_pays_for_itself_alone() -> None:
    heavy = texts.compile_text(LOOPS.replace("data.l", "data.s"), None)
    light = texts.compile_text("{% for a in data.l %}{{ a }}{% endfor %}", None)
    assert heavy.render({"s": "x" * 1000}).startswith("s xxx"), "its values, since it cannot be written"
    assert light.render({"l": ("a", "b")}) == "ab"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ 2 ** 10 }} {{ 7 % 4 }} {{ data.i * 2 }} {{ 'a' + data.s }}", "1024 3 6 ax"),
        ("{{ data.s ~ '-' ~ data.i ~ none }}", "x-3None"),
        ("{{ [data.s, 'b'] | join(', ') }} {{ data.l | join('; ') }} {{ 2.345 | round(1) }}", "x, b a; b 2.3"),
        ("{% for a in data.l %}{{ loop.index }}/{{ loop.length }}{{ a }}{{ ',' if not loop.last }}{% "
            "else %}none{% endfor %}", "1/2a,2/2b"),
        ("{% for a in data.l if a == 'b' %}{{ a }}{% endfor %}", "b"),
        ("{% set a = data.s + '!' %}{{ a }}", "x!"),
    ],
)  # fmt: skip
def test_what_people_write_is_written_as_before(source: str, text: str) -> None:
    assert texts.compile_text(source, FIELDS).render({"s": "x", "i": 3, "l": ("a", "b")}) == text
