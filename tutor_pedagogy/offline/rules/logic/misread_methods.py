"""Built-in tools that do something else than their caller thinks: keys for values, replacements that undo others."""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.rules.logic.moves import with_parts
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.support import arguments_for, name_for
from tutor_pedagogy.offline.rules.logic.tree import parameters_of
from tutor_pedagogy.problem.tree_walk import alike

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_ABOUT_KEYS = re.compile(r"(?i)key|alphabet|name$|first|last|year|date")
_ABOUT_VALUES = re.compile(
    r"(?i)winner|best|worst|most|least|top|cheap|expensive|high|low|long|short|big|small|large|heav|popular|favou?rite"
    r"|frequen|common|leader|champion|old|young|rich|max|min|gewinn|ganador|meist"
)


@logic_rule("key-in-place-of-value", 0.9, "value other", needs=(ast.Call,), each=ast.Call)
def key_in_place_of_value(program: Program, node: ast.Call) -> Iterator[Match]:
    """Yield `max(votes)` for a dictionary of numbers: it compares the keys, and the program looks for a value."""
    match node:
        case ast.Call(func=ast.Name(id="max" | "min" as tool), args=[ast.Name(id=name) as table], keywords=[]):
            pass
        case _:
            return
    if tool in program.bound_names or not _is_table_of_numbers(program, name, node):
        return
    target = name_for(program, node)
    is_looked_up = any(
        isinstance(each.value, ast.Name)
        and each.value.id == name
        and isinstance(each.slice, ast.Name)
        and each.slice.id == target
        for each in program.each(ast.Subscript)
    )
    if is_looked_up or (_ABOUT_VALUES.search(target) and not _ABOUT_KEYS.search(target)):
        edit = with_parts(program, [(table, f"{name}, key={name}.get")])
        yield program.here(node, edit=edit, tool=Code(tool), table=Code(name))


def _is_table_of_numbers(program: Program, name: str, node: ast.expr) -> bool:
    """Return whether a name is a dictionary from words to numbers, by its literal or by what is stored in it."""
    function = program.function_at(node.lineno)
    made: list[ast.expr | None] = [program.last_value(name, node.lineno)]
    if function is not None and name in parameters_of(function) and made == [None]:
        given = arguments_for(program, function, name)
        made = [program.last_value(each.id, each.lineno) if isinstance(each, ast.Name) else each for each in given]
    if len(made) != 1 or not isinstance(made[0], ast.Dict):
        return False
    keys, values = made[0].keys, made[0].values
    if keys:
        return all(_is_word(key) for key in keys) and all(_is_number(value) for value in values)
    stores = [
        program.parents.get(each)
        for each in program.each(ast.Subscript)
        if isinstance(each.ctx, ast.Store) and isinstance(each.value, ast.Name) and each.value.id == name
    ]
    return bool(stores) and any(_counts(store) for store in stores)


def _is_word(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and not node.value.isdigit()


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in (int, float)


def _counts(store: ast.AST | None) -> bool:
    """Return whether a statement adds to a number in a dictionary."""
    match store:
        case ast.AugAssign(op=ast.Add() | ast.Sub()):
            return True
        case ast.Assign(value=ast.BinOp(op=ast.Add(), left=ast.Call(func=ast.Attribute(attr="get")))):
            return True
    return False


@logic_rule("replaced-and-back", 0.9, "value other", needs=("replace",), each=ast.Call)
def replaced_and_back(program: Program, node: ast.Call) -> Iterator[Match]:
    """Yield a `replace` that changes back what the one before it has changed, as when letters are swapped in turn."""
    second = _replacement(node)
    first = _replacement(_before(program, node))
    if second is None or first is None:
        return
    old, new = second
    is_back = first == (new, old) and old not in new and new not in old
    if is_back:
        yield program.here(node, old=Code(repr(old)), new=Code(repr(new)))


def _replacement(node: ast.AST | None) -> tuple[str, str] | None:
    match node:
        case ast.Call(
            func=ast.Attribute(attr="replace"), args=[ast.Constant(value=str(old)), ast.Constant(value=str(new))]
        ) if old and new:
            return old, new
    return None


def _before(program: Program, node: ast.Call) -> ast.AST | None:
    """Return the call of `replace` whose result a call of `replace` works on: in the same line, or in the one above."""
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    if isinstance(owner, ast.Call):
        return owner
    statement = program.parents.get(node)
    match statement, owner:
        case ast.Assign(targets=[ast.Name(id=name)]), ast.Name(id=used) if name == used:
            pass
        case _:
            return None
    around = program.parents.get(statement)
    for before, following in pairwise(getattr(around, "body", [])):
        if following is statement and isinstance(before, ast.Assign):
            return before.value if alike(before.targets[0], statement.targets[0]) else None
    return None


_NUMERIC = re.compile(
    r"(?i)^(?:\w*_)?(?:scores?|num(?:ber)?s?|depths?|prices?|points?|temp(?:erature)?s?|ages?|heights?|weights?|marks?"
    r"|grades?|amounts?|measurements?|readings?|values?|distances?|sums?|calories|years?|salar(?:y|ies)|zahlen|numeros)$"
)


@logic_rule("numbers-kept-as-text", 0.85, "value less more order other", needs=(ast.Call,), each=ast.Call)
def numbers_kept_as_text(program: Program, node: ast.Call) -> Iterator[Match]:
    """Yield the line that collects numbers of a file or a text as strings, if the program then compares them."""
    found = _collected(program, node)
    if found is None:
        return
    name, item, changed = found
    if _NUMERIC.match(name) and _is_compared(program, name, node):
        edit = with_parts(program, [(item, changed)])
        is_weak = _are_of_one_length(program, name)
        yield program.on_line(node, edit=edit, needs_symptom=is_weak, name=Code(name), item=item)


def _are_of_one_length(program: Program, name: str) -> bool:
    """Return whether the run has shown strings of one length only, whose order is that of the numbers."""
    items = program.run.names.get(name) if program.run is not None else None
    if not isinstance(items, list) or not all(isinstance(each, str) for each in items):
        return False
    return len({len(each) for each in items}) == 1


def _collected(program: Program, node: ast.Call) -> tuple[str, ast.expr, str] | None:
    """Return the list that gets strings, the part of the code that makes them, and how it makes numbers."""
    match node, program.parents.get(node):
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[item]), ast.Expr():
            loop = program.loop_around(node)
            if not (isinstance(loop, ast.For) and isinstance(loop.target, ast.Name)):
                return None
            match item:
                case ast.Call(func=ast.Attribute(value=ast.Name(id=line), attr="strip" | "rstrip")) if (
                    line == loop.target.id
                ):
                    return name, item, f"int({program.segment(item)})"
                case ast.Name(id=line) if line == loop.target.id and _is_split(loop.iter):
                    return name, item, f"int({line})"
        case ast.Call(func=ast.Attribute(attr="split")), ast.Assign(targets=[ast.Name(id=name)]):
            return name, node, f"[int(part) for part in {program.segment(node)}]"
    return None


def _is_split(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr
        in (
            "split",
            "splitlines",
        )
    )


def _is_compared(program: Program, name: str, node: ast.Call) -> bool:
    """Return whether the program compares the items of a list by size, and never makes numbers of them."""
    items = {name}
    for loop in program.each(ast.For):
        match loop:
            case ast.For(target=ast.Name(id=item), iter=ast.Name(id=walked)) if walked == name:
                items.add(item)
    for call in program.each(ast.Call):
        if isinstance(call.func, ast.Name) and call.func.id in ("int", "float", "map", "len", "isinstance"):
            words = {each for argument in call.args for each in program.words_of(argument)}
            if call.func.id not in ("len", "isinstance") and words & items and call is not node:
                return False
    if isinstance(program.parents.get(node), ast.Assign) and program.loop_around(node) is not None:
        return False
    return any(_is_sorted(program, use) for use in program.uses.get(name, ())) or any(
        isinstance(side, ast.Name) and side.id in items - {name} and _is_ordered(test, side)
        for test in program.each(ast.Compare)
        for side in (test.left, *test.comparators)
    )


def _is_sorted(program: Program, use: ast.Name) -> bool:
    """Return whether a use of a list orders its items, or compares one of them."""
    up = program.parents.get(use)
    match up:
        case ast.Call(func=ast.Name(id="max" | "min" | "sorted"), args=[first], keywords=[]):
            return first is use
        case ast.Attribute(attr="sort"):
            return True
        case ast.Subscript(value=value, slice=index) if value is use and not isinstance(index, ast.Slice):
            return _is_ordered(program.parents.get(up), up)
    return False


def _is_ordered(test: ast.AST | None, side: ast.expr) -> bool:
    """Return whether a comparison orders an expression and another one that is no string literal."""
    match test:
        case ast.Compare(left=left, ops=[ast.Lt() | ast.Gt() | ast.LtE() | ast.GtE()], comparators=[right]):
            other = right if left is side else left
            return not isinstance(other, ast.Constant)
    return False
