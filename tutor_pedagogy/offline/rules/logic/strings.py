"""Mistakes with strings: a missing `f` prefix, strings added to lists, comparisons with type names or letters."""

from __future__ import annotations

import ast
import re
from dataclasses import replace as with_fields
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import is_call_of, names_in
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.support import STRING_NAMES
from tutor_pedagogy.offline.rules.logic.tree import inside, is_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_PLACE = re.compile(r"\{([A-Za-z_]\w*)(?:[.\[:!][^{}]*)?\}")
_FORMAT = re.compile(r"[<>^,]?\d*,?\.\d+")
_TYPES = frozenset(("int", "str", "float", "list", "dict", "tuple", "set", "bool"))
_ABOUT_TYPES = frozenset(("type", "class", "kind", "dtype"))
_TYPE_NAME = re.compile(r"(?:type|_t|cls|class)$|^(?:t|typ|tp)$")
_FILLING = ("format", "format_map", "Template")
"""Functions and classes that fill in placeholders in braces."""


@logic_rule("text-without-f", 0.9, "string value other", needs=(str,), each=ast.Constant)
def text_without_f(program: Program, node: ast.Constant) -> Iterator[Match]:
    """Yield a string with variable names in braces but without the `f` prefix."""
    if not isinstance(node.value, str) or "{" not in node.value:
        return
    is_formatted = isinstance(program.parents.get(node), ast.JoinedStr | ast.Expr | ast.FormattedValue)
    if is_formatted or not program.features.isdisjoint(_FILLING):
        return
    text, named = program.segment(node), [name for name in _PLACE.findall(node.value) if name in program.bound_names]
    if named and text[:1] in "\"'" and node.lineno == node.end_lineno:
        is_weak = not _is_filled_here(program, node, named[0])
        yield program.here(node, replace=f"f{text}", needs_symptom=is_weak, name=Code(named[0]))


def _is_filled_here(program: Program, node: ast.Constant, name: str) -> bool:
    """Return whether a string with a name in braces stands where its text is wanted, and the name has a value there."""
    here = program.function_at(node.lineno)
    is_bound = any(program.function_at(line) is here and line <= node.lineno for line, _ in program.assignments(name))
    for up in program.above(node):
        match up:
            case ast.Call(args=args) if any(isinstance(each, ast.Dict) for each in args):
                return False
            case ast.Call(func=ast.Name(id="print" | "input")) | ast.Raise():
                return is_bound
            case ast.Return() | ast.Assign() | ast.AugAssign():
                return is_bound
            case ast.BinOp(op=ast.Add()) | ast.IfExp():
                continue
            case ast.Call(func=ast.Attribute(attr="append" | "write")):
                return is_bound
            case ast.Call(func=ast.Name(id=made)) if made.endswith(("Error", "Exception")):
                continue
        return False
    return False


@logic_rule("form-behind-braces", 0.95, "string value other", needs=(ast.FormattedValue,), each=ast.JoinedStr)
def form_behind_braces(program: Program, node: ast.JoinedStr) -> Iterator[Match]:
    """Yield an f-string whose format type `f` stands after the closing brace, as in `{x:.2}f`."""
    for part, after in zip(node.values, node.values[1:], strict=False):
        match part, after:
            case (
                ast.FormattedValue(format_spec=ast.JoinedStr(values=[ast.Constant(value=str(form))]), value=shown),
                ast.Constant(value=str(text)),
            ) if _FORMAT.fullmatch(form) and re.match(r"f(?:\W|$)", text):
                yield program.here(node, replace=(f"{form}}}f", f"{form}f}}"), shown=shown)


@logic_rule("text-added-to-list", 0.85, "type value other", needs=(ast.Add, ast.List), each=ast.AugAssign)
def text_added_to_list(program: Program, node: ast.AugAssign) -> Iterator[Match]:
    """Yield the empty list to which `+=` adds a string, so that each letter becomes an item."""
    match node:
        case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=value) if _is_string(program, value):
            start = program.last_value(name, node.lineno)
            if isinstance(start, ast.List) and not start.elts:
                is_joined = any(_is_join_of(call, name) for call in program.each(ast.Call))
                match = program.on_line(start, name=Code(name), added=node)
                yield with_fields(match, needs_symptom=True) if is_joined else match


def _is_join_of(call: ast.Call, name: str) -> bool:
    is_join = isinstance(call.func, ast.Attribute) and call.func.attr == "join"
    return is_join and any(is_name(each, name) for each in call.args)


def _is_string(program: Program, value: ast.expr) -> bool:
    match value:
        case ast.Constant(value=str()) | ast.JoinedStr() | ast.Call(func=ast.Name(id="str" | "chr")):
            return True
        case ast.BinOp(left=one, op=ast.Add(), right=other) | ast.IfExp(body=one, orelse=other):
            return _is_string(program, one) or _is_string(program, other)
        case ast.Name(id=name):
            return any(
                is_name(loop.target, name) and (_gives_letters(program, loop.iter) or _gives_words(program, loop.iter))
                for loop in program.each(ast.For)
            )
    return False


def _gives_words(program: Program, node: ast.expr) -> bool:
    """Return whether iterating over a value gives strings: it is a literal of strings, or the parts of a string."""
    value = program.last_value(node.id, node.lineno) if isinstance(node, ast.Name) else node
    match value:
        case ast.List(elts=[ast.Constant(value=str()), *_]) | ast.Call(func=ast.Attribute(attr="split" | "splitlines")):
            return True
    return False


def _gives_letters(program: Program, node: ast.expr) -> bool:
    """Return whether iterating over a value surely gives letters: it is a string by its assignments or by its name."""
    match node:
        case ast.Constant(value=str()) | ast.Call(func=ast.Attribute(attr="lower" | "upper" | "strip" | "replace")):
            return True
        case ast.Name(id=name):
            values = [value for _, value in program.assignments(name) if value is not None]
            return all(is_call_of(value, "str", "input", "chr") for value in values) if values else name in STRING_NAMES
    return False


@logic_rule("value-compared-with-type", 0.9, "value truth other", each=ast.Compare)
def value_compared_with_type(program: Program, node: ast.Compare) -> Iterator[Match]:
    """Yield a comparison of a value with a type, or of `type(…)` with a type's name as a string."""
    match node:
        case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq() | ast.Is() | ast.IsNot()], comparators=[right]):
            pass
        case _:
            return
    match right:
        case ast.Constant(value=name) if name in _TYPES:
            is_wrong = is_call_of(left, "type")
        case ast.Name(id=name) if name in _TYPES and name not in program.bound_names:
            holds_type = isinstance(left, ast.Name) and _TYPE_NAME.search(left.id)
            is_value = isinstance(left, ast.Name | ast.Subscript) and not holds_type
            is_wrong = is_value and names_in(left).isdisjoint(_ABOUT_TYPES)
        case _:
            return
    if is_wrong:
        is_weak = not is_call_of(left, "type") and not _holds_value(program, left)
        yield program.here(node, needs_symptom=is_weak, left=left, right=right)


def _holds_value(program: Program, node: ast.expr) -> bool:
    """Return whether a name surely holds no type: each of its assigned values is a literal or a calculation."""
    bound = program.assignments(node.id) if isinstance(node, ast.Name) else []
    plain = (ast.Constant, ast.BinOp, ast.List, ast.Dict, ast.JoinedStr)
    if bound and all(
        isinstance(value, plain) or is_call_of(value, "input", "int", "float", "str") for _, value in bound
    ):
        return True
    loops = [loop for loop in program.each(ast.For) if isinstance(node, ast.Name) and is_name(loop.target, node.id)]
    return bool(loops) and all(
        is_call_of(loop.iter, "range", "input")
        or isinstance(program.last_value(getattr(loop.iter, "id", ""), loop.lineno), ast.List | ast.Constant)
        for loop in loops
    )


@logic_rule("letter-compared-with-word", 0.85, "value zero truth less other", needs=(ast.Compare, str), each=ast.For)
def letter_compared_with_word(program: Program, loop: ast.For) -> Iterator[Match]:
    """Yield a comparison of a single letter of a string with a string of several letters."""
    if not isinstance(loop.target, ast.Name) or not _gives_letters(program, loop.iter):
        return
    for node in inside(loop.body):
        match node:
            case ast.Compare(
                left=ast.Name(id=name),
                ops=[ast.Eq() | ast.NotEq() as operator],
                comparators=[ast.Constant(value=str(word)) as constant],
            ) if name == loop.target.id and len(word) > 1:
                searched = f"{name} {'in' if isinstance(operator, ast.Eq) else 'not in'} {program.segment(constant)}"
                yield program.here(node, replace=(node, searched), name=Code(name), text=constant)
