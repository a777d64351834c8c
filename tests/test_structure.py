"""Rules for the imports of tests, benchmarks, tools and the product."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
INSTALLED = {"identity_provider_programs", "neovim_programs", "vscode_programs"}


def modules(folder: str) -> list[Path]:
    """Return the Python files of a folder, without installed programs."""
    found = sorted((ROOT / folder).rglob("*.py"))
    return [path for path in found if INSTALLED.isdisjoint(path.parts)]


def imported(path: Path) -> set[str]:
    """Return the modules that a file imports, including imports for type checkers."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.ImportFrom(module=str(module), names=parts):
                names |= {module, *(f"{module}.{part.name}" for part in parts)}
            case ast.Import(names=parts):
                names |= {part.name for part in parts}
    return names


def test_no_test_module_imports_another() -> None:
    """Code that several test modules need is in `testing`, so that each test module can be moved or deleted alone."""
    found = [
        (str(path.relative_to(ROOT)), name)
        for path in modules("tests")
        for name in imported(path)
        if name.startswith("tests.") and name.rpartition(".")[2].startswith("test_")
    ]

    assert found == []


@pytest.mark.parametrize("folder", ["testing", "benchmarks", "tools"])
def test_nothing_outside_of_tests_imports_them(folder: str) -> None:
    """Benchmarks, tools and `testing` import nothing from `tests`."""
    found = [
        (str(path.relative_to(ROOT)), name)
        for path in modules(folder)
        for name in imported(path)
        if name == "tests" or name.startswith("tests.")
    ]

    assert found == []


def test_the_product_imports_none_of_them() -> None:
    """The installed packages import nothing from `tests`, `testing`, `tools` or `benchmarks`."""
    packages = ("tutor_protocol", "tutor_pedagogy", "tutor_analysis", "tutor_lsp", "tutor_server")
    found = [
        (str(path.relative_to(ROOT)), name)
        for package in packages
        for path in modules(package)
        for name in imported(path)
        if name.partition(".")[0] in {"testing", "tests", "tools", "benchmarks"}
    ]

    assert found == []
