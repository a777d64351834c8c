"""Names that have no value yet: a class inside its own body, a `try` block that failed, a function's own name."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.rules.runtime.hidden_names import renamed
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.nodes import Function


@runtime_rule(
    "class-not-finished",
    ("NameError",),
    r"name '(?P<name>\w+)' is not defined",
    before=("name-misspelt", "name-defined-later", "name-never-defined", "text-without-quotes"),
)
def class_not_finished(case: CrashContext) -> Match | None:
    """Return the type hint of a method that names the class whose body is still being read."""
    name = case.match["name"]
    owner = case.classes.get(name)
    if owner is None or not owner.lineno < case.line <= (owner.end_lineno or 0):
        return None
    for method in owner.body:
        if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and method.lineno <= case.line:
            hints = [hint for hint in _hints(method) if any(_is_name(inner, name) for inner in walk(hint))]
            here = [hint for hint in hints if hint.lineno == case.line]
            if here:
                line = case.program.line(case.line)
                for hint in sorted(here, key=lambda each: each.col_offset, reverse=True):
                    start, end = case.columns(hint)
                    quoted = line[start:end].replace('"', "'")
                    line = f'{line[:start]}"{quoted}"{line[end:]}'
                return case.here(here[0], edit=case.program.edit(case.line, line), class_name=Code(name))
    return None


def _hints(method: Function) -> Iterator[ast.expr]:
    """Yield the type hints in the header of a method."""
    given = method.args
    for each in (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg):
        if each is not None and each.annotation is not None:
            yield each.annotation
    if method.returns is not None:
        yield method.returns


def _is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


@runtime_rule(
    "value-lost-in-try",
    ("NameError", "UnboundLocalError"),
    r"(?:local variable|name) '(?P<name>\w+)'",
    before=(
        "value-only-on-some-paths",
        "used-before-first-value",
        "name-misspelt",
        "outer-variable-changed-in-function",
    ),
)
def value_lost_in_try(case: CrashContext) -> Match | None:
    """Return the use in an `except` block of a name that only the failed `try` block would have set."""
    name, node = case.match["name"], case.name(case.match["name"])
    if node is None or (case.function is None and "local variable" in case.message):
        return None
    for up in case.program.above(node):
        if isinstance(up, ast.Try) and any(node in walk(handler) for handler in up.handlers):
            before = [line for line, _ in case.bound(name) if line < up.lineno]
            inside = [line for line, _ in case.bound(name) if up.lineno < line < up.handlers[0].lineno]
            if inside and not before:
                return case.here(name, name=Code(name), other_line=str(case.program.shown(inside[0])))
    return None


@runtime_rule(
    "own-value-hides-function",
    ("UnboundLocalError",),
    r"local variable '(?P<name>\w+)'",
    before=("outer-variable-changed-in-function", "used-before-first-value"),
)
def own_value_hides_function(case: CrashContext) -> Match | None:
    """Return the line that gives a local variable the name of the function that is called there."""
    name, bound = case.match["name"], case.bound(case.match["name"])
    defined = case.program.functions.get(name)
    is_called = any(isinstance(call.func, ast.Name) and call.func.id == name for call in case.calls)
    if defined is None or case.function is None or not bound or not is_called:
        return None
    if defined in case.program.own_nodes(case.function):
        return None
    edit = renamed(case, name, bound[0][0])
    return case.at(bound[0][0], edit=edit, name=Code(name), function=Code(case.function.name))
