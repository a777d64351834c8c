"""The built wheel is complete: it runs outside the checkout, with its migrations, prompts and scripts."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
DEPENDENCIES = r"what the editor and the terminal need:\n(.*?)^These bring.*?: (`.*?`)\.$"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and unpack it, as an installer would."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


@pytest.fixture(scope="module")
def student(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an environment that contains only the wheel and its requirements without extras.

    The libraries are linked from the environment of the tests, so that no network is needed.
    """
    return environment(installed, tmp_path_factory.mktemp("student"))


def environment(installed: Path, folder: Path, extra: str = "") -> Path:
    """Create an environment with an unpacked wheel and its requirements; return its interpreter."""
    venv.create(folder, with_pip=False)
    (site,) = folder.glob("lib/python*/site-packages")
    shutil.copytree(installed, site, dirs_exist_ok=True)
    (own,) = metadata.distributions(path=[str(installed)])
    for distribution in required(own, extra):
        for file in distribution.files or ():
            if ".." not in file.parts and "__pycache__" not in file.parts:
                (site / file).parent.mkdir(parents=True, exist_ok=True)
                (site / file).symlink_to(Path(str(file.locate())).resolve())
    return folder / "bin" / "python"


def required(own: metadata.Distribution, extra: str) -> list[metadata.Distribution]:
    """Return the installed distributions that a distribution requires on this system, directly or indirectly."""
    found: dict[str, metadata.Distribution] = {}
    waiting = [(own, {extra})]
    while waiting:
        distribution, extras = waiting.pop()
        for line in distribution.requires or ():
            requirement = Requirement(line)
            marker = requirement.marker
            if marker is not None and not any(marker.evaluate({"extra": name}) for name in extras):
                continue
            name = canonicalize_name(requirement.name)
            if name not in found or requirement.extras:
                found[name] = metadata.distribution(name)
                waiting.append((found[name], {"", *requirement.extras}))
    return list(found.values())


def names_in(python: Path) -> set[str]:
    """Return the names of the distributions in an environment."""
    (site,) = python.parents[1].glob("lib/python*/site-packages")
    return {canonicalize_name(str(found.metadata["Name"])) for found in metadata.distributions(path=[str(site)])}


def call(python: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a module in a given environment."""
    return subprocess.run(
        [str(python), "-P", "-m", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "TUTOR_DATA_DIR": str(folder / "data")},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


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
    """The wheel contains the migrations."""
    done = run(installed, tmp_path, "-m", "tutor_server.cli.main", "migrate")

    assert (done.returncode, done.stdout) == (0, "")
    assert (tmp_path / "data" / "tutor.sqlite3").exists()


def test_it_asks_in_local_mode(installed: Path, tmp_path: Path) -> None:
    """The wheel contains the terminal client, the language server and the offline tutor."""
    student_file = tmp_path / "loop.py"
    student_file.write_text("for i in range(3)\n    print(i)\n")

    done = run(installed, tmp_path, "-m", "tutor_lsp.terminal.main", "ask", f"{student_file}:1")

    assert (done.returncode, done.stderr) == (0, "")
    assert "Hint 1 · question" in done.stdout


def test_every_file_of_the_packages_is_in_it(installed: Path) -> None:
    """The wheel contains every file of the packages, including prompts, scripts and markers."""
    for package in ("tutor_protocol", "tutor_pedagogy", "tutor_analysis", "tutor_lsp", "tutor_server"):
        files = {path.relative_to(ROOT) for path in (ROOT / package).rglob("*") if path.is_file()}
        expected = {path for path in files if "__pycache__" not in path.parts}
        assert expected == {path for path in expected if (installed / path).exists()}
    assert list((installed / "tutor_server" / "migrations" / "versions").glob("*.py"))


def test_its_scripts_are_the_contracts(installed: Path) -> None:
    """The wheel installs `tutor`, `tutor-lsp` and `tutor-server`."""
    (entry_points,) = installed.glob("*.dist-info/entry_points.txt")

    assert set(re.findall(r"^([\w-]+) = ", entry_points.read_text(), re.MULTILINE)) == {
        "tutor",
        "tutor-lsp",
        "tutor-server",
    }


def test_a_student_installs_what_the_documentation_lists(student: Path) -> None:
    """`docs/dependencies.md` and the lock file list every distribution that comes without the extra."""
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    ((table, rest),) = re.findall(DEPENDENCIES, text, re.MULTILINE | re.DOTALL)
    direct = {name for row in re.findall(r"^\| (.*?) \|", table, re.MULTILINE)[2:] for name in row.split(", ")}
    locked = set(re.findall(r"^([\w-]+)==", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE))

    assert direct | set(re.findall(r"`([\w-]+)`", rest)) == locked
    assert direct < names_in(student) - {"ask-tutor"} <= locked


def test_a_student_asks_without_the_libraries_of_the_service(student: Path, tmp_path: Path) -> None:
    """The terminal client, the language server and the offline tutor need no extra."""
    (tmp_path / "loop.py").write_text("for i in range(3)\n    print(i)\n")

    done = call(student, tmp_path, "tutor_lsp.terminal.main", "ask", "loop.py:1")

    assert (done.returncode, done.stderr) == (0, "")
    assert "Hint 1 · question" in done.stdout


@pytest.mark.parametrize("arguments", [(), ("serve",), ("--help",)])
def test_the_service_says_how_to_get_its_libraries(student: Path, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Without the extra, `tutor-server` gives a one-line usage error without a traceback."""
    done = call(student, tmp_path, "tutor_server.cli.main", *arguments)

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.endswith(": pip install 'ask-tutor[server]'\n")


def test_the_extra_brings_the_service(installed: Path, tmp_path: Path) -> None:
    """With only the extra's libraries, `check` finds no fault."""
    python = environment(installed, tmp_path / "service", "server")

    done = call(python, tmp_path, "tutor_server.cli.main", "check")

    assert (done.returncode, done.stderr) == (0, "")
    assert "ok    provider offline: ready\n" in done.stdout
