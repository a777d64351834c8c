"""The cells that a kernel runs, their values and their failures, with a small kernel in place of IPython."""

from __future__ import annotations

import json
import linecache
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from tutor_jupyter.cells import Cells

if TYPE_CHECKING:
    from pathlib import Path

    from tutor_jupyter.cells import Cell


class Kernel:
    """Runs cells as IPython does, as far as `Cells` sees it, and shows no traceback."""

    def __init__(self) -> None:
        self.execution_count = 0
        self.user_ns: dict[str, Any] = {"__name__": "__main__"}
        self.cells = Cells(self)
        self.shown: list[str] = []

    def transform_cell(self, source: str) -> str:
        """Return the code of a cell, which ends with a line end."""
        return f"{source}\n"

    def run(self, source: str, key: str | None = None) -> Cell:
        """Run a cell, and return what is kept of it."""
        self.execution_count += 1
        name, code = f"<cell {self.execution_count}>", self.transform_cell(source)
        linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
        result = SimpleNamespace(result=None, error_before_exec=None, error_in_exec=None)
        self.cells.begin(SimpleNamespace(raw_cell=source, cell_id=key))
        try:
            compiled = compile(code, name, "exec")
        except SyntaxError as error:
            result.error_before_exec = error
        else:
            try:
                exec(compiled, self.user_ns)  # noqa: S102 - the code is the test's own
            except Exception as error:  # noqa: BLE001 - as a kernel does
                result.error_in_exec = error
                self.shown = self.cells.seen(error.__traceback__, [f"{type(error).__name__}: {error}"])
        self.cells.end(result)
        assert self.cells.last is not None
        return self.cells.last


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kernel:
    """Return a kernel whose notebook is in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JPY_SESSION_NAME", "folder/course.ipynb")
    return Kernel()


MEAN = "def mean(values):\n    return sum(values) / len(values)"


def test_the_place_and_the_values_of_a_failure(kernel: Kernel) -> None:
    """A failure is at the cell's own line; if a function of another cell raised it, that is its origin."""
    defined = kernel.run(MEAN, "a")
    failed = kernel.run("grades = []\nmean(grades)", "b")
    assert (failed.line, failed.has_failed, defined.has_failed) == (1, True, False)
    assert failed.origin is not None
    assert (failed.origin.line, kernel.cells.find(failed.origin)) == (1, defined)
    assert kernel.shown[-1] == "# values on line 2: values = []"
    (output,) = failed.outputs
    assert json.loads(output["data"])["stack"] == "ZeroDivisionError: division by zero\n# values on line 2: values = []"


def test_a_cell_that_is_run_again_replaces_itself(kernel: Kernel) -> None:
    """The cells keep the order of their first runs; an origin whose code has changed is not known any more."""
    kernel.run(MEAN, "a")
    failed = kernel.run("mean([])", "b")
    kernel.run("def mean(values):\n    return 0", "a")
    assert [cell.source for cell in kernel.cells.for_the_tutor()] == ["def mean(values):\n    return 0", "mean([])"]
    assert failed.origin is not None
    assert kernel.cells.find(failed.origin) is None
    assert not kernel.run("mean([])", "b").has_failed


def test_no_code_of_the_student_runs_for_the_values(kernel: Kernel) -> None:
    """Functions and modules are left out, objects are shown by their fields, without their `__repr__`."""
    kernel.run("import math\nclass A:\n    def __repr__(self):\n        raise SystemExit\na, f = A(), print")
    kernel.run("a.x = 3\nassert a is f is math")
    assert "math" not in kernel.shown[-1]
    assert "f =" not in kernel.shown[-1]
    assert "3" in kernel.shown[-1]


def test_a_syntax_error_has_its_line(kernel: Kernel) -> None:
    """A cell that does not compile failed at the line that Python names."""
    assert kernel.run("x = 1\nif x\n    pass").line == 1


def test_cells_that_only_ask_are_not_kept(kernel: Kernel) -> None:
    """The magics themselves are no code to ask about."""
    kept = kernel.run("x = 1", "a")
    for source in ("%tutor next", "%load_ext tutor_jupyter\n%tutor", "%%tutor\nx"):
        kernel.cells.begin(SimpleNamespace(raw_cell=source, cell_id="b"))
        kernel.cells.end(SimpleNamespace(result=None, error_before_exec=None, error_in_exec=None))
    assert kernel.cells.last is kept
    assert len(kernel.cells.for_the_tutor()) == 1


def test_reports_of_graders_are_kept(kernel: Kernel) -> None:
    """The text of a result of Otter's that tells of a failed case is kept, and of no other value."""

    class Result:
        def __repr__(self) -> str:
            return "q1 results:\nFailed example:\n    f(1)\n"

    for module, texts in (("otter.test_files", [{"mime": "text/plain", "data": repr(Result())}]), ("other", [])):
        Result.__module__ = module
        kernel.cells.begin(SimpleNamespace(raw_cell="grader.check('q1')", cell_id="c"))
        kernel.cells.end(SimpleNamespace(result=Result(), error_before_exec=None, error_in_exec=None))
        assert kernel.cells.last is not None
        assert kernel.cells.last.outputs == texts


def test_the_notebook_and_its_cells_have_names_that_last(kernel: Kernel, tmp_path: Path) -> None:
    """A cell's URI has the notebook's path and the cell's id, so that hints go on after a restart."""
    cell = kernel.run("x = 1", "abc")
    assert kernel.cells.path == tmp_path / "course.ipynb"
    assert kernel.cells.uri(cell) == f"vscode-notebook-cell:{(tmp_path / 'course.ipynb').as_uri()[5:]}#abc"
    assert kernel.cells.at(kernel.cells.uri(cell)) is cell


def test_ipython_is_not_imported() -> None:
    """The record of cells needs no IPython, which only a kernel has."""
    assert "IPython" not in sys.modules
