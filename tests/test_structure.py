"""What imports what among tests, benchmarks, tools and examples."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
INSTALLED = {"neovim_programs", "vscode_programs"}


def modules(folder: str) -> list[Path]:
    """Return the project's own modules in a folder."""
    found = sorted((ROOT / folder).rglob("*.py"))
    return [path for path in found if INSTALLED.isdisjoint(path.parts)]


def imported(path: Path) -> set[str]:
    """Return the modules that a module imports, type-checking imports included."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.ImportFrom(module=str(module), names=parts):
                names |= {module, *(f"{module}.{part.name}" for part in parts)}
            case ast.Import(names=parts):
                names |= {part.name for part in parts}
    return names


def test_no_test_module_imports_another() -> None:
    """What two test modules need stands in `testing`, so that each of them can be moved or deleted alone."""
    found = [
        (str(path.relative_to(ROOT)), name)
        for path in modules("tests")
        for name in imported(path)
        if name.startswith("tests.") and name.rpartition(".")[2].startswith("test_")
    ]

    assert found == []


@pytest.mark.parametrize("folder", ["testing", "benchmarks", "tools"])
def test_nothing_outside_of_tests_imports_them(folder: str) -> None:
    """Benchmarks and tools share `testing` with the tests, and need no test."""
    found = [
        (str(path.relative_to(ROOT)), name)
        for path in modules(folder)
        for name in imported(path)
        if name == "tests" or name.startswith("tests.")
    ]

    assert found == []


def test_the_product_imports_none_of_them() -> None:
    """The packages that are installed need neither tests nor tools."""
    packages = ("tutor_protocol", "tutor_pedagogy", "tutor_analysis", "tutor_lsp", "tutor_server")
    found = [
        (str(path.relative_to(ROOT)), name)
        for package in packages
        for path in modules(package)
        for name in imported(path)
        if name.partition(".")[0] in {"testing", "tests", "tools", "benchmarks"}
    ]

    assert found == []
