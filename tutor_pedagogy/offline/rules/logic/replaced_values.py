"""Values overwritten too early or shared by mistake (aliasing): swaps, parameters, nested lists."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import Function, is_call_of, names_in, parts_of
from tutor_pedagogy.offline.engine.program import BUILTINS, SHRINKING, Loop
from tutor_pedagogy.offline.rules.logic.returns import prints_in
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.support import is_imported
from tutor_pedagogy.offline.rules.logic.tree import is_name, method_called, parameters_of, reads
from tutor_pedagogy.offline.rules.runtime.origins import IN_PLACE
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program
_RETURNS_NOTHING = re.compile(r"(?i)\breturns? (?:nothing|none)\b|\bin place\b|\bitself\b")


@logic_rule("value-lost-in-swap", 0.95, "value order other", needs=(ast.Assign,))
def value_lost_in_swap(program: Program) -> Iterator[Match]:
    """Yield the second line of a swap whose first line has already overwritten one of the two values."""
    for _, first, second in program.neighbours:
        match first, second:
            case ast.Assign(targets=[a], value=ast.Name() | ast.Subscript() as b), ast.Assign(targets=[c], value=d):
                left, right, again, old = (program.segment(part) for part in (a, b, c, d))
            case _:
                continue
        if _same(left, old) and _same(right, again) and not _same(left, right):
            swapped = f"{program.indentation(first.lineno)}{left}, {right} = {right}, {left}"
            is_next = second.lineno == first.lineno + 1
            edit = program.edit(first.lineno, swapped, before_lines=2) if is_next else None
            yield program.here(second, edit=edit, left=a, right=b)


def _same(one: str, other: str) -> bool:
    return one.replace(" ", "") == other.replace(" ", "")


@logic_rule("value-lost-before-use", 0.9, "value endless other", needs=(Loop, ast.Assign))
def value_lost_before_use(program: Program) -> Iterator[Match]:
    """Yield a line that needs the old value of a name, although the line before it has overwritten that value."""
    for node, first, second in program.neighbours:
        match first, second:
            case (
                ast.Assign(targets=[ast.Name(id=a)], value=ast.Name(id=b)),
                ast.Assign(targets=[ast.Name(id=c)], value=ast.BinOp() as value),
            ) if b == c and {a, b} <= names_in(value) and a != b:
                right = b
            case (
                ast.Assign(targets=[ast.Name(id=a)], value=ast.Name(id=new)),
                ast.Assign(targets=[ast.Name(id=c)], value=ast.Name(id=d)),
            ) if a == d and isinstance(node, ast.If) and {a, new} <= names_in(node.test) and c not in (a, new):
                right = c
            case _:
                continue
        if program.loop_around(second) is not None:
            yield program.here(second, left=Code(a), right=Code(right), first=first)


@logic_rule("numerical.rows-are-one-list", 0.9, "value other", needs=(ast.Mult, ast.List), each=ast.BinOp)
def rows_are_one_list(program: Program, node: ast.BinOp) -> Iterator[Match]:
    """Yield a product such as `[[0] * n] * m`, whose rows are all the same list object."""
    match node:
        case ast.BinOp(
            left=ast.List(elts=[ast.BinOp(left=ast.List(), op=ast.Mult()) | ast.List() as row]),
            op=ast.Mult(),
            right=count,
        ):
            fresh = f"[{program.segment(row)} for _ in range({program.segment(count)})]"
            is_changed = any(
                isinstance(item.value, ast.Subscript) and not isinstance(item.ctx, ast.Load)
                for item in program.each(ast.Subscript)
            )
            yield program.here(node, replace=(node, fresh), needs_symptom=not is_changed, row=row)


@logic_rule("default-value-shared", 0.8, "value long other", each=Function)
def default_value_shared(program: Program, function: Function) -> Iterator[Match]:
    """Yield a function that modifies a parameter whose default value is a list, dictionary or set."""
    defaults = function.args.defaults
    names = parameters_of(function)
    for name, default in zip(names[len(names) - len(defaults) :], defaults, strict=False):
        is_collection = isinstance(default, ast.List | ast.Dict | ast.Set)
        is_changed = is_collection and (
            any(_changes(n, name) for n in walk(function)) or _is_kept_and_changed(program, function, name)
        )
        if (
            is_changed
            and "cache" not in name
            and "memo" not in name
            and not parts_of(default)
            and not _is_cache(function, name)
        ):
            match = program.on_line(function, name=Code(name), function=Code(function.name))
            yield replace(match, expression=f"{name}={program.segment(default)}")


def _is_kept_and_changed(program: Program, function: Function, name: str) -> bool:
    """Return whether a method stores a parameter in an attribute whose collection a method of the class changes."""
    owner = program.parents.get(function)
    for statement in function.body if isinstance(owner, ast.ClassDef) else ():
        match statement:
            case ast.Assign(
                targets=[ast.Attribute(value=ast.Name(id="self"), attr=kept)], value=ast.Name(id=given)
            ) if given == name:
                pass
            case _:
                continue
        for node in walk(owner) if owner is not None else ():
            match node:
                case ast.Call(
                    func=ast.Attribute(value=ast.Attribute(value=ast.Name(id="self"), attr=used), attr=method)
                ):
                    if used == kept and method in IN_PLACE | SHRINKING:
                        return True
                case ast.Subscript(value=ast.Attribute(value=ast.Name(id="self"), attr=used), ctx=ast.Store()):
                    if used == kept:
                        return True
    return False


def _is_cache(function: Function, name: str) -> bool:
    """Return whether a function first looks for a key in a collection: it keeps earlier results on purpose."""
    tests = (node for node in walk(function) if isinstance(node, ast.Compare))
    return any(isinstance(test.ops[0], ast.In | ast.NotIn) and is_name(test.comparators[0], name) for test in tests)


def _changes(node: ast.AST, name: str) -> bool:
    """Return whether a node may modify the collection with this name."""
    match node:
        case ast.Subscript(value=changed, ctx=ast.Store()) | ast.AugAssign(target=changed):
            return is_name(changed, name)
    return method_called(node)[0] == name


@logic_rule("nothing-given-back", 0.7, "none printed other", each=ast.Call)
def nothing_given_back(program: Program, call: ast.Call) -> Iterator[Match]:
    """Yield a call whose result is used although the called function returns nothing."""
    match call.func, program.parents.get(call):
        case ast.Name(id=name), ast.Assign() | ast.Call(func=ast.Name(id="print"), args=[ast.Call()]) if (
            name == "print" or _returns_nothing(program, name)
        ):
            is_weak = not _is_result_read(program, call) or _says_so(program, name) or _stands_alone(program, name)
            yield program.here(call, needs_symptom=is_weak, name=Code(name), call=call)


def _says_so(program: Program, name: str) -> bool:
    """Return whether a function says that it returns nothing, so that its caller may want to show that.

    It says so in its docstring, or has `...` or `pass` as its whole body.
    """
    function = program.functions.get(name)
    if function is None:
        return False
    match function.body:
        case [ast.Pass()]:
            return True
        case [ast.Expr(value=ast.Constant(value=value))] if value is ...:
            return True
    return bool(_RETURNS_NOTHING.search(ast.get_docstring(function) or ""))


def _stands_alone(program: Program, name: str) -> bool:
    """Return whether another call of a function that prints is a statement of its own, so that it is not to return."""
    function = program.functions.get(name)
    return (
        function is not None
        and prints_in(program, function) != []
        and any(isinstance(node.value, ast.Call) and is_call_of(node.value, name) for node in program.each(ast.Expr))
    )


def _is_result_read(program: Program, call: ast.Call) -> bool:
    """Return whether the program reads the name that receives the result of a call, or prints the result."""
    match program.parents.get(call):
        case ast.Assign(targets=[ast.Name(id=name)]):
            return any(reads(use, name) for use in program.uses[name])
    return True


def _returns_nothing(program: Program, name: str) -> bool:
    """Return whether a name refers to a function of the program that returns no value."""
    function = program.functions.get(name)
    return (
        isinstance(function, ast.FunctionDef)
        and name not in BUILTINS
        and isinstance(program.parents.get(function), ast.Module)
        and not is_imported(program, name)
        and not program.assignments(name)
        and program.returns_nothing(function)
        and not any(isinstance(node, ast.Raise) for node in function.body)
    )


@logic_rule("order-lost-in-set", 0.45, "order type value", needs=(ast.Return, "set"), each=Function)
def order_lost_in_set(program: Program, function: Function) -> Iterator[Match]:
    """Yield a returned `set(…)` or `list(set(…))` of a sequence: it loses the order and the duplicates."""
    for node in program.returns_of(function):
        match node.value:
            case ast.Call(func=ast.Name(id="list"), args=[ast.Call(func=ast.Name(id="set"), args=[source])]) as made:
                pass
            case ast.Call(func=ast.Name(id="set"), args=[source]) as made:
                pass
            case _:
                continue
        yield program.here(made, source=source, function=Code(function.name))


@logic_rule("always-put-in-front", 0.45, "order", needs=(Loop, "insert"), each=ast.Call)
def always_put_in_front(program: Program, node: ast.Call) -> Iterator[Match]:
    """Yield an `insert(0, …)` in a loop, which reverses the order of the items."""
    match node:
        case ast.Call(func=ast.Attribute(value=owner, attr="insert"), args=[ast.Constant(value=0), item]):
            if program.loop_around(node) is not None:
                appended = f"{program.segment(owner)}.append({program.segment(item)})"
                yield program.here(node, replace=(node, appended), owner=owner)


@logic_rule("parameter-overwritten", 0.75, "value other", needs=(ast.Assign,), each=Function)
def parameter_overwritten(program: Program, function: Function) -> Iterator[Match]:
    """Yield an assignment to a parameter before the function has read it."""
    for statement in function.body[:3]:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name not in names_in(value):
                used = any(reads(n, name) and getattr(n, "lineno", 0) < statement.lineno for n in walk(function))
                if name in parameters_of(function) and not used:
                    yield program.on_line(statement, name=Code(name), function=Code(function.name))
