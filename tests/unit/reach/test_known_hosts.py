"""A key is trusted only if its own line names the host."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from remediator.reach import known_hosts
from remediator.reach.dialling import jump_host
from remediator.reach.known_hosts import Trust

pytestmark = pytest.mark.unit

KEY, OTHER = b"key-one", b"key-two"
B64, OTHER64 = base64.b64encode(KEY).decode(), base64.b64encode(OTHER).decode()


def hashed(name: str) -> str:
    salt = b"0123456789abcdefghij"
    digest = hmac.new(salt, name.encode(), hashlib.sha1).digest()
    return f"|1|{base64.b64encode(salt).decode()}|{base64.b64encode(digest).decode()}"


@pytest.mark.parametrize(
    ("text", "trust"),
    [
        (f"10.0.0.1 ssh-ed25519 {B64}", Trust.KNOWN),
        (f"a,10.0.0.1,b ssh-ed25519 {B64} a comment", Trust.KNOWN),
        (f"{hashed('10.0.0.1')} ssh-ed25519 {B64}", Trust.KNOWN),
        (f"ctl1 ssh-ed25519 {B64}", Trust.KNOWN),
        (f"10.0.0.1 ssh-ed25519 {OTHER64}\n10.0.0.1 ssh-ed25519 {B64}", Trust.KNOWN),
        (f"10.0.0.1 ssh-ed25519 {OTHER64}", Trust.CHANGED),
        (f"10.0.0.1 ssh-rsa {B64}", Trust.CHANGED),
        (f"10.0.0.1 ssh-ed25519 {B64}\n@revoked 10.0.0.1 ssh-ed25519 {B64}", Trust.REVOKED),
        (f"@revoked 10.0.0.1 ssh-ed25519 {OTHER64}", Trust.MISSING),
        (f"10.0.0.2 ssh-ed25519 {B64}", Trust.MISSING),
        (f"[10.0.0.1]:2222 ssh-ed25519 {B64}", Trust.MISSING),
        (f"{hashed('10.0.0.2')} ssh-ed25519 {B64}", Trust.MISSING),
        (f"* ssh-ed25519 {B64}", Trust.MISSING),
        (f"@cert-authority 10.0.0.1 ssh-ed25519 {B64}", Trust.MISSING),
        (f"# 10.0.0.1 ssh-ed25519 {B64}", Trust.MISSING),
        ("10.0.0.1 ssh-ed25519 ***", Trust.MISSING),
        (f"|1|x|y ssh-ed25519 {B64}", Trust.MISSING),
        ("", Trust.MISSING),
    ],
)
def test_trust(text: str, trust: Trust) -> None:
    assert known_hosts.judge(known_hosts.parse(text), ("10.0.0.1", "ctl1"), "ssh-ed25519", KEY) is trust


def test_the_fingerprint_is_openssh_s() -> None:
    assert known_hosts.fingerprint(b"") == "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"


def test_another_port_has_its_own_name() -> None:
    assert (known_hosts.dialled("h", 22), known_hosts.dialled("h", 2222)) == ("h", "[h]:2222")


@pytest.mark.parametrize(
    ("text", "user", "address", "port"),
    [
        ("bastion", None, "bastion", None),
        ("ops@10.0.0.9:2222", "ops", "10.0.0.9", 2222),
        ("u@[fd00::1]:22", "u", "fd00::1", 22),
        ("[::ffff:192.0.2.13]", None, "::ffff:192.0.2.13", None),
    ],
)
def test_a_jump_host_by_its_address(text: str, user: str | None, address: str, port: int | None) -> None:
    found = jump_host(text)
    assert (found.user, found.address, found.port) == (user, address, port)


@pytest.mark.parametrize("text", ["", "a b", "u@", "h:x", "fd00::1", "[1.2]", "h:0", "h:70000", "[fd00::1"])
def test_what_is_no_jump_host(text: str) -> None:
    with pytest.raises(ValueError, match=r"ssh\.jump"):
        jump_host(text)
