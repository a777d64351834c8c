"""What a followed run or a loop's own lines say to "will it run forever?" and "why do I get this error?"."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import Function, names_in
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.evaluation import run
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program

_MAX_QUESTION = 300
_STEPS = 2_000
_MANY_ROUNDS = 100
_ASKS = re.compile(
    r"(?:^|[.?!,;]) ?(?:so |and |but |or )?(?:will|does|is|can|could|would|might)\b[^.?!,;]{0,40} "
    r"(?:for ?ever|endless|endlessly|infinite|infinitely|(?:stop|end|finish|terminate)(?= ?(?:[.?!,;]|$)))",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z]+")
_REPORTS = re.compile(r"\b(?:i (?:get|got|keep|see|have)|it (?:gives|says|raises|shows|throws)|why)\b", re.IGNORECASE)


def asks_about_end(question: str) -> bool:
    """Return whether a question asks whether a loop or a program comes to an end, and does not say that it does not."""
    return bool(_ASKS.search(question[:_MAX_QUESTION]))


def absent_error(program: Program) -> str | None:
    """Return the exception that a question reports if the followed program surely runs to its end without it."""
    question = (program.submission.question or "")[:_MAX_QUESTION]
    named = next((word for word in _WORD.findall(question) if word.endswith("Error") and word[0].isupper()), None)
    is_asked = named is not None and _REPORTS.search(question) and not (program.submission.traceback or "").strip()
    if named is None or not is_asked or not isinstance(program.tree, ast.Module):
        return None
    done = run(program.tree)
    functions: list[Function] = program.each(ast.FunctionDef, ast.AsyncFunctionDef)
    is_whole = all(any(inner.lineno in done.ran for inner in each.body) for each in functions)
    return named if done.ending == "finished" and done.is_certain and is_whole else None


def way_out(program: Program) -> str | None:
    """Return a sentence on how the loop that is asked about ends; None if no way out is known."""
    loops: list[ast.While | ast.For] = program.each(ast.While) or program.each(ast.For)
    if not loops or not isinstance(program.tree, ast.Module):
        return None
    loop = min(loops, key=lambda each: abs(each.lineno - program.cursor_line))
    line = program.shown(loop.lineno)
    done = run(program.tree, steps=_STEPS)
    if done.ending == "stopped" and done.ran.get(loop.body[0].lineno, 0) > _MANY_ROUNDS:
        return None
    if done.ending == "finished" and done.is_certain and done.ran.get(loop.lineno):
        return f"with the values in your program, the loop on line {line} comes to its end."
    if isinstance(loop, ast.For):
        return _of_row(loop, line)
    return _by_exit(program, loop, line) or _by_change(program, loop, line)


def _of_row(loop: ast.For, line: int) -> str | None:
    match loop.iter:
        case ast.Call(func=ast.Name(id="range")) | ast.Constant() | ast.List() | ast.Tuple():
            return f"the loop on line {line} ends by itself, since it makes one round for each item and then stops."
    return None


def _by_exit(program: Program, loop: ast.While, line: int) -> str | None:
    """Return the sentence about the first `break` of a loop, or `return` in it, and the condition that leads there."""
    for node in walk(loop):
        if not isinstance(node, ast.Break | ast.Return) or _home(program, node) is not loop:
            continue
        word = "break" if isinstance(node, ast.Break) else "return"
        inner: ast.AST = node
        for up in program.above(node):
            if up is loop:
                break
            if isinstance(up, ast.If):
                state = "true" if inner in up.body else "not true"
                test = code_span(program.segment(up.test))
                return (
                    f"the loop on line {line} has a way out: the `{word}` on line {program.shown(node.lineno)} "
                    f"leaves it when {test} is {state}. Until then, another round follows."
                )
            inner = up
    return None


def _home(program: Program, node: ast.AST) -> ast.AST | None:
    """Return the loop that a `break` or `return` leaves: the innermost one around it, in the same function."""
    for up in program.above(node):
        if isinstance(up, ast.While | ast.For | Function | ast.Lambda | ast.ClassDef):
            return up
    return None


def _by_change(program: Program, loop: ast.While, line: int) -> str | None:
    """Return the sentence about the line in a loop that assigns a variable of its condition, or None."""
    asked = set(names_in(loop.test))
    for statement in loop.body:
        for node in walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in asked:
                return (
                    f"the loop on line {line} ends when {code_span(program.segment(loop.test))} is no longer true, "
                    f"and line {program.shown(node.lineno)} gives {code_span(node.id)} a new value in the loop. Follow "
                    "that value for three rounds: does it come nearer to the end?"
                )
    return None
