"""The traceback that goes along with an ask: one that the client passes, the failing cell's or the last run's."""

from __future__ import annotations

from tutor_lsp.capture.wire_text import printed

MAX_CHARACTERS = 16 * 1024
"""A traceback of endless recursion is longer, and says nothing more."""


def traceback_text(raw: str | None) -> str | None:
    """Give a traceback fit for the wire; None where there is nothing in it."""
    text = printed(raw or "", MAX_CHARACTERS).strip("\n")
    return text or None
