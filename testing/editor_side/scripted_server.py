"""The real language server in a process of its own, with a scripted tutor that the first argument selects.

With `waits`, the tutor sends half of an answer and waits. With `prints`, it writes to stdout in every possible way and
then sends a whole answer.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from testing.editor_side.scripted_tutor import ScriptedTutor, whole_answer
from tutor_lsp.__main__ import run
from tutor_lsp.server import AskTutorServer
from tutor_lsp.settings import from_environment

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from tutor_protocol import Ask, FromService


async def prints(ask: Ask) -> AsyncGenerator[FromService, None]:
    """Write to stdout and read from stdin, which is empty. Then yield a whole answer."""
    print("printed")  # noqa: T201 - the test is about output to stdout
    os.write(1, b"written\n")
    subprocess.run([sys.executable, "-c", "print('child'); input()"], check=False, stderr=subprocess.DEVNULL)  # noqa: ASYNC221 - the test is about a child process that writes to stdout
    assert sys.stdin.read() == ""
    async for message in whole_answer(ask):
        yield message


def build() -> AskTutorServer:
    """Build the language server with the selected script."""
    tutor = ScriptedTutor()
    tutor.script = {"waits": tutor.half_then_wait, "prints": prints}[sys.argv[1]]
    return AskTutorServer(from_environment(os.environ), "0", lambda _settings, _access, _on_status: tutor)


if __name__ == "__main__":
    sys.exit(run(build))
