"""Import rules that `pyproject.toml` cannot express: packages without dependencies, and no import cycles."""

from __future__ import annotations

import sys
from graphlib import CycleError, TopologicalSorter

import grimp
import pytest

from tutor_server.cli.extra import LIBRARIES

PACKAGES = ("tutor_protocol", "tutor_pedagogy", "tutor_analysis", "tutor_lsp", "tutor_server")


@pytest.fixture(scope="module", name="graph")
def whole_graph() -> grimp.ImportGraph:
    """Return the import graph of all packages, with imports inside functions and imports for type checkers."""
    return grimp.build_graph(*PACKAGES, include_external_packages=True, exclude_type_checking_imports=False)


@pytest.mark.parametrize("package", ["tutor_protocol", "tutor_pedagogy", "tutor_analysis"])
def test_contract_and_rules_need_the_standard_library_alone(graph: grimp.ImportGraph, package: str) -> None:
    """The packages that service and language server share import only the standard library."""
    assert libraries_of(graph, package) == set()


def test_the_command_looks_for_each_library_that_only_the_service_imports(graph: grimp.ImportGraph) -> None:
    """`tutor-server` checks for exactly the libraries that only the service needs, except the optional uvloop."""
    of_service, of_student = (libraries_of(graph, package) for package in ("tutor_server", "tutor_lsp"))
    named_by_others = {"asyncpg", "cryptography"}  # The database URL names one, PyJWT loads the other.
    with_others = {"markupsafe", "pydantic_core"}

    assert set(LIBRARIES) == of_service - of_student - {"uvloop"} - with_others | named_by_others


def libraries_of(graph: grimp.ImportGraph, package: str) -> set[str]:
    """Return the libraries that any module of a package imports."""
    imported = {
        name.partition(".")[0]
        for module in {package, *graph.find_descendants(package)}
        for name in graph.find_modules_directly_imported_by(module)
    }
    return imported - sys.stdlib_module_names - set(PACKAGES)


def test_no_module_imports_itself_by_way_of_others(graph: grimp.ImportGraph) -> None:
    """No module imports itself through other modules, not even a package through its own modules."""
    circle: list[str] = []
    try:
        TopologicalSorter({name: graph.find_modules_directly_imported_by(name) for name in graph.modules}).prepare()
    except CycleError as error:
        circle = error.args[1]

    assert circle == []
