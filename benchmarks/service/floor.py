"""The floor: a bare pass-through on aiohttp and uvloop, without sign-in, limits, database or guard.

It shows the minimum cost of forwarding an answer. `python -m benchmarks.service.floor URL` prints its port and forwards
every POST to URL.
"""

from __future__ import annotations

import asyncio
import sys

import uvloop
from aiohttp import ClientSession, TCPConnector, web


async def main(upstream: str) -> None:
    """Serve until killed."""
    session = ClientSession(connector=TCPConnector(limit=0), auto_decompress=False)

    async def pass_on(request: web.Request) -> web.StreamResponse:
        async with session.post(upstream, data=await request.read()) as answer:
            response = web.StreamResponse(headers={"content-type": "text/event-stream"})
            await response.prepare(request)
            async for chunk in answer.content.iter_any():
                await response.write(chunk)
            await response.write_eof()
            return response

    app = web.Application()
    app.router.add_post("/", pass_on)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=4096)  # The load opens all its connections at once.
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
