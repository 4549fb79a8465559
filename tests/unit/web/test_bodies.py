"""What senders post: read strictly where something follows from it, and kindly where it is only shown to people."""

from __future__ import annotations

import pytest

from remediator.web.errors import Refusal
from remediator.web.hooks import bodies, hints

pytestmark = pytest.mark.unit

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("body", "byte"),
    [
        (b"host=zz%ED%A0%80&state=DOWN", 0),
        (b"state=DOWN&HOSTNAME=zz%ff", 11),
        (b"host=h1&NAGIOS_SERVICEDESC=%c3", 8),
        (b"host=h1&state=UP&downtime_depth=%e9", 17),
        (b"host=h1&x%ff=1", 8),
        (b"host=z\xff", 6),
    ],
)
def test_a_form_whose_names_cannot_be_stored_is_refused_with_the_byte_of_the_field(body: bytes, byte: int) -> None:
    with pytest.raises(Refusal) as refused:
        bodies.parse(body, FORM)
    assert (refused.value.status, refused.value.byte) == (400, byte)


@pytest.mark.parametrize("name", ["output", "SERVICEOUTPUT", "LONGHOSTOUTPUT", "contact"])
def test_an_output_in_another_encoding_is_shown_as_far_as_it_can_be(name: str) -> None:
    assert bodies.parse(f"host=h1&{name}=caf%E9".encode(), FORM) == {"host": "h1", name: "caf\ufffd"}


@pytest.mark.parametrize("where", ["HOSTNAME", "SERVICEDESC", "HOSTOUTPUT", "anything"])
def test_a_lone_surrogate_anywhere_in_json_is_refused_with_its_byte(where: str) -> None:
    body = b'{"%s":"zz\\ud800"}' % where.encode()
    with pytest.raises(Refusal) as refused:
        bodies.parse(body, "application/json")
    assert (refused.value.status, refused.value.byte) == (400, body.index(b"\\ud800"))


def test_the_id_of_a_problem_is_short_and_clean() -> None:
    body = {"host": "h1", "state": "DOWN", "HOSTPROBLEMID": "7\n" + "9" * 5000}
    hint = hints.from_nagios(body, sender="n", now_s=1e9)
    assert hint.problem_id == "7 " + "9" * 62


INJECTED = 'down","HOSTDOWNTIME":"0","x":"'
"""What a plugin may say on a bad host; a sender that pastes it into JSON by a shell lets it write fields."""


@pytest.mark.parametrize(
    ("body", "kind", "second"),
    [
        (f'{{"HOSTNAME":"h1","HOSTDOWNTIME":"1","SERVICEOUTPUT":"{INJECTED}"}}', "application/json", '"HOSTDOWN'),
        ('{"HOSTNAME":"h1","HOSTNAME":"h2"}', "application/json", '"HOST'),
        ("HOSTNAME=h1&HOSTDOWNTIME=1&SERVICEOUTPUT=down&HOSTDOWNTIME=0", FORM, "HOST"),
        ("HOSTNAME=h1&SERVICEOUTPUT=a&b=c&HOSTNAME=h2", FORM, "HOST"),
    ],
)
def test_a_field_that_stands_twice_with_two_values_is_refused(body: str, kind: str, second: str) -> None:
    with pytest.raises(Refusal, match="stands twice, with two values") as refused:
        bodies.parse(body.encode(), kind)
    assert (refused.value.status, refused.value.byte) == (400, body.rindex(second))


def test_a_field_that_says_the_same_twice_is_read() -> None:
    assert bodies.parse(b'{"HOSTNAME":"h1","HOSTNAME":"h1"}', "application/json") == {"HOSTNAME": "h1"}
    assert bodies.parse(b"HOSTNAME=h1&HOSTNAME=h1&output=a&output=b", FORM) == {"HOSTNAME": "h1", "output": "a"}
