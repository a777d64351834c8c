"""Measure the language server: its start compared with an empty pygls server, code actions, and memory over many asks.

`python -m benchmarks.language_server [--rounds N] [--json OUT]`. The two servers are started in turn, with the same
flags and the same `initialize`. A start is timed from the start of the process to the complete reply. Code actions are
timed over the pipe, as an editor sees them. Memory is the resident set (Linux only), in local mode.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Self

import tutor_lsp
from tutor_lsp.lsp.framing import FrameParser

if TYPE_CHECKING:
    from collections.abc import Callable

FLAGS = (sys.executable, "-I", "-X", "utf8")
OURS = (*FLAGS, str(Path(tutor_lsp.__file__).with_name("__main__.py")))
EMPTY_SERVER = "from pygls.lsp.server import LanguageServer\nLanguageServer('empty', '0').start_io()\n"

CAPABILITIES = {
    "general": {"positionEncodings": ["utf-16"]},
    "textDocument": {
        "synchronization": {"dynamicRegistration": True, "didSave": True},
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["", "quickfix"]}}},
        "publishDiagnostics": {"relatedInformation": True},
    },
    "window": {"workDoneProgress": True, "showDocument": {"support": True}},
    "workspace": {"workspaceFolders": True, "executeCommand": {"dynamicRegistration": True}},
    "experimental": {"tutor": True},
}
"""A shortened version of the capabilities that an editor declares."""

FUNCTION = "def area_{0}(radius):\n    # Fläche\n    return 3.14159 * radius ** {0}\n\n\n"
URI = "file:///work/geometry.py"


class Server:
    """A language server in a child process, to which requests are sent one at a time."""

    def __init__(self, command: tuple[str, ...], data_dir: str) -> None:
        environment = {**os.environ, "TUTOR_DATA_DIR": data_dir, "TUTOR_SERVER_URL": ""}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, env=environment
        )
        self._frames = FrameParser()
        self._arrived: list[dict[str, Any]] = []
        self._last_id = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        assert self._process.stdout
        with contextlib.suppress(OSError):
            self.request("shutdown", None)
            self.notify("exit", None)
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()

    @property
    def memory_mb(self) -> float:
        """The server's resident memory, in MB."""
        fields = dict(
            line.split(":", 1) for line in Path(f"/proc/{self._process.pid}/status").read_text("utf-8").splitlines()
        )
        return int(fields["VmRSS"].split()[0]) / 1024

    def request(self, method: str, params: Any) -> Any:
        """Send a request and return its result."""
        self._last_id += 1
        number = self._last_id
        self._send({"id": number, "method": method, "params": params})
        return self.wait(lambda message: message.get("id") == number and "method" not in message)["result"]

    def notify(self, method: str, params: Any) -> None:
        """Send a notification."""
        self._send({"method": method, "params": params})

    def wait(self, is_wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the first message for which `is_wanted` is true. Earlier messages are dropped."""
        assert self._process.stdout
        while True:
            while self._arrived:
                message = self._arrived.pop(0)
                if is_wanted(message):
                    return message
            chunk = os.read(self._process.stdout.fileno(), 1 << 16)
            if not chunk:
                raise OSError("the server has ended")
            self._arrived += [json.loads(body) for body in self._frames.feed(chunk) if isinstance(body, bytes)]

    def initialize(self) -> None:
        """Initialize the server."""
        self.request("initialize", {"processId": os.getpid(), "rootUri": None, "capabilities": CAPABILITIES})
        self.notify("initialized", {})

    def open(self, text: str) -> None:
        """Open a document."""
        document = {"uri": URI, "languageId": "python", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def edit(self, line: int) -> None:
        """Insert a space at the end of a line, after which the program still compiles."""
        place = {"line": line, "character": 1_000}
        change = {"range": {"start": place, "end": place}, "text": " "}
        self.notify("textDocument/didChange", {"textDocument": {"uri": URI, "version": 2}, "contentChanges": [change]})

    def code_action(self, line: int) -> Any:
        """Request code actions at a line, as if the student had invoked the menu."""
        place = {"line": line, "character": 4}
        context = {"diagnostics": [], "triggerKind": 1}
        where = {"textDocument": {"uri": URI}, "range": {"start": place, "end": place}, "context": context}
        return self.request("textDocument/codeAction", where)

    def ask(self, line: int) -> None:
        """Ask the tutor about a line and wait for the end of the answer."""
        argument = {"uri": URI, "position": {"line": line, "character": 4}}
        ask_id = self.request("workspace/executeCommand", {"command": "tutor.ask", "arguments": [argument]})["askId"]
        end = self.wait(lambda m: m.get("method") == "tutor/answer/didEnd" and m["params"]["askId"] == ask_id)
        assert end["params"]["reason"] == "completed"

    def _send(self, message: dict[str, Any]) -> None:
        assert self._process.stdin
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        rest = memoryview(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        while rest:
            rest = rest[os.write(self._process.stdin.fileno(), rest) :]


def start_milliseconds(command: tuple[str, ...], data_dir: str) -> float:
    """Return the milliseconds from the start of the process to the complete reply to `initialize`."""
    began = time.perf_counter()
    with Server(command, data_dir) as server:
        server.initialize()
        return (time.perf_counter() - began) * 1000


def code_action_milliseconds(server: Server, lines: int, count: int, *, edits: bool) -> list[float]:
    """Return the times in ms of code actions on lines all over a document, each after an edit if `edits` is true."""
    times = []
    for number in range(count):
        line = number * 7919 % lines
        if edits:
            server.edit(line)
        began = time.perf_counter()
        assert server.code_action(line)
        times.append((time.perf_counter() - began) * 1000)
    return times


def measure(rounds: int, data_dir: str) -> dict[str, float]:
    """Return all figures by name; times are in ms."""
    empty_server = Path(data_dir) / "empty_server.py"
    empty_server.write_text(EMPTY_SERVER, "utf-8")
    empty, ours = [], []
    for number in range(rounds + 1):
        one = start_milliseconds((*FLAGS, str(empty_server)), data_dir)
        other = start_milliseconds(OURS, data_dir)
        if number:  # The first round only warms up the disk cache.
            empty.append(one)
            ours.append(other)
    figures = {"start, empty pygls server": median(empty), "start, tutor-lsp": median(ours)}
    figures["start, ratio"] = figures["start, tutor-lsp"] / figures["start, empty pygls server"]
    for name, functions, count in (("500 lines", 100, 1000), ("10 MB", 160_000, 200)):
        with Server(OURS, data_dir) as server:
            server.initialize()
            server.open("".join(FUNCTION.format(number) for number in range(functions)))
            server.code_action(0)
            for edits, suffix in ((False, ""), (True, ", after an edit")):
                times = sorted(code_action_milliseconds(server, functions * 5, count, edits=edits))
                figures[f"code action{suffix}, {name}, p50"] = times[len(times) // 2]
                figures[f"code action{suffix}, {name}, p99"] = times[int(len(times) * 0.99)]
    figures |= memory(data_dir)
    return figures


def memory(data_dir: str) -> dict[str, float]:
    """Return the resident memory in MB after 100 and after 1000 asks. The result is empty except on Linux."""
    if not Path("/proc/self/status").exists():
        return {}
    figures = {}
    with Server(OURS, data_dir) as server:
        server.initialize()
        server.open("".join(FUNCTION.format(number) for number in range(100)))
        for number in range(1, 1001):
            server.ask(number * 5 % 500)
            if number in {100, 1000}:
                figures[f"memory after {number} asks, MB"] = server.memory_mb
    return figures


def main(arguments: list[str] | None = None) -> None:
    """Run the measurements and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=10, help="starts of each server")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as data_dir:
        figures = measure(options.rounds, data_dir)
    for name, figure in figures.items():
        print(f"{name:<44}{figure:>10.2f}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2), "utf-8")


if __name__ == "__main__":
    main()
