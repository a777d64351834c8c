"""Results of functions that search: none is found, or the index of an item is taken for the item."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import called_name, indexed_list, names_in, parameters
from tutor_pedagogy.offline.evaluation import UNKNOWN
from tutor_pedagogy.offline.rules.runtime.culprits import culprits
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.nodes import Function

_GENERAL = (
    *("attribute-of-none", "none-gone-through", "none-looked-into", "none-in-operation", "none-as-argument"),
    *("none-handed-on", "value-from-elsewhere", "text-key-on-list"),
)


def _searching(case: CrashContext, node: ast.expr) -> tuple[ast.Call, Function] | None:
    """Return the call of a function of the program from which a value comes, and the function."""
    if isinstance(node, ast.Call) and called_name(node) in case.program.functions:
        return node, case.program.functions[called_name(node)]
    if not isinstance(node, ast.Name):
        return None
    made = _call_behind(case, node)
    return (made, case.program.functions[called_name(made)]) if made is not None else None


def _call_behind(case: CrashContext, node: ast.Name) -> ast.Call | None:
    """Return the call of a function of the program whose result a variable or a parameter has got."""
    found: ast.expr | None = node
    for _ in range(3):
        if isinstance(found, ast.Call):
            return found if called_name(found) in case.program.functions else None
        if not isinstance(found, ast.Name):
            return None
        bound = [value for line, value in case.program.assignments(found.id) if _is_here(case, line, found)]
        if bound:
            found = bound[-1]
            continue
        function = case.program.function_at(found.lineno)
        names = parameters(function) if function is not None else []
        calls = [call for call in case.program.each(ast.Call) if function and called_name(call) == function.name]
        at = names.index(found.id) if found.id in names else -1
        found = calls[0].args[at] if len(calls) == 1 and 0 <= at < len(calls[0].args) else None
    return None


def _is_here(case: CrashContext, line: int, node: ast.Name) -> bool:
    function = case.program.function_at(node.lineno)
    is_header = function is not None and line == function.lineno
    return line < node.lineno and case.program.function_at(line) is function and not is_header


@runtime_rule(
    "nothing-found",
    ("AttributeError", "TypeError"),
    r"NoneType",
    before=(*_GENERAL, "result-of-method-in-place", "index-of-wrong-kind"),
)
def nothing_found(case: CrashContext) -> Match | None:
    """Return the line that stores the result of a search, if the search found nothing and no line asks for that."""
    for culprit in culprits(case):
        found = _searching(case, culprit.node) if culprit.type == "NoneType" else None
        if found is None or not _is_search(case, found[1]):
            continue
        call, function = found
        if function.lineno <= case.line <= (function.end_lineno or 0) or _asks(case, culprit.node):
            continue
        given = _given(case, call, function)
        slots: dict[str, str | ast.AST] = {"name": culprit.node, "function": Code(function.name), "given": given}
        slots |= {"stop": str(case.program.shown(case.line)), "call": call}
        slots["start"] = str(case.program.shown(function.lineno))
        return case.at(call, slots=slots)
    return None


def _is_search(case: CrashContext, function: Function) -> bool:
    """Return whether a function returns an item from inside a loop under a condition, and None after the loop."""
    returned = case.program.returns_of(function)
    values = [each for each in returned if each.value is not None and not _is_none(each.value)]
    if not values or function.decorator_list:
        return False
    for each in values:
        around = [up for up in case.program.above(each) if isinstance(up, ast.If | ast.For | ast.While)]
        if not around or not isinstance(around[0], ast.If) or not any(isinstance(up, ast.For) for up in around):
            return False
    last = function.body[-1]
    is_end = isinstance(last, ast.For) and not last.orelse
    is_none = isinstance(last, ast.Return) and (last.value is None or _is_none(last.value))
    return is_end or is_none


def _is_none(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _asks(case: CrashContext, node: ast.expr) -> bool:
    """Return whether a condition around the failing line asks about the value."""
    names = names_in(node)
    statement = case.statement
    above = [*case.program.above(statement)] if statement is not None else []
    return any(isinstance(up, ast.If | ast.While) and names & names_in(up.test) for up in above)


def _given(case: CrashContext, call: ast.Call, function: Function) -> str:
    """Return the arguments of the search with their values, such as “`number` is `7`”; empty if they are not known."""
    parts = []
    for name, argument in zip(parameters(function), call.args, strict=False):
        value = case.value(argument)
        if value is UNKNOWN and isinstance(argument, ast.Constant):
            value = argument.value
        if isinstance(value, int | str | float) and len(repr(value)) < 40:  # noqa: PLR2004 - a short value
            parts.append(f"`{name}` is `{value!r}`")
    return " and ".join(parts)


@runtime_rule(
    "index-of-item-returned",
    ("AttributeError", "TypeError"),
    r"'int' object (?:is not subscriptable|has no attribute|is not iterable)",
    before=(
        *("value-from-elsewhere", "no-items", "not-offered-by-object", "method-of-another-kind", "attribute-misspelt"),
        *("value-handed-for-object", "value-in-place-of-object", "loop-over-number"),
    ),
)
def index_of_item_returned(case: CrashContext) -> Match | None:
    """Return the line of a search that returns the index of the item, where the caller needs the item."""
    for culprit in culprits(case):
        found = _searching(case, culprit.node)
        if found is None:
            continue
        _, function = found
        for loop in [node for node in walk(function) if isinstance(node, ast.For)]:
            owner = indexed_list(loop.iter)
            if owner is None or not isinstance(loop.target, ast.Name):
                continue
            for returned in case.program.returns_of(function):
                if isinstance(returned.value, ast.Name) and returned.value.id == loop.target.id:
                    new = f"{case.text(owner)}[{loop.target.id}]"
                    slots: dict[str, str | ast.AST] = {"name": culprit.node, "function": Code(function.name)}
                    slots |= {"index": loop.target, "owner": owner, "stop": str(case.program.shown(case.line))}
                    return case.at(returned.value, replace=(returned.value, new), slots=slots)
    return None
