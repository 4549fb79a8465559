"""The keys of pages: one for each thing that is told, whatever people call their rules.

The text of each key is read back as that key.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remediator.model.records.pager_keys import OF_THE_DAEMON, PageKey, PageKind

pytestmark = pytest.mark.unit

AT = "2026-01-05T03:00:00Z"


@pytest.mark.parametrize("rule", sorted(kind.value for kind in PageKind))
def test_a_rule_with_the_name_of_another_page_has_a_key_of_its_own(rule: str) -> None:
    key = PageKey.of_rule("inc-7", rule)
    assert key.text == f"inc-7:rule:{rule}"
    assert key.told == "needing a person"
    assert key.text != PageKey(PageKind(rule), "inc-7").text


@pytest.mark.parametrize("rule", ["relay-split-brain", "cron-dead"])
def test_the_text_of_every_other_rule_is_its_name(rule: str) -> None:
    assert PageKey.of_rule("inc-7", rule).text == f"inc-7:{rule}"


def test_no_rule_is_not_a_rule_that_is_called_none() -> None:
    assert PageKey.of_rule("inc-7", None).text == "inc-7:None"
    assert PageKey.of_rule("inc-7", "None").text == "inc-7:rule:None"


@pytest.mark.parametrize(
    ("text", "key", "told"),
    [
        ("inc-7:old", PageKey(PageKind.OLD, "inc-7"), "open for long"),
        (
            "inc-7:approval:relay-bootstrap:1",
            PageKey(PageKind.APPROVAL, "inc-7", ("relay-bootstrap:1",)),
            "waiting for an approval",
        ),
        ("inc-7:relay-split-brain", PageKey(PageKind.RULE, "inc-7", ("relay-split-brain",)), "needing a person"),
        ("inc-7:rule:old", PageKey(PageKind.RULE, "inc-7", ("old",)), "needing a person"),
        ("inc-7:None", PageKey(PageKind.RULE, "inc-7"), "needing a person"),
        ("inc-7:early:last:choose: GB-", PageKey(PageKind.EARLY, "inc-7", ("last:choose: GB-",)), "needing a person"),
        ("inc-7:set_aside", PageKey(PageKind.SET_ASIDE, "inc-7"), "needing a person"),
        (f"run-3:held:choose:{AT}", PageKey(PageKind.HELD, "run-3", (f"choose:{AT}",)), "held"),
        ("run-3:asks:0123456789abcdef", PageKey(PageKind.ASKS, "run-3", ("0123456789abcdef",)), "others"),
        ("debt-2:overdue", PageKey(PageKind.OVERDUE, "debt-2"), "debts"),
        (f"names:{AT}", PageKey(PageKind.NAMES, parts=(AT,)), "names of no host"),
        (f"rival:{AT}", PageKey(PageKind.RIVAL, parts=(AT,)), "others"),
        (f"storm:{AT}:over", PageKey(PageKind.STORM, parts=(f"{AT}:over",)), "others"),
        (
            "set_aside:part:storm:2026-01-05T03",
            PageKey(PageKind.SET_ASIDE, parts=("part:storm:2026-01-05T03",)),
            "others",
        ),
        ("digest:digest-3", PageKey(PageKind.DIGEST, parts=("digest-3",)), "others"),
    ],
)
def test_what_the_store_holds_is_read_as_what_it_is(text: str, key: PageKey, told: str) -> None:
    assert PageKey.read(text) == key
    assert (key.text, key.told) == (text, told)


def test_a_page_about_nothing_is_the_daemon_s_own() -> None:
    for kind in PageKind:
        if kind in OF_THE_DAEMON:
            assert PageKey(kind, parts=("x",)).of == ""
        else:
            with pytest.raises(ValueError, match="is about an incident, a run or a debt"):
                PageKey(kind)


@pytest.mark.parametrize("text", ["", ":", ":old", "inc-7", "inc-7:", "?"])
def test_what_is_no_key_of_ours_is_told_with_the_others(text: str) -> None:
    assert PageKey.read(text) == PageKey(PageKind.UNREADABLE, parts=(text,))
    assert PageKey.read(text).told == "others"


names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,10}", fullmatch=True) | st.sampled_from(
    [kind.value for kind in PageKind]
)
owned = st.builds(
    PageKey,
    st.sampled_from([kind for kind in PageKind if kind is not PageKind.RULE]),
    st.sampled_from(["inc-7", "run-3", "debt-2"]),
    st.lists(names, max_size=1).map(tuple),
)
of_rules = st.builds(PageKey.of_rule, st.just("inc-7"), st.none() | names)
own = st.builds(
    PageKey,
    st.sampled_from(sorted(OF_THE_DAEMON, key=str)),
    st.just(""),
    st.lists(names, min_size=1, max_size=1).map(tuple),
)


@given(owned | of_rules | own)
def test_a_text_is_read_back_as_its_key(key: PageKey) -> None:
    assert PageKey.read(key.text) == key
