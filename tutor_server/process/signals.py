"""What the signals of the operating system mean to a process that serves."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def heed_signals(stop: Callable[[], object], restart: Callable[[], object]) -> None:
    """Stop at SIGTERM and SIGINT, and restart at SIGHUP, unless whoever started this process has it ignored (nohup)."""
    loop = asyncio.get_running_loop()
    with suppress(NotImplementedError):  # Windows, where Ctrl-C cancels the main task instead
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            loop.add_signal_handler(signal.SIGHUP, restart)
