"""What is called is no function, or a function is only named: round brackets too many, too few, of another kind."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.engine.program import BUILTINS
from tutor_pedagogy.offline.rules.runtime.operands import kind, not_called_site
from tutor_pedagogy.offline.rules.runtime.rule import runtime_rule

if TYPE_CHECKING:
    from tutor_pedagogy.offline.rules.runtime.context import CrashContext


@runtime_rule(
    "product-without-sign",
    ("TypeError",),
    r"'(?P<type>int|float|numpy\.float64|complex)' object is not callable",
    before=("comma-missing-between-items",),
)
def product_without_sign(case: CrashContext) -> Match | None:
    return None if builtin_hidden.detect(case) else _missing_times(case)


def _missing_times(case: CrashContext) -> Match | None:
    """Find a number with brackets after it: a product without its sign."""
    for call in case.calls:
        if len(call.args) != 1 or call.keywords or (isinstance(call.func, ast.Name) and call.func.id in BUILTINS):
            continue
        func, argument = case.text(call.func), case.text(call)
        product = f"{func} * {argument.removeprefix(func).lstrip()}"
        return case.here(call, edit=case.rewrite(call, product), name=Code(func))
    return case.here(name=Code(case.marked or "the value"))


@runtime_rule("builtin-hidden", ("TypeError",), r"'(?P<type>[\w.]+)' object is not callable", before=("not-callable",))
def builtin_hidden(case: CrashContext) -> Match | None:
    """Find a built-in function whose name was given to a value."""
    for call in case.calls:
        if isinstance(call.func, ast.Name) and (call.func.id in BUILTINS or call.func.id in case.program.functions):
            name = call.func.id
            function = case.program.function_at(case.line)
            scopes = (function, None)
            bound = [
                (line, value)
                for line, value in case.program.assignments(name)
                if case.program.function_at(line) in scopes
            ]
            if not bound:
                continue
            line, _ = bound[0]
            return Match(
                lines=(line,),
                expression=name,
                slots={"name": Code(name), "kind": kind(case.match["type"]), "use": Code(case.text(call))},
            )
    return None


@runtime_rule(
    "round-brackets-for-index",
    ("TypeError",),
    r"'(?P<type>list|tuple|dict|str|range|numpy\.ndarray|Series|DataFrame)' object is not callable",
    before=("not-callable",),
)
def round_brackets_for_index(case: CrashContext) -> Match | None:
    for call in case.calls:
        if len(call.args) == 1 and isinstance(call.func, ast.Name) and call.func.id not in BUILTINS:
            func, index = case.text(call.func), case.text(call.args[0])
            return case.here(
                call,
                edit=case.rewrite(call, f"{func}[{index}]"),
                name=Code(func),
                index=Code(index),
                container=kind(case.match["type"]),
            )
    return None


@runtime_rule(
    "comma-missing-between-items",
    ("TypeError",),
    r"'(?P<type>tuple|list|str|dict|set|int)' object is not callable",
    before=("not-callable",),
)
def comma_missing_between_items(case: CrashContext) -> Match | None:
    for call in case.calls:
        if isinstance(call.func, ast.Tuple | ast.List | ast.Constant | ast.Dict):
            return case.here(call, name=Code(case.text(call.func)))
    return None


@runtime_rule(
    "comma-missing-between-lists",
    ("TypeError",),
    r"(?:list|tuple) indices must be integers or slices, not tuple",
    before=("index-of-wrong-kind",),
)
def comma_missing_between_lists(case: CrashContext) -> Match | None:
    """Find `[[1, 2] [3, 4]]`, in which the second list looks like the index of the first."""
    for node in case.likely(ast.Subscript):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.List | ast.Tuple):
            return case.here(node, name=Code(case.text(node.value)))
    return None


@runtime_rule("module-called", ("TypeError",), r"'(?P<type>module)' object is not callable", before=("not-callable",))
def module_called(case: CrashContext) -> Match | None:
    for call in case.calls:
        name = case.text(call.func)
        if case.match["type"] == "module":
            edit = (
                case.rewrite(call.func, f"{name}.{name}")
                if name in ("random", "time", "datetime", "copy", "glob")
                else None
            )
            return case.here(call, edit=edit, name=Code(name))
    return None


@runtime_rule("not-callable", ("TypeError",), r"'(?P<type>[\w.]+)' object is not callable")
def not_callable(case: CrashContext) -> Match | None:
    calls = case.calls
    name = case.text(calls[0].func) if calls else case.marked or "it"
    return case.here(calls[0] if calls else None, name=Code(name), kind=kind(case.match["type"]))


@runtime_rule(
    "square-brackets-for-call",
    ("TypeError",),
    r"'(?:builtin_function_or_method|function|method)' object (?:is not subscriptable|does not support item)",
    before=("function-not-called",),
)
def square_brackets_for_call(case: CrashContext) -> Match | None:
    """Square brackets after a function's name, unless the name should hold what a call of the function gives."""
    for node in case.likely(ast.Subscript):
        match node:
            case ast.Subscript(value=ast.Name(id=name) as value) if name not in case.program.functions and (
                site := not_called_site(case, value)
            ):
                if site.lines != (case.line,):
                    return None
    for node in case.likely(ast.Subscript):
        if isinstance(node, ast.Subscript):
            func = case.text(node.value)
            inner = case.text(node)[len(func) :].strip()
            if inner.startswith("[") and inner.endswith("]"):
                return case.here(
                    node,
                    edit=case.rewrite(node, f"{func}({inner[1:-1]})"),
                    name=Code(func),
                    inner=Code(inner[1:-1] or "nothing"),
                )
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
    return _input_not_called(case) or _named_not_called(case)


def _input_not_called(case: CrashContext) -> Match | None:
    for call in case.calls:
        named = next((a for a in call.args if isinstance(a, ast.Name) and a.id == "input"), None)
        if named is not None:
            return case.here(call, edit=case.rewrite(named, "input()"), name=Code("input"))
    return None


def _named_not_called(case: CrashContext) -> Match | None:
    """Find where a function, not its result, is measured, looked into or gone through."""
    kinds = re.compile(r"builtin_function_or_method|function|method|type\b")
    if not kinds.search(case.crash.message):
        return None
    for node in case.likely(ast.Attribute, ast.Name):
        inner = node.value if isinstance(node, ast.Attribute) and not _is_method(node, case) else node
        if isinstance(inner, ast.Name) and (inner.id in BUILTINS or inner.id in case.program.bound_names):
            value = case.program.last_value(inner.id, case.line + 1)
            if inner.id in BUILTINS and inner.id not in case.program.bound_names:
                continue
            if inner.id not in case.program.functions and not isinstance(value, ast.Attribute | ast.Name):
                values = [v for _, v in case.program.assignments(inner.id) if isinstance(v, ast.Attribute)]
                if not values:
                    continue
        if isinstance(inner, ast.Attribute | ast.Name):
            site = not_called_site(case, inner)
            if site is not None:
                return site
    return None


def _is_method(node: ast.Attribute, case: CrashContext) -> bool:
    return node.attr not in case.crash.message
