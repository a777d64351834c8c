"""`tutor modules`: the modules of the course and the student's progress in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_lsp.account_service import AccountService
from tutor_lsp.exit_status import DONE, FAILED, Exit
from tutor_lsp.terminal_service import as_student, choose, run, say
from tutor_lsp.tutor import SIGNED_OUT

if TYPE_CHECKING:
    import argparse

    from tutor_lsp.account_service import Module
    from tutor_lsp.tutor_choice import TutorChoice

NO_COURSE = (
    "Modules belong to a course, and you are in local mode. Sign in to the course's service: tutor sign-in --server URL"
)
_IN_WORDS = {"not_started": "not started", "in_progress": "in progress", "completed": "completed"}


def show(_options: argparse.Namespace) -> int:
    """List the modules in their order, and give the exit status."""
    choice, server_url = _course()
    modules = run(_modules(choice, server_url))
    if not modules:
        say("This course has no modules.")
    id_width = max((len(module.id) for module in modules), default=0)
    for module in modules:
        status = _IN_WORDS.get(module.status, module.status)
        say(f"{status:<11}  {module.id:<{id_width}}  {' '.join(module.title.split())}")
    return DONE


def complete(options: argparse.Namespace) -> int:
    """Note that a module is completed, and give the exit status."""
    choice, server_url = _course()
    module = run(_complete(choice, server_url, options.module_id))
    say(f"Completed: {' '.join(module.title.split())}")
    return DONE


def _course() -> tuple[TutorChoice, str]:
    choice = choose()
    if choice.server_url is None:
        raise Exit(FAILED, NO_COURSE)
    return choice, choice.server_url


async def _modules(choice: TutorChoice, server_url: str) -> list[Module]:
    modules = await as_student(choice, server_url, AccountService.modules)
    if modules is None:
        raise Exit(FAILED, SIGNED_OUT.message)
    return modules


async def _complete(choice: TutorChoice, server_url: str, module_id: str) -> Module:
    async def complete_it(service: AccountService, access_token: str) -> Module:
        module = next((module for module in await service.modules(access_token) if module.id == module_id), None)
        if module is None:
            raise Exit(FAILED, f"There is no module {module_id!r}. `tutor modules` lists them.")
        await service.complete_module(access_token, module.id)
        return module

    module = await as_student(choice, server_url, complete_it)
    if module is None:
        raise Exit(FAILED, SIGNED_OUT.message)
    return module
