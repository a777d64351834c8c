"""The cases in the offline tutor's lesson files: programs, and the finding that the tutor must report for each.

A case is in the section `Cases` of a rule's Markdown file. Its heading states the expectation, such as `Finds line 3`
or ``Finds `heat > 5` on line 2``. `Finds line 3 before Python 3.12` is a case for older versions only. A Python block
holds the program. A text block holds the last line of the exception if the program cannot be run here, or for a rule of
logic the report of a failing test, or the question after "The student asks: ". A second Python block, after `Becomes:`,
holds the program with the edit applied.
"""

from __future__ import annotations

import linecache
import re
import sys
import traceback
import warnings
from contextlib import chdir
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import tutor_pedagogy.offline
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import diagnose, explain
from tutor_pedagogy.offline.engine.lesson import LessonFile
from tutor_pedagogy.offline.rules import runtime
from tutor_protocol import Position, Submission

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.finding import Explanation, Finding

STUDENTS = tuple(StudentLevels(programming=level, maths=level) for level in (1, 3, 5))
RULES = Path(tutor_pedagogy.offline.__file__).parent / "rules"
_CRASHES = frozenset(rule.name for rule in runtime.RULES)
_ASKED = "The student asks: "
_CASE = re.compile(r"^### (.+)\n", re.MULTILINE)
_TITLE = re.compile(r"Finds (?:`(?P<expression>[^`]+)` on )?line (?P<line>\d+)(?: before Python 3\.(?P<before>\d+))?")
_BLOCK = re.compile(r"^(?P<fence>```+)(?P<language>\w+)\n(?P<text>.*?)\n(?P=fence)$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class LessonCase:
    """A program and the finding that is expected in it. `line` counts from 1."""

    rule: str
    number: int
    code: str
    line: int
    expression: str | None = None
    message: str | None = None
    mended: str | None = None

    @property
    def family(self) -> str:
        """The family of the rule, which is the first part of its name."""
        return self.rule.partition(".")[0]

    def __str__(self) -> str:
        return f"{self.rule}-{self.number}"

    def submission(self) -> Submission:
        """Return the submission for the program, with a traceback if the rule explains an exception."""
        return _submission(self)

    @property
    def is_crash(self) -> bool:
        """Whether the rule explains an exception."""
        return self.rule in _CRASHES


@cache
def _submission(case: LessonCase) -> Submission:
    if case.message and case.message.startswith(_ASKED):
        question = case.message.removeprefix(_ASKED)
        return Submission(code=case.code, cursor=Position(0, 0), question=question)
    if case.message and case.family != "runtime" and not case.is_crash:
        return Submission(code=case.code, cursor=Position(0, 0), traceback=case.message)
    printed = quoted_traceback(case) if case.message else real_traceback(case.code) if case.is_crash else None
    return Submission(code=case.code, cursor=Position(0, 0), traceback=printed)


@cache
def finding_of(case: LessonCase) -> Finding:
    """Return the tutor's finding in a case."""
    return diagnose(case.submission())


@cache
def hints_for(case: LessonCase) -> dict[tuple[HintLevel, StudentLevels], Explanation]:
    """Return what the tutor says about a case: at every hint level, to each of `STUDENTS`."""
    submission = case.submission()
    return {(level, student): explain(submission, level, student) for level, student in product(HintLevel, STUDENTS)}


@cache
def lesson_files() -> dict[str, LessonFile]:
    """Return every lesson file, by the name of its rule."""
    return {
        f"{path.parent.name}.{path.stem}": LessonFile.parse(path.read_text(encoding="utf-8"))
        for path in sorted(RULES.rglob("*.md"))
    }


@cache
def lesson_cases(*families: str) -> tuple[LessonCase, ...]:
    """Return the cases of every lesson file, or only those of the given families."""
    return tuple(
        case
        for rule, file in lesson_files().items()
        for title, body in file.sections
        if title == "Cases"
        for case in _cases(rule, body)
        if not families or case.family in families
    )


def _cases(rule: str, section: str) -> Iterator[LessonCase]:
    _, *parts = _CASE.split(section)
    for number, (title, body) in enumerate(zip(parts[::2], parts[1::2], strict=True), 1):
        expected = _TITLE.fullmatch(title)
        if expected is None:
            raise ValueError(f"{rule}: a case is called `Finds line N`, not {title}")
        if expected["before"] and sys.version_info >= (3, int(expected["before"])):
            continue
        blocks = [(block["language"], block["text"]) for block in _BLOCK.finditer(body)]
        code, *mended = [text + "\n" for language, text in blocks if language == "python"]
        printed = next((text for language, text in blocks if language == "text"), None)
        yield LessonCase(
            rule,
            number,
            code,
            int(expected["line"]),
            expected["expression"],
            printed,
            mended[0] if mended else None,
        )


def quoted_traceback(case: LessonCase) -> str:
    """Return a traceback in CPython's format that ends with the case's message, if the exception cannot occur here.

    If the case names an expression, the expression is underlined and the last frame belongs to a library.
    """
    source = case.code.splitlines()[case.line - 1].strip()
    text = f'Traceback (most recent call last):\n  File "lab.py", line {case.line}, in <module>\n    {source}\n'
    if case.expression:
        marks = " " * (4 + source.index(case.expression.split("\n", maxsplit=1)[0])) + "^" * len(case.expression)
        text += (
            f'{marks}\n  File "/opt/python3.11/site-packages/numpy/core/fromnumeric.py", line 88, in _wrap\n'
            "    return f(*args)\n"
        )
    return f"{text}{case.message}\n"


def real_traceback(code: str) -> str:
    """Run a program in an empty folder and return its traceback, as Python prints it."""
    linecache.cache["student.py"] = (len(code), None, code.splitlines(keepends=True), "student.py")
    names: dict[str, Any] = {"__name__": "__main__", "input": _no_input}
    arguments, sys.argv = sys.argv, ["student.py"]
    printed = ""
    with TemporaryDirectory() as folder, chdir(folder), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            exec(compile(code, "student.py", "exec"), names)  # noqa: S102 - the program is from our lesson files, and must run to raise its real exception
        except Exception as error:  # noqa: BLE001 - a case may be about any exception
            error.__traceback__ = error.__traceback__.tb_next if error.__traceback__ else None
            printed = "".join(traceback.format_exception(error))
    sys.argv = arguments
    assert printed, "the program was meant to stop"
    return printed


def _no_input(*_prompt: str) -> str:
    raise EOFError("EOF when reading a line")
