"""Log an unexpected exception by its type and frames only: its message or source lines may contain student's code."""

from __future__ import annotations

import logging
import traceback

logger = logging.getLogger("tutor_lsp")

INTERNAL_ERROR_MESSAGE = "Ask Tutor could not do that because of a fault of its own. Please try again."
"""The message that the student sees after an unexpected exception."""


def log_exception(doing: str, error: BaseException) -> None:
    """Log an unexpected exception. `doing` is the method or command that failed, without the student's data."""
    frames = " < ".join(
        f"{frame.name} ({frame.filename.rpartition('/')[2]}:{frame.lineno})"
        for frame in reversed(traceback.extract_tb(error.__traceback__))
    )
    logger.error("%s failed: %s in %s", doing, type(error).__name__, frames or "no frame")
