"""What the import contracts of `pyproject.toml` cannot say: what needs no library, and that nothing is circular."""

from __future__ import annotations

import sys
from graphlib import CycleError, TopologicalSorter

import grimp
import pytest

PACKAGES = ("tutor_protocol", "tutor_pedagogy", "tutor_analysis", "tutor_lsp", "tutor_server")


@pytest.fixture(scope="module", name="graph")
def whole_graph() -> grimp.ImportGraph:
    """Return every import of the project: relative ones, those inside functions and those for type checkers too."""
    return grimp.build_graph(*PACKAGES, include_external_packages=True, exclude_type_checking_imports=False)


@pytest.mark.parametrize("package", ["tutor_protocol", "tutor_pedagogy", "tutor_analysis"])
def test_contract_and_rules_need_the_standard_library_alone(graph: grimp.ImportGraph, package: str) -> None:
    """What service and editor side share can be read, tested and installed without any library."""
    imported = {
        name.partition(".")[0]
        for module in {package, *graph.find_descendants(package)}
        for name in graph.find_modules_directly_imported_by(module)
    }

    assert imported - sys.stdlib_module_names - set(PACKAGES) == set()


def test_no_module_imports_itself_by_way_of_others(graph: grimp.ImportGraph) -> None:
    """Also a package and its own modules: a reader can begin at the bottom and never meets what is not read yet."""
    circle: list[str] = []
    try:
        TopologicalSorter({name: graph.find_modules_directly_imported_by(name) for name in graph.modules}).prepare()
    except CycleError as error:
        circle = error.args[1]

    assert circle == []
