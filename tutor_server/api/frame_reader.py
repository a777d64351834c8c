"""Reads the text frames of a chat socket: small ones in the event loop, large ones in a child process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_analysis.pool import NotAnalysed
from tutor_protocol import Ask, Auth, Cancel, Rate, Resume
from tutor_server.api.frames import FrameRefused, parse_frame, read_large_frame, request_id_in
from tutor_server.errors import LimiterUnavailable, RateLimited, TutorError, ValidationFailed
from tutor_server.tutoring.received import ReceivedAsk

if TYPE_CHECKING:
    from uuid import UUID

    from structlog.typing import FilteringBoundLogger

    from tutor_analysis.analyst import Analyst
    from tutor_protocol import FromEditor

SMALL_FRAME = 16 * 1024
"""Characters."""
LARGE_FRAME_SECONDS = 2.0
"""Processor time. A frame of 1 MiB with as many notebook cells as it can hold takes half of it."""
ALLOWANCE_USED_UP = "Your last questions took very long to read. Please wait a moment."
ALLOWANCE_WAIT, OVERLOAD_WAIT = 10, 5
"""Seconds after which to ask again: once a student's allowance is used up, and where too many wait."""

ClientFrame = ReceivedAsk | Cancel | Resume | Rate | Auth


@dataclass(frozen=True, slots=True)
class FrameReader:
    """Reads what one user sends."""

    analyst: Analyst
    user_id: UUID
    log: FilteringBoundLogger

    async def read(self, text: str) -> ClientFrame:
        """Return the message of a frame. Raises `FrameRefused`."""
        if len(text) <= SMALL_FRAME:
            return _received(parse_frame(text))
        return await self._read_large(text)

    async def _read_large(self, text: str) -> ClientFrame:
        """Read a frame in a child process, since reading and digesting it here would hold up all students."""
        try:
            read = await self.analyst.run((self.user_id, "frames"), read_large_frame, text, seconds=LARGE_FRAME_SECONDS)
        except NotAnalysed as failure:
            self.log.warning("frame_unread", reason=failure.reason, exception_type=failure.detail or None)
            raise FrameRefused(_refusal_of(failure), request_id_in(text)) from None
        if read.refused is not None:
            raise FrameRefused(read.refused(read.detail), read.request_id)
        assert read.message is not None  # noqa: S101 - for the type checker
        return _received(read.message, read.digest)


def _received(message: FromEditor, digest: bytes | None = None) -> ClientFrame:
    return ReceivedAsk(message, digest) if isinstance(message, Ask) else message


def _refusal_of(failure: NotAnalysed) -> TutorError:
    """Return what the student is told whose frame was not read."""
    if failure.reason == "allowance":
        return RateLimited(ALLOWANCE_USED_UP, retry_after=ALLOWANCE_WAIT)
    if failure.reason == "deadline":
        return ValidationFailed("This message takes too long to read. Ask about a smaller file.")
    return LimiterUnavailable(retry_after=OVERLOAD_WAIT)
