"""The state of the connection to the tutor, and sign-in."""

from __future__ import annotations

from typing import Literal

import attrs

State = Literal["ready", "local", "signedOut", "connecting", "reconnecting", "offline", "tooManyWindows"]


@attrs.frozen(kw_only=True)
class StatusChanged:
    """The state of the connection to the tutor, a sentence for the student, and a command that helps, if any."""

    state: State
    message: str
    command: str | None = None
    account: str | None = None
    """The e-mail address of the student who is signed in, if it is known."""
    module: str | None = None
    """The id of the learning module of the document that was opened or asked about last."""
    course: str | None = None
    """The slug of the course of that document. It is absent for the course `default`, which needs no name."""
    remaining_today: int | None = None
    """How many messages are left today, as the service said with the last answer."""


@attrs.frozen(kw_only=True)
class SignInEnded:
    """A sign-in that `tutor.signIn` started has ended. If the student restarted it, this is sent only once."""

    reason: Literal["completed", "cancelled", "failed"]
    message: str
    """A sentence for the student."""
