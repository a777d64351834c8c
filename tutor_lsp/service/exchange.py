"""One ask and what comes back for it, kept in the order that `Tutor` promises, whatever lines it came over."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_protocol import Accepted, Delta, Done, Error, ErrorCode, Resume

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from tutor_protocol import Ask, FromService

INTERRUPTED = "The answer was interrupted. What you see so far stays; please ask again."

SILENT = "The tutor does not answer. Please ask again in a moment."


class OutOfOrder(Exception):
    """A message came that cannot be next: something between was lost."""


class Exchange:
    """An open ask. `was_sent` tells whether the service may be at work on it."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        self.was_sent = False
        self.is_accepted = False
        self.is_over = False
        self._next_seq = 0
        self._messages: asyncio.Queue[FromService] = asyncio.Queue()

    def opening(self) -> Ask | Resume:
        """Give the message that starts the ask on a new line, or carries it on.

        An ask that was sent but not accepted is sent again: the service knows it by its `request_id`.
        """
        if self.is_accepted:
            return Resume(request_id=self.ask.request_id, next_seq=self._next_seq)
        return self.ask

    def receive(self, message: FromService) -> bool:
        """Take a message of the service; False for one that we have already. Raises `OutOfOrder`."""
        match message:
            case Accepted():
                if self.is_accepted:
                    return False
                self.is_accepted = True
            case Delta(seq=seq):
                if not self.is_accepted or seq > self._next_seq:
                    raise OutOfOrder
                if seq < self._next_seq:
                    return False
                self._next_seq += 1
            case Done():
                if not self.is_accepted:
                    raise OutOfOrder
                self.is_over = True
            case Error(code=ErrorCode.NOT_FOUND) if self.is_accepted:  # the answer to a `resume`: it is gone
                self.end(ErrorCode.ANSWER_INTERRUPTED, INTERRUPTED, retryable=True)
                return True
            case Error():
                self.is_over = True
                message = replace(message, request_id=self.ask.request_id)
        self._messages.put_nowait(message)
        return True

    def end(self, code: ErrorCode, content: str, *, retryable: bool) -> None:
        """End the stream with an error of our own, unless it has ended."""
        if not self.is_over:
            self.is_over = True
            error = Error(request_id=self.ask.request_id, code=code, content=content, retryable=retryable)
            self._messages.put_nowait(error)

    def fail(self, code: ErrorCode, content: str, *, retryable: bool) -> None:
        """End the stream because the service cannot be used; what the student has seen of the answer stays."""
        if self.is_accepted:
            self.end(ErrorCode.ANSWER_INTERRUPTED, INTERRUPTED, retryable=retryable)
        else:
            self.end(code, content, retryable=retryable)

    async def messages(self, silence: float) -> AsyncGenerator[FromService, None]:
        """Give the messages of the stream as they come. After `silence` seconds without one it has failed."""
        while True:
            try:
                async with asyncio.timeout(silence):
                    message = await self._messages.get()
            except TimeoutError:
                self.fail(
                    ErrorCode.AI_UNAVAILABLE, SILENT, retryable=True
                )  # no cancel: by its own deadlines the service has ended it
                continue
            yield message
            if isinstance(message, Done | Error):
                return
