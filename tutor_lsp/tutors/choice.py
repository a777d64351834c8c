"""Which tutor answers, by settings and sign-in. It is built at the first question: an idle window costs nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tutor_lsp.sign_in.credentials import StaticToken
from tutor_lsp.tutors.tutor import LOCAL, READY, SIGNED_OUT, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor_lsp.service.credentials import Credentials
    from tutor_lsp.settings import Settings
    from tutor_lsp.sign_in.sign_ins import SignIns
    from tutor_lsp.tutors.tutor import Tutor

    BuildTutor = Callable[[Settings, "Access | None", Callable[[Status], object]], Tutor]


class Access(NamedTuple):
    """Which service answers, and as whom it is asked."""

    server_url: str
    credentials: Credentials


def build_tutor(settings: Settings, access: Access | None, on_status: Callable[[Status], object]) -> Tutor:
    """Build the tutor, a local one without access to a service; what it needs is loaded now and not before."""
    if access is not None:
        from tutor_lsp.capture.redaction.private_patterns import PrivatePatterns  # noqa: PLC0415 - not needed before
        from tutor_lsp.capture.redaction.redaction import Redactor  # noqa: PLC0415 - likewise
        from tutor_lsp.tutors.redacting import RedactingTutor, redaction_key  # noqa: PLC0415 - likewise
        from tutor_lsp.tutors.remote import RemoteTutor  # noqa: PLC0415 - loads aiohttp

        remote = RemoteTutor(access.server_url, access.credentials, on_status=on_status)
        patterns = PrivatePatterns(re.compile(settings.student_number), home=_home())
        return RedactingTutor(remote, Redactor(patterns, redaction_key(settings.data_dir)))
    from tutor_lsp.tutors.local import LocalTutor  # noqa: PLC0415 - loads SQLite and the offline tutor
    from tutor_pedagogy.ladder.levels import StudentLevels  # noqa: PLC0415 - likewise

    student = StudentLevels(settings.programming_level, settings.maths_level)
    return LocalTutor(settings.data_dir, student=student)


def _home() -> Path | None:
    """Give the user's home folder, if the system knows one."""
    try:
        return Path.home()
    except RuntimeError:
        return None


class TutorChoice:
    """Holds the settings, the sign-ins and, from the first question on, the tutor."""

    def __init__(self, settings: Settings, sign_ins: SignIns, build: BuildTutor = build_tutor) -> None:
        self.settings = settings
        self.sign_ins = sign_ins
        self.on_status: Callable[[Status], object] = lambda _: None
        """Hears of each change of the tutor's own status."""
        self._build = build
        self._tutor: Tutor | None = None
        self._local_tutor: Tutor | None = None
        self._built_for: tuple[str | None, str | None] | None = None

    @property
    def server_url(self) -> str | None:
        """The service that answers; None: local mode. The settings go before the sign-in."""
        return self.settings.server_url or self.sign_ins.server_url

    @property
    def status(self) -> Status:
        """How the tutor is reached right now, or would be."""
        if self.settings.fault is not None:
            return Status("offline", self.settings.fault)
        if self._tutor is not None:
            return self._tutor.status
        if self.server_url is None:
            return LOCAL
        return SIGNED_OUT if self.access() is None else READY

    def tutor(self) -> Tutor | None:
        """Give the tutor, built at the first call; None where there can be none, and `status` says why."""
        if self._tutor is None:
            access = self.access()
            is_signed_out = self.server_url is not None and access is None
            if self.settings.fault is not None or is_signed_out:
                return None
            self._built_for = self._choice()
            self._tutor = self._build(self.settings, access, self.on_status)
        return self._tutor

    def local_tutor(self) -> Tutor:
        """Return the tutor of local mode, whatever the settings and sign-ins say; built at the first call."""
        if self.server_url is None and (tutor := self.tutor()) is not None:
            return tutor
        if self._local_tutor is None:
            self._local_tutor = self._build(self.settings, None, lambda _: None)
        return self._local_tutor

    async def change(self, settings: Settings) -> None:
        """Take new settings; a tutor that was built from others is closed, and the next question builds another."""
        if settings != self.settings:
            self.settings = settings
            await self.close()

    async def reload_sign_ins(self) -> None:
        """Look who is signed in by now, in this window or elsewhere; a tutor of another sign-in is closed."""
        self.sign_ins.reload()
        if self._tutor is not None and self._built_for != self._choice():
            await self.close()

    async def close(self) -> None:
        """Close the tutors that were built."""
        tutors, self._tutor, self._local_tutor = (self._tutor, self._local_tutor), None, None
        for tutor in tutors:
            if tutor is not None:
                await tutor.close()

    def _choice(self) -> tuple[str | None, str | None]:
        """Name the service and the sign-in."""
        server_url = self.server_url
        if server_url is None or self._environment_token is not None:
            return server_url, self._environment_token
        sign_in = self.sign_ins.at(server_url)
        return server_url, None if sign_in is None else sign_in.id

    def access(self) -> Access | None:
        """Give the service and the credentials; None: local mode, or signed out."""
        server_url = self.server_url
        return None if server_url is None else self.access_to(server_url)

    def access_to(self, server_url: str) -> Access | None:
        """Give the credentials for one service: only what was set together with it, or what it has issued itself."""
        if self._environment_token is not None and server_url == self.settings.server_url:
            return Access(server_url, StaticToken(self._environment_token))
        sign_in = self.sign_ins.at(server_url)
        return None if sign_in is None else Access(server_url, self.sign_ins.credentials(sign_in))

    @property
    def has_environment_token(self) -> bool:
        """Whether the environment names the token, which goes before any sign-in."""
        return self._environment_token is not None

    @property
    def _environment_token(self) -> str | None:
        """The token of the environment. Nobody knows which service it is of but who has set both."""
        return self.settings.access_token if self.settings.server_url is not None else None
