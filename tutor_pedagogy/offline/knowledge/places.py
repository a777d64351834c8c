"""The places of a program, and of its report, that an entry of the knowledge base is about."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.knowledge.expression_places import EXPRESSIONS, is_text
from tutor_pedagogy.offline.knowledge.statement_places import STATEMENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tutor_pedagogy.offline.engine.program import Program

_FRAME = re.compile(r'^ {2}File "[^"\n]{0,200}", line (\d{1,6})', re.MULTILINE)
_UNKNOWN_NAME = re.compile(r"^NameError: name '(\w{1,60})'")
_MAX_REPORT = 4_000


def places(program: Program, need: str) -> list[ast.AST]:
    """Return the places of a kind in a program. The kind is written as in `needs` of an entry."""
    kind, _, about = need.partition(":")
    if kind in _BY_NAME:
        return _BY_NAME[kind](program, about)
    find = EXPRESSIONS.get(kind) or STATEMENTS[kind]
    return list(find(program))


def is_reported(program: Program, need: str) -> bool | None:
    """Return whether the report of an error has what an entry needs; None if the need is none of the report."""
    kind, _, about = need.partition(":")
    report = (program.submission.traceback or "")[-_MAX_REPORT:]
    match kind:
        case "error":
            last = report.strip().rpartition("\n")[2]
            return bool(report.strip()) and program.fault is None if about == "*" else last.startswith(about)
        case "message":
            message = report.strip().rpartition("\n")[2]
            told = f"{message} {program.fault.message if program.fault is not None else ''}"
            return about in told
        case "traceback":
            return len(set(frame_lines(program))) >= int(about)
        case "fault":
            return program.fault is not None
        case "lost-local":
            return _is_local_elsewhere(program, report)
    return None


def _is_local_elsewhere(program: Program, report: str) -> bool:
    """Return whether the name that Python does not know gets its value only inside functions."""
    match = _UNKNOWN_NAME.search(report.strip().rpartition("\n")[2])
    if match is None or program.tree is None:
        return False
    stores = [each for each in program.uses.get(match[1], ()) if isinstance(each.ctx, ast.Store)]
    return bool(stores) and all(program.function_at(each.lineno) is not None for each in stores)


def frame_lines(program: Program) -> list[int]:
    """Return the lines of the calls in a traceback, from the outside in."""
    report = (program.submission.traceback or "")[-_MAX_REPORT:]
    return list(dict.fromkeys(int(line) for line in _FRAME.findall(report)))


def _calls(program: Program, about: str) -> list[ast.AST]:
    name, _, least = about.partition(":")
    if name in program.bound_names or name in program.functions:
        return []
    return [
        call
        for call in program.each(ast.Call)
        if isinstance(call.func, ast.Name) and call.func.id == name and len(call.args) >= int(least or 0)
    ]


def _methods(program: Program, about: str) -> list[ast.AST]:
    name, _, in_loop = about.partition("+")
    found = [call for call in program.each(ast.Call) if isinstance(call.func, ast.Attribute) and call.func.attr == name]
    return [call for call in found if not in_loop or program.loop_around(call) is not None]


def _nodes(program: Program, about: str) -> list[ast.AST]:
    kinds = tuple(getattr(ast, name) for name in about.split(","))
    return [node for node in program.each(*kinds) if not isinstance(getattr(node, "ctx", None), ast.Store)]


def _operators(program: Program, about: str) -> list[ast.AST]:
    kind = getattr(ast, about)
    sums: list[ast.AST] = [each for each in program.each(ast.BinOp) if isinstance(each.op, kind)]
    changes = [each for each in program.each(ast.AugAssign) if isinstance(each.op, kind)]
    return [*(each for each in sums if not (isinstance(each, ast.BinOp) and is_text(each.left))), *changes]


def _comparisons(program: Program, about: str) -> list[ast.AST]:
    kinds = tuple(getattr(ast, name) for name in about.split(","))
    return [node for node in program.each(ast.Compare) if any(isinstance(each, kinds) for each in node.ops)]


def _keywords(program: Program, about: str) -> list[ast.AST]:
    return [call for call in program.each(ast.Call) if any(each.arg == about for each in call.keywords)]


def _definitions(program: Program, about: str) -> list[ast.AST]:
    return [node for node in program.each(ast.FunctionDef) if node.name == about]


_BY_NAME: Mapping[str, Callable[[Program, str], list[ast.AST]]] = {
    "call": _calls,
    "method": _methods,
    "node": _nodes,
    "op": _operators,
    "cmp": _comparisons,
    "keyword": _keywords,
    "def": _definitions,
}
