"""None in operations, calls and subscripts that need another value. The rules find where the None comes from."""

from __future__ import annotations

import ast
from dataclasses import replace as changed
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import is_call_of, parameters
from tutor_pedagogy.offline.rules.runtime.culprits import culprits
from tutor_pedagogy.offline.rules.runtime.origins import IN_PLACE, falls_through, none_origin
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.offline.rules.runtime.type_names import TWO_TYPES
from tutor_pedagogy.offline.rules.runtime.way_back import WayBack

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit


def none_match(case: CrashContext, wrong: ast.expr | None, place: ast.expr | None, **slots: str | ast.AST) -> Match:
    """Return the source of a None; if it is unknown, the place that uses the None."""
    handed = _handed_in(case, wrong) or ""
    if wrong is None:
        return changed(case.here(name=Code(case.marked or ""), source="", slots=slots), is_symptom=True)
    unknown = changed(case.here(place, name=wrong, source=handed, slots=slots), is_symptom=True)
    return none_source(case, wrong, **slots) or unknown


def _handed_in(case: CrashContext, wrong: ast.expr | None) -> str | None:
    """Return words for the call that handed in a None, if it is a parameter that nothing else sets; else None."""
    function = case.function
    if function is None or not isinstance(wrong, ast.Name) or not case.crash.callers:
        return None
    if any(line > function.body[0].lineno - 1 for line, _ in case.bound(wrong.id)):
        return None
    if wrong.id not in parameters(function):
        return None
    return f"the call of `{function.name}` on line {case.program.shown(case.crash.callers[-1])}, which passes it"


def none_source(case: CrashContext, wrong: ast.expr, **slots: str | ast.AST) -> Match | None:
    """Return the source of a None: an in-place call or the end of a function. Return None if the code shows neither."""
    match none_origin(case.program, wrong, case.line):
        case "absent", ast.Call() as call:
            source = "`get`, which gives `None` for a key that is not there"
            if isinstance(call.func, ast.Attribute) and call.func.attr != "get":
                source = f"`{call.func.attr}`, which gives `None` if the string does not fit the pattern"
            return case.at(call.lineno, edit=_first_of_count(case, call), name=wrong, source=source, slots=slots)
        case "constant", ast.Constant() as constant if wrong.lineno != constant.lineno:
            source = f"line {case.program.shown(constant.lineno)}, which sets it to `None`"
            return case.at(constant.lineno, name=wrong, source=source, slots=slots)
        case "in-place", ast.Call(func=func) as call:
            method = func.attr if isinstance(func, ast.Attribute) else "print"
            source = f"the call of `{method}`, which works in place and returns nothing"
            return case.at(call, edit=_without_result(case, call), name=wrong, source="", slots=slots)
        case "function", ast.FunctionDef() as function:
            empty = [each for each in case.program.returns_of(function) if _is_none(each.value)]
            if empty and not falls_through(case.program, function):
                line = case.program.shown(empty[0].lineno)
                source = f"the function `{function.name}`, which returns `None` on line {line}"
                return case.at(empty[0], name=wrong, source=source, slots=slots)
            last = _end_without_value(function)
            way = "ends without returning a value"
            if not case.program.returns_nothing(function):
                way = "has a path that comes to its end without a `return`"
            source = f"the function `{function.name}`, which {way}"
            worked_out = isinstance(last, ast.Expr) and isinstance(last.value, ast.BinOp | ast.Compare)
            is_line = worked_out and last.lineno == last.end_lineno
            edit = case.rewrite_line(last.lineno, f"return {case.text(last)}") if is_line else None
            return case.at(last.end_lineno or last.lineno, edit=edit, name=wrong, source=source, slots=slots)
    return None


def _first_of_count(case: CrashContext, call: ast.Call) -> Edit | None:
    """Return the edit that gives `get` a first value, if its result is added to and stored under the same key."""
    match case.statement:
        case ast.Assign(targets=[ast.Subscript() as target], value=ast.BinOp(left=left, op=ast.Add(), right=added)):
            owner = call.func.value if isinstance(call.func, ast.Attribute) else call.func
            if left is call and f"{case.text(owner)}[{case.text(call.args[0])}]" == case.text(target):
                first = {ast.List: "[]", ast.JoinedStr: '""'}.get(type(added), "0")
                first = '""' if isinstance(added, ast.Constant) and isinstance(added.value, str) else first
                return case.rewrite(call, f"{case.text(call)[:-1]}, {first})")
    return None


def _is_none(value: ast.expr | None) -> bool:
    """Return whether a returned value is None."""
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


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
    match call:
        case ast.Call(func=ast.Name(id="print"), args=[only], keywords=[]):
            return case.rewrite(call, case.text(only)) if isinstance(statement, ast.Assign) else None
        case ast.Call(func=ast.Attribute(value=owner, attr="sort" | "reverse" as method), args=[], keywords=[]):
            if not isinstance(statement, ast.Assign) or statement.value is not call:
                made = f"sorted({case.text(owner)})" if method == "sort" else f"{case.text(owner)}[::-1]"
                return case.rewrite(call, made)
    if isinstance(statement, ast.Return) and statement.value is call:
        return _returned_after(case, statement, call)
    return _without_target(case, statement, call) if isinstance(statement, ast.Assign) else None


def _without_target(case: CrashContext, statement: ast.Assign, call: ast.Call) -> Edit | None:
    """Return the edit that drops the assignment of an in-place call, or replaces `sort` by `sorted`; or None."""
    if statement.value is not call or statement.lineno != statement.end_lineno:
        return None
    target = case.text(statement.targets[0])
    match call.func:
        case ast.Attribute(value=owner) if case.text(owner) == target:
            return case.rewrite_line(call.lineno, case.text(call))
        case ast.Attribute(value=owner, attr="sort") if not call.args:
            settings = [f"{word.arg}={case.text(word.value)}" for word in call.keywords]
            return case.rewrite_line(call.lineno, f"{target} = sorted({', '.join([case.text(owner), *settings])})")
    return None


def _returned_after(case: CrashContext, statement: ast.Return, call: ast.Call) -> Edit | None:
    """Return the edit that changes a collection in place first, and returns it on the next line."""
    held = _changed_by(call)
    if held is None or statement.lineno != statement.end_lineno:
        return None
    indent = " " * statement.col_offset
    return case.program.edit(call.lineno, f"{indent}{case.text(call)}\n{indent}return {case.text(held)}")


def _changed_by(call: ast.Call) -> ast.expr | None:
    """Return the collection that a call changes in place."""
    match call:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="random" | "heapq")), args=[ast.Name() as owner, *_]):
            return owner
        case ast.Call(func=ast.Attribute(value=ast.Name() | ast.Attribute() as owner)):
            return owner
    return None


@runtime_rule(
    "result-of-method-in-place",
    ("AttributeError", "TypeError"),
    r"NoneType|can only join an iterable",
    before=(
        *("attribute-of-none", "index-of-wrong-kind", "none-gone-through", "none-handed-on"),
        *("none-in-operation", "none-looked-into", "value-from-elsewhere"),
    ),
)
def result_of_method_in_place(case: CrashContext) -> Match | None:
    """Return the call of an in-place method whose result None is used on the failing line."""
    nodes = case.likely(ast.Name, ast.Call, ast.Attribute, ast.Subscript)
    if case.crash.exception == "AttributeError":
        nodes = [node.value for node in nodes if isinstance(node, ast.Attribute)]
    for node in nodes:
        if isinstance(case.program.parents.get(node), ast.Expr):
            continue  # the statement drops this result, so it is not the None that is used
        match none_origin(case.program, node, case.line):
            case "in-place", ast.Call(func=ast.Attribute(attr=method)) as call:
                return case.at(call, edit=_without_result(case, call), call=call, method=Code(method))
    for culprit in culprits(case):
        way = WayBack(case, "NoneType").of(culprit.node) if culprit.type == "NoneType" else ()
        match way[-1].node if way else None:
            case ast.Call(func=ast.Attribute(attr=method)) as call if method in IN_PLACE and way[-1].kind != "ends":
                return case.at(call, edit=_without_result(case, call), call=call, method=Code(method))
    return None


@runtime_rule(
    "print-result-used",
    ("TypeError",),
    r"unsupported operand type\(s\) for \S{1,8}(?: \S{1,8}){0,3}: '(?P<left>NoneType)' and '(?P<right>\w+)'",
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
    r"not '?NoneType'?$|indices must be integers or slices, not NoneType"
    r"|type NoneType doesn't define|object of type 'NoneType'|passed to NoneType",
    before=("text-in-calculation", "no-length", "index-of-wrong-kind", "form-of-another-kind"),
)
def none_handed_on(case: CrashContext) -> Match | None:
    """Return the source of a None that was passed to a call."""
    arguments = [argument for call in case.calls for argument in call.args]
    arguments += [node.value for node in case.likely(ast.FormattedValue)] if "__format__" in case.crash.message else []
    if "indices" in case.crash.message:
        arguments = [subscript.slice for subscript in case.subscripts]
    sources = (none_source(case, each) for each in arguments if isinstance(each, ast.Call | ast.Name | ast.Attribute))
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
    wrong = left if case.types[0] == "NoneType" else right
    found = none_match(case, wrong, operation)
    match operation, case.statement:
        case ast.Compare(ops=[_]), ast.If(test=test) if test is operation and isinstance(wrong, ast.Name):
            guarded = f"{wrong.id} is None or {case.text(operation)}"
            return changed(found, lines=(case.line,), edit=case.rewrite(operation, guarded))
    return found


@runtime_rule(
    "none-looked-into",
    ("TypeError",),
    r"'(?P<type>NoneType)' object (?:is not subscriptable|does not support item)",
    before=("no-items",),
)
def none_looked_into(case: CrashContext) -> Match | None:
    """Return the source of a None that is indexed."""
    return none_match(case, case.subscript and case.subscript.value, case.subscript)
