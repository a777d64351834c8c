"""E-mail: URLs of mail servers, the messages, their delivery, and failed deliveries."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

import pytest

from testing.certificates import PrivateAuthority
from testing.clock import HeldClock
from testing.mail_server import SENDER, mail_server
from testing.servers import free_port
from testing.waiting import until
from tutor_server.mail.letters import Letter, write_mail
from tutor_server.mail.outbox import Outbox
from tutor_server.mail.server import MailServer, is_sender

if TYPE_CHECKING:
    import io
    from pathlib import Path

ADA = "ada@uni.example"
LINK = "https://tutor.uni.example/account/reset?token=" + "t" * 43
LETTER = Letter(kind="reset", to=ADA, link=LINK)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
QUICK = (0.01, 0.01)


def outbox(url: str) -> Outbox:
    """Return an outbox with short retry delays."""
    return Outbox(MailServer.parse(url), SENDER, HeldClock(), waits=QUICK)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.uni.example", ("mail.uni.example", 587, None, None, False, True)),
        ("smtp://mail.uni.example:25?starttls=off", ("mail.uni.example", 25, None, None, False, False)),
        ("smtps://mail.uni.example", ("mail.uni.example", 465, None, None, True, None)),
        ("smtps://ada%40uni:p%2F%3A%40@mail.uni.example/", ("mail.uni.example", 465, "ada@uni", "p/:@", True, None)),
        ("smtp://127.0.0.1:1025", ("127.0.0.1", 1025, None, None, False, None)),
        ("smtp://[::1]:1025?starttls=required", ("::1", 1025, None, None, False, True)),
    ],
)
def test_addresses_of_servers(url: str, expected: tuple[object, ...]) -> None:
    """A mail server's URL gives host, port, user, password and TLS mode.

    STARTTLS is required for servers on other machines unless the URL waives it.
    """
    server = MailServer.parse(url)

    found = (server.host, server.port, server.user, server.password, server.is_tls, server.starttls)
    assert found == expected
    assert "p/:@" not in repr(server)


@pytest.mark.parametrize(
    "url",
    [
        "mail.uni.example",
        "http://mail.uni.example",
        "smtp://",
        "smtp://mail.uni.example:port",
        "smtp://mail.uni.example/path",
        "smtp://mail.uni.example?starttls=maybe",
        "smtp://mail.uni.example?tls=off",
        "smtps://mail.uni.example?starttls=required",
        "smtp://ada:secret@mail.uni.example?starttls=off",
        "smtp://mail.uni.example\nRCPT TO:<eve@uni.example>",
        "smtp://mail uni.example",
    ],
)
def test_what_is_no_address_of_a_server(url: str) -> None:
    """An invalid URL is refused without repeating it, and so is a password for another machine without TLS."""
    with pytest.raises(ValueError, match=r"^(?!.*secret)"):
        MailServer.parse(url)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("tutor@uni.example", True),
        (SENDER, True),
        ('"Tutor, the" <tutor@uni.example>', True),
        ("tutor", False),
        ("tutor@uni.example, eve@uni.example", False),
        ("Ask Tutor <tutor@uni.example>\r\nBcc: eve@uni.example", False),
        ("Ask Tutor <tutor>", False),
        ("", False),
    ],
)
def test_senders(text: str, is_one: bool) -> None:  # noqa: FBT001 - pytest passes the parameter by name
    """The sender is one address, with or without a name."""
    assert is_sender(text) is is_one


@pytest.mark.parametrize("kind", ["confirm", "taken", "reset", "invite"])
def test_a_mail_is_readable(kind: str) -> None:
    """A message is plain text in short lines, with the link on its own line, and asks not to reply."""
    letter = Letter(kind=kind, to=ADA, link=LINK, page="https://tutor.uni.example/account/password")  # type: ignore[arg-type] # `kind` is a literal type

    raw = write_mail(letter, SENDER, NOON).as_bytes()

    message = message_from_bytes(raw, policy=policy.default)
    lines = message.get_content().splitlines()
    assert message.get_content_type() == "text/plain"
    assert (message["To"], message["From"], message["Auto-Submitted"]) == (ADA, SENDER, "auto-generated")
    assert message["Date"].datetime == NOON
    assert LINK.encode() in raw.split(b"\r\n")
    assert LINK in lines
    assert max(len(line) for line in lines if "://" not in line) <= 76
    assert message["Subject"]


@pytest.mark.parametrize("to", ["ada@uni.example\r\nBcc: eve@uni.example", "ada@uni.example\nX: y"])
def test_nobody_adds_a_header(to: str) -> None:
    """An address with a line break is refused before anything is sent."""
    with pytest.raises(ValueError, match="linefeed or carriage return"):
        write_mail(Letter(kind="reset", to=to, link=LINK), SENDER, NOON)


async def test_a_mail_arrives() -> None:
    """A message arrives unchanged at its only recipient."""
    async with mail_server() as server:
        problem = await outbox(f"smtp://127.0.0.1:{server.port}").send(LETTER)

    assert problem is None
    assert [message["To"] for message in server.messages] == [ADA]
    assert LINK in server.messages[0].get_content()


@pytest.mark.parametrize("way", ["smtps", "starttls"])
async def test_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """TLS works from the start and by STARTTLS, but only with a certificate of a trusted authority."""
    authority = PrivateAuthority(tmp_path)
    context = authority.server_context("127.0.0.1")
    given = {"tls": context} if way == "smtps" else {"starttls": context}
    async with mail_server(password="p/:@", **given) as server:
        address = f"ada:p%2F%3A%40@127.0.0.1:{server.port}"
        url = f"smtps://{address}" if way == "smtps" else f"smtp://{address}?starttls=required"
        refused = await outbox(url).send(LETTER)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        problem = await outbox(url).send(LETTER)

    assert refused is not None
    assert (problem, server.over_tls, server.users) == (None, [True], ["ada"])


async def test_starttls_that_is_required_and_not_there() -> None:
    """If STARTTLS is required but the server does not offer it, nothing is sent."""
    async with mail_server() as server:
        problem = await outbox(f"smtp://127.0.0.1:{server.port}?starttls=required").send(LETTER)

    assert problem == "SMTPException"
    assert server.messages == []


async def test_a_failing_server_is_tried_again(log_output: io.BytesIO) -> None:
    """If the server is busy, the delivery is tried again; the log has the server's status, but no address."""
    async with mail_server() as server:
        server.answers = ["451 4.3.0 ada@uni.example try later", "450 4.2.1 later"]
        problem = await outbox(f"smtp://127.0.0.1:{server.port}").send(LETTER)

    assert (problem, server.attempts, len(server.messages)) == (None, 3, 1)
    log = log_output.getvalue().decode()
    assert log.count("mail_delayed") == 2
    assert "status 451" in log
    assert ADA not in log
    assert "token" not in log


async def test_attempts_are_bounded(log_output: io.BytesIO) -> None:
    """After three failed attempts the log says that the delivery failed."""
    problem = await outbox(f"smtp://127.0.0.1:{free_port()}").send(LETTER)

    assert problem == "SMTPConnectError"
    log = log_output.getvalue().decode()
    assert (log.count("mail_delayed"), log.count("mail_unsent")) == (2, 1)


@pytest.mark.parametrize(("answer", "attempts"), [("550 5.1.1 no such user", 1), ("421 4.3.2 closing", 3)])
async def test_a_refusal_for_good_is_not_tried_again(answer: str, attempts: int) -> None:
    """A 5xx reply ends the delivery, and after a 4xx reply it is tried again (RFC 5321 §4.2.1)."""
    async with mail_server() as server:
        server.answers = [answer] * 5
        problem = await outbox(f"smtp://127.0.0.1:{server.port}").send(LETTER)

    assert problem is not None
    assert server.attempts == attempts


async def test_a_wrong_password_is_named() -> None:
    """The log names a wrong password as the reason."""
    async with mail_server(password="right") as server:
        problem = await outbox(f"smtp://ada:wrong@127.0.0.1:{server.port}").send(LETTER)

    assert problem == "SMTPAuthenticationError, status 535"


async def test_posting_waits_for_nobody() -> None:
    """Posting a message returns at once; a service that stops drops messages that wait for a retry, and logs this."""
    slow = Outbox(MailServer.parse(f"smtp://127.0.0.1:{free_port()}"), SENDER, HeldClock(), waits=(3600.0,))
    composed = []

    async def compose() -> Letter:
        composed.append(True)
        return LETTER

    slow.post(compose)
    assert composed == []
    await until(lambda: composed)
    await slow.close()
    assert slow._sending == set()
