"""A process that has imported the modules of a program, and forks at each start of it, which saves the imports.

It is started by `testing/warm_start.py`. Each fork runs the program's own `main`, with its own arguments, folder,
environment and standard streams, and ends as the program does.
"""

from __future__ import annotations

import gc
import json
import os
import selectors
import signal
import socket
import sys
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tutor_server.cli.main import main as tutor_server
from tutor_server.process.memory import NOT_NEEDED, OF_PUBLIC_KEYS, leave_out_public_keys, stay_small

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_BYTES = 150_000
STREAMS = 3

OF_SERVICE = (
    *("tutor_server.process.serving", "tutor_server.process.parent", "tutor_server.process.starting"),
    *("tutor_server.cli.accounts", "tutor_server.cli.database", "tutor_server.cli.checking", "uvloop"),
)


def service(*, with_public_keys: bool) -> Callable[[], int]:
    """Import what `tutor-server` imports, in the same order, and return its `main`."""
    stay_small()
    if not with_public_keys:
        leave_out_public_keys()
    for name in OF_SERVICE:
        import_module(name)
    for name in (*NOT_NEEDED, *OF_PUBLIC_KEYS):
        if sys.modules.get(name, tutor_server) is None:
            del sys.modules[name]  # `main` looks for the libraries first, and then leaves these out itself.
    return tutor_server


PROGRAMS: dict[str, Callable[[], Callable[[], int]]] = {
    "service": lambda: service(with_public_keys=False),
    "service-with-public-keys": lambda: service(with_public_keys=True),
}


def serve(control: socket.socket) -> dict[str, Any] | None:
    """Fork at each request, and report ids and exit statuses. Return the request in a fork, None at the end."""
    reports: dict[int, tuple[int, int]] = {}
    with selectors.DefaultSelector() as waiting:
        waiting.register(control, selectors.EVENT_READ)
        while True:
            for key, _ in waiting.select():
                if key.fileobj is not control:
                    waiting.unregister(key.fd)
                    _report_end(key.fd, *reports.pop(key.fd))
                    continue
                message, descriptors, _, _ = socket.recv_fds(control, MOST_BYTES, STREAMS + 1)
                if not message:
                    for process, _ in reports.values():
                        os.kill(process, signal.SIGKILL)  # The tests were stopped before they could end it.
                    return None
                *streams, report = descriptors
                if (process := os.fork()) == 0:
                    for watched, (_, other) in reports.items():
                        os.close(watched)
                        os.close(other)
                    os.close(report)
                    control.close()
                    _take_over(streams)
                    return dict(json.loads(message))
                for stream in streams:
                    os.close(stream)
                os.write(report, f"{process}\n".encode())
                watched = os.pidfd_open(process)
                reports[watched] = process, report
                waiting.register(watched, selectors.EVENT_READ)


def _report_end(watched: int, process: int, report: int) -> None:
    _, status = os.waitpid(process, 0)
    os.close(watched)
    with suppress(BrokenPipeError):  # The test has ended without waiting.
        os.write(report, f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os.close(report)


def _take_over(streams: list[int]) -> None:
    """Replace the standard streams, with the settings that Python gives them at its start."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        given = getattr(sys, f"__{name}__")
        number = given.fileno()
        is_by_line = name == "stderr" or os.isatty(number)
        buffering = 1 if mode == "w" and is_by_line else -1
        fresh = os.fdopen(number, mode, buffering, given.encoding, given.errors, closefd=False)
        setattr(sys, name, fresh)
        setattr(sys, f"__{name}__", fresh)


def main() -> int:
    """Serve requests until the other end of the control socket is closed; in a fork, run the program."""
    gc.disable()
    kind, descriptor = sys.argv[1:]
    control = socket.socket(fileno=int(descriptor))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    run = PROGRAMS[kind]()
    gc.freeze()
    request = serve(control)
    if request is None:
        return 0
    gc.enable()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv[:] = request["command"]
    return run()


if __name__ == "__main__":
    sys.exit(main())
