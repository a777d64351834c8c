"""How a command of the terminal ends."""

from __future__ import annotations

DONE, FAILED, WRONG_USE = 0, 1, 2


class Exit(Exception):
    """Leave with this status, and say why in one line on stderr."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
