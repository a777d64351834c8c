"""A pending ask. It yields its messages in the order that `Tutor` promises, even if the connection is replaced."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_protocol import Accepted, Delta, Done, Error, ErrorCode, Queued, Resume

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from tutor_protocol import Ask, FromService

INTERRUPTED = "The answer was interrupted. What you see so far stays; please ask again."

SILENT = "The tutor does not answer. Please ask again in a moment."


class OutOfOrder(Exception):
    """A message arrived before one that must precede it, so the earlier message was lost."""


class PendingAsk:
    """An ask whose answer has not ended."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        self.was_sent = False
        """Whether the ask was sent. If so, the service may already be working on it."""
        self.is_accepted = False
        self.is_over = False
        self._next_seq = 0
        self._messages: asyncio.Queue[FromService] = asyncio.Queue()

    def opening(self) -> Ask | Resume | None:
        """Return the message that starts or resumes the ask on a new connection, or None if the ask is over.

        An ask that was sent but not accepted is sent again: the service recognises it by its `request_id`.
        """
        if self.is_over:
            return None
        if self.is_accepted:
            return Resume(request_id=self.ask.request_id, next_seq=self._next_seq)
        return self.ask

    def receive(self, message: FromService) -> bool:
        """Add a message from the service. Return whether it is new. Raise `OutOfOrder` if an earlier one is missing."""
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
            case Queued() | Done():
                if not self.is_accepted:
                    raise OutOfOrder
                self.is_over = isinstance(message, Done)
            # An accepted ask gets NOT_FOUND in reply to `resume`, if the service no longer has the answer.
            case Error(code=ErrorCode.NOT_FOUND) if self.is_accepted:
                self.end(ErrorCode.ANSWER_INTERRUPTED, INTERRUPTED, retryable=True)
                return True
            case Error():
                self.is_over = True
                message = replace(message, request_id=self.ask.request_id)
        self._messages.put_nowait(message)
        return True

    def end(self, code: ErrorCode, content: str, *, retryable: bool) -> None:
        """End the stream with an error of the client's own, unless the stream has already ended."""
        if not self.is_over:
            self.is_over = True
            error = Error(request_id=self.ask.request_id, code=code, content=content, retryable=retryable)
            self._messages.put_nowait(error)

    def fail(self, code: ErrorCode, content: str, *, retryable: bool) -> None:
        """End the stream because the service cannot be used. The student keeps the text received so far."""
        if self.is_accepted:
            self.end(ErrorCode.ANSWER_INTERRUPTED, INTERRUPTED, retryable=retryable)
        else:
            self.end(code, content, retryable=retryable)

    async def messages(self, silence: float) -> AsyncGenerator[FromService, None]:
        """Yield the messages of the stream. The stream ends with an error after `silence` seconds without a message."""
        while True:
            try:
                async with asyncio.timeout(silence):
                    message = await self._messages.get()
            except TimeoutError:
                # No `cancel` is sent, because the deadlines of the service itself have ended the answer by now.
                self.fail(ErrorCode.AI_UNAVAILABLE, SILENT, retryable=True)
                continue
            yield message
            if isinstance(message, Done | Error):
                return
