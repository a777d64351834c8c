"""The service with leases of a few seconds, and with shorter deadlines if a test sets them, to avoid long waits.

Everything else is as in `tutor-server serve`. The program is run by its path, so that it works from any folder.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import sys
from functools import partial
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tutor_analysis.pool import PoolLimits
from tutor_server.app import build_app
from tutor_server.limits import Deadlines, Leases
from tutor_server.llm import breaker, chain
from tutor_server.process.parent import serve_in_workers
from tutor_server.process.serving import serve, serve_worker
from tutor_server.settings import load_settings
from tutor_server.telemetry.logs import configure_logs

LEASES = Leases(lasts=2, renewal=0.5, sweep=0.5)
PROGRAM = (sys.executable, str(Path(__file__).resolve()))


def program(
    *, loop: str = "asyncio", pass_over: float | None = None, analysis: float | None = None, **deadlines: float
) -> tuple[str, ...]:
    """Return the command that starts the service with these deadlines, in seconds, and this event loop.

    `pass_over`: seconds for which a provider that failed is skipped; 0 makes each call independent of earlier ones.
    `analysis`: seconds of processor time for each step of the analysis of a large program.
    """
    others = {"pass_over": pass_over, "analysis": analysis}
    times = {name: seconds for name, seconds in others.items() if seconds is not None} | deadlines
    return (*PROGRAM, f"--loop={loop}", *(f"--time={name}={seconds}" for name, seconds in times.items()))


def main() -> int:
    """Run the service or the worker that the arguments select. Return the exit status."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--loop", choices=("asyncio", "uvloop"), default="asyncio")
    parser.add_argument("--time", action="append", default=[])
    commands = parser.add_subparsers(dest="command", required=True)
    serving = commands.add_parser("serve")
    serving.add_argument("--port", type=int)
    serving.add_argument("--workers", type=int)
    worker = commands.add_parser("serve-worker")
    worker.add_argument("numbers", type=int, nargs=3)
    options = parser.parse_args()
    times = {name: float(seconds) for name, _, seconds in (time.partition("=") for time in options.time)}
    if (pass_over := times.pop("pass_over", None)) is not None:
        breaker.OPEN_SECONDS = chain.LONGEST_PASS_OVER = chain.OPERATOR_PASS_OVER = pass_over
    analysis = PoolLimits(processor=times.pop("analysis", PoolLimits().processor))
    build = partial(build_app, leases=LEASES, analysis=analysis, deadlines=Deadlines(**times))
    run = asyncio.Runner(loop_factory=import_module(options.loop).new_event_loop).run
    settings = load_settings()
    configure_logs("info", "json")
    if options.command == "serve-worker":
        listening, lifeline, ready = options.numbers
        with socket.socket(fileno=listening) as shared:
            run(serve_worker(settings, shared, lifeline, ready, build=build))
    elif options.workers == 1:
        return run(serve(settings, "127.0.0.1", options.port, build=build))
    else:
        command = (*PROGRAM, f"--loop={options.loop}", *(f"--time={time}" for time in options.time), "serve-worker")
        return run(serve_in_workers(settings, "127.0.0.1", options.port, options.workers, command=command))
    return 0


if __name__ == "__main__":
    sys.exit(main())
