"""The program of `make demo`, as on a newly installed machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
FIX = "for value in values:"
HEADERS = [
    "Hint 1 · question",
    "Hint 2 · concept",
    "Hint 3 · structure",
    "Hint 4 · example",
    "Hint 5 · solution",
]


def demo(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the demo with its own temporary folder."""
    return subprocess.run(
        [sys.executable, "-m", "examples.demo"],
        cwd=CHECKOUT,
        env={**os.environ, "TMPDIR": str(folder), **environment},
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )


def left_running(folder: Path) -> list[str]:
    """Return the command lines of processes whose environment contains the folder (Linux)."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(folder).encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_text())
        except OSError:
            continue
    return found


def test_demo_shows_five_hints_the_same_each_time(tmp_path: Path) -> None:
    """The demo shows the same five hints whatever settings the machine has, and leaves no file or process behind."""
    first = demo(tmp_path)
    settings = {"OPENAI_API_KEY": "x", "OPENAI_BASE_URL": "http://127.0.0.1:9", "TUTOR_MAX_HINT_LEVEL": "1"}
    second = demo(tmp_path, **settings)
    assert (first.returncode, first.stderr) == (0, "")
    assert second.stdout == first.stdout
    lines = first.stdout.splitlines()
    assert [line for line in lines if line.startswith("Hint ")] == HEADERS
    before, _, solution = first.stdout.partition(HEADERS[4])
    assert FIX not in before
    assert FIX in solution
    assert list(tmp_path.iterdir()) == []
    assert left_running(tmp_path) == []


def test_demo_with_a_fake_model_goes_over_its_wire(tmp_path: Path) -> None:
    """With `PROVIDER=fake` the hints are a fake model's text, at the same five levels."""
    result = demo(tmp_path, PROVIDER="fake")
    assert (result.returncode, result.stderr) == (0, "")
    assert [line for line in result.stdout.splitlines() if line.startswith("Hint ")] == HEADERS
    assert result.stdout != demo(tmp_path).stdout
    assert left_running(tmp_path) == []


@pytest.mark.parametrize("provider", ["", "offline"])
def test_demo_is_offline_by_default(tmp_path: Path, provider: str) -> None:
    """An empty `PROVIDER` has the same effect as `offline`, the default."""
    assert FIX in demo(tmp_path, PROVIDER=provider).stdout


def test_demo_refuses_an_unknown_provider(tmp_path: Path) -> None:
    """An unknown provider gives status 1 and one line with the valid names."""
    result = demo(tmp_path, PROVIDER="fakee")
    assert (result.returncode, result.stderr) == (1, "demo: PROVIDER is one of offline, fake\n")
