"""The modules of the course, and the module that a folder is assigned to."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from tutor_lsp import protocol
from tutor_lsp.capture.workspace_module import choose_module, workspace_module
from tutor_lsp.features.base import Feature
from tutor_lsp.lsp.refused import Refused
from tutor_lsp.service.session import ServiceFault
from tutor_lsp.sign_in.token_store import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from tutor_lsp.features.base import Handler
    from tutor_lsp.sign_in.accounts import Module
    from tutor_lsp.tutors.choice import TutorChoice

T = TypeVar("T")

NO_COURSE = (
    "Modules belong to a course, and the tutor answers on this computer. "
    "To see a course's, set the address of its service, and sign in."
)


class Modules(Feature):
    """Feature: the commands `tutor.modules`, `tutor.completeModule` and `tutor.chooseModule`.

    Each raises `Refused`, with a sentence for the student, if there is no course or its service cannot be reached.
    """

    def __init__(self, choice: TutorChoice) -> None:
        self._choice = choice

    def commands(self) -> Mapping[str, Handler]:
        """Return the handlers of the commands."""
        return {
            protocol.MODULES: self.list,
            protocol.COMPLETE_MODULE: self.complete,
            protocol.CHOOSE_MODULE: self.choose,
        }

    async def list(self, argument: protocol.ModulesArgument) -> protocol.ModuleList:
        """Return the modules in their order with the student's progress, and the chosen module of a document."""
        from tutor_lsp.tutors.course import list_modules  # noqa: PLC0415 - needed only in a course

        modules = await in_course(self._choice, list_modules)
        chosen = None if argument.uri is None else await asyncio.to_thread(_module_of, argument.uri)
        return protocol.ModuleList(modules=[_as_message(module) for module in modules], chosen=chosen)

    async def complete(self, argument: protocol.ModuleArgument) -> protocol.CourseModule:
        """Mark a module as completed by the student, and return it."""
        from tutor_lsp.tutors.course import complete_module  # noqa: PLC0415 - needed only in a course

        return _as_message(await in_course(self._choice, partial(complete_module, module_id=argument.module_id)))

    async def choose(self, argument: protocol.ChooseModule) -> None:
        """Write a module into the `.tutor.toml` of a folder."""
        await asyncio.to_thread(choose_module, argument.folder, argument.module_id)


async def in_course(choice: TutorChoice, work: Callable[[TutorChoice], Awaitable[T]]) -> T:
    """Return the result of `work` at the service in use. Raise `Refused` if there is none or it cannot be used."""
    from tutor_lsp.tutors.course import NoCourse, NoSuchModule  # noqa: PLC0415 - needed only in a course

    await choice.reload_sign_ins()
    if choice.settings.fault is not None:
        raise Refused(choice.settings.fault)
    try:
        return await work(choice)
    except NoCourse:
        raise Refused(NO_COURSE) from None
    except NoSuchModule:
        raise Refused("The course has no such module any more.") from None
    except (ServiceFault, StoreUnavailable) as error:
        raise Refused(str(error)) from error


def _as_message(module: Module) -> protocol.CourseModule:
    return protocol.CourseModule(id=module.id, title=" ".join(module.title.split()), status=module.status)


def _module_of(uri: str) -> str | None:
    """Return the module of a document, or None. An invalid `.tutor.toml` is ignored, since an ask reports it."""
    try:
        return workspace_module(uri)
    except Refused:
        return None
