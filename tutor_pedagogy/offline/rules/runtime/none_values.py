"""None in operations, calls and subscripts that need another value. The rules find where the None comes from."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import is_call_of
from tutor_pedagogy.offline.rules.runtime.origins import none_origin
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.offline.rules.runtime.type_names import TWO_TYPES

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit


def none_match(case: CrashContext, wrong: ast.expr | None, place: ast.expr | None, **slots: str | ast.AST) -> Match:
    """Return the source of a None; if it is unknown, the place that uses the None."""
    if wrong is None:
        return case.here(name=Code(case.marked or ""), source="", slots=slots)
    return none_source(case, wrong, **slots) or case.here(place, name=wrong, source="", slots=slots)


def none_source(case: CrashContext, wrong: ast.expr, **slots: str | ast.AST) -> Match | None:
    """Return the source of a None: an in-place call or the end of a function. Return None if the code shows neither."""
    match none_origin(case.program, wrong, case.line):
        case "in-place", ast.Call(func=func) as call:
            method = func.attr if isinstance(func, ast.Attribute) else "print"
            source = f"the call of `{method}`, which works in place and returns nothing"
            return case.at(call, edit=_without_result(case, call), name=wrong, source="", slots=slots)
        case "function", ast.FunctionDef() as function:
            last = _end_without_value(function)
            source = f"the function `{function.name}`, which ends without returning a value"
            return case.at(last.end_lineno or last.lineno, name=wrong, source=source, slots=slots)
    return None


def _end_without_value(function: ast.FunctionDef) -> ast.stmt:
    """Return the statement at which a function ends without a value, preferably an expression such as a `print`."""
    ends: list[ast.stmt] = [function.body[-1]]
    for last in ends:
        if isinstance(last, ast.If):
            ends += [block[-1] for block in (last.body, last.orelse) if block]
    for last in ends:
        if isinstance(last, ast.Expr) and isinstance(last.value, ast.BinOp | ast.Call | ast.Compare | ast.Name):
            return last
    return function.body[-1]


def _without_result(case: CrashContext, call: ast.Call) -> Edit | None:
    """Return the edit that drops the assignment of an in-place call, or replaces `sort` by `sorted`; or None."""
    statement = case.program.statement_at(call.lineno)
    if not isinstance(statement, ast.Assign) or statement.value is not call or statement.lineno != statement.end_lineno:
        return None
    target = case.text(statement.targets[0])
    match call.func:
        case ast.Attribute(value=owner) if case.text(owner) == target:
            return case.rewrite_line(call.lineno, case.text(call))
        case ast.Attribute(value=owner, attr="sort") if not call.args:
            settings = [f"{word.arg}={case.text(word.value)}" for word in call.keywords]
            return case.rewrite_line(call.lineno, f"{target} = sorted({', '.join([case.text(owner), *settings])})")
    return None


@runtime_rule(
    "result-of-method-in-place",
    ("AttributeError", "TypeError"),
    r"NoneType",
    before=("attribute-of-none", "index-of-wrong-kind", "none-gone-through", "none-in-operation", "none-looked-into"),
)
def result_of_method_in_place(case: CrashContext) -> Match | None:
    """Return the call of an in-place method whose result None is used on the failing line."""
    nodes = case.likely(ast.Name, ast.Call, ast.Attribute, ast.Subscript)
    if case.crash.exception == "AttributeError":
        nodes = [node.value for node in nodes if isinstance(node, ast.Attribute)]
    for node in nodes:
        match none_origin(case.program, node, case.line):
            case "in-place", ast.Call(func=ast.Attribute(attr=method)) as call:
                return case.at(call, edit=_without_result(case, call), call=call, method=Code(method))
    return None


@runtime_rule(
    "print-result-used",
    ("TypeError",),
    r"unsupported operand type\(s\) for \S+(?: \S+)?: '(?P<left>NoneType)' and '(?P<right>\w+)'",
    before=("none-in-operation",),
)
def print_result_used(case: CrashContext) -> Match | None:
    """Return the operation whose left operand is a call of `print`."""
    for node in case.likely(ast.BinOp):
        if is_call_of(node.left, "print"):
            call = case.text(node.left)
            rest = case.text(node)[len(call) :].strip()
            new = f"{call[:-1]} {rest})" if call.endswith(")") else None
            return case.here(node, replace=(node, new), call=node.left)
    return None


@runtime_rule(
    "none-handed-on",
    ("TypeError",),
    r"not '?NoneType'?$|type NoneType doesn't define|object of type 'NoneType'|passed to NoneType",
    before=("text-in-calculation",),
)
def none_handed_on(case: CrashContext) -> Match | None:
    """Return the source of a None that was passed to a call."""
    arguments = [argument for call in case.calls for argument in call.args]
    sources = (none_source(case, each) for each in arguments if isinstance(each, ast.Call | ast.Name))
    return next(filter(None, sources), None)


@runtime_rule("none-as-argument", ("TypeError",), r"must be [\w -]{1,120}, not (?:'?NoneType'?|None)\b")
def none_as_argument(case: CrashContext) -> Match | None:
    """Return the source of a None that was passed to a built-in function."""
    sources = (none_source(case, argument) for call in case.calls for argument in call.args)
    return next(filter(None, sources), None)


@runtime_rule("none-in-operation", ("TypeError",), TWO_TYPES, before=("compared-kinds", "text-in-calculation"))
def none_in_operation(case: CrashContext) -> Match | None:
    """Return the source of a None that is an operand."""
    if "NoneType" not in case.types or case.sides is None:
        return None
    operation, left, right = case.sides
    return none_match(case, left if case.types[0] == "NoneType" else right, operation)


@runtime_rule(
    "none-looked-into",
    ("TypeError",),
    r"'(?P<type>NoneType)' object (?:is not subscriptable|does not support item)",
    before=("no-items",),
)
def none_looked_into(case: CrashContext) -> Match | None:
    """Return the source of a None that is indexed."""
    return none_match(case, case.subscript and case.subscript.value, case.subscript)
