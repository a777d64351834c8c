"""The signal handlers of a serving process."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def heed_signals(stop: Callable[[], object], restart: Callable[[], object]) -> None:
    """Stop on SIGTERM and SIGINT, and restart on SIGHUP unless the process was started with SIGHUP ignored (nohup)."""
    loop = asyncio.get_running_loop()
    with suppress(NotImplementedError):  # Windows' event loop has no signal handlers; there, Ctrl-C cancels the task.
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            loop.add_signal_handler(signal.SIGHUP, restart)
