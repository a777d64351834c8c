"""Names that a program gives a value and never reads: arguments, copies, methods, declarations; values used twice."""

from __future__ import annotations

import ast
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import Function, names_in
from tutor_pedagogy.offline.engine.spelling import edit_distance
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.symptom import is_complaint
from tutor_pedagogy.offline.rules.logic.tree import inside, is_name, parameters_of, reads, stored_in
from tutor_pedagogy.problem.tree_walk import alike, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_SHORTEST_NAME = 5
_COPYING = frozenset(("copy", "deepcopy", "list", "dict", "set"))
_LEAST_ENTRIES = 3
_MOST_CLASSES = 40
"""The number of derived classes that are looked at."""


@logic_rule("method-nearly-overrides", 0.95, "value zero none other", needs=(ast.ClassDef,))
def method_nearly_overrides(program: Program) -> Iterator[Match]:
    """Yield a method that nothing calls, whose name is one letter away from a method of the base class that is used."""
    classes = {each.name: each for each in program.each(ast.ClassDef)}
    derived = [
        (node, classes[base.id])
        for node in classes.values()
        for base in node.bases
        if isinstance(base, ast.Name) and base.id in classes
    ]
    called = {each.attr for each in program.each(ast.Attribute)} if derived else set()
    for node, base in derived[:_MOST_CLASSES]:
        yield from _nearly_overriding(program, node, base, called)


def _nearly_overriding(program: Program, node: ast.ClassDef, base: ast.ClassDef, called: set[str]) -> Iterator[Match]:
    own, inherited = _methods(node), _methods(base)
    for name, meant in inherited.items():
        if name in own or name not in called or name.startswith("__") or len(name) < _SHORTEST_NAME:
            continue
        for other, method in own.items():
            if other in called or other in inherited or not _is_slip(name, other) or method.decorator_list:
                continue
            is_same = len(method.args.args) == len(meant.args.args)
            if is_same and f'"{other}"' not in program.code and f"'{other}'" not in program.code:
                slots: dict[str, Any] = {"name": Code(other), "meant": Code(name), "base": Code(base.name)}
                yield program.on_line(method, replace=(f"def {other}", f"def {name}"), child=Code(node.name), **slots)
                return


def _is_slip(name: str, other: str) -> bool:
    """Return whether a name is another one with one wrong letter: no plural, no number, no other short word."""
    is_plural = f"{name}s" == other or f"{other}s" == name
    is_numbered = any(letter.isdigit() for letter in other + name)
    if is_plural or is_numbered or _differs_in_short_word(name, other):
        return False
    return abs(len(name) - len(other)) < 2 and edit_distance(other, name) == 1  # noqa: PLR2004 - one letter


def _differs_in_short_word(one: str, other: str) -> bool:
    """Return whether two names differ in a word of at most two letters, as `get_x` and `get_y` do."""
    words = zip(one.split("_"), other.split("_"), strict=False)
    return any(first != second and max(len(first), len(second)) <= 2 for first, second in words)  # noqa: PLR2004 - two letters


def _methods(node: ast.ClassDef) -> dict[str, ast.FunctionDef]:
    return {each.name: each for each in node.body if isinstance(each, ast.FunctionDef)}


@logic_rule("argument-never-read", 0.6, "value zero less more other", needs=(Function,), each=Function)
def argument_never_read(program: Program, function: Function) -> Iterator[Match]:
    """Yield the parameter that a called function never reads, beside a question about a wrong result."""
    is_wrong = is_complaint(program.submission.question) or bool(program.submission.traceback)
    if not is_wrong or function.decorator_list or program.is_cell:
        return
    names = [name for name in parameters_of(function) if name not in ("self", "cls") and not name.startswith("_")]
    body = names_in(*function.body) | {each.arg for each in function.args.kwonlyargs}
    unread = [name for name in names if name not in body]
    if len(unread) != 1 or _is_empty(function) or _has_twin(program, function):
        return
    if _is_called_by_name(program, function):
        slots: dict[str, Any] = {"name": Code(unread[0]), "function": Code(function.name)}
        yield program.on_line(function, needs_symptom=True, **slots)


def _is_empty(function: Function) -> bool:
    """Return whether a function has no work yet: only a text, `pass`, an exception or a constant result."""
    return all(
        isinstance(each, ast.Pass | ast.Raise)
        or (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
        or (isinstance(each, ast.Return) and (each.value is None or isinstance(each.value, ast.Constant)))
        for each in function.body
    )


def _is_called_by_name(program: Program, function: Function) -> bool:
    """Return whether each use of a function is a plain call, and there is one."""
    if isinstance(program.parents.get(function), ast.ClassDef):
        uses: list[ast.AST] = [each for each in program.each(ast.Attribute) if each.attr == function.name]
    else:
        uses = list(program.uses.get(function.name, ()))
    return bool(uses) and all(
        isinstance(call := program.parents.get(use), ast.Call) and call.func is use for use in uses
    )


def _has_twin(program: Program, function: Function) -> bool:
    """Return whether another class has a method of this name: then both must take the same arguments."""
    return sum(each.name == function.name for each in program.each(ast.FunctionDef)) > 1


@logic_rule("copy-left-unused", 0.9, "value more less other", needs=(Function, ast.Assign), each=ast.Assign)
def copy_left_unused(program: Program, node: ast.Assign) -> Iterator[Match]:
    """Yield a copy that nothing uses, while the loop reads and changes the original at the same time."""
    match node.targets:
        case [ast.Name(id=name)]:
            pass
        case _:
            return
    function = program.function_at(node.lineno)
    if function is None or len(program.uses[name]) != 1:
        return
    for owner in sorted(_originals(program, function, node, name)):
        written = _steps(program, function, owner, ast.Store)
        if not written or not _reads_beside(program, function, owner):
            continue
        slots: dict[str, Any] = {"copy": Code(name), "owner": Code(owner), "made": program.header(node)}
        yield program.on_line(written[0], needs_symptom=False, **slots)
        return


def _originals(program: Program, function: Function, node: ast.Assign, name: str) -> set[str]:
    """Return the names of what was copied: the argument of the copy, or another copy made in the same way."""
    found: set[str] = set()
    match node.value:
        case ast.Call(func=ast.Attribute(attr="copy", value=ast.Name(id=owner)), args=[]):
            found.add(owner)
        case ast.Call(func=ast.Name(id=called) | ast.Attribute(attr=called), args=[ast.Name(id=owner)]):
            if called in _COPYING:
                found.add(owner)
        case ast.Subscript(value=ast.Name(id=owner), slice=ast.Slice(lower=None, upper=None)):
            found.add(owner)
        case ast.ListComp(generators=[ast.comprehension(iter=ast.Name(id=owner), ifs=[])]):
            found.add(owner)
        case _:
            return found
    for each in program.own_nodes(function):
        match each:
            case ast.Assign(targets=[ast.Name(id=other)], value=value) if other != name and alike(value, node.value):
                found.add(other)
    return found


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _steps(program: Program, function: Function, owner: str, context: type[ast.expr_context]) -> list[ast.Subscript]:
    """Return the items of a collection that a function reads or writes in a loop, the first line first."""
    found = [
        node
        for node in program.own_nodes(function)
        if isinstance(node, ast.Subscript)
        and isinstance(node.ctx, context)
        and _root(node) == owner
        and program.loop_around(node) is not None
    ]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))


def _reads_beside(program: Program, function: Function, owner: str) -> bool:
    """Return whether a loop reads items at other places than those that it writes: the neighbours."""
    read = {ast.unparse(node) for node in _steps(program, function, owner, ast.Load)}
    written = {ast.unparse(node) for node in _steps(program, function, owner, ast.Store)}
    widths = {text.count("[") for text in written}
    beside = {text for text in read - written if text.count("[") in widths}
    is_moved = any(_is_beside(text.partition("[")[2]) for text in beside | (read & written))
    return bool(beside or read & written) and is_moved


def _is_beside(index: str) -> bool:
    """Return whether an index is a neighbour's: it has a sum, or a name of two like letters, such as `rr`."""
    return "+" in index or "-" in index or any(one == other and one.isalpha() for one, other in pairwise(index))


@logic_rule("entry-used-twice", 0.7, "value other", needs=(ast.Dict,), each=ast.Dict)
def entry_used_twice(program: Program, node: ast.Dict) -> Iterator[Match]:
    """Yield the table from names to names in which one name comes twice as a value and another one never."""
    keys = [each.value for each in node.keys if isinstance(each, ast.Constant)]
    values = [each.value for each in node.values if isinstance(each, ast.Constant)]
    if len(keys) != len(node.keys) or len(values) != len(keys) or len(keys) < _LEAST_ENTRIES:
        return
    if not all(isinstance(each, str) for each in keys + values) or not set(values) <= set(keys):
        return
    absent = [key for key in keys if key not in values]
    twice = list(dict.fromkeys(value for value in values if values.count(value) > 1))
    if len(absent) != 1 or len(twice) != 1 or values.count(twice[0]) != 2:  # noqa: PLR2004 - one name twice
        return
    entries = [value for value in node.values if isinstance(value, ast.Constant) and value.value == twice[0]]
    slots: dict[str, Any] = {"twice": Code(repr(twice[0])), "absent": Code(repr(absent[0]))}
    lines = [f"line {program.shown(entry.lineno)}" for entry in entries]
    slots["places"] = lines[0] if lines[0] == lines[1] else f"{lines[0]} and {lines[1]}"
    yield program.on_line(_suspect(keys, entries, node), needs_symptom=True, **slots)


def _suspect(keys: list[Any], entries: list[ast.Constant], node: ast.Dict) -> ast.AST:
    """Return the entry whose key and value point at each other in no way, if only one of the two is like that."""
    table = {key: value.value for key, value in zip(keys, node.values, strict=True) if isinstance(value, ast.Constant)}
    odd = [
        entry
        for key, entry in zip(keys, node.values, strict=True)
        if entry in entries and table.get(str(table[key])) == key
    ]
    return odd[0] if len(odd) == 1 else entries[0]


@logic_rule("global-only-read", 0.7, "more less value other", needs=(ast.Global,), each=Function)
def global_only_read(program: Program, function: Function) -> Iterator[Match]:
    """Yield the comparison of a name that a function declares as global and never changes, though another one does."""
    declared = [name for node in program.own_nodes(function) if isinstance(node, ast.Global) for name in node.names]
    own = {name for statement in function.body for name in stored_in(statement)}
    for name in declared:
        is_changed = any(
            not reads(use, name) and program.function_at(use.lineno) not in (None, function)
            for use in program.uses.get(name, ())
        )
        if name in own or not is_changed:
            continue
        for node in inside(function.body):
            is_test = isinstance(node, ast.Compare) and isinstance(program.parents.get(node), ast.If)
            if is_test and any(is_name(each, name) for each in walk(node)):
                slots: dict[str, Any] = {"name": Code(name), "function": Code(function.name)}
                yield program.on_line(node, needs_symptom=True, test=node, **slots)
                return
