"""Operators between values of kinds that do not go together: TypeError for `+`, `-`, `<`, `%` and their like."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.rules.runtime.context import CrashContext
from tutor_pedagogy.offline.rules.runtime.origins import IN_PLACE, input_of, is_input, none_origin
from tutor_pedagogy.offline.rules.runtime.rule import runtime_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.finding import Edit
KINDS = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number with a point",
    "list": "a list",
    "tuple": "a tuple",
    "dict": "a dictionary",
    "set": "a set",
    "NoneType": "`None`, that is nothing",
    "bool": "a truth value",
    "range": "a range",
    "function": "a function",
    "method": "a method",
    "builtin_function_or_method": "a function",
    "type": "a type",
    "module": "a module",
    "ndarray": "an array",
    "numpy.ndarray": "an array",
}
_FUNCTIONS = ("function", "method", "builtin_function_or_method", "type")
_SIDES = r"'(?P<left>[\w.]+)' and '(?P<right>[\w.]+)'"
_UNSUPPORTED = r"unsupported operand type\(s\) for \S+(?: \S+)?: "
_ORDER = r"not supported between instances of "
_TWO_TYPES = re.compile(
    rf"{_UNSUPPORTED}{_SIDES}"
    rf"|{_ORDER}'(?P<l2>[\w.]+)' and '(?P<r2>[\w.]+)'"
    r"|can only concatenate (?P<l3>\w+) \(not \"(?P<r3>\w+)\"\)"
)


@runtime_rule(
    "print-result-used",
    ("TypeError",),
    r"unsupported operand type\(s\) for \S+(?: \S+)?: '(?P<left>NoneType)' and '(?P<right>\w+)'",
    before=("none-in-operation",),
)
def print_result_used(case: CrashContext) -> Match | None:
    for node in case.likely(ast.BinOp):
        if isinstance(node, ast.BinOp):
            match node.left:
                case ast.Call(func=ast.Name(id="print")) as call:
                    inner = case.text(call)
                    sign = case.text(node)[len(inner) :].strip()
                    edit = case.rewrite(node, f"{inner[:-1]} {sign})") if inner.endswith(")") else None
                    return case.here(node, edit=edit, call=Code(inner))
    return None


@runtime_rule(
    "caret-for-power",
    ("TypeError",),
    r"unsupported operand type\(s\) for \^=?: |ufunc 'bitwise_xor' not supported",
    before=("none-in-operation",),
)
def caret_for_power(case: CrashContext) -> Match | None:
    for node in case.likely(ast.BinOp):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitXor):
            text, right = case.text(node), case.text(node.right)
            left = case.text(node.left)
            powered = f"{left} ** {right}"
            if isinstance(node.left, ast.BinOp):
                # The caret binds weaker than everything arithmetic; the power sign binds tighter.
                powered = f"{left} ** {right}" if text.endswith(right) else powered
            if isinstance(node.right, ast.BinOp):
                powered = f"{left} ** ({right})"
            return case.here(node, edit=case.rewrite(node, powered), base=Code(left), power=Code(right))
    return case.here(base=Code(case.marked or "the base"), power="the power")


@runtime_rule(
    "number-from-input",
    ("TypeError",),
    rf"{_UNSUPPORTED}{_SIDES}|{_ORDER}|can only concatenate str|can't multiply sequence"
    r"|must be real number, not str|bad operand type|not all arguments converted"
    r"|'str' object cannot be interpreted as an integer",
    before=("compared-kinds", "range-of-collection", "text-plus-other"),
)
def number_from_input(case: CrashContext) -> Match | None:
    """Find where a side of the operation is the text that `input` gave, while the other is a number."""
    sides: tuple[ast.expr, ...] | None = _binary(case)
    ranges = [call for call in case.likely(ast.Call) if case.text(call).startswith("range(")]
    statement = case.program.statement_at(case.line)
    if "interpreted as an integer" in case.crash.message and ranges and isinstance(ranges[0], ast.Call):
        sides = (ranges[0], *ranges[0].args)
    if sides is None:
        return None
    operation, *candidates = sides
    for node in candidates:
        for part in (node, *_bare_names(node)):
            if is_input(case.program, part, case.line):
                return _at_input(case, part, statement if operation in candidates else operation)
    return None


def _binary(case: CrashContext) -> tuple[ast.expr, ast.expr, ast.expr] | None:
    """Give the operation on the line with its two sides."""
    for node in case.likely(ast.BinOp, ast.Compare):
        match node:
            case ast.BinOp(left=left, right=right):
                return node, left, right
            case ast.Compare(left=left, comparators=[right, *_]):
                return node, left, right
    statement = case.program.statement_at(case.line)
    if isinstance(statement, ast.AugAssign):
        return statement.target, statement.target, statement.value
    return None


def _bare_names(node: ast.expr) -> Iterator[ast.Name]:
    """Give the names in an expression, but not those that a call makes something else of."""
    if isinstance(node, ast.Name):
        yield node
    elif not isinstance(node, ast.Call):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                yield from _bare_names(child)


def _at_input(case: CrashContext, part: ast.expr, operation: ast.AST | None) -> Match:
    """Point at the line where a text comes in, and make a number of it there."""
    name = part
    while isinstance(name, ast.Subscript):
        name = name.value
    origin = input_of(case.program, name.id, case.line) if isinstance(name, ast.Name) else None
    origin = origin if origin is not None else part
    text = case.text(origin)
    statement = case.program.statement_at(origin.lineno)
    is_several = isinstance(origin, ast.Call) and isinstance(origin.func, ast.Attribute) and origin.func.attr == "split"
    new = f"int({text})"
    if is_several:
        shared = isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Tuple)
        new = f"map(int, {text})" if shared else f"list(map(int, {text}))"
    return Match(
        lines=(origin.lineno,),
        expression=text,
        edit=case.rewrite(origin, new),
        slots={
            "name": Code(case.text(part)),
            "operation": Code(case.text(operation)) if operation is not None else "the operation",
        },
    )


@runtime_rule(
    "text-plus-other",
    ("TypeError",),
    r"can only concatenate (?P<left>str) \(not \"(?P<right>(?!NoneType|builtin|method|function)[\w.]+)\"\)"
    r"|unsupported operand type\(s\) for \+=?: '(?P<other>int|float|list|tuple|dict|bool)' and '(?P<text>str)'",
    before=("text-in-calculation",),
)
def text_plus_other(case: CrashContext) -> Match | None:
    return _joined(_relabelled(case))


def _joined(case: CrashContext) -> Match | None:
    """Find a text and something else around a plus sign."""
    left_type, right_type = _types(case)
    if "str" not in (left_type, right_type):
        return None
    other = right_type if left_type == "str" else left_type
    sides = _binary(case)
    slots = {"other_kind": kind(other)}
    if sides is None:
        return case.here(slots=slots, other=Code(case.marked or case.program.line(case.line).strip()))
    operation, left, right = sides
    wrong = right if left_type == "str" else left
    if isinstance(operation, ast.BinOp) and left_type == "str" and isinstance(left, ast.BinOp) and other != "str":
        wrong = right
    text = left if wrong is right else right
    is_sum = other in ("int", "float") and left_type != "str" and not isinstance(text, ast.Constant | ast.JoinedStr)
    if operation is left:
        edit = case.rewrite(wrong, f"str({case.text(wrong)})") if wrong is right else None
    elif is_sum and isinstance(wrong, ast.BinOp | ast.Name) and not _shown(case, operation):
        edit = case.rewrite(text, f"{other}({case.text(text)})")
    else:
        edit = case.rewrite(wrong, f"str({case.text(wrong)})")
    return case.here(operation, edit=edit, other=Code(case.text(wrong)), slots=slots)


def kind(name: str) -> str:
    """Say a type's name in plain words."""
    return KINDS.get(name, f"a value of type `{name}`")


def _types(case: CrashContext) -> tuple[str, str]:
    groups = case.match.groupdict()
    return groups.get("left") or "", groups.get("right") or ""


def _shown(case: CrashContext, operation: ast.expr) -> bool:
    """Tell whether the outcome is shown, where a text is wanted."""
    above = case.program.parents.get(operation)
    return isinstance(above, ast.Call) and case.text(above.func) == "print"


def _relabelled(case: CrashContext) -> CrashContext:
    """Give the case with its two types under one pair of names, whatever the form of the message."""
    groups = case.match.groupdict()
    left = groups.get("left") or groups.get("l2") or groups.get("l3") or groups.get("other") or ""
    right = groups.get("right") or groups.get("r2") or groups.get("r3") or groups.get("text") or ""
    match = re.match(r"(?P<left>\S*) (?P<right>\S*)", f"{left} {right}")
    return CrashContext(case.program, case.crash, match) if match else case


@runtime_rule(
    "item-onto-list",
    ("TypeError",),
    r"can only concatenate (?P<left>list|tuple) \(not \"(?P<right>(?!NoneType|builtin)[\w.]+)\"\)",
    before=("text-in-calculation",),
)
def item_onto_list(case: CrashContext) -> Match | None:
    left_type, right_type = _types(case)
    container = left_type or "list"
    sides = _binary(case)
    if sides is None:
        return case.here(container=kind(container), item=Code(case.marked or ""), item_kind=kind(right_type))
    operation, left, right = sides
    new = f"[{case.text(right)}]" if container == "list" else f"({case.text(right)},)"
    return case.here(
        operation,
        edit=case.rewrite(right, new),
        container=kind(container),
        item=Code(case.text(right)),
        item_kind=kind(right_type),
        owner=Code(case.text(left)),
    )


@runtime_rule(
    "none-handed-on",
    ("TypeError",),
    r"not '?NoneType'?$|type NoneType doesn't define|object of type 'NoneType'|passed to NoneType",
    before=("text-in-calculation",),
)
def none_handed_on(case: CrashContext) -> Match | None:
    """Find the value of a call that is None because the function or method gives nothing back."""
    for call in case.likely(ast.Call):
        if isinstance(call, ast.Call):
            for argument in call.args:
                site = none_site(case, argument) if isinstance(argument, ast.Call | ast.Name) else None
                if site is not None:
                    return site
    return None


def none_site(case: CrashContext, wrong: ast.expr, operation: ast.expr | None = None) -> Match | None:
    """Say where a None comes from, if the code shows it."""
    origin = none_origin(case.program, wrong, case.line)
    slots = {"name": Code(case.text(wrong))}
    match origin:
        case "in-place", ast.Call(func=func) as call:
            method = func.attr if isinstance(func, ast.Attribute) else "print"
            statement = case.program.statement_at(call.lineno)
            alone = (
                isinstance(statement, ast.Assign)
                and statement.value is call
                and statement.lineno == statement.end_lineno
            )
            edit = _without_result(case, call, statement) if alone and isinstance(statement, ast.Assign) else None
            return Match(
                lines=(call.lineno,),
                expression=case.text(call),
                edit=edit,
                slots={**slots, "source": f"the call of `{method}`, which works in place and gives nothing back"},
            )
        case "function", ast.FunctionDef() as function:
            last = _ends_without_value(function)
            return Match(
                lines=(last.end_lineno or last.lineno,),
                expression=case.program.line(last.end_lineno or 1).strip(),
                slots={**slots, "source": f"the function `{function.name}`, which ends without giving a value back"},
            )
    if operation is not None:
        return case.here(operation, slots=slots, source="a place that never gave it a value")
    return None


def _ends_without_value(function: ast.FunctionDef) -> ast.stmt:
    """Give the line with which a way through a function ends that gives nothing back: it may show or work it out."""
    ends: list[ast.stmt] = [function.body[-1]]
    for last in ends:
        if isinstance(last, ast.If):
            ends += [block[-1] for block in (last.body, last.orelse) if block]
    for last in ends:
        if isinstance(last, ast.Expr) and isinstance(last.value, ast.BinOp | ast.Call | ast.Compare | ast.Name):
            return last
    return function.body[-1]


def _without_result(case: CrashContext, call: ast.Call, statement: ast.Assign) -> Edit | None:
    """Let a call in place stand alone; where its result goes to another name, make a new value if there is a way."""
    line = case.program.line(call.lineno)
    indent = line[: len(line) - len(line.lstrip())]
    target = case.text(statement.targets[0])
    match call.func:
        case ast.Attribute(value=owner) if case.text(owner) == target:
            return case.program.edit(call.lineno, indent + case.text(call))
        case ast.Attribute(value=owner, attr="sort") if not call.args:
            settings = [f"{word.arg}={case.text(word.value)}" for word in call.keywords]
            made = ", ".join([case.text(owner), *settings])
            return case.program.edit(call.lineno, f"{indent}{target} = sorted({made})")
    return None


@runtime_rule("none-in-operation", ("TypeError",), _TWO_TYPES, before=("compared-kinds", "text-in-calculation"))
def none_in_operation(case: CrashContext) -> Match | None:
    return _none(_relabelled(case))


def _none(case: CrashContext) -> Match | None:
    """One side is None: it comes from a method that changes in place, or from a function without `return`."""
    if "NoneType" not in _types(case):
        return None
    sides = _binary(case)
    if sides is None:
        return None
    operation, left, right = sides
    wrong = left if _types(case)[0] == "NoneType" else right
    return none_site(case, wrong, operation) or case.here(
        operation, name=Code(case.text(wrong)), source="a place that never gave it a value"
    )


@runtime_rule("function-in-operation", ("TypeError",), _TWO_TYPES, before=("compared-kinds", "text-in-calculation"))
def function_in_operation(case: CrashContext) -> Match | None:
    return _not_called(_relabelled(case))


def _not_called(case: CrashContext) -> Match | None:
    if not set(_types(case)) & set(_FUNCTIONS):
        return None
    sides = _binary(case)
    if sides is None:
        return None
    operation, left, right = sides
    wrong = left if _types(case)[0] in _FUNCTIONS else right
    return not_called_site(case, wrong) or case.here(operation, name=Code(case.text(wrong)))


def not_called_site(case: CrashContext, wrong: ast.expr) -> Match | None:
    """Find the place where a function was named but not called."""
    program = case.program
    if isinstance(wrong, ast.Name) and wrong.id not in program.functions:
        for at, value in reversed(program.assignments(wrong.id)):
            if isinstance(value, ast.Attribute | ast.Name) and program.function_at(at) is program.function_at(
                case.line
            ):
                return Match(
                    lines=(at,),
                    expression=case.text(value),
                    edit=_called(case, value),
                    slots={"name": Code(case.text(value))},
                )
    if isinstance(wrong, ast.Name | ast.Attribute):
        return case.here(wrong, edit=case.rewrite(wrong, f"{case.text(wrong)}()"), name=Code(case.text(wrong)))
    return None


def _called(case: CrashContext, function: ast.Attribute | ast.Name) -> Edit | None:
    """Call a function; None for a method that works in place, whose result would be nothing."""
    if isinstance(function, ast.Attribute) and function.attr in IN_PLACE:
        return None
    return case.rewrite(function, f"{case.text(function)}()")


@runtime_rule(
    "numerical.list-times-number",
    ("TypeError",),
    r"can't multiply sequence by non-int of type '(?:float|numpy\.float64)'",
    before=("text-in-calculation",),
)
def list_times_number(case: CrashContext) -> Match | None:
    sides = _binary(case)
    if sides is None:
        return None
    operation, left, right = sides
    for node in (left, right):
        value = case.program.last_value(node.id, case.line) if isinstance(node, ast.Name) else node
        if isinstance(value, ast.List | ast.ListComp):
            return case.here(operation, name=Code(case.text(node)))
    return None


@runtime_rule(
    "text-in-calculation",
    ("TypeError",),
    rf"{_UNSUPPORTED}{_SIDES}|can't multiply sequence by non-int|bad operand type for|can only concatenate"
    r"|must be real number, not|must be str, not|doesn't define __round__",
)
def text_in_calculation(case: CrashContext) -> Match | None:
    sides = _binary(case)
    if sides is None:
        return case.here(left="one side", right="the other side")
    operation, left, right = sides
    return case.here(operation, left=Code(case.text(left)), right=Code(case.text(right)))


@runtime_rule("compared-kinds", ("TypeError",), rf"'[<>]=?' {_ORDER}{_SIDES}")
def compared_kinds(case: CrashContext) -> Match | None:
    left_type, right_type = _types(case)
    sides = _binary(case)
    slots = {"left_kind": kind(left_type), "right_kind": kind(right_type)}
    if sides is None:
        return case.here(slots=slots, left="the left side", right="the right side")
    operation, left, right = sides
    return case.here(operation, left=Code(case.text(left)), right=Code(case.text(right)), slots=slots)
