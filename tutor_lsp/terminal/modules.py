"""`tutor modules`: the modules of the course with the student's progress."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_lsp.terminal.exit_status import DONE, FAILED, Exit
from tutor_lsp.terminal.output import say
from tutor_lsp.terminal.service import choose, run
from tutor_lsp.tutors.course import NoCourse, NoSuchModule, complete_module, list_modules

if TYPE_CHECKING:
    import argparse

NO_COURSE = (
    "Modules belong to a course, and you are in local mode. Sign in to the course's service: tutor sign-in --server URL"
)
_IN_WORDS = {"not_started": "not started", "in_progress": "in progress", "completed": "completed"}


def show(_options: argparse.Namespace) -> int:
    """Write the modules in their order. Return the exit status."""
    try:
        modules = run(list_modules(choose()))
    except NoCourse:
        raise Exit(FAILED, NO_COURSE) from None
    if not modules:
        say("This course has no modules.")
    id_width = max((len(module.id) for module in modules), default=0)
    for module in modules:
        status = _IN_WORDS.get(module.status, module.status)
        say(f"{status:<11}  {module.id:<{id_width}}  {' '.join(module.title.split())}")
    return DONE


def complete(options: argparse.Namespace) -> int:
    """Mark a module as completed. Return the exit status."""
    try:
        module = run(complete_module(choose(), options.module_id))
    except NoCourse:
        raise Exit(FAILED, NO_COURSE) from None
    except NoSuchModule:
        raise Exit(FAILED, f"There is no module {options.module_id!r}. `tutor modules` lists them.") from None
    say(f"Completed: {' '.join(module.title.split())}")
    return DONE
