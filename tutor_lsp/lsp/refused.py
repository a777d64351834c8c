"""An error reply with a message for the student.

It is no exception of pygls, so that `tutor` does not load pygls and lsprotocol: that would double its start-up time.
"""

from __future__ import annotations

INVALID_PARAMS = -32602
"""The code of JSON-RPC 2.0 §5.1 for parameters that are not valid."""


class Refused(Exception):
    """A request is refused. The exception's message is shown to the student."""

    def __init__(self, message: str, code: int = INVALID_PARAMS) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
