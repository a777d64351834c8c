"""Access of terminal commands to the student's sign-in, with errors reported in one line."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from tutor_lsp.service.session import ServiceFault
from tutor_lsp.settings import from_environment
from tutor_lsp.sign_in.device import SignInRefused
from tutor_lsp.sign_in.sign_ins import SignIns
from tutor_lsp.sign_in.token_store import StoreUnavailable
from tutor_lsp.terminal.answer_view import inert
from tutor_lsp.terminal.exit_status import FAILED, Exit
from tutor_lsp.tutors.choice import TutorChoice

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any, TypeVar

    T = TypeVar("T")


def choose() -> TutorChoice:
    """Return the settings with the sign-ins. Raise `Exit` if a setting is wrong."""
    settings = from_environment(os.environ)
    if settings.fault is not None:
        raise Exit(FAILED, settings.fault)
    choice = TutorChoice(settings, SignIns(lambda: settings.data_dir))
    choice.sign_ins.reload()
    return choice


def run(work: Coroutine[Any, Any, T]) -> T:
    """Return the result of an asynchronous step. Raise `Exit` for a `ServiceFault` or another known failure.

    Prompts are shown between steps, outside the event loop, so that Ctrl-C ends the program there.
    """
    try:
        return asyncio.run(work)
    except (ServiceFault, SignInRefused, StoreUnavailable) as error:
        raise Exit(FAILED, inert(str(error))) from error
