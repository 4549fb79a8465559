"""Matchers as Alertmanager writes them: read, refused with a reason, asked in bounded time, never matching everything
unseen."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remediator.integrations import registry
from remediator.model.messages import matchers
from remediator.model.messages.matchers import LABELS, OPERATORS, BadMatcher, Matcher

pytestmark = pytest.mark.unit

KINDS = registry.load({}).kinds.names

READ = {
    'check="container-state"': ("check", "=", "container-state"),
    "check=container-state": ("check", "=", "container-state"),
    '  host  !=  "ctl1"  ': ("host", "!=", "ctl1"),
    'target=~"container/.*/nova_.*"': ("target", "=~", "container/.*/nova_.*"),
    "host=~ctl1|ctl2": ("host", "=~", "ctl1|ctl2"),
    'rule!~"relay.*"': ("rule", "!~", "relay.*"),
    'service=""': ("service", "=", ""),
    r'check="a \"b\" \\ \n"': ("check", "=", 'a "b" \\ \n'),
    r'host=~"ctl\d"': ("host", "=~", r"ctl\d"),
    r'host=~"ctl\\d"': ("host", "=~", r"ctl\d"),
    'check=" a, {b}=c "': ("check", "=", " a, {b}=c "),
    'check="=x"': ("check", "=", "=x"),
    "risk=R2": ("risk", "=", "R2"),
    'check="ünï"': ("check", "=", "ünï"),
}


@pytest.mark.parametrize(("text", "parts"), READ.items(), ids=READ.keys())
def test_what_is_read(text: str, parts: tuple[str, str, str]) -> None:
    read = matchers.parse(text)
    assert (read.label, read.operator, read.value) == parts


@given(
    st.sampled_from(LABELS),
    st.sampled_from(["=", "!="]),
    st.text(st.characters(blacklist_categories=["Cc", "Cs"], whitelist_characters="\n"), max_size=80),
)
def test_a_matcher_is_read_as_it_is_written(label: str, operator: str, value: str) -> None:
    matcher = Matcher(label=label, operator=operator, value=value)
    assert matchers.parse(matcher.text) == matcher


IS_NO_MATCHER = 'is not a matcher: write label="value", with = != =~ or !~'
NO_LABEL = "is not a label: labels are cloud, target, host, kind, service, check, rule, runbook, risk"
NESTED = (
    "the regular expression of host repeats a group that itself repeats something or has alternatives, and "
    "might never end"
)
MANY = (
    "the regular expression of host has more than 3 repetitions and groups of alternatives in a row; "
    "name the values, like a|b|c"
)
ONLY = "the regular expression of host uses (?...): only (?:...), (?P<name>...) and a leading (?i) are allowed"
QUOTE = 'the value of check should end at its closing quote: a quote inside is written \\"'
WRONG = {
    "": f"'' {IS_NO_MATCHER}",
    "check": f"'check' {IS_NO_MATCHER}",
    '{check="a"}': f"'{{check=\"a\"}}' {IS_NO_MATCHER}",
    '="a"': f"'=\"a\"' {IS_NO_MATCHER}",
    "x" * 61: f"'{'x' * 59}…' {IS_NO_MATCHER}",
    "chek=a": f"chek {NO_LABEL} (did you mean check?)",
    "Host=a": f"Host {NO_LABEL} (did you mean host?)",
    "severity=a": f"severity {NO_LABEL}",
    "zzz=a": f"zzz {NO_LABEL}",
    "check=": 'check= has no value; for the empty one write check=""',
    "check=~": 'check=~ has no value; for the empty one write check=~""',
    "check==a": "the value of check holds '=' and so needs double quotes around it",
    "check=a,host=b": "the value of check holds ',' and so needs double quotes around it",
    "check=a b": "the value of check holds ' ' and so needs double quotes around it",
    "check='a'": 'the value of check holds "\'" and so needs double quotes around it',
    r"host=~ctl\d": "the value of host holds '\\\\' and so needs double quotes around it",
    'check="a': QUOTE,
    'check="a"b': QUOTE,
    'check="a", host="b"': QUOTE,
    'check="a\\"': QUOTE,
    f'check="{"x" * 501}"': "the value of check has 501 characters; at most 500 are allowed",
    'check="a\tb"': "the value of check holds a control character",
    'check="a\x7f"': "the value of check holds a control character",
    'host=~"("': "the regular expression of host is broken: missing ), unterminated subpattern at position 0",
    'host!~"*a"': "the regular expression of host is broken: nothing to repeat at position 0",
    'host=~"a{99999999999}"': "the regular expression of host is broken: it repeats or nests too much",
    'host=~"[[a]"': "the regular expression of host is unclear: Possible nested set at position 1",
    'host=~"(a+)+"': NESTED,
    'host=~"(a*)*b"': NESTED,
    'host=~"(?:x(a{1,3})y)*"': NESTED,
    'host=~"(a?b)+"': NESTED,
    'host=~"(a|aa)+"': NESTED,
    'host=~"(?P<n>a|b){2,}"': NESTED,
    'host=~"((a{9}){9}){9}"': NESTED,
    'host=~"(a+){20}"': NESTED,
    'host=~"((a+)?)+"': NESTED,
    'host=~"(([)]+))*"': NESTED,
    'host=~".*.*.*.*x"': MANY,
    'host=~"a?a?a?a?aaaa"': MANY,
    'host=~"(a|ab)(a|ab)(a|ab)(a|ab)"': MANY,
    'host=~"x|(?:.*a.*b)(.*c.*)"': MANY,
    'host=~"(?=a)b"': ONLY,
    'host=~"(?<!a)b"': ONLY,
    'host=~"(?s:a)"': ONLY,
    'host=~"(?x) a"': ONLY,
    'host=~"(?P<a>x)(?P=a)"': ONLY,
    'host=~"(a)\\1"': "the regular expression of host refers back to a group, which is not allowed",
}


@pytest.mark.parametrize(("text", "said"), WRONG.items(), ids=[text[:30] for text in WRONG])
def test_what_is_wrong_has_one_sentence(text: str, said: str) -> None:
    with pytest.raises(BadMatcher) as caught:
        matchers.parse(text)
    assert str(caught.value) == said
    assert isinstance(caught.value, ValueError)


HARMLESS = (
    "ctl[0-9]+",
    "(ctl|net)[1-3]",
    "(?i)CTL1",
    "(?:ab)+",
    "a{3}b{2}",
    r"\(\+\)",
    "[a+*(|]+",
    "a.*|b.*|c.*|d.*|e.*",
    "(a.*)?",
)


@pytest.mark.parametrize("pattern", HARMLESS)
def test_a_harmless_regular_expression_is_read(pattern: str) -> None:
    assert matchers.parse(Matcher(label="host", operator="=~", value=pattern).text).value == pattern


ATOMS = st.sampled_from(["a", ".", "[ab]", "aa", "|", r"\w"])


@settings(deadline=None)
@given(
    st.recursive(
        ATOMS,
        lambda inner: st.builds(
            "({}){}".format,
            st.lists(inner, min_size=1, max_size=4).map("".join),
            st.sampled_from(["", "?", "*", "+", "{1,9}", "{3}"]),
        ),
        max_leaves=12,
    )
)
def test_whatever_is_read_is_asked_in_bounded_time(pattern: str) -> None:
    try:
        matcher = matchers.parse(Matcher(label="host", operator="=~", value=pattern).text)
    except BadMatcher:
        return
    began = time.process_time()
    matcher.matches({"host": "a" * 63 + "!"})
    assert time.process_time() - began < 0.5


LABELLED = {"host": "ctl1", "check": "container-state", "risk": "R1"}
ASKED = {
    'host="ctl1"': True,
    'host="ctl"': False,
    'host!="ctl1"': False,
    'host!="ctl2"': True,
    'host=~"ctl"': False,
    'host=~"ctl."': True,
    'host=~"a|ctl1"': True,
    'host!~"ctl."': False,
    'host!~"ctl"': True,
    'service=""': True,
    'service="x"': False,
    'service!="x"': True,
    'service=~".*"': True,
    'service=~".+"': False,
}


@pytest.mark.parametrize(("text", "matches"), ASKED.items(), ids=ASKED.keys())
def test_a_matcher_matches_the_whole_value(text: str, matches: bool) -> None:
    assert matchers.parse(text).matches(LABELLED) is matches


EVERYTHING = (
    (),
    ('host=""',),
    ('host!="ctl1"',),
    ('host=~".*"',),
    ('host=~".+"',),
    ('host!=""',),
    ('host!~""',),
    ('host=~"[^/]+"',),
    ('target=~".+/.+"',),
    ('check!~"a|b"', 'service=~"x?"'),
    ('check=~".+"', 'host!="x"'),
    ('risk=~"R."',),
    ('risk=~"R1|R2|R3"',),
    ('kind=~"[a-z_]+"',),
    ('cloud="lab"',),
    ('cloud="lab"', 'risk!=""'),
)
NARROW = (
    ('host="ctl1"',),
    ('host=~"ctl.*"',),
    ('check=~".*-state"',),
    ('target=~"container/.+"',),
    ('risk=~"R1|R2"',),
    ('risk="R3"', 'host=~".*"'),
    ('kind!~"host|"',),
    ('cloud="lab"', 'check="host-disk"'),
)


@pytest.mark.parametrize("texts", EVERYTHING)
def test_what_matches_everything(texts: tuple[str, ...]) -> None:
    assert matchers.matches_everything([matchers.parse(text) for text in texts], KINDS)


@pytest.mark.parametrize("texts", NARROW)
def test_what_does_not(texts: tuple[str, ...]) -> None:
    assert not matchers.matches_everything([matchers.parse(text) for text in texts], KINDS)


def test_an_operator_is_never_mistaken_for_a_shorter_one() -> None:
    assert {matchers.parse(f'host{operator}"x"').operator for operator in OPERATORS} == set(OPERATORS)
