"""Results that a function works out and does not return on every path, so that its call gives None."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.nodes import is_call_of
from tutor_pedagogy.offline.rules.runtime.culprits import culprits
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.offline.rules.runtime.way_back import WayBack
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.engine.nodes import Function

_NONE = r"'NoneType'|\"NoneType\"|not NoneType|NoneType object|type NoneType"
_NONE_RULES = (
    *("attribute-of-none", "none-gone-through", "none-looked-into", "none-in-operation", "none-as-argument"),
    *("none-handed-on", "value-from-elsewhere", "result-of-method-in-place", "unpacking-count", "text-plus-other"),
    *("not-offered-by-object", "chain-left-at-its-end"),
)


@runtime_rule("result-not-returned", ("AttributeError", "TypeError"), _NONE, before=_NONE_RULES)
def result_not_returned(case: CrashContext) -> Match | None:
    """Return the line of a function that has its result and does not return it, if an edit there mends the crash."""
    function = _ending(case)
    if function is None:
        return None
    slots: dict[str, str | ast.AST] = {"function": Code(function.name), "stop": str(case.program.shown(case.line))}
    for node in _printed(case, function):
        edit = case.rewrite(node, f"return {case.text(node.args[0])}")
        found = case.at(node, edit=edit, slots=slots, printed=node.args[0], inside="", kept="")
        return replace(found, needs_edit=True)
    for returned, block in _inside(function):
        header = Code(case.program.line(block.lineno).strip())
        edit = _moved_out(case, returned, block)
        return replace(case.at(returned, edit=edit, slots=slots, inside=header, printed="", kept=""), needs_edit=True)
    name = _worked_out(case, function)
    if name:
        last = function.body[-1]
        end = last.end_lineno or last.lineno
        indent = " " * function.body[0].col_offset
        edit = case.program.edit(end, f"{case.program.line(end)}\n{indent}return {name}")
        found = case.at(end, edit=edit, slots=slots, kept=Code(name), printed="", inside="")
        return replace(found, needs_edit=True)
    return None


def _ending(case: CrashContext) -> Function | None:
    """Return the function that came to its end without a value and so gave the None of the failing line."""
    for culprit in culprits(case):
        if culprit.type != "NoneType":
            continue
        way = WayBack(case, "NoneType").of(culprit.node)
        if way and way[-1].kind == "ends":
            return case.program.functions.get(way[-1].holder)
    return None


def _printed(case: CrashContext, function: Function) -> Iterator[ast.Call]:
    """Yield the only call of `print` of a function that returns nothing, if it prints one value."""
    if not case.program.returns_nothing(function):
        return
    prints = [node for node in walk(function) if is_call_of(node, "print")]
    if len(prints) == 1 and len(prints[0].args) == 1 and not prints[0].keywords:
        value = prints[0].args[0]
        if not isinstance(value, ast.Constant | ast.JoinedStr):
            yield prints[0]


def _inside(function: Function) -> Iterator[tuple[ast.Return, ast.stmt]]:
    """Yield a `return` of a variable at the end of the last block of a function, if the variable is set before it."""
    block = function.body[-1]
    if not isinstance(block, ast.If | ast.For | ast.While) or (isinstance(block, ast.If) and block.orelse):
        return
    match block.body[-1]:
        case ast.Return(value=ast.Name(id=name)) as returned:
            before = [node for statement in function.body[:-1] for node in walk(statement)]
            if any(
                isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store) for node in before
            ):
                yield returned, block


def _moved_out(case: CrashContext, returned: ast.Return, block: ast.stmt) -> Edit | None:
    """Return the edit that gives a `return` at the end of a block the indentation of the block's header."""
    if returned.lineno != returned.end_lineno:
        return None
    header = case.program.line(block.lineno)
    indent = header[: len(header) - len(header.lstrip())]
    lines = [*case.program.lines]
    lines[returned.lineno - 1] = indent + lines[returned.lineno - 1].strip()
    return edit_to(case.program, "\n".join(lines))


def _worked_out(case: CrashContext, function: Function) -> str:
    """Return the only variable that a function without `return` sets itself and never hands on; else an empty text."""
    if not case.program.returns_nothing(function) or case.class_of(function) is not None:
        return ""
    own = case.program.own_nodes(function)
    outer = {name for node in own if isinstance(node, ast.Global | ast.Nonlocal) for name in node.names}
    loops = {
        node.id for each in own if isinstance(each, ast.For) for node in walk(each.target) if isinstance(node, ast.Name)
    }
    stored = [
        target.id
        for node in function.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    passed = {
        argument.id
        for node in own
        if isinstance(node, ast.Call)
        for argument in node.args
        if isinstance(argument, ast.Name)
    }
    left = [name for name in dict.fromkeys(stored) if name not in outer | loops]
    results = [name for name in left if name not in passed] or left
    return results[0] if len(results) == 1 else ""
