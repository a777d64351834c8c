"""The exit statuses of the commands of `tutor`."""

from __future__ import annotations

DONE, FAILED, WRONG_USE = 0, 1, 2


class Exit(Exception):
    """Ends the command with this exit status, and writes the reason in one line to stderr."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
