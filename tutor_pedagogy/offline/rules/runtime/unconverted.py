"""Strings from a split line that should have been converted to numbers."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import called_name, is_call_of, is_string, names_in
from tutor_pedagogy.offline.rules.runtime.origins import is_input
from tutor_pedagogy.offline.rules.runtime.rule import CrashContext, Match, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

_NUMBERS = r"(?:int|float)"
_WHOLE = re.compile(r"\s*-?\d+\s*")
_DECIMAL = re.compile(r"\s*-?\d+(?:\.\d+)?\s*")


@runtime_rule(
    "parts-still-texts",
    ("TypeError",),
    rf"'(?:str' and '{_NUMBERS}|{_NUMBERS}' and 'str)'|must be real number, not str"
    r"|multiply sequence by non-int|str doesn't define __round__",
    before=("text-plus-other",),
)
def parts_still_texts(case: CrashContext) -> Match | None:
    """Return the only line that keeps parts of a split string without converting them to numbers."""
    if has_string_operand(case):
        return None
    splits = [call for call in case.program.each(ast.Call) if called_name(call) == "split"]
    kept = {line: part for call in splits for line, part in _kept(case, call)}
    if len(kept) != 1:
        return None
    line, part = kept.popitem()
    is_name = isinstance(part, ast.Name)
    text = case.text(part)
    forms = ("int({})", "float({})") if is_name else ("list(map(int, {}))", "list(map(float, {}))")
    edits = [case.rewrite(part, form.format(text)) for form in forms]
    whole = _numbers_in(case, part)
    edit = edits[whole] if whole is not None else None
    found = case.at(line, edit=edit, part=part, use=case.source)
    return found if edit is not None or edits[0] is None else replace(found, choices=(edits[0],))


def _numbers_in(case: CrashContext, part: ast.expr) -> int | None:
    """Return 0 if a split string holds only whole numbers, 1 if it holds numbers with a point; None if unknown."""
    match part:
        case ast.Call(func=ast.Attribute(value=owner, attr="split"), args=arguments) if len(arguments) <= 1:
            text, separator = case.value(owner), case.value(arguments[0]) if arguments else None
            if isinstance(text, str) and (separator is None or (isinstance(separator, str) and separator)):
                pieces = text.split(separator)
                if all(_WHOLE.fullmatch(piece) for piece in pieces):
                    return 0
                return 1 if all(_DECIMAL.fullmatch(piece) for piece in pieces) else None
    return None


def has_string_operand(case: CrashContext) -> bool:
    """Return whether an operand on the failing line is a string literal or a string that `input` returned."""
    for node in case.nodes_here:
        around = case.program.parents.get(node)
        is_operand = isinstance(around, ast.BinOp | ast.Compare | ast.AugAssign)
        if is_operand and (isinstance(node, ast.JoinedStr) or is_string(node)):
            return True
        if isinstance(node, ast.Name) and is_input(case.program, node, case.line):
            return True
    return False


def _kept(case: CrashContext, call: ast.Call) -> Iterator[tuple[int, ast.expr]]:
    """Yield the lines that store or return the result of a `split` call without conversion, each with the value."""
    around = case.program.parents.get(call)
    match around:
        case ast.Assign(targets=[ast.Tuple(elts=targets)]):
            yield from _passed_on(case, call, {target.id for target in targets if isinstance(target, ast.Name)})
        case ast.Assign(targets=[ast.Subscript() | ast.Attribute()]) | ast.Return():
            yield call.lineno, call
        case ast.comprehension(target=ast.Name(id=part)) if any(
            isinstance(made.elt, ast.Name) and made.elt.id == part
            for made in case.program.each(ast.ListComp)
            if around in made.generators
        ):
            yield call.lineno, call
        case ast.Assign(targets=[ast.Name(id=name)]):
            if not any(_converts(node, name) for node in _nodes_around(case, call)):
                yield call.lineno, call


def _nodes_around(case: CrashContext, call: ast.Call) -> list[ast.AST]:
    """Return the nodes of the function that contains a call, or else of the whole program."""
    function = case.program.function_at(call.lineno)
    return walk(function) if function is not None else case.program.nodes


def _converts(node: ast.AST, name: str) -> bool:
    """Return whether a node converts a variable to numbers, or iterates over it, where each part may be converted."""
    match node:
        case (
            ast.Call(func=ast.Name(id="int" | "float"), args=[value])
            | ast.Call(func=ast.Name(id="map"), args=[_, value])
        ):
            return name in names_in(value)
        case ast.For(iter=value):
            return name in names_in(value)
        case ast.ListComp() | ast.GeneratorExp() | ast.SetComp():
            is_over = any(name in names_in(each.iter) for each in node.generators)
            return is_over and any(is_call_of(inner, "int", "float") for inner in walk(node))
    return False


def _passed_on(case: CrashContext, call: ast.Call, names: set[str]) -> Iterator[tuple[int, ast.expr]]:
    """Yield the lines after an unpacking that store or return one of its names without conversion."""
    nodes = _nodes_around(case, call)
    raw = {name for name in names if not any(_converts(node, name) for node in nodes)}
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
