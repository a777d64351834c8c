"""Calls of values that are not callable, and functions that are named but not called."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.nodes import called_name, is_call_of, parameters
from tutor_pedagogy.offline.engine.parsing import characters
from tutor_pedagogy.offline.engine.program import BUILTINS
from tutor_pedagogy.offline.rules.runtime.hidden_names import attribute_renamed, renamed
from tutor_pedagogy.offline.rules.runtime.origins import IN_PLACE
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.offline.rules.runtime.type_names import TWO_TYPES
from tutor_pedagogy.offline.rules.runtime.value_sources import argument_for

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit

_NOT_CALLED = (
    *("builtin-hidden", "product-without-sign", "not-callable", "round-brackets-for-index"),
    *("comma-missing-between-items", "module-called"),
)
"""The other rules for values that are called."""
_FUNCTION_TYPES = frozenset(("function", "method", "builtin_function_or_method", "type"))
_MODULES_WITH_NAMESAKE = frozenset(("random", "time", "datetime", "copy", "glob"))
"""Modules that contain a function or class with the module's name."""


@runtime_rule(
    "product-without-sign",
    ("TypeError",),
    r"'(?P<type>int|float|numpy\.float64|complex)' object is not callable",
    before=("comma-missing-between-items",),
)
def product_without_sign(case: CrashContext) -> Match | None:
    """Return the number followed by parentheses, which is a product without its operator."""
    if builtin_hidden.detect(case) or any(word.arg == "key" for call in case.calls for word in call.keywords):
        return None
    for call in case.calls:
        if len(call.args) != 1 and isinstance(call.func, ast.Attribute | ast.Name | ast.Subscript):
            return None
        if len(call.args) == 1 and not call.keywords and not is_call_of(call, *BUILTINS):
            func = case.text(call.func)
            product = f"{func} * {case.text(call).removeprefix(func).lstrip()}"
            return case.here(call, replace=(call, product), name=call.func)
    return case.here(name=Code(case.marked or ""))


@runtime_rule("builtin-hidden", ("TypeError",), r"'(?P<type>[\w.]+)' object is not callable", before=("not-callable",))
def builtin_hidden(case: CrashContext) -> Match | None:
    """Return the line that assigns a value to the name of a function, which is called later."""
    for call in case.calls:
        if isinstance(call.func, ast.Name) and (call.func.id in BUILTINS or call.func.id in case.program.functions):
            name = call.func.id
            for line, _ in case.program.assignments(name):
                if case.program.function_at(line) in (case.function, None):
                    match = case.at(line, name=call.func, type=case.type_words, use=call)
                    edit = renamed(case, name, line)
                    return Match(lines=match.lines, expression=name, edit=edit, slots=match.slots)
    return None


@runtime_rule(
    "round-brackets-for-index",
    ("TypeError",),
    r"'(?P<type>list|tuple|dict|str|range|numpy\.ndarray|Series|DataFrame)' object is not callable",
    before=("not-callable",),
)
def round_brackets_for_index(case: CrashContext) -> Match | None:
    """Return the collection that is used with parentheses, where its index or key needs square brackets."""
    for call in case.calls:
        is_own = isinstance(call.func, ast.Name) and call.func.id not in BUILTINS
        is_item = isinstance(call.func, ast.Subscript) and case.match["type"] != "str"
        if len(call.args) == 1 and not call.keywords and (is_own or is_item):
            new = f"{case.text(call.func)}[{case.text(call.args[0])}]"
            slots = {"name": call.func, "index": call.args[0]}
            return case.here(call, replace=(call, new), container=case.type_words, slots=slots)
    return None


@runtime_rule(
    "comma-missing-between-items",
    ("TypeError",),
    r"'(?P<type>tuple|list|str|dict|set|int)' object is not callable",
    before=("not-callable",),
)
def comma_missing_between_items(case: CrashContext) -> Match | None:
    """Return the literal followed by parentheses, which are two items without a comma between them."""
    for call in case.calls:
        if isinstance(call.func, ast.Tuple | ast.List | ast.Constant | ast.Dict):
            end = call.func.end_lineno or call.lineno
            text = case.program.line(end)
            column = characters(text, call.func.end_col_offset or 0)
            return case.here(call, edit=case.program.edit(end, f"{text[:column]},{text[column:]}"), name=call.func)
    return None


@runtime_rule(
    "comma-missing-between-lists",
    ("TypeError",),
    r"(?:list|tuple) indices must be integers or slices, not tuple",
    before=("index-of-wrong-kind",),
)
def comma_missing_between_lists(case: CrashContext) -> Match | None:
    """Return an expression such as `[1, 2] [3, 4]`, which Python reads as a list with an index."""
    for node in case.subscripts:
        rows: list[ast.expr] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Subscript):
            inner = inner.value
            rows.append(inner)
        if isinstance(inner, ast.List | ast.Tuple):
            lines = case.program.lines.copy()
            for row in rows:  # the last row first, so that the columns of the others stay as they are
                end = (row.end_lineno or row.lineno) - 1
                column = characters(lines[end], row.end_col_offset or 0)
                lines[end] = f"{lines[end][:column]},{lines[end][column:]}"
            return case.here(node, edit=edit_to(case.program, "\n".join(lines)), name=inner)
    return None


@runtime_rule("module-called", ("TypeError",), r"'(?P<type>module)' object is not callable", before=("not-callable",))
def module_called(case: CrashContext) -> Match | None:
    """Return the call of a module."""
    call = case.call()
    if call is None:
        return None
    name = case.text(call.func)
    new = f"{name}.{name}" if name in _MODULES_WITH_NAMESAKE else None
    return case.here(call, replace=(call.func, new), name=call.func)


@runtime_rule("property-called", ("TypeError",), r"'(?P<type>[\w.]+)' object is not callable", before=_NOT_CALLED)
def property_called(case: CrashContext) -> Match | None:
    """Return the call of a property of the program's own class, or of an attribute that hides a method."""
    for call in case.calls:
        match call.func:
            case ast.Attribute(attr=name) as attribute:
                made = case.program.functions.get(name)
                is_property = made is not None and any(
                    isinstance(each, ast.Name) and each.id in ("property", "cached_property")
                    for each in made.decorator_list
                )
                if is_property and not call.args:
                    return case.here(call, replace=(call, case.text(attribute)), name=attribute, type=case.type_words)
    return None


@runtime_rule(
    "attribute-hides-method", ("TypeError",), r"'(?P<type>[\w.]+)' object is not callable", before=_NOT_CALLED
)
def attribute_hides_method(case: CrashContext) -> Match | None:
    """Return the line that stores a value in an attribute with the name of a method."""
    for call in case.calls:
        match call.func:
            case ast.Attribute(attr=name) if case.class_of(case.program.functions.get(name)) is not None:
                for line, _ in case.attribute_values(name):
                    edit = attribute_renamed(case, name)
                    return case.at(line, edit=edit, name=Code(name), type=case.type_words, use=call)
    return None


@runtime_rule("key-is-no-function", ("TypeError",), r"'(?P<type>[\w.]+)' object is not callable", before=_NOT_CALLED)
def key_is_no_function(case: CrashContext) -> Match | None:
    """Return the argument `key` that is the result of a function and not a function."""
    for call in case.calls:
        for word in call.keywords:
            if word.arg == "key":
                value = word.value
                new = case.text(value.func) if isinstance(value, ast.Call) else None
                return case.here(value, replace=(value, new), value=value, type=case.type_words)
    return None


@runtime_rule(
    "decorator-without-function",
    ("TypeError",),
    r"'(?P<type>NoneType)' object is not callable",
    before=_NOT_CALLED,
)
def decorator_without_function(case: CrashContext) -> Match | None:
    """Return the end of a decorator that does not return the function that it makes."""
    for call in case.calls:
        made = case.program.functions.get(call.func.id) if isinstance(call.func, ast.Name) else None
        for mark in made.decorator_list if made is not None else ():
            decorator = case.program.functions.get(mark.id) if isinstance(mark, ast.Name) else None
            inner = [node for node in decorator.body if isinstance(node, ast.FunctionDef)] if decorator else []
            if decorator is not None and len(inner) == 1 and not case.program.returns_of(decorator):
                last = decorator.body[-1].end_lineno or case.line
                line = case.program.line(inner[0].lineno)
                indent = line[: len(line) - len(line.lstrip())]
                edit = case.program.edit(last, f"{case.program.line(last)}\n{indent}return {inner[0].name}")
                return case.at(last, edit=edit, decorator=mark, name=call.func, inner=Code(inner[0].name))
    return None


@runtime_rule("not-callable", ("TypeError",), r"'(?P<type>[\w.]+)' object is not callable")
def not_callable(case: CrashContext) -> Match | None:
    """Return the call of a value that is not callable, not of a built-in function that has kept its name."""
    bound = case.program.bound_names
    calls = [call for call in case.calls if not (is_call_of(call, *BUILTINS) and call.func.id not in bound)]  # type: ignore[attr-defined] # `is_call_of` has checked that the function is a name
    call = calls[0] if calls else None
    edit = _without_call(case, call) if call is not None else None
    name = case.code(call and call.func, case.marked or "")
    return case.here(call, name=name, type=case.type_words, edit=edit)


def _without_call(case: CrashContext, call: ast.Call) -> Edit | None:
    """Return the edit that takes the empty parentheses after an attribute away, if only values are stored in it."""
    match call:
        case ast.Call(func=ast.Attribute(attr=name) as attribute, args=[], keywords=[]):
            if name not in case.program.functions and case.attribute_values(name):
                return case.rewrite(call, case.text(attribute))
    return None


@runtime_rule(
    "square-brackets-for-call",
    ("TypeError",),
    r"'(?:builtin_function_or_method|function|method)' object (?:is not subscriptable|does not support item)",
    before=("function-not-called",),
)
def square_brackets_for_call(case: CrashContext) -> Match | None:
    """Return the square brackets where a function needs parentheses; None if a name should be the result of a call."""
    for node in case.subscripts:
        if isinstance(node.value, ast.Name) and node.value.id not in case.program.functions:
            named = not_called(case, node.value)
            if named is not None and named.lines != (case.line,):
                return None
    for node in case.subscripts:
        inner = case.text(node)[len(case.text(node.value)) :].strip()
        if inner.startswith("[") and inner.endswith("]"):
            new = f"{case.text(node.value)}({inner[1:-1]})"
            return case.here(node, replace=(node, new), name=node.value, inner=Code(inner[1:-1] or "nothing"))
    return None


@runtime_rule(
    "function-not-called",
    ("AttributeError", "TypeError"),
    r"'?(?:builtin_function_or_method|function|method|method_descriptor)'? (?:object|is not)"
    r"|argument of type '(?:builtin_function_or_method|function|method)'"
    r"|object of type '(?:builtin_function_or_method|function|method)'"
    r"|, not '?(?:builtin_function_or_method|function|method)'?|type (?:function|method) doesn't define",
    before=("no-items", "no-length", "not-offered-by-object"),
)
def function_not_called(case: CrashContext) -> Match | None:
    """Return the place at which a function is named without a call, although its result is needed."""
    for call in case.calls:
        for argument in call.args:
            if isinstance(argument, ast.Name) and argument.id == "input":
                return case.here(call, replace=(argument, "input()"), name=argument)
    for node in case.likely(ast.Attribute, ast.Name):
        is_owner = isinstance(node, ast.Attribute) and node.attr in case.crash.message
        used = node.value if is_owner and isinstance(node, ast.Attribute) else node
        if isinstance(used, ast.Attribute | ast.Name) and _may_be_function(case, used):
            return not_called(case, used)
    return None


def _may_be_function(case: CrashContext, used: ast.Attribute | ast.Name) -> bool:
    """Return whether a name may refer to a function, as far as the code shows."""
    if isinstance(used, ast.Attribute) or used.id in case.program.functions:
        return True
    if used.id not in case.program.bound_names:
        return used.id not in BUILTINS
    last = case.program.last_value(used.id, case.line + 1)
    values = [value for _, value in case.program.assignments(used.id)]
    return isinstance(last, ast.Attribute | ast.Name) or any(isinstance(value, ast.Attribute) for value in values)


@runtime_rule("function-in-operation", ("TypeError",), TWO_TYPES, before=("compared-kinds", "text-in-calculation"))
def function_in_operation(case: CrashContext) -> Match | None:
    """Return the place at which the function on one side of an operation is named without a call."""
    if _FUNCTION_TYPES.isdisjoint(case.types) or case.sides is None:
        return None
    operation, left, right = case.sides
    wrong = left if case.types[0] in _FUNCTION_TYPES else right
    return not_called(case, wrong) or case.here(operation, name=wrong)


def not_called(case: CrashContext, wrong: ast.expr) -> Match | None:
    """Return the place at which a function is named without a call, for an expression that should be its result."""
    if isinstance(wrong, ast.Name) and wrong.id not in case.program.functions:
        for _, value in reversed(case.bound(wrong.id)):
            if isinstance(value, ast.Attribute | ast.Name):
                is_in_place = isinstance(value, ast.Attribute) and value.attr in IN_PLACE
                return case.at(value, replace=(value, None if is_in_place else f"{case.text(value)}()"), name=value)
    if (handed := _handed_in(case, wrong)) is not None:
        return case.at(handed, replace=(handed, f"{case.text(handed)}()"), name=handed)
    if isinstance(wrong, ast.Name | ast.Attribute):
        return case.here(wrong, replace=(wrong, f"{case.text(wrong)}()"), name=wrong)
    return None


def _handed_in(case: CrashContext, wrong: ast.expr) -> ast.expr | None:
    """Return the function's name without a call that the caller passed, or stored before it passed it; or None."""
    function, callers = case.function, case.crash.callers
    if function is None or not callers or not isinstance(wrong, ast.Name) or wrong.id not in parameters(function):
        return None
    for call in (node for node in case.program.expressions_at(callers[-1]) if isinstance(node, ast.Call)):
        if called_name(call) != function.name:
            continue
        given, _ = argument_for(function, wrong.id, call, is_method=case.class_of(function) is not None)
        if isinstance(given, ast.Attribute):
            return given
        if not isinstance(given, ast.Name):
            return None
        if given.id in case.program.functions:
            return given
        around = case.program.function_at(call.lineno)
        bound = [
            value for line, value in case.program.assignments(given.id) if case.program.function_at(line) is around
        ]
        match bound:
            case [ast.Attribute() | ast.Name() as value]:
                return value
    return None
