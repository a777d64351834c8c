"""Reads the benchmark's rows: programs with a mistake, correct programs, and asks with another purpose.

Each file holds one JSON object a line. A program with a mistake has `id`, `source`, `family` (`syntax`, `runtime`,
`logic`), `code`, `cursor`, `traceback`, `question`, `cause`, `cause_line`, `fixed`, `check`, and optionally `stdin`,
`needs`, and `test_report` and `trace`, which are as on the wire. In an older format, it has `kind` for `family`,
`error` for `traceback`, and `driver`. A correct program has `id`, `source`, `code`, `cursor` and `stdin`. An ask has
`id`, `purpose`, `code`, `cursor`, `language` and `question`.

A `cursor` counts lines from 0, as LSP does; a `cause_line` counts from 1.
"""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from tutor_pedagogy.reported import with_report_read
from tutor_protocol import MAX_QUESTION_CHARACTERS, FoundEdit, Position, RunTrace, Submission, TestReport

if TYPE_CHECKING:
    from pathlib import Path

FAMILIES = ("syntax", "runtime", "logic")
_TEST_REPORT: TypeAdapter[TestReport | None] = TypeAdapter(TestReport | None)
_TRACE: TypeAdapter[RunTrace | None] = TypeAdapter(RunTrace | None)
_FOUND_EDIT: TypeAdapter[FoundEdit | None] = TypeAdapter(FoundEdit | None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A program with a mistake, and the known facts about the mistake.

    `reported` is the traceback or the failing test, None if the student has neither. The older format does not report a
    syntax error, since the tutor compiles the code itself. `ending` is code that is run after the program,
    `fixed_ending` after the fixed program, and `check` after either. A check passes if it raises no exception.
    """

    id: str
    family: str
    code: str
    cursor: Position
    reported: str | None = None
    question: str | None = None
    cause: str = ""
    cause_lines: tuple[int, ...] = ()
    fixed: str | None = None
    ending: str = ""
    fixed_ending: str = ""
    check: str = ""
    stdin: str | None = None
    needs: tuple[str, ...] = ()
    test_report: TestReport | None = None
    trace: RunTrace | None = None
    found_edit: FoundEdit | None = None

    def submission(self, *, code: str | None = None, alone: bool = False) -> Submission:
        """Return what the tutor explains for the code or another version of it; with `alone`, no report or question.

        If the version has fewer lines, the cursor is on its last line.
        """
        text = self.code if code is None else code
        cursor = Position(min(self.cursor.line, max(len(text.splitlines()) - 1, 0)), self.cursor.character)
        question = None if alone or self.question is None else self.question[:MAX_QUESTION_CHARACTERS]
        asked = Submission(
            code=text,
            cursor=cursor,
            traceback=None if alone else self.reported,
            question=question,
            test_report=None if alone else self.test_report,
            trace=None if alone else self.trace,
            found_edit=None if alone else self.found_edit,
        )
        return with_report_read(asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """An ask that may have another purpose than to find a mistake, and the purpose that the tutor should recognise."""

    id: str
    purpose: str
    submission: Submission


def objects(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a file that has one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def row(data: dict[str, Any]) -> Row:
    """Return the row of a program with a mistake, from either format. Raise `ValueError` if the family is unknown."""
    family = re.sub(r"[^a-z]", "", str(data.get("family") or data["kind"]).lower())
    if family not in FAMILIES:
        raise ValueError(f"row {data.get('id')}: the family {family!r} is none of {', '.join(FAMILIES)}")
    reported = data.get("traceback") or (data.get("error") if family != "syntax" else None)
    lines = data.get("cause_line")
    driver = data.get("driver") or ""
    needs = data.get("needs") or ()
    return Row(
        id=str(data["id"]),
        family=family,
        code=data["code"],
        cursor=cursor(data.get("cursor")),
        reported=reported or None,
        question=data.get("question") or None,
        cause=str(data.get("cause") or ""),
        cause_lines=tuple(lines) if isinstance(lines, list) else () if lines is None else (int(lines),),
        fixed=data.get("fixed") or None,
        ending=printing(driver) if family == "logic" else "",
        fixed_ending=printing(driver) if family == "logic" else driver,
        check="\n".join(asserting(part) for part in _parts(data.get("check"))),
        stdin=data.get("stdin"),
        needs=tuple(re.split(r"[,\s]+", needs.strip())) if isinstance(needs, str) else tuple(needs),
        test_report=_TEST_REPORT.validate_python(data.get("test_report")),
        trace=_TRACE.validate_python(data.get("trace")),
        found_edit=_FOUND_EDIT.validate_python(data.get("found_edit")),
    )


def correct_program(data: dict[str, Any]) -> Row:
    """Return a correct program: a row of the family `correct`, which has no mistake."""
    place = cursor(data.get("cursor"))
    return Row(id=str(data["id"]), family="correct", code=data["code"], cursor=place, stdin=data.get("stdin"))


def ask(data: dict[str, Any]) -> Ask:
    """Return an ask with its expected purpose."""
    code = data.get("code") or ""
    place = cursor(data.get("cursor"))
    place = Position(min(place.line, max(len(code.splitlines()) - 1, 0)), place.character)
    language, question = data.get("language") or "python", data.get("question") or None
    asked = Submission(code=code, cursor=place, language=language, question=question, traceback=data.get("traceback"))
    return Ask(id=str(data["id"]), purpose=data["purpose"], submission=asked)


def cursor(value: Any) -> Position:
    """Return a position, from a line, `[line, character]` or an object. All of them count from 0, as the protocol does.

    Without a cursor, the position is the start of the program.
    """
    match value:
        case {"line": int(line), "character": int(character)}:
            return Position(line, character)
        case {"line": int(line)}:
            return Position(line, 0)
        case [int(line), int(character)]:
            return Position(line, character)
        case int(line):
            return Position(max(line, 0), 0)
    return Position(0, 0)


def printing(text: str) -> str:
    """Return code that prints the value of a call. Code that is no expression, or prints by itself, stays as it is."""
    return f"print(repr({text.strip()}))" if _is_silent_expression(text) else text


def asserting(text: str) -> str:
    """Return code that raises an exception if a check fails: an expression becomes an assertion."""
    return f"assert ({text.strip()})" if _is_silent_expression(text) else text


def _is_silent_expression(text: str) -> bool:
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except SyntaxError:
        return False
    match tree.body:
        case ast.Call(func=ast.Name(id="print")):
            return False
    return True


def _parts(check: Any) -> list[str]:
    if not check:
        return []
    return [str(part) for part in check] if isinstance(check, list) else [str(check)]
