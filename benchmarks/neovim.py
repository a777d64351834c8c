"""Measure Neovim from the key press to the first text of a hint on the screen: `python -m benchmarks.neovim`.

Needs Neovim and a POSIX pseudo-terminal. Neovim runs in local mode with the example program and the plugin, set up as a
student has them. The time is measured from the bytes written to the terminal to the bytes read from it.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import shutil
import statistics
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
TARGET_MS = 50
WARM_ASKS = 20
ROWS, COLUMNS = 40, 100
WAIT_SECONDS = 20.0
QUIET_SECONDS = 0.15
"""Seconds without output after which the screen counts as complete."""

HINTS = re.compile(rb"Have a look|A line that begins|It comes down|Each of these|Change line")
"""The beginnings of the hints that the tutor gives about the measured line of the example."""

INIT = f"""
vim.g.loaded_python3_provider = 0
vim.opt.runtimepath:prepend("{ROOT / "nvim-client"}")
require("tutor").setup({{}})
vim.keymap.set("n", "T", "<Cmd>TutorAsk<CR>")
"""


class Terminal:
    """A program in a pseudo-terminal."""

    def __init__(self, program: str, arguments: list[str], folder: Path, environment: dict[str, str]) -> None:
        self._process, self._fd = pty.fork()
        if self._process == 0:
            os.chdir(folder)
            os.execve(program, [program, *arguments], environment)  # noqa: S606 - this starts the editor that is measured
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))

    def press(self, key: bytes) -> None:
        """Send a key to the program."""
        os.write(self._fd, key)

    def until(self, pattern: re.Pattern[bytes]) -> float:
        """Wait until the output matches a pattern, and return the monotonic time of that. Raise `TimeoutError`."""
        seen = b""
        deadline = time.monotonic() + WAIT_SECONDS
        while self._has_output(deadline - time.monotonic()):
            seen += os.read(self._fd, 65536)
            if pattern.search(seen):
                return time.monotonic()
        raise TimeoutError(seen[-2000:])

    def settle(self, seconds: float = QUIET_SECONDS) -> None:
        """Wait until the program has written nothing for these seconds."""
        while self._has_output(seconds):
            os.read(self._fd, 65536)

    def leave(self, keys: bytes) -> None:
        """Send the keys that quit the program, and wait until it has ended."""
        self.press(keys)
        try:
            while os.read(self._fd, 65536):
                pass
        except OSError:  # On Linux, reading fails with an error once the program has ended.
            pass
        os.waitpid(self._process, 0)

    def _has_output(self, seconds: float) -> bool:
        return bool(select.select([self._fd], [], [], max(seconds, 0))[0])


def measure(program: str, folder: Path) -> list[float]:
    """Ask repeatedly about one line, and return the times in ms. The first ask is also the language server's first."""
    shutil.copy(ROOT / "examples" / "average.py", folder / "average.py")
    (folder / "init.lua").write_text(INIT, encoding="utf-8")
    environment = {
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm-256color",
        "TUTOR_DATA_DIR": str(folder / "data"),
    }
    terminal = Terminal(program, ["--clean", "-u", "init.lua", "+8", "average.py"], folder, environment)
    terminal.until(re.compile(rb"wetter than average"))
    terminal.settle(1.5)
    times = []
    for _ in range(1 + WARM_ASKS):
        pressed = time.monotonic()
        terminal.press(b"T")
        times.append((terminal.until(HINTS) - pressed) * 1000)
        terminal.settle()
        terminal.press(b"q")
        terminal.settle()
    terminal.leave(b":qall!\r")
    return times


def main() -> int:
    """Print the figures. Return 1 if the target is missed or Neovim is not installed, else 0."""
    program = shutil.which("nvim")
    if program is None:
        print("Neovim is not here", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        first, *warm = measure(program, Path(folder))
    median = statistics.median(warm)
    print(f"first ask           {first:6.1f} ms")
    print(f"warm, median of {len(warm):2}  {median:6.1f} ms   target {TARGET_MS} ms")
    print(f"warm, slowest       {max(warm):6.1f} ms")
    return int(median > TARGET_MS)


if __name__ == "__main__":
    sys.exit(main())
