"""The texts about a whole program, function or class: its statements in line order."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.offline.engine.examples import is_released
from tutor_pedagogy.offline.engine.nodes import Function, parameters
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.purposes.check.verdicts import results_of
from tutor_pedagogy.offline.purposes.entries import entry_of_class
from tutor_pedagogy.offline.purposes.explain.reading import Reader
from tutor_pedagogy.offline.purposes.explain.special_methods import called_by
from tutor_pedagogy.offline.purposes.explanation_texts import SPARE, plain, without
from tutor_pedagogy.offline.purposes.tables import table
from tutor_pedagogy.offline.purposes.texts import Ladder, examples_of, listed, numbered, quoted, within
from tutor_pedagogy.problem.tree_walk import children

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.purposes.subject import Subject

_MOST_STATEMENTS = 5


_MOST_READ = 100


_MOST_OUTLINE_WORDS = 85


def outline_ladder(
    program: Program, subject: Subject, node: ast.Module | Function | ast.ClassDef, reader: Reader
) -> Ladder:
    """Return the five texts about a whole program, function or class: what its statements do, in line order."""
    body = _statements(node)
    line = program.shown(subject.line)
    steps = within([_statement_says(program, each) for each in body[:_MOST_STATEMENTS]], _MOST_OUTLINE_WORDS)
    more = (
        f" {_many(len(body) - len(steps), 'more statement follows', 'more statements follow')}."
        if len(body) > len(steps)
        else ""
    )
    what = "Your program" if isinstance(node, ast.Module) else code_span(node.name)
    gist = _outline_gist(program, node, reader)
    base = table("constructs")[entry_of_class(type(node).__name__)]
    return Ladder(
        line=subject.line,
        expression=None,
        question=f"Look at line {line}. In short: {gist} {base['question']}",
        concept=base["concept"],
        structure=(
            f"{what}, from line {line} on, consists of these statements:\n\n{numbered(steps)}\n\nFollow them with "
            f"one small value.{more}"
        ),
        examples=examples_of(
            base["examples"], "The same form in another program:", "The comments show what it prints."
        ),
        without=without("one name", line),
        spare=SPARE,
        plain=_plain(program, node, line, base["question"]),
        solution=(
            f"{gist}\n\n{numbered(steps)}{more and chr(10) + chr(10) + more.strip()}\n\nAsk again with the cursor "
            "on one of these lines, and I read that line alone."
        ),
    )


def _plain(program: Program, node: ast.Module | Function | ast.ClassDef, line: int, question: str) -> str:
    """Return a text that names no part of the code, or only the results of its calls if the guard lets them pass."""
    if isinstance(node, Function):
        tried = [f"{call} gives {code_span(result)}" for call, result, _ in results_of(program, node)[:2]]
        told = f"Look at line {line}. In your program, {listed(tried)}. How does it come to that? {question}"
        if tried and is_released(told, program, HintLevel.QUESTION):
            return told
    return plain(f"Look at line {line}.", question)


def _statements(node: ast.Module | Function | ast.ClassDef) -> list[ast.stmt]:
    """Return the statements of a block and of its inner blocks, in line order, without the bodies of definitions."""
    found: list[ast.stmt] = []
    waiting: list[ast.AST] = [*reversed(node.body)]
    while waiting and len(found) <= _MOST_READ:
        each = waiting.pop()
        if isinstance(each, ast.stmt):
            if not _is_docstring(each):
                found.append(each)
            if isinstance(each, Function | ast.ClassDef):
                continue
        waiting += reversed(
            [inner for inner in children(each) if isinstance(inner, ast.stmt | ast.ExceptHandler | ast.match_case)]
        )
    return found


def _many(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}"


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _statement_says(program: Program, node: ast.stmt) -> str:
    reader = Reader(program)
    says = reader.says(node)
    if isinstance(node, ast.Expr):
        says = says or reader.says(node.value)
    elif isinstance(node, ast.Assign) and not isinstance(node.value, ast.List | ast.Dict) and says is not None:
        worked_out = reader.says(node.value)
        says = f"{worked_out}, and {says}" if worked_out else says
    span = quoted(program.line(node.lineno).strip())
    where = f"Line {program.shown(node.lineno)}"
    if says is None:
        return f"{where}: {span}" if span else f"{where}."
    return f"{where}, {span}, {says}." if span else f"{where} {says}."


def _outline_gist(program: Program, node: ast.Module | Function | ast.ClassDef, reader: Reader) -> str:
    if isinstance(node, ast.Module):
        made = [code_span(each.name) for each in node.body if isinstance(each, Function | ast.ClassDef)][:4]
        count = len(node.body)
        parts = (
            f"this program has {count} statement{'s' * (count != 1)} at the left margin, which run from top to bottom."
        )
        return f"{parts} It makes {listed(made)}, whose lines run only when they are called." if made else parts
    if isinstance(node, ast.ClassDef):
        methods = [code_span(each.name) for each in node.body if isinstance(each, Function)][:5]
        can = (
            f" It has the methods {listed(methods)}."
            if len(methods) > 1
            else f" It has the method {listed(methods)}."
            if methods
            else ""
        )
        return f"{code_span(node.name)} {reader.says(node)}.{can}"
    returned = [each for each in program.returns_of(node) if each.value is not None]
    told = [
        f"{reader.span(each.value)} on line {program.shown(each.lineno)}"
        for each in returned[:2]
        if each.value is not None
    ]
    what = f" It returns {listed(told, 'or')}." if told else ""
    if not returned:
        yields = any(isinstance(each, ast.Yield | ast.YieldFrom) for each in program.own_nodes(node))
        what = (
            " It hands out items one at a time."
            if yields
            else " It has no `return` with a value, so a call gives `None`."
        )
    stars = [f"*{each.arg}" for each in (node.args.vararg,) if each is not None]
    taken = [code_span(name) for name in (*parameters(node), *stars)]
    is_method = isinstance(program.parents.get(node), ast.ClassDef)
    what_kind = "method" if is_method else "function"
    nothing = "no value but its object" if is_method else "no value"
    how = f"a {what_kind} that takes {listed(taken) if taken else nothing}"
    tried = [f"{call} gives {code_span(result)}" for call, result, _ in results_of(program, node)[:2]]
    own = f" In your program, {listed(tried)}." if tried else ""
    when = called_by(node.name) if is_method else ""
    return f"{code_span(node.name)} is {how}.{when}{what}{_made(program, returned)}{own}"


def _made(program: Program, returned: Sequence[ast.Return]) -> str:
    """Return the sentence about the lines that assign the returned variable, or ""."""
    match returned:
        case [ast.Return(value=ast.Name(id=name))]:
            lines = [f"line {program.shown(line)}" for line, _ in program.assignments(name)][:3]
            return f" The value of {code_span(name)} is made on {listed(lines)}." if lines else ""
    return ""
