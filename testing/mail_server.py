"""A real SMTP server on loopback (aiosmtpd) that stores its messages and fails on request."""

from __future__ import annotations

import asyncio
import re
import warnings
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from testing.waiting import until

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator
    from email.message import EmailMessage

    from aiosmtpd.smtp import Envelope, Session

LINK = re.compile(r"^https?://\S+\?token=(?P<token>\S+)", re.MULTILINE)
SENDER = "Ask Tutor <tutor@uni.example>"


@dataclass
class MailServer:
    """The messages that have arrived, and the replies that the test wants for the next recipients."""

    port: int = 0
    messages: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    """SMTP replies to the next recipients, in order. Once they are used up, every recipient is accepted."""
    attempts: int = 0
    over_tls: list[bool] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    """The user names of all SMTP logins."""

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of a service that sends its e-mail through this server, as fields of `Settings`."""
        return {"smtp_url": f"smtp://127.0.0.1:{self.port}", "smtp_from": SENDER}

    @property
    def environment(self) -> dict[str, str]:
        """The same settings as environment variables."""
        return {f"TUTOR_{name.upper()}": value for name, value in self.settings.items()}

    async def mail_to(self, email: str, count: int = 1) -> EmailMessage:
        """Wait until `count` messages have arrived for an e-mail address, and return the last of them."""
        await until(lambda: len(self.to(email)) >= count)
        return self.to(email)[count - 1]

    async def link_to(self, email: str, count: int = 1) -> str:
        """Wait for a message as `mail_to` does, and return the path of the link in it, which includes a token."""
        found = LINK.search((await self.mail_to(email, count)).get_content())
        assert found is not None
        return "/" + found[0].split("/", 3)[3]

    def to(self, email: str) -> list[EmailMessage]:
        """Return the messages to an e-mail address."""
        return [message for message in self.messages if message["To"] == email]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd prescribes the name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Accept or reject a recipient, with the reply that the test has queued."""
        self.attempts += 1
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802 - aiosmtpd prescribes the name
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Store a message."""
        transport: Any = server.transport
        content: Any = envelope.content
        self.raw.append(bytes(content))
        self.messages.append(message_from_bytes(bytes(content), policy=policy.default))
        self.over_tls.append(transport.get_extra_info("sslcontext") is not None)
        return "250 OK"


@asynccontextmanager
async def mail_server(
    *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None, password: str | None = None
) -> AsyncIterator[MailServer]:
    """Run an SMTP server: with TLS from the start, with STARTTLS or unencrypted. It may require a password."""
    kept = MailServer()

    def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        kept.users.append(data.login.decode())
        return AuthResult(success=data.password.decode() == password, handled=False)

    def protocol() -> SMTP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # aiosmtpd warns about passwords without STARTTLS.
            return SMTP(
                kept,
                hostname="mail.uni.example",
                tls_context=starttls,
                require_starttls=starttls is not None,
                auth_required=password is not None,
                auth_require_tls=False,
                authenticator=authenticate if password is not None else None,
                loop=asyncio.get_running_loop(),
            )

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0, ssl=tls)
    kept.port = server.sockets[0].getsockname()[1]
    try:
        yield kept
    finally:
        server.close()
        await server.wait_closed()
