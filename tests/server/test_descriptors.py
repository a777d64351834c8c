"""The limit of open files, which is raised at the start of a process, and the number of open files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tutor_server.connections.descriptors import open_descriptors

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of open files")

RAISE = """
import resource, sys
from tutor_server.connections.descriptors import raise_limit
from tutor_server.telemetry.logs import configure_logs
configure_logs("info", "json")
raise_limit()
print(resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def raised(soft: int, hard: int) -> tuple[str, str]:
    """Start a process with these limits; return the limits after it has raised them, and its log."""
    command = f'ulimit -Sn {soft} && ulimit -Hn {hard} && exec "$0" -c "$1"'
    done = subprocess.run(["/bin/sh", "-c", command, sys.executable, RAISE], capture_output=True, text=True, check=True)
    return done.stdout.strip(), done.stderr


def test_the_soft_limit_becomes_the_hard_one() -> None:
    """The soft limit, often 1024 for programs that use select(2), is raised to the hard limit."""
    assert raised(256, 5000) == ("(5000, 5000)", "")


def test_a_small_limit_is_told() -> None:
    """If the limit is small, a warning in the log tells the operator how to raise it."""
    limits, told = raised(256, 512)
    line = json.loads(told)

    assert limits == "(512, 512)"
    assert (line["level"], line["event"], line["limit"]) == ("warning", "few_open_files", 512)
    assert "LimitNOFILE=65536" in line["advice"]


def test_open_descriptors_are_counted() -> None:
    """The count rises with each opened file and falls with each closed one."""
    before = open_descriptors()
    descriptors = [os.open(os.devnull, os.O_RDONLY) for _ in range(20)]
    opened = open_descriptors()
    for descriptor in descriptors:
        os.close(descriptor)

    assert (opened - before, open_descriptors() - before) == (20, 0)


def test_the_count_is_that_of_the_system() -> None:
    """The number of open files that Linux 6.2 reports directly equals the length of the list of descriptors."""
    assert open_descriptors() == len(list(Path("/dev/fd").iterdir())) - 1
