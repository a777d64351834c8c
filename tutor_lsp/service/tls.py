"""The certificates that the editor side trusts, and messages to the student about connections that are not secure."""

from __future__ import annotations

import os
import ssl
from contextlib import suppress

_SELF_SIGNED, _NOT_YET_VALID, _EXPIRED = 18, 9, 10
_UNKNOWN_ISSUERS = {2, 19, 20, 21, 27}
_OTHER_NAMES = {62, 64}
"""OpenSSL's X509_V_ERR codes. Errors on Windows and macOS have other codes, and are shown with the system's message."""


def tls_context() -> ssl.SSLContext:
    """Return a TLS context that trusts the system's certificates and those in `SSL_CERT_FILE`. It reads files.

    Python's default context ignores a Mac's keychain, and a Python built for another Linux distribution looks for
    certificates in files that do not exist (`truststore`'s documentation).
    """
    import truststore  # noqa: PLC0415 - needed only to connect

    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # Adding the certificates keeps those of the system. On Linux, OpenSSL would use only those in SSL_CERT_FILE.
    if file := os.environ.get("SSL_CERT_FILE"):
        # An unusable SSL_CERT_FILE is ignored, as OpenSSL does. ssl.SSLError is a subclass of OSError.
        with suppress(OSError):
            context.load_verify_locations(file)
    return context


def insecure(host: str, error: BaseException | None) -> str:
    """Return the reason why a connection is not secure, for a student. `error` is an exception of the module `ssl`."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The connection to {host} is not secure: {_refused(error)} Nothing was sent."
    reason = getattr(error, "reason", None) or "no reason given"
    return f"No secure connection to {host} could be made ({str(reason).replace('_', ' ').lower()}). Nothing was sent."


def _refused(error: ssl.SSLCertVerificationError) -> str:
    code = error.verify_code
    if code == _EXPIRED:
        return "its certificate has expired, or your computer's clock is wrong."
    if code == _NOT_YET_VALID:
        return "its certificate is not valid yet, or your computer's clock is wrong."
    if code in _OTHER_NAMES:
        return "its certificate is for another address."
    if code == _SELF_SIGNED:
        return "its certificate is self-signed."
    if code in _UNKNOWN_ISSUERS:
        return (
            "your computer does not trust the certificate authority that issued its certificate. If that is your "
            "university's own, your computer has to trust it first."
        )
    return f"its certificate was refused ({error.verify_message})."
