"""The built wheel is whole: it runs outside the checkout, with its migrations, prompts and scripts."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and unpack it, as an installer does."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def run(installed: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a module of the unpacked wheel; its folder comes before the checkout's on the path."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(installed), "TUTOR_DATA_DIR": str(folder / "data")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


def test_it_brings_a_database_to_head(installed: Path, tmp_path: Path) -> None:
    """The migrations are in the wheel."""
    done = run(installed, tmp_path, "-m", "tutor_server.cli.main", "migrate")

    assert (done.returncode, done.stdout) == (0, "")
    assert (tmp_path / "data" / "tutor.sqlite3").exists()


def test_it_asks_in_local_mode(installed: Path, tmp_path: Path) -> None:
    """The terminal client, the language server and the offline tutor are in the wheel."""
    student_file = tmp_path / "loop.py"
    student_file.write_text("for i in range(3)\n    print(i)\n")

    done = run(installed, tmp_path, "-m", "tutor_lsp.terminal.main", "ask", f"{student_file}:1")

    assert (done.returncode, done.stderr) == (0, "")
    assert "Hint 1 of 5" in done.stdout


def test_every_file_of_the_packages_is_in_it(installed: Path) -> None:
    """No prompt, script or marker is left behind."""
    for package in ("tutor_protocol", "tutor_pedagogy", "tutor_analysis", "tutor_lsp", "tutor_server"):
        files = {path.relative_to(ROOT) for path in (ROOT / package).rglob("*") if path.is_file()}
        expected = {path for path in files if "__pycache__" not in path.parts}
        assert expected == {path for path in expected if (installed / path).exists()}
    assert list((installed / "tutor_server" / "migrations" / "versions").glob("*.py"))


def test_its_scripts_are_the_contracts(installed: Path) -> None:
    """`tutor`, `tutor-lsp` and `tutor-server` are installed."""
    (entry_points,) = installed.glob("*.dist-info/entry_points.txt")

    assert set(re.findall(r"^([\w-]+) = ", entry_points.read_text(), re.MULTILINE)) == {
        "tutor",
        "tutor-lsp",
        "tutor-server",
    }
