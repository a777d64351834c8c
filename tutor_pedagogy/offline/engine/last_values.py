"""What a run shows about the failing line: the values that its names had there, and a line that has not changed them.

The sentences are facts of a run in the evaluator that fails as the program did. They are told where no edit mends
the program: then the student has at least the values, and the line at which the search goes on.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.evaluation import UNKNOWN, value_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from tutor_pedagogy.offline.engine.cause import Cause
    from tutor_pedagogy.offline.engine.evidence import Evidence
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.evaluation import Run

SEEN = "seen"
"""The name of the slot that holds the sentences."""
LONGEST_VALUE = 40
"""The maximum number of characters of a value that a sentence shows."""
LONGEST_CONDITION = 60
"""The maximum number of characters of a condition that a sentence quotes."""
MOST_VALUES = 2
"""The maximum number of names whose values are told."""
_PLAIN = (bool, int, float, str, type(None))
_COLLECTIONS = (list, tuple, dict, set)
_ADDING = frozenset(("append", "add", "insert", "extend", "update"))


def with_last_values(evidence: Evidence, cause: Cause) -> Cause:
    """Return a cause with what the run shows about it, if no edit mends it."""
    match = cause.match
    if match is None or match.edit is not None:
        return cause
    seen = " ".join(_sentences(evidence, frozenset(match.slots.values())))
    return cause._replace(match=replace(match, slots={**match.slots, SEEN: seen})) if seen else cause


def _sentences(evidence: Evidence, told: Container[str]) -> Iterator[str]:
    """Yield the sentences. A value that the texts tell already (`told`) is left out."""
    program, line, done = evidence.program, evidence.crash.line, evidence.run
    if not evidence.is_reproduced or evidence.inputs is not None or done is None or not done.is_certain:
        return
    nodes = _named(evidence)
    known = list(_known(evidence, nodes))
    shown = [(node, value) for node, value in known if repr(value) not in told]
    values = [f"`{program.segment(node)}` {_is(value)}" for node, value in shown]
    iteration = _iteration(program, done, line)
    if values:
        comma = "," if iteration else ""
        yield f"When Python stops{comma}{iteration}, {' and '.join(values[:MOST_VALUES])}."
    elif iteration:
        yield f"Python stops{iteration}."
    empty_first = sorted(known, key=lambda each: bool(each[1]))
    names = [node.id for node, _ in empty_first if isinstance(node, ast.Name)]
    yield from filter(None, [_not_run(program, done, names, line)])


def _named(evidence: Evidence) -> list[ast.expr]:
    """Return the variables and indices on the failing line, only those that the traceback marks if it marks some."""
    program, crash = evidence.program, evidence.crash
    here = program.expressions_at(crash.line)
    names = [node for node in here if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load)]
    indices = [node.slice for node in here if isinstance(node, ast.Subscript)]
    statement = program.statement_at(crash.line)
    found: list[ast.expr] = [node for node in indices if isinstance(node, ast.Name | ast.BinOp)]
    found = [*sorted(found, key=_column), *sorted(names, key=_column)]
    if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
        found.append(statement.target)
    start, end = crash.marks or (0, 0)
    return [node for node in found if start <= node.col_offset < end] or found


def _column(node: ast.expr) -> int:
    return node.col_offset


def _known(evidence: Evidence, nodes: list[ast.expr]) -> Iterator[tuple[ast.expr, Any]]:
    """Yield the expressions whose values are known and plain, each text once."""
    texts: set[str] = set()
    for node in nodes:
        text = evidence.program.segment(node)
        value = UNKNOWN if text in texts else value_of(node, evidence.names)
        if value is not UNKNOWN and _is_plain(value):
            texts.add(text)
            yield node, value


def _is_plain(value: Any) -> bool:
    if type(value) in _COLLECTIONS:
        parts = [*value, *value.values()] if isinstance(value, dict) else [*value]
        return all(type(part) in (*_PLAIN, *_COLLECTIONS) for part in parts[:LONGEST_VALUE])
    return type(value) in _PLAIN


def _is(value: Any) -> str:
    """Return what a value is, in words. A collection is told by its size: its items could be a part of a solution."""
    text = repr(value)
    if type(value) in _COLLECTIONS:
        return f"has {len(value)} item{'' if len(value) == 1 else 's'}" if value else "is empty"
    if len(text) <= LONGEST_VALUE and text.isprintable():
        return f"is {code_span(text)}"
    return f"has {len(value)} characters" if isinstance(value, str) else "is a long number"


def _iteration(program: Program, done: Run, line: int) -> str:
    """Return in which iteration of which loop Python stops, if the loop was begun only once; else an empty string."""
    statement = program.statement_at(line)
    loop = next((up for up in program.above(statement) if isinstance(up, ast.For)), None) if statement else None
    if loop is None or statement is None or program.function_at(loop.lineno) is not program.function_at(line):
        return ""
    times = done.ran.get(loop.body[0].lineno, 0)
    if done.ran.get(loop.lineno, 0) != 1 or times < 1 or loop.body[0].lineno == loop.lineno or line == loop.lineno:
        return ""
    return f" in iteration {times} of the loop on line {program.shown(loop.lineno)}"


def _not_run(program: Program, done: Run, names: Sequence[str], line: int) -> str:
    """Return which line would change one of the names and has not run, with the condition that kept it from running."""
    here = program.function_at(line)
    for name in names:
        for statement in program.each(ast.Assign, ast.AugAssign, ast.Expr):
            if _changed(statement) != name or program.function_at(statement.lineno) is not here:
                continue
            at, around = statement.lineno, program.parents.get(statement)
            if at < line and isinstance(around, ast.If) and not done.ran.get(at) and done.ran.get(around.lineno):
                is_body = statement in around.body
                if done.tests.get(around.test) == {not is_body}:
                    return _kept_from_running(program, statement, around, name, "never" if is_body else "always")
    return ""


def _kept_from_running(program: Program, statement: ast.stmt, around: ast.If, name: str, often: str) -> str:
    asked, at = program.segment(around.test), program.shown(statement.lineno)
    asked = f"`{asked}`" if len(asked) <= LONGEST_CONDITION else "the condition"
    above = program.shown(around.lineno)
    return f"Line {at}, which would change `{name}`, has not run: {asked} on line {above} was {often} true."


def _changed(statement: ast.stmt) -> str:
    """Return the name whose value a statement changes; empty if there is none."""
    match statement:
        case ast.Assign(targets=[target]) | ast.AugAssign(target=target):
            while isinstance(target, ast.Subscript):
                target = target.value
            return target.id if isinstance(target, ast.Name) else ""
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method))) if method in _ADDING:
            return name
    return ""
