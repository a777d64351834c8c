"""Asks as a service receives them: redacted, with placeholders for private values."""

from __future__ import annotations

from uuid import UUID

from tutor_lsp.capture.redaction.private_patterns import PrivatePatterns
from tutor_lsp.capture.redaction.redaction import Redactor
from tutor_protocol import Ask, Position

KEY = b"0123456789abcdef0123456789abcdef"
REDACTOR = Redactor(PrivatePatterns(), KEY)


def ask(code: str = "", **fields: object) -> Ask:
    """Build an ask whose cursor is at the start of the program."""
    return Ask(**{"request_id": UUID(int=1), "code": code, "cursor": Position(0, 0), **fields})  # type: ignore[arg-type]  # mypy cannot check fields that are passed as a dictionary


def redacted(code: str = "", **fields: object) -> Ask:
    """Return an ask as it is sent to the service, after redaction."""
    return REDACTOR.redact(ask(code, **fields))[0]
