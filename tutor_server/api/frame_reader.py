"""Parsing of a chat socket's text frames: small ones in the event loop, large ones in a child process."""

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
"""The maximum number of characters of a frame that is parsed in the event loop."""
LARGE_FRAME_SECONDS = 2.0
"""The maximum processor time in seconds to parse a large frame. 1 MiB with the most notebook cells takes half of it."""
ALLOWANCE_USED_UP = "Your last questions took very long to read. Please wait a moment."
ALLOWANCE_WAIT, OVERLOAD_WAIT = 10, 5
"""Seconds until a retry: if the student's allowance of processor time is used up, and if too many frames wait."""

ClientFrame = ReceivedAsk | Cancel | Resume | Rate | Auth


@dataclass(frozen=True, slots=True)
class FrameReader:
    """Parses the frames of one user."""

    analyst: Analyst
    user_id: UUID
    log: FilteringBoundLogger

    async def read(self, text: str) -> ClientFrame:
        """Return the message of a frame. Raise `FrameRefused`."""
        if len(text) <= SMALL_FRAME:
            return _received(parse_frame(text))
        return await self._read_large(text)

    async def _read_large(self, text: str) -> ClientFrame:
        """Parse a frame in a child process: parsing and hashing it in the event loop would delay all students."""
        try:
            read = await self.analyst.run((self.user_id, "frames"), read_large_frame, text, seconds=LARGE_FRAME_SECONDS)
        except NotAnalysed as failure:
            self.log.warning("frame_unread", reason=failure.reason, exception_type=failure.detail or None)
            raise FrameRefused(_refusal_of(failure), request_id_in(text)) from None
        if read.refused is not None:
            raise FrameRefused(read.refused(read.detail), read.request_id)
        assert read.message is not None  # noqa: S101 - narrows the type for the type checker
        return _received(read.message, read.digest)


def _received(message: FromEditor, digest: bytes | None = None) -> ClientFrame:
    return ReceivedAsk(message, digest) if isinstance(message, Ask) else message


def _refusal_of(failure: NotAnalysed) -> TutorError:
    """Return the error that the student gets if a frame could not be parsed."""
    if failure.reason == "allowance":
        return RateLimited(ALLOWANCE_USED_UP, retry_after=ALLOWANCE_WAIT)
    if failure.reason == "deadline":
        return ValidationFailed("This message takes too long to read. Ask about a smaller file.")
    return LimiterUnavailable(retry_after=OVERLOAD_WAIT)
