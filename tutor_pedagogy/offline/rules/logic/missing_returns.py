"""Missing results: of in-place methods, of calls whose result is dropped, on paths without `return`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import Function, is_call_of
from tutor_pedagogy.offline.engine.program import SHRINKING
from tutor_pedagogy.offline.rules.logic.returns import prints_in
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.support import is_imported, is_result_used, reads_itself_only
from tutor_pedagogy.offline.rules.logic.tree import branches_of, is_name, last_line, method_called, parameters_of
from tutor_pedagogy.offline.rules.runtime.origins import IN_PLACE, falls_through
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_LIST_METHODS = IN_PLACE - {"add", "update", "print"}
_ALWAYS_NONE = ("remove", "sort", "reverse", "insert")
_ADDING = ("append", "add", "extend")


@logic_rule("answer-of-method-in-place", 0.95, "none value other", needs=(ast.Attribute,), each=ast.Call)
def answer_of_method_in_place(program: Program, call: ast.Call) -> Iterator[Match]:
    """Yield a call of an in-place method, such as `items.sort()`, whose result None is returned or stored."""
    match call.func, program.parents.get(call):
        case ast.Attribute(value=owner, attr=method), ast.Return() if method in _LIST_METHODS:
            yield program.here(call, call=call, method=Code(method), owner=owner)
        case ast.Attribute(value=ast.Name() as owner, attr=method), ast.Compare() | ast.Call(func=ast.Name(id="print")):
            is_shown = not isinstance(program.parents.get(program.parents[call]), ast.Expr) or is_call_of(
                program.parents[call], "print"
            )
            if is_shown and method in _LIST_METHODS and _is_list(program, owner.id) and program.assignments(owner.id):
                yield program.here(call, call=call, method=Code(method), owner=owner)
        case ast.Attribute(value=ast.Name() as owner, attr=method), ast.Call(
            func=ast.Attribute(attr="append" | "insert")
        ):
            if method in _ALWAYS_NONE and not is_imported(program, owner.id) and method not in program.functions:
                yield program.here(call, call=call, method=Code(method), owner=owner, needs_symptom=True)
        case ast.Attribute(value=ast.Name() as owner, attr=method), ast.Assign(targets=[ast.Name(id=name)]):
            is_of_list = _is_list(program, owner.id) and not is_imported(program, owner.id)
            if method == "shuffle" or (method in _LIST_METHODS and is_of_list):
                changed = call.args[0] if method == "shuffle" and call.args else owner
                alone = program.indentation(call.lineno) + program.segment(call)
                edit = program.edit(call.lineno, alone) if is_name(changed, name) else None
                yield program.here(call, edit=edit, call=call, method=Code(method), owner=changed)


def _is_list(program: Program, name: str) -> bool:
    """Return whether a name may refer to a list: the code assigns a list to it, or never assigns to it."""
    bound = [value for _, value in program.assignments(name)]
    values = [value for value in bound if value is None or method_called(value)[0] != name]
    return not values or any(
        isinstance(value, ast.List | ast.ListComp)
        or is_call_of(value, "list", "sorted")
        or (isinstance(value, ast.Subscript) and isinstance(value.slice, ast.Slice))
        for value in values
    )


@logic_rule("answer-of-call-forgotten", 0.9, "none value short less other", needs=(ast.Expr, ast.Call), each=Function)
def answer_of_call_forgotten(program: Program, function: Function) -> Iterator[Match]:
    """Yield a recursive call whose result the function drops."""
    if program.returns_nothing(function):
        return
    dropped = [
        node
        for node in program.own_nodes(function)
        if isinstance(node, ast.Expr) and _is_own_call(program, function, node.value)
    ]
    if not dropped or has_effect(program, function) or _hands_on(program, function):
        return
    if isinstance(program.parents.get(function), ast.ClassDef) and not all(_is_last(program, node) for node in dropped):
        return
    lines = sorted(node.lineno for node in dropped)
    edit = _returning(program, lines) if all(_is_last(program, node) for node in dropped) else None
    for node in sorted(dropped, key=lambda node: node.lineno):
        text = program.line(node.lineno).strip()
        alone = program.edit(node.lineno, program.indentation(node.lineno) + f"return {text}")
        others = [str(program.shown(line)) for line in lines if line != node.lineno] if edit is not None else []
        yield program.on_line(
            node,
            edit=edit or alone,
            function=Code(function.name),
            call=node.value,
            more=" and ".join(others),
        )


def _is_own_call(program: Program, function: Function, node: ast.AST) -> bool:
    """Return whether a function calls itself here: by its name or, for a method, on its own object."""
    if not isinstance(program.parents.get(function), ast.ClassDef):
        return is_call_of(node, function.name)
    match node, function.args.args:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name)), [ast.arg(arg=own), *_]:
            return owner == own and name == function.name
    return False


def _is_last(program: Program, node: ast.stmt) -> bool:
    """Return whether a statement is the last one of its block."""
    return not any(first is node for _, first, _ in program.neighbours)


def _returning(program: Program, lines: list[int]) -> Edit:
    """Return the edit that puts `return` before the calls on these lines."""
    changed = list(program.lines)
    for line in lines:
        changed[line - 1] = f"{program.indentation(line)}return {program.line(line).strip()}"
    return edit_to(program, "\n".join(changed))


def _hands_on(program: Program, function: Function) -> bool:
    """Return whether a function hands a parameter to another function of the program, which may change it."""
    names = parameters_of(function)
    return any(
        isinstance(node, ast.Call)
        and not is_call_of(node, function.name)
        and is_call_of(node, *program.functions)
        and any(isinstance(value, ast.Name) and value.id in names for value in node.args)
        for node in program.own_nodes(function)
    )


def has_effect(program: Program, function: Function) -> bool:
    """Return whether a function changes its arguments or outer variables, so that a call may discard its result."""
    outer = {arg.arg for arg in (*function.args.args, *function.args.kwonlyargs)}
    own = program.own_nodes(function)
    stored = {node.id for node in own if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    for node in own:
        match node:
            case ast.Global() | ast.Nonlocal() | ast.Attribute(ctx=ast.Store()):
                return True
            case ast.Expr(value=ast.Call() as call) if _is_own_call(program, function, call):
                continue
            case ast.Expr(value=ast.Call(func=called, args=arguments)) if not is_call_of(
                node.value, function.name, "print"
            ):
                handed = [*arguments, called.value] if isinstance(called, ast.Attribute) else arguments
                if any(isinstance(value, ast.Name) and value.id in outer for value in handed):
                    return True
                continue
            case ast.Subscript(ctx=ast.Store() | ast.Del(), value=changed):
                pass
            case ast.Call(func=ast.Attribute(value=changed, attr=method)) if method in IN_PLACE | SHRINKING:
                pass
            case _:
                continue
        while isinstance(changed, ast.Attribute | ast.Subscript):
            changed = changed.value
        if isinstance(changed, ast.Name) and (changed.id in outer or changed.id not in stored):
            return True
    return False


@logic_rule(
    "collection-built-but-not-returned",
    0.9,
    "value long order other",
    needs=(ast.Return, ast.Call, ast.Attribute),
    each=Function,
)
def collection_built_but_not_returned(program: Program, function: Function) -> Iterator[Match]:
    """Yield a `return` of an unchanged parameter in a function that builds a new collection."""
    match program.returns_of(function):
        case [ast.Return(value=ast.Name(id=returned)) as result] if returned in parameters_of(function):
            calls = [method_called(node) for node in program.own_nodes(function)]
        case _:
            return
    if any(owner == returned and method in IN_PLACE for owner, method in calls) or _is_set_in(
        program, function, returned
    ):
        return
    # A collection that is not made here is kept for others, such as a register of functions.
    built = [owner for owner, method in calls if method in _ADDING and _is_set_in(program, function, owner)]
    if built and returned != "self" and all(reads_itself_only(program, function, name) for name in built):
        slots: dict[str, Any] = {"name": Code(returned), "built": Code(built[0]), "function": Code(function.name)}
        edit = program.edit(result.lineno, program.line(result.lineno).replace(returned, built[0]))
        yield program.on_line(result, edit=edit, **slots)


def _is_set_in(program: Program, function: Function, name: str) -> bool:
    """Return whether the body of a function assigns to a name."""
    return any(function.lineno < at <= last_line(function) for at, _ in program.assignments(name))


@logic_rule("result-never-returned", 0.85, "none other", each=Function)
def result_never_returned(program: Program, function: Function) -> Iterator[Match]:
    """Yield the last line of a function that builds a value in a local variable but never returns it."""
    if not function.args.args or function.name.startswith(("__", "test")) or not program.returns_nothing(function):
        return
    if prints_in(program, function) or has_effect(program, function):
        return
    bare = program.returns_of(function)
    if bare and len(function.body) == 1:
        yield program.on_line(bare[0], needs_symptom=True, function=Code(function.name), name="")
        return
    built = {_grown_by(node) for node in program.own_nodes(function)} - {"", *parameters_of(function)}
    name = min((name for name in built if _is_set_in(program, function, name)), default=None)
    if name is not None:
        line = last_line(function.body[-1])
        indentation = program.line(function.body[0].lineno)[: function.body[0].col_offset]
        edit = program.edit(line, f"{program.line(line)}\n{indentation}return {name}")
        is_lost = reads_itself_only(program, function, name)
        is_weak = not is_lost or not is_result_used(program, function)
        yield program.on_line(line, edit=edit, needs_symptom=is_weak, function=Code(function.name), name=Code(name))


def _grown_by(node: ast.AST) -> str:
    """Return the name that `name += …` or `name.append(…)` extends; an empty string for any other node."""
    match node:
        case ast.AugAssign(target=ast.Name(id=name)):
            return name
    owner, method = method_called(node)
    return owner if method in _ADDING else ""


@logic_rule("way-without-return", 0.45, "none other", needs=(ast.If, ast.Return), each=Function)
def way_without_return(program: Program, function: Function) -> Iterator[Match]:
    """Yield the last line of a function that returns a value on some paths but reaches its end on others."""
    results, last = program.returns_of(function), function.body[-1]
    all_have_values = bool(results) and all(result.value is not None for result in results)
    if all_have_values and falls_through(program, function) and _is_open(last):
        slots: dict[str, Any] = {"function": Code(function.name), "header": program.header(last)}
        yield program.on_line(last_line(last), other=results[0], **slots)


def _is_open(last: ast.stmt) -> bool:
    """Return whether a function's last statement has a path that clearly lacks a `return`."""
    inner = [n for n in walk(last) if isinstance(n, ast.If) and any(isinstance(m, ast.Return) for m in n.body)]
    match last:
        case ast.For() | ast.While():
            return bool(inner) and all(not n.orelse for n in inner)
        case ast.If(orelse=[]):
            return not any(isinstance(n, ast.NotIn | ast.IsNot | ast.NotEq) for n in walk(last.test))
        case ast.If():
            return any(_goes_on(body[-1]) for _, body in branches_of(last))
    return False


def _goes_on(last: ast.stmt) -> bool:
    """Return whether a branch with this last statement clearly lacks a `return`."""
    match last:
        case ast.Return() | ast.If() | ast.Raise() | ast.For() | ast.While() | ast.With() | ast.Try():
            return False
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr=method))):
            return method not in IN_PLACE
    return True


@logic_rule("code-never-reached", 0.6, "none value other")
def code_never_reached(program: Program) -> Iterator[Match]:
    """Yield a `return`, `break`, `continue` or `raise` that is followed by unreachable statements."""
    for _, first, second in program.neighbours:
        match first, second:
            case ast.Return() | ast.Break() | ast.Continue() | ast.Raise(), ast.Pass() | ast.Break() | ast.Continue():
                continue
            case ast.Return() | ast.Break() | ast.Continue() | ast.Raise(), _:
                after = program.header(second)
                is_weak = isinstance(second, ast.Return) or (
                    isinstance(second, ast.Expr) and isinstance(second.value, ast.Constant | ast.Yield)
                )
                yield program.on_line(
                    first, needs_symptom=is_weak, word=Code(type(first).__name__.lower()), after=after
                )


@logic_rule("generator-handed-out", 0.9, "type value other", needs=(ast.Yield,), each=Function)
def generator_handed_out(program: Program, function: Function) -> Iterator[Match]:
    """Yield a `yield` of a recursive generator call, which yields the generator itself instead of its items."""
    for node in program.own_nodes(function):
        if isinstance(node, ast.Yield) and node.value is not None and is_call_of(node.value, function.name):
            yield program.here(node, function=Code(function.name), call=node.value)
