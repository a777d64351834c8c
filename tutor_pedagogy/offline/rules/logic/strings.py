"""Texts that are not what they look like: without their `f`, letters in a list, names of types, whole words."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.tree import names_in
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Program
_PLACE = re.compile(r"\{([A-Za-z_]\w*)(?:[.\[:!][^{}]*)?\}")
_TYPES = frozenset(("int", "str", "float", "list", "dict", "tuple", "set", "bool"))
_MAKES_TEXT = frozenset(("str", "input", "chr"))
_TEXTS = frozenset(("text", "word", "string", "sentence", "message", "phrase"))
"""Names that people give to a text."""


@logic_rule("text-without-f", 0.9, ("text", "value", "other"), needs=(str,))
def text_without_f(program: Program) -> Iterator[Match]:
    """Find a text with names in braces that nothing fills in."""
    if "{" not in program.code or any(
        node.attr in ("format", "format_map", "Template") for node in program.each(ast.Attribute)
    ):
        return
    for node in program.each(ast.Constant):
        around = program.parents.get(node)
        if not isinstance(node.value, str) or isinstance(around, ast.JoinedStr | ast.Expr | ast.FormattedValue):
            continue
        named = [name for name in _PLACE.findall(node.value) if name in program.bound_names]
        text = program.segment(node)
        if named and text[:1] in "\"'" and node.lineno == node.end_lineno:
            line = program.line(node.lineno)
            yield Match(
                lines=(node.lineno,),
                expression=text,
                edit=program.edit(node.lineno, line.replace(text, f"f{text}", 1)),
                slots={"name": Code(named[0])},
            )


@logic_rule("form-behind-braces", 0.95, ("text", "value", "other"), needs=(ast.JoinedStr, ast.FormattedValue))
def form_behind_braces(program: Program) -> Iterator[Match]:
    """Find a letter of a number's form that stands behind the closing brace, so that it is shown."""
    for node in program.each(ast.JoinedStr):
        for part, behind in zip(node.values, node.values[1:], strict=False):
            match part, behind:
                case (
                    ast.FormattedValue(format_spec=ast.JoinedStr(values=[ast.Constant(value=str(form))]), value=shown),
                    ast.Constant(value=str(text)),
                ) if re.fullmatch(r"[<>^,]?\d*,?\.\d+", form) and re.match(r"f(?:\W|$)", text):
                    line = program.line(node.lineno)
                    yield Match(
                        lines=(node.lineno,),
                        expression=program.segment(node),
                        edit=program.edit(node.lineno, line.replace(f"{form}}}f", f"{form}f}}", 1)),
                        slots={"shown": Code(program.segment(shown))},
                    )


@logic_rule("text-added-to-list", 0.85, ("kind", "value", "other"), needs=(ast.AugAssign, ast.Add, ast.List))
def text_added_to_list(program: Program) -> Iterator[Match]:
    """Find a text that is added to a list with `+=`, which takes it letter by letter."""
    for node in program.each(ast.AugAssign):
        match node:
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=value) if _is_text(program, value):
                start = program.last_value(name, node.lineno)
                if isinstance(start, ast.List) and not start.elts:
                    yield Match(
                        lines=(start.lineno,),
                        expression=program.line(start.lineno).strip(),
                        slots={"name": Code(name), "added": Code(program.segment(node))},
                    )


def _is_text(program: Program, value: ast.expr) -> bool:
    match value:
        case ast.Constant(value=str()) | ast.JoinedStr() | ast.Call(func=ast.Name(id="str" | "chr")):
            return True
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _is_text(program, left) or _is_text(program, right)
        case ast.IfExp(body=one, orelse=other):
            return _is_text(program, one) or _is_text(program, other)
        case ast.Name(id=name):
            return any(
                isinstance(loop.target, ast.Name) and loop.target.id == name and _is_named_text(program, loop.iter)
                for loop in program.each(ast.For)
            )
    return False


def _is_named_text(program: Program, node: ast.expr) -> bool:
    """Tell whether a loop over a value surely hands out letters: by a method of texts, or by the name people give."""
    match node:
        case ast.Constant(value=str()):
            return True
        case ast.Call(func=ast.Attribute(attr="lower" | "upper" | "strip" | "replace")):
            return True
        case ast.Name(id=name):
            values = [value for _, value in program.assignments(name) if value is not None]
            made = [v for v in values if isinstance(v, ast.Call) and isinstance(v.func, ast.Name)]
            is_read = bool(made) and all(isinstance(v.func, ast.Name) and v.func.id in _MAKES_TEXT for v in made)
            return (name in _TEXTS and not values) or (bool(values) and len(made) == len(values) and is_read)
    return False


@logic_rule("value-compared-with-type", 0.9, ("value", "truth", "other"), needs=(ast.Compare,))
def value_compared_with_type(program: Program) -> Iterator[Match]:
    """Find a value that is compared with a type, or a type with the text of its name."""
    for node in program.each(ast.Compare):
        match node:
            case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq() | ast.Is() | ast.IsNot()], comparators=[right]):
                pass
            case _:
                continue
        asks_type = isinstance(left, ast.Call) and isinstance(left.func, ast.Name) and left.func.id == "type"
        is_type = isinstance(right, ast.Name) and right.id in _TYPES and right.id not in program.bound_names
        is_name = isinstance(right, ast.Constant) and right.value in _TYPES
        wanted = ("type", "class", "kind", "dtype")
        if (is_name and asks_type) or (
            is_type and not asks_type and not names_in(left) & set(wanted) and _is_value(left)
        ):
            yield Match(
                lines=(node.lineno,),
                expression=program.segment(node),
                slots={"left": Code(program.segment(left)), "right": Code(program.segment(right))},
            )


def _is_value(node: ast.expr) -> bool:
    return isinstance(node, ast.Name | ast.Subscript) and not (
        isinstance(node, ast.Name)
        and (node.id.endswith(("type", "_t", "cls", "class")) or node.id in ("t", "typ", "tp"))
    )


@logic_rule(
    "letter-compared-with-word", 0.85, ("value", "zero", "truth", "less", "other"), needs=(ast.For, ast.Compare, str)
)
def letter_compared_with_word(program: Program) -> Iterator[Match]:
    """Find a single letter of a text that is compared with several letters at once."""
    for loop in program.each(ast.For):
        if not isinstance(loop.target, ast.Name) or not _is_named_text(program, loop.iter):
            continue
        for node in (n for s in loop.body for n in walk(s)):
            match node:
                case ast.Compare(
                    left=ast.Name(id=name),
                    ops=[ast.Eq() | ast.NotEq() as sign],
                    comparators=[ast.Constant(value=str(text)) as constant],
                ) if name == loop.target.id and len(text) > 1:
                    shown = program.segment(node)
                    line, word = program.line(node.lineno), "in" if isinstance(sign, ast.Eq) else "not in"
                    yield Match(
                        lines=(node.lineno,),
                        expression=shown,
                        edit=program.edit(
                            node.lineno, line.replace(shown, f"{name} {word} {program.segment(constant)}", 1)
                        ),
                        slots={"name": Code(name), "text": Code(program.segment(constant))},
                    )
