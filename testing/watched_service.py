"""The service as `tutor-server serve` runs it, with a measurement of its event-loop lag, for tests.

SIGUSR1 restarts the measurement. When the program ends, it prints the greatest lag in seconds.
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
    """Measures event-loop lag: it schedules a callback every few milliseconds, and stores the greatest delay."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.start()
        self._come_back()

    def start(self) -> None:
        """Restart the measurement, from a greatest delay of 0."""
        self.lateness = 0.0

    def _come_back(self) -> None:
        # The event loop's own clock is not used, because uvloop updates it only once per iteration.
        self._loop.call_later(STEP_SECONDS, self._arrive, time.monotonic() + STEP_SECONDS)

    def _arrive(self, due: float) -> None:
        self.lateness = max(self.lateness, time.monotonic() - due)
        self._come_back()


async def main() -> None:
    """Serve until a signal arrives, and print the greatest lag."""
    settings = load_settings()
    _configure_logs(settings)
    watch = Watch()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, watch.start)
    await serve(settings, "127.0.0.1", 0)
    print(watch.lateness)  # noqa: T201 - the output is this program's result


if __name__ == "__main__":
    _run(main())
