"""The programs that a configuration is measured with, and the reader of files that hold some."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from tutor_protocol import Position, Submission

if TYPE_CHECKING:
    from pathlib import Path

_LAST_LINE = re.compile(r'File "[^"\n]*", line (\d+)')
_TEXTS = ("id", "code", "traceback", "question", "fixed")


class ProgramFileError(Exception):
    """A file of programs cannot be read. The message is one line for the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program with a mistake, as a student asks about it. `line` is the cursor's, from 1.

    `fixed` is the program without the mistake, or None if it is not known; without it no leak can be counted.
    """

    id: str
    code: str
    line: int
    traceback: str | None = None
    question: str | None = None
    fixed: str | None = None

    @property
    def submission(self) -> Submission:
        """What an editor would send."""
        return Submission(
            code=self.code, cursor=Position(self.line - 1, 0), traceback=self.traceback, question=self.question
        )


def shipped_programs() -> tuple[Program, ...]:
    """Return the programs that come with the service."""
    return _programs(
        (files("tutor_server.evaluation") / "programs.toml").read_text(encoding="utf-8"), ".toml", "programs.toml"
    )


def read_programs(file: Path) -> tuple[Program, ...]:
    """Return the programs of a TOML file with tables `[[program]]`, or of a file with one JSON object a line.

    A program has `code`, and optionally `id`, `line`, `traceback`, `question` and `fixed`. Raise `ProgramFileError`.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise ProgramFileError(f"{file}: cannot be read ({type(error).__name__})") from error
    return _programs(text, file.suffix, str(file))


def _programs(text: str, suffix: str, name: str) -> tuple[Program, ...]:
    rows = _json_rows(text, name) if suffix in {".jsonl", ".ndjson"} else _toml_rows(text, name)
    if not rows:
        raise ProgramFileError(f"{name}: holds no program; write tables [[program]] with code = '''…'''")
    programs = [_program(row, number, name) for number, row in enumerate(rows, 1)]
    ids = [program.id for program in programs]
    if again := next((id_ for id_ in ids if ids.count(id_) > 1), None):
        raise ProgramFileError(f"{name}: two programs have the id {again!r}")
    return tuple(programs)


def _toml_rows(text: str, name: str) -> list[Any]:
    try:
        rows = tomllib.loads(text).get("program", [])
    except tomllib.TOMLDecodeError as error:
        raise ProgramFileError(f"{name}: is no TOML: {error}") from error
    if not isinstance(rows, list):
        raise ProgramFileError(f"{name}: write [[program]] with two brackets")
    return rows


def _json_rows(text: str, name: str) -> list[Any]:
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                rows.append(json.loads(line))
            except ValueError as error:
                raise ProgramFileError(f"{name}: line {number} is no JSON object: {error}") from error
    return rows


def _program(row: Any, number: int, name: str) -> Program:
    place = f"{name}: program {number}"
    if not isinstance(row, dict) or not isinstance(row.get("code"), str) or not row["code"].strip():
        raise ProgramFileError(f"{place} has no code")
    for key in _TEXTS:
        if row.get(key) is not None and not isinstance(row[key], str):
            raise ProgramFileError(f"{place}: {key} is a text in quotes")
    code, traceback = row["code"], row.get("traceback")
    lines = len(code.splitlines())
    line = row.get("line")
    if line is None:
        line = min(_reported_line(traceback), lines)
    if not isinstance(line, int) or not 1 <= line <= lines:
        raise ProgramFileError(f"{place}: line is a number from 1 to {lines}")
    try:
        program = Program(
            id=row.get("id") or str(number),
            code=code,
            line=line,
            traceback=traceback,
            question=row.get("question"),
            fixed=row.get("fixed"),
        )
        _ = program.submission
    except ValueError as error:
        raise ProgramFileError(f"{place}: {error}") from error
    return program


def _reported_line(traceback: str | None) -> int:
    """Return the line that a traceback names last, or 1."""
    lines = _LAST_LINE.findall(traceback or "")
    return int(lines[-1]) if lines else 1
