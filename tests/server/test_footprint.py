"""The memory of a serving process, and the modules that it imports."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tutor_server.process.memory import NOT_NEEDED, OF_PUBLIC_KEYS

OF_GLIBC = pytest.mark.skipif(sys.platform != "linux", reason="other systems' allocators need no such help")
SMALL_SERVICE = """
import asyncio, pathlib
from tutor_server.process import memory as footprint
footprint.stay_small()
def megabytes():
    return int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * 4096 // 2**20
"""
"""The first lines of a test program: they limit its memory as the service does, and define how to measure it."""


def output_of(program: str) -> list[str]:
    """Run a Python program; return the words of its output."""
    return subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.split()


def test_a_service_runs_without_what_only_the_editor_side_needs() -> None:
    """Signing tokens, logging and migrations do not import the libraries that only the editor side needs."""
    program = (
        "import sys\n"
        "from tutor_server.process.memory import leave_out_public_keys, stay_small\n"
        "stay_small()\n"
        "leave_out_public_keys()\n"
        "import jwt, tutor_server.process.serving\n"
        "jwt.decode(jwt.encode({}, 'k' * 32, 'HS256'), 'k' * 32, ['HS256'])\n"
        "print(*(name.partition('.')[0] for name, module in sys.modules.items() if module is not None))"
    )
    assert not set(output_of(program)) & {*NOT_NEEDED, *OF_PUBLIC_KEYS}


@OF_GLIBC
def test_the_memory_of_a_password_is_given_back() -> None:
    """After password hashing, which needs 19 MiB for each hash, the process returns the memory to the system."""
    program = (
        f"{SMALL_SERVICE}"
        "from tutor_server.identity.passwords import Passwords\n"
        "async def hash_some():\n"
        "    passwords, before = Passwords(), megabytes()\n"
        "    for number in range(4):\n"
        "        await passwords.hash(str(number))\n"
        "    passwords.close()\n"
        "    print(megabytes() - before)\n"
        "asyncio.run(hash_some())"
    )
    (grown,) = output_of(program)
    assert int(grown) < 10


@OF_GLIBC
def test_what_is_freed_among_what_is_used_is_given_back() -> None:
    """The memory of freed prompts is returned to the system, even if blocks in between are still in use."""
    program = (
        f"{SMALL_SERVICE}"
        "footprint.GIVING_BACK_SECONDS = 0\n"
        "async def ask_all_at_once():\n"
        "    before = megabytes()\n"
        "    prompts = [bytes(5000) for _ in range(10_000)]\n"
        "    answers = prompts[::100]\n"
        "    del prompts\n"
        "    print(megabytes() - before)\n"
        "    giving_back = asyncio.create_task(footprint.give_back_memory())\n"
        "    for _ in range(3):\n"
        "        await asyncio.sleep(0)\n"
        "    print(megabytes() - before)\n"
        "asyncio.run(ask_all_at_once())"
    )
    kept, left = map(int, output_of(program))
    assert kept > 40
    assert left < 10
