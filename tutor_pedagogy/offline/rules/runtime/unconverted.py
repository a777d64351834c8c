"""Texts that should have become numbers where a line was split into its parts."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.rules.runtime.origins import is_input
from tutor_pedagogy.offline.rules.runtime.rule import runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.rules.runtime.context import CrashContext
_NUMBERS = r"(?:int|float)"


@runtime_rule(
    "parts-still-texts",
    ("TypeError",),
    rf"'(?:str' and '{_NUMBERS}|{_NUMBERS}' and 'str)'|must be real number, not str"
    r"|multiply sequence by non-int|str doesn't define __round__",
    before=("text-plus-other",),
)
def parts_still_texts(case: CrashContext) -> Match | None:
    """Find the one line that keeps the parts of a split text as they are, where a number is calculated with later."""
    if is_about_text(case):
        return None
    kept = {line: part for call in _splits(case) for line, part in _kept(case, call)}
    if len(kept) != 1:
        return None
    line, part = kept.popitem()
    return Match(
        lines=(line,),
        expression=case.program.line(line).strip(),
        slots={"part": Code(case.text(part)), "use": Code(case.program.line(case.line).strip())},
    )


def is_about_text(case: CrashContext) -> bool:
    """Tell whether the failing line has a text of its own in the operation, or one that `input` gave."""
    for node in case.nodes_here:
        is_text = isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
        if is_text and isinstance(case.program.parents.get(node), ast.BinOp | ast.Compare | ast.AugAssign):
            return True
        if isinstance(node, ast.Name) and is_input(case.program, node, case.line):
            return True
    return False


def _splits(case: CrashContext) -> Iterator[ast.Call]:
    for node in case.program.each(ast.Call):
        match node:
            case ast.Call(func=ast.Attribute(attr="split")):
                yield node


def _kept(case: CrashContext, call: ast.Call) -> Iterator[tuple[int, ast.expr]]:
    """Give the lines that store or give back what a call of `split` gave, unchanged."""
    around = case.program.parents.get(call)
    match around:
        case ast.Assign(targets=[ast.Tuple(elts=targets)]):
            names = {target.id for target in targets if isinstance(target, ast.Name)}
            yield from _handed_on(case, call, names)
        case ast.Assign(targets=[ast.Subscript() | ast.Attribute()]) | ast.Return():
            yield call.lineno, call
        case ast.comprehension(target=ast.Name(id=part)) if any(
            isinstance(made.elt, ast.Name) and made.elt.id == part
            for made in case.program.each(ast.ListComp)
            if around in made.generators
        ):
            yield call.lineno, call
        case ast.Assign(targets=[ast.Name(id=name)]):
            function = case.program.function_at(call.lineno)
            if not any(_converts(node, {name}) for node in _nodes_of(case, function)):
                yield call.lineno, call


def _nodes_of(case: CrashContext, function: ast.AST | None) -> list[ast.AST]:
    return list(walk(function)) if function is not None else case.program.nodes


def _converts(node: ast.AST, names: set[str]) -> bool:
    """Tell whether a node turns one of the names, or each part of it, into numbers."""
    match node:
        case ast.Call(func=ast.Name(id="int" | "float"), args=[value]):
            return any(isinstance(n, ast.Name) and n.id in names for n in walk(value))
        case ast.Call(func=ast.Name(id="map"), args=[_, value]) | ast.comprehension(iter=value) | ast.For(iter=value):
            return any(isinstance(n, ast.Name) and n.id in names for n in walk(value))
    return False


def _handed_on(case: CrashContext, call: ast.Call, names: set[str]) -> Iterator[tuple[int, ast.expr]]:
    """Give the lines after an unpacking that hand on one of its names as it is."""
    nodes = _nodes_of(case, case.program.function_at(call.lineno))
    raw = {name for name in names if not any(_converts(node, {name}) for node in nodes)}
    for node in nodes:
        match node:
            case (
                ast.Return(value=value)
                | ast.Assign(targets=[ast.Subscript() | ast.Attribute()], value=value)
                | ast.Call(func=ast.Attribute(attr="append"), args=[value])
            ) if value is not None and node.lineno > call.lineno:
                parts = value.elts if isinstance(value, ast.Tuple | ast.List) else [value]
                bare = [part for part in parts if isinstance(part, ast.Name) and part.id in raw]
                if bare:
                    yield node.lineno, bare[-1]
