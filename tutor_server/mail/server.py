"""The operator's mail server: parses its URL, and delivers one mail."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qsl, unquote, urlsplit

import aiosmtplib

from tutor_server.hosts import is_loopback

if TYPE_CHECKING:
    from email.message import EmailMessage

SUBMISSION_PORT, SMTPS_PORT = 587, 465
"""The default ports of `smtp://` (RFC 6409 §3.1) and `smtps://` (RFC 8314 §3.3)."""
SECONDS = 20.0
"""The timeout in seconds of each step of a delivery."""

FINAL = 500

MAIL_FAILURES = (aiosmtplib.SMTPException, OSError)
"""Exceptions raised by a failed delivery. TLS errors are subclasses of `OSError`."""

_SENDER = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?", re.ASCII)


class MailRefused(Exception):
    """The mail server refused a mail permanently. The message contains no e-mail address."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """The mail server that takes mails for delivery. `starttls`: True requires it, None uses it if offered."""

    host: str
    port: int
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    is_tls: bool = False
    starttls: bool | None = None

    @classmethod
    def parse(cls, url: str) -> Self:
        """Return the server that `smtp://` or `smtps://[user:password@]host[:port]` names.

        Raise `ValueError`; its message never contains the URL. `smtp://` to another computer requires STARTTLS, since
        mails contain secret links. `?starttls=off` removes this requirement for a relay without TLS and password.
        """
        if not url.isascii() or not url.isprintable() or " " in url:
            raise ValueError("holds a character that no address can")
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        starttls = query.pop("starttls", None)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path not in {"", "/"}:
            raise ValueError("the scheme or the host is missing")
        if query or parts.fragment or starttls not in {None, "required", "off"}:
            raise ValueError("only ?starttls=required or ?starttls=off may follow")
        user, password = (unquote(part) if part else None for part in (parts.username, parts.password))
        is_tls, is_near = parts.scheme == "smtps", is_loopback(parts.hostname)
        if is_tls and starttls is not None:
            raise ValueError("smtps:// has TLS from the start, and no STARTTLS")
        if starttls == "off" and user and not is_near:
            raise ValueError("a password goes to another machine through TLS alone")
        return cls(
            host=parts.hostname,
            port=parts.port or (SMTPS_PORT if is_tls else SUBMISSION_PORT),
            user=user,
            password=password,
            is_tls=is_tls,
            starttls={"required": True, "off": False}.get(starttls or "", None if is_near or is_tls else True),
        )

    async def deliver(self, message: EmailMessage) -> None:
        """Deliver one mail. Raise `MailRefused`, or one of `MAIL_FAILURES` if a retry may succeed."""
        try:
            async with self._connection() as connection:
                await connection.send_message(message)
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _judged(error.recipients[0]) from None
        except aiosmtplib.SMTPResponseException as error:
            raise _judged(error) from None

    async def test(self) -> None:
        """Connect and sign in without sending a mail. Raise one of `MAIL_FAILURES`."""
        async with self._connection() as connection:
            await connection.noop()

    def _connection(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            username=self.user,
            password=self.password,
            use_tls=self.is_tls,
            start_tls=False if self.is_tls else self.starttls,
            # An unverified certificate is accepted on the same machine, where STARTTLS protects nothing, unless the
            # URL requires TLS.
            validate_certs=self.is_tls or self.starttls is not None or not is_loopback(self.host),
            timeout=SECONDS,
        )


def mail_problem(error: Exception) -> str:
    """Return a short description of a failed delivery, without the server's reply, which may contain an address."""
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{type(error).__name__}, status {error.code}"
    return str(error) if isinstance(error, MailRefused) else type(error).__name__


def is_sender(text: str) -> bool:
    """Return whether a text is a valid sender, `tutor@uni.example` or `Ask Tutor <tutor@uni.example>`."""
    name, address = parseaddr(text)
    is_whole = text in {address, f"{name} <{address}>", f'"{name}" <{address}>'}
    return text.isprintable() and is_whole and _SENDER.fullmatch(address) is not None


def _judged(error: aiosmtplib.SMTPResponseException) -> Exception:
    """Return the error to raise for an SMTP status: 5xx is a permanent failure, except for a rejected password.

    See RFC 5321 §4.2.1.
    """
    if error.code < FINAL or isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return error
    return MailRefused(f"{type(error).__name__}, status {error.code}")
