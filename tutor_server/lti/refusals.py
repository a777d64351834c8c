"""Why a launch is refused."""

from __future__ import annotations


class LaunchRefused(Exception):
    """A launch is not carried out. `sentence` is for the person; `reason` is for the log and holds nothing personal."""

    def __init__(self, sentence: str, reason: str, *, status: int = 403) -> None:
        super().__init__(reason)
        self.sentence = sentence
        self.reason = reason
        self.status = status


AGAIN = "Please open the tutor from your course again."
"""The end of a sentence about a launch that can be repeated."""
