"""Which tutor answers, chosen by the settings when the first question comes, so that an idle window costs nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_lsp.tutor import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor_lsp.settings import Settings
    from tutor_lsp.tutor import Tutor

LOCAL = Status("local", "Local mode: the tutor answers on this computer, without an account.")
READY = Status("ready", "The tutor is ready.")
SIGNED_OUT = Status(
    "signedOut", "Sign in to use the tutor: set TUTOR_ACCESS_TOKEN and start the editor again.", "tutor.signIn"
)


def build_tutor(settings: Settings, on_status: Callable[[Status], object]) -> Tutor:
    """Build the tutor that the settings name; what it needs is loaded now and not before."""
    if settings.server_url is not None:
        from tutor_lsp.credentials import StaticToken  # noqa: PLC0415 - see above
        from tutor_lsp.remote_tutor import RemoteTutor  # noqa: PLC0415 - loads aiohttp

        return RemoteTutor(settings.server_url, StaticToken(settings.access_token), on_status=on_status)
    from tutor_lsp.local_tutor import LocalTutor  # noqa: PLC0415 - loads SQLite and the offline tutor
    from tutor_server.pedagogy.levels import StudentLevels  # noqa: PLC0415 - likewise

    student = StudentLevels(settings.programming_level, settings.maths_level)
    return LocalTutor(settings.data_dir, student=student)


class TutorChoice:
    """Holds the settings and, from the first question on, the tutor."""

    def __init__(
        self, settings: Settings, build: Callable[[Settings, Callable[[Status], object]], Tutor] = build_tutor
    ) -> None:
        self.settings = settings
        self.on_status: Callable[[Status], object] = lambda _: None
        """Hears of each change of the tutor's own status."""
        self._build = build
        self._tutor: Tutor | None = None

    @property
    def status(self) -> Status:
        """How the tutor is reached right now, or would be."""
        if self.settings.fault is not None:
            return Status("offline", self.settings.fault)
        if self._tutor is not None:
            return self._tutor.status
        if self.settings.server_url is None:
            return LOCAL
        return READY if self.settings.access_token else SIGNED_OUT

    def tutor(self) -> Tutor | None:
        """Give the tutor, built at the first call; None where the settings allow none, and `status` says why."""
        if self._tutor is None:
            is_signed_out = self.settings.server_url is not None and self.settings.access_token is None
            if self.settings.fault is not None or is_signed_out:
                return None
            self._tutor = self._build(self.settings, self.on_status)
        return self._tutor

    async def change(self, settings: Settings) -> None:
        """Take new settings; a tutor that was built from others is closed, and the next question builds another."""
        if settings != self.settings:
            self.settings = settings
            await self.close()

    async def close(self) -> None:
        """Close the tutor if there is one."""
        tutor, self._tutor = self._tutor, None
        if tutor is not None:
            await tutor.close()
