"""Operands of incompatible types: TypeErrors of `+`, `-`, `<`, `%` and the like."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.nodes import is_call_of, is_string
from tutor_pedagogy.offline.evaluation import UNKNOWN
from tutor_pedagogy.offline.rules.runtime.measures import (
    converted_at_use,
    is_tested_as_string,
    kind_of_number,
    kind_of_texts,
)
from tutor_pedagogy.offline.rules.runtime.origins import input_of, is_input
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.offline.rules.runtime.type_names import in_words
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor_pedagogy.offline.engine.finding import Edit

_UNSUPPORTED = r"unsupported operand type\(s\) for \S{1,8}(?: \S{1,8}){0,3}: '([\w.]+)' and '([\w.]+)'"
_ORDER = r"not supported between instances of "


@runtime_rule(
    "caret-for-power",
    ("TypeError",),
    r"unsupported operand type\(s\) for \^=?: |ufunc 'bitwise_xor' not supported",
    before=("none-in-operation", "text-in-calculation", "value-from-elsewhere"),
)
def caret_for_power(case: CrashContext) -> Match | None:
    """Return the operation with `^` (exclusive or) where a power is meant."""
    for node in case.likely(ast.BinOp):
        if isinstance(node.op, ast.BitXor):
            line = case.program.line(node.lineno)
            is_safe = node.lineno == node.end_lineno and not re.search(r"[\"'#]", line)
            edit = case.program.edit(node.lineno, line.replace("^", "**")) if is_safe else None
            return case.here(node, edit=edit, base=node.left, power=node.right)
    return case.here(base=Code(case.marked or ""), power="")


@runtime_rule(
    "number-from-input",
    ("TypeError", "ValueError"),
    rf"{_UNSUPPORTED}|{_ORDER}|can only concatenate str|can't multiply sequence"
    r"|must be real number, not str|bad operand type|not all arguments converted"
    r"|'str' object cannot be interpreted as an integer|Unknown format code '\w' for object of type 'str'",
    before=("compared-kinds", "form-of-another-kind", "range-of-collection", "text-plus-other"),
)
def number_from_input(case: CrashContext) -> Match | None:
    """Return the call of `input` whose string is used in a calculation without conversion."""
    sides: tuple[ast.expr, ...] | None = case.sides
    bound = case.call("range") if "interpreted as an integer" in case.crash.message else None
    if bound is not None:
        sides = (bound, *bound.args)
    if case.crash.exception == "ValueError":
        shown = case.first(ast.JoinedStr, ast.Call)
        sides = (shown, *case.likely(ast.Name)) if shown is not None else None
    operation, *candidates = sides or (None,)
    for node in candidates:
        for part in (node, *_bare_names(node)):
            if is_input(case.program, part, case.line):
                return _at_input(case, part, case.statement if operation in candidates else operation)
    return None


def _bare_names(node: ast.expr) -> Iterator[ast.Name]:
    """Yield the names in an expression, except those inside a call, because its result may have another type."""
    if isinstance(node, ast.Name):
        yield node
    elif not isinstance(node, ast.Call):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                yield from _bare_names(child)


def _at_input(case: CrashContext, part: ast.expr, operation: ast.AST | None) -> Match:
    """Return the place at which a string enters the calculation, with an edit that converts it to a number."""
    name = part
    while isinstance(name, ast.Subscript):
        name = name.value
    origin = (input_of(case.program, name.id, case.line) if isinstance(name, ast.Name) else None) or part
    text, statement = case.text(origin), case.program.statement_at(origin.lineno)
    kind = kind_of_number(case, [origin])
    new = f"{kind}({text})"
    match origin:
        case ast.Call(func=ast.Attribute(attr="split")):
            is_unpacked = isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Tuple)
            new = f"map({kind}, {text})" if is_unpacked else f"list(map({kind}, {text}))"
    if isinstance(name, ast.Name) and is_tested_as_string(case, name.id):
        edit, use_line = converted_at_use(case, operation, kind), str(case.program.shown(case.line))
        return case.at(origin, edit=edit, name=part, operation=operation or "", use_line=use_line)
    both = _both_converted(case, operation) or _all_inputs_converted(case, name, kind)
    other: ast.AST | str = operation.right if both is not None and isinstance(operation, ast.BinOp) else ""
    lines = [str(case.program.shown(value.lineno)) for value in _inputs_of(case, name) if value is not origin]
    slots = {"name": part, "operation": operation or "", "others": other, "again": lines[-1] if lines else ""}
    return case.at(origin, edit=both or case.rewrite(origin, new), slots=slots)


def _inputs_of(case: CrashContext, name: ast.expr) -> list[ast.expr]:
    """Return the calls of `input` on one line that a name stands for, in the function of the failing line."""
    if not isinstance(name, ast.Name):
        return []
    return [value for _, value in case.bound(name.id) if value is not None and is_call_of(value, "input")]


def _all_inputs_converted(case: CrashContext, name: ast.expr, kind: str) -> Edit | None:
    """Return the edit that converts every `input` that is stored under a name, if there are several; else None."""
    inputs = _inputs_of(case, name)
    return _converted(case, inputs, kind) if len(inputs) > 1 else None


def _converted(case: CrashContext, inputs: Sequence[ast.expr], kind: str) -> Edit | None:
    """Return the edit that converts calls of `input`, each on a line of its own; else None."""
    lines = [*case.program.lines]
    if len({value.lineno for value in inputs}) != len(inputs) or any(v.lineno != v.end_lineno for v in inputs):
        return None
    for value in inputs:
        line, (start, end) = lines[value.lineno - 1], case.columns(value)
        lines[value.lineno - 1] = f"{line[:start]}{kind}({line[start:end]}){line[end:]}"
    return edit_to(case.program, "\n".join(lines))


def _both_converted(case: CrashContext, operation: ast.AST | None) -> Edit | None:
    """Return the edit that converts both sides of an operation, if each is a name that `input` alone has set."""
    match operation:
        case ast.BinOp(left=ast.Name(id=first), right=ast.Name(id=second)) if first != second:
            values = [case.program.last_value(name, case.line) for name in (first, second)]
        case _:
            return None
    inputs = [value for value in values if value is not None and is_call_of(value, "input")]
    if len(inputs) != len(values):
        return None
    return _converted(case, inputs, kind_of_number(case, inputs))


@runtime_rule(
    "text-plus-other",
    ("TypeError",),
    r"can only concatenate (str) \(not \"((?!NoneType|builtin|method|function)[\w.]+)\"\)"
    r"|unsupported operand type\(s\) for \+=?: '(int|float|list|tuple|dict|bool)' and '(str)'",
    before=("text-in-calculation",),
)
def text_plus_other(case: CrashContext) -> Match | None:
    """Return the sum of a string and a value of another type."""
    left_type, right_type = case.types
    other_type = right_type if left_type == "str" else left_type
    words = {"other_type": in_words(other_type)}
    if case.sides is None:
        return case.here(other=Code(case.marked or ""), slots=words)
    operation, left, right = _first_sum(*case.sides) if left_type == "str" else case.sides
    wrong, string = (right, left) if left_type == "str" else (left, right)
    around = case.program.parents.get(operation)
    is_printed = isinstance(around, ast.Call) and case.text(around.func) == "print"
    is_sum = (
        other_type in ("int", "float") and left_type != "str" and not isinstance(string, ast.Constant | ast.JoinedStr)
    )
    replace: tuple[ast.expr, str | None] = (wrong, f"str({case.text(wrong)})")
    if operation is left and is_sum and (kind := kind_of_texts(case, string)):
        replace = (string, f"{kind}({case.text(string)})")
    elif operation is left:
        replace = (wrong, replace[1] if wrong is right else None)
    elif isinstance(string, ast.BinOp) and isinstance(string.op, ast.Mult) and isinstance(string.left, ast.Name):
        replace = (string.left, f"int({string.left.id})")
    elif isinstance(wrong, ast.Constant) and _is_no_literal(string):
        held = case.value(string)
        is_number = isinstance(held, str) and re.fullmatch(r"\s*-?\d+\s*", held)
        replace = (string, f"int({case.text(string)})" if is_number else None)
    elif is_sum and isinstance(wrong, ast.BinOp | ast.Name) and not is_printed:
        kind = "float" if kind_of_number(case, [string]) == "float" else other_type
        replace = (string, f"{kind}({case.text(string)})")
    elif is_call_of(wrong, "int", "float") and not is_printed and not _has_words(operation):
        replace = (wrong, None)  # A student who converts to a number wants no string.
    edit = case.rewrite(*replace)
    if replace[0] is wrong and replace[1] is not None:
        edit = _all_as_strings(case, operation, wrong)
    return case.here(operation, edit=edit, other=wrong, slots=words)


def _has_words(operation: ast.expr) -> bool:
    """Return whether an expression contains a string literal, beside which a number is likely to be shown."""
    return any(isinstance(each, ast.JoinedStr) or is_string(each) for each in walk(operation))


def _first_sum(operation: ast.expr, left: ast.expr, right: ast.expr) -> tuple[ast.expr, ast.expr, ast.expr]:
    """Return the sum that failed, with its operands: two strings can be joined, so it is one further to the left."""
    while is_string(right) and isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add):
        inner = left
        operation, left, right = inner, inner.left, inner.right
    return operation, left, right


def _is_no_literal(node: ast.expr) -> bool:
    """Return whether an expression takes its string from elsewhere, so that a sum of numbers may be meant."""
    match node:
        case ast.Name() | ast.Attribute() | ast.Subscript():
            return True
        case ast.Call(func=ast.Name(id=name)):
            return name != "str"
    return False


def _all_as_strings(case: CrashContext, operation: ast.expr, wrong: ast.expr) -> Edit | None:
    """Return the edit that wraps every part of a sum with `str` that is known not to be a string."""
    top = operation
    while isinstance(up := case.program.parents.get(top), ast.BinOp) and isinstance(up.op, ast.Add):
        top = up
    parts, waiting = [wrong], [top]
    while waiting:
        match waiting.pop():
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                waiting += [left, right]
            case part if part is not wrong and case.value(part) is not UNKNOWN and type(case.value(part)) is not str:
                parts.append(part)
    if any(not part.lineno == part.end_lineno == wrong.lineno for part in parts):
        return None
    line = case.program.line(wrong.lineno)
    for part in sorted(parts, key=lambda each: each.col_offset, reverse=True):
        start, end = case.columns(part)
        line = f"{line[:start]}str({line[start:end]}){line[end:]}"
    return case.program.edit(wrong.lineno, line)


@runtime_rule(
    "item-onto-list",
    ("TypeError",),
    r"can only concatenate (list|tuple) \(not \"((?!NoneType|builtin)[\w.]+)\"\)",
    before=("text-in-calculation",),
)
def item_onto_list(case: CrashContext) -> Match | None:
    """Return the sum of a list or tuple and a single item."""
    container, item = case.types
    words = {"container": in_words(container), "item_type": in_words(item)}
    if case.sides is None:
        return case.here(item=Code(case.marked or ""), slots=words)
    operation, left, right = case.sides
    new = f"[{case.text(right)}]" if container == "list" else f"({case.text(right)},)"
    if item in ("list", "tuple", "set", "range", "dict_keys", "dict_values", "map", "filter", "zip"):
        new = f"{container}({case.text(right)})"
    return case.here(operation, replace=(right, new), item=right, owner=left, slots=words)


@runtime_rule(
    "list-in-calculation",
    ("TypeError",),
    r"unsupported operand type\(s\) for (?!\+|\^)\S{1,8}(?: \S{1,8}){0,3}: '(list|tuple|int|float)' and"
    r" '(list|tuple|int|float)'",
    before=("text-in-calculation",),
)
def list_in_calculation(case: CrashContext) -> Match | None:
    """Return the operation with a list or tuple as one operand."""
    for node in case.likely(ast.BinOp):
        for side, name in zip((node.left, node.right), case.types, strict=True):
            if name in ("list", "tuple"):
                is_rest = isinstance(node.op, ast.Sub) and case.types == ("list", "list")
                counted = isinstance(node.op, ast.Div | ast.FloorDiv) and side is node.right
                rest = f"[each for each in {case.text(node.left)} if each not in {case.text(node.right)}]"
                found = case.here(
                    node,
                    replace=(node, rest if is_rest else None),
                    slots={"type": in_words(name)},
                    list_side=side,
                    operation=node,
                )
                length = case.rewrite(side, f"len({case.text(side)})") if counted else None
                return replace(found, choices=(length,)) if length is not None else found
    return None


@runtime_rule(
    "numerical.list-times-number",
    ("TypeError",),
    r"can't multiply sequence by non-int of type '(?:float|numpy\.float64)'",
    before=("text-in-calculation",),
)
def list_times_number(case: CrashContext) -> Match | None:
    """Return the product of a list and a number."""
    for node in case.sides[1:] if case.sides is not None else ():
        value = case.program.last_value(node.id, case.line) if isinstance(node, ast.Name) else node
        if case.sides is not None and isinstance(value, ast.List | ast.ListComp):
            return case.here(case.sides[0], name=node)
    return None


@runtime_rule(
    "text-in-calculation",
    ("TypeError",),
    rf"{_UNSUPPORTED}|can't multiply sequence by non-int|bad operand type for|can only concatenate"
    r"|must be real number, not|must be str, not|doesn't define __round__",
)
def text_in_calculation(case: CrashContext) -> Match | None:
    """Return the operation whose operands have incompatible types."""
    named = re.findall(r"'([\w.]+)'|\"([\w.]+)\"|(?:not|concatenate) (\w+)\b", case.crash.message)
    kinds = [in_words(name) for each in named if (name := next(filter(None, each))) not in ("int", "float")]
    slots = {"kinds": kinds[-1] if kinds else "a value of another type"}
    times_text = case.sides is not None and "multiply sequence by non-int of type 'float'" in case.crash.message
    if times_text and case.sides is not None and is_string(case.sides[1]):
        operation, left, right = case.sides
        return case.here(operation, replace=(right, f"int({case.text(right)})"), left=left, right=right, slots=slots)
    if case.sides is None:
        return case.here(slots=slots, left="", right="")
    operation, left, right = case.sides
    return case.here(operation, left=left, right=right, slots=slots)


@runtime_rule(
    "own-objects-without-order",
    ("TypeError",),
    rf"'(?P<sign>[<>]=?)' {_ORDER}'(\w+)' and '(\w+)'",
    before=("compared-kinds",),
)
def own_objects_without_order(case: CrashContext) -> Match | None:
    """Return the line that orders objects of the program's own class, which does not say how."""
    left, right = case.match[2], case.match[3]
    owner = case.classes.get(left)
    if owner is None or left != right:
        return None
    stored = [node.attr for node in walk(owner) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)]
    kept = list(dict.fromkeys(stored))
    call = case.call("sort", "sorted", "max", "min")
    edit = None
    if call is not None and len(kept) == 1 and not call.keywords:
        text = case.text(call)
        start = text[:-1] + (", " if call.args else "")
        edit = case.rewrite(call, f"{start}key=lambda each: each.{kept[0]})")
    return case.here(call or case.first(ast.Compare), edit=edit, class_name=Code(left))


@runtime_rule("compared-kinds", ("TypeError",), rf"'[<>]=?' {_ORDER}'([\w.]+)' and '([\w.]+)'")
def compared_kinds(case: CrashContext) -> Match | None:
    """Return the comparison of values whose types have no order."""
    words = {"left_type": in_words(case.types[0]), "right_type": in_words(case.types[1])}
    words["alike"] = words["left_type"] if case.types[0] == case.types[1] else ""
    if case.sides is None:
        call = case.call("sort", "sorted", "max", "min")
        return replace(case.here(left="", right="", ordered=call or "", slots=words), is_symptom=True)
    operation, left, right = case.sides
    return case.here(operation, left=left, right=right, slots=words)
