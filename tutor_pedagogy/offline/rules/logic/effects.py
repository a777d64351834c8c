"""Lines without effect or with the wrong effect: discarded results, overwritten names, hidden errors."""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import called_name, is_call_of, names_in, parameters
from tutor_pedagogy.offline.engine.program import Loop
from tutor_pedagogy.offline.engine.vocabulary import words
from tutor_pedagogy.offline.rules.logic.comparisons import is_method
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.support import is_imported, is_string, is_tried
from tutor_pedagogy.offline.rules.logic.tree import is_constant, reads, stored_in
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_METHODS_WITH_RESULT = {
    **dict.fromkeys(words("upper lower capitalize casefold title swapcase"), (0,)),
    **dict.fromkeys(words("strip lstrip rstrip split"), (0, 1)),
    **dict.fromkeys(words("replace"), (2, 3)),
    **dict.fromkeys(words("join zfill center union intersection difference astype"), (1,)),
    **dict.fromkeys(words("reshape"), (1, 2, 3)),
    **dict.fromkeys(words("flatten transpose copy"), (0,)),
}
"""Methods that return a new value and change nothing, with the possible numbers of their positional arguments."""
_METHODS_OF_TABLES = words(
    "fillna dropna rename drop sort_values sort_index reset_index set_index astype replace drop_duplicates round"
)
_MAKING_TABLES = words("pd.DataFrame pd.Series pd.read_csv pandas.DataFrame pandas.Series pandas.read_csv")
_AMBIGUOUS = words("title split join center union intersection difference copy astype reshape flatten transpose")
"""Methods whose names other classes use as well."""
_FUNCTIONS_WITH_RESULT = words("sorted reversed abs round int float str")
_CALLED_ALONE = words(
    "append sort reverse clear pop close lower upper strip copy show penup pendown",
    "split join add remove update extend readline read write insert title capitalize isdigit isalpha",
)
"""Methods that students' programs often call as a statement of their own."""
_COUNT = re.compile(r"count|total|number|tally|hits|^num|_num", re.IGNORECASE)
"""Names of counters. A variable with another name that is set to 1 may be a flag."""


@logic_rule("error-hidden", 0.45, "none value off less more zero type empty other", each=ast.ExceptHandler)
def error_hidden(program: Program, node: ast.ExceptHandler) -> Iterator[Match]:
    """Yield an `except` clause that catches every exception and ignores it."""
    match node:
        case ast.ExceptHandler(
            type=None | ast.Name(id="Exception" | "BaseException"), body=[ast.Pass() | ast.Continue() | ast.Return()]
        ):
            yield program.on_line(node)


def _is_shown_by_cell(program: Program, node: ast.Expr) -> bool:
    """Return whether an expression is the last line of a notebook cell, which shows its value."""
    return program.is_cell and program.tree is not None and node is program.tree.body[-1]


@logic_rule("line-without-effect", 0.95, "value none less endless zero empty other", each=ast.Expr)
def line_without_effect(program: Program, node: ast.Expr) -> Iterator[Match]:
    """Yield a calculation, a comparison or a slice that stands alone as a statement, so that its value is discarded."""
    if _is_shown_by_cell(program, node) or is_tried(program, node):
        return
    value = node.value
    stored = program.segment(value)
    match value:
        case ast.Compare(comparators=[ast.Call(func=ast.Attribute(attr="append" | "pop" | "remove" | "add"))]):
            return
        case ast.Compare(ops=[ast.Eq()], left=ast.Name() | ast.Subscript() | ast.Attribute() as left):
            yield program.here(value, replace=("==", "="), kind="a comparison", name=left)
        case ast.BinOp(left=ast.Name() as left, op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div(), right=right):
            if isinstance(right, ast.Name) and _is_in_target(program, node, left.id):
                left = right
            function = program.function_at(node.lineno)
            is_answer = function is not None and (node is function.body[-1] or is_call_of(right, function.name))
            is_answer = is_answer and not any(use.lineno > node.lineno for use in program.uses[left.id])
            text = f"return {stored}" if is_answer else f"{left.id} = {stored}"
            yield program.here(value, replace=(value, text), kind="a calculation", name=left)
        case ast.BinOp(left=ast.Attribute() | ast.Subscript() as left, op=ast.Add() | ast.Sub() | ast.Mult()):
            yield program.here(value, kind="a calculation", name=left)
        case ast.Subscript(value=ast.Name() as left, slice=ast.Slice()):
            yield program.here(value, replace=(value, f"{left.id} = {stored}"), kind="a slice", name=left)


def _is_in_target(program: Program, node: ast.AST, name: str) -> bool:
    """Return whether a name is the loop variable of a loop around a node."""
    return any(name in names_in(up.target) for up in program.above(node) if isinstance(up, ast.For))


@logic_rule("only-last-round-counts", 0.85, "less value short zero type", needs=(ast.Assign,), each=Loop)
def only_last_round_counts(program: Program, loop: Loop) -> Iterator[Match]:
    """Yield an assignment that each iteration overwrites, so that only the last iteration counts.

    The name starts with an empty value, and the loop never reads it.
    """
    for before, statement in pairwise((None, *loop.body)):
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if not isinstance(value, ast.Constant):
                start = program.last_value(name, loop.lineno)
            case _:
                continue
        if isinstance(loop, ast.While) and isinstance(value, ast.Name):
            continue
        fresh = names_in(loop.target) if isinstance(loop, ast.For) else stored_in(loop)
        begins = _begins_empty(start) or (_is_none(start) and _keeps_best(before, fresh))
        is_stored_again = any(name in stored_in(other) for other in loop.body if other is not statement)
        if begins and (fresh - {name}) & names_in(value) and not is_stored_again and not _is_read_or_left(loop, name):
            yield program.here(statement, name=Code(name), header=program.header(loop))


def _is_read_or_left(loop: Loop, name: str) -> bool:
    """Return whether the loop reads a name, or may end early by `break` or `return`."""
    return any(isinstance(node, ast.Break | ast.Return) or reads(node, name) for node in walk(loop))


def _is_none(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _begins_empty(value: ast.expr | None) -> bool:
    match value:
        case ast.Constant(value=start):
            return start in (0, "", 1) and not isinstance(start, bool)
        case ast.List(elts=[]):
            return True
    return False


def _keeps_best(statement: ast.stmt | None, fresh: set[str]) -> bool:
    """Return whether a statement is an `if` that stores a value of the present iteration."""
    return isinstance(statement, ast.If) and any(
        isinstance(inner, ast.Assign) and bool(names_in(inner.value) & fresh) for inner in statement.body
    )


@logic_rule("counted-only-once", 0.8, "less value off other", needs=(Loop,), each=ast.Assign)
def counted_only_once(program: Program, node: ast.Assign) -> Iterator[Match]:
    """Yield an assignment of 1 to a counter inside a loop, so that it never counts beyond 1."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=1)) if _COUNT.search(name):
            loop = program.loop_around(node)
        case _:
            return
    if loop is None or not is_constant(program.last_value(name, loop.lineno), 0):
        return
    here = program.function_at(node.lineno)
    bound = [line for line, _ in program.assignments(name) if program.function_at(line) is here]
    match bound:
        case [_, _] if not any(reads(inner, name) for inner in walk(loop)):
            yield program.here(node, replace=("=", "+="), name=Code(name), header=program.header(loop))


@logic_rule("method-named-not-called", 0.95, "value order other endless", each=ast.Expr)
def method_named_not_called(program: Program, node: ast.Expr) -> Iterator[Match]:
    """Yield a statement that names a method or function without calling it."""
    match node.value:
        case ast.Attribute(value=ast.Name(id=owner), attr=method) as named:
            is_known = method in _CALLED_ALONE and not is_imported(program, owner)
            if is_tried(program, node) or not (is_known or is_method(program, method)):
                return
        case ast.Name(id=name) as named if not program.is_cell:
            if name not in program.functions and name not in ("print", "input", "exit", "quit"):
                return
        case _:
            return
    function = program.functions.get(called_name(ast.Call(func=named, args=[], keywords=[])))
    needs_values = function is not None and len(parameters(function)) > len(function.args.defaults)
    edit = None if needs_values else (named, f"{program.segment(named)}()")
    yield program.here(named, replace=edit, name=named)


@logic_rule("result-thrown-away", 0.9, "value string order other", needs=(ast.Call,), each=ast.Expr)
def result_thrown_away(program: Program, node: ast.Expr) -> Iterator[Match]:
    """Yield a call that does nothing but return a value, which the program discards."""
    if _is_shown_by_cell(program, node):
        return
    match node.value:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method), args=args) as call:
            is_lost = _is_lost_by_table(program, call, call.func, method) or (
                len(args) in _METHODS_WITH_RESULT.get(method, ())
                and name not in ("self", "cls")
                and not is_imported(program, name)
                and method not in program.functions
                and (
                    _is_value(program, name, node.lineno)
                    or (method not in _AMBIGUOUS and not isinstance(program.last_value(name, node.lineno), ast.Call))
                )
            )
        case ast.Call(func=ast.Attribute(value=ast.Subscript() as owner, attr=method)) as call:
            name = program.segment(owner)
            is_lost = _is_lost_by_table(program, call, owner, method)
        case ast.Call(func=ast.Name(id=function), args=[ast.Name(id=name), *_]) as call:
            is_lost = (
                function in _FUNCTIONS_WITH_RESULT
                and function not in program.bound_names
                and not is_tried(program, node)
            )
        case _:
            return
    if is_lost:
        yield program.here(call, replace=(call, f"{name} = {program.segment(call)}"), name=Code(name), call=call)


def _is_lost_by_table(program: Program, call: ast.Call, owner: ast.expr, method: str) -> bool:
    """Return whether a call is that of a method of a pandas table that returns a new one and changes nothing."""
    names = names_in(owner)
    made = program.last_value(next(iter(names)), call.lineno) if len(names) == 1 else None
    is_table = isinstance(made, ast.Call) and program.segment(made.func) in _MAKING_TABLES
    in_place = any(word.arg in ("inplace", None) for word in call.keywords)
    return is_table and method in _METHODS_OF_TABLES and not in_place


def _is_value(program: Program, name: str, line: int) -> bool:
    """Return whether a name holds a string, a set or an array, whose methods return a new value."""
    match program.last_value(name, line):
        case ast.Set() | ast.SetComp() | ast.Call(func=ast.Name(id="set" | "frozenset")):
            return True
        case ast.Call(func=ast.Attribute(value=ast.Name(id="np" | "numpy"))):
            return True
    return is_string(program, name, line)


@logic_rule("sign-and-equals-swapped", 0.95, "value less endless other", needs=(ast.UnaryOp,), each=ast.Assign)
def sign_and_equals_swapped(program: Program, node: ast.Assign) -> Iterator[Match]:
    """Yield an assignment such as `x =+ 1` where `x += 1` is meant."""
    match node:
        case ast.Assign(targets=[target], value=ast.UnaryOp(op=ast.UAdd() | ast.USub())):
            is_changed = not isinstance(target, ast.Name) or program.loop_around(node) is not None
        case _:
            return
    for wrong, right in (("=+", "+="), ("=-", "-=")):
        if f" {wrong} " in program.line(node.lineno) and (wrong == "=+" or is_changed):
            yield program.on_line(node, replace=(wrong, right), name=target, sign=Code(wrong))
