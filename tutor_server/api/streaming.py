"""Answers that are sent while they are made, so that no process holds the whole of one."""

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
    """Send the pieces of a body as they come, each once the client has read most of those before.

    What fails before the first piece is answered like any other error. What fails later cuts the connection: the last
    chunk does not come, and the client knows that the body is not whole (RFC 9112 §8). A client that has gone stops
    the work.
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
