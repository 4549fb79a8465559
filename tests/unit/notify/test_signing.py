"""A receiver can tell our notification from another's, and a fresh one from an old one."""

from __future__ import annotations

import pytest

from remediator.notify import signing

pytestmark = pytest.mark.unit
SECRET, BODY, NOW = "key-for-tests", b'{"subject":"x"}', 1_795_410_491


def test_it_signs_time_and_body() -> None:
    header = signing.signature(SECRET, BODY, NOW)
    assert header.startswith(f"t={NOW},v1=")
    assert signing.verify(SECRET, BODY, header, NOW + 299)
    assert not signing.verify(SECRET, BODY, header, NOW + 301)
    assert not signing.verify(SECRET, BODY + b" ", header, NOW)
    assert not signing.verify("other", BODY, header, NOW)
    assert not signing.verify(SECRET, BODY, header.replace(str(NOW), str(NOW + 1)), NOW)


@pytest.mark.parametrize("header", ["", "t=,v1=", "t=x,v1=y", "v1=abc", f"t={NOW}", "²=1"])
def test_what_is_no_signature_is_refused(header: str) -> None:
    assert not signing.verify(SECRET, BODY, header, NOW)
