"""The service as `tutor-server serve` runs it, with a measurement of its event-loop lag, for tests.

SIGUSR1 restarts the measurement. SIGUSR2 prints the greatest lag since then, in seconds.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time

from tutor_server.cli.main import _configure_logs, _run
from tutor_server.process.serving import serve
from tutor_server.settings import load_settings

STEP_SECONDS = 0.005


class Watch:
    """Measures event-loop lag: it schedules a callback every few milliseconds, and stores the greatest delay."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.start()
        self._come_back()

    def start(self) -> None:
        """Restart the measurement, from a greatest delay of 0."""
        self.lateness = 0.0

    def show(self) -> None:
        """Print the greatest delay."""
        sys.stdout.write(f"{self.lateness}\n")
        sys.stdout.flush()

    def _come_back(self) -> None:
        # The event loop's own clock is not used, because uvloop updates it only once per iteration.
        self._loop.call_later(STEP_SECONDS, self._arrive, time.monotonic() + STEP_SECONDS)

    def _arrive(self, due: float) -> None:
        self.lateness = max(self.lateness, time.monotonic() - due)
        self._come_back()


async def main() -> None:
    """Serve until a signal arrives."""
    settings = load_settings()
    _configure_logs(settings)
    watch = Watch()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, watch.start)
    loop.add_signal_handler(signal.SIGUSR2, watch.show)
    await serve(settings, "127.0.0.1", 0)


if __name__ == "__main__":
    _run(main())
