"""The service with leases of seconds, for tests of crashes: `python -m tests.faults.short_leases serve --port 0 …`.

Everything else is as `tutor-server serve` has it. The program is named by its path, so that its folder does not matter.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tutor_server.app import build_app
from tutor_server.limits import Leases
from tutor_server.serving import serve, serve_in_workers, serve_worker
from tutor_server.settings import load_settings
from tutor_server.telemetry.logs import configure_logs

LEASES = Leases(lasts=2, renewal=0.5, sweep=0.5)
PROGRAM = (sys.executable, str(Path(__file__).resolve()))

build = partial(build_app, leases=LEASES)


def main() -> int:
    """Run what the arguments say."""
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    serving = commands.add_parser("serve")
    serving.add_argument("--port", type=int)
    serving.add_argument("--workers", type=int)
    worker = commands.add_parser("serve-worker")
    worker.add_argument("numbers", type=int, nargs=3)
    options = parser.parse_args()
    settings = load_settings()
    configure_logs("info", "json")
    if options.command == "serve-worker":
        listening, lifeline, ready = options.numbers
        with socket.socket(fileno=listening) as shared:
            asyncio.run(serve_worker(settings, shared, lifeline, ready, build=build))
    elif options.workers == 1:
        asyncio.run(serve(settings, "127.0.0.1", options.port, build=build))
    else:
        command = (*PROGRAM, "serve-worker")
        return asyncio.run(serve_in_workers(settings, "127.0.0.1", options.port, options.workers, command=command))
    return 0


if __name__ == "__main__":
    sys.exit(main())
