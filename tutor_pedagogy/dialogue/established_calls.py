"""Why one call works and another does not, and which of the lines of a report is meant: by following the calls."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.dialogue.native_texts import native
from tutor_pedagogy.dialogue.tables import filled, table
from tutor_pedagogy.offline.engine.crash import read_crash, without_values
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.evaluation import run
from tutor_pedagogy.offline.purposes.own_values import shown
from tutor_pedagogy.problem.syntax_tree import expression_tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor_pedagogy.dialogue.asked import Question
    from tutor_pedagogy.offline.engine.nodes import Function
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.evaluation import Run

_NOT_WITH = re.compile(
    r"\b(?:but|and) (?:\w+ ){0,3}not\b|\bfail|\baber nicht\b|\bpero no\b|\bmais pas\b", re.IGNORECASE
)
_LITERAL = re.compile(
    r"\[[^\[\]\n]{0,60}\]|\{[^{}\n]{0,60}\}|'[^'\n]{0,40}'|\"[^\"\n]{0,40}\"|(?<![\w.])-?\d+(?:\.\d+)?(?!\w)"
)
_LINES = re.compile(r"\blines? (\d{1,5})", re.IGNORECASE)
_OF_LINES = re.compile(r"\b(?:lines|zeilen|l[ií]neas|lignes|linhas)\b", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.])\d{1,5}(?![\w.])")
_STEPS = 2_000
_MOST_LINES = 4


def _say(name: str, /, **slots: object) -> str:
    return filled(table("facts")[name], **slots)


def which_line(asked: Question) -> Iterator[tuple[str, str]]:
    """Yield which of two lines in a report called the other, for a question that names both."""
    program = asked.diagnosis.program
    crash = read_crash(without_values(program.submission.traceback or ""), program)
    named = [int(number) for number in _LINES.findall(asked.text)]
    if _OF_LINES.search(asked.text):
        named = [int(number) for number in _NUMBER.findall(asked.text)]
    if crash is None or len(set(named)) != 2 or program.shown(crash.line) not in named:  # noqa: PLR2004
        return
    (caller,) = set(named) - {program.shown(crash.line)}
    inner = program.function_at(crash.line)
    node = program.statement_at(caller - program.first_line)
    if inner is None or node is None:
        return
    calls = (each for each in ast.walk(node) if isinstance(each, ast.Call) and isinstance(each.func, ast.Name))
    if not any(isinstance(each.func, ast.Name) and each.func.id == inner.name for each in calls):
        return
    slots = {"caller": caller, "inner": program.shown(crash.line), "name": code_span(inner.name)}
    said = native(asked.language, "begins_above", **slots)
    more = f" {_say('two_lines_look', line=asked.line)}" if asked.language == "en" else ""
    yield "", f"{said}{more}"


def two_calls(asked: Question) -> Iterator[tuple[str, str]]:
    """Yield what two calls give of which the question says that one works and the other does not."""
    program = asked.diagnosis.program
    values = list(dict.fromkeys(_LITERAL.findall(asked.text)))
    if len(values) != 2 or not _NOT_WITH.search(asked.text) or program.tree is None:  # noqa: PLR2004
        return
    calls = [_call_with(program, value) for value in values]
    if calls[0] is None or calls[1] is None:
        return
    runs = [_followed(program, call) for call in calls if call is not None]
    ends = [_end(program, done) for done in runs]
    if "" in ends:
        return
    spans = [code_span(ast.unparse(call)) for call in calls if call is not None]
    said = _say("two_calls", first=spans[0], done=ends[0], second=spans[1], failed=ends[1])
    function = program.functions[_name_of(calls[0])]
    one, other = runs
    for name, here, there in (("lines_differ", one, other), ("lines_differ_second", other, one)):
        lines = _only_in(function, here, there)
        if lines:
            told = ", ".join(str(program.shown(line)) for line in lines[:_MOST_LINES])
            said = f"{said} {_say(name, lines=told)}"
    yield "", said


def _name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _call_with(program: Program, value: str) -> ast.Call | None:
    try:
        wanted = ast.dump(expression_tree(value))
    except (SyntaxError, ValueError):
        return None
    for call in program.each(ast.Call):
        is_own = isinstance(call.func, ast.Name) and call.func.id in program.functions
        if is_own and any(ast.dump(argument) == wanted for argument in call.args):
            return call
    return None


def _followed(program: Program, call: ast.Call) -> Run:
    kept: list[ast.stmt] = [
        node
        for node in (program.tree.body if isinstance(program.tree, ast.Module) else ())
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom | ast.Assign)
    ]
    kept = [node for node in kept if node.lineno < call.lineno]
    return run(ast.Module(kept, []), call=call, steps=_STEPS)


def _end(program: Program, done: Run) -> str:
    if done.ending == "raised" and done.exception is not None:
        name = code_span(type(done.exception).__name__)
        return _say("stops", exception=name, line=program.shown(done.line))
    value = shown(done.value) if done.ending == "finished" and done.is_certain else None
    return _say("gives", value=value) if value is not None else ""


def _only_in(function: Function, one: Run, other: Run) -> Sequence[int]:
    last = function.end_lineno or function.lineno
    return [line for line in range(function.lineno + 1, last + 1) if one.ran.get(line) and not other.ran.get(line)]
