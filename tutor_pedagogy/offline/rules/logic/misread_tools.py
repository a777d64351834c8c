"""Built-in tools that answer another question than the name around them asks: `max`, `seconds`, `randrange`, `+=`."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import Function
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.support import holds_strings, is_imported, name_for
from tutor_pedagogy.offline.rules.logic.tree import is_constant, is_name, parameters_of
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_ABOUT_LENGTH = re.compile(r"(?i)longest|shortest")
_WORDS = frozenset(("words", "names", "strings", "texts", "sentences"))
_COUNTS = re.compile(r"(?i)count|number|next|total|created|instances|^num|^n$|id$|anzahl|zaehler")
_DIE = re.compile(r"(?i)(?:^|_)(?:die|dice|roll|throw|wuerfel|wurf)(?:_|\d|$)|rolldi[ec]e?|roll_?the_?di")
_SIDES = 6


@logic_rule("longest-by-alphabet", 0.85, "value other", needs=(ast.Call,), each=ast.Call)
def longest_by_alphabet(program: Program, node: ast.Call) -> Iterator[Match]:
    """Yield `longest = max(words)`: without a key, strings are compared by the alphabet."""
    match node:
        case ast.Call(func=ast.Name(id="max" | "min" as tool), args=[ast.Name(id=items)], keywords=[]):
            name = name_for(program, node)
        case _:
            return
    if tool in program.bound_names or not _ABOUT_LENGTH.search(name):
        return
    function = program.function_at(node.lineno)
    is_given = function is not None and items in parameters_of(function) and items in _WORDS
    if is_given or holds_strings(program, items, node.lineno):
        edit = f"{tool}({items}, key=len)"
        yield program.here(node, replace=edit, tool=Code(tool), items=Code(items), name=Code(name))


@logic_rule("days-left-out", 0.8, "less value zero other", needs=("seconds",), each=ast.Attribute)
def days_left_out(program: Program, node: ast.Attribute) -> Iterator[Match]:
    """Yield `.seconds` of a difference of two times, in a program that never looks at the days of the difference."""
    if node.attr != "seconds" or not isinstance(node.ctx, ast.Load):
        return
    made = program.last_value(node.value.id, node.lineno) if isinstance(node.value, ast.Name) else node.value
    is_difference = isinstance(made, ast.BinOp) and isinstance(made.op, ast.Sub)
    attributes = {each.attr for each in program.each(ast.Attribute)}
    if not is_difference or not is_imported(program, "datetime") or attributes & {"days", "total_seconds"}:
        return
    up = program.parents.get(node)
    is_floored = isinstance(up, ast.BinOp) and isinstance(up.op, ast.FloorDiv | ast.Mod)
    is_short = "strptime" not in attributes or bool(attributes & {"now", "time"})
    start = program.segment(node).removesuffix("seconds")
    replace = (node, f"{start}total_seconds()") if not is_floored else None
    yield program.here(node, replace=replace, needs_symptom=is_short, difference=node.value)


@logic_rule("last-side-left-out", 0.8, "value less off other", needs=(ast.Call, "randrange"), each=ast.Call)
def last_side_left_out(program: Program, node: ast.Call) -> Iterator[Match]:
    """Yield `randrange(1, 6)` for a die, which never gives 6."""
    match node:
        case ast.Call(
            func=ast.Name(id="randrange") | ast.Attribute(attr="randrange"), args=[first, last], keywords=[]
        ) if is_constant(first, 1) and is_constant(last, _SIDES):
            name = name_for(program, node)
        case _:
            return
    if _DIE.search(name):
        yield program.here(node, replace=(node, program.segment(node).replace("6", "7")), name=Code(name))


@logic_rule(
    "counter-of-one-object",
    0.8,
    "value less off more zero truth other",
    needs=(ast.ClassDef, ast.AugAssign),
    each=ast.ClassDef,
)
def counter_of_one_object(program: Program, node: ast.ClassDef) -> Iterator[Match]:
    """Yield `self.count += 1` in `__init__` for a counter of the class: it makes an attribute of the object."""
    starts = {
        statement.targets[0].id: statement
        for statement in node.body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and isinstance(statement.value, ast.Constant)
        and type(statement.value.value) is int
    }
    maker = next((each for each in node.body if isinstance(each, Function) and each.name == "__init__"), None)
    if not starts or maker is None:
        return
    inner = [each for each in walk(node) if isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store)]
    for step in walk(maker):
        match step:
            case ast.AugAssign(
                target=ast.Attribute(value=ast.Name(id="self"), attr=name) as target, op=ast.Add(), value=added
            ) if name in starts and is_constant(added, 1):
                stores = [each for each in inner if each.attr == name]
            case _:
                continue
        if len(stores) == 1 and is_name(stores[0].value, "self") and isinstance(program.parents.get(step), Function):
            yield program.on_line(
                step,
                replace=(target, f"{node.name}.{name}"),
                needs_symptom=not _COUNTS.search(name),
                name=Code(name),
                owner=Code(node.name),
                start=program.header(starts[name]),
            )
