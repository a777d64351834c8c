"""What the import contracts of `pyproject.toml` cannot say: what needs no library, and that nothing is circular."""

from __future__ import annotations

import sys
from graphlib import CycleError, TopologicalSorter

import grimp
import pytest

from tutor_server.cli.extra import LIBRARIES

PACKAGES = ("tutor_protocol", "tutor_pedagogy", "tutor_analysis", "tutor_lsp", "tutor_server")


@pytest.fixture(scope="module", name="graph")
def whole_graph() -> grimp.ImportGraph:
    """Return every import of the project: relative ones, those inside functions and those for type checkers too."""
    return grimp.build_graph(*PACKAGES, include_external_packages=True, exclude_type_checking_imports=False)


@pytest.mark.parametrize("package", ["tutor_protocol", "tutor_pedagogy", "tutor_analysis"])
def test_contract_and_rules_need_the_standard_library_alone(graph: grimp.ImportGraph, package: str) -> None:
    """What service and editor side share can be read, tested and installed without any library."""
    assert libraries_of(graph, package) == set()


def test_the_command_looks_for_each_library_that_only_the_service_imports(graph: grimp.ImportGraph) -> None:
    """`tutor-server` says how to install them; those of a student's installation, and uvloop, it need not look for."""
    of_service, of_student = (libraries_of(graph, package) for package in ("tutor_server", "tutor_lsp"))
    named_by_url = {"asyncpg"}
    with_others = {"markupsafe", "pydantic_core"}

    assert set(LIBRARIES) == of_service - of_student - {"uvloop"} - with_others | named_by_url


def libraries_of(graph: grimp.ImportGraph, package: str) -> set[str]:
    """Return the libraries that a package imports somewhere."""
    imported = {
        name.partition(".")[0]
        for module in {package, *graph.find_descendants(package)}
        for name in graph.find_modules_directly_imported_by(module)
    }
    return imported - sys.stdlib_module_names - set(PACKAGES)


def test_no_module_imports_itself_by_way_of_others(graph: grimp.ImportGraph) -> None:
    """Also a package and its own modules: a reader can begin at the bottom and never meets what is not read yet."""
    circle: list[str] = []
    try:
        TopologicalSorter({name: graph.find_modules_directly_imported_by(name) for name in graph.modules}).prepare()
    except CycleError as error:
        circle = error.args[1]

    assert circle == []
