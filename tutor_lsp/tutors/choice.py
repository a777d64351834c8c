"""The choice of the tutor by settings and sign-in. It is built at the first ask, so that idle windows cost little."""

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
    """The service that answers, and the credentials for it."""

    server_url: str
    credentials: Credentials


def build_tutor(settings: Settings, access: Access | None, on_status: Callable[[Status], object]) -> Tutor:
    """Build the tutor: the remote one, or local mode if there is no access to a service.

    The modules are imported here, because few sessions need all of them.
    """
    if access is not None:
        from tutor_lsp.capture.redaction.private_patterns import PrivatePatterns  # noqa: PLC0415 - needed only for a service
        from tutor_lsp.capture.redaction.redaction import Redactor  # noqa: PLC0415 - needed only for a service
        from tutor_lsp.tutors.redacting import RedactingTutor, redaction_key  # noqa: PLC0415 - needed only for a service
        from tutor_lsp.tutors.remote import RemoteTutor  # noqa: PLC0415 - imports aiohttp

        remote = RemoteTutor(access.server_url, access.credentials, on_status=on_status)
        patterns = PrivatePatterns(re.compile(settings.student_number), home=_home())
        return RedactingTutor(remote, Redactor(patterns, redaction_key(settings.data_dir)))
    from tutor_lsp.tutors.local import LocalTutor  # noqa: PLC0415 - it imports SQLite and the offline tutor
    from tutor_pedagogy.ladder.levels import StudentLevels  # noqa: PLC0415 - it imports SQLite and the offline tutor

    student = StudentLevels(settings.programming_level, settings.maths_level)
    return LocalTutor(settings.data_dir, student=student, ladder=settings.ladder)


def _home() -> Path | None:
    """Return the user's home folder, or None if the system does not know it."""
    try:
        return Path.home()
    except RuntimeError:
        return None


class TutorChoice:
    """Holds the settings, the sign-ins and, from the first ask on, the tutor."""

    def __init__(self, settings: Settings, sign_ins: SignIns, build: BuildTutor = build_tutor) -> None:
        self.settings = settings
        self.sign_ins = sign_ins
        self.on_status: Callable[[Status], object] = lambda _: None
        """The callback for changes of the status that the tutor itself reports."""
        self._build = build
        self._tutor: Tutor | None = None
        self._local_tutor: Tutor | None = None
        self._built_for: tuple[str | None, str | None] | None = None

    @property
    def server_url(self) -> str | None:
        """The service that answers, or None in local mode. The settings take precedence over the sign-in."""
        return self.settings.server_url or self.sign_ins.server_url

    @property
    def status(self) -> Status:
        """The state of the connection to the tutor. Before the tutor is built, it is what the tutor would report."""
        if self.settings.fault is not None:
            return Status("offline", self.settings.fault)
        if self._tutor is not None:
            return self._tutor.status
        if self.server_url is None:
            return LOCAL
        return SIGNED_OUT if self.access() is None else READY

    def tutor(self) -> Tutor | None:
        """Return the tutor, built at the first call, or None if none is available. `status` then says why."""
        if self._tutor is None:
            access = self.access()
            is_signed_out = self.server_url is not None and access is None
            if self.settings.fault is not None or is_signed_out:
                return None
            self._built_for = self._choice()
            self._tutor = self._build(self.settings, access, self.on_status)
        return self._tutor

    def local_tutor(self) -> Tutor:
        """Return the tutor of local mode, whatever the settings and sign-ins are. It is built at the first call."""
        if self.server_url is None and (tutor := self.tutor()) is not None:
            return tutor
        if self._local_tutor is None:
            self._local_tutor = self._build(self.settings, None, lambda _: None)
        return self._local_tutor

    async def change(self, settings: Settings) -> None:
        """Apply new settings. If they have changed, close the tutor; the next ask builds another."""
        if settings != self.settings:
            self.settings = settings
            await self.close()

    async def reload_sign_ins(self) -> None:
        """Read the sign-ins, which another window may have changed. If the one in use has changed, close the tutor."""
        self.sign_ins.reload()
        if self._tutor is not None and self._built_for != self._choice():
            await self.close()

    async def close(self) -> None:
        """Close the tutors that have been built."""
        tutors, self._tutor, self._local_tutor = (self._tutor, self._local_tutor), None, None
        for tutor in tutors:
            if tutor is not None:
                await tutor.close()

    def _choice(self) -> tuple[str | None, str | None]:
        """Return the service and an id of the credentials. If either changes, another tutor must be built."""
        server_url = self.server_url
        if server_url is None or self._environment_token is not None:
            return server_url, self._environment_token
        sign_in = self.sign_ins.at(server_url)
        return server_url, None if sign_in is None else sign_in.id

    def access(self) -> Access | None:
        """Return the service and its credentials, or None in local mode or if the student is signed out."""
        server_url = self.server_url
        return None if server_url is None else self.access_to(server_url)

    def access_to(self, server_url: str) -> Access | None:
        """Return the service with credentials for it: the environment's token, or tokens of a sign-in."""
        if self._environment_token is not None and server_url == self.settings.server_url:
            return Access(server_url, StaticToken(self._environment_token))
        sign_in = self.sign_ins.at(server_url)
        return None if sign_in is None else Access(server_url, self.sign_ins.credentials(sign_in))

    @property
    def account(self) -> str | None:
        """The e-mail address of the student who is signed in, or None if it is not known."""
        server_url = self.server_url
        if server_url is None or self._environment_token is not None:
            return None
        sign_in = self.sign_ins.at(server_url)
        return None if sign_in is None else sign_in.account

    @property
    def has_environment_token(self) -> bool:
        """Whether the environment sets a token, which takes precedence over any sign-in."""
        return self._environment_token is not None

    @property
    def _environment_token(self) -> str | None:
        """The token of the environment. It is used only if the settings name a service."""
        return self.settings.access_token if self.settings.server_url is not None else None
