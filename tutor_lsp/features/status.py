"""The status that the editor shows. It is computed in one place, and only sent if it has changed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from attrs import evolve
from lsprotocol import types

from tutor_lsp import protocol
from tutor_lsp.capture.workspace_module import WorkspacePlace, workspace_place
from tutor_lsp.features.base import Feature
from tutor_lsp.lsp.refused import Refused
from tutor_lsp.service.session import ServiceFault
from tutor_lsp.sign_in.token_store import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tutor_lsp.features.base import Handler
    from tutor_lsp.lsp.editor import Editor
    from tutor_lsp.tutors.choice import TutorChoice


_WITHOUT_ACCOUNT = {"local", "signedOut"}
DEFAULT_COURSE = "default"
"""The course of everybody who has no other one. It is not named: where it is in use, there is often no other."""


def _today() -> date:
    return datetime.now(UTC).date()


class StatusReport(Feature):
    """Feature: `tutor/status/didChange` and the command `tutor.status`. `today` returns the date in UTC."""

    def __init__(self, editor: Editor, choice: TutorChoice, *, today: Callable[[], date] = _today) -> None:
        self._editor = editor
        self._choice = choice
        self._today = today
        self._sent: protocol.StatusChanged | None = None
        self._place = WorkspacePlace()
        self._slugs: dict[UUID, str] = {}
        """The slugs of the student's courses by id, read when an answer names a course that is not among them."""
        self._remaining: tuple[date, int] | None = None
        choice.on_status = lambda _: self.refresh()

    def handlers(self) -> Mapping[str, Handler]:
        """Return the handlers of LSP and custom methods."""
        return {types.TEXT_DOCUMENT_DID_OPEN: self.opened}

    def commands(self) -> Mapping[str, Handler]:
        """Return the handlers of the commands."""
        return {protocol.STATUS: self.status}

    async def initialized(self) -> None:
        """Send the first status."""
        await self._choice.reload_sign_ins()
        self.refresh()

    async def opened(self, params: types.DidOpenTextDocumentParams) -> None:
        """Show module and course of a document that the student has opened. They matter with a service only."""
        if self._choice.server_url is None:
            return
        try:
            place = await asyncio.to_thread(workspace_place, params.text_document.uri)
        except Refused:  # An ask says what is wrong with the file.
            place = WorkspacePlace()
        self.is_about(place)
        self.refresh()

    def is_about(self, place: WorkspacePlace) -> None:
        """Take the module and the course of a place as those to show, from the next refresh on."""
        only = next(iter(self._slugs.values())) if len(self._slugs) == 1 else None
        self._place = replace(place, course=place.course or only)

    def is_in(self, course: str | None) -> None:
        """Take a course, by its slug, as the one to show, from the next refresh on."""
        self._place = replace(self._place, course=course)

    async def answered_in(self, course_id: UUID) -> None:
        """Show the course in which the service has answered, by its slug. If it is not known, the service is asked."""
        if course_id not in self._slugs:
            from tutor_lsp.tutors.course import NoCourse, list_courses  # noqa: PLC0415 - needed only with a service

            try:
                self._slugs = {UUID(each.id): each.slug for each in await list_courses(self._choice)}
            except (NoCourse, ServiceFault, StoreUnavailable, ValueError):  # The name is nice to have.
                return
        self.is_in(self._slugs.get(course_id))
        self.refresh()

    def counted(self, remaining_today: int | None) -> None:
        """Take a number of messages as the one that is left today, from the next refresh on."""
        self._remaining = None if remaining_today is None else (self._today(), remaining_today)

    def refresh(self) -> None:
        """Send the status if it has changed and the editor supports the notification.

        The number of messages left is no such change: the end of each answer has it, too.
        """
        message = self.message
        if message.state in _WITHOUT_ACCOUNT:
            self._remaining, self._slugs = None, {}  # Another student may sign in next.
        compared = evolve(message, remaining_today=None)
        if compared != self._sent and self._editor.speaks_tutor:
            self._sent = compared
            self._editor.notify(protocol.STATUS_DID_CHANGE, message)

    async def status(self, _: protocol.Nothing) -> protocol.StatusChanged:
        """Return the status (command `tutor.status`)."""
        await self._choice.reload_sign_ins()
        self.refresh()
        return self.message

    @property
    def message(self) -> protocol.StatusChanged:
        """The status as a message of the protocol."""
        status = self._choice.status
        if status.state in _WITHOUT_ACCOUNT:
            return protocol.StatusChanged(state=status.state, message=status.message, command=status.command)
        counted = self._remaining
        return protocol.StatusChanged(
            state=status.state,
            message=status.message,
            command=status.command,
            account=self._choice.account,
            module=self._place.module,
            course=None if self._place.course == DEFAULT_COURSE else self._place.course,
            remaining_today=counted[1] if counted is not None and counted[0] == self._today() else None,
        )
