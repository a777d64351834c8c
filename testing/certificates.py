"""TLS certificates for tests: self-signed ones, and ones signed by a private certificate authority."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

DAY = timedelta(days=1)


class PrivateAuthority:
    """A private certificate authority. The file at `file` holds its certificate, which clients can trust.

    Skips the test if the package `cryptography` is not installed.
    """

    def __init__(self, folder: Path) -> None:
        self._x509 = pytest.importorskip("cryptography.x509", reason="cryptography is only installed on Linux")
        self._folder = folder
        self._key = _new_key()
        self._name = self._named("A private authority")
        certificate = self._unsigned(self._name, self._key, -1, 1).add_extension(
            self._x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        for extension, is_critical in self._of_authorities():
            certificate = certificate.add_extension(extension, critical=is_critical)
        self.file = folder / "authority.pem"
        self.file.write_bytes(_pem(certificate.sign(self._key, _digest())))

    def server_context(self, host: str, begins: int = -1, ends: int = 1) -> ssl.SSLContext:
        """Return a server context with a certificate for `host`, a host name or an IP address.

        The certificate is valid from `begins` to `ends`, both in days from now.
        """
        key = _new_key()
        try:
            name = self._x509.IPAddress(ipaddress.ip_address(host))
        except ValueError:
            name = self._x509.DNSName(host)
        authority = self._x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        certificate = (
            self._unsigned(self._named(host), key, begins, ends)
            .add_extension(self._x509.SubjectAlternativeName([name]), critical=False)
            .add_extension(authority, critical=False)
            .sign(self._key, _digest())
        )
        return _context(self._folder / "server.pem", key, certificate)

    def _named(self, name: str) -> Any:
        return self._x509.Name([self._x509.NameAttribute(self._x509.NameOID.COMMON_NAME, name)])

    def _unsigned(self, name: Any, key: Any, begins: int, ends: int) -> Any:
        now = datetime.now(UTC)
        return (
            self._x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(self._x509.random_serial_number())
            .not_valid_before(now + begins * DAY)
            .not_valid_after(now + ends * DAY)
        )

    def _of_authorities(self) -> list[tuple[Any, bool]]:
        """Return the extensions that Python 3.13 also requires in an authority's certificate (`VERIFY_X509_STRICT`)."""
        may = dict.fromkeys(("key_cert_sign", "crl_sign"), True)
        may |= dict.fromkeys(
            (
                *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
                *("key_agreement", "encipher_only", "decipher_only"),
            ),
            False,
        )
        return [
            (self._x509.KeyUsage(**may), True),
            (self._x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), False),
        ]


def self_signed_context(folder: Path) -> ssl.SSLContext:
    """Return a server context with a self-signed certificate for 127.0.0.1.

    Skips the test if the package `cryptography` is not installed.
    """
    x509 = pytest.importorskip("cryptography.x509", reason="cryptography is only installed on Linux")
    key = _new_key()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + DAY)
        .sign(key, _digest())
    )
    return _context(folder / "certificate.pem", key, certificate)


def _new_key() -> Any:
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - `cryptography` is not installed everywhere

    return ec.generate_private_key(ec.SECP256R1())


def _digest() -> Any:
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - `cryptography` is not installed everywhere

    return hashes.SHA256()


def _pem(certificate: Any) -> bytes:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - `cryptography` is not installed everywhere

    pem: bytes = certificate.public_bytes(serialization.Encoding.PEM)
    return pem


def _context(file: Path, key: Any, certificate: Any) -> ssl.SSLContext:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - `cryptography` is not installed everywhere

    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + _pem(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
