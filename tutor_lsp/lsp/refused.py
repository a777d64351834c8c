"""An error reply with a message for the student."""

from __future__ import annotations

from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams


class Refused(JsonRpcException):
    """A request is refused. The exception's message is shown to the student."""

    def __init__(self, message: str, code: int = JsonRpcInvalidParams.CODE) -> None:
        super().__init__(message, code)
