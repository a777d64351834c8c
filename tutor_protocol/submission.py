"""The code that a student asks about and its context, as plain data with limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from tutor_protocol.found_edit import FoundEdit
from tutor_protocol.run_trace import RunTrace

MAX_CODE_BYTES = 256 * 1024
MAX_QUESTION_CHARACTERS = 4000
MAX_TEST_NAME_CHARACTERS = 200
MAX_FAILURE_CHARACTERS = 2000
MAX_VALUES, MAX_VALUE_CHARACTERS = 20, 200
"""The maximum number of values that come with a failing test, and of the characters of each."""
MAX_KNOWN_CASES, MAX_KNOWN_CASE_CHARACTERS = 12, 300
"""The maximum number of cases that come with a test report, and of the characters of each of their texts."""
MAX_DOCUMENT_ID_CHARACTERS = 64
MAX_POSITION = 2**31 - 1
"""The maximum of an LSP 3.17 `uinteger`."""

Kind = Literal["document", "cell"]
CaseKind = Literal["call", "input"]
CaseOutcome = Literal["passed", "failed", "error"]


@dataclass(frozen=True, slots=True)
class Position:
    """A position in a text. Lines count from 0, and so do the code points within a line."""

    line: int
    character: int

    def __post_init__(self) -> None:
        require_positions(self.line, self.character)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """A diagnostic of one of the editor's checkers. `severity` is LSP's, from 1 (error) to 4 (hint)."""

    line: int
    character: int
    end_line: int
    end_character: int
    message: str
    severity: int = 1
    source: str = ""
    code: str = ""

    def __post_init__(self) -> None:
        require_positions(self.line, self.character, self.end_line, self.end_character)
        if not 1 <= self.severity <= 4:  # noqa: PLR2004 - LSP 3.17 DiagnosticSeverity
            raise ValueError("severity is 1 to 4")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A notebook cell before the one that the student asks about, with its output."""

    source: str
    output: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstFailure:
    """The first failing test of a run: its name and message, its line from 1, and values around it as text."""

    name: str
    message: str
    line: int | None = None
    values: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.name) > MAX_TEST_NAME_CHARACTERS:
            raise ValueError(f"name is limited to {MAX_TEST_NAME_CHARACTERS} characters")
        if len(self.message) > MAX_FAILURE_CHARACTERS:
            raise ValueError(f"message is limited to {MAX_FAILURE_CHARACTERS} characters")
        if len(self.values) > MAX_VALUES or any(len(value) > MAX_VALUE_CHARACTERS for value in self.values):
            raise ValueError(f"values are at most {MAX_VALUES} of {MAX_VALUE_CHARACTERS} characters each")
        if self.line is not None:
            require_positions(self.line)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCase:
    """A case of a test run: what was given, what should come of it, and what came.

    `given` is a call or, for the kind `input`, what was typed in. `expected` and `got` are values as `repr` writes
    them or, for the kind `input`, what is printed. A `got` that is not known is None.
    """

    given: str
    expected: str
    outcome: CaseOutcome
    got: str | None = None
    kind: CaseKind = "call"

    def __post_init__(self) -> None:
        if max(map(len, self.texts)) > MAX_KNOWN_CASE_CHARACTERS:
            raise ValueError(f"the texts of a case are limited to {MAX_KNOWN_CASE_CHARACTERS} characters")

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts of the case."""
        return (self.given, self.expected, *((self.got,) if self.got is not None else ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class TestReport:
    """The result of a test run: the numbers of tests that passed, failed and ended in an error.

    `cases` are some of the cases of the run, the one of `first_failure` among them if its parts are known.
    """

    __test__: ClassVar[bool] = False
    """Tells pytest that this is no class of tests."""
    passed: int
    failed: int
    errors: int
    first_failure: FirstFailure | None = None
    cases: tuple[KnownCase, ...] = ()

    def __post_init__(self) -> None:
        require_positions(self.passed, self.failed, self.errors)
        if len(self.cases) > MAX_KNOWN_CASES:
            raise ValueError(f"cases are at most {MAX_KNOWN_CASES}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """The code that a student asks about, the cursor, and the reports of checkers and of the interpreter.

    `first_line` is the line of the whole document at which `code` starts. `cursor` and `diagnostics` count from the
    start of `code`. `trace` is of the first failing test of `test_report`, and
    `found_edit` makes all of its tests pass. `document_id` tells the client's documents
    apart, and says nothing of their names.
    """

    code: str
    cursor: Position
    kind: Kind = "document"
    language: str = "python"
    first_line: int = 0
    diagnostics: tuple[Diagnostic, ...] = ()
    traceback: str | None = None
    cells: tuple[Cell, ...] = ()
    question: str | None = None
    test_report: TestReport | None = None
    trace: RunTrace | None = None
    found_edit: FoundEdit | None = None
    document_id: str | None = None

    def __post_init__(self) -> None:
        if len(self.code.encode("utf-8", "surrogatepass")) > MAX_CODE_BYTES:
            raise ValueError(f"code is limited to {MAX_CODE_BYTES // 1024} KiB")
        if self.question is not None and len(self.question) > MAX_QUESTION_CHARACTERS:
            raise ValueError(f"question is limited to {MAX_QUESTION_CHARACTERS} characters")
        if self.document_id is not None and len(self.document_id) > MAX_DOCUMENT_ID_CHARACTERS:
            raise ValueError(f"document_id is limited to {MAX_DOCUMENT_ID_CHARACTERS} characters")
        require_positions(self.first_line)


def require_positions(*numbers: int) -> None:
    """Raise `ValueError` unless each number is an LSP `uinteger`."""
    if min(numbers) < 0 or max(numbers) > MAX_POSITION:
        raise ValueError(f"positions count from 0 to {MAX_POSITION}")
