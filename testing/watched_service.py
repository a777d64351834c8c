"""The service as `tutor-server serve` runs it, with its event-loop lag measured, for tests.

SIGUSR1 restarts the measurement. At its end the program prints the greatest lag in seconds.
"""

from __future__ import annotations

import asyncio
import signal
import time

from tutor_server.cli.main import _configure_logs, _run
from tutor_server.process.serving import serve
from tutor_server.settings import load_settings

STEP_SECONDS = 0.005


class Watch:
    """Measures event-loop lag: wakes every few milliseconds and keeps the greatest delay."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.start()
        self._come_back()

    def start(self) -> None:
        """Restart the measurement: forget the greatest delay."""
        self.lateness = 0.0

    def _come_back(self) -> None:
        # Not the event loop's own clock: uvloop updates that only once per iteration.
        self._loop.call_later(STEP_SECONDS, self._arrive, time.monotonic() + STEP_SECONDS)

    def _arrive(self, due: float) -> None:
        self.lateness = max(self.lateness, time.monotonic() - due)
        self._come_back()


async def main() -> None:
    """Serve until a signal."""
    settings = load_settings()
    _configure_logs(settings)
    watch = Watch()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, watch.start)
    await serve(settings, "127.0.0.1", 0)
    print(watch.lateness)  # noqa: T201 - the output is this program's result


if __name__ == "__main__":
    _run(main())
