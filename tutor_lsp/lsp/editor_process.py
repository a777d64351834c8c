"""Detect the death of the editor, even if another process keeps our standard input open (LSP `processId`).

Only this module, `file_lock` and `supervisor` make POSIX calls. The other two have a Windows implementation. On Windows
the server only ends when its standard input is closed.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

POLL_SECONDS = 3.0


def watch(process_id: int, on_death: Callable[[], object]) -> None:
    """Call `on_death` when the process has ended: at once on Linux, within `POLL_SECONDS` on other POSIX systems.

    A process that does not exist at the start is not watched: the editor may run in another container, whose processes
    are invisible here.
    """
    loop = asyncio.get_running_loop()
    if os.name != "posix" or not _is_alive(process_id):
        return
    try:
        descriptor = os.pidfd_open(process_id)
    except (AttributeError, OSError):  # `pidfd_open` is missing or not allowed, so poll.
        _poll(loop, process_id, on_death)
        return
    loop.add_reader(descriptor, _on_readable, loop, descriptor, on_death)


def _on_readable(loop: asyncio.AbstractEventLoop, descriptor: int, on_death: Callable[[], object]) -> None:
    loop.remove_reader(descriptor)
    os.close(descriptor)
    on_death()


def _poll(loop: asyncio.AbstractEventLoop, process_id: int, on_death: Callable[[], object]) -> None:
    if _is_alive(process_id):
        loop.call_later(POLL_SECONDS, _poll, loop, process_id, on_death)
    else:
        on_death()


def _is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # The process is alive, and belongs to another user.
        return True
    return True
