"""The texts of mails to students: plain text with one link, and without any text that a stranger can choose."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

Kind = Literal["confirm", "taken", "reset", "invite"]

_HELLO = "Hello,\n\n"
_SIGNATURE = "\n\nAsk Tutor, the programming tutor in your editor\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail to one student. `link` opens a page of the service; `page` is the URL to start again from."""

    kind: Kind
    to: str = field(repr=False)
    link: str = field(repr=False)
    page: str = ""

    @property
    def subject(self) -> str:
        """The subject line."""
        return {
            "confirm": "Confirm your e-mail address for Ask Tutor",
            "taken": "You have an account of Ask Tutor already",
            "reset": "Choose a new password for Ask Tutor",
            "invite": "Your account of Ask Tutor",
        }[self.kind]

    @property
    def body(self) -> str:
        """The mail's text. Its lines are short enough that no mail program wraps them, except for the link."""
        text = {
            "confirm": (
                "somebody made an account of Ask Tutor with this e-mail address.\n"
                "If it was you, confirm the address within 24 hours on this page:\n\n"
                f"{self.link}\n\n"
                "If it was not you, nothing happens without you: until the address is\n"
                "confirmed, the account can ask nothing. Do not confirm it. You can take\n"
                "the account over, with a password of your own, on this page:\n\n"
                f"{self.page}"
            ),
            "taken": (
                "somebody, probably you, wanted to make an account of Ask Tutor with this\n"
                "e-mail address. There is one already. Sign in with its password, or\n"
                "choose a new one within an hour on this page:\n\n"
                f"{self.link}\n\n"
                "If it was not you, you need do nothing."
            ),
            "reset": (
                "somebody, probably you, asked for a new password for your account of\n"
                "Ask Tutor. Choose one within an hour on this page:\n\n"
                f"{self.link}\n\n"
                "Whoever is signed in to the account is then signed out. If it was not\n"
                "you, you need do nothing: your password stays as it is."
            ),
            "invite": (
                "your course has made an account of Ask Tutor for you, the programming\n"
                "tutor in your editor. Choose a password within 7 days on this page:\n\n"
                f"{self.link}\n\n"
                "Then sign in from your editor or terminal."
            ),
        }[self.kind]
        return f"{_HELLO}{text}{_SIGNATURE}"


def write_mail(letter: Letter, sender: str, now: datetime) -> EmailMessage:
    """Return a letter as an e-mail message (RFC 5322). Raise `ValueError` if an address contains a line break."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=parseaddr(sender)[1].rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5: ask other servers not to send automatic replies.
    # 7bit keeps a long link on one line; quoted-printable would break it after 76 characters.
    message.set_content(letter.body, cte="7bit" if letter.body.isascii() else None)
    return message
