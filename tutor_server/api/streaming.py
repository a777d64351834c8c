"""Streamed responses: chunks are sent as they are produced, so that no process holds a whole response in memory."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

import structlog
from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from structlog.typing import FilteringBoundLogger

log: FilteringBoundLogger = structlog.get_logger()


async def stream(
    request: web.Request, pieces: AsyncGenerator[bytes, None], *, content_type: str, headers: Mapping[str, str]
) -> web.StreamResponse:
    """Send the chunks of a body as they are produced, each after the client has read most of the earlier ones.

    A failure before the first chunk is answered like any other error. A later failure closes the connection without the
    terminating chunk, so that the client knows that the body is incomplete (RFC 9112 §8). The production of chunks
    stops if the client disconnects.
    """
    async with aclosing(pieces):
        first = await anext(pieces)
        response = web.StreamResponse(headers=headers)
        response.content_type = content_type
        await response.prepare(request)
        try:
            await response.write(first)
            async for piece in pieces:
                await response.write(piece)
            await response.write_eof()
        except ConnectionError:
            log.info("client_left_in_a_stream")
        except BaseException:
            if request.transport is not None:
                request.transport.abort()
            raise
    return response
