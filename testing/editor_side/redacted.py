"""An ask as it leaves the computer."""

from __future__ import annotations

from uuid import UUID

from tutor_lsp.capture.redaction.private_patterns import PrivatePatterns
from tutor_lsp.capture.redaction.redaction import Redactor
from tutor_protocol import Ask, Position

KEY = b"0123456789abcdef0123456789abcdef"
REDACTOR = Redactor(PrivatePatterns(), KEY)


def ask(code: str = "", **fields: object) -> Ask:
    """Make an ask about the start of a program."""
    return Ask(**{"request_id": UUID(int=1), "code": code, "cursor": Position(0, 0), **fields})  # type: ignore[arg-type]  # passed by name


def redacted(code: str = "", **fields: object) -> Ask:
    """Return an ask as it leaves."""
    return REDACTOR.redact(ask(code, **fields))[0]
