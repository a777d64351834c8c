"""The kind of error: by traceback, by the diagnostics of checkers, by code and question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor_pedagogy.classification import classify
from tutor_protocol import Cell, Diagnostic, Position, Submission


def submission(
    code: str = "x = 1\n",
    *,
    traceback: str | None = None,
    diagnostics: tuple[Diagnostic, ...] = (),
    question: str | None = None,
    cell: bool = False,
    first_line: int = 0,
) -> Submission:
    """Build a submission with only the given parts."""
    return Submission(
        code=code,
        cursor=Position(0, 0),
        kind="cell" if cell else "document",
        traceback=traceback,
        diagnostics=diagnostics,
        question=question,
        first_line=first_line,
    )


def diagnostic(message: str, *, source: str = "", code: str = "", severity: int = 1) -> Diagnostic:
    """Build a checker's diagnostic at the first character."""
    return Diagnostic(
        line=0, character=0, end_line=0, end_character=1, message=message, source=source, code=code, severity=severity
    )


def frames(last: str) -> str:
    """Build a traceback with the given last lines."""
    return (
        "Traceback (most recent call last):\n"
        '  File "cake.py", line 9, in <module>\n    print(bake(0))\n          ^^^^^^^\n'
        f'  File "cake.py", line 4, in bake\n    return sugar / eggs\n           ~~~~~~^~~~~~\n{last}'
    )


class TestClassifyTraceback:
    """The kind of error, classified by the traceback or the program's output."""

    @pytest.mark.parametrize(
        "exception",
        [
            "ZeroDivisionError: division by zero",
            "NameError: name 'suger' is not defined. Did you mean: 'sugar'?",
            "KeyError: 'eggs'",
            "KeyboardInterrupt",
            "numpy.linalg.LinAlgError: Singular matrix",
            "OvenTooHot: 300 degrees",
            "kitchen.errors.Burnt",
            "ValueError: too hot:\n\n  expected 200 but got 300",
            "RecursionError: maximum recursion depth exceeded",
        ],
    )
    def test_any_exception_is_a_runtime_error(self, exception: str) -> None:
        """A traceback with any exception, even the student's own, is a run-time error."""
        assert classify(submission(traceback=frames(exception))) == "runtime"

    @pytest.mark.parametrize("name", ["SyntaxError", "IndentationError", "TabError"])
    def test_syntax_errors(self, name: str) -> None:
        """A traceback with `SyntaxError` or a subclass is a syntax error."""
        traceback = f'  File "cake.py", line 2\n    if eggs = 2:\n       ^^^^^^^^\n{name}: invalid syntax\n'
        assert classify(submission(traceback=traceback)) == "syntax"

    @pytest.mark.parametrize(
        "report",
        [
            frames("AssertionError: 3 != 4"),
            frames("AssertionError"),
            ">       assert bake(2) == 4\nE       assert 3 == 4\n\ntest_cake.py:5: AssertionError\n",
            "FAILED test_cake.py::test_bake - assert 3 == 4\n",
            "E       AssertionError: assert 3 == 4\n",
            'File "cake.py", line 3, in cake.bake\nFailed example:\n    bake(2)\nExpected:\n    4\nGot:\n    3\n',
            "bake(2): expected 4, got 3",
            "1 test failed",
        ],
    )
    def test_a_failing_test_is_a_logic_error(self, report: str) -> None:
        """A traceback with `AssertionError`, or the report of a failed test, is a logic error."""
        assert classify(submission(traceback=report)) == "logic"

    def test_a_test_that_raised_is_a_runtime_error(self) -> None:
        """The report of a test that raised an exception other than `AssertionError` is a run-time error."""
        report = (
            ">       return sugar / eggs\nE       ZeroDivisionError: division by zero\n\ncake.py:4: ZeroDivisionError\n"
        )
        assert classify(submission(traceback=report)) == "runtime"

    def test_the_last_exception_of_a_chain_counts(self) -> None:
        """In a chain of exceptions, the last one, which ended the program, decides."""
        chain = frames("KeyError: 'eggs'") + (
            "\n\nDuring handling of the above exception, another exception occurred:\n\n" + frames("AssertionError: no")
        )
        assert classify(submission(traceback=chain)) == "logic"

    def test_notebook_traceback(self) -> None:
        """A notebook's traceback with colours and arrows is understood."""
        traceback = (
            "\x1b[0;31m------\x1b[0m\n\x1b[0;31mNameError\x1b[0m      Traceback (most recent call last)\n"
            "Cell \x1b[0;32mIn[3], line 1\x1b[0m\n\x1b[0;32m----> 1\x1b[0m eggs\n\n"
            "\x1b[0;31mNameError\x1b[0m: name 'eggs' is not defined"
        )
        assert classify(submission(traceback=traceback, cell=True)) == "runtime"

    def test_exception_group(self) -> None:
        """A traceback with an exception group is a run-time error."""
        traceback = (
            "  + Exception Group Traceback (most recent call last):\n"
            '  |   File "cake.py", line 1, in <module>\n  |     raise ExceptionGroup("two", both)\n'
            "  | ExceptionGroup: two (2 sub-exceptions)\n"
            "  +-+---------------- 1 ----------------\n    | ValueError: 1\n    +------------------------------------\n"
        )
        assert classify(submission(traceback=traceback)) == "runtime"

    def test_output_without_an_exception_says_nothing(self) -> None:
        """Output without an exception or a test report is no error."""
        assert classify(submission(traceback="mixing\nbaking\ndone\n")) == "none"

    def test_the_traceback_comes_before_the_code(self) -> None:
        """The traceback takes precedence over the code, which may have changed since the run."""
        assert classify(submission("x = (", traceback=frames("KeyError: 1"))) == "runtime"


class TestClassifyDiagnostics:
    """The kind of error, classified by the diagnostics of the editor's checkers."""

    @pytest.mark.parametrize(
        "reported",
        [
            diagnostic('"(" was not closed', source="Pylance"),
            diagnostic("Expected expression", source="Pyright"),
            diagnostic("SyntaxError: Expected ')', found newline", source="Ruff"),
            diagnostic("Expected `:`, found newline", source="Ruff", code="invalid-syntax"),
            diagnostic("SyntaxError: invalid syntax", source="flake8", code="E999"),
            diagnostic("IndentationError: unexpected indent", source="pycodestyle", code="E901"),
            diagnostic("invalid syntax", source="pyflakes"),
            diagnostic("Parsing failed: 'invalid syntax'", source="pylint", code="E0001"),
            diagnostic("Invalid syntax", source="mypy", code="syntax"),
            diagnostic("SyntaxError: unterminated string literal", source="compile"),
        ],
    )
    def test_syntax_errors(self, reported: Diagnostic) -> None:
        """A checker's report of a syntax error is a syntax error, even if the code compiles."""
        assert classify(submission(diagnostics=(reported,))) == "syntax"

    @pytest.mark.parametrize(
        "reported",
        [
            diagnostic('"egs" is not defined', source="Pylance", code="reportUndefinedVariable", severity=2),
            diagnostic("Undefined name `egs`", source="Ruff", code="F821", severity=2),
            diagnostic("undefined name 'egs'", source="pyflakes"),
            diagnostic("Undefined variable 'egs'", source="pylint", code="undefined-variable"),
            diagnostic("Instance of 'Cake' has no 'bak' member", source="pylint", code="E1101"),
            diagnostic('Name "egs" is not defined', source="mypy", code="name-defined"),
            diagnostic('"bak" is not a known attribute of "None"', source="Pyright", code="reportOptionalMemberAccess"),
            diagnostic('Operator "+" not supported', source="Pyright", code="reportOperatorIssue"),
            diagnostic(
                'Import "numpi" could not be resolved', source="Pylance", code="reportMissingImports", severity=2
            ),
        ],
    )
    def test_what_foretells_a_runtime_error(self, reported: Diagnostic) -> None:
        """A checker's report of something that will fail at run time is a run-time error."""
        assert classify(submission(diagnostics=(reported,))) == "runtime"

    @pytest.mark.parametrize(
        "reported",
        [
            diagnostic("line too long (92 > 79 characters)", source="pycodestyle", code="E501", severity=2),
            diagnostic("`math` imported but unused", source="Ruff", code="F401", severity=2),
            diagnostic("Missing module docstring", source="pylint", code="C0114", severity=3),
            diagnostic('"x" is not accessed', source="Pylance", severity=4),
            diagnostic("undefined name 'egs'", source="pyflakes", severity=3),
            diagnostic("trailing whitespace", source="pycodestyle", code="W291", severity=2),
        ],
    )
    def test_style_is_no_error(self, reported: Diagnostic) -> None:
        """Checkers' remarks on style, and diagnostics of low severity, are no errors."""
        assert classify(submission(diagnostics=(reported,))) == "none"

    def test_syntax_comes_before_everything_else_reported(self) -> None:
        """A syntax error takes precedence over checkers' other reports."""
        undefined = diagnostic("undefined name 'egs'", source="pyflakes")
        assert classify(submission("print(egs", diagnostics=(undefined,))) == "syntax"


class TestClassifyCodeAndQuestion:
    """The kind of error, classified by the code itself and the student's question."""

    @pytest.mark.parametrize(
        "code",
        [
            "if x\n    y",
            "x = (",
            "def f():\nreturn 1",
            "return 1",
            "if x:\n\ty\n        z",
            "s = 'a",
            "x = 1\0",
            "'\ud800'",
        ],
    )
    def test_code_that_does_not_compile(self, code: str) -> None:
        """Code that does not compile is a syntax error."""
        assert classify(submission(code)) == "syntax"

    @pytest.mark.parametrize("code", ["", "x = 1", "1 / 0", "assert False", "s = '\\d'", "x is 'a'", "# nothing"])
    def test_code_that_compiles_is_not_run(self, code: str) -> None:
        """Code that compiles is not run for the classification, and Python's warnings are no errors."""
        assert classify(submission(code)) == "none"

    def test_part_of_a_larger_document(self) -> None:
        """A method that was cut out of its class with its indentation is no syntax error."""
        assert classify(submission("    def f(self):\n        return 1\n", first_line=12)) == "none"
        assert classify(submission("        return 1\n", first_line=12)) == "none"

    @pytest.mark.parametrize("code", ["%matplotlib inline\nx = 1", "!pip list\nx?", "%%bash\nls (", "await f()"])
    def test_a_cell_may_hold_what_only_notebooks_know(self, code: str) -> None:
        """Magics, shell commands and top-level `await` are no syntax errors in a notebook cell."""
        assert classify(submission(code, cell=True)) == "none"

    @pytest.mark.parametrize(
        "code", ["(" * 5000, "[" * 90 + "]" * 90, "not " * 16_000 + "x", "-" * 60_000 + "1", "x = (1\n" * 30_000]
    )
    def test_no_code_is_too_deep_or_too_long(self, code: str) -> None:
        """Code that is nested too deeply for CPython, or too long, raises no exception."""
        assert classify(submission(code)) in {"syntax", "none"}

    @pytest.mark.parametrize(
        ("question", "expected"),
        [
            ("why does it print 3 instead of 4?", "logic"),
            ("My function returns the wrong answer", "logic"),
            ("it never stops", "logic"),
            ("bake(2) should be 4", "logic"),
            ("I get a TypeError in line 3", "runtime"),
            ("NameError: name 'egs' is not defined", "runtime"),
            ("It says IndentationError, what is that?", "syntax"),
            ("What is a list comprehension?", "none"),
            ("How do I read a file?", "none"),
            ("", "none"),
        ],
    )
    def test_the_question_tells_where_nothing_else_does(self, question: str, expected: str) -> None:
        """If code, traceback and diagnostics show no error, the words of the question decide."""
        assert classify(submission(question=question)) == expected

    def test_outputs_of_other_cells_do_not_count(self) -> None:
        """An error in the output of an earlier cell does not count for the student's cell."""
        asked = Submission(
            code="x = 1",
            cursor=Position(0, 0),
            kind="cell",
            cells=(Cell(source="1 / 0", output="ZeroDivisionError: division by zero"),),
        )
        assert classify(asked) == "none"

    @given(
        code=st.text(max_size=200),
        traceback=st.text(max_size=300),
        question=st.text(max_size=100),
        message=st.text(max_size=50),
        cell=st.booleans(),
    )
    def test_any_text_is_classified(
        self, *, code: str, traceback: str, question: str, message: str, cell: bool
    ) -> None:
        """Any code, traceback, question and diagnostic is classified without an exception."""
        reported = (diagnostic(message, code=message[:5]),)
        asked = submission(code, traceback=traceback, diagnostics=reported, question=question, cell=cell)
        assert classify(asked) in {"syntax", "runtime", "logic", "none"}
