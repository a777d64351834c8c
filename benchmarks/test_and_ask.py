"""Measure the time from the key press of *Test and ask* to the first text of the hint, beside the tests alone.

`python -m benchmarks.test_and_ask [--rounds N] [--seconds S] [--slow TEST]`. A real language server in local mode gets
`tutor.test` and, when it has ended, `tutor.ask` at the place that the result names, as editors do. The tests sleep for
S seconds before one of them fails, or in the one that fails (`--slow failing`), which is traced. The tests alone are
the student's Python with the same test framework, without the tutor. Both run in turn, so that a busy machine slows
both. The first round only warms up the disk cache.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.figures import Figure, percentile, print_table
from benchmarks.language_server import OURS, Server

PROGRAM = "def rotate(values, k):\n    return values[k:] + values[:k]\n"
TESTS = """\
import time
import unittest
from rotate import rotate

class Tests(unittest.TestCase):
    def test_a(self):
        time.sleep({passing})
        self.assertEqual(rotate([1, 2], 0), [1, 2])

    def test_b(self):
        time.sleep({failing})
        self.assertEqual(rotate([1, 2, 3], 1), [3, 1, 2])
"""
MOST_SECONDS = 1.6


def bare_seconds(folder: Path) -> float:
    """Return the seconds of the tests alone, from the start of the process to its end."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "unittest", "test_rotate"]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert "FAILED (failures=1)" in ended.stderr, ended.stderr
    return time.perf_counter() - began


def asked_seconds(server: Server, uri: str) -> tuple[float, float]:
    """Return the seconds from `tutor.test` to its result, and to the first text of the hint after it."""
    began = time.perf_counter()
    command = {"command": "tutor.test", "arguments": [{"uri": uri}]}
    ended = server.request("workspace/executeCommand", command)
    tested = time.perf_counter() - began
    assert ended["reason"] == "failed", ended
    argument = {"uri": uri, "position": ended["position"]}
    ask = server.request("workspace/executeCommand", {"command": "tutor.ask", "arguments": [argument]})["askId"]
    server.wait(lambda message: message.get("method") == "tutor/answer/didUpdate" and message["params"]["askId"] == ask)
    first = time.perf_counter() - began
    server.wait(lambda message: message.get("method") == "tutor/answer/didEnd" and message["params"]["askId"] == ask)
    return tested, first


def measure(rounds: int, seconds: float, slow: str) -> list[Figure]:
    """Return the figures of some rounds, in seconds."""
    bare, tested, first = [], [], []
    with tempfile.TemporaryDirectory(prefix="test-and-ask-") as temporary:
        folder, data_dir = Path(temporary, "exercise"), Path(temporary, "data")
        folder.mkdir()
        data_dir.mkdir()
        program = folder / "rotate.py"
        program.write_text(PROGRAM, encoding="utf-8")
        sleeping = {"passing": 0.0, "failing": 0.0} | {slow: seconds}
        (folder / "test_rotate.py").write_text(TESTS.format_map(sleeping), encoding="utf-8")
        with Server(OURS, str(data_dir)) as server:
            server.initialize()
            document = {"uri": program.as_uri(), "languageId": "python", "version": 1, "text": PROGRAM}
            server.notify("textDocument/didOpen", {"textDocument": document})
            for number in range(rounds + 1):
                alone = bare_seconds(folder)
                ended, text = asked_seconds(server, program.as_uri())
                if number:
                    bare.append(alone)
                    tested.append(ended)
                    first.append(text)
    ratios = [text / alone for text, alone in zip(first, bare, strict=True)]
    target = MOST_SECONDS if seconds == 1 else None
    return [
        Figure("the tests alone, median", median(bare), unit="s"),
        Figure("key press to the result of the tests, median", median(tested), unit="s"),
        Figure("key press to the first text, median", median(first), at_most=target, unit="s"),
        Figure("key press to the first text, p95", percentile(first, 95), unit="s"),
        Figure("first text to the tests alone, median ratio", median(ratios), at_most=target, unit=""),
    ]


def main() -> None:
    """Run the rounds and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=1.0, help="seconds that the tests take by themselves")
    parser.add_argument("--slow", choices=("passing", "failing"), default="passing", help="the test that takes them")
    options = parser.parse_args()
    title = f"test and ask, {options.rounds} rounds, {options.slow} test of {options.seconds:g} s"
    print_table(title, measure(options.rounds, options.seconds, options.slow))


if __name__ == "__main__":
    main()
