"""The service with short watchdog limits. Signals make it block its event loop or its exit, for tests.

SIGUSR1 starts an endless Python loop. SIGUSR2 starts one C call that never releases the interpreter. SIGWINCH starts
an endless thread, and Python waits for such a thread whenever the process exits in an orderly way.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import signal
import socket
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tutor_server.cli.main import _loop_factory
from tutor_server.process import guardian
from tutor_server.process.parent import serve_in_workers
from tutor_server.process.serving import serve, serve_worker
from tutor_server.settings import load_settings
from tutor_server.telemetry.logs import configure_logs

PROGRAM = (sys.executable, str(Path(__file__).resolve()))
STALL, STOP, PROCESSOR = 3, 4, 3.0


def stand_still() -> None:
    """Block the event loop with an endless Python loop."""
    while True:
        pass


def keep_the_interpreter() -> None:
    """Match a regular expression that practically never ends. No other thread can run in the meantime."""
    re.match(r"(a+)+$", "a" * 64 + "b")


def leave_a_thread() -> None:
    """Start a thread that never ends."""
    threading.Thread(target=threading.Event().wait).start()


def heed() -> None:
    """Install the signal handlers."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, stand_still)
    loop.add_signal_handler(signal.SIGUSR2, keep_the_interpreter)
    loop.add_signal_handler(signal.SIGWINCH, leave_a_thread)


async def main() -> int:
    """Run the service or the worker that the arguments select. Return the exit status."""
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    serving = commands.add_parser("serve")
    serving.add_argument("--port", type=int)
    serving.add_argument("--workers", type=int)
    worker = commands.add_parser("serve-worker")
    worker.add_argument("numbers", type=int, nargs=3)
    options = parser.parse_args()
    guardian.STOP_SECONDS = STOP
    # With several workers, a worker keeps its normal limits, because its parent process must react first.
    if options.command == "serve" and options.workers == 1:
        guardian.STALL_SECONDS, guardian.PROCESSOR_SECONDS = STALL, PROCESSOR
    settings = load_settings()
    configure_logs("info", "json")
    if options.command == "serve-worker":
        heed()
        listening, lifeline, ready = options.numbers
        with socket.socket(fileno=listening) as shared:
            await serve_worker(settings, shared, lifeline, ready)
    elif options.workers == 1:
        heed()
        return await serve(settings, "127.0.0.1", options.port)
    else:
        command = (*PROGRAM, "serve-worker")
        return await serve_in_workers(settings, "127.0.0.1", options.port, options.workers, command=command)
    return 0


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        sys.exit(runner.run(main()))
