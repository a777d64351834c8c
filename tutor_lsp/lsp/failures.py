"""Log what went wrong without any text of the student: frames and the exception's type, no message, no source line."""

from __future__ import annotations

import logging
import traceback

logger = logging.getLogger("tutor_lsp")

INTERNAL_FAILURE = "Ask Tutor could not do that because of a fault of its own. Please try again."
"""What a student is told; the log has the rest."""


def log_failure(doing: str, error: BaseException) -> None:
    """Log an unexpected exception. `doing` names a method or a command, never a value."""
    frames = " < ".join(
        f"{frame.name} ({frame.filename.rpartition('/')[2]}:{frame.lineno})"
        for frame in reversed(traceback.extract_tb(error.__traceback__))
    )
    logger.error("%s failed: %s in %s", doing, type(error).__name__, frames or "no frame")
