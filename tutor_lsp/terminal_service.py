"""How commands of the terminal reach the service: by the student's sign-in, with its faults told in one line."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING

from tutor_lsp.answer_view import inert
from tutor_lsp.device_sign_in import SignInRefused
from tutor_lsp.exit_status import FAILED, Exit
from tutor_lsp.service_session import ServiceFault
from tutor_lsp.settings import from_environment
from tutor_lsp.sign_ins import SignIns
from tutor_lsp.token_store import StoreUnavailable
from tutor_lsp.tutor_choice import TutorChoice

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any, TypeVar

    T = TypeVar("T")


def choose() -> TutorChoice:
    """Read settings and sign-ins. Raises `Exit` where a setting is wrong."""
    settings = from_environment(os.environ)
    if settings.fault is not None:
        raise Exit(FAILED, settings.fault)
    choice = TutorChoice(settings, SignIns(lambda: settings.data_dir))
    choice.sign_ins.look()
    return choice


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run one step. Questions are asked between steps, where Ctrl-C ends the program at once."""
    try:
        return asyncio.run(work)
    except (ServiceFault, SignInRefused, StoreUnavailable) as error:
        raise Exit(FAILED, inert(str(error))) from error


def say(*lines: str) -> None:
    """Write lines to stdout, without what a terminal would obey."""
    sys.stdout.write("".join(f"{inert(line)}\n" for line in lines))
    sys.stdout.flush()
