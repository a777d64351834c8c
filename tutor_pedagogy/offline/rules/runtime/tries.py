"""Conversions that stand before the `try` that should catch their exception."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.rules.runtime.rule import CrashContext, Match, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit


@runtime_rule(
    "before-its-try",
    ("ValueError", "KeyError", "IndexError", "ZeroDivisionError", "FileNotFoundError", "TypeError"),
    before=(
        *("text-is-no-number", "key-not-found", "file-not-there", "division-by-zero", "wrong-value-from-elsewhere"),
        *("empty-string-for-number", "looked-for-without-asking", "position-out-of-range", "empty-collection"),
    ),
)
def before_its_try(case: CrashContext) -> Match | None:
    """Return the line that fails right above a `try` which has a handler for just this exception."""
    statement = case.statement
    block = _block_of(case, statement)
    if statement is None or statement not in block or statement.lineno != case.line:
        return None
    following = block[block.index(statement) + 1 :][:2]
    for guard in following:
        if not isinstance(guard, ast.Try):
            continue
        handler = next((each for each in guard.handlers if _catches(case, each)), None)
        if handler is None or _may_fail_alike(guard, case.crash.exception):
            return None
        slots: dict[str, str | ast.AST] = {
            "guard": str(case.program.shown(guard.lineno)),
            "handler": handler.type or "",
        }
        slots["handler_line"] = str(case.program.shown(handler.lineno))
        return case.at(statement, edit=_moved_in(case, statement, guard), slots=slots)
    return None


def _block_of(case: CrashContext, statement: ast.stmt | None) -> list[ast.stmt]:
    parent = case.program.parents.get(statement) if statement is not None else None
    blocks = [getattr(parent, name, []) for name in ("body", "orelse", "finalbody")]
    return next((block for block in blocks if isinstance(block, list) and statement in block), [])


def _catches(case: CrashContext, handler: ast.ExceptHandler) -> bool:
    named = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(each, ast.Name) and each.id == case.crash.exception for each in named)


def _may_fail_alike(guard: ast.Try, exception: str) -> bool:
    """Return whether the block of a `try` has itself an operation that can raise the exception."""
    for statement in guard.body:
        for node in walk(statement):
            if exception == "ValueError" and isinstance(node, ast.Call):
                name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                if name in ("int", "float", "index", "remove", "strptime"):
                    return True
            if exception in ("KeyError", "IndexError") and isinstance(node, ast.Subscript):
                return True
            if exception == "ZeroDivisionError" and isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
                return True
            if exception in ("FileNotFoundError", "TypeError"):
                return True
    return False


def _moved_in(case: CrashContext, statement: ast.stmt, guard: ast.Try) -> Edit | None:
    """Return the edit that makes a line the first one in the block of a `try`."""
    lines = [*case.program.lines]
    inner = lines[guard.body[0].lineno - 1]
    if statement.lineno != statement.end_lineno or guard.body[0].lineno == guard.lineno:
        return None
    indent = inner[: len(inner) - len(inner.lstrip())]
    moved = f"{indent}{lines[statement.lineno - 1].strip()}"
    lines[guard.lineno] = f"{moved}\n{lines[guard.lineno]}"
    del lines[statement.lineno - 1]
    return edit_to(case.program, "\n".join(lines))
