"""Ask the language server about a cell from a kernel, whose own event loop must not wait."""

from __future__ import annotations

import asyncio
import queue
import threading
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tutor_lsp.lsp.stdio_rpc import RequestFailed, ServerStopped
from tutor_lsp.terminal.language_client import Ended, LanguageClient
from tutor_lsp.terminal.place import lines_of
from tutor_protocol import Position

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from tutor_lsp.terminal.language_client import Event, NotebookCell

NOTHING = "The tutor has nothing to offer there."


@dataclass(frozen=True, slots=True)
class Question:
    """A question about a line, from 0, of a cell. `argument` has further fields of `protocol.AskArgument`."""

    path: Path
    cells: Sequence[NotebookCell]
    uri: str
    line: int
    argument: Mapping[str, Any]


def ask(question: Question) -> Iterator[Event]:
    """Yield the events of an answer until it has ended. If the caller stops before, the answer is cancelled."""
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    loop = asyncio.new_event_loop()
    task = loop.create_task(_run(question, events))
    thread = threading.Thread(target=_finish, args=(loop, task, events), name="tutor", daemon=True)
    thread.start()
    is_over = False
    try:
        while not is_over:
            event = events.get()
            is_over = isinstance(event, Ended)
            yield event
    finally:
        if not is_over:
            loop.call_soon_threadsafe(task.cancel)
        thread.join()


def _finish(loop: asyncio.AbstractEventLoop, task: asyncio.Task[None], events: queue.SimpleQueue[Event]) -> None:
    """Run the task in this thread. Whatever happens, its last event is an end."""
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(task)
    except (ServerStopped, RequestFailed) as error:
        events.put(Ended("failed", str(error)))
    except asyncio.CancelledError:
        events.put(Ended("cancelled", "Stopped."))
    finally:
        loop.close()


async def _run(question: Question, events: queue.SimpleQueue[Event]) -> None:
    async with await LanguageClient.start() as client:
        await client.open_notebook(question.path, question.cells)
        offered = await client.ask_action(question.uri, _position(question))
        if offered is None:
            raise RequestFailed(NOTHING)
        async with aclosing(client.ask({**offered, **question.argument})) as answer:
            async for event in answer:
                events.put(event)


def _position(question: Question) -> Position:
    source = next(cell.source for cell in question.cells if cell.uri == question.uri)
    lines = lines_of(source)
    line = min(question.line, len(lines) - 1)
    return Position(line, len(lines[line]) - len(lines[line].lstrip()))
