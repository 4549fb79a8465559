"""What stands under `http.tls` is looked at before anything is served: one sentence, and no traceback."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from remediator.cli import main
from remediator.web import server
from remediator.web.errors import TlsUnusable
from tests.service.loop_port import MemoryLoop
from tests.unit.config.writing import config_of

pytestmark = pytest.mark.unit


def pair(folder: Path, name: str, password: bytes | None = None) -> tuple[Path, Path]:
    """Write a certificate and its key; return both paths."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    began = datetime.now(UTC) - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(began)
        .not_valid_after(began + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    lock = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    cert_path, key_path = folder / f"{name}.pem", folder / f"{name}.key"
    cert_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock))
    return cert_path, key_path


def made(folder: Path, cert: Path, key: Path) -> None:
    loop = MemoryLoop()
    try:
        server.make_server(loop, None, config_of(folder, f"http: {{tls: {{cert: {cert}, key: {key}}}}}\n"))
    finally:
        loop.close()


def test_a_certificate_with_its_key_is_taken(tmp_path: Path) -> None:
    made(tmp_path, *pair(tmp_path, "a"))


@pytest.mark.parametrize(
    ("cert", "key", "words"),
    [
        ("none.pem", "a.key", "http.tls.cert: {}/none.pem cannot be read: No such file or directory"),
        ("a.pem", "none.key", "http.tls.key: {}/none.key cannot be read: No such file or directory"),
        ("a.pem", "b.key", "http.tls.key: {}/b.key does not belong to the certificate {}/a.pem"),
        ("a.key", "a.key", "http.tls.cert: {}/a.key and its key {}/a.key are no PEM certificate and key"),
        ("a.pem", "locked.key", "http.tls.cert: {}/a.pem and its key {}/locked.key are no PEM certificate and key"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(tmp_path: Path, cert: str, key: str, words: str) -> None:
    pair(tmp_path, "a")
    pair(tmp_path, "b")
    pair(tmp_path, "locked", b"secret")
    with pytest.raises(TlsUnusable) as raised:
        made(tmp_path, tmp_path / cert, tmp_path / key)
    assert str(raised.value).startswith(words.replace("{}", str(tmp_path)))
    assert "\n" not in str(raised.value)
    assert main.exit_code_of(raised.value) == 78
